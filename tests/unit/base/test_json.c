#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

static void
collect(void *ctx, const char *key, const struct json *value)
{
	buf_printf(ctx, "%s%s ", key, json_text(value) ? json_text(value) : "");
}

static void
test_write(void **state)
{
	struct json *j = json_object(), *list = json_array();
	struct buf out = BUF_INIT;

	(void)state;
	json_set_int(j, "schema", 1);
	json_set_string(j, "z", "last letter first");
	json_set_string(j, "absent", NULL);
	json_set_real(j, "seconds", 0.0041239999);
	json_set_bool(j, "ready", true);
	json_set(j, "none", NULL);
	json_push(list, json_string("한"));
	json_push(list, json_string("\"\\\n\x01"));
	json_push(list, json_string("a\xff" "b"));
	json_push(list, json_string(NULL));
	json_push(list, json_real(INFINITY));
	json_push(list, NULL);
	json_set(j, "list", list);
	json_set_int(j, "schema", 2); /* keeps its place */
	json_write(&out, j, false);
	assert_string_equal(out.s, "{\"schema\": 2, \"z\": \"last letter first\", \"seconds\": 0.004124, "
	                    "\"ready\": true, \"none\": null, \"list\": [\"한\", \"\\\"\\\\\\n\\u0001\", "
	                    "\"a\xef\xbf\xbd" "b\", null, null, null]}");
	buf_cut(&out, 0);
	json_each(j, collect, &out);
	assert_string_equal(out.s, "schema zlast letter first seconds ready none list ");
	buf_cut(&out, 0);
	json_free(j);
	j = json_object();
	json_set_int(j, "a", 1);
	json_write(&out, j, true);
	assert_string_equal(out.s, "{\n  \"a\": 1\n}");
	json_free(j);
	json_free(NULL);
	buf_free(&out);
}

static void
test_read_never_fails_hard(void **state)
{
	static const char text[] = "{\"s\": \"x\", \"n\": 7, \"b\": true, \"l\": [1, \"two\"], \"o\": {\"s\": \"in\"}}";
	struct err e = { 0 };
	struct json *j = json_parse(text, strlen(text), "t", &e), *copy;

	(void)state;
	assert_non_null(j);
	assert_string_equal(json_get_string(j, "s", "d"), "x");
	assert_string_equal(json_get_string(j, "n", "d"), "d");
	assert_string_equal(json_get_string(j, "missing", "d"), "d");
	assert_string_equal(json_get_string(NULL, "s", "d"), "d");
	assert_int_equal(json_get_int(j, "n", 1), 7);
	assert_int_equal(json_get_int(j, "s", 1), 1);
	assert_true(json_get_bool(j, "b", false));
	assert_true(json_get_bool(j, "n", true));
	assert_int_equal(json_len(json_get(j, "l")), 2);
	assert_int_equal(json_len(j), 0);
	assert_int_equal(json_len(NULL), 0);
	assert_string_equal(json_text(json_at(json_get(j, "l"), 1)), "two");
	assert_null(json_at(json_get(j, "l"), 2));
	assert_null(json_text(json_at(json_get(j, "l"), 0)));
	assert_string_equal(json_get_string(json_get(j, "o"), "s", ""), "in");
	assert_null(json_get(json_get(j, "s"), "s"));
	assert_true(json_is_object(j));
	assert_false(json_is_object(json_get(j, "l")));
	assert_false(json_is_object(NULL));
	assert_true(json_is_array(json_get(j, "l")));
	assert_false(json_is_array(j));
	assert_false(json_is_array(NULL));
	copy = json_copy(json_get(j, "o"));
	json_free(j);
	assert_string_equal(json_get_string(copy, "s", ""), "in");
	json_free(copy);
}

static void
test_wrong(void **state)
{
	static const struct { const char *in; int line; } cases[] = {
		{ "", 1 }, { "{", 1 }, { "{}\n{}", 2 }, { "{\n\"a\": }", 2 }, { "\"\xff\"", 1 },
		{ "\"\\u0000\"", 1 }, { "[99999999999999999999]", 1 }, { "nan", 1 }, { "{\"a\" 1}", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };

		assert_null(json_parse(cases[i].in, strlen(cases[i].in), "x.json", &e));
		assert_int_equal(e.code, ERR_VALUE);
		assert_string_equal(e.file, "x.json");
		assert_int_equal(e.line, cases[i].line);
		assert_true(text_is_utf8(e.msg, strlen(e.msg)));
	}
}

static void
test_deep(void **state)
{
	static const struct { size_t depth; bool ok; } cases[] = { { 64, true }, { 65, false }, { 1000000, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text = BUF_INIT;
		struct err e = { 0 };
		struct json *j;

		for (size_t n = 0; n < cases[i].depth; n++)
			buf_putc(&text, '[');
		buf_puts(&text, "\"[[[\\\"[[[\""); /* brackets in a string do not count */
		for (size_t n = 0; n < cases[i].depth; n++)
			buf_putc(&text, ']');
		j = json_parse(text.s, text.len, "t", &e);
		assert_int_equal(j != NULL, cases[i].ok);
		json_free(j);
		buf_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_read_never_fails_hard),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
