/* test_written.c - what people write into a field is understood, and shown in their words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "setup/state.h"

static void
test_as_the_file_has_it(void **state)
{
	static const struct { const char *key, *text, *file; } cases[] = {
		{ "limits.body", "50 MB", "50M" }, { "limits.body", "50MB", "50M" }, { "limits.body", " 50 m ", "50M" },
		{ "limits.body", "1 GiB", "1G" }, { "limits.body", "1gb", "1G" }, { "limits.body", "104857600", "104857600" },
		{ "limits.body", "50MM", "50MM" }, { "limits.body", "abc", "abc" }, { "limits.body", "50 X", "50 X" },
		{ "limits.stream", "1 h", "1h" }, { "limits.stream", "60 min", "60m" }, { "limits.stream", "60min", "60m" },
		{ "limits.stream", "3600 seconds", "3600s" }, { "limits.stream", "1 Hour", "1h" }, { "limits.stream", "3600", "3600" },
		{ "limits.stream", "1 day", "1 day" }, { "limits.connect", "5 s", "5s" },
		{ "reload", "yes", "true" }, { "reload", "No", "false" }, { "reload", "true", "true" }, { "reload", "n", "false" },
		{ "cdn", "None", "none" }, { "cdn", "other", "other" }, { "cdn", "cloudflare", "cloudflare" },
		{ "public", " 50 MB", " 50 MB" }, /* no field of words or numbers */
	};
	struct arena said = { 0 };
	struct setup s = { .say = &said };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(written_in_file(&s, cases[i].key, cases[i].text), cases[i].file);
	arena_free(&said);
}

static void
test_as_people_say_it(void **state)
{
	(void)state;
	assert_string_equal(written_for_people("reload", "true"), "yes");
	assert_string_equal(written_for_people("reload", "false"), "no");
	assert_string_equal(written_for_people("cdn", "none"), "none");
	assert_string_equal(written_for_people("limits.body", "50M"), "50M");
}

static void
test_what_is_neither_is_refused_in_words(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(written_wrong("reload", "maybe", &e), -1);
	assert_string_equal(e.msg, "Write yes or no.");
	assert_int_equal(written_wrong("cdn", "akamai", &e), -1);
	assert_int_equal(written_wrong("reload", "", &e), 0); /* takes what is found */
	assert_int_equal(written_wrong("reload", "false", &e), 0);
	assert_int_equal(written_wrong("public", "maybe", &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_file_has_it),
		cmocka_unit_test(test_as_people_say_it),
		cmocka_unit_test(test_what_is_neither_is_refused_in_words),
	};

	i18n_init("/nowhere", "en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
