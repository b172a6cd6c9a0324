#include "fixture.h"

#include "base/json.h"
#include "loop/sse.h"

#include <stdio.h>

/* A stream being read: what came, event by event. */
struct listener {
	struct got  g;
	struct sse  sse;
	struct buf  events;   /* data of events and `:' for comments, each with a \n */
	double      last[16]; /* when events arrived */
	int         n_events, n_comments;
	int         enough_events, enough_comments;
	bool        headed;
};

static void
on_event(void *ctx, const char *event, const char *data, size_t len)
{
	struct listener *s = ctx;

	(void)event;
	if (data) {
		buf_add(&s->events, data, len);
		buf_putc(&s->events, '\n');
		if (s->n_events < 16)
			s->last[s->n_events] = loop_seconds();
		s->n_events++;
	} else {
		buf_puts(&s->events, ":\n");
		s->n_comments++;
	}
}

static bool
on_head(void *ctx, const struct net_reply *r)
{
	struct listener *s = ctx;

	(void)r;
	s->headed = true;
	return true;
}

static bool
on_data(void *ctx, const char *bytes, size_t len, double seconds)
{
	struct listener *s = ctx;

	(void)seconds;
	sse_feed(&s->sse, bytes, len);
	return true;
}

static bool
heard_enough(const void *arg)
{
	const struct listener *s = arg;

	return s->g.done || (s->headed && s->n_events >= s->enough_events && s->n_comments >= s->enough_comments);
}

static void
on_done(void *ctx, const struct net_reply *r)
{
	struct listener *s = ctx;

	got_done(&s->g, r);
}

static unsigned
listen_to(struct fix *f, struct listener *s, const char *path, int events, int comments)
{
	char *url = url_of(f, "http", path);
	unsigned id;

	*s = (struct listener){ .events = BUF_INIT, .enough_events = events, .enough_comments = comments };
	sse_init(&s->sse, on_event, s);
	id = net_start(f->n, &(struct net_request){ .url = url, .timeout_ms = PATIENCE, .max_body = 1 << 20,
	               .on_head = on_head, .on_data = on_data, .done = on_done, .ctx = s });
	free(url);
	return id;
}

static void
stop_listening(struct fix *f, struct listener *s, unsigned id)
{
	net_cancel(f->n, id);
	sse_free(&s->sse);
	buf_free(&s->events);
	got_free(&s->g);
}

#define PLAIN   "text/event-stream"
#define UTF8    "text/event-stream; charset=utf-8"
#define CONNECTED "{\"type\":\"server.connected\",\"properties\":{}}"

static const struct {
	const char *path, *type, *cache, *first, *beat;
	int         beats, comments; /* heartbeats and comments in the time of two of the rarer */
} streams[] = {
	{ "/api/event", PLAIN, "no-cache", CONNECTED, "{\"type\":\"server.heartbeat\",\"properties\":{}}", 4, 2 },
	{ "/api/global/event", PLAIN, "no-cache", "{\"payload\":" CONNECTED "}",
	  "{\"payload\":{\"type\":\"server.heartbeat\",\"properties\":{}}}", 4, 2 },
	{ "/api/notifications/stream", UTF8, "no-cache, no-transform",
	  "{\"type\":\"openchamber:notification-stream-ready\",\"properties\":{}}", NULL, 0, 2 },
	{ "/api/openchamber/events", UTF8, "no-cache, no-transform",
	  "{\"type\":\"openchamber:event-stream-ready\",\"properties\":{}}",
	  "{\"type\":\"openchamber:heartbeat\",\"properties\":{}}", 2, 0 },
	{ "/api/future", PLAIN, "no-cache", "{\"type\":\"later-ready\"}", NULL, 0, 2 },
};

static void
test_heads(void **state)
{
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
		static const char *const eager[] = { "Accept-Encoding: gzip, br", NULL };
		struct got g;

		/* The first event is whole when the cap of one byte ends the request. */
		ask(&f, &g, (struct net_request){ .headers = eager, .max_body = 1 }, streams[i].path);
		assert_int_equal(g.r.status, 200);
		assert_string_equal(header(&g, "Content-Type"), streams[i].type);
		assert_string_equal(header(&g, "Cache-Control"), streams[i].cache);
		assert_string_equal(header(&g, "X-Accel-Buffering"), "no");
		assert_string_equal(header(&g, "Transfer-Encoding"), "chunked");
		assert_string_equal(header(&g, "Connection"), "keep-alive");
		assert_null(header(&g, "Content-Encoding"));
		got_free(&g);

		ask(&f, &g, (struct net_request){ .method = "HEAD" }, streams[i].path);
		assert_int_equal(g.r.status, 200);
		assert_string_equal(header(&g, "Content-Type"), streams[i].type);
		got_free(&g);
	}
	all_gone(&f);
	fix_end(&f);
}

static void
test_first_events(void **state)
{
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
		double start = loop_seconds();
		struct listener s;
		unsigned id = listen_to(&f, &s, streams[i].path, 1, 0);
		char *want = xasprintf("%s\n", streams[i].first);

		assert_true(run_until(&f, heard_enough, &s, PATIENCE));
		assert_string_equal(s.events.s, want);
		assert_true(loop_seconds() - start < 1);
		stop_listening(&f, &s, id);
		free(want);
	}
	all_gone(&f);
	fix_end(&f);
}

struct listeners {
	struct listener s[ARRAY_LEN(streams)];
	size_t          n;
};

static bool
all_heard_enough(const void *arg)
{
	const struct listeners *all = arg;

	for (size_t i = 0; i < all->n; i++)
		if (!heard_enough(&all->s[i]))
			return false;
	return true;
}

static void
test_heartbeats(void **state)
{
	struct listeners all = { .n = ARRAY_LEN(streams) };
	unsigned ids[ARRAY_LEN(streams)];
	double start = loop_seconds();
	struct fix f;

	(void)state;
	fix_start(&f, &(struct origin_options){ .pace = 50 });
	for (size_t i = 0; i < all.n; i++)
		ids[i] = listen_to(&f, &all.s[i], streams[i].path, 1 + streams[i].beats, streams[i].comments);
	assert_true(run_until(&f, all_heard_enough, &all, PATIENCE));
	/* The slowest needs two of 25 s; the others go on meanwhile. */
	assert_in_range((long)((loop_seconds() - start) * 1000), 950, 5000);
	for (size_t i = 0; i < all.n; i++) {
		int beats = 0;

		for (char *at = all.s[i].events.s; streams[i].beat && (at = strstr(at, streams[i].beat)); at++)
			beats++;
		assert_true(beats >= streams[i].beats);
		assert_int_equal(beats + 1, all.s[i].n_events);
		assert_true((all.s[i].n_comments > 0) == (streams[i].comments > 0));
		stop_listening(&f, &all.s[i], ids[i]);
	}
	fix_end(&f);
}

/* What openchamber.yaml says a stream begins with is what it begins with. */
static void
test_the_needs_as_they_are_written(void **state)
{
	struct needs needs;
	struct err e = { 0 };
	struct fix f;

	(void)state;
	if (needs_load(&needs, "templates", NULL, &e) < 0)
		fail_msg("%s", e.msg);
	fix_start(&f, NULL);
	origin_free(f.o);
	f.o = origin_start(f.l, &needs, &(struct origin_options){ 0 }, &e);
	assert_true(needs.n_streams > 3);
	for (size_t i = 0; i < needs.n_streams; i++) {
		struct listener s;
		unsigned id = listen_to(&f, &s, needs.streams[i].path, 1, 0);

		assert_true(run_until(&f, heard_enough, &s, PATIENCE));
		assert_non_null(strstr(s.events.s, needs.streams[i].first));
		stop_listening(&f, &s, id);
	}
	fix_end(&f);
	needs_free(&needs);
}

static void
test_no_heartbeat_before_its_time(void **state)
{
	struct listener s;
	struct fix f;
	unsigned id;

	(void)state;
	fix_start(&f, NULL);
	id = listen_to(&f, &s, "/api/openchamber/events", 2, 0);
	assert_false(run_until(&f, heard_enough, &s, 600));
	assert_int_equal(s.n_events, 1);
	assert_int_equal(origin_connections(f.o), 1);
	stop_listening(&f, &s, id);
	all_gone(&f);
	fix_end(&f);
}

static void
test_http_1_0_gets_no_chunks(void **state)
{
	struct fix f;
	struct raw r;

	(void)state;
	fix_start(&f, NULL);
	raw_open(&f, &r);
	raw_send(&r, "GET /api/event HTTP/1.0\r\n\r\n");
	assert_true(raw_gets(&r, "\r\n\r\ndata: " CONNECTED "\n\n", 1));
	assert_null(strstr(r.in.s, "chunked"));
	assert_non_null(strstr(r.in.s, "Connection: close\r\n"));
	raw_close(&r);
	all_gone(&f);
	fix_end(&f);
}

/* Five times of sending, a quarter of a second apart, each arrived when it was sent. */
static void
judge_clock(const struct listener *s)
{
	const char *at = s->events.s;
	long long last = 0;

	assert_int_equal(s->g.r.fault, NET_OK);
	assert_int_equal(s->n_events, 5);
	for (int n = 0; n < 5; n++) {
		char *end;
		long long sent = strtoll(at, &end, 10);

		assert_in_range(loop_now() - sent, 0, 5000);
		if (n)
			assert_in_range(sent - last, 245, 1500);
		assert_true(s->last[n] * 1000 - (double)sent < 500);
		last = sent;
		at = end;
	}
}

static void
test_clock(void **state)
{
	static const struct { const char *query; bool accel, chunked; } ways[] = {
		{ "", true, true },
		{ "&accel=no", false, true },
		{ "&close=1", true, false },
		{ "&accel=no&close=1", false, false },
	};
	struct listeners all = { .n = ARRAY_LEN(ways) };
	unsigned ids[ARRAY_LEN(ways)];
	struct fix f;

	(void)state;
	fix_start(&f, &(struct origin_options){ .password = "needs none", .pace = 50 });
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		char *path = xasprintf("/api/event?antechamber=clock%s", ways[i].query);

		ids[i] = listen_to(&f, &all.s[i], path, 99, 0);
		free(path);
	}
	assert_true(run_until(&f, all_heard_enough, &all, PATIENCE));
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		const struct got *g = &all.s[i].g;

		judge_clock(&all.s[i]);
		assert_string_equal(header(g, "Content-Type"), PLAIN);
		assert_int_equal(header(g, "X-Accel-Buffering") != NULL, ways[i].accel);
		assert_int_equal(header(g, "Transfer-Encoding") != NULL, ways[i].chunked);
		stop_listening(&f, &all.s[i], ids[i]);
	}
	all_gone(&f);
	fix_end(&f);
}

static void
test_silent(void **state)
{
	struct listener s;
	struct fix f;
	double start;
	unsigned id;

	(void)state;
	fix_start(&f, &(struct origin_options){ .password = "needs none", .pace = 1000 });
	id = listen_to(&f, &s, "/x?antechamber=silent", 1, 0);
	assert_false(run_until(&f, heard_enough, &s, 400));
	assert_true(s.headed);
	assert_int_equal(s.n_comments, 0);
	stop_listening(&f, &s, id);

	start = loop_seconds();
	id = listen_to(&f, &s, "/x?antechamber=silent&seconds=0.3", 99, 0);
	assert_true(run_until(&f, heard_enough, &s, PATIENCE));
	assert_int_equal(s.g.r.fault, NET_OK);
	assert_int_equal(s.n_events, 1);
	assert_true(loop_seconds() - start >= 0.3);
	stop_listening(&f, &s, id);
	all_gone(&f);
	fix_end(&f);
}

static void
test_echo(void **state)
{
	static const char *const headers[] = { "X-A: 1", "X-B: \"2\"", "X-A: 3", "Accept:", NULL };
	struct err e = { 0 };
	struct json *j;
	const struct json *list;
	struct fix f;
	struct got g;
	size_t a = 0, b = 0, c = 0;

	(void)state;
	fix_start(&f, &(struct origin_options){ .password = "needs none" });
	ask(&f, &g, (struct net_request){ .method = "PUT", .headers = headers }, "/api/y?antechamber=echo&z=1");
	assert_int_equal(g.r.status, 200);
	j = json_parse(g.r.body.s, g.r.body.len, "echo", &e);
	assert_non_null(j);
	assert_string_equal(json_get_string(j, "method", ""), "PUT");
	assert_string_equal(json_get_string(j, "target", ""), "/api/y?antechamber=echo&z=1");
	assert_string_equal(json_get_string(j, "peer", ""), "127.0.0.1");
	assert_string_equal(json_get_string(j, "http", ""), "1.1");
	list = json_get(j, "headers");
	for (size_t i = 0; i < json_len(list); i++) {
		const char *value = json_get_string(json_at(list, i), "value", "");

		if (!strcmp(json_get_string(json_at(list, i), "name", ""), "X-A"))
			*(strcmp(value, "1") ? &c : &a) = i + 1;
		else if (!strcmp(value, "\"2\""))
			b = i + 1;
	}
	assert_true(a && a < b && b < c);
	json_free(j);
	got_free(&g);
	ask(&f, &g, (struct net_request){ 0 }, "/health?antechamber=shout");
	assert_non_null(strstr(g.r.body.s, "openCodePort"));
	got_free(&g);
	fix_end(&f);
}

static void
test_count(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 70000, 120u << 20 };
	struct fix f;

	(void)state;
	fix_start(&f, &(struct origin_options){ .password = "needs none" });
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct err e = { 0 };
		struct json *j;
		const struct json *list;
		struct got g;
		long long last = 0;

		ask(&f, &g, (struct net_request){ .method = "POST", .upload = sizes[i], .timeout_ms = 60000 },
		    "/api/fs/upload?antechamber=count");
		assert_int_equal(g.r.status, 200);
		j = json_parse(g.r.body.s, g.r.body.len, "count", &e);
		assert_non_null(j);
		assert_int_equal(json_get_int(j, "bytes", -1), sizes[i]);
		list = json_get(j, "arrived");
		assert_in_range(json_len(list), sizes[i] ? 1 : 0, 64);
		for (size_t n = 0; n < json_len(list); n++) {
			assert_true(json_get_int(json_at(list, n), "bytes", -1) > last);
			last = json_get_int(json_at(list, n), "bytes", -1);
		}
		assert_int_equal(last, sizes[i]);
		json_free(j);
		got_free(&g);
	}
	fix_end(&f);
}

/* A body that comes in two halves 300 ms apart shows them. */
static void
test_count_sees_the_pause(void **state)
{
	struct fix f;
	struct raw r;
	int ms = -1;

	(void)state;
	fix_start(&f, NULL);
	raw_open(&f, &r);
	raw_send(&r, "POST /?antechamber=count HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
	assert_true(raw_gets(&r, "HTTP/1.1 100 Continue\r\n\r\n", 1));
	raw_send(&r, "01234");
	run_for(&f, 300);
	assert_null(strstr(r.in.s, "200 OK"));
	raw_send(&r, "56789");
	assert_true(raw_gets(&r, "]}", 1));
	assert_non_null(strstr(r.in.s, "{\"bytes\":10,"));
	assert_int_equal(sscanf(strstr(r.in.s, "\"bytes\":5},"), "\"bytes\":5},{\"ms\":%d,\"bytes\":10}", &ms), 1);
	assert_in_range(ms, 290, 2000);
	raw_close(&r);
	fix_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_first_events),
		cmocka_unit_test(test_heartbeats),
		cmocka_unit_test(test_the_needs_as_they_are_written),
		cmocka_unit_test(test_no_heartbeat_before_its_time),
		cmocka_unit_test(test_http_1_0_gets_no_chunks),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_count_sees_the_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
