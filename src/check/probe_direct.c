/* The origin by itself: does OpenChamber answer, which one, and who may come in? */
#include "check/run.h"

#include <stdarg.h>
#include <string.h>

#include "base/i18n.h"

enum { LOCK_UNKNOWN, LOCK_NONE, LOCK_PASSWORD };

static void __attribute__((format(printf, 4, 5)))
fail_answer(struct side *s, const struct net_reply *r, const char *cause, const char *fmt, ...)
{
	struct check *c = check_on(s, "direct.answer");
	va_list ap;

	note_reply(c, r);
	va_start(ap, fmt);
	check_blame_v(c, CHECK_FAIL, cause, fmt, ap);
	va_end(ap);
	run_end_side(s, c);
}

/* What a request that brought no answer means at the origin. */
static void
fail_fault(struct side *s, const struct net_reply *r)
{
	const char *waited = say_wait(&s->run->arena, run_timeout(s->run));

	switch (r->fault) {
	case NET_RESOLVE:
		fail_answer(s, r, "origin-unresolved", _("The name in %s was not found."), s->base);
		return;
	case NET_NO_CONNECT:
		fail_answer(s, r, "origin-timeout", _("Nothing accepts at %1$s within %2$s s."),
		            s->base, waited);
		return;
	case NET_SILENT:
	case NET_TIMEOUT:
		fail_answer(s, r, "origin-timeout",
		            _("Something accepts at %1$s but says nothing for %2$s s."),
		            s->base, waited);
		return;
	case NET_TLS_VERIFY:
		fail_answer(s, r, answer_tls_cause(r),
		            _("The certificate at %s is not trusted here."), s->base);
		return;
	case NET_TLS:
		fail_answer(s, r, "tls-failed", _("No TLS connection comes about at %s."), s->base);
		return;
	case NET_CLOSED:
	case NET_GARBAGE:
		fail_answer(s, r, "origin-other", _("What answers at %s does not speak HTTP."),
		            s->base);
		return;
	default:
		fail_answer(s, r, "origin-refused", _("Nothing answers at %s."), s->base);
	}
}

/* The login's state is known; go on with what waited for it. */
static void
settle(struct side *s, enum auth auth)
{
	if (s->run->auth_known)
		return;
	s->run->auth = auth;
	run_known(s->run);
}

/* The cookie's name and value out of a Set-Cookie, if it can be sent back as it is. */
static char *
cookie_of(struct check_run *run, const struct net_reply *r)
{
	struct buf line = BUF_INIT;
	char *cookie = NULL;

	for (int i = 0; !cookie && net_header(&line, r, "Set-Cookie", i); i++) {
		size_t len = strcspn(line.s, "; \t");

		if (!strncmp(line.s, "oc_", 3) && memchr(line.s, '=', len) && len < 4096)
			cookie = arena_printf(&run->arena, "Cookie: %.*s", (int)len, line.s);
		mem_wipe(line.s, line.len);
		buf_cut(&line, 0);
	}
	buf_free(&line);
	return cookie;
}

static void
on_login(void *ctx, const struct net_reply *r)
{
	struct side *s = ctx;
	struct check_run *run = s->run;
	struct check *c = check_on(s, "direct.login");

	note_reply(c, r);
	if (r->status == 200)
		run->cookie = cookie_of(run, r);
	if (run->cookie) {
		run->auth = AUTH_IN;
		check_pass(c, _("It has a UI password, and the login works."));
		settle(s, AUTH_IN);
		return;
	}
	run->auth = AUTH_OUT;
	if (r->status == 401)
		check_blame(c, CHECK_FAIL, "password-wrong", _("OpenChamber refused the password (status 401)."));
	else if (r->status == 429)
		check_blame(c, CHECK_FAIL, "password-locked",
		            _("OpenChamber has locked its login for now (status 429)."));
	else
		check_skip(c, _("It has a UI password, but the login was answered with %ld."),
		           r->status);
	if (c && c->result.status == CHECK_FAIL)
		run_end_side(s, c);
	settle(s, AUTH_OUT);
}

void
probe_login(struct side *s)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct check_run *run = s->run;
	struct json *j = json_object();
	struct buf body = BUF_INIT;

	json_set_string(j, "password", run->options.password);
	json_write(&body, j, false);
	probe_ask(s, run->needs->session, &(struct net_request){
		.method = "POST", .headers = headers, .body = body.s, .body_len = body.len,
		.done = on_login, .ctx = s }, false);
	mem_wipe(body.s, body.len);
	buf_free(&body);
	json_free(j);
}

/* Both first answers are there: is there a password, and have we got it? */
static void
on_session(void *ctx, const struct net_reply *r)
{
	struct side *s = ctx;
	struct check_run *run = s->run;
	struct check *c = check_on(s, "direct.login");
	struct json *j = answer_json(r);
	int lock = LOCK_UNKNOWN;

	if (s->ended) {
		json_free(j);
		return;
	}
	if (j && r->status == 200 && json_get_bool(j, "disabled", false))
		lock = LOCK_NONE;
	else if (r->status == 429 || (j && r->status == 401))
		lock = LOCK_PASSWORD;
	json_free(j);
	note_reply(c, r);
	note_bool(c, "password", lock == LOCK_PASSWORD);
	if (lock == LOCK_NONE) {
		check_optional(c);
		check_blame(c, CHECK_WARN, "unprotected", _("It has no UI password."));
		settle(s, AUTH_NONE);
	} else if (lock == LOCK_PASSWORD && run->options.password && *run->options.password) {
		probe_login(s);
	} else if (lock == LOCK_PASSWORD) {
		check_skip(c, _("It has a UI password, and none was given here."));
		settle(s, AUTH_OUT);
	} else {
		check_skip(c, _("Whether it has a UI password could not be told."));
		settle(s, AUTH_UNKNOWN);
	}
}

/* The session is asked for at the same time, but its answer counts only after the version's. */
static void
on_version(void *ctx, const struct net_reply *r)
{
	struct side *s = ctx;
	struct check_run *run = s->run;
	struct check *c = check_on(s, "direct.answer");
	struct json *j = answer_json(r);

	s->took = r->seconds;
	if (j && r->fault == NET_OK && r->status == 200 && answer_is_openchamber(j)) {
		s->version = j;
		note_reply(c, r);
		check_pass(c, _("OpenChamber %1$s answers at %2$s."), check_origin_version(run),
		           s->base);
		c = check_on(s, "direct.version");
		note_string(c, "version", check_origin_version(run));
		note_took(c, r->seconds);
		check_pass(c, _("OpenChamber %s"), check_origin_version(run));
		run_answered(s);
		return;
	}
	json_free(j);
	if (r->status == 401 && answer_header_has(r, "WWW-Authenticate", "Secure Area"))
		fail_answer(s, r, "origin-opencode",
		            _("%s asks for the login \"Secure Area\", as OpenCode's server does."),
		            s->base);
	else if (r->fault == NET_TIMEOUT && r->status)
		fail_answer(s, r, "origin-other", _("The answer at %s begins and never ends."),
		            s->base);
	else if (r->fault != NET_OK)
		fail_fault(s, r);
	else
		fail_answer(s, r, "origin-other",
		            /* TRANSLATORS: an address, the name of a page or server, a status */
		            _("Something else answers at %1$s: \"%2$s\", status %3$ld."),
		            s->base, answer_name(&run->arena, r), r->status);
}

struct first_two {
	struct side *side;
	bool         have_version, have_session;
	struct net_reply session; /* kept until the version is there */
};

static void
both(struct first_two *f)
{
	if (f->have_version && f->have_session && !f->side->ended)
		on_session(f->side, &f->session);
}

static void
first_version(void *ctx, const struct net_reply *r)
{
	struct first_two *f = ctx;

	f->have_version = true;
	on_version(f->side, r);
	both(f);
}

static void
first_session(void *ctx, const struct net_reply *r)
{
	struct first_two *f = ctx;

	f->have_session = true;
	f->session = *r;
	f->session.head.s = arena_strndup(&f->side->run->arena, r->head.s, r->head.len);
	f->session.body.s = arena_strndup(&f->side->run->arena, r->body.s, r->body.len);
	f->session.head.cap = f->session.body.cap = 0; /* the arena's */
	both(f);
}

void
probe_direct(struct side *s)
{
	struct first_two *f = arena_alloc(&s->run->arena, sizeof(*f));

	f->side = s;
	probe_get(s, s->run->needs->version, first_version, f);
	probe_get(s, s->run->needs->session, first_session, f);
}

static void
on_readiness(void *ctx, const struct net_reply *r)
{
	struct side *s = ctx;
	struct json *j = answer_json(r);

	s->run->ready = j && !json_get_bool(j, "isOpenCodeReady", true) ? READY_NO : READY_YES;
	json_free(j);
	run_judge(s->run);
}

enum openness
direct_readiness(struct check_run *r)
{
	struct side *s = &r->side[DIRECT];

	if (r->ready == READY_UNASKED) {
		r->ready = READY_ASKING;
		probe_get(s, r->needs->health, on_readiness, s);
	}
	return r->ready;
}
