#include "fixture.h"

#include <stdio.h>
#include <sys/resource.h>

#define GET_HEALTH "GET /health HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_PAGE   "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

static void
test_what_is_no_request(void **state)
{
	static const struct { const char *bytes; size_t len; const char *want; } cases[] = {
		{ "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" },
		{ "\0\0\0\0", 4, "HTTP/1.1 400 " },
		{ " GET / HTTP/1.1\r\n\r\n", 19, "HTTP/1.1 400 " },
		{ "hello\r\n\r\n", 9, "HTTP/1.1 400 " },
		{ "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30, "HTTP/1.1 400 " },
		{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24, "HTTP/1.1 505 " },
		{ "GET / HTTP/1.1\r\n\r\n", 18, "HTTP/1.1 400 " },
		{ "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 66, "HTTP/1.1 400 " },
		{ "POST / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\n\r\n", 44, "HTTP/1.1 417 " },
		{ "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 60, "HTTP/1.1 400 " },
		{ "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 63, "HTTP/1.1 400 " },
	};
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct raw r;

		raw_open(&f, &r);
		raw_send_n(&r, cases[i].bytes, cases[i].len);
		assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
		if (r.broken || strncmp(r.in.s, cases[i].want, strlen(cases[i].want)))
			fail_msg("case %zu: %s", i, r.in.s);
		raw_close(&r);
	}
	all_gone(&f);
	fix_end(&f);
}

static void
test_a_flood_of_fields(void **state)
{
	struct buf head = BUF_INIT;
	struct fix f;
	struct raw r;

	(void)state;
	fix_start(&f, NULL);
	buf_puts(&head, "GET /health HTTP/1.1\r\nHost: h\r\nX: ");
	while (head.len < 32 * 1024 - 4)
		buf_putc(&head, 'x');
	buf_puts(&head, "\r\n\r\n");
	raw_open(&f, &r);
	raw_send(&r, head.s); /* just fits */
	assert_true(raw_gets(&r, "HTTP/1.1 200 OK", 1));
	raw_close(&r);

	raw_open(&f, &r);
	buf_cut(&head, head.len - 4);
	buf_puts(&head, "x\r\n\r\n");
	raw_send(&r, head.s);
	assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
	assert_true(!strncmp(r.in.s, "HTTP/1.1 431 ", 13));
	raw_close(&r);

	raw_open(&f, &r); /* without any end */
	for (int i = 0; i < 100; i++)
		raw_send_n(&r, head.s, 32 * 1024);
	assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
	assert_true(!strncmp(r.in.s, "HTTP/1.1 431 ", 13));
	raw_close(&r);
	all_gone(&f);
	buf_free(&head);
	fix_end(&f);
}

static void
test_pipelining(void **state)
{
	struct fix f;
	struct raw r;
	const char *at;

	(void)state;
	fix_start(&f, NULL);
	raw_open(&f, &r);
	raw_send(&r, "\r\n\r\n" GET_HEALTH "POST /thing HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
	             "GET /auth/session HTTP/1.1\r\nHost: h\r\n\r\n"
	             "GET /x?antechamber=clock HTTP/1.1\r\nHost: h\r\n\r\n"
	             "POST /api/fs/upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
	             "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" GET_HEALTH);
	assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
	assert_false(r.broken);
	at = r.in.s;
	for (size_t i = 0; i < 6; i++) {
		static const char *const marks[] = { "\"isOpenCodeReady\":true", "Cannot POST /thing", "\"disabled\":true}",
		                                     "0\r\n\r\n", "Path is required", "<title>OpenChamber</title>" };

		at = strstr(at, "HTTP/1.1 ");
		assert_non_null(at);
		at = strstr(at, marks[i]);
		assert_non_null(at);
	}
	assert_null(strstr(at, "HTTP/1.1 "));
	raw_close(&r);
	all_gone(&f);
	fix_end(&f);
}

static void
test_one_byte_at_a_time(void **state)
{
	static const char text[] = "POST /?antechamber=count HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	                           "3\r\nabc\r\n0\r\n\r\n";
	struct fix f;
	struct raw r;

	(void)state;
	fix_start(&f, NULL);
	raw_open(&f, &r);
	for (size_t i = 0; i < strlen(text); i++) {
		raw_send_n(&r, text + i, 1);
		assert_true(run_until(&f, raw_is_sent, &r, PATIENCE));
	}
	assert_true(raw_gets(&r, "{\"bytes\":3,", 1));
	raw_close(&r);
	fix_end(&f);
}

static void
test_half_closed(void **state)
{
	static const struct { const char *text, *want; bool answered; } cases[] = {
		{ GET_HEALTH, "\"isOpenCodeReady\":true", true },
		{ GET_HEALTH GET_PAGE, "</html>", true },
		{ "GET /?antechamber=clock HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n0\r\n\r\n", true },
		{ "GET /api/event HTTP/1.1\r\nHost: h\r\n\r\n", "", false }, /* as Node does */
		{ "GET /hea", "", false },
		{ "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc", "", false },
		{ "", "", false },
	};
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct raw r;

		raw_open(&f, &r);
		raw_send(&r, cases[i].text);
		assert_true(run_until(&f, raw_is_sent, &r, PATIENCE));
		shutdown(r.fd, SHUT_WR);
		assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
		assert_non_null(strstr(r.in.s, cases[i].want));
		assert_int_equal(strstr(r.in.s, "HTTP/1.1 200 OK") != NULL, cases[i].answered);
		raw_close(&r);
	}
	all_gone(&f);
	fix_end(&f);
}

static long
memory(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* It asks and asks and does not read: no more is taken from it than fits. */
static void
test_a_slow_reader(void **state)
{
	struct fix f;
	struct raw r;
	long before;

	(void)state;
	fix_start(&f, NULL);
	raw_open(&f, &r);
	r.deaf = true;
	loop_want(f.l, r.fd, 0);
	for (int i = 0; i < 20000; i++) { /* 20 MB of requests, 960 MB of answers */
		char request[1024];

		snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: h\r\nX: %0900d\r\n\r\n", i);
		raw_send(&r, request);
	}
	before = memory();
	assert_false(run_until(&f, raw_is_sent, &r, 500));
	assert_true(memory() - before < 8 * 1024);
	assert_int_equal(origin_connections(f.o), 1);

	/* And when it reads after all, everything is there. */
	r.deaf = false;
	loop_want(f.l, r.fd, POLLIN | POLLOUT);
	buf_cut(&r.out, 0);
	assert_true(raw_gets(&r, "HTTP/1.1 200 OK\r\n", 10));
	raw_close(&r);
	all_gone(&f);
	fix_end(&f);
}

static bool
stream_was_dropped(const void *arg)
{
	return origin_connections(((const struct fix *)arg)->o) == 0;
}

static void
test_a_stream_nobody_reads(void **state)
{
	struct fix f;
	struct raw r;
	int small = 1;

	(void)state;
	/* Heartbeats every millisecond fill a socket's buffers and then ours. */
	fix_start(&f, &(struct origin_options){ .pace = 1e9 });
	raw_open(&f, &r);
	setsockopt(r.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	r.deaf = true;
	loop_want(f.l, r.fd, 0);
	raw_send(&r, "GET /api/event/ws?antechamber=echo HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
	             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
	assert_true(run_until(&f, stream_was_dropped, &f, 60000));
	raw_close(&r);
	fix_end(&f);
}

static void
test_slowloris(void **state)
{
	struct fix f;
	struct raw r;
	double start;

	(void)state;
	fix_start(&f, &(struct origin_options){ .head_ms = 300 });
	raw_open(&f, &r);
	start = loop_seconds();
	raw_send(&r, "GET / HTTP/1.1\r\n");
	while (!r.eof && loop_seconds() - start < 5) {
		raw_send(&r, "X: y\r\n");
		run_until(&f, raw_is_over, &r, 30);
	}
	assert_true(loop_seconds() - start >= 0.25 && loop_seconds() - start < 2);
	assert_true(!strncmp(r.in.s, "HTTP/1.1 408 Request Timeout\r\n", 30));
	raw_close(&r);

	raw_open(&f, &r); /* and one that never says a word */
	start = loop_seconds();
	assert_true(run_until(&f, raw_is_over, &r, 5000));
	assert_true(loop_seconds() - start >= 0.25 && loop_seconds() - start < 2);
	assert_int_equal(r.in.len, 0);
	raw_close(&r);

	raw_open(&f, &r); /* its twin is in time, and may then rest */
	raw_send(&r, "GET /health HT");
	run_for(&f, 100);
	raw_send(&r, "TP/1.1\r\nHost: h\r\n\r\n");
	assert_true(raw_gets(&r, "isOpenCodeReady", 1));
	run_for(&f, 500);
	assert_false(r.eof);
	raw_close(&r);
	all_gone(&f);
	fix_end(&f);
}

static void
test_http_1_0(void **state)
{
	struct fix f;
	struct raw r;

	(void)state;
	fix_start(&f, NULL);
	raw_open(&f, &r);
	raw_send(&r, "GET / HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n");
	assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
	assert_non_null(strstr(r.in.s, "Content-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f\x8b"));
	raw_close(&r);
	raw_open(&f, &r);
	raw_send(&r, "GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /health HTTP/1.0\r\n\r\n");
	assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
	assert_non_null(strstr(r.in.s, "Connection: keep-alive\r\n"));
	assert_non_null(strstr(r.in.s, "Connection: close\r\n"));
	raw_close(&r);
	fix_end(&f);
}

/* An answer before the body is over must not be lost with it. */
static void
test_an_early_answer_arrives_whole(void **state)
{
	struct fix f;
	struct raw r;
	struct buf body = BUF_INIT;

	(void)state;
	fix_start(&f, &(struct origin_options){ .password = "p" });
	for (int i = 0; i < 1 << 20; i++)
		buf_putc(&body, 'x');
	for (int keep = 0; keep < 2; keep++) {
		char *head = xasprintf("POST /api/fs/upload HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n%s\r\n",
		                       body.len * 8, keep ? "" : "Connection: close\r\n");

		raw_open(&f, &r);
		raw_send(&r, head);
		for (int i = 0; i < 8; i++)
			raw_send_n(&r, body.s, body.len);
		if (keep)
			raw_send(&r, "GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
		assert_true(run_until(&f, raw_is_over, &r, PATIENCE));
		assert_true(!strncmp(r.in.s, "HTTP/1.1 401 ", 13));
		assert_non_null(strstr(r.in.s, "Authentication required"));
		assert_int_equal(strstr(r.in.s, "isOpenCodeReady") != NULL, keep);
		raw_close(&r);
		free(head);
	}
	all_gone(&f);
	buf_free(&body);
	fix_end(&f);
}

enum { MANY = 1000 };

static bool
all_greeted(const void *arg)
{
	const struct raw *r = arg;

	for (int i = 0; i < MANY; i++)
		if (!strstr(r[i].in.s, i % 2 ? "event-stream-ready" : "{\"t\":\"hello\""))
			if (!r[i].eof)
				return false;
	return true;
}

static void
test_a_thousand_connections(void **state)
{
	struct raw *r = xcalloc(MANY, sizeof(*r));
	struct rlimit files;
	struct fix f;
	int before;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur < MANY * 2 + 64) {
		free(r);
		print_message("a thousand connections need %d descriptors\n", MANY * 2 + 64);
		skip();
	}
	fix_start(&f, &(struct origin_options){ .pace = 10 });
	before = count_descriptors();
	for (int i = 0; i < MANY; i++) {
		raw_open(&f, &r[i]);
		raw_send(&r[i], i % 2 ? "GET /api/openchamber/events HTTP/1.1\r\nHost: h\r\n\r\n"
		                      : "GET /api/terminal/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
		                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
	}
	assert_true(run_until(&f, all_greeted, r, 60000));
	assert_int_equal(origin_connections(f.o), MANY);
	for (int i = 0; i < MANY; i++)
		assert_false(r[i].eof);
	/* With all of them there somebody else is still served at once. */
	for (int i = 0; i < 10; i++) {
		struct got g;

		ask(&f, &g, (struct net_request){ 0 }, "/health");
		assert_int_equal(g.r.status, 200);
		assert_true(g.r.seconds < 1);
		got_free(&g);
	}
	for (int i = 0; i < MANY; i++)
		raw_close(&r[i]);
	all_gone(&f);
	assert_int_equal(count_descriptors(), before);
	free(r);
	fix_end(&f);
}

/* Without descriptors it rests and comes back, instead of spinning or giving up. */
static void
test_out_of_descriptors(void **state)
{
	struct rlimit files, tight;
	struct fix f;
	struct raw r;
	struct rusage u0, u1;
	int spare;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &files);
	fix_start(&f, NULL);
	raw_open(&f, &r);
	raw_send(&r, GET_HEALTH);
	spare = dup(0);
	close(spare);
	tight = files;
	tight.rlim_cur = (rlim_t)spare;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	getrusage(RUSAGE_SELF, &u0);
	run_for(&f, 400);
	getrusage(RUSAGE_SELF, &u1);
	setrlimit(RLIMIT_NOFILE, &files);
	assert_int_equal(origin_connections(f.o), 0);
	assert_true((u1.ru_utime.tv_sec - u0.ru_utime.tv_sec) * 1000000L + u1.ru_utime.tv_usec - u0.ru_utime.tv_usec <
	            200000);
	assert_true(raw_gets(&r, "isOpenCodeReady", 1));
	raw_close(&r);
	fix_end(&f);
}

static void
test_freed_in_the_middle(void **state)
{
	static const char *const texts[] = {
		"", "GET /he", "POST /?antechamber=count HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
		"GET /api/event HTTP/1.1\r\nHost: h\r\n\r\n", "GET /?antechamber=silent HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET /x HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: y\r\n\r\n", "nonsense\r\n\r\n",
	};
	struct raw r[ARRAY_LEN(texts)];
	struct fix f;

	(void)state;
	fix_start(&f, NULL);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		raw_open(&f, &r[i]);
		raw_send(&r[i], texts[i]);
	}
	run_for(&f, 50);
	assert_true(origin_connections(f.o) >= ARRAY_LEN(texts) - 1);
	origin_free(f.o);
	f.o = NULL;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_true(run_until(&f, raw_is_over, &r[i], PATIENCE));
		raw_close(&r[i]);
	}
	fix_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_request),
		cmocka_unit_test(test_a_flood_of_fields),
		cmocka_unit_test(test_pipelining),
		cmocka_unit_test(test_one_byte_at_a_time),
		cmocka_unit_test(test_half_closed),
		cmocka_unit_test(test_a_slow_reader),
		cmocka_unit_test(test_a_stream_nobody_reads),
		cmocka_unit_test(test_slowloris),
		cmocka_unit_test(test_http_1_0),
		cmocka_unit_test(test_an_early_answer_arrives_whole),
		cmocka_unit_test(test_a_thousand_connections),
		cmocka_unit_test(test_out_of_descriptors),
		cmocka_unit_test(test_freed_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
