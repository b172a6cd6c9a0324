/* Expressions as people write them, and such as nobody should try. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/nginx_regex.h"

static void
test_answers(void **state)
{
	static const struct { const char *pattern, *subject; enum ngx_regex want; } cases[] = {
		{ "^/api/(.*)$", "/api/x", REGEX_YES },
		{ "^(?<n>chat|talk)\\.example\\.(org|net)$", "talk.example.net", REGEX_YES },
		{ "^(?:a+)+$", "aaa", REGEX_YES },
		{ "a+?b*+c?d", "aacd", REGEX_YES },
		{ "^[^/]{2,4}/\\d+$", "abc/12", REGEX_YES },
		{ "^www\\d+\\.x$", "www.x", REGEX_NO },
		{ "(a|b)*c", "ababc", REGEX_YES },
		{ "^a||b", "b", REGEX_YES },
		{ "()", "x", REGEX_YES },
		{ "(a)(b)+(c){2}", "abcc", REGEX_YES },
		{ "\\.(png|jpe?g)$", "/a.jpg", REGEX_YES },
		{ "^/x{0,}$", "/xx", REGEX_YES },
		{ "*a", "a", REGEX_UNKNOWN },
		{ "a)", "a", REGEX_UNKNOWN },
		{ "(a", "a", REGEX_UNKNOWN },
		{ "a{64}{64}", "a", REGEX_UNKNOWN },
		{ "a+++", "a", REGEX_UNKNOWN },
		{ "a|*", "a", REGEX_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (ngx_regex(cases[i].pattern, false, cases[i].subject) != cases[i].want)
			fail_msg("%s: %s", cases[i].pattern, cases[i].subject);
	assert_int_equal(ngx_regex("^/API/", true, "/api/"), REGEX_YES);
	assert_int_equal(ngx_regex("^/API/", false, "/api/"), REGEX_NO);
}

/* Groups that are repeated in groups that are repeated: each level doubles what is inside. */
static void
test_nesting_has_an_end(void **state)
{
	char pattern[300];

	(void)state;
	for (size_t depth = 1; depth < 60; depth++) {
		char *p = pattern;
		enum ngx_regex got;

		for (size_t i = 0; i < depth; i++)
			*p++ = '(';
		*p++ = 'x';
		for (size_t i = 0; i < depth; i++, p += 2)
			memcpy(p, ")+", 2);
		*p = '\0';
		got = ngx_regex(pattern, false, "xx");
		assert_int_equal(got, depth <= 4 ? REGEX_YES : REGEX_UNKNOWN);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_nesting_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
