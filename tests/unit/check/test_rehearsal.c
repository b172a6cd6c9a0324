/* A rehearsal: what only a probe origin behind the proxy can prove. */
#include "fixture.h"

#define FORWARDED "X-Forwarded-Proto: http", "X-Forwarded-For: 127.0.0.1"

/* What every good proxy does: it sets the headers itself, whatever the visitor wrote. */
#define CLEANS .drop = { "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", \
                         "X-Real-IP" }, \
               .set = { FORWARDED }

static const struct rule healthy[] = { { .path = "/", CLEANS }, { 0 } };

static void
with(struct world *w, const struct rule *rules)
{
	world_origin(w, 0, PASSWORD);
	w->opt.password = PASSWORD;
	w->opt.rehearsal = true;
	world_front(w, rules);
	run_all(w);
}

static void
test_a_healthy_rehearsal(void **state)
{
	static const char *const ids[] = {
		"public.redirect", "public.answer", "public.instance", "public.cache", "ws.event",
		"ws.global-event",
		"ws.terminal", "ws.dictation", "sse.event", "sse.global-event", "sse.notifications",
		"sse.openchamber",
		"gzip.encoding", "gzip.layers", "body.limit", "body.spool", "headers.host",
		"headers.proto", "headers.client",
	};
	struct world *w = *state;
	const struct check_timeline *t;

	with(w, healthy);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		expect(w, ids[i], TARGET_REHEARSAL, CHECK_PASS);
	expect(w, "time.stream", TARGET_REHEARSAL, CHECK_SKIP);
	expect(w, "time.idle", TARGET_REHEARSAL, CHECK_SKIP);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
	t = result(w, "sse.event", TARGET_REHEARSAL)->timeline;
	assert_non_null(t);
	assert_int_equal(t->n, 5);
	assert_false(t->cut);
	for (size_t i = 0; i < t->n; i++) {
		assert_true(t->sent[i] >= 0.09 * (double)i);
		assert_true(t->arrived[i] >= t->sent[i] - 0.002);
	}
	assert_null(result(w, "sse.event", TARGET_DIRECT)->timeline);
	assert_null(check_find(w->run, "public.name", TARGET_REHEARSAL));
	/* 0.4 s of clocks, and everything else at the same time; a busy machine gets a second more. */
	if (w->took > 1.6)
		fail_msg("a healthy rehearsal took %.3f s", w->took);
}

/* Without the origin's own address the rehearsal logs in through its private proxy. */
static void
test_a_rehearsal_alone(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, PASSWORD);
	w->origin.scheme[0] = '\0';
	w->opt.password = PASSWORD;
	w->opt.rehearsal = true;
	world_front(w, healthy);
	run_all(w);
	expect(w, "ws.event", TARGET_REHEARSAL, CHECK_PASS);
	expect(w, "sse.event", TARGET_REHEARSAL, CHECK_PASS);
	expect_verdict(w, NULL);
	assert_true(check_logged_in(w->run));
	assert_true(check_ready(w->run));
}

/* One location of a proxy may lose what all others pass on. */
static void
test_headers_per_route(void **state)
{
	static const struct { const char *id, *cause; struct rule rule; } cases[] = {
		{ "headers.host", "ws-host-lost", { .path = "/api/event", CLEANS } },
		{ "headers.host", "ws-port-lost", { .path = "/api/terminal", CLEANS } },
		{ "headers.proto", "ws-proto-lost", { .path = "/api/openchamber",
		  .drop = { "X-Forwarded-For",
		            "X-Forwarded-Host" }, .set = { "X-Forwarded-Proto: https",
		                                           "X-Forwarded-For: 127.0.0.1" } } },
		{ "headers.client", "forwarded-for-lost", { .path = "/api/fs",
		  .drop = { "X-Forwarded-For", "X-Forwarded-Host" } } },
		{ "headers.client", "forwarded-for-trusted",
		  { .path = "/api/event", .set = { FORWARDED } } },
		{ "headers.client", "forwarded-for-trusted",
		  { .path = "/api/event", .drop = { "X-Forwarded-For" },
		  .set = { FORWARDED } } },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rule rules[3] = { cases[i].rule, { .path = "/", CLEANS }, { 0 } };

		if (i < 2) {
			rules[0].drop[3] = "Host";
			rules[0].set[2] = i ? "Host: 127.0.0.1" : "Host: backend";
		}
		with(w, rules);
		expect_cause(w, cases[i].id, TARGET_REHEARSAL, CHECK_FAIL, cases[i].cause);
		expect(w, "direct.answer", TARGET_DIRECT, CHECK_PASS);
	}
}

/* Held back on one way only: the worst counts. */
static void
test_the_worst_clock_counts(void **state)
{
	struct world *w = *state;
	const struct check_result *c;

	w->opt.timeout_ms = 3000;
	with(w, (const struct rule[]){
		{ .path = "/api/event?antechamber=clock&apart=100&accel=no", CLEANS,
		  .hold_ms = 1500 }, { .path = "/", CLEANS }, { 0 } });
	expect_cause(w, "sse.event", TARGET_REHEARSAL, CHECK_FAIL, "sse-buffered");
	expect(w, "sse.global-event", TARGET_REHEARSAL, CHECK_PASS);
	expect_verdict(w, "sse-buffered");
	c = result(w, "sse.event", TARGET_REHEARSAL);
	assert_non_null(c->timeline);
	assert_true(c->timeline->arrived[0] > 1);
	assert_non_null(strstr(json_get_string(c->observed, "worst", ""), "X-Accel-Buffering"));
	/* All at the end of the stream is held back, though late by no more than a second. */
	with(w, (const struct rule[]){
		{ .path = "/api/global/event?antechamber=clock&apart=100", CLEANS,
		  .hold_ms = 1010 }, { .path = "/", CLEANS }, { 0 } });
	expect_cause(w, "sse.global-event", TARGET_REHEARSAL, CHECK_FAIL, "sse-buffered");
	with(w, (const struct rule[]){
		{ .path = "/api/event?antechamber=clock&apart=100", CLEANS,
		  .answer_set = "Content-Encoding: br" },
		{ .path = "/", CLEANS }, { 0 } });
	expect_cause(w, "sse.event", TARGET_REHEARSAL, CHECK_FAIL, "sse-compressed");
}

static void
test_bodies(void **state)
{
	struct world *w = *state;

	w->opt.body = 1 << 20;
	with(w, healthy);
	expect(w, "body.limit", TARGET_REHEARSAL, CHECK_PASS);
	assert_true(json_get_bool(result(w, "body.limit", TARGET_REHEARSAL)->observed, "uploaded",
	                          false));
	/* A limit that shows only when the bytes come, as Caddy's does. */
	with(w, (const struct rule[]){
		{ .path = "/api/fs/upload?antechamber=count", .act = CANNED,
		  .canned = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: "
		            "0\r\n\r\n" }, { .path = "/", CLEANS }, { 0 } });
	expect_cause(w, "body.limit", TARGET_REHEARSAL, CHECK_FAIL, "body-limit");
	expect(w, "body.spool", TARGET_REHEARSAL, CHECK_SKIP);
}

static void
test_a_spooled_body(void **state)
{
	/* What the origin says of a body that came in one piece. */
	static const char together[] = "HTTP/1.1 200 OK\r\nContent-Type: "
	                               "application/json\r\nConnection: close\r\n\r\n"
		"{\"bytes\":131072,\"ms\":3,\"arrived\":"
		"[{\"ms\":0,\"bytes\":65536},{\"ms\":3,\"bytes\":131072}]}";
	struct world *w = *state;

	with(w, (const struct rule[]){
		{ .path = "/api/fs/upload?antechamber=count", .only_if = "Content-Length: 131072",
		  .act = CANNED,
		  .canned = together, .hold_ms = 300 }, { .path = "/", CLEANS }, { 0 } });
	expect_cause(w, "body.spool", TARGET_REHEARSAL, CHECK_WARN, "body-spooled");
	expect_verdict(w, NULL);
}

/* A rehearsal has no certificate to blame: what fails there is told by public.answer. */
static void
test_no_tls(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, PASSWORD);
	w->opt.rehearsal = true;
	w->public_url = w->origin;
	snprintf(w->public_url.scheme, sizeof(w->public_url.scheme), "https");
	run_all(w);
	expect_cause(w, "public.answer", TARGET_REHEARSAL, CHECK_FAIL, "tls-failed");
	expect_verdict(w, "tls-failed");
}

static void
test_time(void **state)
{
	struct world *w = *state;

	/* Keep-alives come twenty times faster here, and quiet is wanted for one second. */
	w->opt.deep = true;
	w->opt.stream = 1;
	w->opt.timeout_ms = 3000;
	with(w, healthy);
	expect(w, "time.stream", TARGET_REHEARSAL, CHECK_PASS);
	expect(w, "time.idle", TARGET_REHEARSAL, CHECK_PASS);
	expect_verdict(w, NULL);
	with(w, (const struct rule[]){
		{ .path = "/api/global/event?antechamber=silent", .act = CANNED,
		  .canned = "HTTP/1.1 200 OK\r\nContent-Type: "
		            "text/event-stream\r\n\r\n", .hold_ms = 300 },
		{ .path = "/", CLEANS }, { 0 } });
	expect_cause(w, "time.idle", TARGET_REHEARSAL, CHECK_FAIL, "stream-cut");
	expect(w, "time.stream", TARGET_REHEARSAL, CHECK_PASS);
	expect_verdict(w, "stream-cut");
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_up, world_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_healthy_rehearsal), T(test_a_rehearsal_alone), T(test_headers_per_route),
		T(test_the_worst_clock_counts), T(test_bodies), T(test_a_spooled_body),
		T(test_no_tls),
		T(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
