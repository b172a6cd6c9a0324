/* test_languages.c - practice in every language there is: what is drawn keeps its columns, and nothing is cut. */
#define PLAY_REAL
#include "play.h"

/* Enter, and Enter again, until the page is there. */
static void
go_to(struct play *p, size_t step)
{
	const long long end = play_now() + 20000;

	while (!play_at(p, step)) {
		const long long patience = play_now() + 1500;

		/* A busy machine answers late: a second Enter would go one step too far. */
		play_send(p, ENTER);
		do
			play_settle(p);
		while (!play_at(p, step) && play_now() < patience);
		if (play_now() > end) {
			play_show(p);
			fail_msg("step %zu is not reached", step + 1);
		}
	}
	while (play_read(p, 300)) /* its checks may still come */
		;
}

static void
fail_with(struct play *p, const char *language, size_t step, const char *what, int y)
{
	play_show(p);
	fail_msg("%s, step %zu, row %d: %s", language, step + 1, y, what);
}

/* The line stands in its column on every row, whatever is left of it; a `>' at an edge is cut text. */
static void
look(struct play *p, const char *language, size_t step)
{
	const bool narrow = strcmp(language, "ko") == 0 || strcmp(language, "ja") == 0;

	for (int y = 1; y < p->rows - 3 && step != 9; y++) {
		if (play_cell(p, y, 22) != (narrow ? '|' : 0x2502))
			fail_with(p, language, step, "the line is not in its column", y);
		if (play_cell(p, y, 21) == '>')
			fail_with(p, language, step, "a name in the list is cut", y);
		if (play_cell(p, y, 78) == '>')
			fail_with(p, language, step, "text of the page is cut", y);
	}
	for (int y = p->rows - 3; y < p->rows; y++)
		if (play_cell(p, y, 78) == '>' || play_cell(p, y, 79) == '>')
			fail_with(p, language, step, "the last rows are cut", y);
	if (play_cell(p, 0, 76) == '>')
		fail_with(p, language, step, "the title is cut", 0);
}

static void
walk(const char *language)
{
	char variable[64], locale[600];
	const char *env[] = { variable, locale, NULL };
	struct play *p;

	snprintf(variable, sizeof(variable), "LANGUAGE=%s", language);
	snprintf(locale, sizeof(locale), "PLAY_LOCALE=%s/locale", getenv("B") ? getenv("B") : "build");
	p = play_start(80, 24, env, false);
	while (!play_at(p, 0))
		assert_true(play_read(p, PLAY_MS));
	play_settle(p);
	print_message("%s: first screen %zu bytes\n", language, p->bytes);
	assert_true(p->bytes <= 2560);
	for (size_t step = 0; step < 10; step++) {
		go_to(p, step);
		look(p, language, step);
	}
	play_send(p, "\003");
	assert_int_equal(play_status(p), 130);
	play_end(p);
}

static void
test_every_language(void **state)
{
	(void)state;
	for (const struct i18n_language *l = i18n_languages; l->code; l++)
		walk(l->code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_language),
	};

	if (access("/usr/sbin/nginx", X_OK) < 0 && access("/usr/bin/nginx", X_OK) < 0) {
		puts("SKIP: nginx is not installed");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
