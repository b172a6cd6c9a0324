/* undo_programs.c - once the files are back: each proxy checks them and takes them, or is stopped or started again. */
#include "apply/apply_run.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"

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

static bool
is_of_this_run(const struct apply *a, const struct undo_work *w)
{
	return a->journal.dir && a->journal.id == w->id;
}

/* What never ran is not left running: then the old configuration is in force as it was. */
static bool
may_run_new(const struct apply *a)
{
	const struct undo_work *w = &a->works[a->work];

	return !is_of_this_run(a, w) || w->program == 1 || a->proved || !a->reloading;
}

static void
next_program(struct apply *a)
{
	a->works[a->work].program++;
	undo_programs(a);
}

static void
program_failed(struct apply *a, const char *const *argv, const struct err *e)
{
	struct buf command = BUF_INIT;
	struct err why = { 0 };

	err_set(&why, ERR_ROLLBACK, _("The files are back, but the proxy did not take them. %s"),
	        e->msg);
	undo_remember(a, ERR_ROLLBACK, &why);
	proc_show(&command, argv);
	undo_by_hand(a, NULL, command.s);
	buf_free(&command);
}

static void
on_started(struct apply *a, const struct err *e)
{
	if (e)
		program_failed(a, a->argv, e);
	next_program(a);
}

/* It ran, and what was to reload it ended it: with it every site of this server. */
static bool
start_again(struct apply *a)
{
	struct answers none = { 0 };
	const struct proxy_context c = { .answers = &none, .found = &a->there, .root = a->root };
	const struct step *start = NULL;
	struct err e = { 0 };

	answers_init(&none);
	steps_free(&a->start);
	if (!a->there.box && !a->there.container && proxy_runs(&a->start, &c, &e) == 0)
		start = steps_find(&a->start, STEP_RUN, ROLE_RELOAD);
	answers_free(&none);
	/* The services of this machine are not those of another root. */
	if (!start || (a->root && step_asks_service(start->argv)))
		return false;
	command_start(a, start->argv, on_started);
	return true;
}

static void
say_stands_still(struct apply *a)
{
	apply_say(a, "reload", PROGRESS_SKIP, _("%s does not run; it reads its files when it is started"),
	          a->there.proxy->label);
}

static void
looked_who_runs(void *ctx)
{
	struct apply *a = ctx;
	const bool ended = !a->there.running && a->ran;

	if (ended && start_again(a))
		return;
	if (!a->there.running && !a->ran && programs(a)->seen)
		say_stands_still(a);
	else if (ended || may_run_new(a))
		program_failed(a, a->failed, &a->reload_err);
	next_program(a);
}

/* Why is seen by what runs now. */
static void
not_taken(struct apply *a, const char *const *argv, const struct err *e)
{
	const char *name = programs(a)->proxy;
	const struct proxy *proxy = name ? proxy_find(name) : NULL;

	if (proxy && proxy->detect && !programs(a)->starts) {
		a->failed = argv;
		a->reload_err = *e;
		command_look(a, proxy, looked_who_runs);
		return;
	}
	if (may_run_new(a))
		program_failed(a, argv, e);
	next_program(a);
}

static void
on_reload(struct apply *a, const struct err *e)
{
	if (e)
		not_taken(a, programs(a)->reload, e);
	else
		next_program(a);
}

static void
on_validate(struct apply *a, const struct err *e)
{
	if (e)
		not_taken(a, programs(a)->validate, e);
	else
		command_reload(a, programs(a)->reload, on_reload);
}

/* What did not come up, or was stopped since, need not be; a service manager says nothing of that. */
static bool
still_runs(struct apply *a, const char *const *argv)
{
	const struct undo_work *w = &a->works[a->work];

	return step_asks_service(argv) ||
	       command_listens(a, fs_basename(argv[0]), (const unsigned[]){ w->http, w->https });
}

static void
on_stopped(struct apply *a, const struct err *e)
{
	if (e && still_runs(a, programs(a)->stop))
		program_failed(a, programs(a)->stop, e);
	next_program(a);
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

/* By somebody, while our files stood there. */
static bool
was_reloaded_early(const struct apply *a)
{
	const struct proxy_found *f = a->plan->context.found;

	return a->early && f->proxy->proof(f, a->early) == PROOF_DONE;
}

/* For this run what it saw tells; what an older one wrote anybody may have loaded. */
static bool
needs_reload(const struct apply *a, const struct undo_work *w)
{
	const struct undo_programs *p = &w->programs[w->program];

	if (!p->reload)
		return false;
	if (is_of_this_run(a, w))
		return w->program == 1 ? a->letting_go : a->reloading || (w->restored && was_reloaded_early(a));
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
		say_stands_still(a);
	next_program(a);
}

static void
run_programs(struct apply *a, const struct err *none)
{
	const struct undo_work *w = &a->works[a->work];
	const struct undo_programs *p = programs(a);
	const struct proxy *proxy = p->proxy ? proxy_find(p->proxy) : NULL;

	(void)none;
	a->ran = is_of_this_run(a, w) && a->actor->found->running;
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
