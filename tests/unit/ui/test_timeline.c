#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "timeline.h"

#define NEVER -1.0

static const struct check_timeline
	good = { .sent = { 0, 0.25, 0.5, 0.75, 1 }, .arrived = { 0.002, 0.252, 0.503, 0.752, 1.006 }, .n = 5, .deadline = 5 },
	late = { .sent = { 0, 0.25, 0.5, 0.75, 1 }, .arrived = { 1.3, 1.3, 1.3, 1.3, 1.3 }, .n = 5, .deadline = 5 },
	none = { .sent = { 0, 0.25, 0.5, 0.75, 1 }, .arrived = { NEVER, NEVER, NEVER, NEVER, NEVER }, .n = 5, .deadline = 5 },
	part = { .sent = { 0, 0.25, 0.5, 0.75, 1 }, .arrived = { 0, 0.25, NEVER, NEVER, NEVER }, .n = 5, .deadline = 5 },
	cut  = { .sent = { 0, 0.25, 0.5, 0.75, 1 }, .arrived = { 0, 0.25, NEVER, NEVER, NEVER }, .n = 5, .deadline = 5, .cut = true },
	wait = { .sent = { 0, 0.25, 0.5, 0.75, 1 }, .arrived = { 0.5, 0.5, 0.75, 0.75, 1 }, .n = 5, .deadline = 5 },
	slow = { .sent = { 0, 0, 0, 0, 0, 0, 0, 0 }, .arrived = { 26, 26, 26, 26, 26, 26, 26, 26 }, .n = 8, .deadline = 30 };

static void
test_rows(void **state)
{
	static const struct { const struct check_timeline *t; int columns; double length; const char *arrived; } cases[] = {
		{ &good, 46, 1, "*---------*---------*---------*---------*" },
		{ &late, 46, 2, "..........................5" },
		{ &none, 52, 5, "..................................................>" },
		{ &part, 52, 5, "*-*...............................................>" },
		{ &cut, 46, 1, "*---------*x" },
		{ &wait, 46, 1, "....................2---------2---------*" },
		{ &slow, 61, 30, "....................................................8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct timeline_scale k = timeline_scale(&cases[i].t, 1, cases[i].columns);
		struct buf b = BUF_INIT;

		assert_true(k.length == cases[i].length);
		assert_true(k.columns <= cases[i].columns);
		timeline_arrived(&b, &k, cases[i].t);
		assert_string_equal(b.s, cases[i].arrived);
		buf_free(&b);
	}
}

static void
test_scale(void **state)
{
	const struct check_timeline *both[] = { &good, &none };
	struct timeline_scale k = timeline_scale(both, 2, 52);
	struct buf b = BUF_INIT;

	(void)state;
	assert_true(k.length == 5);
	timeline_seconds(&b, &k);
	assert_string_equal(b.s, "0         1         2         3         4         5");
	buf_cut(&b, 0);
	timeline_sent(&b, &k, &good);
	assert_string_equal(b.s, "*-*--*-*--*");
	buf_cut(&b, 0);
	k = timeline_scale(both, 1, 46);
	timeline_seconds(&b, &k);
	assert_string_equal(b.s, "0         0.25      0.5       0.75      1");
	/* A window too narrow for anything is no reason to write beside it. */
	for (int columns = -5; columns < 200; columns++) {
		k = timeline_scale(both, 2, columns);
		buf_cut(&b, 0);
		timeline_arrived(&b, &k, &none);
		assert_true(b.len <= 129);
	}
	buf_free(&b);
}

static void
test_words(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	timeline_words(&b, &good);
	assert_string_equal(b.s, "sent at 0, 0.25, 0.50, 0.75, 1.0 seconds; arrived at 0.002, 0.25, 0.50, 0.75, 1.0 seconds");
	buf_cut(&b, 0);
	timeline_words(&b, &none);
	assert_string_equal(b.s, "sent at 0, 0.25, 0.50, 0.75, 1.0 seconds; nothing arrived");
	buf_cut(&b, 0);
	assert_true(timeline_worst(&b, &good));
	assert_non_null(strstr(b.s, "The slowest event arrived 0.00"));
	buf_cut(&b, 0);
	assert_false(timeline_worst(&b, &none)); /* there is none that could be the slowest */
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_words),
	};

	i18n_init("/nowhere", "en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
