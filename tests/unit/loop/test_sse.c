/* test_sse.c - what sse.h promises. */
#include "world.h"

#include <stdio.h>

#include "loop/sse.h"

static void
on_event(void *ctx, const char *event, const char *data, size_t len)
{
	struct buf *out = ctx;

	if (!data) {
		assert_int_equal(len, 0);
		buf_puts(out, "(comment)");
		return;
	}
	assert_int_equal(data[len], '\0');
	buf_printf(out, "(%s|", event);
	for (size_t i = 0; i < len && i < 100; i++)
		buf_putc(out, data[i] ? data[i] : '0');
	buf_puts(out, ")");
}

static const struct {
	const char *what, *stream;
	size_t      len; /* 0: strlen */
	const char *want;
} cases[] = {
	{ "one event", "data: hello\n\n", 0, "(message|hello)" },
	{ "a name", "event: ready\ndata: 1\n\n", 0, "(ready|1)" },
	{ "the name is forgotten", "event: a\ndata: 1\n\ndata: 2\n\n", 0, "(a|1)(message|2)" },
	{ "the last name counts", "event: a\nevent: b\ndata: 1\n\n", 0, "(b|1)" },
	{ "several lines", "data: a\ndata: b\ndata\n\n", 0, "(message|a\nb\n)" },
	{ "CRLF", "event: x\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", 0, "(x|a\nb)(message|c)" },
	{ "CR", "data: a\rdata: b\r\rdata: c\r\r", 0, "(message|a\nb)(message|c)" },
	{ "mixed", "data: a\r\ndata: b\r\ndata: c\n\rdata: d\n\n", 0, "(message|a\nb\nc)(message|d)" },
	{ "byte order mark", "\xef\xbb\xbf" "data: a\n\n", 0, "(message|a)" },
	{ "only the first is one", "data: a\n\n\xef\xbb\xbf" "data: b\n\ndata: c\n\n", 0, "(message|a)(message|c)" },
	{ "half a byte order mark", "\xef\xbb" "data: a\n\ndata: b\n\n", 0, "(message|b)" },
	{ "comments", ": keep-alive\n\n:\ndata: a\n: in between\n\n", 0, "(comment)(comment)(comment)(message|a)" },
	{ "one space goes", "data:  a\ndata:b\ndata: \n\n", 0, "(message| a\nb\n)" },
	{ "a colon in the data", "data: a: b\n\n", 0, "(message|a: b)" },
	{ "no data, no event", "event: x\nid: 7\nretry: 10\n\n\n\n", 0, "" },
	{ "empty data", "data\n\ndata:\n\n", 0, "(message|)(message|)" },
	{ "unknown fields", "datax: 1\ndat: 2\n data: 3\nDATA: 4\ndata: 5\n\n", 0, "(message|5)" },
	{ "unfinished", "data: a\n\ndata: b\n", 0, "(message|a)" },
	{ "unfinished line", "data: a\n\ndata: b", 0, "(message|a)" },
	{ "NUL in the data", "data: a\0b\n\n", 11, "(message|a0b)" },
	{ "nothing", "", 0, "" },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		struct sse s;

		print_message("  %s\n", cases[i].what);
		sse_init(&s, on_event, &out);
		sse_feed(&s, cases[i].stream, cases[i].len ? cases[i].len : strlen(cases[i].stream));
		assert_string_equal(out.s, cases[i].want);
		sse_free(&s);
		assert_string_equal(out.s, cases[i].want);
		buf_free(&out);
	}
}

/* In whatever two pieces it comes, and byte by byte, it is the same stream. */
static void
test_split_points(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const size_t len = cases[i].len ? cases[i].len : strlen(cases[i].stream);

		for (size_t cut = 0; cut <= len + 1; cut++) {
			struct buf out = BUF_INIT;
			struct sse s;

			sse_init(&s, on_event, &out);
			if (cut <= len) {
				sse_feed(&s, cases[i].stream, cut);
				sse_feed(&s, cases[i].stream + cut, len - cut);
			} else {
				for (size_t k = 0; k < len; k++)
					sse_feed(&s, cases[i].stream + k, 1);
			}
			assert_string_equal(out.s, cases[i].want);
			sse_free(&s);
			buf_free(&out);
		}
	}
}

struct sizes {
	size_t events, last, longest;
};

static void
on_size(void *ctx, const char *event, const char *data, size_t len)
{
	struct sizes *z = ctx;

	assert_non_null(data);
	assert_true(strlen(event) <= 65536);
	z->events++;
	z->last = len;
	if (len > z->longest)
		z->longest = len;
}

static void
test_caps(void **state)
{
	struct sizes z = { 0 };
	struct sse s;
	char piece[1000];

	(void)state;
	memset(piece, 'x', sizeof(piece));
	sse_init(&s, on_size, &z);
	sse_feed(&s, "data: ", 6);
	for (int i = 0; i < 200; i++) /* one long line */
		sse_feed(&s, piece, sizeof(piece));
	sse_feed(&s, "\n\n", 2);
	assert_int_equal(z.events, 1);
	assert_in_range(z.last, 60000, 65536);
	for (int i = 0; i < 200; i++) { /* many lines */
		sse_feed(&s, "data: ", 6);
		sse_feed(&s, piece, sizeof(piece));
		sse_feed(&s, "\n", 1);
	}
	sse_feed(&s, "\n", 1);
	assert_int_equal(z.events, 2);
	assert_in_range(z.last, 60000, 65536);
	sse_feed(&s, "event: ", 7);
	for (int i = 0; i < 200; i++) /* a long name */
		sse_feed(&s, piece, sizeof(piece));
	sse_feed(&s, "\ndata: 1\n\n", 10);
	assert_int_equal(z.events, 3);
	assert_int_equal(z.last, 1); /* and the next one is whole again */
	for (int i = 0; i < 5000; i++) /* never an end */
		sse_feed(&s, piece, sizeof(piece));
	assert_true(s.lines.part.cap <= 200000 && s.data.cap <= 200000);
	sse_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_split_points),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
