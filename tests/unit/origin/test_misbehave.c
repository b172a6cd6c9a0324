#include "fixture.h"

/* What came of one WebSocket's handshake and how much was said on it. */
struct peer {
	bool answered, accepted;
	long status;
	int  n_messages, n_pings;
};

static void
on_answered(void *ctx, const struct ws_reply *r)
{
	struct peer *p = ctx;

	p->answered = true;
	p->accepted = r->accepted;
	p->status = r->status;
}

static void
on_message(void *ctx, int opcode, const char *bytes, size_t len, double seconds)
{
	struct peer *p = ctx;

	(void)bytes;
	(void)len;
	(void)seconds;
	*(opcode == 9 ? &p->n_pings : &p->n_messages) += 1;
}

static bool
is_answered(const void *arg)
{
	return ((const struct peer *)arg)->answered;
}

static bool
has_spoken(const void *arg)
{
	return ((const struct peer *)arg)->n_messages > 0;
}

static struct ws *
dial(struct fix *f, struct peer *p, const char *path)
{
	char *url = url_of(f, "http", path);
	struct ws *w;

	*p = (struct peer){ 0 };
	w = ws_open(f->l, f->n, &(struct ws_request){ .url = url, .timeout_ms = PATIENCE, .ctx = p,
	            .on = { .answered = on_answered, .message = on_message } });
	free(url);
	return w;
}

static void
misbehaving(struct fix *f, const char *words, const char *password)
{
	struct origin_options o = { .password = password, .pace = 20 };
	struct err e = { 0 };

	assert_int_equal(origin_misbehave(&o.misbehave, words, &e), 0);
	fix_start(f, &o);
}

static void
ask_for(struct fix *f, struct got *g, const char *path, int timeout_ms)
{
	ask(f, g, (struct net_request){ .timeout_ms = timeout_ms }, path);
}

static void
test_the_words(void **state)
{
	static const struct { const char *words; unsigned bits; } cases[] = {
		{ "", 0 },
		{ "hang", ORIGIN_HANGS },
		{ "opencode", ORIGIN_IS_OPENCODE },
		{ "silent-events,locked", ORIGIN_SILENT_EVENTS | ORIGIN_LOCKED },
		{ "starting", ORIGIN_STARTING },
		{ "other", ORIGIN_NOT_OURS },
		{ "no-dictation,no-server-id", ORIGIN_NO_DICTATION | ORIGIN_NO_SERVER_ID },
		{ "flood,garbage,lies", ORIGIN_FLOODS | ORIGIN_GARBAGE | ORIGIN_LIES },
	};
	static const char *const wrong[] = { "hangs", "han", "hang,,lies", "hang lies", "Hang", "," };
	struct err e = { 0 };
	unsigned bits = 77;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(origin_misbehave(&bits, cases[i].words, &e), 0);
		assert_int_equal(bits, cases[i].bits);
	}
	bits = 77;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		e = (struct err){ 0 };
		assert_int_equal(origin_misbehave(&bits, wrong[i], &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
		assert_int_equal(bits, 77);
		assert_non_null(strstr(e.msg, "silent-events"));
		assert_non_null(strstr(e.msg, "no-server-id"));
	}
}

static void
test_hang(void **state)
{
	struct peer p;
	struct fix f;
	struct got g;
	struct ws *w;

	(void)state;
	misbehaving(&f, "hang", NULL);
	ask_for(&f, &g, "/health", 200);
	assert_int_equal(g.r.fault, NET_SILENT);
	got_free(&g);
	w = dial(&f, &p, "/api/terminal/ws");
	assert_false(run_until(&f, is_answered, &p, 200));
	ws_close(w);
	all_gone(&f);
	fix_end(&f);
}

static void
test_opencode(void **state)
{
	static const char *const paths[] = { "/", "/api/version", "/health", "/api/event", "/x?antechamber=echo" };
	struct peer p;
	struct fix f;
	struct got g;
	struct ws *w;

	(void)state;
	misbehaving(&f, "opencode", NULL);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		ask_for(&f, &g, paths[i], PATIENCE);
		assert_int_equal(g.r.status, 401);
		assert_string_equal(header(&g, "WWW-Authenticate"), "Basic realm=\"Secure Area\"");
		assert_null(header(&g, "X-Powered-By"));
		assert_int_equal(g.r.body.len, 0);
		got_free(&g);
	}
	w = dial(&f, &p, "/api/event/ws");
	assert_true(run_until(&f, is_answered, &p, PATIENCE));
	assert_int_equal(p.status, 401);
	ws_close(w);
	fix_end(&f);
}

static void
test_silent_events(void **state)
{
	static const struct { const char *path; bool speaks; } streams[] = {
		{ "/api/event", false }, { "/api/global/event", false },
		{ "/api/notifications/stream", true }, { "/api/openchamber/events", true },
	}, sockets[] = {
		{ "/api/event/ws", false }, { "/api/global/event/ws", false },
		{ "/api/terminal/ws", true }, { "/api/dictation/ws", true },
	};
	static const char *const words[] = { "silent-events", "starting" };

	(void)state;
	for (size_t n = 0; n < ARRAY_LEN(words); n++) {
		struct fix f;
		struct got g;

		misbehaving(&f, words[n], NULL);
		for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
			ask(&f, &g, (struct net_request){ .timeout_ms = 300, .max_body = 1 }, streams[i].path);
			assert_int_equal(g.r.fault, streams[i].speaks ? NET_OK : NET_SILENT);
			assert_int_equal(g.r.body.len, streams[i].speaks);
			got_free(&g);
		}
		for (size_t i = 0; i < ARRAY_LEN(sockets); i++) {
			struct peer p;
			struct ws *w = dial(&f, &p, sockets[i].path);

			/* The handshake is OpenChamber's own; what would be said comes from behind it. */
			assert_true(run_until(&f, is_answered, &p, PATIENCE));
			assert_true(p.accepted);
			assert_int_equal(run_until(&f, has_spoken, &p, sockets[i].speaks ? PATIENCE : 300), sockets[i].speaks);
			ws_close(w);
		}
		ask_for(&f, &g, "/health", PATIENCE);
		assert_int_equal(strstr(g.r.body.s, "\"isOpenCodeReady\":true") != NULL, n == 0);
		assert_int_equal(strstr(g.r.body.s, "\"isOpenCodeReady\":false") != NULL, n == 1);
		got_free(&g);
		ask(&f, &g, (struct net_request){ .max_body = 1 }, "/api/event?antechamber=clock");
		assert_int_equal(g.r.status, 200); /* what is ours goes on */
		got_free(&g);
		all_gone(&f);
		fix_end(&f);
	}
}

static void
test_silence_comes_after_the_login(void **state)
{
	struct fix f;
	struct got g;

	(void)state;
	misbehaving(&f, "silent-events", "password");
	ask_for(&f, &g, "/api/event", PATIENCE);
	assert_int_equal(g.r.status, 401);
	got_free(&g);
	fix_end(&f);
}

static void
test_other(void **state)
{
	static const char *const paths[] = { "/", "/api/version", "/health", "/auth/session", "/api/event" };
	struct peer p;
	struct fix f;
	struct got g;
	struct ws *w;

	(void)state;
	misbehaving(&f, "other", NULL);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		ask_for(&f, &g, paths[i], PATIENCE);
		assert_int_equal(g.r.status, 200);
		assert_string_equal(header(&g, "Content-Type"), "text/html");
		assert_null(strstr(g.r.body.s, "OpenChamber"));
		got_free(&g);
	}
	w = dial(&f, &p, "/api/event/ws");
	assert_true(run_until(&f, is_answered, &p, PATIENCE));
	assert_int_equal(p.status, 200);
	ws_close(w);
	fix_end(&f);
}

static void
test_older_versions(void **state)
{
	struct peer p;
	struct fix f;
	struct got g;
	struct ws *w;

	(void)state;
	misbehaving(&f, "no-dictation,no-server-id", NULL);
	ask_for(&f, &g, "/api/version", PATIENCE);
	assert_null(strstr(g.r.body.s, "serverId"));
	assert_non_null(strstr(g.r.body.s, "openchamberVersion"));
	got_free(&g);
	ask_for(&f, &g, "/health", PATIENCE);
	assert_null(strstr(g.r.body.s, "serverId"));
	got_free(&g);
	w = dial(&f, &p, "/api/dictation/ws");
	assert_false(run_until(&f, is_answered, &p, 200));
	ws_close(w);
	w = dial(&f, &p, "/api/terminal/ws");
	assert_true(run_until(&f, has_spoken, &p, PATIENCE));
	ws_close(w);
	fix_end(&f);
}

static void
test_locked(void **state)
{
	static const char body[] = "{\"password\":\"password\"}";
	struct fix f;
	struct got g;

	(void)state;
	misbehaving(&f, "locked", "password");
	ask(&f, &g, (struct net_request){ .method = "POST", .body = body, .body_len = strlen(body) }, "/auth/session");
	assert_int_equal(g.r.status, 429);
	assert_string_equal(header(&g, "Retry-After"), "900");
	got_free(&g);
	ask_for(&f, &g, "/auth/session", PATIENCE);
	assert_int_equal(g.r.status, 401);
	got_free(&g);
	fix_end(&f);
}

static void
test_flood(void **state)
{
	struct fix f;
	struct got g;
	struct raw r;

	(void)state;
	misbehaving(&f, "flood", NULL);
	ask_for(&f, &g, "/", PATIENCE);
	assert_int_equal(g.r.fault, NET_GARBAGE);
	got_free(&g);
	raw_open(&f, &r);
	raw_send(&r, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_true(raw_gets(&r, "\r\nX-Flood-255: ", 40));
	assert_null(strstr(r.in.s, "\r\n\r\n"));
	raw_close(&r);
	all_gone(&f);
	fix_end(&f);
}

static void
test_garbage(void **state)
{
	struct fix f;
	struct got g;
	struct raw r;

	(void)state;
	misbehaving(&f, "garbage", NULL);
	ask_for(&f, &g, "/", PATIENCE);
	assert_int_equal(g.r.fault, NET_GARBAGE);
	got_free(&g);
	raw_open(&f, &r);
	raw_send(&r, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
	assert_true(r.in.len > 100);
	assert_null(memmem(r.in.s, r.in.len, "HTTP", 4));
	raw_close(&r);
	fix_end(&f);
}

static void
test_lies(void **state)
{
	struct fix f;
	struct got g;

	(void)state;
	misbehaving(&f, "lies", NULL);
	ask_for(&f, &g, "/api/version", 300);
	assert_int_equal(g.r.fault, NET_TIMEOUT);
	assert_int_equal(g.r.status, 200);
	assert_int_equal(g.r.body.len, 366);
	assert_string_equal(header(&g, "Content-Length"), "1366");
	got_free(&g);
	all_gone(&f);
	fix_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_words),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_opencode),
		cmocka_unit_test(test_silent_events),
		cmocka_unit_test(test_silence_comes_after_the_login),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_older_versions),
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
