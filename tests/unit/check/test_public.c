/* The way to the public address, each cause beside its healthy twin. */
#include "fixture.h"

#include "../names.h"
#include "answers/machine.h"

#define HTML "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\n" \
             "Content-Length: 48\r\n\r\n<html><title>Welcome to nginx!</title></html>\r\n\r\n"

static const struct rule plain[] = { { 0 } };

static void
with(struct world *w, const struct rule *rules)
{
	if (!w->o)
		world_origin(w, 0, PASSWORD);
	w->opt.password = PASSWORD;
	world_front(w, rules);
	run_all(w);
}

static void
test_a_plain_proxy_passes(void **state)
{
	struct world *w = *state;
	static const char *const ids[] = {
		"public.name", "public.port", "public.redirect", "public.answer", "public.instance",
		"public.cache",
		"ws.event", "ws.global-event", "ws.terminal", "ws.dictation", "sse.event",
		"sse.global-event",
		"sse.notifications", "sse.openchamber", "gzip.encoding", "gzip.layers",
		"body.limit", "body.spool",
		"headers.host", "headers.proto", "cdn.path", "cdn.limit",
	};

	with(w, plain);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		expect(w, ids[i], TARGET_PUBLIC, CHECK_PASS);
	expect(w, "public.tls", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "time.stream", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "time.idle", TARGET_PUBLIC, CHECK_SKIP);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
}

/* Along with the way the rest is skipped, and the direct side goes on. */
static void
expect_ended(struct world *w, const char *id, const char *cause)
{
	expect_cause(w, id, TARGET_PUBLIC, CHECK_FAIL, cause);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "sse.event", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "ws.event", TARGET_DIRECT, CHECK_PASS);
	expect_verdict(w, cause);
	assert_false(check_ready(w->run));
}

#define ANSWER(status, headers) "HTTP/1.1 " status "\r\n" headers "Content-Length: 0\r\n\r\n"

static void
test_answers_in_its_place(void **state)
{
	static const struct { const char *id, *cause, *answer; } cases[] = {
		{ "public.answer", "wrong-site", HTML },
		{ "public.answer", "wrong-site", ANSWER("200 OK", "") },
		{ "public.answer", "wrong-site", ANSWER("404 Not Found", "") },
		{ "public.answer", "wrong-site", "SSH-2.0-OpenSSH_9.2\r\n" },
		{ "public.answer", "bot-layer", ANSWER("403 Forbidden",
		                                       "cf-mitigated: challenge\r\n") },
		{ "public.answer", "auth-layer", ANSWER("401 Unauthorized",
		                                        "WWW-Authenticate: Basic "
		                                        "realm=\"x\"\r\n") },
		{ "public.answer", "upstream-opencode",
		  ANSWER("401 Unauthorized", "WWW-Authenticate: Basic realm=\"Secure Area\"\r\n") },
		{ "public.answer", "upstream-down", ANSWER("502 Bad Gateway", "") },
		{ "public.answer", "upstream-down", ANSWER("503 Service Unavailable", "") },
		{ "public.answer", "upstream-down", ANSWER("521 Web Server Is Down",
		                                           "CF-Ray: 1-A\r\n") },
		{ "public.answer", "upstream-timeout", ANSWER("504 Gateway Timeout", "") },
		{ "public.answer", "upstream-timeout", ANSWER("522 X", "") },
		{ "public.answer", "tls-failed", ANSWER("525 SSL Handshake Failed", "") },
		{ "public.redirect", "redirect-away", ANSWER("302 Found",
		                                             "Location: "
		                                             "https://other.invalid/\r\n") },
		{ "public.redirect", "redirect-away", ANSWER("302 Found",
		                                             "Location: /somewhere\r\n") },
		{ "public.redirect", "redirect-loop", ANSWER("301 Moved",
		                                             "Location: /api/version\r\n") },
		{ "public.redirect", "auth-layer",
		  ANSWER("302 Found",
		         "Location: https://x.cloudflareaccess.com/cdn-cgi/access/login\r\n") },
		{ "public.redirect", "auth-layer",
		  ANSWER("302 Found",
		         "Location: https://auth.invalid/?rd=http%3A%2F%2F127.0.0.1%2F\r\n") },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct rule rules[] = {
			{ .path = i == 14 ? "/api" : "/", .act = CANNED,
			  .canned = cases[i].answer }, { 0 },
		};

		with(w, rules);
		expect_ended(w, cases[i].id, cases[i].cause);
	}
	/* The name of the page that answers is shown. */
	with(w, (const struct rule[]){ { .path = "/", .act = CANNED, .canned = HTML }, { 0 } });
	assert_non_null(strstr(result(w, "public.answer", TARGET_PUBLIC)->detail,
	                       "Welcome to nginx!"));
}

static void
test_apache_s_late_502(void **state)
{
	static const char apache[] = ANSWER("502 Proxy Error", "Server: Apache/2.4.57\r\n");
	struct world *w = *state;

	w->opt.timeout_ms = 3000;
	with(w, (const struct rule[]){ { .path = "/", .act = CANNED, .canned = apache,
	                                 .hold_ms = 1100 }, { 0 } });
	expect_ended(w, "public.answer", "upstream-timeout");
	with(w, (const struct rule[]){ { .path = "/", .act = CANNED, .canned = apache }, { 0 } });
	expect_ended(w, "public.answer", "upstream-down");
}

#define TO(path) ANSWER("302 Found", "Location: " path "\r\n")

static void
test_long_circles(void **state)
{
	struct world *w = *state;

	with(w, (const struct rule[]){
		{ .path = "/api/a", .act = CANNED, .canned = TO("/api/b") },
		{ .path = "/api/b", .act = CANNED, .canned = TO("/api/a") },
		{ .path = "/api", .act = CANNED, .canned = TO("/api/a") }, { 0 } });
	expect_ended(w, "public.redirect", "redirect-loop");
	assert_true(w->s->asked < 10);
}

static void
test_silence(void **state)
{
	struct world *w = *state;

	w->opt.timeout_ms = 400;
	with(w, (const struct rule[]){ { .path = "/", .act = HANG }, { 0 } });
	expect_ended(w, "public.answer", "upstream-timeout");
	with(w, (const struct rule[]){ { .path = "/", .act = HANG_UP }, { 0 } });
	expect_ended(w, "public.answer", "wrong-site");
	w->opt.timeout_ms = 1000;
	with(w, plain);
	expect_verdict(w, NULL);
}

static void
test_nothing_accepts(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, NULL);
	w->public_url = (struct url){ .scheme = "http", .host = "127.0.0.1", .port = dead_port(),
	                              .ip = true };
	run_all(w);
	expect_ended(w, "public.port", "public-refused");
}

/* A listening socket whose queue is full accepts nobody any more. */
static void
test_connections_vanish(void **state)
{
	struct world *w = *state;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned port;
	int fd = loopback_listen(&port), full[3];

	listen(fd, 0);
	a.sin_port = htons((uint16_t)port);
	for (size_t i = 0; i < ARRAY_LEN(full); i++) {
		full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_int_not_equal(connect(full[i], (struct sockaddr *)&a, sizeof(a)), 1);
	}
	world_origin(w, 0, NULL);
	w->opt.timeout_ms = 500;
	w->public_url = (struct url){ .scheme = "http", .host = "127.0.0.1", .port = port,
	                              .ip = true };
	run_all(w);
	expect_ended(w, "public.port", "public-timeout");
	for (size_t i = 0; i < ARRAY_LEN(full); i++)
		close(full[i]);
	close(fd);
}

static void
test_no_such_name(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, NULL);
	w->opt.timeout_ms = 3000;
	w->public_url = (struct url){ .scheme = "http", .host = "nobody.invalid", .port = 80 };
	run_all(w);
	expect_ended(w, "public.name", "name-unresolved");
	/* Where nobody could be asked nothing is said of the name. */
	w->public_url = (struct url){ .scheme = "http", .host = "unanswered.invalid", .port = 80 };
	run_all(w);
	expect_ended(w, "public.name", "name-unanswered");
	/* Told where to go, the name need not exist yet. */
	world_front(w, plain);
	w->public_url = (struct url){ .scheme = "http", .host = "nobody.invalid", .port = 80 };
	w->opt.connect_to = arena_printf(&w->needs.arena, "127.0.0.1:%u", w->s->port);
	run_all(w);
	expect(w, "public.name", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "public.answer", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
}

static void
test_another_openchamber(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };

	world_origin(w, 0, NULL);
	w->other = origin_start(w->l, &w->needs, &(struct origin_options){ 0 }, &e);
	assert_non_null(w->other);
	w->s = standin_up(w->l, origin_port(w->other), plain);
	w->public_url = (struct url){ .scheme = "http", .host = "127.0.0.1", .port = w->s->port,
	                              .ip = true };
	run_all(w);
	expect_ended(w, "public.instance", "wrong-instance");
}

/* Older versions without a serverId are told apart by their start and their process. */
static void
test_instances_without_an_id(void **state)
{
	struct world *w = *state;

	world_origin(w, ORIGIN_NO_SERVER_ID, NULL);
	world_front(w, plain);
	run_all(w);
	expect(w, "public.instance", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
	world_front(w, (const struct rule[]){ { .path = "/api/system/info", .act = CANNED, .canned =
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 48\r\n\r\n"
		"{\"pid\":1,\"startedAt\":\"2020-01-01T00:00:00.000Z\"}" }, { 0 } });
	run_all(w);
	expect_ended(w, "public.instance", "wrong-instance");
}

static void
test_mangled_paths(void **state)
{
	struct world *w = *state;

	/* /api is stripped: the app answers with its page. */
	with(w, (const struct rule[]){ { .path = "/api", .strip = "/api" }, { 0 } });
	expect_ended(w, "public.answer", "path-mangled");
	/* A prefix is added. */
	with(w, (const struct rule[]){ { .path = "/api", .prefix = "/chamber" }, { 0 } });
	expect_ended(w, "public.answer", "path-mangled");
}

static void
test_caches(void **state)
{
	struct world *w = *state;

	with(w, (const struct rule[]){ { .path = "/health", .act = CANNED, .canned =
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
		"{\"timestamp\":\"2026-01-01T00:00:00.000Z\"}" }, { 0 } });
	expect_cause(w, "public.cache", TARGET_PUBLIC, CHECK_FAIL, "api-cached");
	expect_verdict(w, "api-cached");
	with(w, (const struct rule[]){ { .path = "/api/config/settings", .once = true }, { 0 } });
	expect_cause(w, "public.cache", TARGET_PUBLIC, CHECK_FAIL, "api-cached");
	with(w, (const struct rule[]){ { .path = "/api/version", .answer_set = "Age: 12" },
	                               { 0 } });
	expect_cause(w, "public.cache", TARGET_PUBLIC, CHECK_FAIL, "api-cached");
	with(w, (const struct rule[]){ { .path = "/api/version",
	                                 .answer_set = "CF-Cache-Status: HIT" }, { 0 } });
	expect_cause(w, "public.cache", TARGET_PUBLIC, CHECK_FAIL, "api-cached");
	with(w, (const struct rule[]){ { .path = "/api/version",
	                                 .answer_set = "CF-Cache-Status: DYNAMIC" }, { 0 } });
	expect(w, "public.cache", TARGET_PUBLIC, CHECK_PASS);
}

static void
test_cdn(void **state)
{
	static const struct rule cloud[] = { { .path = "/", .answer_set = "CF-Ray: 8f1-FRA" },
	                                     { 0 } };
	static const struct rule loop[] = { { .path = "/", .act = CANNED, .canned =
		ANSWER("301 Moved", "CF-Ray: 1-A\r\nLocation: /api/version\r\n") }, { 0 } };
	struct world *w = *state;

	with(w, cloud);
	expect(w, "cdn.path", TARGET_PUBLIC, CHECK_PASS);
	expect(w, "cdn.limit", TARGET_PUBLIC, CHECK_PASS);
	w->opt.stream = 3600;
	with(w, cloud);
	expect_cause(w, "cdn.limit", TARGET_PUBLIC, CHECK_WARN, "cdn-limit");
	w->opt.stream = 60;
	w->opt.body = 200 << 20;
	with(w, cloud);
	expect_cause(w, "cdn.limit", TARGET_PUBLIC, CHECK_WARN, "cdn-limit");
	expect_verdict(w, NULL);
	/* Where the plan is known it is the plan's limit. */
	w->opt.cdn_plan = "Business";
	w->opt.cdn_megabytes = 200;
	with(w, cloud);
	expect(w, "cdn.limit", TARGET_PUBLIC, CHECK_PASS);
	w->opt.body = (200 << 20) + 1;
	with(w, cloud);
	expect_cause(w, "cdn.limit", TARGET_PUBLIC, CHECK_WARN, "cdn-limit");
	assert_non_null(strstr(check_find(w->run, "cdn.limit", TARGET_PUBLIC)->detail, "200 MB with the plan Business"));
	w->opt.cdn_plan = NULL;
	w->opt.body = 0;
	with(w, loop);
	expect_cause(w, "public.redirect", TARGET_PUBLIC, CHECK_FAIL, "redirect-loop");
}

/* Nothing in its answers says so, but what answers has one of its addresses; or has not. */
static void
test_cdn_by_address(void **state)
{
	static const struct rule silent[] = { { 0 } };
	const char *theirs[] = { "127.0.0.0/8", NULL }, **others;
	struct world *w = *state;

	others = w->needs.cloudflare;
	assert_non_null(others);
	w->opt.stream = 3600;
	with(w, silent);
	expect(w, "cdn.limit", TARGET_PUBLIC, CHECK_PASS);
	w->needs.cloudflare = theirs;
	with(w, silent);
	expect_cause(w, "cdn.limit", TARGET_PUBLIC, CHECK_WARN, "cdn-limit");
	w->needs.cloudflare = others;
}

static void
test_the_origin_is_down_too(void **state)
{
	struct world *w = *state;

	w->origin = (struct url){ .scheme = "http", .host = "127.0.0.1", .port = dead_port(),
	                          .ip = true };
	w->s = standin_up(w->l, w->origin.port, plain);
	w->public_url = (struct url){ .scheme = "http", .host = "127.0.0.1", .port = w->s->port,
	                              .ip = true };
	run_all(w);
	expect_cause(w, "direct.answer", TARGET_DIRECT, CHECK_FAIL, "origin-refused");
	expect_cause(w, "public.answer", TARGET_PUBLIC, CHECK_FAIL, "upstream-down");
	expect_verdict(w, "origin-refused");
}

static void
test_public_alone(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, NULL);
	w->origin.scheme[0] = '\0';
	world_front(w, plain);
	run_all(w);
	expect(w, "public.instance", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect(w, "sse.event", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
	assert_null(check_find(w->run, "direct.answer", TARGET_DIRECT));
}

/* A name whose address is a router's: what cannot be proved from here is looked at over loopback. */
static void
test_a_router_without_a_way_back(void **state)
{
	static const char *const own[] = { "10.9.9.9", NULL };
	struct world *w = *state;

	world_origin(w, 0, NULL);
	world_front(w, plain);
	w->opt.timeout_ms = 400;
	w->opt.own_addresses = own;
	snprintf(w->public_url.host, sizeof(w->public_url.host), "192.0.2.1"); /* nobody's */
	run_all(w);
	assert_int_equal(result(w, "public.port", TARGET_PUBLIC)->status, CHECK_WARN);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
	/* Where our own addresses are not known nothing is assumed. */
	w->opt.own_addresses = NULL;
	run_all(w);
	assert_int_equal(result(w, "public.port", TARGET_PUBLIC)->status, CHECK_FAIL);
}

static void
test_a_name_is_looked_up(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, NULL);
	world_front(w, plain);
	w->public_url.ip = false;
	snprintf(w->public_url.host, sizeof(w->public_url.host), "localhost");
	run_all(w);
	expect(w, "public.name", TARGET_PUBLIC, CHECK_PASS);
	assert_non_null(strstr(result(w, "public.name", TARGET_PUBLIC)->detail, "127.0.0.1"));
	expect(w, "public.port", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
}

/* An address of this machine that others can reach, or NULL. */
static const char *
outer_address(struct machine *m)
{
	machine_read(m, NULL);
	for (size_t i = 0; m->addresses && m->addresses[i]; i++)
		if (!strchr(m->addresses[i], ':'))
			return m->addresses[i];
	return NULL;
}

static void
test_an_exposed_origin_and_a_cookie_that_stays(void **state)
{
	struct world *w = *state;
	struct machine m = { 0 };
	struct err e = { 0 };
	const char *address = outer_address(&m);

	if (!address) {
		machine_free(&m);
		skip();
	}
	w->o = origin_start(w->l, &w->needs, &(struct origin_options){ .address = "0.0.0.0",
	                    .password = PASSWORD, .pace = 20 }, &e);
	assert_non_null(w->o);
	w->origin = (struct url){ .scheme = "http", .host = "127.0.0.1", .ip = true,
	                          .port = origin_port(w->o) };
	w->public_url = w->origin;
	snprintf(w->public_url.host, sizeof(w->public_url.host), "%s", address);
	w->opt.own_addresses = (const char *const *)m.addresses;
	w->opt.password = PASSWORD;
	run_all(w);
	expect_cause(w, "direct.exposure", TARGET_DIRECT, CHECK_WARN, "origin-exposed");
	expect(w, "sse.event", TARGET_DIRECT, CHECK_PASS);
	/* Over plain http to another address the cookie does not go along, unless that is asked for. */
	expect(w, "sse.event", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
	w->opt.insecure = true;
	run_all(w);
	expect(w, "sse.event", TARGET_PUBLIC, CHECK_PASS);
	machine_free(&m);
}

/* The password goes to the origin; the proxy of a loopback address only sees the cookie. */
static void
test_the_password_stays_here(void **state)
{
	struct world *w = *state;
	struct buf b = BUF_INIT;
	struct json *j;

	with(w, plain);
	assert_null(strstr(w->s->log.s, "POST /auth"));
	j = check_json(w->run, "check");
	json_write(&b, j, true);
	assert_null(strstr(b.s, "correct horse"));
	assert_null(strstr(b.s, "oc_ui_session"));
	json_free(j);
	buf_free(&b);
}

static void
test_it_is_quick(void **state)
{
	struct world *w = *state;

	w->opt.timeout_ms = 0;
	with(w, plain);
	/* Where nothing is wrong no probe waits for its time to run out. */
	if (w->took > 1.5)
		fail_msg("a healthy check took %.3f s", w->took);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_up, world_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_plain_proxy_passes), T(test_answers_in_its_place),
		T(test_apache_s_late_502),
		T(test_long_circles), T(test_silence), T(test_nothing_accepts),
		T(test_connections_vanish),
		T(test_no_such_name), T(test_another_openchamber), T(test_instances_without_an_id),
		T(test_mangled_paths), T(test_caches), T(test_cdn), T(test_cdn_by_address), T(test_the_origin_is_down_too),
		T(test_a_router_without_a_way_back), T(test_a_name_is_looked_up),
		T(test_an_exposed_origin_and_a_cookie_that_stays),
		T(test_public_alone), T(test_the_password_stays_here), T(test_it_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
