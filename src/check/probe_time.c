/*
 * How long connections live.  With --deep every stream and socket is held to
 * its second keep-alive, on both sides: what the direct one outlives, the
 * proxy has cut.
 */
#include "check/run.h"

#include <string.h>

#include "base/i18n.h"
#include "loop/sse.h"

#define BEATS    2
#define SPARE_MS 5000

struct hold {
	struct side             *side;
	const struct need_route *route;
	bool       used, over;
	int        beats;
	double     began, lived;
	struct ws *ws;         /* a socket, */
	unsigned   wait;
	struct sse sse;        /* or a stream */
	bool       reading;
};

static size_t
n_holds(const struct check_run *r)
{
	return r->needs->n_streams + r->needs->n_sockets;
}

static struct hold *
hold_at(const struct check_run *r, int side, size_t i)
{
	return &r->holds[(size_t)side * n_holds(r) + i];
}

static bool
is_cut(const struct hold *h)
{
	return h->used && h->beats < BEATS;
}

static void
judge(struct check_run *r)
{
	struct check *c = check_on(&r->side[FRONT], "time.stream");
	const struct hold *cut = NULL;
	size_t lived = 0;
	double longest = 0;

	for (size_t i = 0; i < n_holds(r); i++) {
		const struct hold *h = hold_at(r, FRONT, i), *d = hold_at(r, DIRECT, i);

		if (!h->over || (d->used && !d->over))
			return;
		if (d->used && is_cut(d))
			continue; /* it does not live directly either */
		if (is_cut(h) && (!cut || h->route->required))
			cut = h;
		lived += !is_cut(h);
		longest = h->lived > longest ? h->lived : longest;
	}
	note_real(c, "longest_s", longest);
	if (cut && !hold_at(r, DIRECT, 0)->used && c->side->target != TARGET_REHEARSAL)
		check_skip(c, _("%s ended early, and there was no direct one to compare with."),
		           cut->route->path);
	else if (cut) {
		note_string(c, "path", cut->route->path);
		note_real(c, "lived_s", cut->lived);
		check_blame(c, cut->route->required ? CHECK_FAIL : CHECK_WARN, "stream-cut",
		            _("%1$s ended after %2$s s; directly it goes on."), cut->route->path,
		            say_seconds(&r->arena, cut->lived));
	} else if (lived)
		check_pass(c, _("Every stream reached its second keep-alive, the last after %s s."),
		           say_seconds(&r->arena, longest));
	else
		check_skip(c, _("No stream reached its second keep-alive directly either."));
}

static void
hold_over(struct hold *h)
{
	if (h->over)
		return;
	h->over = true;
	h->lived = loop_seconds() - h->began;
	probe_pause_end(h->side->run, h->wait);
	ws_close(h->ws);
	h->ws = NULL;
	judge(h->side->run);
}

static void
on_late(void *ctx)
{
	hold_over(ctx);
}

static void
on_event(void *ctx, const char *event, const char *data, size_t len)
{
	struct hold *h = ctx;

	(void)event;
	/* A comment is nothing but a sign of life; an event says so. */
	if (!data || memmem(data, len, "heartbeat", 9))
		h->beats++;
}

static bool
on_data(void *ctx, const char *bytes, size_t len, double at)
{
	struct hold *h = ctx;

	(void)at;
	sse_feed(&h->sse, bytes, len);
	return h->beats < BEATS;
}

static void
on_done(void *ctx, const struct net_reply *r)
{
	struct hold *h = ctx;

	(void)r;
	h->reading = false;
	sse_free(&h->sse);
	hold_over(h);
}

static void
on_answered(void *ctx, const struct ws_reply *r)
{
	if (!r->accepted)
		hold_over(ctx);
}

static void
on_message(void *ctx, int opcode, const char *bytes, size_t len, double at)
{
	struct hold *h = ctx;

	(void)at;
	if (opcode == 9 || (opcode == 1 && memmem(bytes, len, "heartbeat", 9)))
		h->beats++;
	if (h->beats >= BEATS)
		hold_over(h);
}

static void
on_closed(void *ctx, int code)
{
	(void)code;
	hold_over(ctx);
}

static void
hold_socket(struct hold *h, int ms)
{
	static const struct ws_events on = { on_answered, on_message, on_closed };
	struct side *s = h->side;
	struct check_run *r = s->run;
	const char *const headers[] = { r->cookie, NULL };

	h->wait = probe_pause(r, ms, on_late, h);
	h->ws = ws_open(r->loop, r->net, &(struct ws_request){
		.url = arena_printf(&r->arena, "%s%s", s->base, h->route->path),
		.where = s->where, .origin = s->base, .timeout_ms = run_timeout(r),
		.headers = side_auth(s) == AUTH_IN ? headers : NULL, .on = on, .ctx = h });
}

static void
hold_stream(struct hold *h, int ms)
{
	static const char *const headers[] = { "Accept: text/event-stream", NULL };

	h->reading = true;
	sse_init(&h->sse, on_event, h);
	probe_ask_aside(h->side, h->route->path, &(struct net_request){
		.headers = headers, .timeout_ms = ms,
		.on_data = on_data, .done = on_done, .ctx = h }, true);
}

static void
hold_side(struct side *s)
{
	struct check_run *r = s->run;

	for (size_t i = 0; i < n_holds(r); i++) {
		struct hold *h = hold_at(r, (int)(s - r->side), i);
		bool socket = i >= r->needs->n_streams;
		size_t n = socket ? i - r->needs->n_streams : i;
		int ms;

		h->side = s;
		h->used = true;
		h->route = socket ? &r->needs->sockets[n] : &r->needs->streams[n];
		ms = (int)h->route->keepalive * BEATS * 1000 + SPARE_MS;
		h->began = loop_seconds();
		if (socket)
			hold_socket(h, ms);
		else
			hold_stream(h, ms);
	}
}

unsigned
check_hold_seconds(const struct needs *needs)
{
	unsigned slowest = 0;

	for (size_t i = 0; i < needs->n_streams + needs->n_sockets; i++) {
		const struct need_route *route = i < needs->n_streams ? &needs->streams[i]
		                                                      : &needs->sockets[i - needs->n_streams];

		slowest = route->keepalive > slowest ? route->keepalive : slowest;
	}
	return slowest * BEATS;
}

void
probe_time(struct side *s)
{
	struct check_run *r = s->run;
	struct check *c = check_on(s, "time.stream");

	if (!r->options.deep) {
		check_moot(c, _("Not waited for: every stream's second keep-alive, up to %u s."),
		           check_hold_seconds(r->needs));
		return;
	}
	if (side_auth(s) == AUTH_OUT) {
		check_skip(c,
		           _("Event streams need the UI password, so nothing was seen."));
		return;
	}
	r->holds = arena_alloc(&r->arena, N_SIDES * n_holds(r) * sizeof(*r->holds) + 1);
	if (r->side[DIRECT].answered && !r->side[DIRECT].ended)
		hold_side(&r->side[DIRECT]);
	hold_side(s);
}

void
holds_quiet(struct check_run *r)
{
	for (size_t i = 0; r->holds && i < N_SIDES * n_holds(r); i++) {
		struct hold *h = &r->holds[i];

		ws_close(h->ws);
		h->ws = NULL;
		if (h->reading)
			sse_free(&h->sse);
		h->reading = false;
	}
}
