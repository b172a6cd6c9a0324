#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"

static char *dir;

/* A catalogue as msgfmt would write it: two messages, sorted. */
static void
catalogue(const char *code, const char *dot, const char *hello)
{
	const char *ids[] = { "", ".", "hello" };
	const char *texts[] = { "Content-Type: text/plain; charset=UTF-8\n", dot, hello };
	uint32_t head[7] = { 0x950412de, 0, 3, 28, 28 + 24, 0, 0 };
	uint32_t table[12];
	struct buf mo = BUF_INIT, strings = BUF_INIT;
	struct arena a = { 0 };
	struct err e;
	char *path;

	for (int i = 0; i < 6; i++) {
		const char *s = i < 3 ? ids[i] : texts[i - 3];

		table[2 * i] = (uint32_t)strlen(s);
		table[2 * i + 1] = (uint32_t)(28 + 48 + strings.len);
		buf_add(&strings, s, strlen(s) + 1);
	}
	buf_add(&mo, head, sizeof(head));
	buf_add(&mo, table, sizeof(table));
	buf_add(&mo, strings.s, strings.len);
	path = arena_printf(&a, "%s/%s/LC_MESSAGES/antechamber.mo", dir, code);
	assert_int_equal(fs_mkdirs(fs_dirname(&a, path), 0700, &e), 0);
	assert_int_equal(fs_write(path, mo.s, mo.len, 0600, &e), 0);
	arena_free(&a);
	buf_free(&mo);
	buf_free(&strings);
}

static int
setup(void **state)
{
	struct err e;

	(void)state;
	dir = fs_mkdtemp("antechamber-test", &e);
	if (!dir)
		return -1;
	catalogue("ko", ".", "안녕");
	catalogue("pl", ",", "cześć");
	catalogue("qx", ".", "hello hello"); /* in no table: a pseudo-language for tests */
	return 0;
}

static int
teardown(void **state)
{
	struct err e;

	(void)state;
	fs_remove_tree(dir, &e);
	free(dir);
	return 0;
}

static void
test_the_environment(void **state)
{
	static const struct { const char *all, *lang, *language, *option; const char *want; bool utf8; } cases[] = {
		{ NULL, NULL, NULL, NULL, "en", false },
		{ NULL, "C", NULL, NULL, "en", false },
		{ NULL, "C.UTF-8", NULL, NULL, "en", true },
		{ NULL, "ko_KR.UTF-8", NULL, NULL, "ko", true },   /* not installed: the common case over SSH */
		{ NULL, "ko_KR.utf8", NULL, NULL, "ko", true },
		{ NULL, "pl_PL", NULL, NULL, "pl", false },        /* letters without marks, but Polish */
		{ NULL, "de_DE.UTF-8", NULL, NULL, "en", true },
		{ "pl_PL.UTF-8", "ko_KR.UTF-8", NULL, NULL, "pl", true },
		{ NULL, "C.UTF-8", "ko", NULL, "ko", true },
		{ NULL, "C.UTF-8", "de:pl:ko", NULL, "pl", true },
		{ NULL, "C.UTF-8", "pl_PL", NULL, "pl", true },
		{ NULL, "C.UTF-8", "qx", NULL, "qx", true },
		{ NULL, "C", "ko", NULL, "en", false },            /* gettext's own rule */
		{ NULL, "C", NULL, "pl", "pl", false },
		{ NULL, "ko_KR.UTF-8", "ko", "en", "en", true },
		{ NULL, "ko_KR.UTF-8", NULL, "xx", "ko", true },   /* no such language: the environment */
		{ NULL, "ko_KR.UTF-8", NULL, "../../x", "ko", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG", "LANGUAGE" };

		for (size_t n = 0; n < ARRAY_LEN(names); n++)
			unsetenv(names[n]);
		setlocale(LC_ALL, "C");
		if (cases[i].all)
			setenv("LC_ALL", cases[i].all, 1);
		if (cases[i].lang)
			setenv("LANG", cases[i].lang, 1);
		if (cases[i].language)
			setenv("LANGUAGE", cases[i].language, 1);
		i18n_init(dir, cases[i].option);
		if (strcmp(i18n_language(), cases[i].want) != 0 || i18n_is_utf8() != cases[i].utf8)
			fail_msg("case %zu: %s, UTF-8: %d", i, i18n_language(), i18n_is_utf8());
		assert_string_equal(_("hello"), strcmp(cases[i].want, "ko") == 0 ? "안녕" :
		                    strcmp(cases[i].want, "pl") == 0 ? "cześć" :
		                    strcmp(cases[i].want, "qx") == 0 ? "hello hello" : "hello");
		assert_string_equal(setlocale(LC_NUMERIC, NULL), "C");
	}
	assert_string_equal(i18n_localedir(), dir);
}

static void
test_switching(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	setenv("LANG", "C.UTF-8", 1);
	i18n_init(dir, "en");
	for (int i = 0; i < 3; i++) {
		assert_string_equal(_("hello"), "hello");
		assert_true(i18n_set_language("ko"));
		assert_string_equal(_("hello"), "안녕");
		assert_true(i18n_set_language("pl_PL.UTF-8"));
		assert_string_equal(i18n_language(), "pl");
		assert_string_equal(_("hello"), "cześć");
		assert_false(i18n_set_language("zz"));
		assert_false(i18n_set_language(""));
		assert_string_equal(_("hello"), "cześć");
		buf_cut(&out, 0);
		text_seconds(&out, 0.35);
		assert_string_equal(out.s, "0,35");
		assert_true(i18n_set_language("en"));
	}
	buf_free(&out);
}

static void
test_the_table(void **state)
{
	(void)state;
	assert_string_equal(i18n_languages[0].code, "en");
	for (const struct i18n_language *l = i18n_languages; l->code; l++) {
		assert_true(text_is_utf8(l->name, strlen(l->name)));
		assert_true(text_width(l->name) > 0);
		assert_true(i18n_set_language(l->code));
		assert_string_equal(i18n_language(), l->code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_environment),
		cmocka_unit_test(test_switching),
		cmocka_unit_test(test_the_table),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
