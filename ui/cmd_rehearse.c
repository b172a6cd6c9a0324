/* cmd_rehearse.c - the configuration tried in a private proxy before the probe origin. */
#include "cmd_rehearse.h"

#include <stdio.h>

#include "apply/rehearse.h"
#include "base/i18n.h"
#include "base/text.h"
#include "report.h"

static const char *const stages[] = {
	[REHEARSAL_PREPARE]  = "prepare",
	[REHEARSAL_VALIDATE] = "validate",
	[REHEARSAL_START]    = "start",
	[REHEARSAL_CHECK]    = "check",
	[REHEARSAL_DONE]     = "done",
};

struct rehearsing {
	struct cmd          *c;
	bool                 done, failed;
	struct err           err;
	enum rehearsal_stage stage;
};

static void
on_stage(void *ctx, enum rehearsal_stage s)
{
	struct rehearsing *r = ctx;

	r->stage = s;
}

static void
on_done(void *ctx, const struct err *e)
{
	struct rehearsing *r = ctx;

	r->done = true;
	r->failed = e != NULL;
	if (e)
		r->err = *e;
	loop_stop(r->c->loop);
}

/* Every stage it went through; the one it ended in is done only if it was the last. */
static struct json *
steps_json(const struct rehearsing *r)
{
	struct json *list = json_array();

	for (enum rehearsal_stage s = REHEARSAL_PREPARE; s < REHEARSAL_DONE; s++) {
		struct json *step = json_object();
		json_set_string(step, "step", stages[s]);
		if (s < r->stage || !r->failed)
			json_set_string(step, "state", "done");
		else
			json_set_string(step, "state", s == r->stage ? "fail" : "skip");
		json_push(list, step);
	}
	return list;
}

static void
put_seconds(struct report *out, double seconds, const char *proxy)
{
	struct buf line = BUF_INIT, time = BUF_INIT;

	text_seconds(&time, seconds);
	/* TRANSLATORS: %1$s is a proxy's name, %2$s a number of seconds */
	/* What is told by requests is played by an nginx of this machine. */
	buf_printf(&line, _("Rehearsed in a private %1$s, seconds: %2$s"), proxy, time.s);
	report_line(out, line.s);
	buf_free(&line);
	buf_free(&time);
}

static int
put_result(struct cmd *c, struct planned *p, const struct rehearsing *r,
           const struct rehearsal *rehearsal)
{
	const struct check_run *run = rehearsal_check(rehearsal);
	struct report_targets targets = { NULL, p->public_url };
	const char *command = command_table[c->o->command].name;
	struct err e = { 0 };

	if (c->o->json) {
		struct json *doc = check_json(run, command);
		json_set(doc, "steps", steps_json(r));
		json_set_real(doc, "seconds", rehearsal_seconds(rehearsal));
		cmd_put_json(doc);
	} else {
		struct report out;
		report_init(&out, stdout, c->o->color, c->o->plain);
		put_seconds(&out, rehearsal_seconds(rehearsal),
		            p->found.proxy->caps & PROXY_API ? "nginx" : p->found.proxy->label);
		report_checks(&out, run, &targets);
		report_verdict(&out, run);
	}
	if (c->o->report && report_markdown(c->o->report, command, run, &targets, &e) < 0) {
		cmd_say(stderr, e.msg);
		return err_status(e.code);
	}
	return cmd_run_status(run, c->o->strict);
}

int
rehearse_and_report(struct cmd *c, struct planned *p)
{
	const struct rehearsal_events events = { .stage = on_stage, .done = on_done };
	struct rehearsing r = { .c = c };
	struct err e = { 0 };
	int status;

	if (!(p->found.proxy->caps & PROXY_REHEARSE)) {
		err_set(&e, ERR_MISSING,
		        _("%s cannot be run privately, so there is no rehearsal for it."),
		        p->found.proxy->label);
		return cmd_fail(c->o, &e);
	}
	cmd_say_busy(c->o, _("The rehearsal runs: a few seconds."));
	struct rehearsal *rehearsal = rehearsal_start(c->loop, c->net, &p->context, &events, &r);
	if (cmd_wait(c, &r.done, &e) < 0)
		status = cmd_status(c, cmd_fail(c->o, &e));
	else if (r.failed)
		status = cmd_fail(c->o, &r.err);
	else
		status = put_result(c, p, &r, rehearsal);
	rehearsal_free(rehearsal);
	return status;
}

int
cmd_rehearse(const struct options *o)
{
	struct planned p = { 0 };
	struct err e = { 0 };
	struct cmd c;
	int status;

	if (cmd_open(&c, o, &e) < 0 || planned_answers(&c, &p, &e) < 0 ||
	    planned_detect(&c, &p, &e) < 0)
		status = cmd_status(&c, cmd_fail(o, &e));
	else
		status = rehearse_and_report(&c, &p);
	planned_free(&p);
	cmd_close(&c);
	return status;
}
