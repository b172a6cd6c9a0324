#include "check/probe_ws.h"

#include <string.h>
#include <strings.h>

#include "base/i18n.h"

/* The app's own words: of its upgrade handler, of a plain route, of its look at the Origin. */
#define NEEDS_LOGIN    "UI authentication required"
#define PLAIN_REFUSAL  "Authentication required"
#define ORIGIN_REFUSAL "Invalid origin"

bool
probe_socket_was(const struct socket_probe *p, long status, const char *body)
{
	return p->status == status && p->body && !strcmp(p->body, body);
}

struct ws *
probe_socket_open(struct socket_probe *p, const char *origin, const struct ws_events *on, void *ctx)
{
	struct side *s = p->side;
	struct check_run *r = s->run;
	const char *const headers[] = { r->cookie, NULL };

	return ws_open(r->loop, r->net, &(struct ws_request){
		.url = arena_printf(&r->arena, "%s%s", s->base, r->needs->sockets[p->i].path),
		.where = s->where, .origin = origin, .timeout_ms = run_timeout(r),
		.headers = side_auth(s) == AUTH_IN ? headers : NULL, .on = *on, .ctx = ctx });
}

void
probe_socket_done(struct socket_probe *p)
{
	p->done = true;
	sockets_judge(p->side->run);
	headers_judge(p->side->run);
}

/* The socket itself is over; is there more to ask before it can be judged? */
static void
settle(struct socket_probe *p)
{
	struct check_run *r = p->side->run;

	ws_close(p->ws);
	p->ws = NULL;
	probe_pause_end(r, p->wait);
	p->wait = 0;
	probe_stop(r, p->turn);
	if (p->side->ended)
		return;
	if (probe_socket_was(p, 403, ORIGIN_REFUSAL))
		origin_oracle(p);
	else if (probe_socket_was(p, 401, NEEDS_LOGIN) && !strcmp(p->side->url.scheme, "https"))
		cookie_oracle(p);
	else
		probe_socket_done(p);
}

static void
on_silence(void *ctx)
{
	struct socket_probe *p = ctx;

	p->wait = 0;
	settle(p);
}

static void
on_answered(void *ctx, const struct ws_reply *reply)
{
	struct socket_probe *p = ctx;
	struct arena *a = &p->side->run->arena;
	struct buf b = BUF_INIT;

	p->fault = reply->fault;
	p->status = reply->status;
	p->accepted = reply->accepted;
	p->answered = reply->seconds;
	p->body = say_clean(a, reply->body.s, reply->body.len, 64);
	if (ws_header(&b, reply, "Location"))
		p->location = say_clean(a, b.s, b.len, 120);
	buf_cut(&b, 0);
	p->html = ws_header(&b, reply, "Content-Type") && !strncasecmp(b.s, "text/html", 9);
	buf_free(&b);
	if (p->accepted)
		p->wait = probe_pause(p->side->run, run_first(p->side->run), on_silence, p);
	else
		settle(p);
}

static void
on_message(void *ctx, int opcode, const char *bytes, size_t len, double at)
{
	struct socket_probe *p = ctx;

	(void)bytes;
	(void)len;
	if (p->spoke || (opcode != 1 && opcode != 2))
		return;
	p->spoke = true;
	p->first = at;
	settle(p);
}

static void
on_closed(void *ctx, int code)
{
	(void)code;
	settle(ctx);
}

static void
start(void *ctx)
{
	static const struct ws_events on = { on_answered, on_message, on_closed };
	struct socket_probe *p = ctx;

	p->ws = probe_socket_open(p, p->side->base, &on, p);
}

void
probe_sockets(struct side *s)
{
	struct check_run *r = s->run;
	struct socket_probe *all = arena_alloc(&r->arena, r->needs->n_sockets * sizeof(*all) + 1);

	r->sockets[s - r->side] = all;
	for (size_t i = 0; i < r->needs->n_sockets; i++) {
		all[i].side = s;
		all[i].i = i;
		if (check_open(check_route(s, GROUP_WEBSOCKET, i)))
			all[i].turn = probe_turn(s, start, &all[i]);
	}
}

void
sockets_quiet(struct check_run *r)
{
	for (int side = 0; side < N_SIDES; side++)
		for (size_t i = 0; r->sockets[side] && i < r->needs->n_sockets; i++) {
			struct socket_probe *p = &r->sockets[side][i];

			ws_close(p->ws);
			p->ws = NULL;
			for (size_t g = 0; g < p->n_guesses; g++) {
				ws_close(p->guesses[g].ws);
				p->guesses[g].ws = NULL;
			}
		}
}

static bool
is_silent(const struct socket_probe *p)
{
	return (p->accepted && !p->spoke) || p->fault == NET_SILENT || p->fault == NET_TIMEOUT ||
	       p->fault == NET_CLOSED;
}

/* The origin itself says nothing here: an old version, OpenCode not ready, or OpenCode hangs. */
static void
judge_silent_origin(struct socket_probe *p, struct check *c)
{
	struct check_run *r = p->side->run;

	if (!r->needs->sockets[p->i].required) {
		check_moot(c, _("This OpenChamber has no such WebSocket."));
		return;
	}
	switch (direct_readiness(r)) {
	case READY_NO:
		check_skip(c, _("OpenCode is starting; this takes up to 20 s. Check again then."));
		return;
	case READY_YES:
		check_blame(c, CHECK_FAIL, "origin-silent", _("No first message in %s s."),
		            say_wait(&r->arena, p->accepted ? run_first(r) : run_timeout(r)));
		return;
	default:
		return; /* asked just now */
	}
}

/* A CDN that speaks http to the proxy loses the scheme before the proxy has a chance to. */
static const char *
lost_proto(const struct socket_probe *p)
{
	bool cloud = p->side->cdn && !strcmp(p->side->cdn, "Cloudflare");

	return cloud ? "cdn-flexible" : "ws-proto-lost";
}

static void
judge_origin_refused(struct socket_probe *p, struct check *c)
{
	const char *cause = p->believed ? p->believed->cause : "ws-origin-refused";
	bool own = p->believed && !strstr(p->believed->origin, "openchamber-ui:");

	if (!strcmp(cause, "ws-proto-lost"))
		cause = lost_proto(p);
	if (own) {
		note_string(c, "allow_origin", p->believed->origin);
		check_blame(c, CHECK_FAIL, cause, _("The Origin %1$s is refused, but %2$s is accepted."),
		            p->side->base, p->believed->origin);
	} else {
		check_blame(c, CHECK_FAIL, cause,
		            _("The Origin %s is refused, and so is every other that was tried."),
		            p->side->base);
	}
}

static void
judge_login_needed(struct socket_probe *p, struct check *c)
{
	if (side_auth(p->side) == AUTH_IN) {
		check_blame(c, CHECK_FAIL, "ws-refused",
		            _("The login that works directly is not recognised here."));
	} else if (p->cookie_open) {
		note_bool(c, "secure", false);
		check_blame(c, CHECK_FAIL, lost_proto(p),
		            _("OpenChamber sets its cookie without Secure here, as for http."));
	} else {
		if (p->cookie_seen)
			note_bool(c, "secure", true);
		check_pass(c, _("The upgrade is proved; without the UI password the rest is not."));
	}
}

/* It answered, with something else than a WebSocket. */
static void
judge_refusal(struct socket_probe *p, struct check *c)
{
	struct arena *a = &p->side->run->arena;
	const char *instead = arena_printf(
		a, _("The handshake was answered with %ld instead of 101."), p->status);

	if (p->status == 101)
		check_blame(c, CHECK_FAIL, "ws-refused",
		            _("The answer is 101, but its accept key is wrong."));
	else if (p->status >= 300 && p->status < 400)
		check_blame(c, CHECK_FAIL, "ws-redirected", _("The handshake is redirected to %s"),
		            p->location ? p->location : "?");
	else if ((p->status == 401 && p->body && strstr(p->body, PLAIN_REFUSAL)) ||
	         (p->status == 200 && p->html))
		check_blame(c, CHECK_FAIL, "ws-upgrade-lost", "%s", instead);
	else if (answer_is_down(p->status))
		check_blame(c, CHECK_FAIL, "upstream-down", "%s", instead);
	else if (answer_is_late(p->status))
		check_blame(c, CHECK_FAIL, "upstream-timeout", "%s", instead);
	else
		check_blame(c, CHECK_FAIL, "ws-refused", "%s", instead);
}

static void
judge_silence(struct socket_probe *p, struct check *c, bool direct_spoke)
{
	struct check_run *r = p->side->run;
	bool known = direct_spoke || p->side->target == TARGET_REHEARSAL;

	if (p->fault == NET_CLOSED)
		check_blame(c, CHECK_FAIL, "ws-no-answer",
		            _("The connection was closed without an answer."));
	else if (!p->accepted)
		check_blame(c, CHECK_FAIL, "ws-no-answer", _("No answer in %s s."),
		            say_seconds(&r->arena, p->answered));
	else if (known)
		check_blame(c, CHECK_FAIL, "ws-no-answer",
		            _("It opens, but no first message comes in %s s."),
		            say_wait(&r->arena, run_first(r)));
	else
		check_skip(c, _("It opens; no first message came, and none was seen directly."));
}

static void
note_socket(struct socket_probe *p, struct check *c)
{
	note_string(c, "origin", p->side->base);
	if (p->status)
		note_int(c, "status", p->status);
	if (p->fault != NET_OK)
		note_string(c, "fault", net_fault_name(p->fault));
	note_bool(c, "accept", p->accepted);
	if (p->spoke)
		note_real(c, "first_s", p->first);
	if (!p->accepted && p->body && *p->body)
		note_string(c, "body", p->body);
	note_took(c, p->spoke ? p->first : p->answered);
}

static void
judge(struct socket_probe *p)
{
	struct check_run *r = p->side->run;
	struct side *d = &r->side[DIRECT];
	struct check *c = check_route(p->side, GROUP_WEBSOCKET, p->i), *dc = NULL;

	if (!p->done || !check_open(c))
		return;
	note_socket(p, c);
	if (p->accepted && p->spoke) {
		if (side_auth(p->side) == AUTH_IN && p->side != d)
			r->origin_proved = true;
		check_pass(c, _("The first message came after %s s."),
		           say_seconds(&r->arena, p->first));
		return;
	}
	if (p->side != d && d->present && !d->ended) {
		dc = check_route(d, GROUP_WEBSOCKET, p->i);
		if (check_open(dc))
			return;
		if (dc->result.status != CHECK_PASS) {
			if (!dc->result.required)
				check_moot(c, _("Directly it does not work either."));
			check_skip(c, _("Directly it does not work either."));
			return;
		}
	}
	if (probe_socket_was(p, 401, NEEDS_LOGIN))
		judge_login_needed(p, c);
	else if (probe_socket_was(p, 403, ORIGIN_REFUSAL))
		judge_origin_refused(p, c);
	else if (is_silent(p) && p->side == d)
		judge_silent_origin(p, c);
	else if (is_silent(p))
		judge_silence(p, c, dc && r->sockets[DIRECT][p->i].spoke);
	else if (p->fault != NET_OK)
		check_blame(c, CHECK_FAIL, "ws-refused", _("No WebSocket comes about: %s"),
		            net_fault_name(p->fault));
	else
		judge_refusal(p, c);
}

void
sockets_judge(struct check_run *r)
{
	for (int side = 0; side < N_SIDES; side++)
		for (size_t i = 0; r->sockets[side] && i < r->needs->n_sockets; i++)
			judge(&r->sockets[side][i]);
}
