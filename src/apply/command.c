#include "apply/apply_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "proxy/boxed.h"

#define VALIDATE_MS 30000
#define RELOAD_MS   60000
#define PROOF_MS    5000
#define FAILED_MS   1000 /* until a reload that was said to fail would be seen to have taken */
#define LOOK_MS     20
#define READY_MS    100

static const char *
shown(struct apply *a, const char *const *argv)
{
	struct buf b = BUF_INIT;

	proc_show(&b, argv);
	char *s = arena_strdup(&a->arena, b.s);
	buf_free(&b);
	return s;
}

/* A service manager is another program, and gives what it starts an output of its own. */
static bool
leaves_writer(const struct apply *a, const char *const *argv)
{
	const struct proxy_found *f = argv == a->argv ? a->reloaded : NULL;

	return f && !f->running && f->proxy->start_keeps_output && argv[1] && strcmp(argv[1], "start") == 0 &&
	       strcmp(fs_basename(argv[0]), f->proxy->name) == 0;
}

static void
start(struct apply *a, const char *const *argv, int timeout_ms, proc_done_fn *done)
{
	const struct proc_request q = {
		.argv = argv, .timeout_ms = timeout_ms, .own_session = true, .leaves_others = leaves_writer(a, argv),
		.done = done, .ctx = a,
	};

	a->argv = argv;
	a->proc = proc_start(a->loop, &q);
}

void
command_go_on(struct apply *a, const struct err *e)
{
	apply_then *then = a->then;

	a->then = NULL;
	then(a, e);
}

static bool
complains(const struct proc_result *r, const struct proxy *proxy, struct err *e)
{
	struct buf said = BUF_INIT;
	bool found = false;

	if (r->started && !r->timed_out && proxy && proxy->complaint) {
		buf_printf(&said, "%s\n%s", r->err.s, r->out.s);
		found = proxy->complaint(said.s, e);
	}
	buf_free(&said);
	return found;
}

/* What it said last, for people; its errors come before its output. */
static const char *
last_words(struct apply *a, const struct proc_result *r)
{
	const struct buf *said = r->err.len ? &r->err : &r->out;
	size_t end = said->len, from;
	struct buf safe = BUF_INIT;

	while (end && strchr("\r\n ", said->s[end - 1]))
		end--;
	for (from = end; from && said->s[from - 1] != '\n'; from--)
		;
	text_safe(&safe, said->s + from, end - from, 300);
	char *s = arena_strdup(&a->arena, safe.s);
	buf_free(&safe);
	return s;
}

/* -1: it did not do what it should; why, where it is the proxy itself that says so. */
static int
judge(struct apply *a, const struct proc_result *r, const struct proxy *proxy, struct err *e)
{
	struct err complaint = { 0 };
	const char *command = shown(a, a->argv), *said = last_words(a, r);

	if (!r->started)
		return err_set(e, ERR_MISSING, _("%s cannot be run: %s"), command,
		               strerror(r->sys));
	if (r->timed_out)
		return err_set(e, ERR_CHILD, _("%s did not end in time."), command);
	if (r->status == 0)
		return 0;
	if (complains(r, proxy, &complaint))
		said = complaint.msg;
	if (said[0])
		return err_set(e, ERR_CHILD, _("%1$s ended with status %2$d: %3$s"), command,
		               r->status, said);
	return err_set(e, ERR_CHILD, _("%1$s ended with status %2$d."), command, r->status);
}

/* ---- validate ---- */

static const struct proxy *
whose(const struct apply *a)
{
	const struct undo_work *w = a->n_works ? &a->works[a->work] : NULL;
	const char *name = w ? w->programs[w->program].proxy : NULL;

	if (a->undoing && name)
		return proxy_find(name);
	return a->plan ? a->actor->found->proxy : NULL;
}

static void
on_validated(void *ctx, const struct proc_result *r)
{
	struct apply *a = ctx;
	const struct proxy *proxy = whose(a);
	struct err e = { 0 }, found = { 0 };

	a->proc = NULL;
	if (judge(a, r, NULL, &e) == 0) {
		const char *said = last_words(a, r);
		if (said[0])
			apply_say(a, "validate", PROGRESS_DONE, "%s: %s", shown(a, a->argv), said);
		else
			apply_say(a, "validate", PROGRESS_DONE, "%s", shown(a, a->argv));
		command_go_on(a, NULL);
		return;
	}
	if (complains(r, proxy, &found))
		e = found;
	apply_say(a, "validate", PROGRESS_FAIL, "%s", e.msg);
	command_go_on(a, &e);
}

void
command_validate(struct apply *a, const char *const *argv, apply_then *then)
{
	a->then = then;
	apply_say_within(a, "validate", VALIDATE_MS, "%s", shown(a, argv));
	start(a, argv, VALIDATE_MS, on_validated);
}

/* ---- any other program of a plan ---- */

static void
on_run(void *ctx, const struct proc_result *r)
{
	struct apply *a = ctx;
	struct err e = { 0 };

	a->proc = NULL;
	command_go_on(a, judge(a, r, NULL, &e) < 0 ? &e : NULL);
}

void
command_run(struct apply *a, const char *const *argv, apply_then *then)
{
	a->then = then;
	start(a, argv, RELOAD_MS, on_run);
}

static void
on_stopped(void *ctx, const struct proc_result *r)
{
	struct apply *a = ctx;
	struct err e = { 0 };

	a->proc = NULL;
	if (judge(a, r, NULL, &e) < 0) {
		apply_say(a, "stop", PROGRESS_FAIL, "%s", e.msg);
		command_go_on(a, &e);
		return;
	}
	apply_say(a, "stop", PROGRESS_DONE, "%s", shown(a, a->argv));
	command_go_on(a, NULL);
}

void
command_stop(struct apply *a, const char *const *argv, apply_then *then)
{
	a->then = then;
	apply_say(a, "stop", PROGRESS_NOW, "%s", shown(a, argv));
	start(a, argv, RELOAD_MS, on_stopped);
}

/* ---- reload ---- */

/* What it gets by itself takes longer; whether it works without is for the checks to say. */
static void
wait_ready(void *ctx)
{
	struct apply *a = ctx;
	const struct proxy_context *c = a->actor;

	a->timer = 0;
	if (c->found->proxy->ready(c) == PROOF_WAIT && loop_now() < a->deadline) {
		a->timer = loop_after(a->loop, READY_MS, wait_ready, a);
		return;
	}
	command_go_on(a, NULL);
}

static void
taken(struct apply *a)
{
	const struct proxy_context *c = a->actor;

	if (a->undoing || c != &a->plan->context || !c->found->proxy->ready) {
		command_go_on(a, NULL);
		return;
	}
	if (c->found->proxy->ready(c) == PROOF_WAIT)
		apply_say_within(a, "proof", 1000 * (int)c->found->proxy->ready_seconds,
		                 _("waiting until %s has its certificate"), c->found->proxy->label);
	a->deadline = loop_now() + 1000LL * c->found->proxy->ready_seconds;
	wait_ready(a);
}

static void
look(void *ctx)
{
	struct apply *a = ctx;
	const struct proxy_found *f = a->reloaded;
	struct err e = { 0 };

	a->timer = 0;
	switch (f->proxy->proof(f, a->proof)) {
	case PROOF_DONE:
		apply_say(a, "proof", PROGRESS_DONE, a->undoing ? _("%s runs the configuration of before") : _("%s runs the new configuration"),
		          f->proxy->label);
		break;
	case PROOF_WAIT:
		if (loop_now() < a->deadline) {
			a->timer = loop_after(a->loop, LOOK_MS, look, a);
			return;
		}
		err_set(&e, ERR_FAILED, _("%s did not take the new configuration within %d s."),
		        f->proxy->label, PROOF_MS / 1000);
		break;
	case PROOF_FAILED:
		err_set(&e, ERR_FAILED, _("%s ended when it was to reload."),
		        f->proxy->label);
		break;
	}
	free(a->proof);
	a->proof = NULL;
	if (e.code) {
		apply_say(a, "proof", PROGRESS_FAIL, "%s", e.msg);
		command_go_on(a, &e);
	} else
		taken(a);
}

/* A command can say that it failed, or never end, and its reload has taken all the same: an undo has to know. */
static void
look_after_failure(void *ctx)
{
	struct apply *a = ctx;
	const struct proxy_found *f = a->reloaded;

	const bool took = f->proxy->proof(f, a->proof) == PROOF_DONE;

	a->timer = 0;
	if (!took && loop_now() < a->deadline) {
		a->timer = loop_after(a->loop, LOOK_MS, look_after_failure, a);
		return;
	}
	free(a->proof);
	a->proof = NULL;
	if (!a->undoing)
		a->proved = a->proved || took;
	command_go_on(a, a->undoing && took ? NULL : &a->reload_err);
}

static void
reload_failed(struct apply *a, bool started, const struct err *e)
{
	apply_say(a, "reload", PROGRESS_FAIL, "%s", e->msg);
	a->reload_err = *e;
	a->deadline = loop_now() + (started ? FAILED_MS : 0);
	if (a->proof)
		look_after_failure(a);
	else
		command_go_on(a, &a->reload_err);
}

static void
reloaded(struct apply *a)
{
	const struct proxy *proxy = a->reloaded ? a->reloaded->proxy : NULL;

	apply_say(a, "reload", PROGRESS_DONE, "%s", shown(a, a->argv));
	if (!proxy) {
		command_go_on(a, NULL);
		return;
	}
	if (!proxy->proof) {
		taken(a);
		return;
	}
	apply_say_within(a, "proof", PROOF_MS, _("waiting until %s runs the new configuration"), proxy->label);
	a->deadline = loop_now() + PROOF_MS;
	a->timer = loop_after(a->loop, 0, look, a);
}

static void
on_reloaded(void *ctx, const struct proc_result *r)
{
	struct apply *a = ctx;
	struct err e = { 0 };

	a->proc = NULL;
	if (judge(a, r, a->reloaded ? a->reloaded->proxy : NULL, &e) < 0)
		reload_failed(a, r->started, &e);
	else
		reloaded(a);
}

/* What somebody else had it run meanwhile is left running: to reload the old files would drop it too. */
static void
on_talked(void *ctx, const char *mark, const struct err *e)
{
	struct apply *a = ctx;
	struct err why = { 0 };

	(void)mark;
	if (e)
		why = *e;
	proxy_talk_stop(a->talk);
	a->talk = NULL;
	if (why.code == ERR_CONFLICT)
		a->reloading = false;
	if (why.code)
		reload_failed(a, true, &why);
	else
		reloaded(a);
}

static void
reload(struct apply *a)
{
	const struct proxy_found *f = a->reloaded;
	unsigned live = a->n_works ? live_on(a->works[a->work].http, a->works[a->work].https) :
	                             apply_live_connections(a->plan);

	if (live && live_closes(f, a->argv))
		apply_say_within(a, "reload", RELOAD_MS,
		                 Q_("%2$s, which closes %1$u live connection",
		                    "%2$s, which closes %1$u live connections", live),
		                 live, shown(a, a->argv));
	else if (live)
		apply_say_within(a, "reload", RELOAD_MS,
		                 Q_("%2$s; %1$u live connection goes on until it ends",
		                    "%2$s; %1$u live connections go on until they end", live),
		                 live, shown(a, a->argv));
	else
		apply_say_within(a, "reload", RELOAD_MS, "%s", shown(a, a->argv));
	free(a->proof);
	a->proof = f && f->proxy->before_reload ? f->proxy->before_reload(f) : NULL;
	if (a->running && !a->undoing && f == a->plan->context.found)
		a->talk = f->proxy->take(a->loop, a->net, &a->plan->context, a->running, on_talked, a);
	else
		start(a, a->argv, RELOAD_MS, on_reloaded);
}

void
command_look(struct apply *a, const struct proxy *proxy, loop_fn *then)
{
	const struct proxy_found *f = a->plan ? a->actor->found : NULL;

	proxy_found_free(&a->there);
	a->there.proxy = proxy;
	if (f && f->proxy == proxy && f->chosen) {
		a->there.config = arena_strdup(&a->there.arena, f->config);
		a->there.chosen = true;
	}
	machine_free(&a->machine);
	machine_read(&a->machine, a->root);
	proxy_detect(a->loop, a->net, a->root, &a->machine, &a->there, then, a);
}

void
command_start(struct apply *a, const char *const *argv, apply_then *then)
{
	a->then = then;
	a->argv = argv;
	a->reloaded = &a->there;
	reload(a);
}

static void
on_looked_for(void *ctx)
{
	struct apply *a = ctx;

	a->ran = a->there.running;
	reload(a);
}

/* What was seen of it was before it was stopped. */
static bool
is_started_again(const struct apply *a)
{
	const struct undo_work *w = a->undoing && a->n_works ? &a->works[a->work] : NULL;

	return w && w->programs[w->program].starts;
}

/* The undo of another run has no plan that knows its proxy: it is looked for, as it runs now. */
void
command_reload(struct apply *a, const char *const *argv, apply_then *then)
{
	const struct proxy *proxy = whose(a);

	a->then = then;
	a->argv = argv;
	a->reloaded = a->plan ? a->actor->found : NULL;
	if (a->reloaded && a->reloaded->proxy == proxy && !is_started_again(a)) {
		a->ran = a->reloaded->running;
		reload(a);
		return;
	}
	a->reloaded = proxy ? &a->there : NULL;
	if (proxy && proxy->proof) {
		command_look(a, proxy, on_looked_for);
		return;
	}
	proxy_found_free(&a->there);
	a->there = (struct proxy_found){ .proxy = proxy };
	reload(a);
}
