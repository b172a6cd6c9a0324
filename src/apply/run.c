/* run.c - what every apply and rollback has: its start, its words, its waiting and its end. */
#include "apply/apply_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static const char *const state_names[] = {
	[PROGRESS_NOW]  = "now",
	[PROGRESS_DONE] = "done",
	[PROGRESS_FAIL] = "fail",
	[PROGRESS_SKIP] = "skip",
};

struct json *
progress_json(const struct progress *p)
{
	struct json *j = json_object();

	json_set_string(j, "step", p->step);
	json_set_string(j, "state", state_names[p->state]);
	json_set_string(j, "text", p->text);
	json_set_int(j, "places", (long long)p->places);
	if (p->within)
		json_set_int(j, "within", p->within);
	return j;
}

struct apply *
apply_new(struct loop *l, const char *root, apply_progress_fn *on_progress, apply_done_fn *on_done,
          void *ctx)
{
	struct apply *a = xcalloc(1, sizeof(*a));

	a->loop = l;
	a->root = arena_strdup(&a->arena, root);
	a->on_progress = on_progress;
	a->on_done = on_done;
	a->ctx = ctx;
	a->lock.fd = -1;
	a->journal = a->old = (struct journal)JOURNAL_INIT;
	return a;
}

static void
say_line(struct apply *a, struct progress *p, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	log_write("apply: %s %s: %s", p->step, state_names[p->state], text);
	p->text = text;
	p->places = a->result.places;
	if (a->on_progress)
		a->on_progress(a->ctx, p);
}

void
apply_say(struct apply *a, const char *step, enum progress_state state, const char *fmt, ...)
{
	struct progress p = { .step = step, .state = state };
	va_list ap;

	va_start(ap, fmt);
	say_line(a, &p, fmt, ap);
	va_end(ap);
}

void
apply_say_within(struct apply *a, const char *step, int ms, const char *fmt, ...)
{
	struct progress p = { .step = step, .state = PROGRESS_NOW, .within = (unsigned)ms / 1000 };
	va_list ap;

	va_start(ap, fmt);
	say_line(a, &p, fmt, ap);
	va_end(ap);
}

void
apply_later(struct apply *a, loop_fn *fn)
{
	a->timer = loop_after(a->loop, 0, fn, a);
}

void
apply_stop_waiting(struct apply *a)
{
	loop_cancel(a->loop, a->timer);
	a->timer = 0;
	if (a->proc)
		proc_kill(a->proc);
	a->proc = NULL;
	proxy_talk_stop(a->talk);
	a->talk = NULL;
	free(a->proof);
	a->proof = NULL;
	a->then = a->seen = NULL;
	calls_stop(a);
	if (a->sites)
		sites_stop(a->sites);
	if (a->before && !check_is_done(a->before)) {
		check_free(a->before);
		a->before = NULL;
	}
	if (a->verify && !check_is_done(a->verify)) {
		check_free(a->verify);
		a->verify = NULL;
		a->result.verify = NULL;
	}
	if (a->outside && !check_is_done(a->outside)) {
		check_free(a->outside);
		a->outside = NULL;
		a->result.outside = NULL;
	}
}

static void
tell(void *ctx)
{
	struct apply *a = ctx;

	a->timer = 0;
	a->on_done(a->ctx, &a->result);
}

void
apply_finish(struct apply *a, enum apply_outcome outcome, const struct err *e)
{
	apply_stop_waiting(a);
	a->over = true;
	a->result.outcome = outcome;
	if (e)
		a->result.err = *e;
	a->result.by_hand = a->by_hand;
	journal_close(&a->journal);
	journal_unlock(&a->lock);
	apply_later(a, tell);
}

void
apply_free(struct apply *a)
{
	if (!a)
		return;
	apply_stop_waiting(a);
	loop_cancel(a->loop, a->cancelling);
	for (size_t i = 0; a->changes && i < a->plan->steps.n; i++)
		alter_free(&a->changes[i]);
	free(a->changes);
	sites_free(a->sites);
	check_free(a->before);
	check_free(a->verify);
	check_free(a->outside);
	machine_free(&a->machine);
	undo_forget(a);
	calls_free(a);
	plan_free(&a->fresh);
	proxy_found_free(&a->found);
	proxy_found_free(&a->there);
	steps_free(&a->start);
	free(a->by_hand);
	free(a->by_hand_at);
	free(a->early);
	journal_close(&a->old);
	journal_close(&a->journal);
	journal_unlock(&a->lock);
	arena_free(&a->arena);
	free(a);
}
