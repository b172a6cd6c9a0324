#include "fixture.h"

#include "origin/http.h"

#define HOST "Host: h\r\n"

static void
test_heads(void **state)
{
	static const struct { const char *head; int status; } cases[] = {
		{ "GET / HTTP/1.1\r\n" HOST "\r\n", 0 },
		{ "GET /a?b=c HTTP/1.0\r\n\r\n", 0 },
		{ "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0 },
		{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 },
		{ "GET  / HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET / a HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET / \r\n" HOST "\r\n", 400 },
		{ "GET /\r\n\r\n", 400 },
		{ "GE(T / HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET x HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET http://h/ HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /\x01 HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET / http/1.1\r\n" HOST "\r\n", 400 },
		{ "GET / HTTP/1.2\r\n" HOST "\r\n", 505 },
		{ "PRI * HTTP/2.0\r\n\r\n", 505 },
		{ "GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST " folded\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST "A: b\nC: d\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST "A: b\rC: d\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST "A: \x7f\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST "A: \xc3\xa9\tb\r\n\r\n", 0 },
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n", 0 },
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 9999999999999999999\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 0 },
		{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: CHUNKED\r\n\r\n", 0 },
		{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 3\r\n\r\n", 0 },
		{ "POST / HTTP/1.1\r\n" HOST "Expect: miracles\r\n\r\n", 417 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_request r;
		size_t scanned = 0, len = strlen(cases[i].head);
		int status;

		assert_int_equal(http_head(cases[i].head, len, &scanned), len);
		status = http_parse(&r, cases[i].head, len);
		if (status != cases[i].status)
			fail_msg("%d, not %d: %s", status, cases[i].status, cases[i].head);
		http_free(&r);
	}
}

static void
test_a_head_with_nul(void **state)
{
	static const char head[] = "GET / HTTP/1.1\r\n" HOST "A: b\0c\r\n\r\n";
	struct http_request r;

	(void)state;
	assert_int_equal(http_parse(&r, head, sizeof(head) - 1), 400);
	http_free(&r);
}

static void
test_too_many_fields(void **state)
{
	struct buf head = BUF_INIT;
	struct http_request r;

	(void)state;
	buf_puts(&head, "GET / HTTP/1.1\r\n" HOST);
	for (int i = 1; i < HTTP_FIELDS_MAX; i++)
		buf_puts(&head, "a:\r\n");
	buf_puts(&head, "\r\n");
	assert_int_equal(http_parse(&r, head.s, head.len), 0);
	assert_int_equal(r.n_fields, HTTP_FIELDS_MAX);
	http_free(&r);
	buf_cut(&head, head.len - 2);
	buf_puts(&head, "b:\r\n\r\n");
	assert_int_equal(http_parse(&r, head.s, head.len), 431);
	http_free(&r);
	buf_free(&head);
}

static void
test_what_a_head_means(void **state)
{
	static const struct {
		const char *fields;
		int         minor;
		bool        keep_alive, upgrade, expects, chunked;
		uint64_t    length;
	} cases[] = {
		{ "", 1, true, false, false, false, 0 },
		{ "", 0, false, false, false, false, 0 },
		{ "Connection: Close\r\n", 1, false, false, false, false, 0 },
		{ "Connection: keep-alive\r\n", 0, true, false, false, false, 0 },
		{ "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n", 1, true, true, false, false, 0 },
		{ "Connection: Upgrade\r\n", 1, true, false, false, false, 0 },
		{ "Upgrade: websocket\r\n", 1, true, false, false, false, 0 },
		{ "Connection: upgrade\r\nUpgrade: websocket\r\n", 0, false, true, false, false, 0 },
		{ "Content-Length: 104857601\r\nExpect: 100-continue\r\n", 1, true, false, true, false, 104857601 },
		{ "Expect: 100-continue\r\n", 1, true, false, false, false, 0 },
		{ "Transfer-Encoding: chunked\r\n", 1, true, false, false, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *head = xasprintf("GET / HTTP/1.%d\r\n" HOST "%s\r\n", cases[i].minor, cases[i].fields);
		struct http_request r;

		assert_int_equal(http_parse(&r, head, strlen(head)), 0);
		assert_int_equal(r.minor, cases[i].minor);
		assert_int_equal(r.keep_alive, cases[i].keep_alive);
		assert_int_equal(r.upgrade, cases[i].upgrade);
		assert_int_equal(r.expects, cases[i].expects);
		assert_int_equal(r.chunked, cases[i].chunked);
		assert_true(r.length == cases[i].length);
		http_free(&r);
		free(head);
	}
}

static void
test_questions_about_fields(void **state)
{
	static const char head[] = "GET /p/q?x=1&antechamber=echo&y HTTP/1.1\r\n" HOST
	                           "Accept-Encoding: br;q=0, gzip;q=0.5 ,zstd\r\nX-F:  a , b \r\nX-F: c\r\nX-E:\r\n\r\n";
	struct buf b = BUF_INIT;
	struct http_request r;

	(void)state;
	assert_int_equal(http_parse(&r, head, strlen(head)), 0);
	assert_string_equal(r.path, "/p/q");
	assert_string_equal(r.target, "/p/q?x=1&antechamber=echo&y");
	assert_true(http_lists(&r, "accept-encoding", "GZIP"));
	assert_true(http_lists(&r, "accept-encoding", "zstd"));
	assert_false(http_lists(&r, "accept-encoding", "br"));
	assert_false(http_lists(&r, "accept-encoding", "zst"));
	assert_string_equal(http_get(&r, "x-f", 0), "a , b");
	assert_string_equal(http_get(&r, "x-f", 1), "c");
	assert_null(http_get(&r, "x-f", 2));
	assert_true(http_first(&b, &r, "X-F"));
	assert_string_equal(b.s, "a");
	assert_false(http_first(&b, &r, "X-E"));
	assert_false(http_first(&b, &r, "X-None"));
	buf_cut(&b, 0);
	assert_true(http_param(&b, &r, "antechamber"));
	assert_string_equal(b.s, "echo");
	assert_true(http_param(&b, &r, "y"));
	assert_false(http_param(&b, &r, "ante"));
	assert_string_equal(b.s, "echo");
	http_free(&r);
	buf_free(&b);
}

static void
test_a_head_in_pieces(void **state)
{
	static const char head[] = "GET / HTTP/1.1\r\n" HOST "\r\nGET";
	size_t scanned = 0, len = strlen(head) - 3;

	(void)state;
	for (size_t i = 0; i < len; i++)
		assert_int_equal(http_head(head, i, &scanned), 0);
	assert_int_equal(http_head(head, len, &scanned), len);
	assert_true(http_looks("GET", 3));
	assert_true(http_looks("", 0));
	assert_false(http_looks("\x16\x03\x01", 3));
	assert_false(http_looks(" GET", 4));
}

/* Feed a body in pieces of `step'; what comes out, or NULL if it is not a body. */
static char *
feed(const char *text, size_t len, size_t step, bool chunked, uint64_t length, size_t *used)
{
	struct http_request r = { .chunked = chunked, .length = length };
	struct http_body b;
	struct buf out = BUF_INIT;
	char *text_out;
	size_t at = 0;

	http_body_init(&b, &r);
	while (!b.done && at < len) {
		const char *piece;
		size_t piece_len, n = len - at < step ? len - at : step;
		long took = http_body_feed(&b, text + at, n, &piece, &piece_len);

		if (took < 0) {
			buf_free(&out);
			return NULL;
		}
		buf_add(&out, piece, piece_len);
		at += (size_t)took;
	}
	*used = at;
	assert_true(b.total == out.len);
	if (!b.done)
		buf_puts(&out, "...");
	text_out = xstrdup(out.s);
	buf_free(&out);
	return text_out;
}

static void
test_bodies(void **state)
{
	static const struct { const char *text; bool chunked; uint64_t length; const char *want; size_t left; } cases[] = {
		{ "", false, 0, "", 0 },
		{ "helloGET", false, 5, "hello", 3 },
		{ "hel", false, 5, "hel...", 0 },
		{ "5\r\nhello\r\n0\r\n\r\nGET", true, 0, "hello", 3 },
		{ "5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\nZ", true, 0, "hello0123456789", 1 },
		{ "0\r\n\r\n", true, 0, "", 0 },
		{ "000005\r\nhello\r\n0\r\n\r\n", true, 0, "hello", 0 },
		{ "5\r\nhel", true, 0, "hel...", 0 },
		{ "5\nhello\r\n0\r\n\r\n", true, 0, NULL, 0 },
		{ "5\r\nhelloX\r\n0\r\n\r\n", true, 0, NULL, 0 },
		{ "5\r\nhello\n0\r\n\r\n", true, 0, NULL, 0 },
		{ "\r\n", true, 0, NULL, 0 },
		{ "g\r\n", true, 0, NULL, 0 },
		{ "-1\r\n", true, 0, NULL, 0 },
		{ " 5\r\nhello\r\n0\r\n\r\n", true, 0, NULL, 0 },
		{ "5 \r\nhello\r\n0\r\n\r\n", true, 0, NULL, 0 },
		{ "0000000000000005\r\nhello\r\n0\r\n\r\n", true, 0, NULL, 0 },
		{ "ffffffffffffffff\r\n", true, 0, NULL, 0 },
		{ "0\r\n\r\r", true, 0, NULL, 0 },
		{ "0\r\nX: y\n\r\n", true, 0, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t step = 1; step < 40; step += 6) {
			size_t used = 0, len = strlen(cases[i].text);
			char *got = feed(cases[i].text, len, step, cases[i].chunked, cases[i].length, &used);

			if (!cases[i].want != !got || (got && strcmp(got, cases[i].want)))
				fail_msg("%s -> %s by %zu", cases[i].text, got ? got : "(refused)", step);
			if (got)
				assert_int_equal(len - used, cases[i].left);
			free(got);
		}
}

static void
test_endless_extensions_and_trailers(void **state)
{
	static const char *const starts[] = { "5;", "0\r\nX: " };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		struct buf text = BUF_INIT;
		size_t used;

		buf_puts(&text, starts[i]);
		for (int n = 0; n < 10000; n++)
			buf_putc(&text, 'x');
		assert_null(feed(text.s, text.len, 4096, true, 0, &used));
		buf_free(&text);
	}
}

static void
test_dates(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	http_date(&b, 0);
	assert_string_equal(b.s, "Thu, 01 Jan 1970 00:00:00 GMT");
	buf_cut(&b, 0);
	http_date(&b, 1709210096);
	assert_string_equal(b.s, "Thu, 29 Feb 2024 12:34:56 GMT");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_a_head_with_nul),
		cmocka_unit_test(test_too_many_fields),
		cmocka_unit_test(test_what_a_head_means),
		cmocka_unit_test(test_questions_about_fields),
		cmocka_unit_test(test_a_head_in_pieces),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_endless_extensions_and_trailers),
		cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
