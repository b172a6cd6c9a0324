#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "apply/diff.h"
#include "base/fs.h"
#include "base/mem.h"

static void
test_table(void **state)
{
	static const struct { const char *was, *is, *want; } cases[] = {
		{ "", "", "" },
		{ "a\nb\n", "a\nb\n", "" },
		{ "", "a\n", "--- o\n+++ n\n@@ -0,0 +1 @@\n+a\n" },
		{ "", "a\nb\n", "--- o\n+++ n\n@@ -0,0 +1,2 @@\n+a\n+b\n" },
		{ "a\n", "", "--- o\n+++ n\n@@ -1 +0,0 @@\n-a\n" },
		{ "a\n", "b\n", "--- o\n+++ n\n@@ -1 +1 @@\n-a\n+b\n" },
		{ "a", "a\n",
		  "--- o\n+++ n\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n" },
		{ "a\n", "a\nb",
		  "--- o\n+++ n\n@@ -1 +1,2 @@\n a\n+b\n\\ No newline at end of file\n" },
		{ "x\na", "y\na",
		  "--- o\n+++ n\n@@ -1,2 +1,2 @@\n-x\n+y\n a\n\\ No newline at end of file\n" },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\n9\n",
		  "--- o\n+++ n\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n" },
		/* Six unchanged lines in between are still one hunk, seven are two. */
		{ "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
		  "--- o\n+++ n\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n" },
		{ "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
		  "--- o\n+++ n\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
		  "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n" },
		/* A line without its newline is not the line with it. */
		{ "a\nb", "a\nb\nc",
		  "--- o\n+++ n\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n"
		  "+b\n+c\n\\ No newline at end of file\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;

		diff_unified(&out, "o", cases[i].was, "n", cases[i].is);
		assert_string_equal(out.s, cases[i].want);
		buf_free(&out);
	}
}

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t
roll(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 16) % sides;
}

static void
random_text(struct buf *out, uint32_t *seed, const char *like)
{
	const char *p = like;

	while (*p) {
		size_t len = strcspn(p, "\n");
		size_t whole = p[len] ? len + 1 : len;

		switch (roll(seed, 8)) {
		case 0:
			break;
		case 1:
			buf_printf(out, "%c\n", 'a' + (char)roll(seed, 3));
			/* fall through */
		default:
			buf_add(out, p, whole);
		}
		p += whole;
	}
	for (uint32_t i = roll(seed, 30); i > 0; i--)
		buf_printf(out, "%c\n", 'a' + (char)roll(seed, 3));
	if (out->len && roll(seed, 3) == 0)
		buf_cut(out, out->len - 1);
}

static size_t
changed_lines(const char *diff)
{
	size_t n = 0;

	for (const char *p = diff; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		n += (*p == '+' && strncmp(p, "+++", 3) != 0) ||
		    (*p == '-' && strncmp(p, "---", 3) != 0);
	}
	return n;
}

/* Every diff is accepted by patch(1), gives the new text, and is as short as diff(1)'s. */
static void
test_against_patch(void **state)
{
	struct err e = { 0 };
	struct arena a = { 0 };
	char *dir = fs_mkdtemp("antechamber-diff", &e);
	uint32_t seed = 7;

	(void)state;
	assert_non_null(dir);
	const char *was_path = fs_join(&a, dir, "was"), *is_path = fs_join(&a, dir, "is");
	const char *diff_path = fs_join(&a, dir, "diff"), *theirs_path = fs_join(&a, dir, "theirs");
	char *patch = arena_printf(&a, "cd %s && patch -s was diff", dir);
	char *diff = arena_printf(&a, "cd %s && diff -u --minimal was is > theirs", dir);
	for (int i = 0; i < 150; i++) {
		struct buf was = BUF_INIT, is = BUF_INIT, ours = BUF_INIT, got = BUF_INIT,
		    theirs = BUF_INIT;

		random_text(&was, &seed, "");
		random_text(&is, &seed, was.s);
		diff_unified(&ours, "was", was.s, "is", is.s);
		assert_int_equal(ours.len == 0, strcmp(was.s, is.s) == 0);
		if (ours.len && was.len) {
			assert_int_equal(fs_write(was_path, was.s, was.len, 0600, &e), 0);
			assert_int_equal(fs_write(is_path, is.s, is.len, 0600, &e), 0);
			assert_int_equal(fs_write(diff_path, ours.s, ours.len, 0600, &e), 0);
			assert_int_equal(WEXITSTATUS(system(diff)), 1);
			assert_int_equal(system(patch), 0);
			assert_int_equal(fs_read(&theirs, theirs_path, 1 << 20, &e), 0);
			if (is.len) {
				assert_int_equal(fs_read(&got, was_path, 1 << 20, &e), 0);
				assert_string_equal(got.s, is.s);
			} else
				assert_false(fs_exists(was_path));
			assert_int_equal(changed_lines(ours.s), changed_lines(theirs.s));
		}
		buf_free(&was);
		buf_free(&is);
		buf_free(&ours);
		buf_free(&got);
		buf_free(&theirs);
	}
	assert_int_equal(fs_remove_tree(dir, &e), 0);
	free(dir);
	arena_free(&a);
}

/* Two texts with nothing in common are one block, at once and in little memory. */
static void
test_huge(void **state)
{
	struct buf was = BUF_INIT, is = BUF_INIT, out = BUF_INIT;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		buf_printf(&was, "was %d\n", i);
		buf_printf(&is, "is %d\n", i);
	}
	diff_unified(&out, "o", was.s, "n", is.s);
	assert_int_equal(changed_lines(out.s), 40000);
	buf_free(&was);
	buf_free(&is);
	buf_free(&out);
}

static void
test_take_back(void **state)
{
	static const struct { const char *was, *is, *now, *want; } cases[] = {
		/* Edited in front, behind, and both; want NULL: what was brought is not there any more. */
		{ "a\nb\n", "a\nX\nY\nb\n", "1\na\nX\nY\nb\n", "1\na\nb\n" },
		{ "a\nb\n", "a\nX\nY\nb\n", "a\nX\nY\nb\n2\n", "a\nb\n2\n" },
		{ "a\nb\n", "a\nX\nY\nb\n", "a\n1\nX\nY\n2\nb\n", "a\n1\n2\nb\n" },
		{ "a\nb\n", "a\nX\nY\nb\n", "a\nX\n1\nY\nb\n", NULL },
		{ "a\nb\n", "a\nX\nY\nb\n", "a\nX\nb\n", NULL },
		/* At the end, with a blank line in front, and with one of theirs behind. */
		{ "a\n", "a\n\nX\n", "a\n\nX\nhand\n", "a\nhand\n" },
		{ "a\n", "a\n\nX\n", "a\nhand\n\nX\n", "a\nhand\n" },
		{ "a\n\nb\n", "a\n\nX\n\nb\n", "a\n\nX\nhand\n\nb\n", "a\nhand\n\nb\n" },
		{ "a", "a\n\nX\n", "a\n\nX\nhand\n", "a\nhand\n" },
		/* Two places. */
		{ "a\nb\nc\n", "a\nX\nb\nY\nc\n", "a\nX\nb\n1\nY\nc\n", "a\nb\n1\nc\n" },
		/* A change of a change; and lines that were only taken away. */
		{ "a\nX\nb\n", "a\nZ\nb\n", "a\nZ\nb\n2\n", "a\nX\nb\n2\n" },
		{ "a\nX\nb\n", "a\nb\n", "1\na\nb\n2\n", "1\na\nX\nb\n2\n" },
		{ "a\nX\nb\n", "a\nb\n", "a\n1\nb\n", "a\nX\n1\nb\n" },
		{ "a\nX\nb\n", "a\nb\n", "2\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		bool taken = diff_take_back(&out, cases[i].now, cases[i].was, cases[i].is);

		assert_int_equal(taken, cases[i].want != NULL);
		assert_string_equal(out.s, cases[i].want ? cases[i].want : "");
		assert_false(diff_is_back(cases[i].now, cases[i].was, cases[i].is));
		if (cases[i].want)
			assert_true(diff_is_back(cases[i].want, cases[i].was, cases[i].is));
		buf_free(&out);
	}

	/* Of the same words that theirs has. */
	struct buf out = BUF_INIT;
	assert_true(diff_take_back(&out, "}\n}\na\n}\nb\n", "}\na\nb\n", "}\na\n}\nb\n"));
	assert_string_equal(out.s, "}\n}\na\nb\n");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_against_patch),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_take_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
