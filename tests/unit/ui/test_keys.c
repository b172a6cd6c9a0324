#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "escape.h"
#include "keys.h"
#include "term.h"

/* Every kind of screen, with all that can hold there. */
static const unsigned screens[] = {
	ON_START, ON_CHOICES, ON_DIRECT | IF_ITEMS, ON_NOTHING | IF_ITEMS, ON_FOUND | IF_ITEMS, ON_PROXY | IF_ITEMS,
	ON_PUBLIC | IF_ITEMS, ON_CHECK, ON_CHECK | IF_ITEMS | IF_SKIP, ON_REVIEW, ON_REVIEW | IF_BUTTON, ON_APPLY,
	ON_RESULT, ON_UNDONE, ON_HELP, ON_GLOSSARY, ON_COMMANDS, ON_QUESTION, ON_INTERRUPTED,
};

static void
test_legend(void **state)
{
	static const struct { unsigned where; int columns; const char *want; } cases[] = {
		{ ON_START, 78, "Enter Start  Left/Right Language  F1 Help  p Line mode, screen reader  q Quit" },
		{ ON_START, 58, "Enter Start  F1 Help  p Line mode, screen reader  q Quit" },
		{ ON_DIRECT | IF_ITEMS, 78, "Enter Next  Esc Back  Tab Field  F1 Help  F5 Check again  q Quit" },
		{ ON_DIRECT | IF_ITEMS, 58, "Enter Next  Esc Back  Tab Field  F1 Help  F5 Again  q Quit" },
		{ ON_DIRECT | IF_ITEMS | IF_TYPING, 78, "Enter Next  Esc Back  Tab Field  F1 Help  F5 Check again  Ctrl-C Quit" },
		{ ON_DIRECT | IF_ITEMS | IF_TYPING, 58, "Enter Next  Esc Back  Tab Field  F1 Help  Ctrl-C Quit" },
		{ ON_FOUND | IF_ITEMS | IF_TYPING, 78, "Enter Next  Esc Back  Tab Field  F1 Help  F5 Check again  Ctrl-C Quit" },
		{ ON_FOUND | IF_ITEMS | IF_TAKE, 78, "Enter Take it  Esc Back  Tab Field  Up/Down Choose  F1 Help  F5 Again  q Quit" },
		{ ON_CHECK | IF_SKIP, 78, "Enter Next  Esc Back  F1 Help  F5 Check again  F9 Review  q Quit" },
		{ ON_CHECK, 78, "Enter Next  Esc Back  F1 Help  F5 Check again  q Quit" },
		{ ON_CHECK | IF_SKIP, 58, "Enter Next  Esc Back  F1 Help  F5 Again  F9 Review  q Quit" },
		{ ON_REVIEW | IF_OPEN, 78, "Enter Read on  Tab Buttons  a Apply  Esc Back  F1 Help  F3 Whole diff  q Quit" },
		{ ON_REVIEW | IF_OPEN, 58, "Enter Read  Tab Buttons  Esc Back  F1 Help  F3 All  q Quit" },
		{ ON_REVIEW | IF_OPEN | IF_BUTTON, 58, "Enter Press  Tab Button  Esc Back  F1 Help  F3 All  q Quit" },
		{ ON_NOTHING | IF_REAL | IF_TYPING, 58, "Enter Look  Esc Back  F1 Help  F8 Practice  Ctrl-C Quit" },
		{ ON_REVIEW, 78, "Enter Read on  Tab Buttons  Esc Back  F1 Help  F3 Whole diff  q Quit" },
		{ ON_RESULT | IF_BUTTON | IF_HOLD, 78, "Enter Press  Esc Stop waiting  Tab Button  F1 Help" },
		{ ON_CHECK | IF_HOLD, 78, "Enter Next  Esc Stop waiting  F1 Help  F5 Check again  q Quit" },
		{ ON_RESULT, 78, "Enter Finish  Tab Button  F1 Help" },
		{ ON_RESULT | IF_AGAIN, 78, "Enter Finish  Tab Button  F1 Help  F5 Check again" },
		{ ON_UNDONE | IF_BACK, 78, "Enter Choose  Esc Back  Up/Down Move  F1 Help  q Quit" },
		{ ON_RESULT | IF_BUTTON, 78, "Enter Press  Tab Button  F1 Help" },
		{ ON_APPLY, 78, "Ctrl-C Undo now and leave  F1 Help" },
		{ ON_INTERRUPTED, 78, "Enter Choose  Up/Down Move  F1 Help  q Quit" },
		{ ON_HELP | IF_SCROLLS, 78, "Esc Close  Up/Down Scroll  Space Page  F2 Glossary" },
		{ ON_HELP, 78, "Esc Close  F2 Glossary" }, /* nothing to scroll */
		{ ON_PROXY, 78, "Enter Next  Esc Back  Up/Down Choose  F1 Help  F5 Look again  q Quit" },
		{ ON_PROXY | IF_ITEMS, 78, "Enter Next  Esc Back  Tab Field  Up/Down Choose  F1 Help  F5 Again  q Quit" },
		{ ON_PUBLIC | IF_ITEMS | IF_SCROLLS, 78, "Enter Next  Esc Back  Tab Field  PgDn Scroll  F1 Help  F5 Check again  q Quit" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = BUF_INIT;

		keys_legend(&b, cases[i].where, cases[i].columns);
		assert_string_equal(b.s, cases[i].want);
		buf_free(&b);
	}
}

/* In every language there is: what must be there fits the small screen. */
static void
test_legend_fits(void **state)
{
	(void)state;
	for (const struct i18n_language *l = i18n_languages; l->code; l++) {
		i18n_set_language(l->code);
		for (size_t i = 0; i < ARRAY_LEN(screens); i++)
			for (int columns = 58; columns <= 78; columns += 20) {
				struct buf b = BUF_INIT;
				const char *name, *label;

				keys_legend(&b, screens[i], columns);
				if (text_width(b.s) > columns)
					fail_msg("%s: %s", l->code, b.s);
				assert_true(b.len > 0);
				assert_true(keys_at(0, screens[i], &name, &label));
				assert_non_null(strstr(b.s, name));
				buf_free(&b);
			}
	}
	i18n_set_language("en");
}

static void
assert_key(const char *language, unsigned where, const char *key)
{
	struct buf b = BUF_INIT, wanted = BUF_INIT, padded = BUF_INIT;

	keys_legend(&b, where, 58);
	buf_printf(&padded, "  %s", b.s);
	buf_printf(&wanted, "  %s ", key);
	if (!strstr(padded.s, wanted.s) || strchr(b.s, '^'))
		fail_msg("%s: no %s in \"%s\"", language, key, b.s);
	buf_free(&b);
	buf_free(&wanted);
	buf_free(&padded);
}

/* What a page cannot do without is there on a small screen too, under the name its texts use. */
static void
test_legend_has_what_is_needed(void **state)
{
	static const struct { unsigned where; const char *key[4]; } cases[] = {
		{ ON_REVIEW | IF_OPEN | IF_ITEMS, { "Tab", "F3" } },
		{ ON_REVIEW | IF_OPEN | IF_ITEMS | IF_BUTTON, { "Tab", "F3" } },
		{ ON_REPAIR | IF_ITEMS | IF_BUTTON, { "Tab", "F3" } },
		{ ON_PROXY | IF_ITEMS | IF_TAKE, { "Tab", "F1", "F5" } },
		{ ON_PROXY | IF_TAKE, { "F5", "q" } },
		{ ON_CHECK | IF_ITEMS | IF_SKIP | IF_TYPING, { "Tab", "F9" } },
		{ ON_START, { "p", "q" } },
		{ ON_HELP | IF_SCROLLS, { "F2" } },
	};

	(void)state;
	for (const struct i18n_language *l = i18n_languages; l->code; l++) {
		i18n_set_language(l->code);
		for (size_t i = 0; i < ARRAY_LEN(cases); i++)
			for (size_t k = 0; k < 4 && cases[i].key[k]; k++)
				assert_key(l->code, cases[i].where, cases[i].key[k]);
		assert_key(l->code, ON_PUBLIC | IF_ITEMS | IF_TYPING | (unsigned)IF_SCROLLS, "Tab");
		assert_key(l->code, ON_PUBLIC | IF_ITEMS | IF_TYPING | (unsigned)IF_SCROLLS, _("PgDn"));
	}
	i18n_set_language("en");
}

static void
test_dispatch(void **state)
{
	static const struct { int key; unsigned where; bool typing; enum act want; } cases[] = {
		{ K_ENTER, ON_REVIEW, false, ACT_MAIN },
		{ 'a', ON_REVIEW, false, ACT_APPLY },
		{ 'a', ON_PUBLIC, false, ACT_NONE },
		{ 0x3141, ON_REVIEW, false, ACT_APPLY }, /* the Korean letter on that key */
		{ 'q', ON_DIRECT, true, ACT_NONE },      /* typed */
		{ 'q', ON_DIRECT, false, ACT_QUIT },
		{ '?', ON_DIRECT, true, ACT_NONE },
		{ K_F1, ON_DIRECT, true, ACT_HELP },
		{ K_F9, ON_CHECK, false, ACT_NONE },     /* not before all have passed */
		{ K_F9, ON_CHECK | IF_SKIP, false, ACT_SKIP },
		{ K_F9, ON_REVIEW | IF_SKIP, false, ACT_NONE },
		{ K_ESC, ON_APPLY, false, ACT_NONE },
		{ K_ESC, ON_INTERRUPTED, false, ACT_NONE },
		{ 'q', ON_APPLY, false, ACT_NONE },
		{ 3, ON_APPLY, false, ACT_STOP },
		{ 3, ON_DIRECT, true, ACT_STOP },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(keys_find(cases[i].key, cases[i].where | (cases[i].typing ? IF_TYPING : 0)), cases[i].want);
}

/* ---- arrows that the line cut in two ---- */

struct heard {
	int    key[16];
	size_t n;
};

static void
hear(void *ctx, int key)
{
	struct heard *h = ctx;

	h->key[h->n++] = key;
}

static void
test_escape(void **state)
{
	static const struct { int key[8]; int gap; int want[8]; } cases[] = {
		{ { K_ESC, '[', 'A' }, 50, { K_ESC, K_UNESC, K_UP } },
		{ { K_ESC, 'O', 'P' }, 50, { K_ESC, K_UNESC, K_F1 } },
		{ { K_ESC, '[', '5', '~' }, 50, { K_ESC, K_UNESC, K_PAGE_UP } },
		{ { K_ESC, '[', 'A' }, 300, { K_ESC, '[', 'A' } },       /* typed by hand, slowly */
		{ { K_ESC, 'x' }, 50, { K_ESC, 'x' } },
		{ { K_ESC, '[', 'x' }, 50, { K_ESC, '[', 'x' } },
		{ { K_ESC, '[', 'Q' }, 50, { K_ESC, '[', 'Q' } },        /* no key that we know */
		{ { '[', 'A' }, 50, { '[', 'A' } },
		{ { K_ESC, '[', K_ENTER }, 50, { K_ESC, '[', K_ENTER } },
		{ { K_ESC, '[', '1', ';', '5', 'C' }, 20, { K_ESC, K_UNESC, K_WORD_RIGHT } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct escape x = { 0 };
		struct heard h = { .n = 0 };
		long long now = 1000;

		for (const int *k = cases[i].key; *k; k++, now += cases[i].gap)
			escape_feed(&x, *k, now, hear, &h);
		escape_flush(&x, hear, &h);
		for (size_t k = 0; k < h.n || cases[i].want[k]; k++)
			assert_int_equal(h.key[k], cases[i].want[k]);
	}
}

/* Nothing that can be sent behind Esc is lost or makes it write beside its buffer. */
static void
test_escape_endless(void **state)
{
	struct escape x = { 0 };
	struct heard h = { .n = 0 };

	(void)state;
	escape_feed(&x, K_ESC, 1, hear, &h);
	escape_feed(&x, '[', 2, hear, &h);
	for (int i = 0; i < 1000; i++) {
		escape_feed(&x, '1', 3, hear, &h);
		if (h.n > 12)
			h.n = 0;
	}
	assert_false(escape_holds(&x));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legend),
		cmocka_unit_test(test_legend_fits),
		cmocka_unit_test(test_legend_has_what_is_needed),
		cmocka_unit_test(test_dispatch),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_escape_endless),
	};
	char locale[512];

	setenv("LC_ALL", "C.UTF-8", 1);
	snprintf(locale, sizeof(locale), "%s/locale", getenv("B") ? getenv("B") : "build");
	i18n_init(locale, "en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
