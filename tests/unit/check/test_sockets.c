/* WebSockets through a proxy: each cause beside its healthy twin. */
#include "fixture.h"

static const struct rule plain[] = { { 0 } };

static void
with(struct world *w, const struct rule *rules, const char *password)
{
	world_origin(w, 0, PASSWORD);
	w->opt.password = password;
	world_front(w, rules);
	run_all(w);
}

#define ANSWER(status, headers) "HTTP/1.1 " status "\r\n" headers "Content-Length: 0\r\n\r\n"
#define NO_UPGRADE .drop = { "Upgrade", "Connection" }, .set = { "Connection: close" }

static void
expect_sockets(struct world *w, const char *cause)
{
	static const char *const ids[] = { "ws.event", "ws.global-event", "ws.terminal" };
	const char *explained[16];

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		expect_cause(w, ids[i], TARGET_PUBLIC, CHECK_FAIL, cause);
	/* Without it OpenChamber works: it can only warn. */
	expect_cause(w, "ws.dictation", TARGET_PUBLIC, CHECK_WARN, cause);
	expect_verdict(w, cause);
	assert_int_equal(check_verdict_ids(w->run, explained, ARRAY_LEN(explained)), 3);
	assert_string_equal(explained[0], "ws.event");
	assert_false(check_ready(w->run));
}

static void
test_a_lost_upgrade(void **state)
{
	static const struct rule lost[] = { { .path = "/", NO_UPGRADE }, { 0 } };
	struct world *w = *state;

	with(w, lost, PASSWORD);
	expect_sockets(w, "ws-upgrade-lost");
	/* 23 bytes instead of 26 say it without the password. */
	with(w, lost, NULL);
	expect_sockets(w, "ws-upgrade-lost");
	with(w, plain, NULL);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
}

static void
test_a_lost_upgrade_without_a_password(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, NULL);
	world_front(w, (const struct rule[]){ { .path = "/", NO_UPGRADE }, { 0 } });
	run_all(w);
	expect_sockets(w, "ws-upgrade-lost");
}

/* What reaches the app is told by the Origin that it accepts. */
static void
test_the_origin_oracle(void **state)
{
	static const struct {
		const char *cause;
		struct rule rule;
		const char *believed;
	} cases[] = {
		{ "ws-host-lost", { .path = "/", .drop = { "Host" },
		                    .set = { "Host: backend.internal" } }, NULL },
		{ "ws-host-lost", { .path = "/", .drop = { "Host" },
		                    .set = { "Host: 127.0.0.1:%u" } }, "http://127.0.0.1:" },
		{ "ws-port-lost", { .path = "/", .drop = { "Host" }, .set = { "Host: 127.0.0.1" } },
		  "http://127.0.0.1" },
		{ "ws-port-lost", { .path = "/", .drop = { "Host" },
		                    .set = { "Host: 127.0.0.1:80" } }, "http://127.0.0.1:80" },
		{ "ws-port-lost", { .path = "/", .set = { "X-Forwarded-Host: 127.0.0.1",
		                                          "X-Forwarded-Proto: https" } },
		  "https://127.0.0.1" },
		{ "ws-proto-lost", { .path = "/", .set = { "X-Forwarded-Proto: https" } },
		  "https://127.0.0.1:" },
		{ "ws-proto-lost", { .path = "/", .set = { "X-Forwarded-Proto: wss" } },
		  "wss://127.0.0.1:" },
		{ "cdn-flexible", { .path = "/", .set = { "X-Forwarded-Proto: https" },
		                    .answer_set = "CF-Ray: 1-A" },
		  "https://127.0.0.1:" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rule rules[2] = { cases[i].rule, { 0 } };
		const char *believed;
		char host[64];

		world_origin(w, 0, PASSWORD);
		if (rules[0].set[0] && strchr(rules[0].set[0], '%')) {
			snprintf(host, sizeof(host), "Host: 127.0.0.1:%u", origin_port(w->o));
			rules[0].set[0] = host;
		}
		w->opt.password = PASSWORD;
		world_front(w, rules);
		run_all(w);
		expect_sockets(w, cases[i].cause);
		believed = json_get_string(result(w, "ws.event", TARGET_PUBLIC)->observed,
		                           "allow_origin", "");
		assert_int_equal(*believed != '\0', cases[i].believed != NULL);
		if (cases[i].believed)
			assert_non_null(strstr(believed, cases[i].believed));
	}
	with(w, (const struct rule[]){ { .path = "/", .set = { "X-Forwarded-Proto: http" } },
	                               { 0 } }, PASSWORD);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect(w, "headers.host", TARGET_PUBLIC, CHECK_PASS);
	expect(w, "headers.proto", TARGET_PUBLIC, CHECK_PASS);
	/* Lost on the sockets alone: the name that arrives elsewhere proves nothing, and the login is not to blame. */
	with(w, (const struct rule[]){ { .path = "/api/", .only_if = "Upgrade:", .drop = { "Host" }, .set = { "Host: backend.internal" } },
	                               { 0 } }, PASSWORD);
	expect_cause(w, "ws.event", TARGET_PUBLIC, CHECK_FAIL, "ws-host-lost");
	expect(w, "headers.host", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "headers.proto", TARGET_PUBLIC, CHECK_SKIP);
	assert_non_null(strstr(result(w, "headers.proto", TARGET_PUBLIC)->detail, "No WebSocket opened"));
}

static void
test_an_origin_that_nothing_explains(void **state)
{
	struct world *w = *state;

	with(w, (const struct rule[]){ { .path = "/api/", .only_if = "Upgrade:", .act = CANNED,
	                                 .canned =
		"HTTP/1.1 403 Forbidden\r\nContent-Length: 14\r\n\r\nInvalid "
		"origin" }, { 0 } }, PASSWORD);
	expect_sockets(w, "ws-origin-refused");
}

static void
test_other_answers(void **state)
{
	static const struct { const char *cause; struct rule rule; } cases[] = {
		{ "ws-redirected", { .act = CANNED, .canned = ANSWER("301 Moved", "Location: /\r\n") } },
		{ "ws-redirected", { .act = CANNED, .canned = ANSWER("302 Found", "") } },
		{ "ws-no-answer", { .act = HANG } },
		{ "ws-no-answer", { .act = HANG_UP } },
		{ "ws-refused", { .act = CANNED, .canned = ANSWER("403 Forbidden", "") } },
		{ "ws-refused", { .act = CANNED, .canned = ANSWER("426 Upgrade Required", "") } },
		{ "ws-refused", { .act = CANNED,
		                  .canned = "HTTP/1.1 101 Switching Protocols\r\n"
		                            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		                            "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n" } },
		{ "upstream-down", { .act = CANNED, .canned = ANSWER("502 Bad Gateway", "") } },
		{ "upstream-timeout", { .act = CANNED, .canned = ANSWER("504 Late", "") } },
	};
	struct world *w = *state;

	w->opt.timeout_ms = 500;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rule rules[2] = { cases[i].rule, { 0 } };

		rules[0].path = "/api/";
		rules[0].only_if = "Upgrade: websocket";
		with(w, rules, PASSWORD);
		expect_sockets(w, cases[i].cause);
		expect(w, "sse.event", TARGET_PUBLIC, CHECK_PASS);
	}
	with(w, plain, PASSWORD);
	expect_verdict(w, NULL);
}

/* It opens, and then nothing comes: a proxy that holds frames back. */
static void
test_open_and_silent(void **state)
{
	struct world *w = *state;

	w->opt.timeout_ms = 500;
	with(w, (const struct rule[]){ { .path = "/api/terminal/ws", .hold_ms = 2000 }, { 0 } },
	     PASSWORD);
	expect_cause(w, "ws.terminal", TARGET_PUBLIC, CHECK_FAIL, "ws-no-answer");
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, "ws-no-answer");
}

/* The documented nginx example: dictation has no location of its own. */
static void
test_only_the_optional_route_fails(void **state)
{
	struct world *w = *state;

	with(w, (const struct rule[]){ { .path = "/api/dictation", NO_UPGRADE }, { 0 } }, PASSWORD);
	expect_cause(w, "ws.dictation", TARGET_PUBLIC, CHECK_WARN, "ws-upgrade-lost");
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
}

/* What does not exist directly is nobody's fault in between. */
static void
test_absent_directly_is_skipped(void **state)
{
	struct world *w = *state;

	w->opt.timeout_ms = 500;
	world_origin(w, ORIGIN_NO_DICTATION, NULL);
	world_front(w, plain);
	run_all(w);
	expect(w, "ws.dictation", TARGET_DIRECT, CHECK_SKIP);
	expect(w, "ws.dictation", TARGET_PUBLIC, CHECK_SKIP);
	assert_true(check_ready(w->run));
	world_origin(w, ORIGIN_SILENT_EVENTS, NULL);
	world_front(w, plain);
	run_all(w);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "sse.event", TARGET_PUBLIC, CHECK_SKIP);
	expect_verdict(w, "origin-silent");
}

/* The cause on most required routes wins. */
static void
test_the_verdict_among_sockets(void **state)
{
	struct world *w = *state;

	w->opt.timeout_ms = 500;
	with(w, (const struct rule[]){
		{ .path = "/api/event/ws", NO_UPGRADE },
		{ .path = "/api/global/event/ws", .act = CANNED,
		  .canned = ANSWER("403 Forbidden", "") },
		{ .path = "/api/terminal/ws", .act = CANNED,
		  .canned = ANSWER("403 Forbidden", "") }, { 0 } }, PASSWORD);
	expect_verdict(w, "ws-refused");
	with(w, (const struct rule[]){
		{ .path = "/api/event/ws", .act = CANNED, .canned = ANSWER("403 Forbidden", "") },
		{ .path = "/api/global/event/ws", NO_UPGRADE }, { 0 } }, PASSWORD);
	expect_verdict(w, "ws-upgrade-lost");
}

/* A proxy that eats cookies lets nobody in. */
static void
test_a_lost_login(void **state)
{
	struct world *w = *state;

	with(w, (const struct rule[]){ { .path = "/", .drop = { "Cookie" } }, { 0 } }, PASSWORD);
	expect_sockets(w, "ws-refused");
	expect_cause(w, "sse.event", TARGET_PUBLIC, CHECK_FAIL, "sse-not-stream");
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_up, world_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_lost_upgrade), T(test_a_lost_upgrade_without_a_password),
		T(test_the_origin_oracle),
		T(test_an_origin_that_nothing_explains), T(test_other_answers),
		T(test_open_and_silent),
		T(test_only_the_optional_route_fails), T(test_absent_directly_is_skipped),
		T(test_the_verdict_among_sockets), T(test_a_lost_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
