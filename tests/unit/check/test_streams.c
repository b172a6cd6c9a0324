/* Event streams, compression and bodies through a proxy: each cause beside its healthy twin. */
#include "fixture.h"

#include "base/gz.h"

static const struct rule plain[] = { { 0 } };

static void
with(struct world *w, const struct rule *rules)
{
	world_origin(w, 0, PASSWORD);
	w->opt.password = PASSWORD;
	world_front(w, rules);
	run_all(w);
}

#define ANSWER(status, headers) "HTTP/1.1 " status "\r\n" headers "Content-Length: 0\r\n\r\n"

static void
expect_streams(struct world *w, const char *cause)
{
	static const char *const ids[] = { "sse.event", "sse.global-event", "sse.notifications",
	                                   "sse.openchamber" };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		expect_cause(w, ids[i], TARGET_PUBLIC, CHECK_FAIL, cause);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, cause);
}

static void
test_streams(void **state)
{
	static const struct { const char *cause; struct rule rule; } cases[] = {
		{ "sse-compressed", { .answer_set = "Content-Encoding: gzip" } },
		{ "sse-not-stream", { .act = CANNED,
		                      .canned = ANSWER("200 OK", "Content-Type: text/html\r\n") } },
		{ "sse-not-stream", { .act = CANNED, .canned = ANSWER("404 Not Found", "") } },
		{ "sse-not-stream", { .act = HANG_UP } },
		{ "sse-buffered", { .hold_ms = 60000 } },
		{ "sse-buffered", { .act = HANG } },
		{ "sse-buffered", { .hold_ms = 1200 } },
		{ "upstream-down", { .act = CANNED, .canned = ANSWER("502 Bad Gateway", "") } },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rule rules[2] = { cases[i].rule, { 0 } };

		w->opt.timeout_ms = i == 6 ? 3000 : 600;
		rules[0].path = "/api/";
		rules[0].only_if = "Accept: text/event-stream";
		with(w, rules);
		expect_streams(w, cases[i].cause);
	}
	with(w, plain);
	expect_verdict(w, NULL);
}

static void
test_a_late_stream_warns(void **state)
{
	struct world *w = *state;

	w->opt.timeout_ms = 3000;
	with(w, (const struct rule[]){ { .path = "/api/event", .only_if = "text/event-stream",
	                                 .hold_ms = 500 }, { 0 } });
	expect_cause(w, "sse.event", TARGET_PUBLIC, CHECK_WARN, "sse-buffered");
	expect(w, "sse.notifications", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
}

/* An answer whose body is what `layers' of gzip make of a page, under a header. */
static char *
zipped(struct arena *a, int layers, const char *header, size_t *len)
{
	struct buf now = BUF_INIT, next = BUF_INIT, out = BUF_INIT;
	char *s;

	for (int i = 0; i < 200; i++)
		buf_puts(&now, "<p>a page like any other</p>\n");
	for (int i = 0; i < layers; i++) {
		gz_deflate(&next, now.s, now.len);
		buf_free(&now);
		now = next;
		next = (struct buf)BUF_INIT;
	}
	buf_printf(&out, "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n", header, now.len);
	buf_add(&out, now.s, now.len);
	*len = out.len;
	s = memcpy(arena_alloc(a, out.len + 1), out.s, out.len);
	buf_free(&now);
	buf_free(&out);
	return s;
}

static void
test_gzip(void **state)
{
	static const struct { const char *id, *cause; int layers; const char *header; } cases[] = {
		{ "gzip.layers", "gzip-twice", 2, "Content-Encoding: gzip\r\n" },
		{ "gzip.layers", "gzip-twice", 3, "Content-Encoding: gzip, gzip\r\n" },
		{ "gzip.encoding", "gzip-mislabelled", 0, "Content-Encoding: gzip\r\n" },
		{ "gzip.encoding", "gzip-mislabelled", 1, "" },
		{ "gzip.encoding", "gzip-mislabelled", 1, "Content-Encoding: gzip, gzip\r\n" },
		{ "gzip.layers", NULL, 0, "" },
		{ "gzip.layers", NULL, 1, "Content-Encoding: gzip\r\n" },
		{ "gzip.layers", NULL, 2, "Content-Encoding: gzip, gzip\r\n" },
		{ "gzip.encoding", NULL, 0, "Content-Encoding: identity\r\n" },
		{ "gzip.encoding", NULL, 1, "Content-Encoding: x-gzip\r\n" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len;
		const char *answer = zipped(&w->needs.arena, cases[i].layers, cases[i].header,
		                            &len);

		with(w, (const struct rule[]){
			{ .path = "/api", .act = PASS }, { .path = "/auth", .act = PASS },
			{ .path = "/health", .act = PASS },
			{ .path = "/", .act = CANNED, .canned = answer, .canned_len = len }, { 0 } });
		if (cases[i].cause)
			expect_cause(w, cases[i].id, TARGET_PUBLIC, CHECK_FAIL, cases[i].cause);
		else
			expect(w, cases[i].id, TARGET_PUBLIC, CHECK_PASS);
		expect_verdict(w, cases[i].cause);
		expect(w, cases[i].id, TARGET_DIRECT, CHECK_PASS);
	}
}

static void
test_gzip_added(void **state)
{
	struct world *w = *state;
	static const char json[] = "{\"status\":\"ok\"}";
	struct buf body = BUF_INIT, out = BUF_INIT;

	gz_deflate(&body, json, sizeof(json) - 1);
	buf_printf(&out, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
	           body.len);
	buf_add(&out, body.s, body.len);
	with(w, (const struct rule[]){ { .path = "/api/version", .only_if = "Accept-Encoding: gzip",
	                                 .act = CANNED,
	                                 .canned = out.s, .canned_len = out.len }, { 0 } });
	expect_cause(w, "gzip.layers", TARGET_PUBLIC, CHECK_WARN, "gzip-added");
	expect_verdict(w, NULL);
	buf_free(&body);
	buf_free(&out);
	with(w, plain);
	expect(w, "gzip.layers", TARGET_PUBLIC, CHECK_PASS);
}

static void
test_body_limits(void **state)
{
	static const char refusal[] = ANSWER("413 Request Entity Too Large", "Server: nginx\r\n");
	static const struct rule none[] = { { .path = "/api/fs/upload", .act = CANNED,
	                                      .canned = refusal }, { 0 } };
	static const struct rule half[] = {
		{ .path = "/api/fs/upload", .only_if = "Content-Length: 104857600", .act = CANNED,
		  .canned = refusal }, { 0 } };
	static const struct rule spools[] = {
		{ .path = "/api/fs/upload", .act = CANNED,
		  .canned = "HTTP/1.1 100 Continue\r\n\r\n", .hold_ms = 0 }, { 0 } };
	struct world *w = *state;

	with(w, none);
	expect_cause(w, "body.limit", TARGET_PUBLIC, CHECK_FAIL, "body-limit");
	expect(w, "body.limit", TARGET_DIRECT, CHECK_PASS);
	expect_verdict(w, "body-limit");
	/* Nothing was asked for: 50M, as in OpenChamber's examples, only warns. */
	with(w, half);
	expect_cause(w, "body.limit", TARGET_PUBLIC, CHECK_WARN, "body-limit");
	expect_verdict(w, NULL);
	w->opt.body = 100 << 20;
	with(w, half);
	expect_cause(w, "body.limit", TARGET_PUBLIC, CHECK_FAIL, "body-limit");
	w->opt.body = 50 << 20;
	with(w, half);
	expect(w, "body.limit", TARGET_PUBLIC, CHECK_PASS);
	expect(w, "body.spool", TARGET_PUBLIC, CHECK_PASS);
	/* OpenChamber's own limit is not the proxy's, which let the question through. */
	w->opt.body = 200 << 20;
	with(w, plain);
	expect(w, "body.limit", TARGET_PUBLIC, CHECK_PASS);
	assert_non_null(strstr(result(w, "body.limit", TARGET_PUBLIC)->detail, "itself takes at most 100M"));
	expect_verdict(w, NULL);
	w->opt.body = 0;
	with(w, spools);
	expect(w, "body.spool", TARGET_PUBLIC, CHECK_SKIP);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_up, world_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_streams), T(test_a_late_stream_warns), T(test_gzip), T(test_gzip_added),
		T(test_body_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
