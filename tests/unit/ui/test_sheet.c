#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "edit.h"
#include "sheet.h"

/* A sheet as text, a line a row. */
static const char *
text_of(const struct sheet *s)
{
	static char out[4096];
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < s->n; i++) {
		int col = 0;

		for (size_t k = 0; k < s->row[i].n; k++) {
			for (; col < s->row[i].span[k].col; col++)
				buf_putc(&b, ' ');
			buf_puts(&b, s->row[i].span[k].text);
			col += text_width(s->row[i].span[k].text);
		}
		buf_putc(&b, '\n');
	}
	snprintf(out, sizeof(out), "%s", b.s);
	buf_free(&b);
	return out;
}

static void
test_paragraphs(void **state)
{
	static const struct { int width, col; const char *text, *want; } cases[] = {
		{ 20, 0, "one two three four five", "one two three four\nfive\n" },
		{ 20, 4, "one two three four", "    one two three\n    four\n" },
		{ 30, 0, "write /etc/nginx/sites-available/openchamber.conf, and the link",
		  "write\n/etc/nginx/sites-available/\nopenchamber.conf, and the link\n" },
		{ 30, 0, "/etc/nginx/sites-available/openchamber-talk.example.org.conf",
		  "/etc/nginx/sites-available/\nopenchamber-talk.example.org.\nconf\n" },
		{ 10, 0, "aaaaaaaaaaaaaaaaaaaaaaaaa b", "aaaaaaaaaa\naaaaaaaaaa\naaaaa b\n" },
		{ 10, 0, "\355\225\234\352\270\200 \355\225\234\352\270\200 \355\225\234\352\270\200",
		  "\355\225\234\352\270\200 \355\225\234\352\270\200\n\355\225\234\352\270\200\n" },
		{ 20, 0, "a\nb\n\nc", "a\nb\n\nc\n" },
		{ 9, 0, "https://chat.example.org", "https://c\nhat.\nexample.\norg\n" }, /* never within :// */
		{ 20, 0, "", "" },
		{ 1, 5, "x y", "     x\n     y\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sheet s;

		sheet_start(&s, cases[i].width);
		sheet_para(&s, ROW_KEEP, cases[i].col, false, cases[i].text);
		assert_string_equal(text_of(&s), cases[i].want);
		sheet_free(&s);
	}
}

static void
build(struct sheet *s)
{
	sheet_start(s, 40);
	sheet_why(s, "The first sentence. The second one is longer and wraps around.");
	sheet_gap(s);
	sheet_row(s, ROW_KEEP);
	sheet_put(s, 0, ROLE_TEXT, "field");
	sheet_row(s, ROW_HINT);
	sheet_put(s, 0, ROLE_TEXT, "hint");
	sheet_gap(s);
	for (int i = 0; i < 3; i++) {
		sheet_row(s, ROW_PASSED)->brief = i == 0 ? "name" : i == 1 ? "ports" : "sites";
		sheet_put(s, 0, ROLE_TEXT, "pass");
	}
	sheet_row(s, ROW_KEEP);
	sheet_put(s, 0, ROLE_TEXT, "fail");
	sheet_gap(s);
	sheet_para(s, ROW_KEEP, 0, false, "Press Enter.");
}

/* What goes goes in a fixed order, and what must stay stays however small it gets. */
static void
test_fit(void **state)
{
	static const struct { size_t rows; const char *want; bool fits; } cases[] = {
		{ 12, "The first sentence. The second one is\nlonger and wraps around.\n\nfield\nhint\n\npass\npass\npass\nfail\n\nPress Enter.\n", true },
		{ 11, "The first sentence. The second one is\nlonger and wraps around.\n\nfield\nhint\n\npass\npass\npass\nfail\nPress Enter.\n", true },
		{ 9, "The first sentence. The second one is\nlonger and wraps around.\nfield\nhint\npass\npass\npass\nfail\nPress Enter.\n", true },
		{ 8, "The first sentence.\nfield\nhint\npass\npass\npass\nfail\nPress Enter.\n", true },
		{ 7, "The first sentence.\nfield\npass\npass\npass\nfail\nPress Enter.\n", true },
		{ 6, "The first sentence.\nfield\nhint\n\xe2\x9c\x93 name  \xe2\x9c\x93 ports  \xe2\x9c\x93 sites\nfail\nPress Enter.\n", true },
		{ 5, "The first sentence.\nfield\n\xe2\x9c\x93 name  \xe2\x9c\x93 ports  \xe2\x9c\x93 sites\nfail\nPress Enter.\n", true },
		{ 3, "The first sentence.\nfield\n\xe2\x9c\x93 name  \xe2\x9c\x93 ports  \xe2\x9c\x93 sites\nfail\nPress Enter.\n", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sheet s;

		build(&s);
		assert_int_equal(sheet_fit(&s, cases[i].rows), cases[i].fits);
		assert_string_equal(text_of(&s), cases[i].want);
		sheet_free(&s);
	}
}

/* A hint of several rows goes whole, and one of another field stays where that is enough. */
static void
test_hints_go_whole(void **state)
{
	struct sheet s;

	(void)state;
	sheet_start(&s, 12);
	sheet_row(&s, ROW_HINT);
	sheet_put(&s, 0, ROLE_TEXT, "first hint");
	sheet_row(&s, ROW_KEEP);
	sheet_put(&s, 0, ROLE_TEXT, "field");
	sheet_para(&s, ROW_HINT, 0, false, "another hint that wraps");
	assert_string_equal(text_of(&s), "first hint\nfield\nanother hint\nthat wraps\n");
	assert_true(sheet_fit(&s, 3));
	assert_string_equal(text_of(&s), "first hint\nfield\n");
	sheet_free(&s);
}

static void
test_scroll(void **state)
{
	struct sheet s;

	(void)state;
	sheet_start(&s, 40);
	for (int i = 0; i < 10; i++)
		sheet_row(&s, ROW_KEEP);
	assert_int_equal(sheet_cursor_row(&s), -1);
	assert_int_equal(sheet_top(&s, 4, 0), 0);
	assert_int_equal(sheet_top(&s, 4, 99), 6);
	s.row[8].cursor = 3;
	assert_int_equal(sheet_top(&s, 4, 0), 5);
	assert_int_equal(sheet_top(&s, 20, 5), 0);
	sheet_free(&s);
}

/* ---- the line that is typed ---- */

static void
test_edit_scrolls(void **state)
{
	struct edit f = { .len = 0 };
	struct buf b = BUF_INIT;
	int cursor;

	(void)state;
	edit_set(&f, "0123456789abcdef", false);
	edit_show(&f, 10, true, &b, &cursor);
	assert_string_equal(b.s, "789abcdef ");
	assert_int_equal(cursor, 9);
	f.cursor = 0;
	buf_cut(&b, 0);
	edit_show(&f, 10, true, &b, &cursor);
	assert_string_equal(b.s, "0123456789");
	assert_int_equal(cursor, 0);
	buf_cut(&b, 0);
	edit_show(&f, 10, false, &b, NULL);
	assert_string_equal(b.s, "0123456789");
	buf_cut(&b, 0);
	edit_set(&f, "secret", true);
	edit_show(&f, 10, true, &b, &cursor);
	assert_string_equal(b.s, "******    ");
	buf_cut(&b, 0);
	edit_set(&f, "\355\225\234\352\270\200\355\225\234\352\270\200\355\225\234\352\270\200", false); /* 12 columns */
	edit_show(&f, 9, true, &b, &cursor);
	assert_string_equal(b.s, "\355\225\234\352\270\200\355\225\234\352\270\200 ");
	assert_int_equal(cursor, 8);
	edit_wipe(&f);
	buf_free(&b);
}

/* However much is typed or pasted, it is capped and never splits a character. */
static void
test_edit_is_capped(void **state)
{
	struct edit f = { .len = 0 };

	(void)state;
	for (int i = 0; i < 5000; i++)
		assert_true(edit_key(&f, 0xd55c));
	assert_true(f.len < EDIT_MAX);
	assert_true(text_is_utf8(f.text, f.len));
	for (int i = 0; i < 5000; i++)
		edit_key(&f, 0x7f); /* not a character */
	assert_false(edit_paste(&f, "a\033b", 3));
	assert_false(edit_paste(&f, "\xff", 1));
	assert_true(edit_paste(&f, "a\nb", 3));
	assert_true(f.len < EDIT_MAX);
	edit_wipe(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paragraphs),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_hints_go_whole),
		cmocka_unit_test(test_scroll),
		cmocka_unit_test(test_edit_scrolls),
		cmocka_unit_test(test_edit_is_capped),
	};

	setenv("LC_ALL", "C.UTF-8", 1);
	i18n_init("/nowhere", "en");
	draw_signs("xterm", true, "en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
