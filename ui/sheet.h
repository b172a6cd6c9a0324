/*
 * sheet.h - a page as rows of text, before it is known how much of it fits.
 *
 * A page is built whole, then made to fit: what can be left out goes in a
 * fixed order, the rest scrolls.  Knows columns, not curses.
 */
#ifndef UI_SHEET_H
#define UI_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "draw.h"

enum row_kind {
	ROW_KEEP, /* never left out: fields, failed checks, the sentence that says what to press */
	ROW_GAP,  /* a blank row between parts */
	ROW_WHY,  /* all sentences of the why but the first may go */
	ROW_HINT, /* of a field that is not in focus */
	ROW_PASSED, /* passed checks can be collected into one row */
	ROW_PRESS,  /* at the end of a page: the sentence that says what to press, in sight even where the rest scrolls */
};

struct span {
	int         col;
	enum role   role;
	const char *text;
};

struct sheet_row {
	enum row_kind kind;
	struct span   span[24];
	size_t        n;
	bool          goes_on; /* of a paragraph, not its first row */
	int           cursor; /* its column, where the focus is in this row; else -1 */
	const char   *brief;  /* ROW_PASSED: its name in the collected row, or NULL */
};

struct sheet {
	struct arena      a;
	int               width;
	struct sheet_row *row;
	size_t            n, cap;
	const char       *why;
	bool              steps; /* what passed is a step of a change, not a check */
};

void sheet_start(struct sheet *s, int width);
void sheet_free(struct sheet *s);

/* A new row at the end; sheet_put() writes into it and returns the column behind the text. */
struct sheet_row *sheet_row(struct sheet *s, enum row_kind kind);
int  sheet_put(struct sheet *s, int col, enum role role, const char *text);
void sheet_gap(struct sheet *s);             /* at most one between two parts, none at the top */
void sheet_cursor(struct sheet *s, int col); /* the focus is in the last row */

/*
 * Wrap `text' from column `col' on, going on in the last row if `here', else
 * in a new one.  A path too long for a row is cut behind a slash.
 */
void sheet_para(struct sheet *s, enum row_kind kind, int col, bool here, const char *text);
void sheet_why(struct sheet *s, const char *text);

/* How many gaps there are, and as many of the last ones left out. */
size_t sheet_gaps(const struct sheet *s);
void   sheet_close_gaps(struct sheet *s, size_t n);

/* Leave out what may be left out until it fits `rows'; false: it has to scroll. */
bool sheet_fit(struct sheet *s, size_t rows);

/* The first row to show of `rows', so that the cursor's row shows; `top' is where it was. */
size_t sheet_top(const struct sheet *s, size_t rows, size_t top);
size_t sheet_pinned(const struct sheet *s); /* how many rows at the end stay in sight */
long   sheet_cursor_row(const struct sheet *s); /* -1: none */

#endif
