#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

static void
test_arena(void **state)
{
	struct arena a = { 0 };
	char *first = arena_strdup(&a, "first");

	(void)state;
	for (size_t size = 0; size < 20000; size = size * 2 + 1) {
		unsigned char *p = arena_alloc(&a, size);

		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
	assert_string_equal(first, "first");
	assert_null(arena_strdup(&a, NULL));
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(&a, "ab\0cd", 5), "ab");
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	arena_free(&a);
	assert_null(a.blocks);
	assert_string_equal(arena_strdup(&a, "again"), "again");
	arena_free(&a);
}

static void
give_back(void)
{
	_exit(42); /* stands for the face that restores the terminal */
}

static void
test_no_memory_calls_the_hook(void **state)
{
	const pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		mem_die_hook = give_back;
		xreallocarray(NULL, SIZE_MAX / 2, 3);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
}

static void
test_grow(void **state)
{
	size_t *v = NULL, n = 0, cap = 0;

	(void)state;
	for (; n < 1000; n++) {
		const size_t before = cap;

		v = xgrow(v, n, &cap, sizeof(*v));
		assert_true(cap > n);
		if (n < before)
			assert_int_equal(cap, before);
		v[n] = n;
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(v[i], i);
	free(v);
}

static void
test_wipe(void **state)
{
	char secret[] = "secret";

	(void)state;
	mem_wipe(secret, sizeof(secret));
	for (size_t i = 0; i < sizeof(secret); i++)
		assert_int_equal(secret[i], 0);
	mem_wipe(NULL, 5);
}

static void
test_buf(void **state)
{
	struct buf b = BUF_INIT;
	char *s;

	(void)state;
	assert_string_equal(b.s, "");
	buf_cut(&b, 0);
	buf_eat(&b, 5);
	buf_add(&b, NULL, 0);
	buf_puts(&b, "abc");
	buf_putc(&b, 'd');
	buf_printf(&b, "%03d", 7);
	assert_string_equal(b.s, "abcd007");
	buf_cut(&b, 100);
	assert_int_equal(b.len, 7);
	buf_cut(&b, 5);
	assert_string_equal(b.s, "abcd0");
	buf_eat(&b, 2);
	assert_string_equal(b.s, "cd0");
	buf_add(&b, "\0x", 2);
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.s, "cd0\0x", 6);
	buf_eat(&b, 100);
	assert_int_equal(b.len, 0);
	buf_free(&b);
	s = buf_detach(&b);
	assert_string_equal(s, "");
	free(s);
	for (int i = 0; i < 5000; i++)
		buf_putc(&b, 'x');
	s = buf_detach(&b);
	assert_int_equal(strlen(s), 5000);
	assert_int_equal(b.len, 0);
	free(s);
}

static void
test_buf_add_max(void **state)
{
	static const struct { size_t len, max; bool whole; size_t want; } cases[] = {
		{ 4, 10, true,  7 },
		{ 7, 10, true,  10 },
		{ 8, 10, false, 10 },
		{ 1, 3,  false, 3 },
		{ 0, 3,  true,  3 },
		{ 1, 2,  false, 3 }, /* already over: nothing is taken away */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = BUF_INIT;

		buf_puts(&b, "abc");
		assert_int_equal(buf_add_max(&b, "12345678", cases[i].len, cases[i].max), cases[i].whole);
		assert_int_equal(b.len, cases[i].want);
		buf_free(&b);
	}
}

static void
test_err(void **state)
{
	struct err e = { 0 };
	char long_name[600];

	(void)state;
	assert_int_equal(err_set(&e, ERR_VALUE, "%s is wrong", "x"), -1);
	assert_string_equal(e.msg, "x is wrong");
	assert_int_equal(e.code, ERR_VALUE);
	errno = ENOENT;
	assert_int_equal(err_sys(&e, ERR_IO, "Cannot open %s", "f"), -1);
	assert_int_equal(e.sys, ENOENT);
	assert_string_equal(e.msg, "Cannot open f: No such file or directory");
	err_at(&e, ERR_VALUE, "a.yaml", 7, 12, "bad");
	assert_string_equal(e.msg, "a.yaml:7:12: bad");
	assert_string_equal(e.file, "a.yaml");
	assert_int_equal(e.line, 7);
	assert_int_equal(e.column, 12);
	assert_int_equal(e.sys, 0);
	err_at(&e, ERR_VALUE, e.file, 7, 0, "%s", e.msg); /* wraps itself */
	assert_string_equal(e.msg, "a.yaml:7: a.yaml:7:12: bad");
	err_at(&e, ERR_VALUE, "a.yaml", 0, 3, "bad");
	assert_string_equal(e.msg, "a.yaml: bad");
	err_at(&e, ERR_VALUE, "a.yaml", -1, 3, "bad"); /* a number too large for one */
	assert_string_equal(e.msg, "a.yaml: bad");
	assert_int_equal(e.line, 0);
	assert_int_equal(e.column, 0);
	err_at(&e, ERR_VALUE, NULL, 0, 0, "bad");
	assert_string_equal(e.msg, "bad");
	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	err_at(&e, ERR_VALUE, long_name, 2147483647, 2147483647, "%s%s", long_name, long_name);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
	err_set(&e, ERR_VALUE, "short");
	assert_string_equal(e.file, "");
}

/* What is quoted in a message may come from a file or a server that wants to write on the screen. */
static void
test_err_is_clean(void **state)
{
	static const struct { const char *given, *want; } cases[] = {
		{ "plain", "plain is wrong" },
		{ "한국 zażółć", "한국 zażółć is wrong" },
		{ "\033[2J\a", "?[2J? is wrong" },
		{ "two\nlines", "two lines is wrong" },
		{ "\xff\xed\x95", "??? is wrong" },
		{ "\xc2\x9b" "2J \xe2\x80\xae", "?2J ? is wrong" },
	};
	char words[900] = "";
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		err_set(&e, ERR_VALUE, "%s is wrong", cases[i].given);
		assert_string_equal(e.msg, cases[i].want);
		err_at(&e, ERR_VALUE, cases[i].given, 1, 0, "wrong");
		assert_memory_equal(e.msg, cases[i].want, strlen(cases[i].want) - strlen(" is wrong"));
		assert_string_equal(e.file, cases[i].given); /* but a path is what it is */
	}
	for (size_t n = 0; n < 4; n++) { /* cut between characters, wherever the end falls */
		memset(words, 'n', n);
		for (size_t i = n; i + 4 < sizeof(words); i += 3)
			memcpy(words + i, "한", 4);
		err_set(&e, ERR_VALUE, "%s", words);
		assert_true(strlen(e.msg) >= sizeof(e.msg) - 6);
		assert_true(text_is_utf8(e.msg, strlen(e.msg)));
		assert_null(strchr(e.msg, '?'));
	}
}

static void
test_err_codes(void **state)
{
	static const struct { enum err_code code; const char *name; int status; } cases[] = {
		{ ERR_NONE, "none", 0 },     { ERR_FAILED, "failed", 1 }, { ERR_USAGE, "usage", 2 },
		{ ERR_MISSING, "missing", 3 }, { ERR_VALUE, "value", 4 }, { ERR_CONFLICT, "conflict", 1 },
		{ ERR_NET, "net", 5 },       { ERR_CHILD, "child", 5 },   { ERR_IO, "io", 1 },
		{ ERR_ROLLBACK, "rollback", 6 }, { ERR_CANCELLED, "cancelled", 130 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(err_name(cases[i].code), cases[i].name);
		assert_int_equal(err_status(cases[i].code), cases[i].status);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_no_memory_calls_the_hook),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_buf_add_max),
		cmocka_unit_test(test_err),
		cmocka_unit_test(test_err_is_clean),
		cmocka_unit_test(test_err_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
