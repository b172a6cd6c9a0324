/* test_ws.c - what ws.h promises. */
#include "nginx.h"

#include <sys/wait.h>

#include "loop/ws.h"
#include "loop/ws_handshake.h"

#define NO "HTTP/1.1 401 Unauthorized\r\nX-Mark: app\r\n"
#define UPGRADE "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

enum moment { NEVER, AT_ANSWER, AT_MESSAGE, AT_CLOSED };

struct talk {
	struct ws      *ws;
	bool            answered, closed, over; /* over: closed, or refused, or ended by us */
	int             answers, messages, closes;
	struct ws_reply r;
	char            mark[32];
	int             code;
	struct buf      text; /* "1:hello " a message */
	size_t          last_len;
	double          last_at;
	enum moment     close_at;
	const char     *say; /* once accepted */
	bool            slow; /* takes its time with every message */
};

static void
end_at(struct talk *t, enum moment m)
{
	if (t->close_at != m)
		return;
	ws_close(t->ws);
	ws_close(NULL);
	t->ws = NULL;
	t->over = true;
}

static void
on_answered(void *ctx, const struct ws_reply *r)
{
	struct talk *t = ctx;
	struct buf v = BUF_INIT;

	t->answers++;
	t->answered = true;
	t->r = *r;
	t->r.head = t->r.body = (struct buf)BUF_INIT;
	buf_add(&t->r.head, r->head.s, r->head.len);
	buf_add(&t->r.body, r->body.s, r->body.len);
	if (ws_header(&v, r, "x-mark"))
		snprintf(t->mark, sizeof(t->mark), "%s", v.s);
	buf_free(&v);
	t->over = t->over || !r->accepted;
	if (t->say)
		ws_send_text(t->ws, t->say);
	end_at(t, AT_ANSWER);
}

static void
on_message(void *ctx, int opcode, const char *bytes, size_t len, double seconds)
{
	struct talk *t = ctx;

	t->messages++;
	t->last_len = len;
	t->last_at = seconds;
	if (t->slow)
		for (const double until = loop_seconds() + 5e-6; loop_seconds() < until; )
			;
	if (t->text.len < 4096)
		buf_printf(&t->text, "%d:%.*s ", opcode, (int)(len < 40 ? len : 40), bytes);
	end_at(t, AT_MESSAGE);
}

static void
on_closed(void *ctx, int code)
{
	struct talk *t = ctx;

	t->closes++;
	t->closed = t->over = true;
	t->code = code;
	end_at(t, AT_CLOSED);
}

static void
begin(struct world *w, struct talk *t, struct ws_request q)
{
	t->r = (struct ws_reply){ .head = BUF_INIT, .body = BUF_INIT };
	t->text = (struct buf)BUF_INIT;
	if (!q.timeout_ms)
		q.timeout_ms = 3000;
	q.on.answered = on_answered;
	q.on.message = on_message;
	q.on.closed = on_closed;
	q.ctx = t;
	t->ws = ws_open(w->l, w->n, &q);
	assert_non_null(t->ws);
	assert_false(t->answered);
}

static void
end(struct talk *t)
{
	ws_close(t->ws);
	buf_free(&t->r.head);
	buf_free(&t->r.body);
	buf_free(&t->text);
}

static void
test_answers(void **state)
{
	static char big[600], flood[20000];
	static const struct {
		const char     *what;
		struct step     steps[5];
		enum net_fault  fault;
		long            status;
		bool            accepted;
		const char     *body;
		double          at_least;
	} cases[] = {
		{ "accepted", { { .act = ACT_ACCEPT } }, NET_OK, 101, true, "", 0 },
		{ "accepted after a 103", { { .act = ACT_SEND, .text = "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" },
		                            { .act = ACT_ACCEPT } }, NET_OK, 101, true, "", 0 },
		{ "401 with a body", { { .act = ACT_SEND, .text = NO "Content-Length: 4\r\n\r\nnope" } },
		  NET_OK, 401, false, "nope", 0 },
		{ "401 in pieces", { { .act = ACT_SEND, .text = NO "Content-Length: 8\r\n\r\nno" },
		    { .act = ACT_SEND, .text = "pe", .after_ms = 20 }, { .act = ACT_SEND, .text = "yes!", .after_ms = 20 } },
		  NET_OK, 401, false, "nopeyes!", 0 },
		{ "403 in chunks", { { .act = ACT_SEND, .text = "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "e;x=y\r\nInvalid origin\r\n1\r\n!\r\n0\r\n\r\n" } }, NET_OK, 403, false, "Invalid origin!", 0 },
		{ "403, the last chunk missing", { { .act = ACT_SEND, .text = "HTTP/1.1 403 No\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n" } }, NET_OK, 403, false, "no", 0.05 },
		{ "403 without a length", { { .act = ACT_SEND, .text = "HTTP/1.1 403 No\r\n\r\nno" } },
		  NET_OK, 403, false, "no", 0.05 },
		{ "403 and closes", { { .act = ACT_SEND, .text = "HTTP/1.1 403 No\r\n\r\nno" }, { .act = ACT_CLOSE } },
		  NET_OK, 403, false, "no", 0 },
		{ "403 without a body", { { .act = ACT_SEND, .text = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n" } },
		  NET_OK, 403, false, "", 0 },
		{ "204", { { .act = ACT_SEND, .text = "HTTP/1.1 204 No\r\n\r\n" } }, NET_OK, 204, false, "", 0 },
		{ "200, the page", { { .act = ACT_SEND, .text = "HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n" },
		                     { .act = ACT_SEND, .text = big } }, NET_OK, 200, false, big, 0 },
		{ "a body without end", { { .act = ACT_SEND, .text = "HTTP/1.1 200 OK\r\n\r\n" },
		                          { .act = ACT_FLOOD, .text = big } }, NET_OK, 200, false, big, 0 },
		{ "another accept key", { { .act = ACT_SEND, .text = UPGRADE
		    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" } }, NET_OK, 101, false, "", 0 },
		{ "no accept key", { { .act = ACT_SEND, .text = UPGRADE "\r\n" } }, NET_OK, 101, false, "", 0 },
		{ "never a byte", { { .act = ACT_END } }, NET_SILENT, 0, false, "", 0.3 },
		{ "half a head", { { .act = ACT_SEND, .text = UPGRADE } }, NET_TIMEOUT, 0, false, "", 0.3 },
		{ "only a 103", { { .act = ACT_SEND, .text = "HTTP/1.1 103 Hints\r\n\r\n" } },
		  NET_TIMEOUT, 0, false, "", 0.3 },
		{ "closes", { { .act = ACT_CLOSE } }, NET_CLOSED, 0, false, "", 0 },
		{ "resets", { { .act = ACT_RESET } }, NET_CLOSED, 0, false, "", 0 },
		{ "closes in the head", { { .act = ACT_SEND, .text = UPGRADE }, { .act = ACT_CLOSE } },
		  NET_CLOSED, 0, false, "", 0 },
		{ "not HTTP", { { .act = ACT_SEND, .text = "SSH-2.0-OpenSSH_9.2\r\n" } }, NET_GARBAGE, 0, false, "", 0 },
		{ "binary", { { .act = ACT_SEND, .text = "\0\377\n\n", .len = 4 } }, NET_GARBAGE, 0, false, "", 0 },
		{ "no status", { { .act = ACT_SEND, .text = "HTTP/1.1\r\n\r\n" } }, NET_GARBAGE, 0, false, "", 0 },
		{ "a head without end", { { .act = ACT_SEND, .text = UPGRADE },
		                          { .act = ACT_FLOOD, .text = flood } }, NET_GARBAGE, 0, false, "", 0 },
		{ "100 for ever", { { .act = ACT_FLOOD, .text = "HTTP/1.1 100 Continue\r\n\r\n" } },
		  NET_GARBAGE, 0, false, "", 0 },
	};
	struct world *w = *state;

	memset(big, 'b', sizeof(big) - 1);
	memset(flood, 'x', sizeof(flood) - 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const bool cut = cases[i].body == big;
		struct serve s;
		struct talk t = { 0 };

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, cases[i].steps);
		begin(w, &t, (struct ws_request){ .url = s.url, .timeout_ms = 300 });
		assert_true(world_run(w, &t.answered, 5000));
		assert_int_equal(t.r.fault, cases[i].fault);
		assert_int_equal(t.r.status, cases[i].status);
		assert_int_equal(t.r.accepted, cases[i].accepted);
		assert_int_equal(t.r.body.len, cut ? 512 : strlen(cases[i].body));
		assert_memory_equal(t.r.body.s, cases[i].body, t.r.body.len);
		assert_true(t.r.seconds >= 0 && t.r.seconds < 1);
		if (cases[i].fault != NET_OK)
			assert_true(t.r.seconds >= cases[i].at_least);
		else if (cases[i].status == 401)
			assert_string_equal(t.mark, "app");
		if (!cases[i].accepted) /* closed already */
			assert_true(world_run(w, &s.gone, 2000) || s.fd < 0);
		world_idle(w, 10);
		assert_int_equal(t.answers, 1);
		assert_int_equal(t.closes, 0);
		end(&t);
		if (cases[i].accepted)
			assert_true(world_run(w, &s.gone, 2000));
		serve_stop(&s);
	}
}

static void
test_refused_connection(void **state)
{
	struct world *w = *state;
	int port, fd = serve_bind("127.0.0.1", &port);
	struct talk t = { 0 };
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
	begin(w, &t, (struct ws_request){ .url = url });
	assert_true(world_run(w, &t.answered, 5000));
	assert_int_equal(t.r.fault, NET_REFUSED);
	assert_int_equal(t.answers, 1);
	end(&t);
	close(fd);
}

static void
test_handshake_text(void **state)
{
	static const struct {
		const char *url, *line, *host;
	} cases[] = {
		{ "http://example.org", "GET / HTTP/1.1\r\n", "Host: example.org\r\n" },
		{ "http://example.org:80/a?b=c#d", "GET /a?b=c HTTP/1.1\r\n", "Host: example.org\r\n" },
		{ "http://example.org:443/", "GET / HTTP/1.1\r\n", "Host: example.org:443\r\n" },
		{ "https://example.org:443/", "GET / HTTP/1.1\r\n", "Host: example.org\r\n" },
		{ "https://[::1]:8443?x", "GET /?x HTTP/1.1\r\n", "Host: [::1]:8443\r\n" },
		{ "http://h/a b\r\nX: \303\251", "GET /a%20b%0D%0AX:%20%C3%A9 HTTP/1.1\r\n", "Host: h\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct ws_request q = {
			.url = cases[i].url, .origin = "https://chat.example.org",
			.headers = (const char *const[]){ "Cookie: a=b", "X-Evil: a\r\nX-Two: b", NULL },
		};
		struct buf out = BUF_INIT;
		char accept[29], again[29], key[25] = "";

		print_message("  %s\n", cases[i].url);
		ws_ask(&out, &q, accept);
		assert_memory_equal(out.s, cases[i].line, strlen(cases[i].line));
		assert_non_null(strstr(out.s, cases[i].host));
		assert_non_null(strstr(out.s, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"));
		assert_non_null(strstr(out.s, "\r\nSec-WebSocket-Version: 13\r\n"));
		assert_non_null(strstr(out.s, "\r\nOrigin: https://chat.example.org\r\nCookie: a=b\r\n\r\n"));
		assert_null(strstr(out.s, "X-Two"));
		memcpy(key, strstr(out.s, "Sec-WebSocket-Key: ") + 19, 24);
		assert_memory_equal(key + 22, "==", 2);
		crypto_ws_accept(key, again);
		assert_string_equal(accept, again);
		ws_ask(&out, &q, again);
		assert_string_not_equal(accept, again); /* another key each time */
		buf_free(&out);
	}
}

/* Byte by byte it is the same answer. */
static void
test_split_points(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 S\r\nA: b\r\n\r\n\x81\x05hello",
		"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n",
		"HTTP/1.1 401 No\nContent-Length: 3\n\nabc",
		"HTTP/1.1 200 OK\r\n\r\nabc",
		"HTTP/1.0 200 OK\r\n\r\n",
		"HTTP/2 200\r\n\r\n",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const size_t len = strlen(answers[i]);
		struct ws_answer one = WS_ANSWER_INIT, two = WS_ANSWER_INIT;
		struct ws_reply a = { .head = BUF_INIT, .body = BUF_INIT }, b = a;
		enum ws_progress whole = ws_answer_feed(&one, &a, answers[i], len), last = WS_MORE;

		for (size_t k = 0; k < len && last != WS_BROKEN; k++) {
			if (last == WS_DONE)
				buf_add(&two.in, answers[i] + k, 1);
			else
				last = ws_answer_feed(&two, &b, answers[i] + k, 1);
		}
		assert_int_equal(whole, last);
		assert_int_equal(a.status, b.status);
		assert_string_equal(a.head.s, b.head.s);
		assert_string_equal(a.body.s, b.body.s);
		if (whole == WS_DONE)
			assert_string_equal(one.in.s + one.rest, two.in.s + two.rest);
		for (struct buf *const *p = (struct buf *const[]){ &one.in, &two.in, &a.head, &a.body, &b.head,
		                                                   &b.body, NULL }; *p; p++)
			buf_free(*p);
	}
}

/* What the client sent behind its handshake: "OPCODE:payload " a frame, unmasked. */
static void
frames_of(const struct serve *s, struct buf *out)
{
	const char *at = strstr(s->got.s, "\r\n\r\n");
	const unsigned char *p = (const unsigned char *)at + 4;
	const unsigned char *stop = (const unsigned char *)s->got.s + s->got.len;

	while (at && stop - p >= 6) {
		const size_t len = p[1] & 0x7f;

		assert_true(p[1] & 0x80); /* masked */
		assert_true(len < 126 && (size_t)(stop - p) >= 6 + len);
		buf_printf(out, "%d:", p[0] & 15);
		for (size_t i = 0; i < len; i++)
			buf_putc(out, (char)(p[6 + i] ^ p[2 + i % 4]));
		buf_putc(out, ' ');
		p += 6 + len;
	}
}

#define CLOSE_1001 "\x88\x02\x03\xe9"

static void
test_frames(void **state)
{
	static const struct {
		const char *what;
		struct step steps[6];
		const char *say;
		const char *heard;   /* by us */
		int         code;
		const char *sent;    /* by us */
	} cases[] = {
		{ "behind the answer", { { .act = ACT_ACCEPT },
		    { .act = ACT_SEND, .text = "\x81\x05hello" "\x82\x02\x01\x02" CLOSE_1001, .len = 15 } },
		  NULL, "1:hello 2:\x01\x02 ", 1001, "8:\x03\xe9 " },
		{ "later", { { .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x81\x05hello", .after_ms = 30 },
		             { .act = ACT_SEND, .text = CLOSE_1001, .after_ms = 30 } }, NULL, "1:hello ", 1001,
		  "8:\x03\xe9 " },
		{ "a frame in two pieces", { { .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x81\x05he" },
		    { .act = ACT_SEND, .text = "llo" CLOSE_1001, .after_ms = 30 } }, NULL, "1:hello ", 1001,
		  "8:\x03\xe9 " },
		{ "fragments with a ping between", { { .act = ACT_ACCEPT },
		    { .act = ACT_SEND, .text = "\x01\x02he" "\x89\x03" "abc" "\x00\x01l" "\x80\x02lo", .len = 16 },
		    { .act = ACT_SEND, .text = CLOSE_1001, .after_ms = 30 } },
		  NULL, "9:abc 1:hello ", 1001, "10:abc 8:\x03\xe9 " },
		{ "a pong", { { .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x8a\x02xy" CLOSE_1001 } },
		  NULL, "10:xy ", 1001, "8:\x03\xe9 " },
		{ "we speak", { { .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = CLOSE_1001, .after_ms = 100 } },
		  "{\"hello\":1}", "", 1001, "1:{\"hello\":1} 8:\x03\xe9 " },
		{ "closed without a code", { { .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x88\x00", .len = 2 } },
		  NULL, "", 1005, "8: " },
		{ "vanished", { { .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x81\x01x" }, { .act = ACT_CLOSE } },
		  NULL, "1:x ", 0, NULL },
		{ "vanished at once", { { .act = ACT_ACCEPT }, { .act = ACT_CLOSE } }, NULL, "", 0, NULL },
		{ "reset", { { .act = ACT_ACCEPT }, { .act = ACT_RESET, .after_ms = 50 } }, NULL, "", 0, NULL },
		{ "vanished in a frame", { { .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x81\x05he" },
		                           { .act = ACT_CLOSE } }, NULL, "", 0, NULL },
		{ "a compressed frame nobody asked for", { { .act = ACT_ACCEPT },
		    { .act = ACT_SEND, .text = "\xc1\x01x" } }, NULL, "", 0, "8:\x03\xea " },
		{ "no UTF-8", { { .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x81\x02\xff\xff" } },
		  NULL, "", 0, "8:\x03\xef " },
		{ "HTML instead of frames", { { .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "<html>oops</html>" } },
		  NULL, "", 0, "8: " },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf sent = BUF_INIT;
		struct serve s;
		struct talk t = { .say = cases[i].say };

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, cases[i].steps);
		begin(w, &t, (struct ws_request){ .url = s.url });
		assert_true(world_run(w, &t.closed, 5000));
		assert_int_equal(t.answers, 1);
		assert_true(t.r.accepted);
		assert_int_equal(t.closes, 1);
		assert_int_equal(t.code, cases[i].code);
		assert_string_equal(t.text.s, cases[i].heard);
		if (cases[i].sent) {
			assert_true(world_run(w, &s.gone, 2000));
			frames_of(&s, &sent);
			assert_string_equal(sent.s, cases[i].sent);
		}
		world_idle(w, 10);
		assert_int_equal(t.closes, 1);
		end(&t);
		serve_stop(&s);
		buf_free(&sent);
	}
}

/* A long message is handed over cut, and the next one whole. */
static void
test_long_message(void **state)
{
	static char long_one[10 + 100000 + 7];
	static const struct step steps[] = {
		{ .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = long_one, .len = sizeof(long_one) }, { .act = ACT_END },
	};
	struct world *w = *state;
	struct serve s;
	struct talk t = { .close_at = NEVER };

	memset(long_one, 'x', sizeof(long_one));
	memcpy(long_one, "\x81\x7f\0\0\0\0\0\x01\x86\xa0", 10); /* 100000 */
	memcpy(long_one + 100010, "\x81\x05small", 7);
	serve_start(&s, w->l, steps);
	begin(w, &t, (struct ws_request){ .url = s.url });
	for (int i = 0; i < 100 && t.messages < 2; i++)
		world_idle(w, 10);
	assert_int_equal(t.messages, 2);
	assert_int_equal(t.last_len, 5);
	assert_int_equal(t.closes, 0);
	assert_true(t.last_at > 0);
	end(&t);
	serve_stop(&s);
}

static void
count(void *ctx)
{
	++*(int *)ctx;
}

/* In a process of its own, so that it can outrun us. */
static void __attribute__((noreturn))
flood(int listener)
{
	static char frames[65536];
	struct serve s = { .fd = accept(listener, NULL, NULL), .got = BUF_INIT };
	char bytes[4096];
	ssize_t n;

	alarm(20);
	while (!strstr(s.got.s, "\r\n\r\n") && (n = read(s.fd, bytes, sizeof(bytes))) > 0)
		buf_add(&s.got, bytes, (size_t)n);
	serve_accept_key(&s);
	for (size_t i = 0; i + 3 <= sizeof(frames); i += 3)
		memcpy(frames + i, "\x81\x01x", 3);
	while (write(s.fd, frames, sizeof(frames) / 3 * 3) > 0)
		;
	_exit(0);
}

/* A server that never stops talking leaves the loop to the others too. */
static void
test_flood_of_messages(void **state)
{
	struct world *w = *state;
	struct talk t = { .slow = true };
	int port, listener = serve_bind("127.0.0.1", &port), ticks = 0;
	char url[64];
	pid_t pid;

	fcntl(listener, F_SETFL, 0);
	assert_int_equal(listen(listener, 1), 0);
	pid = fork();
	if (pid == 0)
		flood(listener);
	close(listener);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
	begin(w, &t, (struct ws_request){ .url = url });
	assert_true(world_run(w, &t.answered, 5000));
	for (int i = 0; i < 10; i++)
		loop_after(w->l, 10 * i, count, &ticks);
	world_idle(w, 500);
	assert_int_equal(ticks, 10);
	assert_true(t.messages > 1000);
	assert_int_equal(t.closes, 0);
	end(&t);
	assert_int_equal(waitpid(pid, NULL, 0), pid); /* it notices that we left */
}

static void
test_goodbye(void **state)
{
	static const struct step steps[] = { { .act = ACT_ACCEPT }, { .act = ACT_END } };
	struct world *w = *state;
	struct buf sent = BUF_INIT;
	struct serve s;
	struct talk t = { 0 };

	serve_start(&s, w->l, steps);
	begin(w, &t, (struct ws_request){ .url = s.url, .origin = "http://o.example" });
	assert_true(world_run(w, &t.answered, 5000));
	end(&t);
	assert_true(world_run(w, &s.gone, 2000));
	frames_of(&s, &sent);
	assert_string_equal(sent.s, "8:\x03\xe8 "); /* 1000 */
	assert_non_null(strstr(s.got.s, "\r\nOrigin: http://o.example\r\n"));
	assert_int_equal(t.closes, 0);
	buf_free(&sent);
	serve_stop(&s);
}

/* The owner may end it in any of its callbacks, and before the first. */
static void
test_close_anywhere(void **state)
{
	static const struct step talks[] = {
		{ .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x81\x01" "a\x81\x01" "b" CLOSE_1001 }, { .act = ACT_END },
	};
	static const struct step refuses[] = {
		{ .act = ACT_SEND, .text = NO "Content-Length: 0\r\n\r\n" }, { .act = ACT_END },
	};
	static const struct {
		const char        *what;
		const struct step *steps;
		enum moment        at;
		int                messages, closes;
	} cases[] = {
		{ "at the answer", talks, AT_ANSWER, 0, 0 },
		{ "at a refusal", refuses, AT_ANSWER, 0, 0 },
		{ "at a message", talks, AT_MESSAGE, 1, 0 },
		{ "at the end", talks, AT_CLOSED, 2, 1 },
	};
	struct world *w = *state;
	struct talk never = { 0 };
	struct serve s;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct talk t = { .close_at = cases[i].at };

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, cases[i].steps);
		begin(w, &t, (struct ws_request){ .url = s.url });
		assert_true(world_run(w, &t.over, 5000));
		assert_true(world_run(w, &s.gone, 2000));
		world_idle(w, 20);
		assert_null(t.ws);
		assert_int_equal(t.answers, 1);
		assert_int_equal(t.messages, cases[i].messages);
		assert_int_equal(t.closes, cases[i].closes);
		end(&t);
		serve_stop(&s);
	}
	serve_start(&s, w->l, talks);
	begin(w, &never, (struct ws_request){ .url = s.url });
	end(&never);
	world_idle(w, 50);
	assert_int_equal(never.answers, 0);
	serve_stop(&s);
}

/* Through a real proxy that would rather speak HTTP/2. */
static void
test_over_tls(void **state)
{
	static const struct step steps[] = {
		{ .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x81\x05hello" },
		{ .act = ACT_SEND, .text = CLOSE_1001, .after_ms = 100 }, { .act = ACT_END },
	};
	const struct net_where where = { .connect_to = nginx.to_good, .cacert = nginx.good };
	struct world *w = *state;
	struct talk t = { .say = "from us" }, other = { 0 };
	struct buf sent = BUF_INIT;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)nginx.to) };
	struct serve s;

	serve_start(&s, w->l, steps);
	loop_unwatch(w->l, s.listener); /* it has to be where nginx looks for it */
	close(s.listener);
	s.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(s.listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	assert_int_equal(bind(s.listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s.listener, 8), 0);
	loop_watch(w->l, s.listener, POLLIN, serve_on_connection, &s);

	begin(w, &t, (struct ws_request){ .url = "https://chat.example.org/ws", .where = where });
	assert_true(world_run(w, &t.closed, 5000));
	assert_int_equal(t.r.fault, NET_OK);
	assert_true(t.r.accepted);
	assert_string_equal(t.text.s, "1:hello ");
	assert_int_equal(t.code, 1001);
	frames_of(&s, &sent);
	assert_memory_equal(sent.s, "1:from us ", 10);
	assert_non_null(strstr(s.got.s, "Host: chat.example.org\r\n"));
	end(&t);

	begin(w, &other, (struct ws_request){ .url = "https://wrong.example.org/ws", .where = where });
	assert_true(world_run(w, &other.answered, 5000));
	assert_int_equal(other.r.fault, NET_TLS_VERIFY);
	end(&other);
	serve_stop(&s);
	buf_free(&sent);
}

/* A WebSocket stays open while others come and go on the same multi handle. */
static void
on_done(void *ctx, const struct net_reply *r)
{
	*(bool *)ctx = r->fault == NET_OK && r->status == 401;
}

static void
test_beside_requests(void **state)
{
	static const struct step steps[] = {
		{ .act = ACT_ACCEPT }, { .act = ACT_SEND, .text = "\x81\x05hello", .after_ms = 1500 }, { .act = ACT_END },
	};
	static const struct step refuses[] = {
		{ .act = ACT_SEND, .text = NO "Content-Length: 0\r\n\r\n" }, { .act = ACT_END },
	};
	struct world *w = *state;
	struct talk t = { 0 };
	struct serve s, other;

	serve_start(&s, w->l, steps);
	serve_start(&other, w->l, refuses);
	begin(w, &t, (struct ws_request){ .url = s.url });
	assert_true(world_run(w, &t.answered, 5000));
	for (int i = 0; i < 20; i++) { /* libcurl looks for dead connections once a second */
		bool ok = false;
		const struct net_request q = { .url = other.url, .timeout_ms = 2000, .max_body = 10,
		                               .done = on_done, .ctx = &ok };

		net_start(w->n, &q);
		assert_true(world_run(w, &ok, 3000));
		world_idle(w, 80);
	}
	assert_string_equal(t.text.s, "1:hello ");
	assert_int_equal(t.closes, 0);
	end(&t);
	serve_stop(&s);
	serve_stop(&other);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_answers),
		CASE(test_refused_connection),
		cmocka_unit_test(test_handshake_text),
		cmocka_unit_test(test_split_points),
		CASE(test_frames),
		CASE(test_long_message),
		CASE(test_flood_of_messages),
		CASE(test_goodbye),
		CASE(test_close_anywhere),
		CASE(test_over_tls),
		CASE(test_beside_requests),
	};

	return cmocka_run_group_tests(tests, nginx_start, nginx_stop);
}
