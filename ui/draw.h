/*
 * draw.h - text, marks and lines on the screen, by columns.
 *
 * Colour is only ever on a mark, never on a sentence; every state is a mark
 * and a word.  Where the terminal cannot show a sign its twin is drawn.
 */
#ifndef UI_DRAW_H
#define UI_DRAW_H

#include <stdbool.h>

#include "base/mem.h"
#include "setup/setup.h"

enum role {
	ROLE_TEXT,
	ROLE_BOLD,    /* the current row, a guilty line, the word of what warns or failed */
	ROLE_REVERSE, /* title, keys, a button or a field in focus */
	ROLE_PASS, ROLE_WARN, ROLE_FAIL, ROLE_NOW, /* marks and the signs of a diff */
};

/* What this terminal can show.  Pure: may be called before there is a screen. */
void draw_signs(const char *term_name, bool utf8, const char *language);

void draw_colours(const char *when); /* "auto", "always", "never"; once the screen is on */

const char *draw_mark(enum mark m);  /* the sign, one column */
enum role   draw_mark_role(enum mark m);
const char *draw_more(void);         /* there is more below */

/* Foreign text made harmless, and as this terminal can show it. */
const char *draw_clean(struct arena *a, const char *text);

/* At most `columns' columns of text that is clean; cut text ends in `>'. */
void draw_text(int y, int x, int columns, enum role role, const char *text);
void draw_fill(int y, int x, int columns, enum role role);
void draw_line(int y, int x, int rows); /* the one vertical line */

#endif
