/*
 * plain.h - the line face: the same steps as questions, one line at a time.
 *
 * No escapes, no carriage returns, no tables: right for a screen reader, a
 * serial console, and a script on stdin.
 */
#ifndef UI_PLAIN_H
#define UI_PLAIN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/line.h"
#include "loop/loop.h"
#include "screens.h" /* enum leave */
#include "setup/setup.h"

struct plain;
typedef void plain_fn(struct plain *p);
typedef void plain_answer_fn(struct plain *p, const char *line);
typedef void plain_yes_fn(struct plain *p, bool yes);

struct plain {
	struct loop  *loop;
	struct setup *setup;
	leave_fn     *leave;
	void         *ctx;
	bool          colour, over, stopping;

	/* reading */
	struct line_reader in;
	char        **queue;      /* lines that came before they were asked for */
	size_t        n_queue;
	bool          watching, ended, secret, echo_is_off;
	plain_answer_fn *answer;  /* who waits for a line; NULL: nobody */
	plain_answer_fn *asked;   /* who asked last, to ask again */
	plain_yes_fn *decided;    /* who waits for yes or no, and what Enter alone says */
	bool          suggests_yes;
	char         *prompt;     /* to ask again */
	unsigned      soon;

	/* waiting for checks */
	plain_fn     *then;
	bool          poking;
	unsigned      patience;   /* the timer that says we still wait */
	double        since;

	/* where we are */
	enum page     page;
	size_t        item;       /* the question of the page that is asked */
	bool          told;       /* its checks have been printed */
	bool          minus_told; /* how a field is emptied was said on this page */
	bool          returning;  /* we came back: ask, do not explain again */
	size_t        printed;    /* lines of the change that are final and out */
	int           keep_said;  /* the seconds to keep it in that were said last; 0: it was not asked yet */
	bool          told_once[N_PAGES];
	bool          look_asked; /* to read a certificate with sudo: once, whoever has refused goes on without */
	char         *diff;       /* that is read file by file, how far it is, and what comes behind it */
	const char   *diff_at;
	plain_fn     *diff_then;
	plain_fn     *looked;     /* what goes on behind that question */
	bool          hold_asked; /* the long wait of the Timeouts page */
};

/* `why': the sentence that says why there is no full screen, or NULL. */
struct plain *plain_start(struct loop *l, struct setup *s, const char *colour, const char *why,
                          leave_fn *leave, void *ctx);
void plain_stop(struct plain *p);
void plain_changed(struct plain *p);   /* setup has something new */
void plain_interrupt(struct plain *p); /* Ctrl-C */

/* plain_io.c */
void plain_say(struct plain *p, const char *text); /* wrapped; what setup_literal() takes is not */
void plain_state(struct plain *p, enum mark mark, const char *word, const char *text);
void plain_blank(struct plain *p);
void plain_text(struct plain *p, const char *text); /* lines as they are, made harmless */
/* Ask on one line; the four common answers are dealt with, the rest goes to fn. */
void plain_ask(struct plain *p, const char *question, const char *suggestion, bool secret,
               plain_answer_fn *fn);
void plain_ask_yes(struct plain *p, const char *question, bool suggested, plain_yes_fn *fn); /* yes or no, until it is one of them */
void plain_again(struct plain *p);                                 /* the same question once more */
void plain_read(struct plain *p, bool on);
void plain_no_answer(struct plain *p); /* nobody is there any more to answer: leave */
void plain_echo(struct plain *p, bool on);

/* plain_words.c */
bool plain_common_answer(struct plain *p, const char *line); /* help, back, steps, quit: it was one, and is done */
/* 1 yes, 0 no, -1 neither; `whole': only a whole word is a yes. */
int  plain_yes(const char *line, bool whole);
int  plain_sure(struct plain *p, const char *line); /* a whole word, or Enter for no; -1: neither, which was said, and it is asked again */

/* plain.c */
void plain_wait(struct plain *p, plain_fn *then); /* until the checks of this page are over */
void plain_leave(struct plain *p, enum leave how);
void plain_back(struct plain *p);
void plain_explain(struct plain *p);
void plain_steps(struct plain *p);
void plain_goto(struct plain *p, enum page page, bool returning);

/* plain_ask.c, plain_tell.c, plain_finish.c: pages */
void plain_page(struct plain *p);
bool plain_explain_choice(struct plain *p); /* says what the choices of a list mean that has help of its own; false: it has none */
bool plain_question_before(struct plain *p); /* the page's question before this one is asked; false: this is its first */
void plain_line(struct plain *p, enum page page, const struct setup_line *line);
void plain_lines(struct plain *p, enum page page);
void plain_address(struct plain *p); /* the address as it was understood, and what it may do */
void plain_row(struct plain *p, const char *list, size_t i, const struct setup_choice *c); /* a choice with its number, if it can be chosen */
void plain_advice(struct plain *p);
void plain_seen(struct plain *p); /* checks, table and timeline of a page */
void plain_tell(struct plain *p); /* all that a page has to say */
void plain_review(struct plain *p);
void plain_apply(struct plain *p);
void plain_watch(struct plain *p);
void plain_result(struct plain *p);

/* plain_field.c */
void plain_field(struct plain *p, const struct setup_field *f, plain_answer_fn *fn);
const char *plain_suggestion(const struct plain *p, const struct setup_field *f); /* what Enter alone takes */
bool plain_may_be_empty(const struct plain *p, const char *key); /* - empties it, as Enter takes what is there */

/* plain_diff.c */
void plain_diff(struct plain *p, const char *diff, plain_fn *then); /* asks before each file; then goes on with `then' */
void plain_diff_aloud(struct plain *p, const char *diff);           /* all of it, unasked */

/* plain_look.c */
void plain_look(struct plain *p, plain_fn *then);
void plain_as_root(struct plain *p, plain_fn *refused); /* the run goes on as one of root */

/* plain_repair.c */
void plain_repair(struct plain *p);

/* plain_later.c */
void plain_later(struct plain *p);
void plain_refused(struct plain *p, const char *message); /* and the command, where it needs root */

#endif
