/* cmd_doctor.c - why it does not work: cause at file:line, and the fix; with --fix, done and verified. */
#include "doctor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/journal.h"
#include "base/i18n.h"
#include "base/self.h"
#include "handoff.h"

static void
on_result(void *ctx, struct check_run *r, const struct check_result *result)
{
	(void)ctx, (void)r, (void)result;
}

static void
on_done(void *ctx, struct check_run *r)
{
	struct doctor *d = ctx;

	(void)r;
	d->done = true;
	loop_stop(d->c->loop);
}

/* Through the proxy on this server, under the public name; without one, as DNS has it. */
static int
look(struct doctor *d, struct err *e)
{
	const struct options *o = d->c->o;
	const struct check_options options = {
		.origin = &d->p.answers.origin,
		.public_url = &d->served.asked,
		.connect_to = d->served.connect_to,
		.cacert = d->cacert,
		.insecure = o->insecure,
		.password = o->password,
		.deep = o->deep,
		.timeout_ms = o->timeout_ms,
		.own_addresses = (const char *const *)d->p.machine.addresses,
		.exposure_known = true,
	};

	d->run = check_start(d->c->loop, d->c->net, &d->c->needs, &options, on_result, on_done, d,
	                     e);
	cmd_say_busy(o, _("The checks run: a few seconds."));
	if (!d->run || cmd_wait(d->c, &d->done, e) < 0)
		return -1;
	return findings_make(&d->findings, d->run, &d->c->needs, d->site ? &d->p.context : NULL,
	                     &d->served.here, e);
}

/* --cause: of all changes only these. */
static int
take_causes(struct doctor *d, struct err *e)
{
	const struct options *o = d->c->o;

	if (!o->cause)
		return 0;
	for (size_t i = 0; i < d->findings.n; i++)
		d->findings.v[i].taken = false;
	for (const char *p = o->cause; *p; p += strcspn(p, ","), p += *p == ',') {
		const char *id = arena_strndup(&d->arena, p, strcspn(p, ","));

		if (!cause_find(id))
			return options_wrong(e, "cause", id, _("a cause that the doctor has named"));
		for (size_t i = 0; i < d->findings.n; i++)
			if (strcmp(d->findings.v[i].cause->id, id) == 0)
				d->findings.v[i].taken = true;
	}
	return d->site ? findings_take(&d->findings, &d->p.context, e) : 0;
}

static int
status_of(const struct doctor *d)
{
	int status = cmd_run_status(d->run, false);

	if (!findings_failed(&d->findings))
		return 0;
	return status ? status : err_status(ERR_FAILED);
}

static void
put_command(struct doctor *d)
{
	struct report r;
	struct buf line = BUF_INIT;

	doctor_command(&line, d);
	if (line.len) {
		report_init(&r, stdout, d->c->o->color, d->c->o->plain);
		fputc('\n', stdout);
		report_line(&r, _("Nothing was changed. This makes the changes, verifies them, and "
		                  "undoes them if anything gets worse:"));
		fprintf(stdout, "%s\n", line.s); /* a command to copy is never broken */
	}
	buf_free(&line);
}

static void
put_document(struct doctor *d)
{
	struct json *doc = check_json(d->run, "doctor");
	struct buf line = BUF_INIT;

	json_set(doc, "findings", doctor_json(d));
	json_set_bool(doc, "changed", false);
	doctor_command(&line, d);
	if (line.len)
		json_set_string(doc, "fixCommand", line.s);
	cmd_put_json(doc);
	buf_free(&line);
}

/* `reviewed': the hash of the plan that was shown; NULL: what the options say. */
static int
apply_fixes(struct doctor *d, const char *reviewed, struct json *findings, struct err *e)
{
	struct apply_options options = planned_options(d->c, &d->p);

	options.cacert = d->cacert;
	options.over_edits = true; /* what was edited is what is corrected */
	if (reviewed)
		options.plan_hash = reviewed;
	return handoff_check(&d->p, e) < 0 ? -1 : planned_apply(d->c, &d->p, &options, findings);
}

/* The findings' plan, as an apply does it. */
static int
fix(struct doctor *d, const char *reviewed, struct err *e)
{
	struct json *list = doctor_json(d);
	int status;

	d->p.plan = d->findings.plan;
	d->findings.plan = (struct plan){ 0 };
	status = apply_fixes(d, reviewed, list, e);
	json_free(list);
	return status;
}

/*
 * Its changes were never read before: without a yes, given now or beforehand,
 * nothing is written.  A plan's hash names what somebody has read.
 */
static bool
is_agreed(const struct options *o)
{
	return o->yes || o->plan;
}

static int
may_fix(const struct options *o, struct err *e)
{
	if (!o->fix || is_agreed(o) || cmd_may_ask(o))
		return o->fix ? change_may_ask(o, e) : 0;
	return err_set(e, ERR_USAGE, _("--fix asks before it writes, and there is no terminal to answer on; add --yes."));
}

static int
ask_and_fix(struct doctor *d, struct err *e)
{
	const struct options *o = d->c->o;
	const bool agreed = is_agreed(o);
	char shown[65];
	bool yes = agreed;

	if (!o->json)
		fputc('\n', stdout);
	plan_hash(&d->findings.plan, shown); /* so that nothing turns while it waits for the answer */
	if (!yes && cmd_ask(d->c, _("Apply these changes? Type yes, or Enter for no"), &yes, e) < 0)
		return -1;
	if (yes)
		return fix(d, agreed ? NULL : shown, e);
	cmd_say(stdout, _("Nothing on this server has been changed."));
	return status_of(d);
}

/* The files are between two states: of this plan only the causes count, and apply makes it anew. */
static int
finish(struct doctor *d, const struct journal_wish *w, struct err *e)
{
	if (doctor_find(d, e) < 0)
		return -1;
	if (!d->site)
		return err_set(e, ERR_CONFLICT,
		               _("The site that was being changed is not found any more. To undo it: %s rollback"), self_command());
	if (plan_repair(&d->p.plan, &d->p.context, (const char *const *)w->causes, e) < 0)
		return -1;
	return apply_fixes(d, NULL, NULL, e);
}

int
doctor_finish(struct cmd *c, const struct journal_wish *w, struct err *e)
{
	struct doctor d = { .c = c };
	const int status = finish(&d, w, e);

	planned_free(&d.p);
	arena_free(&d.arena);
	return status;
}

/* While files stand half-way between two states, what they say explains nothing. */
static int
refuse_half_way(struct doctor *d, struct err *e)
{
	struct journal_entry entry;

	if (!journal_open_business(&d->arena, d->c->o->root, &entry))
		return 0;
	if (entry.state == JOURNAL_BUSY)
		return err_set(e, ERR_CONFLICT,
		               _("Another run is changing this server now. Look again when it is "
		                 "done."));
	return err_set(e, ERR_CONFLICT,
	               _("Change %1$u stopped half-way, so the files explain nothing. To finish it: "
	                 "%2$s apply --continue. To put it back: %2$s rollback %1$u"), entry.id, self_command());
}

static int
doctor(struct doctor *d, struct err *e)
{
	const struct options *o = d->c->o;

	if (may_fix(o, e) < 0 || refuse_half_way(d, e) < 0 || doctor_find(d, e) < 0 || look(d, e) < 0 || take_causes(d, e) < 0)
		return -1;
	if (!o->json)
		doctor_show(d);
	if (o->fix && d->findings.plan.steps.n)
		return ask_and_fix(d, e);
	if (o->json) {
		put_document(d);
	} else if (o->fix && d->findings.n) {
		cmd_say(stderr, _("There is no ready change for this, so nothing was changed."));
	} else {
		put_command(d);
	}
	return status_of(d);
}

int
cmd_doctor(const struct options *o)
{
	struct cmd c;
	struct doctor d = { .c = &c };
	struct err e = { 0 };
	int status = -1;

	if (cmd_open(&c, o, &e) == 0)
		status = doctor(&d, &e);
	if (status < 0)
		status = cmd_status(&c, cmd_fail(o, &e));
	findings_free(&d.findings);
	check_free(d.run);
	planned_free(&d.p);
	arena_free(&d.arena);
	cmd_close(&c);
	return status;
}
