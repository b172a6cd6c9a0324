/*
 * field.h - one line of text that is typed.
 *
 * The cursor stands between characters.  The first printable key replaces a
 * suggestion that nobody has touched.
 */
#ifndef UI_FIELD_H
#define UI_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define FIELD_MAX 1024

struct field {
	char   text[FIELD_MAX]; /* UTF-8; fixed, so that a secret leaves no copies behind */
	size_t len, cursor;     /* bytes */
	size_t left;            /* the first byte that shows */
	bool   touched;         /* since field_set() */
	bool   secret;          /* shown as stars */
};

void field_set(struct field *f, const char *text, bool secret); /* the cursor goes to its end */
void field_wipe(struct field *f);

/* True: the key was for this field, whether it changed anything or not. */
bool field_key(struct field *f, int key);

/* Line ends are dropped.  False: there are control characters in it, and nothing was taken. */
bool field_paste(struct field *f, const char *text, size_t len);

/* Append what shows in `columns' columns, filled with blanks; *cursor gets the cursor's column. */
void field_show(struct field *f, int columns, bool focus, struct buf *out, int *cursor);

#endif
