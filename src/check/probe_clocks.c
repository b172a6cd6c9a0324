/*
 * Five events a tenth of a second apart, through the rehearsal.  Whether a
 * proxy buffers shows on some connections only, so the first stream is asked in
 * every way; the others, whose location may differ, in those that show it
 * first: HTTP/1.1 without X-Accel-Buffering (a TLS handshake is what costs).
 * The worst counts.
 */
#include "check/probe_sse.h"

#include <stdlib.h>
#include <string.h>

#define APART_MS 100 /* between two events */
#define CLOCK_MS (APART_MS * (CLOCK_EVENTS - 1)) /* from the first event to the last */

static void
on_event(void *ctx, const char *event, const char *data, size_t len)
{
	struct clock *k = ctx;

	(void)event;
	(void)len;
	if (!data || k->n >= CLOCK_EVENTS)
		return;
	k->sent[k->n] = strtod(data, NULL) / 1000;
	k->arrived[k->n++] = loop_seconds();
}

static bool
on_head(void *ctx, const struct net_reply *r)
{
	struct clock *k = ctx;

	k->stream = answer_is_stream(r);
	k->compressed = answer_is_encoded(r);
	return k->stream && !k->compressed;
}

static bool
on_data(void *ctx, const char *bytes, size_t len, double at)
{
	struct clock *k = ctx;

	(void)at;
	sse_feed(&k->sse, bytes, len);
	return k->n < CLOCK_EVENTS;
}

/* Held back: all at once although they were sent apart, long after, or never. */
static enum stream_state
judge(struct clock *k)
{
	double apart_sent, apart_arrived;

	if (k->compressed)
		return STREAM_COMPRESSED;
	if (!k->stream && k->status)
		return STREAM_OTHER;
	if (k->n < CLOCK_EVENTS) {
		k->late = run_timeout(k->side->run) / 1000.0;
		return STREAM_HELD;
	}
	for (size_t i = 0; i < k->n; i++)
		if (k->arrived[i] - k->sent[i] > k->late)
			k->late = k->arrived[i] - k->sent[i];
	apart_sent = k->sent[CLOCK_EVENTS - 1] - k->sent[0];
	apart_arrived = k->arrived[CLOCK_EVENTS - 1] - k->arrived[0];
	if (k->late > LATE_FAIL || apart_arrived < apart_sent / 4)
		return STREAM_HELD;
	return k->late > LATE_WARN ? STREAM_LATE : STREAM_FINE;
}

static void on_done(void *ctx, const struct net_reply *r);

static void
start(struct clock *k)
{
	static const char *const headers[] = { "Accept: text/event-stream", NULL };
	struct check_run *r = k->side->run;
	const char *path = arena_printf(&r->arena, "%s?antechamber=clock&apart=%d%s%s",
	                                r->needs->streams[k->i].path, APART_MS, k->accel ? "" : "&accel=no",
	                                k->close ? "&close=1" : "");

	k->reading = true;
	k->done = false;
	k->n = 0;
	k->late = 0;
	sse_init(&k->sse, on_event, k);
	probe_ask_aside(k->side, path, &(struct net_request){
		.headers = headers, .http = k->two ? NET_HTTP_2 : NET_HTTP_1,
		.timeout_ms = run_timeout(r) + CLOCK_MS, .max_body = 4096,
		.on_head = on_head, .on_data = on_data, .done = on_done, .ctx = k }, false);
}

static void
on_done(void *ctx, const struct net_reply *r)
{
	struct clock *k = ctx;

	k->done = true;
	k->status = r->status;
	k->http = r->http;
	k->reading = false;
	sse_free(&k->sse);
	k->state = judge(k);
	/* A busy machine is late now and then, a buffer every time. */
	if (k->state == STREAM_LATE && k->looks < LATE_LOOKS) {
		k->looks++;
		start(k);
	}
	streams_judge(k->side->run);
}

void
probe_clocks(struct side *s)
{
	struct check_run *r = s->run;
	bool tls = !strcmp(s->url.scheme, "https");

	r->clocks = arena_alloc(&r->arena, r->needs->n_streams * CLOCKS * sizeof(*r->clocks) + 1);
	for (size_t n = 0; n < r->needs->n_streams * CLOCKS; n++) {
		struct clock *k = &r->clocks[n];

		k->side = s;
		k->i = n / CLOCKS;
		k->two = n & 1;
		k->accel = !(n & 2);
		k->close = n & 4;
		k->done = (k->two && !tls) || (k->i > 0 && (k->two || k->accel)) ||
		          !check_open(check_route(s, GROUP_SSE, k->i));
		if (!k->done)
			start(k);
	}
}

void
clocks_quiet(struct check_run *r)
{
	for (size_t n = 0; r->clocks && n < r->needs->n_streams * CLOCKS; n++)
		if (r->clocks[n].reading) {
			r->clocks[n].reading = false;
			sse_free(&r->clocks[n].sse);
		}
}

bool
clocks_running(const struct check_run *r, size_t i)
{
	for (size_t n = 0; r->clocks && n < CLOCKS; n++)
		if (!r->clocks[i * CLOCKS + n].done)
			return true;
	return false;
}

const struct clock *
clocks_worst(const struct check_run *r, size_t i)
{
	const struct clock *worst = NULL;

	for (size_t n = 0; r->clocks && n < CLOCKS; n++) {
		const struct clock *k = &r->clocks[i * CLOCKS + n];

		if (!k->http && !k->n && k->state == STREAM_FINE)
			continue; /* not asked */
		if (!worst || k->state > worst->state ||
		    (k->state == worst->state && k->late > worst->late))
			worst = k;
	}
	return worst;
}

const struct check_timeline *
clock_timeline(struct check_run *r, const struct clock *k)
{
	struct check_timeline *t = arena_alloc(&r->arena, sizeof(*t));

	t->n = CLOCK_EVENTS;
	t->deadline = run_timeout(r) / 1000.0;
	t->cut = k->n < CLOCK_EVENTS;
	for (size_t i = 0; i < CLOCK_EVENTS; i++) {
		bool came = i < k->n;

		t->sent[i] = came ? k->sent[i] - k->sent[0] : APART_MS / 1000.0 * (double)i;
		t->arrived[i] = came ? k->arrived[i] - k->sent[0] : -1;
	}
	return t;
}

const char *
clock_name(struct check_run *r, const struct clock *k)
{
	return arena_printf(&r->arena, "%sHTTP/%s%s%s", !strcmp(k->side->url.scheme, "https")
	                    ? "TLS, " : "",
	                    k->http == 2 ? "2" : "1.1", k->close ? ", Connection: close" : "",
	                    k->accel ? "" : ", no X-Accel-Buffering");
}
