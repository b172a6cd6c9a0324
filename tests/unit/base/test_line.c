#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/line.h"
#include "base/mem.h"

static void
join(void *ctx, const char *line, size_t len)
{
	assert_int_equal(line[len], '\0');
	buf_add(ctx, line, len);
	buf_putc(ctx, '|');
}

/* Whatever pieces the bytes arrive in, the lines are the same. */
static void
test_lines(void **state)
{
	static const struct { const char *in, *want; size_t max; } cases[] = {
		{ "a\nb\n", "a|b|", 8 },
		{ "a\r\nb", "a|b|", 8 },
		{ "\n\n", "||", 8 },
		{ "\r\n", "|", 8 },
		{ "a\rb\n", "a\rb|", 8 },
		{ "", "", 8 },
		{ "12345678\n", "12345678|", 8 },
		{ "12345678\r\nx\n", "12345678|x|", 8 },
		{ "123456789\nx\n", "12345678|x|", 8 },
		{ "1234567890123456789\r\nx", "12345678|x|", 8 },
		{ "1234567\r89\nx", "1234567\r|x|", 8 },
		{ "123456789", "12345678|", 8 },
		{ "12345678\r", "12345678|", 8 },
		{ "unlimited is 64 KiB\n", "unlimited is 64 KiB|", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t piece = 1; piece <= 20; piece++) {
			struct line_reader r = { .max = cases[i].max };
			struct buf out = BUF_INIT;
			const size_t len = strlen(cases[i].in);

			for (size_t at = 0; at < len; at += piece)
				line_feed(&r, cases[i].in + at, len - at < piece ? len - at : piece, join, &out);
			line_end(&r, join, &out);
			if (strcmp(out.s, cases[i].want) != 0)
				fail_msg("case %zu in pieces of %zu: %s", i, piece, out.s);
			buf_free(&out);
		}
}

static void
test_a_line_without_end_stays_small(void **state)
{
	struct line_reader r = { .max = 100 };
	struct buf out = BUF_INIT;
	char block[1000];

	(void)state;
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 10000; i++)
		line_feed(&r, block, sizeof(block), join, &out);
	assert_true(r.part.cap <= 256);
	line_feed(&r, "\nok\n", 4, join, &out);
	assert_int_equal(out.len, 100 + 1 + 3);
	line_end(&r, join, &out);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_a_line_without_end_stays_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
