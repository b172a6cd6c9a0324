#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "base/tmpl.h"

/* Quotes blanks, refuses a dollar. */
static int
escape(struct buf *out, const char *value, struct err *e)
{
	if (strchr(value, '$'))
		return err_set(e, ERR_VALUE, "no dollar");
	buf_printf(out, strchr(value, ' ') ? "\"%s\"" : "%s", value);
	return 0;
}

static const struct tmpl_value values[] = {
	{ "host", "example.org" },
	{ "words", "a b" },
	{ "money", "$1" },
	{ "tag", "{{host}}" },
	{ "empty", "" },
	{ "none", NULL },
	{ "lines", "\001a \"b\";\n$c;" },
};

static void
test_render(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "", "" },
		{ "plain { } text\n", "plain { } text\n" },
		{ "name {{host}};", "name example.org;" },
		{ "{{words}}", "\"a b\"" },
		{ "{{host}}}", "example.org}" },
		{ "{{lines}}", "a \"b\";\n$c;" }, /* made of parts that were quoted already */
		{ "{{tag}}", "{{host}}" }, /* what is put in is not read again */
		{ "a{{! comment }}b", "ab" },
		{ "a\n\t{{! alone }}\nb", "a\nb" },
		{ "{{#host}}yes{{/host}}{{^host}}no{{/host}}", "yes" },
		{ "{{#empty}}yes{{/empty}}{{^empty}}no{{/empty}}", "no" },
		{ "{{#none}}yes{{/none}}{{^none}}no{{/none}}", "no" },
		{ "{\n\t{{#host}}\n\tx {{host}};\n\t{{/host}}\n}\n", "{\n\tx example.org;\n}\n" },
		{ "{\n\t{{#none}}\n\tx {{none}};\n\t{{/none}}\n}\n", "{\n}\n" },
		{ "{{#none}}{{#host}}x{{/host}}{{^host}}y{{/host}}{{/none}}z", "z" },
		{ "{{#host}}{{^none}}x{{/none}}{{/host}}", "x" },
		{ "{{#none}}{{money}}{{/none}}", "" },
		{ "a {{#host}}b\n{{/host}}c", "a b\nc" },
		{ "a{{", "a{{" },
		{ "{{#host}}\nlast\n{{/host}}", "last\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };

		buf_puts(&out, "  "); /* what is there already is not touched */
		if (tmpl_render(&out, "t", cases[i].in, values, ARRAY_LEN(values), escape, &e) < 0)
			fail_msg("%s: %s", cases[i].in, e.msg);
		assert_string_equal(out.s + 2, cases[i].want);
		assert_memory_equal(out.s, "  ", 2);
		buf_free(&out);
	}
}

static void
test_errors(void **state)
{
	static const struct { const char *in; int line; } cases[] = {
		{ "\n\n{{unknown}}", 3 },
		{ "{{#unknown}}{{/unknown}}", 1 },
		{ "{{#none}}{{unknown}}{{/none}}", 1 }, /* a spelling mistake is found even where it is not used */
		{ "\n{{money}}", 2 },
		{ "{{none}}", 1 },
		{ "{{empty}}", 1 },
		{ "{{}}", 1 },
		{ "{{ host }}", 1 },
		{ "x\n{{#host}}\n\n", 2 },
		{ "{{/host}}", 1 },
		{ "{{#host}}\n{{/words}}", 2 },
		{ "{{#host}}\n{{! a\nb }}\n{{/words}}", 4 },
		{ "{{#host}}{{#host}}{{#host}}{{#host}}{{#host}}{{#host}}{{#host}}{{#host}}\n{{#host}}", 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };

		buf_puts(&out, "kept");
		assert_int_equal(tmpl_render(&out, "t.conf", cases[i].in, values, ARRAY_LEN(values), escape, &e), -1);
		assert_int_equal(e.code, ERR_VALUE);
		assert_int_equal(e.line, cases[i].line);
		assert_string_equal(e.file, "t.conf");
		assert_string_equal(out.s, "kept");
		buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_render),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
