/* cmd_apply.c - backup, write, validate, reload, verify; undo on failure. */
#include "cmd_change.h"
#include "doctor.h"

#include <stdio.h>
#include <string.h>

#include "apply/guard.h"
#include "apply/journal.h"
#include "base/i18n.h"
#include "handoff.h"
#include "report.h"
#include "watchman.h"

struct applying {
	struct change      change; /* first: a change is cast back to this */
	struct planned    *p;
	bool               asked;
	struct watchman    watchman;
	struct json       *findings; /* of a doctor; NULL: none */
};

static void
on_step(struct change *ch, const struct progress *p)
{
	struct applying *a = (struct applying *)ch;

	if (!ch->c->o->confirm_within || ch->c->o->yes)
		return;
	if (strcmp(p->step, "backup") == 0 && p->state == PROGRESS_DONE)
		watchman_post(&a->watchman, ch->c->o);
	if (strcmp(p->step, "keep") || p->state != PROGRESS_NOW || a->asked)
		return;
	a->asked = true;
	change_ask(ch);
}

/* Where nothing was checked: the shape of a run, empty. */
static struct json *
empty_document(const struct options *o, const struct planned *p)
{
	static const char *const counts[] = { "pass", "warn", "fail", "skip" };
	struct json *doc = cmd_json(o), *targets = json_object(), *summary = json_object();

	json_set_string(targets, "origin", p->origin);
	json_set_string(targets, "public", p->public_url);
	json_set(doc, "targets", targets);
	json_set(doc, "checks", json_array());
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		json_set_int(summary, counts[i], 0);
	json_set(doc, "summary", summary);
	json_set(doc, "verdict", json_null());
	json_set_bool(doc, "ready", false);
	json_set(doc, "blockers", json_array());
	return doc;
}

/* Was it refused for an edit alone, and by what is that edit known? */
static bool
is_edited(const struct planned *p, char replaces[65])
{
	struct err ignored = { 0 };

	return guard_files(&p->plan, false, &ignored) < 0 && guard_files(&p->plan, true, &ignored) == 0 &&
	       plan_replaces(&p->plan, replaces);
}

static void
put_document(struct applying *a, const struct apply_result *r)
{
	const char *command = command_table[a->change.c->o->command].name;
	struct json *doc = r->verify ? check_json(r->verify, command)
	                             : empty_document(a->change.c->o, a->p);
	char replaces[65];

	json_set_bool(doc, "changed", r->outcome == APPLY_KEPT);
	planned_by_hand(doc, NULL, a->p);
	change_json(doc, &a->change, r);
	if (r->outcome == APPLY_REFUSED && is_edited(a->p, replaces))
		json_set_string(doc, "replaces", replaces);
	json_set_int(doc, "otherSites", r->other_sites);
	json_set_int(doc, "otherSitesChanged", r->other_sites_changed);
	if (a->findings)
		json_set(doc, "findings", json_copy(a->findings));
	if (r->outside) {
		struct json *outside = check_json(r->outside, "check");
		json_set(doc, "outside", json_copy(json_get(outside, "checks")));
		json_free(outside);
	}
	cmd_put_json(doc);
}

static void
put_command(struct report *out, const char *label, const char *command)
{
	report_line(out, label);
	fprintf(out->out, "%s\n", command); /* a command to copy stands alone and is never broken */
}

static void
put_outcome(struct applying *a, const struct apply_result *r)
{
	struct report *out = &a->change.report;
	struct report_targets targets = { a->p->origin, a->p->public_url };
	struct buf line = BUF_INIT;
	char replaces[65], option[96];

	if (r->verify && r->outcome != APPLY_KEPT)
		report_checks(out, r->verify, &targets);
	switch (r->outcome) {
	case APPLY_UNCHANGED:
		report_line(out, _("Nothing was written and nothing was reloaded."));
		break;
	case APPLY_KEPT:
		if (r->verify) {
			report_verdict(out, r->verify);
			if (!check_summary(r->verify).fail)
				buf_printf(&line, _("OpenChamber works at %s"), a->p->public_url);
		} else {
			buf_puts(&line,
			         _("Written. Nothing was verified, so nothing is proved yet."));
		}
		if (line.len)
			report_line(out, line.s);
		buf_cut(&line, 0);
		rollback_command(&line, &a->p->machine, r->id, a->change.c->o->root);
		put_command(out, _("Undo:"), line.s);
		planned_by_hand(NULL, out, a->p);
		break;
	case APPLY_UNDONE:
		report_line(out, r->other_sites_changed ?
		            _("Everything is put back, but another site answers differently now.") :
		            _("Undone. This server is exactly as it was."));
		break;
	case APPLY_REFUSED:
		report_line(out, _("Nothing on this server has been changed."));
		if (is_edited(a->p, replaces) && snprintf(option, sizeof(option), "--over-edits %s", replaces))
			put_command(out, _("The difference is shown by antechamber diff. To replace what stands there now, add this to the command:"),
			            option);
		break;
	case APPLY_UNDO_FAILED:
		break;
	}
	buf_free(&line);
}

static int
outcome_status(const struct applying *a, const struct apply_result *r)
{
	const struct cmd *c = a->change.c;

	switch (r->outcome) {
	case APPLY_UNCHANGED:
		return 0;
	case APPLY_KEPT:
		/* Whoever asked what is wrong wants to know what still is. */
		return a->p->plan.causes && r->verify
		           ? cmd_run_status(r->verify, c->o->strict) : 0;
	case APPLY_UNDONE:
		return cmd_status(c, err_status(ERR_FAILED));
	case APPLY_REFUSED:
		return err_status(r->err.code != ERR_NONE ? r->err.code : ERR_FAILED);
	case APPLY_UNDO_FAILED:
		break;
	}
	return err_status(ERR_ROLLBACK);
}

static void
on_done(struct change *ch, const struct apply_result *r)
{
	struct applying *a = (struct applying *)ch;
	const struct options *o = ch->c->o;
	struct report_targets targets = { a->p->origin, a->p->public_url };
	struct err e = { 0 };

	ch->status = outcome_status(a, r);
	if (o->json)
		put_document(a, r);
	else
		put_outcome(a, r);
	change_say_error(r);
	if (o->report && r->verify &&
	    report_markdown(o->report, command_table[o->command].name, r->verify, &targets, &e) < 0)
		cmd_say(stderr, e.msg);
}

int
planned_apply(struct cmd *c, struct planned *p, const struct apply_options *options,
              struct json *findings)
{
	struct applying a = { .p = p, .watchman = WATCHMAN_NONE, .findings = findings };

	change_init(&a.change, c);
	a.change.on_step = on_step;
	a.change.on_done = on_done;
	a.change.apply = apply_start(c->loop, c->net, &p->plan, options, change_progress,
	                             change_done, &a);
	int status = change_wait(&a.change);
	watchman_leave(&a.watchman);
	change_free(&a.change);
	return status;
}

struct apply_options
planned_options(const struct cmd *c, const struct planned *p)
{
	const struct options *o = c->o;

	return (struct apply_options){
		.plan_hash = o->plan,
		.replaces = o->over_edits,
		.allow_unprotected = o->allow_unprotected,
		.no_reload = o->no_reload || !p->answers.reload,
		.confirm_within = o->yes ? 0 : o->confirm_within,
		.password = o->password,
		.cacert = o->cacert,
		.timeout_ms = o->timeout_ms,
		.continues = o->continues,
	};
}

static int
apply(struct cmd *c, struct planned *p)
{
	struct apply_options options = planned_options(c, p);
	struct arena arena = { 0 };
	int status;

	options.answers_to = answers_default_path(&arena, c->o->root, &p->answers.public_url);
	status = planned_apply(c, p, &options, NULL);
	arena_free(&arena);
	return status;
}

/* Of a repair: where the site is. */
static int
take_addresses(struct options *o, const struct journal_wish *w, struct err *e)
{
	o->proxy = w->proxy;
	o->conf = w->conf;
	o->has_origin = url_parse(&o->origin, w->origin, "http", URL_BASE, "origin", e) == 0;
	o->has_public = url_parse(&o->public_url, w->address, "https", URL_BASE, "public", e) == 0;
	return o->has_origin && o->has_public ? 0 : -1;
}

/* --continue: the options of the run that was interrupted, beside those that were given now. */
static int
take_wish(struct options *o, struct journal_wish *w, struct arena *a, struct err *e)
{
	struct journal_entry open;

	if (!o->continues)
		return 0;
	if (!journal_open_business(a, o->root, &open))
		return err_set(e, ERR_USAGE, _("No change was interrupted here, so there is none to finish."));
	if (open.state == JOURNAL_BUSY)
		return err_set(e, ERR_CONFLICT,
		               _("Process %ld is changing this server now. Wait until it is done."),
		               (long)open.pid);
	if (journal_wish(w, a, &open, e) < 0)
		return -1;
	o->answers = w->answers;
	o->set_aside = w->set_aside;
	o->in_place_of = w->in_place_of;
	o->plan = w->plan;
	o->cacert = o->cacert ? o->cacert : w->cacert;
	o->no_reload |= w->no_reload;
	o->fetch_addresses |= w->fetch_addresses;
	o->allow_unprotected |= w->allow_unprotected;
	return w->causes ? take_addresses(o, w, e) : 0;
}

static int
apply_answers(struct cmd *c, struct err *e)
{
	struct planned p = { 0 };
	int status = planned_build(c, &p, e) < 0 ? -1 : handoff_check(&p, e);

	if (status == 0)
		status = apply(c, &p);
	planned_free(&p);
	return status;
}

int
cmd_apply(const struct options *given)
{
	struct options own = *given;
	const struct options *o = &own;
	struct journal_wish wish = { 0 };
	struct err e = { 0 };
	struct arena arena = { 0 };
	struct cmd c;
	int status = -1;

	if (cmd_open(&c, o, &e) == 0 && take_wish(&own, &wish, &arena, &e) == 0 && change_may_ask(o, &e) == 0)
		status = wish.causes ? doctor_finish(&c, &wish, &e) : apply_answers(&c, &e);
	if (status < 0)
		status = cmd_status(&c, cmd_fail(o, &e));
	cmd_close(&c);
	arena_free(&arena);
	return status;
}
