/*
 * term.h - the terminal: start, stop, size, keys.
 *
 * Everything goes through the loop: keys are read when they arrive, and the
 * one doupdate() happens before the loop waits, only if something changed.
 * While the screen is on, file descriptor 2 is the log, so that no library
 * can write over it.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "loop/loop.h"

/* A key is a character (a code point; Ctrl-A is 1), or one of these. */
enum key {
	K_NONE = 0,
	K_SPECIAL = 0x110000, /* above every character */
	K_ENTER, K_ESC, K_TAB, K_BACKTAB,
	K_UNESC,              /* the last K_ESC was half an arrow: take back what it did */
	K_UP, K_DOWN, K_LEFT, K_RIGHT, K_WORD_LEFT, K_WORD_RIGHT,
	K_HOME, K_END, K_PAGE_UP, K_PAGE_DOWN, K_DELETE, K_BACKSPACE,
	K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9,
};

struct term_events {
	void (*key)(void *ctx, int key);
	void (*paste)(void *ctx, const char *text, size_t len); /* UTF-8, as it came */
	void (*draw)(void *ctx); /* onto an erased stdscr; ends with the cursor in its place */
	void (*gone)(void *ctx); /* the terminal went away */
	void *ctx;
};

/* Could a full screen be had here?  If not, *why is a translated sentence. */
bool term_is_able(int least_columns, int least_rows, const char **why);

int  term_start(struct loop *l, const struct term_events *on, struct err *e);
void term_stop(void);      /* safe at any moment, also twice */

void term_set_dirty(void); /* ask for a drawing */
void term_repaint(void);   /* everything anew, whatever the terminal shows */
void term_drop_keys(void); /* forget what was typed ahead */

/* Give the normal screen to another program, and take it back. */
void term_leave(void);
void term_return(void);

#endif
