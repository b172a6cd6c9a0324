#include "fixture.h"

#include "base/gz.h"
#include "base/json.h"

#define HTML "text/html; charset=utf-8"
#define JSON "application/json; charset=utf-8"
#define TEXT "text/plain; charset=utf-8"

static const struct origin_options locked = { .password = "open sesame", .server_id = "one" };
static const struct origin_options open_to_all = { .server_id = "one" };

enum how { NOPW, NOAUTH }; /* no password at all; one, and not logged in */

struct route_case {
	enum how    how;
	const char *method, *path;
	const char *headers[3];
	int         status;
	const char *type;
	const char *body; /* whole, or NULL */
	const char *has;  /* a part of the body, or NULL */
};

static const struct route_case cases[] = {
	{ NOPW, "GET", "/api/version", { 0 }, 200, JSON,
	  .has = "\"compatibility\":{\"apiVersion\":1,\"minClientApiVersion\":1,\"capabilities\":[\"api.health.v1\"," },
	{ NOAUTH, "GET", "/api/version", { 0 }, 200, JSON, .has = "\"serverId\":\"one\"}" },
	{ NOAUTH, "GET", "/health", { 0 }, 200, JSON, .has = "\"isOpenCodeReady\":true" },
	{ NOAUTH, "GET", "/health?x=1", { 0 }, 200, JSON, .has = "\"openCodePort\":" },
	{ NOAUTH, "GET", "/api/system/info", { 0 }, 200, JSON, .has = "\"tunnelUrl\":null}" },
	{ NOPW, "GET", "/auth/session", { 0 }, 200, JSON, .body = "{\"authenticated\":true,\"disabled\":true}" },
	{ NOAUTH, "GET", "/auth/session", { 0 }, 401, JSON, .body = "{\"authenticated\":false,\"locked\":true}" },
	{ NOAUTH, "GET", "/auth/passkey/status", { "Host: a.example:8443" }, 200, JSON, .has = "\"rpID\":\"a.example\"" },
	{ NOAUTH, "GET", "/auth/passkey/status", { "X-Forwarded-Host: b.example, c" }, 200, JSON,
	  .has = "\"rpID\":\"b.example\"" },
	{ NOAUTH, "GET", "/auth/passkey/status", { "Host: [::1]:3000" }, 200, JSON, .has = "\"rpID\":\"[::1]\"" },
	{ NOPW, "GET", "/auth/passkey/status", { 0 }, 200, JSON,
	  .body = "{\"enabled\":false,\"hasPasskeys\":false,\"passkeyCount\":0,\"rpID\":null}" },
	{ NOPW, "GET", "/api/config/settings", { 0 }, 200, JSON, .has = "\"themeId\"" },
	{ NOAUTH, "GET", "/api/config/settings", { 0 }, 401, TEXT, .body = "Authentication required" },
	{ NOAUTH, "GET", "/", { 0 }, 200, HTML, .has = "<title>OpenChamber</title>" },
	{ NOAUTH, "GET", "/some/page", { 0 }, 200, HTML, .has = "<title>OpenChamber</title>" },
	{ NOPW, "GET", "/api/nothing", { 0 }, 200, HTML, .has = "<title>OpenChamber</title>" },
	{ NOAUTH, "GET", "/api/nothing", { 0 }, 401, TEXT, .body = "Authentication required" },
	{ NOAUTH, "GET", "/api", { 0 }, 401, TEXT, .body = "Authentication required" },
	{ NOAUTH, "GET", "/apiary", { 0 }, 200, HTML, .body = NULL },
	{ NOAUTH, "GET", "/api/nothing", { "Accept: application/json" }, 401, JSON,
	  .body = "{\"error\":\"UI authentication required\",\"locked\":true}" },
	{ NOAUTH, "GET", "/api/nothing", { "Cookie: oc_ui_session=00000000ffffffff" }, 401, TEXT, .body = NULL },
	/* A WebSocket's path whose Upgrade was lost on the way. */
	{ NOAUTH, "GET", "/api/event/ws", { 0 }, 401, TEXT, .body = "Authentication required" },
	{ NOAUTH, "GET", "/api/event/ws", { "Upgrade: websocket" }, 401, TEXT, .body = "Authentication required" },
	{ NOPW, "GET", "/api/terminal/ws", { 0 }, 200, HTML, .has = "<title>OpenChamber</title>" },
	{ NOPW, "GET", "/api/terminal/x/stream", { "Accept: text/event-stream" }, 200, HTML, .body = NULL },
	{ NOAUTH, "GET", "/api/event", { 0 }, 401, TEXT, .body = "Authentication required" },
	{ NOAUTH, "OPTIONS", "/api/nothing", { 0 }, 204, NULL, .body = NULL },
	{ NOAUTH, "POST", "/", { 0 }, 404, HTML, .has = "<pre>Cannot POST /</pre>" },
	{ NOAUTH, "DELETE", "/a<b>&", { 0 }, 404, HTML, .has = "<pre>Cannot DELETE /a&#60;b&#62;&#38;</pre>" },
	{ NOPW, "POST", "/api/nothing", { 0 }, 200, HTML, .body = NULL },
	{ NOPW, "POST", "/auth/session", { 0 }, 400, JSON, .body = "{\"error\":\"UI password not configured\"}" },
	{ NOPW, "POST", "/api/fs/upload", { 0 }, 400, JSON, .body = "{\"error\":\"Path is required\"}" },
	{ NOPW, "POST", "/api/fs/upload?path=", { 0 }, 400, JSON, .body = "{\"error\":\"Path is required\"}" },
	{ NOPW, "POST", "/api/fs/upload?path=a", { 0 }, 200, JSON, .body = "{\"success\":true,\"path\":\"a\"}" },
	{ NOAUTH, "POST", "/api/fs/upload", { 0 }, 401, TEXT, .body = "Authentication required" },
};

static void
judge(const struct route_case *w, const struct got *g)
{
	const char *type = header(g, "Content-Type");

	if (g->r.fault || g->r.status != w->status || (type ? !w->type || strcmp(type, w->type) : !!w->type) ||
	    (w->body && strcmp(w->body, g->r.body.s)) || (w->has && !strstr(g->r.body.s, w->has)))
		fail_msg("%s %s: %d\n%s%s", w->method, w->path, g->r.fault, g->r.head.s, g->r.body.s);
	assert_string_equal(header(g, "X-Powered-By"), "Express");
	if (w->status == 401) {
		assert_non_null(strstr(header(g, "Set-Cookie"), "oc_ui_session=; Path=/; HttpOnly; SameSite=Strict; "));
		assert_null(strstr(header(g, "Set-Cookie"), "Secure"));
	} else {
		assert_null(header(g, "Set-Cookie"));
	}
}

static void
test_routes(void **state)
{
	struct fix f[2];

	(void)state;
	fix_start(&f[NOPW], &open_to_all);
	fix_start(&f[NOAUTH], &locked);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct got g;

		ask(&f[cases[i].how], &g, (struct net_request){ .method = cases[i].method, .headers = cases[i].headers },
		    cases[i].path);
		judge(&cases[i], &g);
		got_free(&g);
	}
	all_gone(&f[NOPW]);
	all_gone(&f[NOAUTH]);
	fix_end(&f[NOPW]);
	fix_end(&f[NOAUTH]);
}

static void
test_secure_cookie_shows_the_scheme(void **state)
{
	static const struct { const char *field; bool secure; } ways[] = {
		{ "X-Forwarded-Proto: https", true },
		{ "X-Forwarded-Proto: HTTPS", true },
		{ "X-Forwarded-Proto: https, http", true },
		{ "X-Forwarded-Proto: http, https", false },
		{ "X-Forwarded-Proto: http", false },
		{ "X-Forwarded-Proto: wss", false },
		{ "X-Forwarded-Host: https", false },
	};
	struct fix f;

	(void)state;
	fix_start(&f, &locked);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		const char *headers[] = { ways[i].field, NULL };
		struct got g;

		ask(&f, &g, (struct net_request){ .headers = headers }, "/api/dictation/ws");
		assert_int_equal(g.r.status, 401);
		assert_int_equal(!!strstr(header(&g, "Set-Cookie"), "; Secure"), ways[i].secure);
		got_free(&g);
	}
	fix_end(&f);
}

static void
test_the_version_is_as_long_as_measured(void **state)
{
	struct fix f;
	struct got g;

	(void)state;
	fix_start(&f, NULL);
	ask(&f, &g, (struct net_request){ 0 }, "/api/version");
	assert_int_equal(g.r.body.len, 366);
	assert_non_null(strstr(g.r.body.s, origin_server_id(f.o)));
	assert_non_null(strstr(g.r.body.s, "\"openchamberVersion\":\"1.19.0\""));
	got_free(&g);
	fix_end(&f);
	fix_start(&f, &(struct origin_options){ .version = "1.4.2" });
	ask(&f, &g, (struct net_request){ 0 }, "/api/version");
	assert_non_null(strstr(g.r.body.s, "\"openchamberVersion\":\"1.4.2\""));
	got_free(&g);
	fix_end(&f);
}

static void
test_two_origins_are_two(void **state)
{
	struct fix f, g;

	(void)state;
	fix_start(&f, NULL);
	fix_start(&g, NULL);
	assert_string_not_equal(origin_server_id(f.o), origin_server_id(g.o));
	assert_int_not_equal(origin_port(f.o), origin_port(g.o));
	fix_end(&f);
	fix_end(&g);
}

static void
test_the_timestamp_moves(void **state)
{
	struct buf last = BUF_INIT;
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (int i = 0; i < 20; i++) {
		struct err e = { 0 };
		struct got g;
		struct json *j;

		ask(&f, &g, (struct net_request){ 0 }, "/health");
		j = json_parse(g.r.body.s, g.r.body.len, "health", &e);
		assert_non_null(j);
		assert_true(strcmp(json_get_string(j, "timestamp", ""), last.s) > 0);
		buf_cut(&last, 0);
		buf_puts(&last, json_get_string(j, "timestamp", ""));
		json_free(j);
		got_free(&g);
	}
	buf_free(&last);
	fix_end(&f);
}

static void
test_compression(void **state)
{
	static const struct { const char *method, *path, *headers[3]; bool zipped, vary; } ways[] = {
		{ "GET", "/health", { "Accept-Encoding: gzip" }, true, true },
		{ "GET", "/", { "Accept-Encoding: br, gzip;q=0.5" }, true, true },
		{ "GET", "/", { "Accept-Encoding: gzip;q=0" }, false, true },
		{ "GET", "/", { "Accept-Encoding: br" }, false, true },
		{ "GET", "/", { NULL }, false, true },
		{ "GET", "/", { "Accept-Encoding: gzip", "Accept: text/event-stream" }, false, false },
		{ "HEAD", "/", { "Accept-Encoding: gzip" }, false, true },
		{ "GET", "/api/version", { "Accept-Encoding: gzip" }, false, true }, /* under 1024 bytes */
	};
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct buf plain = BUF_INIT;
		struct got g;

		ask(&f, &g, (struct net_request){ .method = ways[i].method, .headers = ways[i].headers }, ways[i].path);
		assert_int_equal(g.r.status, 200);
		assert_int_equal(header(&g, "Content-Encoding") != NULL, ways[i].zipped);
		assert_int_equal(header(&g, "Transfer-Encoding") != NULL, ways[i].zipped);
		assert_int_equal(header(&g, "Content-Length") != NULL, !ways[i].zipped);
		assert_int_equal(header(&g, "Vary") != NULL, ways[i].vary);
		assert_int_equal(gz_looks(g.r.body.s, g.r.body.len), ways[i].zipped);
		if (ways[i].zipped) {
			assert_true(gz_inflate(&plain, g.r.body.s, g.r.body.len, 1 << 20));
			assert_false(gz_looks(plain.s, plain.len));
			assert_true(plain.len > g.r.body.len);
		}
		if (!strcmp(ways[i].method, "HEAD"))
			assert_int_equal(g.r.body.len, 0);
		buf_free(&plain);
		got_free(&g);
	}
	fix_end(&f);
}

static void
test_the_page_is_large(void **state)
{
	struct fix f;
	struct got g;

	(void)state;
	fix_start(&f, NULL);
	ask(&f, &g, (struct net_request){ 0 }, "/");
	assert_in_range(g.r.body.len, 47 * 1024, 49 * 1024);
	got_free(&g);
	fix_end(&f);
}

static void
test_upload_limits(void **state)
{
	static const struct { enum how how; const char *path; uint64_t announce; int status; const char *body; } ways[] = {
		{ NOPW, "/api/fs/upload", 52428800, 400, "{\"error\":\"Path is required\"}" },
		{ NOPW, "/api/fs/upload", 104857600, 400, "{\"error\":\"Path is required\"}" },
		{ NOPW, "/api/fs/upload", 104857601, 413, "{\"error\":\"File exceeds maximum size of 104857600 bytes\"}" },
		{ NOPW, "/api/fs/upload?path=a", 1ULL << 40, 413,
		  "{\"error\":\"File exceeds maximum size of 104857600 bytes\"}" },
		{ NOAUTH, "/api/fs/upload", 52428800, 401, "Authentication required" },
		{ NOAUTH, "/api/fs/upload", 104857601, 401, "Authentication required" },
	};
	struct fix f[2];

	(void)state;
	fix_start(&f[NOPW], &open_to_all);
	fix_start(&f[NOAUTH], &locked);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct got g;

		ask(&f[ways[i].how], &g, (struct net_request){ .method = "POST", .announce = ways[i].announce },
		    ways[i].path);
		assert_int_equal(g.r.continues, 1);
		assert_int_equal(g.r.status, ways[i].status);
		/* Where the client stops at the head, the body of the answer may not have come. */
		if (g.r.body.len)
			assert_string_equal(g.r.body.s, ways[i].body);
		got_free(&g);
	}
	all_gone(&f[NOPW]);
	fix_end(&f[NOPW]);
	fix_end(&f[NOAUTH]);
}

static void
test_real_bodies(void **state)
{
	static const char *const as_json[] = { "Content-Type: application/json", NULL };
	static const char *const as_form[] = { "Content-Type: application/x-www-form-urlencoded", NULL };
	static const char *const as_bytes[] = { "Content-Type: application/octet-stream", NULL };
	static const struct { const char *path; const char *const *headers; uint64_t size; int status; } ways[] = {
		{ "/api/fs/upload?path=a", as_bytes, 1, 200 },
		{ "/api/fs/upload?path=a", as_bytes, 60u << 20, 200 },
		{ "/api/thing", as_json, 52428800, 200 },
		{ "/api/thing", as_json, 52428801, 413 },
		{ "/thing", as_form, 52428801, 413 },
		{ "/api/thing", as_bytes, 52428801, 200 },
	};
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct got g;

		ask(&f, &g, (struct net_request){ .method = "POST", .headers = ways[i].headers, .upload = ways[i].size,
		    .timeout_ms = 60000 }, ways[i].path);
		assert_int_equal(g.r.status, ways[i].status);
		assert_true(g.r.sent == ways[i].size);
		if (g.r.status == 413) {
			assert_string_equal(header(&g, "Content-Type"), HTML);
			assert_non_null(strstr(g.r.body.s, "PayloadTooLargeError: request entity too large"));
		}
		got_free(&g);
	}
	all_gone(&f);
	fix_end(&f);
}

static void
test_other_paths_of_another_version(void **state)
{
	struct needs older = fixture_needs;
	struct err e = { 0 };
	struct got g;
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	origin_free(f.o);
	older.version = S("/api/v");
	older.body = 1000;
	f.o = origin_start(f.l, &older, &(struct origin_options){ 0 }, &e);
	ask(&f, &g, (struct net_request){ 0 }, "/api/v");
	assert_string_equal(header(&g, "Content-Type"), JSON);
	got_free(&g);
	ask(&f, &g, (struct net_request){ .method = "POST", .upload = 1001 }, "/api/fs/upload?path=a");
	assert_int_equal(g.r.status, 413);
	got_free(&g);
	fix_end(&f);
}

static void
test_where_to_listen(void **state)
{
	struct err e = { 0 };
	struct fix f;
	struct origin *o;

	(void)state;
	fix_start(&f, NULL);
	o = origin_start(f.l, &fixture_needs, &(struct origin_options){ .port = origin_port(f.o) }, &e);
	assert_null(o);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(e.sys, EADDRINUSE);
	assert_null(origin_start(f.l, &fixture_needs, &(struct origin_options){ .address = "localhost" }, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_null(origin_start(f.l, &fixture_needs, &(struct origin_options){ .port = 65536 }, &e));
	fix_end(&f);
}

static void
test_a_socket_made_by_someone_else(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct err e = { 0 };
	struct fix f;
	struct got g;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)state;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	fix_start(&f, NULL);
	origin_free(f.o);
	f.o = origin_start(f.l, &fixture_needs, &(struct origin_options){ .adopted_fd = fd }, &e);
	assert_non_null(f.o);
	ask(&f, &g, (struct net_request){ 0 }, "/health");
	assert_int_equal(g.r.status, 200);
	got_free(&g);
	fix_end(&f);
	assert_int_equal(close(fd), -1); /* it was the origin's to close */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_secure_cookie_shows_the_scheme),
		cmocka_unit_test(test_the_version_is_as_long_as_measured),
		cmocka_unit_test(test_two_origins_are_two),
		cmocka_unit_test(test_the_timestamp_moves),
		cmocka_unit_test(test_compression),
		cmocka_unit_test(test_the_page_is_large),
		cmocka_unit_test(test_upload_limits),
		cmocka_unit_test(test_real_bodies),
		cmocka_unit_test(test_other_paths_of_another_version),
		cmocka_unit_test(test_where_to_listen),
		cmocka_unit_test(test_a_socket_made_by_someone_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
