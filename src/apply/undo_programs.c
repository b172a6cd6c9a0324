/* undo_programs.c - once the files are back: each proxy checks them and takes them, or is stopped or started again. */
#include "apply/apply_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"

static bool
same_argv(const char *const *a, const char *const *b)
{
	if (!a || !b)
		return a == b;
	while (*a && *b && strcmp(*a, *b) == 0)
		a++, b++;
	return !*a && !*b;
}

/* Has an earlier work of this undo reloaded the same proxy already? */
static bool
was_reloaded(const struct apply *a, const char *const *reload)
{
	for (size_t i = 0; i < a->work; i++)
		for (size_t k = 0; k < ARRAY_LEN(a->works[i].programs); k++) {
			const struct undo_programs *p = &a->works[i].programs[k];

			if (same_argv(p->reload, reload) && (a->works[i].restored || p->reload_begun))
				return true;
		}
	return false;
}

/* Those whose turn it is. */
static const struct undo_programs *
programs(const struct apply *a)
{
	const struct undo_work *w = &a->works[a->work];

	return &w->programs[w->program];
}

static void
program_failed(struct apply *a, const char *const *argv, const struct err *e)
{
	struct buf command = BUF_INIT;
	struct err why = { 0 };

	err_set(&why, ERR_ROLLBACK, _("The files are back, but the proxy did not take them. %s"),
	        e->msg);
	/* What never ran is not left running: the old configuration is in force as it was. */
	if (!a->plan || a->works[a->work].program == 1 || a->proved) {
		undo_remember(a, ERR_ROLLBACK, &why);
		proc_show(&command, argv);
		undo_by_hand(a, command.s);
	}
	buf_free(&command);
}

static void
on_reload(struct apply *a, const struct err *e)
{
	if (e)
		program_failed(a, programs(a)->reload, e);
	a->works[a->work].program++;
	undo_programs(a);
}

static void
on_validate(struct apply *a, const struct err *e)
{
	const struct undo_programs *p = programs(a);

	if (e) {
		program_failed(a, p->validate, e);
		a->works[a->work].program++;
		undo_programs(a);
	} else
		command_reload(a, p->reload, on_reload);
}

/* What did not come up, or was stopped since, need not be; a service manager says nothing of that. */
static bool
still_runs(struct apply *a, const char *const *argv)
{
	const struct undo_work *w = &a->works[a->work];
	const char *name = fs_basename(argv[0]);

	return !strcmp(name, "systemctl") || !strcmp(name, "service") ||
	       command_listens(a, name, (const unsigned[]){ w->http, w->https });
}

static void
on_stopped(struct apply *a, const struct err *e)
{
	if (e && still_runs(a, programs(a)->stop))
		program_failed(a, programs(a)->stop, e);
	a->works[a->work].program++;
	undo_programs(a);
}

static void
stop_program(struct apply *a, const char *const *argv)
{
	struct buf command = BUF_INIT;

	proc_show(&command, argv);
	apply_say(a, "undo", PROGRESS_NOW, "%s", command.s);
	buf_free(&command);
	command_run(a, argv, on_stopped);
}

static void
finish(struct apply *a)
{
	for (size_t i = 0; i < a->n_works; i++) {
		const struct undo_work *w = &a->works[i];
		if (w->failures == 0 && a->undo_err.code != ERR_ROLLBACK)
			undo_mark(a, w, w->conflicts ? "conflict" : "undone");
	}
	journal_close(&a->old);
	a->undoing = false;
	a->undone(a, a->undo_err.code ? &a->undo_err : NULL);
}

static bool
is_of_this_run(const struct apply *a, const struct undo_work *w)
{
	return a->journal.dir && a->journal.id == w->id;
}

/* For this run its own reload tells; what an older one wrote anybody may have loaded. */
static bool
needs_reload(const struct apply *a, const struct undo_work *w)
{
	const struct undo_programs *p = &w->programs[w->program];

	if (!p->reload)
		return false;
	if (is_of_this_run(a, w))
		return w->program == 1 ? a->letting_go : a->reloading;
	return (w->restored && !p->starts) || p->reload_begun;
}

/* It may have been started anew since, and is another process then. */
static const char *const *
renewed(struct apply *a, const char *const *argv, pid_t was, pid_t is)
{
	const char *old = arena_printf(&a->arena, "%ld", (long)was), **out;
	size_t n = 0;

	while (argv && argv[n])
		n++;
	out = arena_alloc(&a->arena, (n + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = strcmp(argv[i], old) == 0 ? arena_printf(&a->arena, "%ld", (long)is) : argv[i];
	return out;
}

static void
go_on(struct apply *a)
{
	const struct undo_programs *p = programs(a);

	if (p->stop)
		stop_program(a, p->stop);
	else if (p->validate)
		command_validate(a, p->validate, on_validate);
	else
		command_reload(a, p->reload, on_reload);
}

/* What neither runs nor is to be started reads its files when somebody starts it; what runs is not started twice. */
static void
on_looked(void *ctx)
{
	struct apply *a = ctx;
	struct undo_programs *p = &a->works[a->work].programs[a->works[a->work].program];
	const struct proxy_found *f = &a->there;

	if (p->starts != f->running) {
		if (f->running)
			p->reload = renewed(a, p->reload, p->master, f->master);
		go_on(a);
		return;
	}
	if (!f->running)
		apply_say(a, "reload", PROGRESS_SKIP, _("%s does not run; it reads its files when it is started"),
		          f->proxy->label);
	a->works[a->work].program++;
	undo_programs(a);
}

static void
run_programs(struct apply *a, const struct err *none)
{
	const struct undo_work *w = &a->works[a->work];
	const struct undo_programs *p = programs(a);
	const struct proxy *proxy = p->proxy ? proxy_find(p->proxy) : NULL;

	(void)none;
	if (proxy && (p->starts || (p->master && !is_of_this_run(a, w))))
		command_look(a, proxy, on_looked);
	else
		go_on(a);
}

/* It was stopped and started since: an older change of this undo had started it in the first place. */
static bool
is_stopped_later(const struct apply *a)
{
	const struct undo_programs *p = programs(a);

	for (size_t i = a->work + 1; p->starts && p->proxy && i < a->n_works; i++) {
		const struct undo_programs *q = &a->works[i].programs[0];

		if (q->stop && q->proxy && strcmp(q->proxy, p->proxy) == 0)
			return true;
	}
	return false;
}

void
undo_programs(struct apply *a)
{
	while (a->work < a->n_works) {
		struct undo_work *w = &a->works[a->work];

		if (w->program == ARRAY_LEN(w->programs)) {
			a->work++;
			continue;
		}
		if (!needs_reload(a, w) || was_reloaded(a, programs(a)->reload) || is_stopped_later(a)) {
			w->program++;
			continue;
		}
		/* So that a crash from here on leaves a reload to be done. */
		undo_mark(a, w, w->program == 1 ? "let-go" : "reload");
		if (a->plan)
			a->actor = w->program == 1 && a->plan->context.leaving ? a->plan->context.leaving
			                                                       : &a->plan->context;
		/* Who came lets go before who was left takes hold again. */
		if (w->program == 1)
			command_wait_free(a, (const unsigned[]){ w->http, w->https }, run_programs);
		else
			run_programs(a, NULL);
		return;
	}
	finish(a);
}
