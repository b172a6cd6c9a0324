#include "origin/streams.h"

#include <string.h>

#include "base/mem.h"
#include "origin/reply.h"

struct stream_kind {
	const char *id;
	const char *type, *cache;
	int         delay; /* ms until it says anything */
	const char *first;
	struct { int seconds; const char *text; } beats[2];
};

#define EVENT(s)  "data: " s "\n\n"
#define CONNECTED "{\"type\":\"server.connected\",\"properties\":{}}"
#define HEARTBEAT "{\"type\":\"server.heartbeat\",\"properties\":{}}"
#define LIFE      ":heartbeat\n\n"

#define PLAIN     "text/event-stream"
#define UTF_8     "text/event-stream; charset=utf-8"

static const struct stream_kind kinds[] = {
	{ .id = "event", .type = PLAIN, .cache = "no-cache", .delay = 5,
	  .first = EVENT(CONNECTED),
	  .beats = { { 10, EVENT(HEARTBEAT) }, { 20, LIFE } } },
	{ .id = "global-event", .type = PLAIN, .cache = "no-cache", .delay = 5,
	  .first = EVENT("{\"payload\":" CONNECTED "}"),
	  .beats = { { 10, EVENT("{\"payload\":" HEARTBEAT "}") }, { 20, LIFE } } },
	{ .id = "notifications", .type = UTF_8, .cache = "no-cache, no-transform",
	  .first = EVENT("{\"type\":\"openchamber:notification-stream-ready\",\"properties\":{}}"),
	  .beats = { { 20, LIFE } } },
	{ .id = "openchamber", .type = UTF_8, .cache = "no-cache, no-transform",
	  .first = EVENT("{\"type\":\"openchamber:event-stream-ready\",\"properties\":{}}"),
	  .beats = { { 25, EVENT("{\"type\":\"openchamber:heartbeat\",\"properties\":{}}") } } },
	{ .id = NULL, .type = PLAIN, .cache = "no-cache" }, /* of a newer OpenChamber */
};

static const struct stream_kind *
kind_of(const struct need_route *route)
{
	const struct stream_kind *k = kinds;

	while (k->id && strcmp(k->id, route->id))
		k++;
	return k;
}

static void
say(struct conn *c, const void *text)
{
	reply_part(c, text, strlen(text));
}

/* A route that only openchamber.yaml knows says what is written there. */
static void
say_unknown(struct conn *c, const struct need_route *route)
{
	const int beat = conn_paced(c, (int)route->keepalive);
	struct buf text = BUF_INIT;

	buf_printf(&text, strchr(route->first, '"') ? "data: {%s}\n\n" : "data: {\"type\":\"%s\"}\n\n",
	           route->first);
	say(c, text.s);
	buf_free(&text);
	if (route->keepalive)
		conn_pulse(c, beat, beat, say, LIFE);
}

static void
begin(struct conn *c, const void *arg)
{
	const struct need_route *route = arg;
	const struct stream_kind *k = kind_of(route);

	streams_begin(c, k->type, k->cache, true, false);
	if (!k->id) {
		say_unknown(c, route);
		return;
	}
	say(c, k->first);
	for (size_t i = 0; i < ARRAY_LEN(k->beats) && k->beats[i].seconds; i++) {
		int ms = conn_paced(c, k->beats[i].seconds);

		conn_pulse(c, ms, ms, say, k->beats[i].text);
	}
}

void
streams_begin(struct conn *c, const char *type, const char *cache, bool accel, bool by_closing)
{
	struct buf fields = BUF_INIT;

	conn_stream(c);
	buf_printf(&fields, "Content-Type: %s\r\nCache-Control: %s\r\n", type, cache);
	if (accel)
		buf_puts(&fields, "X-Accel-Buffering: no\r\n");
	reply_begin(c, fields.s, by_closing);
	buf_free(&fields);
}

void
streams_start(struct conn *c, const struct need_route *route)
{
	const struct stream_kind *k = kind_of(route);

	if (route->backend && conn_backend_silent(c)) {
		conn_hang(c);
	} else if (!strcmp(c->req.method, "HEAD")) {
		streams_begin(c, k->type, k->cache, true, false);
		conn_answered(c);
	} else {
		conn_stream(c);
		if (k->delay)
			conn_pulse(c, k->delay, 0, begin, route);
		else
			begin(c, route);
	}
}
