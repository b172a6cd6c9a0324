/*
 * screens.h - the full-screen face: what it remembers, and its kinds of screens.
 *
 * All that is known about the run is asked from setup.h at every drawing; a
 * screen keeps only where the cursor is and what is being typed.
 */
#ifndef UI_SCREENS_H
#define UI_SCREENS_H

#include <stdbool.h>

#include "edit.h"
#include "keys.h"
#include "loop/loop.h"
#include "setup/setup.h"
#include "sheet.h"

#define LEAST_COLUMNS 60
#define LEAST_ROWS    18
#define MAX_ITEMS     12
#define MAX_EDITORS   12
#define MAX_CHOICES   16
#define MAX_LINES     64

enum view { VIEW_PAGE, VIEW_HELP, VIEW_GLOSSARY, VIEW_COMMANDS, VIEW_DIFF };

enum question { ASK_NOTHING, ASK_LEAVE, ASK_GIVE_UP, ASK_ONLY_LEAVE, ASK_HALF_WAY, ASK_SILENT, ASK_UNPROTECTED, ASK_TEST, ASK_UNDO, ASK_REMOVE };

/* How a face ends. */
enum leave { LEAVE_QUIT, LEAVE_KEPT, LEAVE_DONE, LEAVE_STOPPED, LEAVE_GONE, LEAVE_FOR_PLAIN, LEAVE_AS_ROOT };
typedef void leave_fn(void *ctx, enum leave how);

/* What the focus can be on, in the order of Tab. */
enum item_kind { ITEM_FIELD, ITEM_LIST, ITEM_BUTTON, ITEM_TEXT };
struct item {
	enum item_kind kind;
	const char    *key; /* of the field or list; a button's or a text's own name */
};

struct editor {
	char         key[32]; /* "": free */
	struct edit field;
	char         error[768]; /* said while typing */
};

/* What Esc took away, for the case that it was half an arrow. */
struct focus {
	enum page     page;
	enum view     view;
	enum question question;
	char          item[32];
	char          list[32]; /* the list that `row' belongs to */
	size_t        row;      /* where the cursor is in it */
	bool          moved;    /* it was put there by a key: else it stays on what is chosen */
	size_t        top;      /* the first row shown, where a page scrolls */
};

struct screen {
	struct loop  *loop;
	struct setup *setup;
	leave_fn     *leave;
	void         *ctx;

	struct focus  at, before_esc;
	bool          yes;        /* the second button of a question is in focus */
	struct editor editor[MAX_EDITORS];
	unsigned      typing_timer;
	char          message[768]; /* until the next key */
	bool          message_waits; /* it says that checks run: it goes when they are done */
	bool          follow;     /* keep the cursor's row in sight at the next drawing */
	size_t        finding;    /* of the doctor, from 0 */
	size_t        diff_top;
	int           diff_left;
	bool          reads_on;   /* of the review, the difference: what stands above it is folded */
	bool          diff_cut;   /* of this drawing: a line of the difference goes on to the right */
	bool          stopping;   /* Ctrl-C during apply: leave when it is undone */
	bool          keeps;      /* it is asked whether the change stays */

	/* of this drawing */
	bool compact;
	int  rows, width;         /* of the page */
	bool scrolls;             /* it is longer */
	size_t gaps_closed[2];    /* since the page came, wide and compact: they stay closed, so that nothing jumps */
	size_t diff_rows, diff_lines; /* of the text that is read on the review */
};

/* One kind of screen. */
#define PAGE_COLUMNS 76 /* of a page, at most: longer rows are hard to read */
#define READ_COLUMNS 78 /* of what is only read */
struct scr {
	bool   full;                                          /* no list of steps beside it */
	int    most;                                          /* columns it takes; 0: what there are */
	void   (*build)(struct screen *sc, struct sheet *s);
	size_t (*items)(const struct screen *sc, struct item *out); /* NULL: nothing to focus */
	bool   (*act)(struct screen *sc, enum act a, int key); /* false: nothing special, do the usual */
};

extern const struct scr scr_ask, scr_review, scr_apply, scr_watch, scr_result, scr_help, scr_glossary, scr_commands, scr_diff, scr_later, scr_repair;

/* screen.c: the run */
struct screen *screen_start(struct loop *l, struct setup *s, const char *colour, leave_fn *leave, void *ctx,
                            struct err *e);
void screen_stop(struct screen *sc);
void screen_changed(struct screen *sc);   /* setup has something new to show */
void screen_interrupt(struct screen *sc); /* Ctrl-C */

const struct scr *screen_kind(const struct screen *sc);
unsigned screen_where(const struct screen *sc);
bool screen_has_list(const struct screen *sc, const char *key); /* shown now */
bool screen_is_half_way(const struct screen *sc); /* a change was broken off, and is not settled yet */
/* Leave the screen, say why and what is run, and let sudo ask; did it agree? */
bool screen_asks_sudo(struct screen *sc, const char *sentence, const char *command);
void screen_say(struct screen *sc, const char *text);
void screen_open(struct screen *sc, enum page p);
void screen_next(struct screen *sc); /* Enter at the end of a page */
void screen_back(struct screen *sc); /* Esc */
void screen_ask(struct screen *sc, enum question q);
void screen_ask_leave(struct screen *sc);

/* act.c: what a key does */
void act_question(struct screen *sc, enum act a);
void act_anywhere(struct screen *sc, enum act a);
void act_digit(struct screen *sc, int key);
void act_choose(struct screen *sc, const char *list, size_t row); /* what is chosen is done */

/* focus.c: fields, lists, buttons */
size_t screen_items(const struct screen *sc, struct item *out);
struct item screen_item(const struct screen *sc); /* in focus; key NULL: none */
bool screen_is_on(const struct screen *sc, const char *key);
void focus_first(struct screen *sc);
void focus_around(struct screen *sc);
bool focus_step(struct screen *sc, int by);       /* false: at the end */
bool focus_beside(struct screen *sc, enum act a); /* Left and Right among buttons; false: another key */
bool focus_on(struct screen *sc, const char *key); /* false: it is not there */
bool focus_has_offer(const struct screen *sc);    /* on an address that is no OpenChamber's, and one was found elsewhere */
bool focus_is_shut(const struct screen *sc);      /* the password was refused too often: it is not looked at without one yet */
bool focus_fault(struct screen *sc);              /* to the first field that is wrong or empty; false: none */
bool focus_is_typing(const struct screen *sc);
struct edit *focus_field(struct screen *sc, const char *key);
const char *focus_error(const struct screen *sc, const char *key);
void focus_sync(struct screen *sc);               /* untouched fields show what setup has */
const char *focus_completion(const struct screen *sc, const char *key); /* of the path that is typed there, or NULL */
bool focus_key(struct screen *sc, int key);       /* a key for the field in focus */
void focus_paste(struct screen *sc, const char *text, size_t len);
bool focus_accept(struct screen *sc);             /* false: refused, stays */
void focus_keep(struct screen *sc);               /* what was typed is given to setup, right or wrong */
void focus_forget(struct screen *sc);             /* another page: nothing is being typed */
size_t focus_row(const struct screen *sc, const char *list); /* the cursor's row, or the chosen one */
void focus_follow(struct screen *sc); /* where no key moved it, the cursor is on what is chosen */
void focus_move(struct screen *sc, size_t row);   /* in the list in focus */
bool focus_list_acts(const char *list);           /* choosing in it does something at once */

/* frame.c: what every screen has around it */
void frame_draw(struct screen *sc);

#define LEAST_TEXT 2 /* rows of the difference, however small the screen */
#define GOOD_TEXT  5 /* rows in which it can be read */
/* parts_plan.c: what was decided, in at most `rows' */
void part_sums(struct screen *sc, struct sheet *s, size_t rows);
/* and the steps under it, so that LEAST_TEXT of `room' is left, and more where it can be; false: they do not fit */
bool part_plan(struct screen *sc, struct sheet *s, const char *const *plan, size_t n, size_t room);

/* parts.c: pieces of pages */
void part_fields(struct screen *sc, struct sheet *s);
void part_list(struct screen *sc, struct sheet *s, const char *key, int col);
bool part_is_side_list(const char *key); /* it stands beside its label, among the fields */
void part_lines(struct sheet *s, const struct setup_line *line, size_t n, bool split);
void part_table(struct screen *sc, struct sheet *s);
void part_timeline(struct screen *sc, struct sheet *s);
void part_failure(struct screen *sc, struct sheet *s, bool with_what);
/* `rows' of a difference from where it is read, and a row that says where that is; the keys that move in it. */
void part_diff(struct screen *sc, struct sheet *s, const char *text, size_t rows, bool focus);
bool part_diff_act(struct screen *sc, enum act a);
bool part_diff_shift(struct screen *sc, enum act a); /* Left and Right; false: another key */
void part_diff_line(struct screen *sc, struct sheet *s, const char *line, size_t bytes, int col);
bool part_has_hold(const struct setup *s); /* the button that holds a quiet stream, or ends that, is there */
bool part_has_verdict(const struct setup *s, enum page p);
void part_paragraphs(struct sheet *s, const char *const *text, bool gaps);
void part_buttons(struct screen *sc, struct sheet *s, const struct item *item, const char *const *label, size_t n);

#endif
