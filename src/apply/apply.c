#include "apply/apply_run.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "apply/guard.h"
#include "apply/move.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"

#define CANCEL_MS   50
#define MAX_PEM     (256 * 1024)
#define PATIENCE_MS 15000 /* for a request that is on its way when it is to be undone */

/* ---- keep it ---- */

/* Only where they differ from what is saved.  That they could not be saved undoes nothing. */
static void
save_answers(struct apply *a)
{
	const char *path = a->options.answers_to, *root = a->root;
	struct buf text = BUF_INIT;
	struct content is = CONTENT_INIT;
	struct alteration c = { .was = CONTENT_INIT, .is = CONTENT_INIT };
	struct err e = { 0 };
	int rc;

	if (!path)
		return;
	if (root && strncmp(path, root, strlen(root)) != 0)
		root = NULL;
	answers_write(&text, a->plan->context.answers);
	content_file(&is, text.s, text.len, 0600);
	rc = alter_prepare(&c, "answers", root, path, false, &is, (unsigned)a->plan->steps.n + 1, &e);
	if (rc == 0 && !content_same(&c.was, &c.is)) {
		rc = alter_backup(&c, &a->journal, &e);
		if (rc == 0)
			rc = alter_do(&c, &a->journal, &e);
	}
	if (rc < 0)
		apply_say(a, "keep", PROGRESS_SKIP, _("The answers could not be saved: %s"), e.msg);
	alter_free(&c);
	content_free(&is);
	buf_free(&text);
}

static void
kept(struct apply *a, const struct err *e)
{
	(void)e;
	apply_finish(a, APPLY_KEPT, NULL);
}

/* What it was kept with: a later run says what is another since then. */
static void
put_seen(struct apply *a, struct json *line)
{
	const struct proxy_context *c = &a->plan->context;
	struct json *seen = json_object();
	struct buf pem = BUF_INIT;
	struct err e = { 0 };
	struct cert cert;

	json_set_int(seen, "format", 1);
	if (a->verify && *check_origin_version(a->verify))
		json_set_string(seen, "openchamber", check_origin_version(a->verify));
	if (c->found->version)
		json_set_string(seen, "proxy", c->found->version);
	if (c->answers->tls == TLS_EXISTING && c->answers->certificate &&
	    fs_read(&pem, fs_path(&a->arena, c->root, c->answers->certificate), MAX_PEM, &e) == 0 &&
	    cert_parse(&cert, &a->arena, pem.s, pem.len, c->answers->certificate, &e) == 0)
		json_set_int(seen, "certificateUntil", (long long)cert.not_after);
	buf_free(&pem);
	json_set(line, "seen", seen);
}

static void
commit(void *ctx)
{
	struct apply *a = ctx;
	struct json *line = json_object();
	struct err e = { 0 };

	a->timer = 0;
	a->confirming = false;
	save_answers(a);
	json_set_string(line, "do", "commit");
	put_seen(a, line);
	if (journal_line(&a->journal, line, &e) < 0) {
		apply_fail(a, &e);
		return;
	}
	a->committed = true;
	journal_close(&a->journal);
	journal_unlock(&a->lock);
	apply_say(a, "keep", PROGRESS_DONE, _("the new configuration stays"));
	if (a->proved)
		verify_outside(a, kept);
	else
		kept(a, NULL);
}

static void
too_late(void *ctx)
{
	struct apply *a = ctx;
	struct err e = { 0 };

	a->timer = 0;
	a->confirming = false;
	err_set(&e, ERR_FAILED,
	        Q_("Nobody kept it within %u second.", "Nobody kept it within %u seconds.",
	           a->options.confirm_within), a->options.confirm_within);
	apply_say(a, "keep", PROGRESS_FAIL, "%s", e.msg);
	apply_fail(a, &e);
}

void
apply_keep(struct apply *a)
{
	const unsigned within = a->options.confirm_within;

	if (!within) {
		commit(a);
		return;
	}
	a->confirming = true;
	a->timer = loop_after(a->loop, (int)within * 1000, too_late, a);
	apply_say_within(a, "keep", (int)within * 1000,
	                 Q_("It works, and is undone in %u second unless it is kept",
	                    "It works, and is undone in %u seconds unless it is kept", within), within);
}

/* ---- begin ---- */

/* From here on everything that is changed is in the journal. */
static void
let_in(struct apply *a, const struct err *e)
{
	const struct proxy_found *f = a->plan->context.found;
	struct err failed = { 0 };

	if (!e && guard_files(a->plan, a->options.over_edits, &failed) < 0)
		e = &failed;
	if (!e && apply_back_up(a, &failed) < 0)
		e = &failed;
	if (e) {
		apply_say(a, "backup", PROGRESS_FAIL, "%s", e->msg);
		apply_fail(a, e);
		return;
	}
	a->early = f->running && f->proxy->before_reload ? f->proxy->before_reload(f) : NULL;
	apply_steps(a);
}

static void
pictured(struct apply *a, const struct err *e)
{
	if (e)
		let_in(a, e);
	else
		calls_prepare(a, let_in);
}

static void
unchanged(struct apply *a)
{
	apply_say(a, "keep", PROGRESS_SKIP, _("everything is as the answers want it already"));
	apply_finish(a, APPLY_UNCHANGED, NULL);
}

/* The plan was made while the half-way change stood there, and may have taken that for granted. */
static int
plan_anew(struct apply *a, struct err *e)
{
	char is[65];

	apply_say(a, "undo", PROGRESS_DONE, _("what was left half-way is put back"));
	if (a->plan->causes && !a->options.continues)
		return err_set(e, ERR_CONFLICT,
		               _("What was left half-way is put back, which changes the files. "
		                 "Look for the causes again."));
	if (!a->found.proxy)
		a->context = a->plan->context;
	if ((a->plan->causes ? plan_repair(&a->fresh, &a->context, a->plan->causes, e)
	                     : plan_build(&a->fresh, &a->context, a->plan->context.set_aside, e)) < 0)
		return -1;
	plan_hash(&a->fresh, is);
	a->plan = &a->fresh;
	a->actor = &a->fresh.context;
	if (a->options.plan_hash && strcasecmp(a->options.plan_hash, is) != 0)
		return err_set(e, ERR_CONFLICT,
		               _("What was left half-way is put back, which changes the plan. "
		                 "Review it again."));
	return 0;
}

/* What a reload cannot do is better known before anything is written. */
static bool
would_clash(struct apply *a, struct err *e)
{
	struct machine m = { 0 };
	int clash;

	/* Who is left has the ports until then; that nothing else of it keeps them was seen in the plan. */
	if (move_program(a->plan, ROLE_RELOAD))
		return false;
	machine_read(&m, a->root);
	clash = apply_clash(a->plan, &m, e);
	machine_free(&m);
	a->result.cause = clash > 0 ? "config-needs-restart" : NULL;
	return clash != 0;
}

static void
look_around(struct apply *a)
{
	apply_say(a, "backup", PROGRESS_NOW, _("looking how everything answers before the change"));
	verify_before(a, pictured);
}

static void
on_running(void *ctx, const char *mark, const struct err *e)
{
	struct apply *a = ctx;
	struct err why = { 0 };

	a->awaiting_read = false;
	a->running = arena_strdup(&a->arena, mark);
	if (e)
		why = *e;
	else if (a->cancelled)
		err_set(&why, ERR_CANCELLED, _("Stopped; nothing was changed."));
	proxy_talk_stop(a->talk);
	a->talk = NULL;
	if (!why.code) {
		look_around(a);
		return;
	}
	apply_say(a, "reload", PROGRESS_FAIL, "%s", why.msg);
	apply_refuse(a, &why);
}

/* A reload drops what did not come from the proxy's files: that is better known before anything is written. */
static void
look_at_running(struct apply *a)
{
	const struct proxy_context *c = &a->plan->context;

	if (a->options.no_reload || !a->net || !c->found->proxy->look) {
		look_around(a);
		return;
	}
	a->awaiting_read = true;
	a->talk = c->found->proxy->look(a->loop, a->net, c, on_running, a);
}

static void
go_ahead(struct apply *a, bool recovered, const struct err *e)
{
	struct err why = { 0 };

	if (!e && a->cancelled) {
		err_set(&why, ERR_CANCELLED, _("Stopped; nothing was changed."));
		e = &why;
	}
	if (!e && recovered && plan_anew(a, &why) < 0)
		e = &why;
	if (e)
		apply_refuse(a, e);
	else if (!plan_changes(a->plan))
		unchanged(a);
	else if (!a->options.no_reload && would_clash(a, &why)) {
		apply_say(a, "reload", PROGRESS_FAIL, "%s", why.msg);
		apply_refuse(a, &why);
	} else
		look_at_running(a);
}

static void
on_read(void *ctx, const struct err *e)
{
	struct apply *a = ctx;

	a->awaiting_read = false;
	go_ahead(a, true, e);
}

static void
on_detected(void *ctx)
{
	struct apply *a = ctx;

	a->context = a->plan->context;
	a->context.found = &a->found;
	if (!proxy_is_read(&a->found, a->context.answers)) {
		on_read(a, NULL);
		return;
	}
	proxy_read(a->loop, a->net, a->root, a->context.answers, &a->found, on_read, a);
}

/*
 * What was seen may have been the half-way change: files, what a service has, a proxy that ran only
 * because of it.  So it is looked at again.
 */
static void
settled(struct apply *a, const struct err *e)
{
	const struct proxy_found *f = a->plan->context.found;
	const bool recovered = a->n_works > 0;

	undo_forget(a);
	if (e || !recovered) {
		go_ahead(a, recovered, e);
		return;
	}
	a->awaiting_read = true;
	a->found.proxy = f->proxy;
	if (f->chosen) {
		a->found.config = arena_strdup(&a->found.arena, f->config);
		a->found.chosen = true;
	}
	machine_free(&a->machine);
	machine_read(&a->machine, a->root);
	proxy_detect(a->loop, a->net, a->root, &a->machine, &a->found, on_detected, a);
}

static bool
is_unfinished(struct apply *a)
{
	struct journal_entry entry;

	return journal_open_business(&a->arena, a->root, &entry);
}

/* What stood there when the first run began was seen by whoever let it begin. */
static bool
edits_were_seen(const struct apply *a)
{
	char now[65];

	return a->options.continues || (a->options.replaces && plan_replaces(a->plan, now) &&
	                                strcasecmp(a->options.replaces, now) == 0);
}

static void
begin(void *ctx)
{
	struct apply *a = ctx;
	struct err e = { 0 };
	bool half_way = is_unfinished(a);

	a->timer = 0;
	a->options.over_edits = a->options.over_edits || edits_were_seen(a);
	if (a->options.continues && !half_way) {
		err_set(&e, ERR_CONFLICT, _("Nothing is half-way on this server any more."));
		apply_refuse(a, &e);
		return;
	}
	/* A plan that is made while the half-way change stands there may be another. */
	if (guard_plan(a->plan, a->options.continues ? NULL : a->options.plan_hash, &e) < 0 ||
	    (!half_way && guard_files(a->plan, a->options.over_edits, &e) < 0)) {
		apply_refuse(a, &e);
		return;
	}
	if (!half_way && !plan_changes(a->plan)) {
		unchanged(a);
		return;
	}
	if (journal_lock(&a->lock, a->root, &e) < 0) {
		apply_say(a, "lock", PROGRESS_FAIL, "%s", e.msg);
		apply_refuse(a, &e);
		return;
	}
	apply_say(a, "lock", PROGRESS_DONE, _("nothing else is changing this server"));
	rollback_unfinished(a, settled);
}

struct apply *
apply_start(struct loop *l, struct net *n, const struct plan *p, const struct apply_options *o,
            apply_progress_fn *on_progress, apply_done_fn *on_done, void *ctx)
{
	struct apply *a = apply_new(l, p->context.root, on_progress, on_done, ctx);

	a->net = n;
	a->plan = p;
	a->actor = &p->context;
	a->options = *o;
	apply_later(a, begin);
	return a;
}

/* ---- from outside ---- */

static void
cancel(void *ctx)
{
	struct apply *a = ctx;
	struct err e = { 0 };

	a->cancelling = 0;
	if (a->over || a->committed || a->undoing || a->awaiting_read)
		return;
	/* What is on its way is not called back; its end tells what there is to undo. */
	if (calls_out(a) && loop_now() < a->patience) {
		a->cancelling = loop_after(a->loop, CANCEL_MS, cancel, a);
		return;
	}
	err_set(&e, ERR_CANCELLED, _("Stopped; everything was put back."));
	apply_fail(a, &e);
}

/* From the loop, for it may be called while one of our own callbacks runs. */
void
apply_undo_now(struct apply *a)
{
	if (!a->plan || a->over || a->committed || a->cancelling)
		return;
	a->cancelled = true;
	a->patience = loop_now() + PATIENCE_MS;
	a->cancelling = loop_after(a->loop, 0, cancel, a);
}

void
apply_confirm(struct apply *a)
{
	if (!a->confirming)
		return;
	a->confirming = false;
	loop_cancel(a->loop, a->timer);
	apply_later(a, commit);
}
