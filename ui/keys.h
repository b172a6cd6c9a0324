/*
 * keys.h - one table of keys makes the legend, the dispatch and the help.
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum act {
	ACT_NONE,
	ACT_MAIN,      /* Enter: the screen's main action */
	ACT_BACK,
	ACT_NEXT, ACT_PREV, /* field, row, button */
	ACT_UP, ACT_DOWN, ACT_LEFT, ACT_RIGHT,
	ACT_SPACE, ACT_PAGE_UP, ACT_PAGE_DOWN, ACT_TOP, ACT_BOTTOM,
	ACT_HELP, ACT_GLOSSARY, ACT_AGAIN, ACT_PRACTICE, ACT_SKIP, ACT_APPLY, ACT_DIFF,
	ACT_PLAIN, ACT_QUIT, ACT_STOP, ACT_REPAINT,
};

/* Where a key means something: kinds of screens, and what must hold there. */
enum where {
	ON_START     = 1 << 0,
	ON_CHOICES   = 1 << 1,  /* the first page, with a list of what to do */
	ON_DIRECT    = 1 << 2,
	ON_NOTHING   = 1 << 3,  /* step 2, and nothing answers */
	ON_FOUND     = 1 << 4,  /* step 2, and something else answers; a better one can be taken */
	ON_PROXY     = 1 << 5,
	ON_PUBLIC    = 1 << 6,
	ON_CHECK     = 1 << 7,  /* steps 5 to 9 */
	ON_REVIEW    = 1 << 8,
	ON_APPLY     = 1 << 9,
	ON_RESULT    = 1 << 10,
	ON_UNDONE    = 1 << 11, /* the result, with a list of what to do now */
	ON_HELP      = 1 << 12,
	ON_GLOSSARY  = 1 << 13,
	ON_COMMANDS  = 1 << 14,
	ON_QUESTION  = 1 << 15,
	ON_INTERRUPTED = 1 << 16,
	ON_LATER     = 1 << 17, /* the first page of a later run */
	ON_REPAIR    = 1 << 18,
	ON_WATCH     = 1 << 19, /* another run, which is watched */
	ON_ANY       = (1 << 20) - 1,

	IF_ITEMS     = 1 << 20, /* there is more than one field, list or button */
	IF_SKIP      = 1 << 21, /* steps 5 to 9 may be skipped */
	IF_REAL      = 1 << 22, /* it is no practice */
	IF_BUTTON    = 1 << 23, /* the focus is on a button */
	IF_TAKE      = 1 << 24, /* Enter takes what was found */
	IF_CUT       = IF_TAKE,  /* where a difference is read, and nothing is taken: its lines can be shifted */
	IF_TYPING    = 1 << 25, /* text is typed: letters are letters */
	IF_BACK      = 1 << 26, /* Esc leads somewhere */
	IF_AGAIN     = 1 << 27, /* it can be checked again */
	IF_OVER      = 1 << 28, /* what is watched has ended; or our own is done, and has to be kept */
	IF_HOLD      = 1 << 29, /* a quiet stream is held: Esc ends that */
	IF_OPEN      = 1 << 30, /* what is reviewed can be applied */
	IF_ALL       = IF_OVER | IF_ITEMS | IF_SKIP | IF_REAL | IF_BUTTON | IF_TAKE | IF_TYPING | IF_BACK | IF_AGAIN |
	               IF_HOLD | IF_OPEN,
};
#define IF_SCROLLS (1u << 31) /* what is shown is longer than its place: no int any more */

/* What `key' does at `where' (an ON_ and what holds); letters do nothing while text is typed. */
enum act keys_find(int key, unsigned where);

/*
 * "Enter Next  Esc Back  q Quit", as much as fits: with shorter words where
 * there are any, then the least needed left out.  Only keys that act.
 */
void keys_legend(struct buf *out, unsigned where, int columns);

/* The i-th key that means something at `where', for the help; false: there are no more. */
bool keys_at(size_t i, unsigned where, const char **name, const char **label);

/* A Korean letter counts as the Latin one on its key. */
int keys_latin(int key);

#endif
