/*
 * edit.h - one line of text that is typed.
 *
 * The cursor stands between characters.  The first printable key replaces a
 * suggestion that nobody has touched; Ctrl-Y brings it back.
 */
#ifndef UI_EDIT_H
#define UI_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define EDIT_MAX 1024

struct edit {
	char   text[EDIT_MAX]; /* UTF-8; fixed, so that a secret leaves no copies behind */
	size_t len, cursor;     /* bytes */
	size_t left;            /* the first byte that shows */
	bool   touched;         /* since edit_set() */
	bool   suggested;       /* nobody has touched it: the first printable key replaces it */
	bool   secret;          /* shown as stars */
	char   replaced[EDIT_MAX]; /* the suggestion that a key took the place of; never a secret */
};

void edit_set(struct edit *f, const char *text, bool secret); /* the cursor goes to its end */
void edit_wipe(struct edit *f);

/* True: the key was for this field, whether it changed anything or not. */
bool edit_key(struct edit *f, int key);

/* Line ends are dropped.  False: there are control characters in it, and nothing was taken. */
bool edit_paste(struct edit *f, const char *text, size_t len);

/* Append what shows in `columns' columns, filled with blanks; *cursor gets the cursor's column. */
void edit_show(struct edit *f, int columns, bool focus, struct buf *out, int *cursor);

#endif
