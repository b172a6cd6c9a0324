#include "cmd_change.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/i18n.h"

#define MAX_ANSWER 64

static void
undo(void *ctx)
{
	struct change *ch = ctx;

	if (ch->apply)
		apply_undo_now(ch->apply);
	else
		loop_stop(ch->c->loop);
}

/* ---- what is said to it ---- */

static void
on_line(void *ctx, const char *line, size_t len)
{
	struct change *ch = ctx;

	(void)len;
	if (ch->apply && (!strcasecmp(line, "yes") || (ch->person && !strcmp(line, _("yes")))))
		apply_confirm(ch->apply);
	else if (ch->person || !strcmp(line, "undo"))
		undo(ch);
}

static void
on_stdin(void *ctx, int fd, short revents)
{
	struct change *ch = ctx;
	char bytes[256];
	const ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)revents;
	if (n > 0)
		line_feed(&ch->heard, bytes, (size_t)n, on_line, ch);
	else
		loop_unwatch(ch->c->loop, fd); /* nobody is there: the time decides */
}

int
change_may_ask(const struct options *o, struct err *e)
{
	if (!o->confirm_within || o->yes || o->progress || isatty(STDIN_FILENO))
		return 0;
	return err_set(e, ERR_USAGE,
	               _("--confirm-within asks, and there is no terminal to answer on; "
	                 "leave it out, or add --yes."));
}

void
change_ask(struct change *ch)
{
	if (!isatty(STDIN_FILENO))
		return; /* who watches is told by the step, and asks in its own way */
	ch->person = true;
	cmd_say(stderr, _("Keep this? Type yes; anything else undoes it, and so does waiting."));
	loop_watch(ch->c->loop, STDIN_FILENO, POLLIN, on_stdin, ch);
}

void
change_init(struct change *ch, struct cmd *c)
{
	static const int unheard[] = { SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU };

	*ch = (struct change){ .c = c, .steps = json_array(),
	                       .heard = { .part = BUF_INIT, .max = MAX_ANSWER } };
	report_init(&ch->report, stdout, c->o->color, c->o->plain);
	/* Neither a lost terminal nor a key ends or stops it half-way. */
	for (size_t i = 0; i < ARRAY_LEN(unheard); i++)
		signal(unheard[i], SIG_IGN);
	/* Watched by a face of ours, a terminal that goes away is to take nothing along. */
	if (c->o->progress) {
		setsid();
		loop_watch(c->loop, STDIN_FILENO, POLLIN, on_stdin, ch);
	}
	c->stop = undo;
	c->ctx = ch;
}

void
change_progress(void *ctx, const struct progress *p)
{
	struct change *ch = ctx;

	if (ch->c->o->progress) {
		struct buf line = BUF_INIT;
		struct json *j = progress_json(p);
		json_write(&line, j, false);
		json_free(j);
		printf("%s\n", line.s);
		fflush(stdout);
		buf_free(&line);
	} else if (p->state == PROGRESS_NOW && !strcmp(p->step, "verify")) {
		if (!ch->asks) /* each check says so: once is enough */
			cmd_say_busy(ch->c->o, _("The checks and your other sites are asked: a few seconds."));
		ch->asks = true;
	} else if (!ch->c->o->json) {
		report_step(&ch->report, p);
	}
	if (p->state != PROGRESS_NOW)
		json_push(ch->steps, progress_json(p));
	if (ch->on_step)
		ch->on_step(ch, p);
}

void
change_done(void *ctx, const struct apply_result *r)
{
	struct change *ch = ctx;

	ch->done = true;
	ch->on_done(ch, r);
	loop_stop(ch->c->loop);
}

int
change_wait(struct change *ch)
{
	struct err e = { 0 };

	/* A signal does not end the wait: the undo that it asked for does. */
	while (!ch->done)
		if (loop_run(ch->c->loop, &e) < 0)
			return cmd_fail(ch->c->o, &e);
	return ch->status;
}

void
change_free(struct change *ch)
{
	if (ch->apply)
		apply_free(ch->apply);
	json_free(ch->steps);
	loop_unwatch(ch->c->loop, STDIN_FILENO);
	buf_free(&ch->heard.part);
}

void
change_json(struct json *doc, struct change *ch, const struct apply_result *r)
{
	static const char *const outcomes[] = {
		[APPLY_UNCHANGED] = "unchanged",
		[APPLY_KEPT] = "kept",
		[APPLY_UNDONE] = "undone",
		[APPLY_REFUSED] = "refused",
		[APPLY_UNDO_FAILED] = "undo-failed",
	};

	json_set(doc, "steps", json_copy(ch->steps));
	json_set_string(doc, "outcome", outcomes[r->outcome]);
	json_set_int(doc, "id", r->id);
	json_set_int(doc, "places", r->places);
	if (r->err.code != ERR_NONE)
		json_set(doc, "error", cmd_error_json(&r->err));
	if (r->cause)
		json_set_string(doc, "cause", r->cause);
	if (r->by_hand) {
		struct json *list = json_array();
		for (const char *const *command = r->by_hand; *command; command++)
			json_push(list, json_string(*command));
		json_set(doc, "byHand", list);
	}
}

void
change_say_error(const struct apply_result *r)
{
	fflush(stdout);
	if (r->err.code != ERR_NONE)
		cmd_say(stderr, r->err.msg);
	if (r->cause && strcmp(r->cause, "config-needs-restart") == 0)
		cmd_say(stderr, _("Run it with --no-reload, then restart the proxy, which closes what is open."));
	if (!r->by_hand)
		return;
	cmd_say(stderr, _("To restore by hand, do each of these, commands as root:"));
	for (const char *const *command = r->by_hand; *command; command++)
		cmd_say(stderr, *command);
}
