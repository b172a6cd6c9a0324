#include "apply/apply_run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/stands.h"
#include "base/i18n.h"
#include "base/self.h"

static bool
is_in_force(enum journal_state s)
{
	return s == JOURNAL_COMMITTED || s == JOURNAL_UNFINISHED || s == JOURNAL_CONFLICT;
}

/* ---- before an apply ---- */

void
rollback_unfinished(struct apply *a, apply_then *then)
{
	struct journal_entry *v;
	size_t n = journal_list(&a->arena, a->root, &v);

	undo_forget(a);
	for (size_t i = 0; i < n; i++)
		if (v[i].state == JOURNAL_UNFINISHED)
			undo_add(a, v[i].id, v[i].dir);
	if (a->n_works == 0) {
		then(a, NULL);
		return;
	}
	apply_say(a, "undo", PROGRESS_NOW, _("Number %u stopped half-way, so it is undone first"),
	          a->works[0].id);
	undo_start(a, then);
}

/* ---- rollback and remove ---- */

static void
nothing_to_do(struct apply *a, const char *why)
{
	struct err none = { 0 };

	apply_say(a, "undo", PROGRESS_SKIP, "%s", why);
	/* Not an error: the code stays ERR_NONE, the sentence tells why. */
	err_set(&none, ERR_NONE, "%s", why);
	apply_finish(a, APPLY_UNCHANGED, &none);
}

static void
rolled_back(struct apply *a, const struct err *e)
{
	if (e && a->not_begun) {
		apply_say(a, "undo", PROGRESS_FAIL, "%s", e->msg);
		apply_finish(a, APPLY_REFUSED, e);
		return;
	}
	if (e && e->code == ERR_ROLLBACK) {
		apply_finish(a, APPLY_UNDO_FAILED, e);
		return;
	}
	if (!e)
		apply_say(a, "undo", PROGRESS_DONE, _("what stood there before is back"));
	apply_finish(a, APPLY_UNDONE, e);
}

/* 0: to be undone; 1: nothing to do; -1: cannot. */
static int
choose(struct apply *a, const struct journal_entry *v, size_t n, unsigned id, struct err *e)
{
	size_t i = 0;
	unsigned above;

	while (id && i < n && v[i].id != id)
		i++;
	if (i == n && id)
		return err_set(e, ERR_USAGE, _("There is no change number %u on this server."), id);
	if (i == n) {
		nothing_to_do(a, _("Nothing was ever applied here, so there is nothing to undo."));
		return 1;
	}
	a->result.id = v[i].id;
	if (v[i].state == JOURNAL_UNDONE) {
		const char *text = _("Number %u is undone already; nothing was touched.");
		nothing_to_do(a, arena_printf(&a->arena, text, v[i].id));
		return 1;
	}
	if (v[i].state == JOURNAL_BUSY)
		return err_set(e, ERR_CONFLICT,
		               _("Process %ld is changing this server now. Wait until it is done."),
		               (long)v[i].pid);
	above = v[i].state == JOURNAL_COMMITTED ? stands_on(v, i, a->root) : 0;
	if (above)
		return err_set(e, ERR_CONFLICT,
		               _("Number %1$u stands on what number %2$u made for both. Undo number %1$u first."),
		               above, v[i].id);
	undo_add(a, v[i].id, v[i].dir);
	return 0;
}

static int
choose_all(struct apply *a, const struct journal_entry *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_in_force(v[i].state)) {
			undo_add(a, v[i].id, v[i].dir);
			a->result.places += v[i].places;
		}
	if (a->n_works)
		return 0;
	nothing_to_do(a, _("Nothing that was applied here is still in force."));
	return 1;
}

/* The list read under the lock counts; without an entry nothing is touched, not even a lock. */
static void
begin(struct apply *a, unsigned id, bool all)
{
	struct journal_entry *v;
	struct err e = { 0 };
	int rc;

	if (journal_list(&a->arena, a->root, &v) && journal_lock(&a->lock, a->root, &e) < 0) {
		apply_say(a, "lock", PROGRESS_FAIL, "%s", e.msg);
		apply_finish(a, APPLY_REFUSED, &e);
		return;
	}
	size_t n = journal_list(&a->arena, a->root, &v);
	rc = all ? choose_all(a, v, n) : choose(a, v, n, id, &e);
	if (rc < 0)
		apply_finish(a, APPLY_REFUSED, &e);
	else if (rc == 0)
		undo_start(a, rolled_back);
}

static void
begin_one(void *ctx)
{
	struct apply *a = ctx;

	a->timer = 0;
	begin(a, a->result.id, false);
}

static void
begin_all(void *ctx)
{
	struct apply *a = ctx;

	a->timer = 0;
	begin(a, 0, true);
}

struct apply *
rollback_start(struct loop *l, struct net *n, const char *root, unsigned id,
               apply_progress_fn *on_progress, apply_done_fn *on_done, void *ctx)
{
	struct apply *a = apply_new(l, root, on_progress, on_done, ctx);

	a->net = n;
	a->result.id = id;
	apply_later(a, begin_one);
	return a;
}

struct apply *
remove_start(struct loop *l, struct net *n, const char *root,
             apply_progress_fn *on_progress, apply_done_fn *on_done, void *ctx)
{
	struct apply *a = apply_new(l, root, on_progress, on_done, ctx);

	a->net = n;
	apply_later(a, begin_all);
	return a;
}

void
rollback_command(struct buf *out, const struct machine *m, unsigned id, const char *root)
{
	buf_printf(out, "%s%s rollback %u%s%s", machine_as_root(m), self_command(), id, root ? " --root " : "",
	           root ? root : "");
}
