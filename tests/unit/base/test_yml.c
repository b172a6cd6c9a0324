#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/yml.h"

/* The tree in one line: maps {}, lists [], scalars with ' if quoted, and each value's place. */
static void
show(struct buf *out, const struct yml_node *n)
{
	if (n->key)
		buf_printf(out, "%s@%d:%d=", n->key, n->key_line, n->key_column);
	if (n->kind == YML_SCALAR) {
		buf_printf(out, "%s%s@%d:%d ", n->quoted ? "'" : "", n->value, n->line, n->column);
		return;
	}
	buf_puts(out, n->kind == YML_MAP ? "{" : "[");
	for (const struct yml_node *c = n->child; c; c = c->next)
		show(out, c);
	buf_puts(out, n->kind == YML_MAP ? "}" : "]");
}

static void
test_tree(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "", "{}" },
		{ "# only a comment\n", "{}" },
		{ "a: 1\n", "{a@1:1=1@1:4 }" },
		{ "a: {b: \"x\", c: [1, 'two']}", "{a@1:1={b@1:5='x@1:8 c@1:13=[1@1:17 'two@1:20 ]}}" },
		{ "a:\n  - x\n  - y: z\n", "{a@1:1=[x@2:5 {y@3:5=z@3:8 }]}" },
		{ "한: 글\n", "{한@1:1=글@1:4 }" },
		{ "a:\nb: ~\n", "{a@1:1=@1:3 b@2:1=~@2:4 }" },
		{ "--- text\n", "text@1:5 " },
		{ "a: |\n  one\n  two\n", "{a@1:1='one\ntwo\n@1:4 }" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };
		struct yml_node *n = yml_parse(cases[i].in, strlen(cases[i].in), "t.yaml", &e);

		if (!n)
			fail_msg("%s: %s", cases[i].in, e.msg);
		show(&out, n);
		assert_string_equal(out.s, cases[i].want);
		yml_free(n);
		buf_free(&out);
	}
}

static void
test_refused(void **state)
{
	static const struct { const char *in; size_t len; int line, column; } cases[] = {
		{ "a: &x 1\nb: *x", 0, 1, 4 },
		{ "a: 1\nb: *x", 0, 2, 4 },
		{ "a: !!str 1", 0, 1, 4 },
		{ "a: ! 1", 0, 1, 4 },
		{ "b: &x {c: d}", 0, 1, 4 },
		{ "a: 1\nb: 2\na: 3\n", 0, 3, 1 },
		{ "? [x]\n: 1", 0, 1, 3 },
		{ "a: 1\n--- \nb: 2", 0, 2, 1 },
		{ "a: \"x\\0y\"", 0, 1, 4 },
		{ "a: [1, 2", 0, 2, 1 },
		{ "a: b: c", 0, 1, 5 },
		{ "\ta: 1", 0, 1, 1 },
		{ "a: 1\nb: \xff", 0, 2, 4 },
		{ "a: 1\nb: x\0y", 11, 2, 5 },
		{ "a: {b: [1, {c: &d e}]}", 0, 1, 16 }, /* deep inside: nothing leaks */
		{ "a: {b: {b: 1, b: 2}}", 0, 1, 15 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };

		assert_null(yml_parse(cases[i].in, cases[i].len ? cases[i].len : strlen(cases[i].in), "t.yaml", &e));
		assert_int_equal(e.code, ERR_VALUE);
		assert_string_equal(e.file, "t.yaml");
		if (e.line != cases[i].line || e.column != cases[i].column)
			fail_msg("case %zu: %s", i, e.msg);
	}
}

static void
refuses_many(const char *head, const char *piece, size_t n)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	buf_puts(&text, head);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, piece, i);
	assert_null(yml_parse(text.s, text.len, "t", &e));
	assert_int_equal(e.code, ERR_VALUE);
	buf_free(&text);
}

static void
test_capped(void **state)
{
	(void)state;
	refuses_many("", "[", 500000);
	refuses_many("", "{a: ", 250000);
	refuses_many("", "k%zu: 1\n", 20000);
	refuses_many("", "- 1\n", 200000);
	refuses_many("a: \"", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 20000);
}

static void
test_get(void **state)
{
	struct err e;
	struct yml_node *n = yml_parse("a: {b: c}", 9, "t", &e);

	(void)state;
	assert_string_equal(yml_get(yml_get(n, "a"), "b")->value, "c");
	assert_null(yml_get(n, "x"));
	assert_null(yml_get(yml_get(yml_get(n, "a"), "b"), "x"));
	assert_null(yml_get(NULL, "x"));
	yml_free(n);
	yml_free(NULL);
}

/* What is quoted reads back as the same text, alone and inside {} and []. */
static void
test_quote(void **state)
{
	static const struct { const char *in; bool plain; } cases[] = {
		{ "nginx", true }, { "/etc/nginx/nginx.conf", true }, { "https://chat.example.org:8443", true },
		{ "admin@example.org", true }, { "", false }, { "yes", false }, { "No", false }, { "null", false },
		{ "~", false }, { "123", false }, { "1e5", false }, { "10.0.0.0/8", false }, { "-t", false },
		{ "*", false }, { "a: b", false }, { "a #b", false }, { "a, b", false }, { "[a]", false },
		{ "{a}", false }, { "a:", false }, { "\"q\"", false }, { "back\\slash", false }, { "a\nb", false },
		{ "한국어", false }, { "\x01\x1b", false }, { "\xe2\x80\xae" "x", false }, { " x ", false },
		{ "&a", false }, { "!x", false }, { "%x", false }, { "@x", false }, { "`x", false }, { "'", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf word = BUF_INIT, text = BUF_INIT;
		struct err e = { 0 };
		struct yml_node *n;

		yml_quote(&word, cases[i].in);
		assert_int_equal(word.s[0] != '"', cases[i].plain);
		buf_printf(&text, "a: %s\nb: {c: %s, d: [%s]}\n", word.s, word.s, word.s);
		n = yml_parse(text.s, text.len, "t", &e);
		if (!n)
			fail_msg("%s: %s", text.s, e.msg);
		assert_string_equal(yml_get(n, "a")->value, cases[i].in);
		assert_string_equal(yml_get(yml_get(n, "b"), "c")->value, cases[i].in);
		assert_string_equal(yml_get(yml_get(n, "b"), "d")->child->value, cases[i].in);
		yml_free(n);
		buf_free(&word);
		buf_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_capped),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
