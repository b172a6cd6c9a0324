#include "check/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"

int
run_timeout(const struct check_run *r)
{
	return r->options.timeout_ms > 0 ? r->options.timeout_ms : 5000;
}

int
run_first(const struct check_run *r)
{
	return run_timeout(r) < FIRST_MS ? run_timeout(r) : FIRST_MS;
}

struct check *
check_on(const struct side *s, const char *id)
{
	for (size_t i = 0; i < s->run->n_checks; i++) {
		struct check *c = &s->run->checks[i];

		if (c->side == s && !strcmp(c->result.id, id))
			return c;
	}
	return NULL;
}

struct check *
check_route(const struct side *s, enum check_group g, size_t route)
{
	for (size_t i = 0; i < s->run->n_checks; i++) {
		struct check *c = &s->run->checks[i];

		if (c->side == s && !c->kind->id && c->result.group == g && c->route == route)
			return c;
	}
	return NULL;
}

/* Hand over what is finished; from the loop, since whoever listens may free the run. */
static void
run_tell(void *ctx)
{
	struct check_run *r = ctx;
	bool all = true;

	r->telling = 0;
	r->inside = true;
	for (size_t i = 0; i < r->n_checks && !r->freed; i++) {
		struct check *c = &r->checks[i];

		if (c->shown && c->finished && !c->told) {
			c->told = true;
			if (r->on_result)
				r->on_result(r->ctx, r, &c->result);
		}
		if (c->shown && !c->finished)
			all = false;
	}
	if (all && !r->done && !r->freed) {
		r->done = true;
		run_quiet(r);
		if (r->on_done)
			r->on_done(r->ctx, r);
	}
	r->inside = false;
	if (r->freed)
		check_free(r);
}

void
run_tell_soon(struct check_run *r)
{
	if (!r->telling && !r->done)
		r->telling = loop_after(r->loop, 0, run_tell, r);
}

bool
check_open(const struct check *c)
{
	return c && c->on && !c->finished;
}

/* A route that is no must: said beside what fails on it, for the same is worse on the others. */
static const char *
only_a_warning(struct check_run *r, const char *text)
{
	const size_t n = strlen(text);

	return arena_printf(&r->arena, _("%s (only a warning: OpenChamber works without this route)"),
	                    arena_strndup(&r->arena, text, n && text[n - 1] == '.' ? n - 1 : n));
}

void
check_blame_v(struct check *c, enum check_status status, const char *cause, const char *fmt,
              va_list ap)
{
	struct check_run *r;
	char *text;

	if (!check_open(c))
		return;
	r = c->side->run;
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	c->result.detail = text ? arena_strdup(&r->arena, text) : "";
	if (status == CHECK_FAIL && !c->result.required) {
		status = CHECK_WARN;
		if (!c->kind->id)
			c->result.detail = only_a_warning(r, c->result.detail);
	}
	c->finished = true;
	c->result.status = status;
	free(text);
	c->result.cause = cause_find(cause);
	if (c->result.cause) {
		c->result.why = _(c->result.cause->why);
		c->result.fix = _(c->result.cause->fix);
	}
	/* What was only to be run silently speaks up where it explains why the rest was skipped. */
	if (status == CHECK_FAIL)
		c->shown = true;
	log_write("check %s %s: %s%s%s", c->result.id, check_target_name(c->result.target),
	          check_status_name(status), c->result.cause ? " " : "",
	          c->result.cause ? cause : "");
	run_tell_soon(r);
}

void
check_pass(struct check *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	check_blame_v(c, CHECK_PASS, NULL, fmt, ap);
	va_end(ap);
}

void
check_blame(struct check *c, enum check_status status, const char *cause, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	check_blame_v(c, status, cause, fmt, ap);
	va_end(ap);
}

void
check_skip(struct check *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	check_blame_v(c, CHECK_SKIP, NULL, fmt, ap);
	va_end(ap);
}

void
check_moot(struct check *c, const char *fmt, ...)
{
	va_list ap;

	check_optional(c);
	va_start(ap, fmt);
	check_blame_v(c, CHECK_SKIP, NULL, fmt, ap);
	va_end(ap);
}

void
check_optional(struct check *c)
{
	if (check_open(c))
		c->result.required = false;
}

void
note_string(struct check *c, const char *key, const char *value)
{
	if (check_open(c) && value)
		json_set_string(c->result.observed, key,
		                say_clean(&c->side->run->arena, value, strlen(value), 200));
}

void
note_int(struct check *c, const char *key, long long n)
{
	if (check_open(c))
		json_set_int(c->result.observed, key, n);
}

void
note_real(struct check *c, const char *key, double d)
{
	if (check_open(c))
		json_set_real(c->result.observed, key, (double)(long long)(d * 1e6 + 0.5) / 1e6);
}

void
note_bool(struct check *c, const char *key, bool b)
{
	if (check_open(c))
		json_set_bool(c->result.observed, key, b);
}

void
note_took(struct check *c, double took)
{
	if (check_open(c))
		c->result.seconds = took;
}

void
note_reply(struct check *c, const struct net_reply *r)
{
	note_took(c, r->seconds);
	if (r->status)
		note_int(c, "status", r->status);
	if (r->http)
		note_int(c, "http", r->http);
	if (r->fault != NET_OK)
		note_string(c, "fault", net_fault_name(r->fault));
}

/* May the probes of a moment start?  What needs the login waits for it, even where it is lost. */
static bool
may_start(const struct side *s, enum check_when when)
{
	switch (when) {
	case AT_ONCE:
		return true;
	case ONCE_ANSWERED:
		return s->answered;
	case ONCE_KNOWN:
		return s->answered && s->run->auth_known;
	}
	return false;
}

static bool
is_wanted(const struct side *s, const struct check_kind *k)
{
	for (size_t i = 0; i < s->run->n_checks; i++) {
		const struct check *c = &s->run->checks[i];

		if (c->side == s && c->kind->start == k->start && check_open(c))
			return true;
	}
	return false;
}

void
run_go(struct side *s, enum check_when when)
{
	if (!s->present || s->ended || s->phase & (1u << when) || !may_start(s, when))
		return;
	s->phase |= 1u << when;
	for (const struct check_kind *k = check_kinds; k->label; k++) {
		/* Checks that share a probe stand side by side in the table. */
		if (k->when != when || (k > check_kinds && k[-1].start == k->start))
			continue;
		if (is_wanted(s, k))
			k->start(s);
	}
}

void
run_answered(struct side *s)
{
	if (s->answered || s->ended)
		return;
	s->answered = true;
	/* The clocks are the longest part of a rehearsal and need no login. */
	if (s->target == TARGET_REHEARSAL)
		probe_clocks(s);
	run_go(s, ONCE_ANSWERED);
	run_go(s, ONCE_KNOWN);
	run_judge(s->run);
}

void
run_known(struct check_run *r)
{
	r->auth_known = true;
	for (int i = 0; i < N_SIDES; i++)
		run_go(&r->side[i], ONCE_KNOWN);
	run_judge(r);
}

void
run_judge(struct check_run *r)
{
	public_judge(r);
	sockets_judge(r);
	streams_judge(r);
	headers_judge(r);
}

void
run_end_side(struct side *s, const struct check *failed)
{
	struct check_run *r = s->run;

	if (s->ended)
		return;
	s->ended = true;
	probe_quiet_side(s);
	for (size_t i = 0; i < r->n_checks; i++) {
		struct check *c = &r->checks[i];

		if (c->side == s)
			check_skip(c, _("Not checked, because this failed first: %s"),
			           failed->result.label);
	}
	/* Nobody is to wait for a login that will not happen. */
	if (s == &r->side[DIRECT] && !r->auth_known)
		run_known(r);
	else
		run_judge(r);
}

void
run_quiet(struct check_run *r)
{
	spool_quiet(r);
	holds_quiet(r);
	probe_quiet(r);
	sockets_quiet(r);
	streams_quiet(r);
	public_quiet(r);
	if (r->cookie)
		mem_wipe(r->cookie, strlen(r->cookie));
	r->cookie = NULL;
	r->options.password = NULL;
}

enum auth
side_auth(const struct side *s)
{
	const struct check_run *r = s->run;

	return r->auth == AUTH_IN && !s->secret_ok ? AUTH_OUT : r->auth;
}
