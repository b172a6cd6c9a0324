#include "apply/apply_run.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"

static void next_step(void *ctx);

/* ---- the way back ---- */

void
apply_refuse(struct apply *a, const struct err *e)
{
	apply_finish(a, a->cancelled ? APPLY_UNDONE : APPLY_REFUSED, e);
}

static void
undone_and_looked(void *ctx)
{
	struct apply *a = ctx;
	long before, now;
	const char *name = sites_first_changed(a->sites, &before, &now);

	a->result.other_sites_changed = sites_changed(a->sites);
	if (name)
		apply_say(a, "undo", PROGRESS_FAIL,
		          _("Everything is put back, but %1$s answered %2$ld before and %3$ld now"),
		          name, before, now);
	else
		apply_say(a, "undo", PROGRESS_DONE,
		          _("everything is put back, and your other sites answer as before"));
	apply_finish(a, APPLY_UNDONE, &a->why);
}

/* Where there was no room to note that nothing was done, the next start would take it for half-way. */
static void
forget_unmarked(struct apply *a)
{
	struct journal_lines l;
	struct err ignored;

	journal_read(&l, a->journal.dir);
	if (!l.n || strcmp(json_get_string(l.v[l.n - 1], "do", ""), "undone") != 0)
		fs_remove_tree(a->journal.dir, &ignored);
	journal_lines_free(&l);
}

static void
undone(struct apply *a, const struct err *e)
{
	struct err failed = { 0 };

	if (e && a->not_begun) {
		apply_finish(a, APPLY_UNDO_FAILED, e);
	} else if (e) {
		const int n = (int)a->n_by_hand;
		err_set(&failed, ERR_ROLLBACK,
		        Q_("The undo failed: %1$d place could not be put back. %2$s",
		           "The undo failed: %1$d places could not be put back. %2$s", n),
		        n, e->msg);
		apply_finish(a, APPLY_UNDO_FAILED, &failed);
	} else if (!a->written) {
		forget_unmarked(a);
		apply_refuse(a, &a->why);
	} else if ((a->reloading || a->letting_go) && a->sites) {
		sites_ask(a->sites, undone_and_looked, a);
	} else {
		apply_say(a, "undo", PROGRESS_DONE, _("everything is put back"));
		apply_finish(a, APPLY_UNDONE, &a->why);
	}
}

void
apply_fail(struct apply *a, const struct err *e)
{
	a->why = *e;
	apply_stop_waiting(a);
	if (!a->journal.dir) {
		apply_refuse(a, &a->why);
		return;
	}
	undo_forget(a);
	undo_add(a, a->journal.id, a->journal.dir);
	undo_start(a, undone);
}

/* ---- the steps ---- */

static int
mark(struct apply *a, const char *deed, struct err *e)
{
	struct json *line = json_object();

	json_set_string(line, "do", deed);
	return journal_line(&a->journal, line, e);
}

static void
after_step(struct apply *a, const struct err *e)
{
	if (e) {
		apply_fail(a, e);
		return;
	}
	a->proved = a->proved || a->reloading;
	a->at++;
	apply_later(a, next_step);
}

static void
change_step(struct apply *a)
{
	struct alteration *c = &a->changes[a->at];
	struct err e = { 0 };

	if (!c->deed) {
		after_step(a, NULL);
		return;
	}
	apply_say(a, c->deed, PROGRESS_NOW, "%s", c->path);
	int rc = alter_do(c, &a->journal, &e);
	a->written = a->written || c->done;
	if (rc < 0) {
		apply_say(a, c->deed, PROGRESS_FAIL, "%s", e.msg);
		apply_fail(a, &e);
		return;
	}
	a->result.places++;
	apply_say(a, c->deed, PROGRESS_DONE, "%s", c->path);
	after_step(a, NULL);
}

static void
called(struct apply *a, const struct err *e)
{
	struct buf what = BUF_INIT;

	plan_object(&what, a->plan, a->at);
	if (e)
		apply_say(a, "call", PROGRESS_FAIL, "%s", e->msg);
	else {
		a->result.places++;
		a->proved |= !a->plan->steps.v[a->at].leaving;
		apply_say(a, "call", PROGRESS_DONE, "%s", what.s);
	}
	buf_free(&what);
	after_step(a, e);
}

static void
make_call(struct apply *a)
{
	struct buf what = BUF_INIT;

	if (plan_state(a->plan, a->at) == PLAN_SAME) {
		after_step(a, NULL);
		return;
	}
	plan_object(&what, a->plan, a->at);
	apply_say(a, "call", PROGRESS_NOW, "%s", what.s);
	buf_free(&what);
	call_step(a, a->plan->steps.v[a->at].call, (unsigned)a->at + 1, called);
}

/* For whoever reads the journal of a run that stopped half-way: so far it came. */
static void
validate_step(struct apply *a, const struct step *s)
{
	struct err e = { 0 };

	a->actor = s->leaving ? a->plan->context.leaving : &a->plan->context;
	if (mark(a, "validate", &e) < 0)
		apply_fail(a, &e);
	else
		command_validate(a, s->argv, after_step);
}

/* From here on nobody serves the address, until the new proxy does. */
static void
let_go(struct apply *a, const struct step *s)
{
	const struct plan *p = a->plan;
	struct err e = { 0 };

	if (mark(a, "let-go", &e) < 0) {
		apply_fail(a, &e);
		return;
	}
	a->letting_go = true;
	apply_say(a, "reload", PROGRESS_NOW, _("%1$s lets go of the address; nobody serves it until %2$s does"),
	          p->context.leaving->found->proxy->label, p->context.found->proxy->label);
	if (s->again)
		apply_say(a, "stop", PROGRESS_NOW, _("%s serves nothing else, so it is stopped; undoing starts it again"),
		          p->context.leaving->found->proxy->label);
	if (s->again)
		command_stop(a, s->argv, after_step);
	else
		command_reload(a, s->argv, after_step);
}

static void
take_hold(struct apply *a, const struct err *none)
{
	struct err e = { 0 };
	int clash;

	(void)none;
	machine_free(&a->machine);
	machine_read(&a->machine, a->root);
	clash = apply_clash(a->plan, &a->machine, &e);
	if (clash) {
		apply_say(a, "reload", PROGRESS_FAIL, "%s", e.msg);
		a->result.cause = clash > 0 ? "config-needs-restart" : NULL;
		apply_fail(a, &e);
	} else if (mark(a, "reload", &e) < 0) {
		apply_fail(a, &e);
	} else {
		a->reloading = true;
		command_reload(a, a->plan->steps.v[a->at].argv, after_step);
	}
}

static void
not_reloaded(struct apply *a)
{
	struct err ignored = { 0 };

	machine_free(&a->machine);
	machine_read(&a->machine, a->root);
	if (apply_clash(a->plan, &a->machine, &ignored) > 0)
		apply_say(a, "reload", PROGRESS_SKIP,
		          _("not wanted; the new configuration waits for a restart"));
	else
		apply_say(a, "reload", PROGRESS_SKIP,
		          _("not wanted; the new configuration waits for the next reload"));
	after_step(a, NULL);
}

static void
reload_step(struct apply *a, const struct step *s)
{
	unsigned ports[2];

	a->actor = s->leaving ? a->plan->context.leaving : &a->plan->context;
	if (a->options.no_reload) {
		not_reloaded(a);
	} else if (s->leaving) {
		let_go(a, s);
	} else if (a->letting_go) {
		answers_ports(a->plan->context.answers, &ports[0], &ports[1]);
		command_wait_free(a, ports, take_hold);
	} else
		take_hold(a, NULL);
}

static void
remove_directory(struct apply *a, const struct step *s)
{
	struct err e = { 0 };

	if (alter_remove_directory(a->root, s->path, s->straight, &a->journal, &e) < 0)
		apply_fail(a, &e);
	else
		after_step(a, NULL);
}

static void
check_step(struct apply *a)
{
	struct err e = { 0 };

	if (!a->proved) {
		apply_say(a, "verify", PROGRESS_SKIP,
		          _("nothing was reloaded, so nothing could be verified"));
		after_step(a, NULL);
		return;
	}
	if (mark(a, "verify", &e) < 0)
		apply_fail(a, &e);
	else
		verify_after(a, after_step);
}

static void
next_step(void *ctx)
{
	struct apply *a = ctx;

	a->timer = 0;
	if (a->at == a->plan->steps.n) {
		apply_keep(a);
		return;
	}
	const struct step *s = &a->plan->steps.v[a->at];
	switch (s->kind) {
	case STEP_WRITE:
	case STEP_LINK:
	case STEP_SET_ASIDE:
		change_step(a);
		break;
	case STEP_RMDIR:
		remove_directory(a, s);
		break;
	case STEP_RUN:
		if (s->role == ROLE_VALIDATE)
			validate_step(a, s);
		else if (s->role == ROLE_RELOAD)
			reload_step(a, s);
		else
			command_run(a, s->argv, after_step);
		break;
	case STEP_CALL:
		make_call(a);
		break;
	case STEP_CHECK:
		check_step(a);
		break;
	}
}

void
apply_steps(struct apply *a)
{
	a->at = 0;
	apply_later(a, next_step);
}
