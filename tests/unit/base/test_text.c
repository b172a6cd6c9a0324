#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Every test runs twice: with the locale "C", where the C library knows only ASCII, and with UTF-8. */
static int
with_c(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C") ? 0 : -1;
}

static int
with_utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static void
test_width(void **state)
{
	static const struct { const char *s; int want; } cases[] = {
		{ "", 0 },
		{ "nginx", 5 },
		{ "한국어", 6 },
		{ "주소 1", 6 },
		{ "zażółć", 6 },
		{ "e\xcc\x81", 1 },           /* e and a combining acute */
		{ "\xe1\x84\x92\xe1\x85\xa1", 2 }, /* a syllable in two jamo */
		{ "│┌─", 3 },
		{ "✓✗", 2 },
		{ "日本語", 6 },
		{ "ｆｕｌｌ", 8 },
		{ "a\xff" "b", 3 },           /* a broken byte is one column */
		{ "\xed\x95", 2 },            /* a syllable cut short: two broken bytes */
		{ "\xc0\xaf", 2 },            /* overlong */
		{ "\xed\xa0\x80", 3 },        /* a surrogate */
		{ "\xf4\x90\x80\x80", 4 },    /* beyond Unicode */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (text_width(cases[i].s) != cases[i].want)
			fail_msg("%s: %d columns", cases[i].s, text_width(cases[i].s));
	}
	assert_int_equal(text_width_n("한국어", 3), 2);
}

static void
test_fit(void **state)
{
	static const struct { const char *s; int columns; size_t bytes; int used; } cases[] = {
		{ "abc", 2, 2, 2 },
		{ "abc", 3, 3, 3 },
		{ "abc", 9, 3, 3 },
		{ "abc", 0, 0, 0 },
		{ "abc", -1, 0, 0 },
		{ "한국어", 3, 3, 2 },
		{ "한국어", 4, 6, 4 },
		{ "e\xcc\x81x", 1, 3, 1 }, /* a mark stays with its letter */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int used;

		assert_int_equal(text_fit(cases[i].s, cases[i].columns, &used), cases[i].bytes);
		assert_int_equal(used, cases[i].used);
	}
	assert_int_equal(text_fit("ab", 1, NULL), 1);
}

static void
test_clip(void **state)
{
	static const struct { const char *s; int columns; bool pad; const char *want; } cases[] = {
		{ "abc", 5, false, "abc" },
		{ "abc", 5, true, "abc  " },
		{ "abc", 3, true, "abc" },
		{ "abcd", 3, true, "ab>" },
		{ "한국어", 6, true, "한국어" },
		{ "한국어", 5, true, "한국>" },
		{ "한국어", 4, true, "한 >" }, /* half a syllable is a blank */
		{ "한국어", 1, true, ">" },
		{ "abc", 0, true, "" },
		{ "", 2, true, "  " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;

		text_clip(&out, cases[i].s, cases[i].columns, cases[i].pad);
		assert_string_equal(out.s, cases[i].want);
		if (cases[i].pad)
			assert_int_equal(text_width(out.s), cases[i].columns);
		buf_free(&out);
	}
}

static void
join(void *ctx, const char *line, size_t bytes)
{
	buf_add(ctx, line, bytes);
	buf_putc(ctx, '|');
}

static void
test_wrap(void **state)
{
	static const struct { const char *s; int columns, lines; const char *want; } cases[] = {
		{ "", 10, 0, "" },
		{ "one", 10, 1, "one|" },
		{ "one two three", 7, 2, "one two|three|" },
		{ "one two three", 6, 3, "one|two|three|" },
		{ "one two three", 13, 1, "one two three|" },
		{ "a /very/long/path b", 6, 3, "a|/very/long/path|b|" },
		{ "a\nb", 10, 2, "a|b|" },
		{ "a\n\nb\n", 10, 3, "a||b|" },
		{ "a  b", 10, 1, "a  b|" },
		{ "a  b", 3, 2, "a|b|" },
		{ "  in", 10, 1, "  in|" },
		{ "x   ", 10, 1, "x|" },
		{ "   ", 10, 1, "|" },
		{ "이 서버에서 바뀐 것은", 12, 2, "이 서버에서|바뀐 것은|" },
		{ "ab cd", 0, 2, "ab|cd|" },
		/* a number and its unit are one word */
		{ "wait 30 s now", 9, 2, "wait 30 s|now|" },
		{ "wait 30 s now", 8, 2, "wait|30 s now|" },
		{ "wait 30 s.", 7, 2, "wait|30 s.|" },
		{ "wait 0.25 s now", 8, 3, "wait|0.25 s|now|" },
		/* so is what it counts: a port and its program */
		{ "ports 22 sshd, 80 nginx", 14, 2, "ports 22 sshd,|80 nginx|" },
		{ "ports 22 sshd, 80 nginx", 10, 3, "ports|22 sshd,|80 nginx|" },
		{ "nginx 1.22.1 runs", 13, 2, "nginx 1.22.1|runs|" },
		{ "48 KB", 2, 1, "48 KB|" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;

		assert_int_equal(text_wrap(cases[i].s, cases[i].columns, join, &out), cases[i].lines);
		assert_string_equal(out.s, cases[i].want);
		assert_int_equal(text_wrap(cases[i].s, cases[i].columns, NULL, NULL), cases[i].lines);
		buf_free(&out);
	}
}

static void
test_safe(void **state)
{
	static const struct { const char *in; size_t len, max; const char *want; } cases[] = {
		{ "plain", 5, 99, "plain" },
		{ "한국어", 9, 99, "한국어" },
		{ "a\nb\tc", 5, 99, "a b c" },
		{ "\x1b[31mred", 8, 99, "?[31mred" },
		{ "a\0b", 3, 99, "a?b" },
		{ "\x7f", 1, 99, "?" },
		{ "\xc2\x9b" "31m", 5, 99, "?31m" },          /* C1 CSI */
		{ "\xe2\x80\xae" "gpj", 6, 99, "?gpj" },      /* right-to-left override */
		{ "\xe2\x81\xa6x", 4, 99, "?x" },             /* isolate */
		{ "\xe2\x80\x8bx", 4, 99, "?x" },             /* zero-width space */
		{ "\xef\xbb\xbfx", 4, 99, "?x" },             /* BOM */
		{ "\xf3\xa0\x81\x81", 4, 99, "?" },           /* an invisible tag letter */
		{ "\xff\xfe", 2, 99, "??" },
		{ "한", 3, 2, "" },                           /* never half a character */
		{ "a한", 4, 3, "a" },
		{ "abcdef", 6, 3, "abc" },
		{ "\x1b\x1b\x1b\x1b", 4, 2, "??" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;

		text_safe(&out, cases[i].in, cases[i].len, cases[i].max);
		assert_string_equal(out.s, cases[i].want);
		assert_true(text_is_utf8(out.s, out.len));
		buf_free(&out);
	}
	assert_false(text_is_utf8("\xed\xa0\x80", 3));
	assert_false(text_is_utf8("a\xc3", 2));
	assert_true(text_is_utf8("a\xc3\xa9", 3));
	assert_true(text_is_utf8("", 0));
}

/* All two-byte beginnings: nothing gets through that is not UTF-8, and nothing is read past the end. */
static void
test_safe_takes_any_bytes(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 0x10000; n++) {
		char *bytes = xmalloc(2); /* exactly as long, for the sanitizer */
		struct buf out = BUF_INIT;

		bytes[0] = (char)(n >> 8);
		bytes[1] = (char)n;
		text_safe(&out, bytes, 2, 10);
		assert_true(text_is_utf8(out.s, out.len));
		for (size_t i = 0; i < out.len; i++)
			assert_true((unsigned char)out.s[i] >= ' ' && out.s[i] != 0x7f);
		assert_true(text_width_n(bytes, 2) <= 2);
		buf_free(&out);
		free(bytes);
	}
}

static void
test_ascii(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "plain", "plain" },
		{ "zażółć gęślą jaźń", "zazolc gesla jazn" },
		{ "ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "ZAZOLC GESLA JAZN" },
		{ "„tak” – nie…", "\"tak\" - nie..." },
		{ "Straße, Ærø", "Strasse, AEro" },
		{ "e\xcc\x81", "e" },
		{ "한국", "??" },
		{ "a\xff", "a?" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;

		text_ascii(&out, cases[i].in);
		assert_string_equal(out.s, cases[i].want);
		buf_free(&out);
	}
}

static void
test_seconds(void **state)
{
	static const struct { double in; const char *want; } cases[] = {
		{ 0, "0.000" },     { 0.005, "0.005" }, { 0.0994, "0.099" }, { 0.0996, "0.10" },
		{ 0.35, "0.35" },   { 0.996, "1.0" },   { 1, "1.0" },        { 8.2, "8.2" },
		{ 9.94, "9.9" },    { 9.96, "10" },     { 65.2, "65" },      { 3600, "3600" },
		{ -1, "0.000" },    { 1e300, "1000000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;

		text_seconds(&out, cases[i].in);
		assert_string_equal(out.s, cases[i].want);
		buf_free(&out);
	}
}

static void
test_size(void **state)
{
	static const struct { const char *in; int rc; unsigned long long want; const char *shown; } cases[] = {
		{ "0", 0, 0, "0" },
		{ "1000", 0, 1000, "1000" },
		{ "1024", 0, 1024, "1K" },
		{ "100M", 0, 100ull << 20, "100M" },
		{ "100m", 0, 100ull << 20, "100M" },
		{ "1536K", 0, 1536 << 10, "1536K" },
		{ "1G", 0, 1ull << 30, "1G" },
		{ "1024G", 0, 1ull << 40, "1T" },
		{ "52428800", 0, 52428800, "50M" },
		{ "18446744073709551615", 0, ~0ull, "18446744073709551615" },
		{ "18446744073709551616", -1, 0, NULL },
		{ "99999999T", -1, 0, NULL },
		{ "50MM", -1, 0, NULL },
		{ "50MB", -1, 0, NULL },
		{ "50 M", -1, 0, NULL },
		{ " 50M", -1, 0, NULL },
		{ "1.5G", -1, 0, NULL },
		{ "-1", -1, 0, NULL },
		{ "+1", -1, 0, NULL },
		{ "M", -1, 0, NULL },
		{ "", -1, 0, NULL },
		{ "0x10", -1, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned long long n = 0;
		struct buf out = BUF_INIT;

		assert_int_equal(text_parse_size(cases[i].in, &n), cases[i].rc);
		if (cases[i].rc == 0) {
			assert_true(n == cases[i].want);
			text_size(&out, n);
			assert_string_equal(out.s, cases[i].shown);
		}
		buf_free(&out);
	}
}

static void
test_duration(void **state)
{
	static const struct { const char *in; int rc; unsigned want; } cases[] = {
		{ "30", 0, 30 },   { "30s", 0, 30 },  { "60m", 0, 3600 }, { "1h", 0, 3600 },
		{ "0", 0, 0 },     { "4294967295", 0, 4294967295u },      { "4294967296", -1, 0 },
		{ "1193047h", -1, 0 }, { "", -1, 0 }, { "s", -1, 0 },     { "1d", -1, 0 },
		{ "1h30m", -1, 0 }, { "-5", -1, 0 },  { "5 s", -1, 0 },   { "30S", -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned n = 0;

		assert_int_equal(text_parse_duration(cases[i].in, &n), cases[i].rc);
		assert_int_equal(n, cases[i].want);
	}
}

#define TWICE(f) { #f " (C)", f, with_c, NULL, NULL }, { #f " (UTF-8)", f, with_utf8, NULL, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TWICE(test_width),
		TWICE(test_fit),
		TWICE(test_clip),
		TWICE(test_wrap),
		TWICE(test_safe),
		TWICE(test_safe_takes_any_bytes),
		TWICE(test_ascii),
		TWICE(test_seconds),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_duration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
