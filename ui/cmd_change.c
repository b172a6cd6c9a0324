#include "cmd_change.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"

static void
undo(void *ctx)
{
	struct change *ch = ctx;

	if (ch->apply)
		apply_undo_now(ch->apply);
	else
		loop_stop(ch->c->loop);
}

void
change_init(struct change *ch, struct cmd *c)
{
	static const int unheard[] = { SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU };

	*ch = (struct change){ .c = c, .steps = json_array() };
	report_init(&ch->report, stdout, c->o->color, c->o->plain);
	/* Neither a lost terminal nor a key ends or stops it half-way. */
	for (size_t i = 0; i < ARRAY_LEN(unheard); i++)
		signal(unheard[i], SIG_IGN);
	/* Watched by a face of ours, a terminal that goes away is to take nothing along. */
	if (c->o->progress)
		setsid();
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
