#include "fixture.h"

#include "base/json.h"

static const struct origin_options locked = { .password = "open sesame" };

/* One WebSocket and all that came of it. */
struct peer {
	bool       answered, accepted, closed;
	enum net_fault fault;
	long       status;
	struct buf head, body;
	struct buf messages; /* opcode, blank, text, \n */
	int        n_text, n_binary, n_ping;
	int        close_code;
	int        want_text, want_ping;
	struct ws *ws;
};

static void
on_answered(void *ctx, const struct ws_reply *r)
{
	struct peer *p = ctx;

	p->answered = true;
	p->accepted = r->accepted;
	p->fault = r->fault;
	p->status = r->status;
	buf_add(&p->head, r->head.s, r->head.len);
	buf_add(&p->body, r->body.s, r->body.len);
}

static void
on_message(void *ctx, int opcode, const char *bytes, size_t len, double seconds)
{
	struct peer *p = ctx;

	(void)seconds;
	p->n_text += opcode == 1;
	p->n_binary += opcode == 2;
	p->n_ping += opcode == 9;
	if (opcode > 2)
		return;
	buf_printf(&p->messages, "%d ", opcode);
	buf_add(&p->messages, bytes, len);
	buf_putc(&p->messages, '\n');
}

static void
on_closed(void *ctx, int code)
{
	struct peer *p = ctx;

	p->closed = true;
	p->close_code = code;
}

static void
dial(struct fix *f, struct peer *p, const char *path, const char *origin, const char *const *headers)
{
	char *url = url_of(f, "http", path);

	*p = (struct peer){ .head = BUF_INIT, .body = BUF_INIT, .messages = BUF_INIT };
	p->ws = ws_open(f->l, f->n, &(struct ws_request){ .url = url, .origin = origin, .headers = headers,
	                .timeout_ms = PATIENCE, .on = { on_answered, on_message, on_closed }, .ctx = p });
	free(url);
}

static void
hang_up(struct peer *p)
{
	ws_close(p->ws);
	buf_free(&p->head);
	buf_free(&p->body);
	buf_free(&p->messages);
}

static bool
is_answered(const void *arg)
{
	return ((const struct peer *)arg)->answered;
}

static bool
is_closed(const void *arg)
{
	return ((const struct peer *)arg)->closed;
}

static bool
has_heard(const void *arg)
{
	const struct peer *p = arg;

	return p->closed || (p->n_text + p->n_binary >= p->want_text && p->n_ping >= p->want_ping && p->answered);
}

/* The cookie of a login, as a header line. */
static void
log_in(struct fix *f, struct buf *cookie)
{
	static const char body[] = "{\"password\":\"open sesame\"}";
	struct got g;

	ask(f, &g, (struct net_request){ .method = "POST", .body = body, .body_len = strlen(body) }, "/auth/session");
	assert_int_equal(g.r.status, 200);
	buf_puts(cookie, "Cookie: ");
	buf_add(cookie, header(&g, "Set-Cookie"), strcspn(header(&g, "Set-Cookie"), ";"));
	got_free(&g);
}

#define CONNECTED \
	"1 {\"type\":\"event\",\"payload\":{\"type\":\"server.connected\",\"properties\":{}},\"directory\":\"global\"}\n"

static const struct {
	const char *path, *first;
	int         messages; /* that come at once */
	int         ping;     /* every so many seconds */
	bool        beats;
} sockets[] = {
	{ "/api/event/ws", "1 {\"type\":\"ready\",\"scope\":\"directory\"}\n" CONNECTED, 2, 15, true },
	{ "/api/global/event/ws", "1 {\"type\":\"ready\",\"scope\":\"global\"}\n" CONNECTED, 2, 15, true },
	{ "/api/terminal/ws", "2 \x01{\"t\":\"hello\",\"v\":3}\n", 1, 15, false },
	{ "/api/dictation/ws", "1 {\"type\":\"ready\"}\n", 1, 30, false },
	{ "/api/future/ws", "1 {\"type\":\"later\"}\n", 1, 15, false },
};

static void
test_first_messages(void **state)
{
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(sockets); i++) {
		struct peer p;

		dial(&f, &p, sockets[i].path, "http://foreign.example", NULL); /* no password, no Origin rule */
		p.want_text = sockets[i].messages;
		assert_true(run_until(&f, has_heard, &p, PATIENCE));
		assert_true(p.accepted);
		assert_string_equal(p.messages.s, sockets[i].first);
		assert_null(strcasestr(p.head.s, "Sec-WebSocket-Extensions"));
		hang_up(&p);
	}
	all_gone(&f);
	fix_end(&f);
}

static int
count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static bool
all_have_heard(const void *arg)
{
	const struct peer *p = arg;

	for (size_t i = 0; i < ARRAY_LEN(sockets); i++)
		if (!has_heard(&p[i]))
			return false;
	return true;
}

static void
test_heartbeats(void **state)
{
	struct peer p[ARRAY_LEN(sockets)];
	double start = loop_seconds();
	struct fix f;

	(void)state;
	fix_start(&f, &(struct origin_options){ .pace = 50 });
	for (size_t i = 0; i < ARRAY_LEN(sockets); i++) {
		dial(&f, &p[i], sockets[i].path, NULL, NULL);
		p[i].want_ping = 60 / sockets[i].ping;
	}
	assert_true(run_until(&f, all_have_heard, p, PATIENCE));
	assert_in_range((long)((loop_seconds() - start) * 1000), 1150, 5000);
	for (size_t i = 0; i < ARRAY_LEN(sockets); i++) {
		const char *said = p[i].messages.s;

		assert_true(p[i].accepted && !p[i].closed);
		/* In 60 s six of every 10 s and four of every 15; at the end one may still be on its way. */
		assert_true(count(said, "\"server.heartbeat\"") >= (sockets[i].beats ? 5 : 0));
		assert_true(count(said, "{\"type\":\"event\",\"payload\":{\"type\":\"openchamber:heartbeat\",\"timestamp\":") >=
		            (sockets[i].beats ? 3 : 0));
		assert_int_equal(count(said, "heartbeat") > 0, sockets[i].beats);
		hang_up(&p[i]);
	}
	all_gone(&f);
	fix_end(&f);
}

static void
test_authentication_comes_first(void **state)
{
	struct fix f;

	(void)state;
	fix_start(&f, &locked);
	for (size_t i = 0; i < ARRAY_LEN(sockets); i++) {
		char *own = url_of(&f, "http", "");
		const char *const origins[] = { own, "http://foreign.example", NULL };

		for (size_t n = 0; n < ARRAY_LEN(origins); n++) {
			struct peer p;

			dial(&f, &p, sockets[i].path, origins[n], NULL);
			assert_true(run_until(&f, is_answered, &p, PATIENCE));
			assert_int_equal(p.status, 401);
			assert_string_equal(p.body.s, "UI authentication required");
			assert_non_null(strstr(p.head.s, "\r\nContent-Type: text/plain"));
			assert_non_null(strstr(p.head.s, "\r\nContent-Length: 26\r\n"));
			assert_null(strcasestr(p.head.s, "X-Powered-By"));
			assert_null(strcasestr(p.head.s, "Set-Cookie"));
			hang_up(&p);
		}
		free(own);
	}
	all_gone(&f);
	fix_end(&f);
}

static void
test_the_origin_rule(void **state)
{
	/* %s is host and port as they are. */
	static const struct { const char *origin, *fields[3]; bool fits; } cases[] = {
		{ "http://%s", { NULL }, true },
		{ NULL, { NULL }, false },
		{ "https://%s", { NULL }, false },
		{ "http://%s/", { NULL }, false },
		{ "HTTP://%s", { NULL }, false },
		{ "http://127.0.0.1", { NULL }, false },
		{ "null", { NULL }, false },
		{ "openchamber-ui://app", { NULL }, true },
		{ "capacitor://localhost", { NULL }, true },
		{ "https://localhost", { NULL }, true },
		{ "http://localhost", { NULL }, false },
		{ "https://localhost:443", { NULL }, false },
		{ "https://%s", { "X-Forwarded-Proto: https" }, true },
		{ "https://%s", { "X-Forwarded-Proto: https, http" }, true },
		{ "http://%s", { "X-Forwarded-Proto: https, http" }, false },
		{ "https://%s", { "X-Forwarded-Proto: wss" }, false },
		{ "wss://%s", { "X-Forwarded-Proto: wss" }, true },
		{ "http://%s", { "X-Forwarded-Proto: https" }, false },
		{ "https://chat.example", { "X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example" }, true },
		{ "https://chat.example", { "X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example, proxy" }, true },
		{ "https://chat.example:443", { "X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example" }, false },
		{ "https://chat.example", { "X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example:443" }, false },
		{ "https://chat.example:8443", { "X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example" }, false },
		{ "https://chat.example:8443", { "X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example:8443" }, true },
		{ "https://chat.example", { "X-Forwarded-Proto: https", "X-Forwarded-Host: Chat.example" }, false },
		{ "http://%s", { "X-Forwarded-Host: chat.example" }, false },
	};
	struct buf cookie = BUF_INIT;
	char *own;
	struct fix f;

	(void)state;
	fix_start(&f, &locked);
	log_in(&f, &cookie);
	own = xasprintf("127.0.0.1:%u", origin_port(f.o));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *headers[4] = { cookie.s, cases[i].fields[0], cases[i].fields[1], NULL };
		char *origin = cases[i].origin ? xasprintf(cases[i].origin, own) : NULL;
		struct peer p;

		dial(&f, &p, "/api/global/event/ws", origin, headers);
		assert_true(run_until(&f, is_answered, &p, PATIENCE));
		if (p.accepted != cases[i].fits || p.status != (cases[i].fits ? 101 : 403))
			fail_msg("case %zu: %ld %s", i, p.status, net_fault_name(p.fault));
		if (!cases[i].fits) {
			assert_string_equal(p.body.s, "Invalid origin");
			assert_non_null(strstr(p.head.s, "\r\nContent-Type: text/plain"));
			assert_null(strcasestr(p.head.s, "X-Powered-By"));
		}
		hang_up(&p);
		free(origin);
	}
	free(own);
	buf_free(&cookie);
	all_gone(&f);
	fix_end(&f);
}

#define KEY   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13   "Sec-WebSocket-Version: 13\r\n"
#define UP    "Upgrade: websocket\r\n"

static void
test_handshakes(void **state)
{
	static const struct { const char *method, *fields, *want, *has; } cases[] = {
		{ "GET", UP KEY V13, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", "{\"type\":\"ready\"}" },
		{ "GET", "Upgrade: WebSocket\r\n" KEY V13, "HTTP/1.1 101 ", "{\"type\":\"ready\"}" },
		{ "POST", UP KEY V13, "HTTP/1.1 405 ", "Connection: close" },
		{ "GET", "Upgrade: h2c\r\n" KEY V13, "HTTP/1.1 400 ", "Invalid Upgrade header" },
		{ "GET", UP V13, "HTTP/1.1 400 ", "Missing or invalid Sec-WebSocket-Key header" },
		{ "GET", UP "Sec-WebSocket-Key: c2hvcnQ=\r\n" V13, "HTTP/1.1 400 ", "Sec-WebSocket-Key" },
		{ "GET", UP "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==\r\n" V13, "HTTP/1.1 400 ", "Sec-WebSocket-Key" },
		{ "GET", UP KEY, "HTTP/1.1 400 ", "Sec-WebSocket-Version: 13, 8\r\n" },
		{ "GET", UP KEY "Sec-WebSocket-Version: 12\r\n", "HTTP/1.1 400 ", "Sec-WebSocket-Version: 13, 8\r\n" },
	};
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct raw r;
		char *text = xasprintf("%s /api/dictation/ws HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\n%s\r\n",
		                       cases[i].method, cases[i].fields);

		raw_open(&f, &r);
		raw_send(&r, text);
		assert_true(raw_gets(&r, cases[i].has, 1));
		assert_true(!strncmp(r.in.s, cases[i].want, strlen(cases[i].want)));
		if (!strstr(cases[i].want, "101")) {
			assert_non_null(strstr(r.in.s, "Content-Type: text/html\r\n"));
			assert_null(strstr(r.in.s, "X-Powered-By"));
			assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
		}
		raw_close(&r);
		free(text);
	}
	all_gone(&f);
	fix_end(&f);
}

static void
test_an_upgrade_over_http_1_0(void **state)
{
	struct fix f;
	struct raw r;

	(void)state;
	fix_start(&f, NULL);
	raw_open(&f, &r);
	raw_send(&r, "GET /api/terminal/ws HTTP/1.0\r\nConnection: upgrade\r\n" UP KEY V13 "\r\n");
	assert_true(raw_gets(&r, "{\"t\":\"hello\",\"v\":3}", 1));
	raw_close(&r);
	fix_end(&f);
}

static void
test_an_unknown_path_is_never_answered(void **state)
{
	static const struct origin_options older = { .misbehave = ORIGIN_NO_DICTATION };
	static const char *const paths[] = { "/api/nothing/ws", "/", "/api/event", "/api/dictation/ws" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct fix f;
		struct peer p;

		fix_start(&f, &older);
		dial(&f, &p, paths[i], NULL, NULL);
		assert_false(run_until(&f, is_answered, &p, 150));
		assert_int_equal(origin_connections(f.o), 1);
		hang_up(&p);
		all_gone(&f);
		fix_end(&f);
	}
}

static void
test_a_closing_handshake(void **state)
{
	static const char goodbye[] = "\x88\x82\x01\x02\x03\x04\x02\xea"; /* 1000, masked */
	struct fix f;
	struct raw r;

	(void)state;
	fix_start(&f, NULL);
	raw_open(&f, &r);
	raw_send(&r, "GET /api/dictation/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n" UP KEY V13 "\r\n");
	assert_true(raw_gets(&r, "{\"type\":\"ready\"}", 1));
	raw_send_n(&r, goodbye, 8);
	assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
	assert_false(r.broken);
	assert_memory_equal(r.in.s + r.in.len - 4, "\x88\x02\x03\xe8", 4);
	raw_close(&r);
	all_gone(&f);
	fix_end(&f);
}

static void
test_frames_that_break_the_rules(void **state)
{
	static const struct { const char *bytes; size_t len; } frames[] = {
		{ "\x81\x02hi", 4 },                           /* not masked */
		{ "\x83\x80\x01\x02\x03\x04", 6 },             /* an opcode nobody knows */
		{ "\xc1\x80\x01\x02\x03\x04", 6 },             /* a bit of an extension */
		{ "\x81\x81\x01\x02\x03\x04\xfe", 7 },         /* not UTF-8 */
		{ "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04x", 15 }, /* nine exabytes */
	};
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		struct raw r;

		raw_open(&f, &r);
		raw_send(&r, "GET /api/terminal/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n" UP KEY V13 "\r\n");
		assert_true(raw_gets(&r, "{\"t\":\"hello\",\"v\":3}", 1));
		raw_send_n(&r, frames[i].bytes, frames[i].len);
		assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
		raw_close(&r);
	}
	all_gone(&f);
	fix_end(&f);
}

static void
test_messages_and_pings_are_taken(void **state)
{
	static const char ping[] = "\x89\x82\x01\x02\x03\x04\x69\x6b"; /* "hi", masked */
	struct fix f;
	struct raw r;

	(void)state;
	fix_start(&f, NULL);
	raw_open(&f, &r);
	/* The first frames ride along with the handshake. */
	raw_send(&r, "GET /api/event/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n" UP KEY V13 "\r\n");
	raw_send_n(&r, "\x81\x82\x01\x02\x03\x04\x69\x6b", 8);
	raw_send_n(&r, ping, 8);
	assert_true(raw_gets(&r, "\x8a\x02hi", 1));
	assert_true(raw_gets(&r, "server.connected", 1));
	assert_false(r.eof);
	raw_close(&r);
	fix_end(&f);
}

static void
test_echo_over_a_socket(void **state)
{
	static const char *const headers[] = { "X-Forwarded-For: 192.0.2.1", NULL };
	struct err e = { 0 };
	struct json *j;
	struct peer p;
	struct fix f;
	char *line;

	(void)state;
	fix_start(&f, NULL);
	dial(&f, &p, "/api/event/ws?antechamber=echo", "https://o.example", headers);
	p.want_text = 3;
	assert_true(run_until(&f, has_heard, &p, PATIENCE));
	assert_true(!strncmp(p.messages.s, "1 {\"type\":\"ready\",\"scope\":\"directory\"}\n1 {", 42));
	line = strchr(p.messages.s, '\n') + 3;
	j = json_parse(line, strcspn(line, "\n"), "echo", &e);
	assert_non_null(j);
	assert_string_equal(json_get_string(j, "target", ""), "/api/event/ws?antechamber=echo");
	assert_non_null(strstr(line, "{\"name\":\"X-Forwarded-For\",\"value\":\"192.0.2.1\"}"));
	assert_non_null(strstr(line, "{\"name\":\"Origin\",\"value\":\"https://o.example\"}"));
	json_free(j);
	hang_up(&p);
	fix_end(&f);

	fix_start(&f, &locked); /* a socket keeps its rules */
	dial(&f, &p, "/api/event/ws?antechamber=echo", NULL, NULL);
	assert_true(run_until(&f, is_answered, &p, PATIENCE));
	assert_int_equal(p.status, 401);
	hang_up(&p);
	fix_end(&f);
}

static void
test_silence_over_a_socket(void **state)
{
	struct peer p;
	struct fix f;

	(void)state;
	fix_start(&f, &(struct origin_options){ .pace = 500 });
	dial(&f, &p, "/api/global/event/ws?antechamber=silent", NULL, NULL);
	run_for(&f, 300);
	assert_int_equal(p.n_text, 1);
	assert_int_equal(p.n_ping, 0);
	assert_false(p.closed);
	hang_up(&p);
	dial(&f, &p, "/api/global/event/ws?antechamber=silent&seconds=0.2", NULL, NULL);
	p.want_text = 2;
	assert_true(run_until(&f, has_heard, &p, PATIENCE));
	assert_non_null(strstr(p.messages.s, "{\"type\":\"antechamber\"}"));
	assert_false(p.closed);
	hang_up(&p);
	all_gone(&f);
	fix_end(&f);
}

static void
test_the_origin_goes_away(void **state)
{
	struct peer p;
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	dial(&f, &p, "/api/terminal/ws", NULL, NULL);
	p.want_text = 1;
	assert_true(run_until(&f, has_heard, &p, PATIENCE));
	origin_free(f.o);
	f.o = NULL;
	assert_true(run_until(&f, is_closed, &p, PATIENCE));
	assert_int_equal(p.close_code, 0);
	hang_up(&p);
	fix_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_messages),
		cmocka_unit_test(test_heartbeats),
		cmocka_unit_test(test_authentication_comes_first),
		cmocka_unit_test(test_the_origin_rule),
		cmocka_unit_test(test_handshakes),
		cmocka_unit_test(test_an_upgrade_over_http_1_0),
		cmocka_unit_test(test_an_unknown_path_is_never_answered),
		cmocka_unit_test(test_a_closing_handshake),
		cmocka_unit_test(test_frames_that_break_the_rules),
		cmocka_unit_test(test_messages_and_pings_are_taken),
		cmocka_unit_test(test_echo_over_a_socket),
		cmocka_unit_test(test_silence_over_a_socket),
		cmocka_unit_test(test_the_origin_goes_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
