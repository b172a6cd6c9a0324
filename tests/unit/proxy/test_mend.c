/* Lines of files that people wrote: what is asked for changes, every other byte stays, and what has no clear bounds is left alone. */
#include "../judge.h"

#include "proxy/mend.h"

#define FILE_NAME "/etc/p.conf"

static const struct mend_edit *edits; /* of the case that runs */

static void
settle(struct mend *m, const char *cause, const char *path)
{
	(void)cause;
	(void)path;
	for (const struct mend_edit *e = edits; e->line; e++) {
		if (e->how == MEND_WORD)
			mend_word(m, FILE_NAME, e->line, e->word, e->text);
		else
			mend_line(m, e->how, FILE_NAME, e->line, e->text);
	}
}

static int
runs(struct steps *out, const struct proxy_context *c, struct err *e)
{
	(void)c;
	(void)e;
	steps_run(out, ROLE_VALIDATE, (const char *const[]){ "true", NULL });
	return 0;
}

static void
test_lines(void **state)
{
	static const struct {
		const char      *text, *want; /* want NULL: nothing is to be done */
		struct mend_edit edits[4];
	} cases[] = {
		{ "a\n\tb c # d\ne\n", "a\ne\n", { { .how = MEND_OUT, .line = 2 } } },
		{ "a\n\tb c # d\ne\n", "a\n\tb x # d\ne\n", { { .how = MEND_WORD, .line = 2, .word = "c", .text = "x" } } },
		{ "b bc \"b\"\n", "b bc \"x\"\n", { { .how = MEND_WORD, .line = 1, .word = "b", .text = "x" } } },
		{ "b bc\n", NULL, { { .how = MEND_WORD, .line = 1, .word = "c", .text = "x" } } },
		{ "a\r\n  b\r\n", "a\r\n  n\r\n  b m\r\n", { { .how = MEND_ABOVE, .line = 2, .text = "n" }, { .how = MEND_MORE, .line = 2, .text = "m" } } },
		{ "a\n b", "a\n c\n", { { .how = MEND_INSTEAD, .line = 2, .text = "c" } } },
		{ "s\n\tb\n", "s\n\tn\n\tb\n", { { .how = MEND_INSIDE, .line = 1, .text = "n" } } },
		{ "s {\n\tb {\n\t\tc\n\t}\n}\nt\n", "t\n", { { .how = MEND_OUT, .line = 1 } } },
		{ "s {\n\tb\n", NULL, { { .how = MEND_OUT, .line = 1 } } },                 /* no end */
		{ "a \\\n\tb\nc\n", NULL, { { .how = MEND_OUT, .line = 1 }, { .how = MEND_OUT, .line = 2 } } },
		{ "a\n", NULL, { { .how = MEND_OUT, .line = 7 } } },
		{ "a\nb\n", "b\n", { { .how = MEND_OUT, .line = 1 }, { .how = MEND_OUT, .line = 1 } } }, /* once */
	};
	static const struct proxy proxy = { .name = "p", .label = "P", .runs = runs };
	struct tree *t = *state;
	struct proxy_found found = { .proxy = &proxy };
	struct needs needs = { .version = "/v", .session = "/s", .health = "/h", .upload = "/u" };
	struct answers answers;
	const struct proxy_context c = { .answers = &answers, .found = &found, .needs = &needs, .root = t->root };

	answers_init(&answers);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct steps steps = { 0 };
		struct err e = { 0 };

		tree_write(t, FILE_NAME, cases[i].text);
		edits = cases[i].edits;
		assert_int_equal(mend_causes(&steps, &c, (const char *const[]){ "gzip-added", NULL }, settle, &e), 0);
		assert_int_equal(steps.n, cases[i].want ? 2 : 0);
		if (cases[i].want)
			assert_string_equal(steps.v[0].text, cases[i].want);
		steps_free(&steps);
	}
	answers_free(&answers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
