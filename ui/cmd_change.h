/*
 * cmd_change.h - watching an apply or a rollback from the command line.
 *
 * The change survives a lost terminal: it ignores SIGHUP and a closed stdout.
 * Where it may have to be kept, standard input decides: a person at a terminal, who is asked, or
 * whoever watches by --progress, who writes "yes" or, at any time, "undo".
 */
#ifndef UI_CMD_CHANGE_H
#define UI_CMD_CHANGE_H

#include "apply/apply.h"
#include "base/line.h"
#include "cmd.h"
#include "report.h"

struct change {
	struct cmd         *c;
	struct report       report;
	struct json        *steps;    /* of the document */
	struct apply       *apply;
	bool                done;
	void              (*on_step)(struct change *ch, const struct progress *p); /* may be NULL */
	/* Called once from the loop, with what only lives that long. */
	void              (*on_done)(struct change *ch, const struct apply_result *r);
	int                 status;
	bool                asks;     /* it was said that the checks run */
	struct line_reader  heard;    /* of standard input */
	bool                person;   /* somebody at a terminal was asked: whatever is no yes undoes */
};

void change_init(struct change *ch, struct cmd *c);
/* For apply_start() and its kin; ctx is the change. */
void change_progress(void *ctx, const struct progress *p);
void change_done(void *ctx, const struct apply_result *r);
/* --confirm-within: is there anybody who could answer? */
int  change_may_ask(const struct options *o, struct err *e);
/* Somebody at the terminal is asked whether it is kept. */
void change_ask(struct change *ch);
/* Until it is over; a signal undoes it first.  Returns the exit status. */
int  change_wait(struct change *ch);
void change_free(struct change *ch);

/* steps, changed, id, places and the error, into a document. */
void change_json(struct json *doc, struct change *ch, const struct apply_result *r);
/* What went wrong and what is to be restored by hand, on stderr. */
void change_say_error(const struct apply_result *r);

#endif
