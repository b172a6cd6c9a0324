/*
 * cmd.h - the subcommands, and what they share: a loop, signals, where output goes.
 *
 * A subcommand asks nothing (but doctor --fix, at a terminal), prints its result on stdout, whatever went wrong
 * on stderr, and returns the exit status of the contract.
 */
#ifndef UI_CMD_H
#define UI_CMD_H

#include <stdbool.h>
#include <stdio.h>

#include "answers/needs.h"
#include "base/err.h"
#include "base/json.h"
#include "check/check.h"
#include "loop/loop.h"
#include "loop/net.h"
#include "options.h"

int cmd_check(const struct options *o);
int cmd_print(const struct options *o);
int cmd_diff(const struct options *o);
int cmd_rehearse(const struct options *o);
int cmd_apply(const struct options *o);
int cmd_doctor(const struct options *o);
int cmd_rollback(const struct options *o);
int cmd_remove(const struct options *o);
int cmd_lint(const struct options *o);
int cmd_practice(const struct options *o);
int cmd_broken(const struct options *o); /* practice --broken */
int cmd_origin(const struct options *o);
int cmd_detect(const struct options *o);

struct cmd {
	const struct options *o;
	struct loop *loop;
	struct net  *net;
	struct needs needs;
	int          signal;               /* the one that stops us, or 0 */
	void       (*stop)(void *ctx);     /* what a signal does; NULL: ends the loop */
	void        *ctx;
};

/* Loop, net, needs and signals.  -1: `e' is filled, and cmd_close() is still due. */
int  cmd_open(struct cmd *c, const struct options *o, struct err *e);
void cmd_close(struct cmd *c);

/* Run the loop until `*done', or until a signal; -1 with ERR_CANCELLED there. */
int cmd_wait(struct cmd *c, const bool *done, struct err *e);

/* cmd_ask.c: a person sits there; and a question that only a whole yes affirms, -1 with ERR_CANCELLED by a signal. */
bool cmd_may_ask(const struct options *o);
int  cmd_ask(struct cmd *c, const char *question, bool *yes, struct err *e);

/* Say what went wrong, on stderr and with --json as a document; returns the exit status. */
int cmd_fail(const struct options *o, const struct err *e);
/* A message, cleaned of control bytes and of letters that the terminal cannot show. */
void cmd_say(FILE *out, const char *message);
/* What is being done, to a person at a terminal; a script hears nothing. */
void cmd_say_busy(const struct options *o, const char *message);
/* {"code", "message", "file", "line", "column"} */
struct json *cmd_error_json(const struct err *e);
/* The status of a run that a signal has stopped, or `otherwise'. */
int cmd_status(const struct cmd *c, int otherwise);

/* {"schema", "tool", "command"}: where a document begins that is no check run's. */
struct json *cmd_json(const struct options *o);
void cmd_put_json(struct json *takes); /* on stdout, with a newline */

/* The exit status that a finished run deserves. */
int cmd_run_status(const struct check_run *run, bool strict);

#endif
