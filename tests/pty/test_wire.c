/* test_wire.c - bytes over the line, time from a key to the screen, windows of every size, terminals that go away. */
#include "play.h"

#include <fcntl.h>

/* What a slow line has to carry; the limits are the interface's own. */
static void
test_bytes(void **state)
{
	struct play *p = play_start(80, 24, NULL, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	play_settle(p);
	print_message("first screen %zu bytes\n", p->bytes);
	assert_true(p->bytes <= 2560);
	p->bytes = 0;
	play_key(p, ENTER, "step 2 of 11");
	print_message("next screen %zu bytes\n", p->bytes);
	assert_true(p->bytes <= 2048);
	play_key(p, "\005", "step 2");
	p->bytes = 0;
	play_key(p, "x", "3000x");
	print_message("a key %zu bytes\n", p->bytes);
	assert_true(p->bytes <= 40);
	play_key(p, "\177", "3000 ");
	play_key(p, ENTER ENTER, "step 3 of 11");
	play_key(p, ENTER, "step 4 of 11");
	play_key(p, "chat.example.org" ENTER, "https://chat.example.org");
	for (int step = 5; step <= 10; step++) {
		char mark[32];

		snprintf(mark, sizeof(mark), "step %d of 11", step);
		p->bytes = 0;
		play_key(p, ENTER, mark);
		print_message("%s: %zu bytes\n", mark, p->bytes);
		assert_true(p->bytes <= 2048);
	}
	play_end(p);
}

/* One finished check: its cell, and at the end its mark in the list. */
static void
test_bytes_of_a_check(void **state)
{
	static const char *const env[] = { "FAKE=trickle", NULL };
	struct play *p = play_start(80, 24, env, false);
	size_t worst = 0, n = 0;

	(void)state;
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "step 2 of 11");
	play_key(p, ENTER ENTER ENTER, "step 4 of 11");
	play_key(p, "chat.example.org" ENTER ENTER, "~ checking");
	for (const long long end = play_now() + 1600; play_now() < end; n++) {
		p->bytes = 0;
		if (!play_read(p, 200))
			break;
		while (play_read(p, 20))
			;
		worst = p->bytes > worst ? p->bytes : worst;
	}
	print_message("a check: at most %zu bytes\n", worst);
	assert_true(n >= 6);
	assert_true(worst <= 80);
	play_end(p);
}

/* The steps of a change: done rows keep their place, and nothing below them moves. */
static void
test_bytes_of_a_step(void **state)
{
	static const char *const env[] = { "FAKE=stays", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "step 2 of 11");
	play_key(p, ENTER ENTER ENTER, "step 4 of 11");
	play_key(p, "chat.example.org" ENTER ENTER, "step 5 of 11");
	play_key(p, F9, "Read first");
	play_send(p, "a");
	play_wait(p, "done  lock");
	p->bytes = 0;
	play_wait(p, "done  reload");
	print_message("five steps of a change: %zu bytes\n", p->bytes);
	assert_true(p->bytes <= 5 * 160); /* their texts are longer than a check's, and one widens the column */
	play_end(p);
}

/* Nothing is sent where nothing changed, and no time is spent. */
static void
test_silence(void **state)
{
	struct play *p = play_start(80, 24, NULL, false);
	char path[64], line[512] = "";
	long ticks[2][2] = { { 0 } };

	(void)state;
	play_wait(p, "step 1 of 11");
	play_settle(p);
	p->bytes = 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)p->pid);
	for (int i = 0; i < 2; i++) {
		FILE *f = fopen(path, "r");
		const char *at;

		assert_non_null(f);
		assert_non_null(fgets(line, sizeof(line), f));
		fclose(f);
		at = strrchr(line, ')');
		sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &ticks[i][0], &ticks[i][1]);
		for (long long end = play_now() + 600; i == 0 && play_now() < end;)
			play_read(p, 50);
	}
	assert_int_equal(p->bytes, 0);
	assert_true(ticks[1][0] + ticks[1][1] - ticks[0][0] - ticks[0][1] <= 2);
	play_end(p);
}

/* Keys are answered while every check hangs. */
static void
test_keys_while_checks_hang(void **state)
{
	static const char *const env[] = { "FAKE=slow", NULL };
	struct play *p = play_start(80, 24, env, false);
	long long worst = 0;

	(void)state;
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "step 2 of 11");
	play_key(p, "\005", "~ checking  asking");
	for (int i = 0; i < 20; i++) {
		char want[64];
		long long begin, took;

		snprintf(want, sizeof(want), "3000%.*s ", i + 1, "abcdefghijklmnopqrst");
		begin = play_now();
		play_send(p, (char[]){ (char)('a' + i), '\0' });
		while (!play_has(p, want)) {
			play_read(p, 5);
			assert_true(play_now() - begin < 2000);
		}
		took = play_now() - begin;
		worst = took > worst ? took : worst;
	}
	print_message("worst key to screen: %lld ms\n", worst);
	assert_true(worst < 200);
	play_key(p, ENTER ENTER, "still run"); /* and Enter says why it does not go on */
	play_key(p, ESC, "step 1 of 11");
	play_end(p);
}

/* At every screen: smaller, too small, and back; the page, the field and the cursor stay. */
static void
test_sizes(void **state)
{
	struct play *p = play_start(80, 24, NULL, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	for (int step = 1; step <= 10; step++) {
		char mark[32], small[32];
		VTermPos before, after;

		snprintf(mark, sizeof(mark), "step %d of 11", step);
		snprintf(small, sizeof(small), "%d/11 ", step);
		play_wait(p, mark);
		if (step == 4)
			play_key(p, "chat.example.org" LEFT LEFT LEFT, "chat.example.org");
		play_settle(p);
		vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &before);
		play_resize(p, 60, 18);
		play_wait(p, small);
		play_settle(p);
		play_resize(p, 52, 14);
		play_wait(p, "52x14 is too small");
		play_settle(p);
		play_send(p, ENTER "x"); /* nothing is pressed that cannot be seen */
		play_settle(p);
		play_resize(p, 100, 40);
		play_wait(p, mark);
		play_settle(p);
		play_resize(p, 80, 24);
		play_wait(p, mark);
		play_settle(p);
		vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &after);
		assert_int_equal(before.row, after.row);
		assert_int_equal(before.col, after.col);
		if (step < 10)
			play_send(p, step == 4 || step == 2 ? ENTER ENTER : ENTER);
	}
	play_end(p);
}

/* A wide window makes no long rows: a page has 76 columns behind the list, what is read has 78. */
static void
test_wide(void **state)
{
	static const struct { const char *keys, *want; int edge; } cases[] = {
		{ "", "Press Enter to start", 24 + 76 }, { "?", "What it is", 1 + 78 }, { "\033OQ", "reverse proxy", 1 + 78 },
	};
	struct play *p = play_start(200, 40, NULL, false);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		play_key(p, cases[i].keys, cases[i].want);
		for (int y = 1; y < p->rows - 3; y++)
			for (int x = cases[i].edge; x < p->columns; x++)
				assert_true(!play_cell(p, y, x) || play_cell(p, y, x) == ' ');
	}
	play_end(p);
}

static void
test_too_small_has_line_mode(void **state)
{
	struct play *p = play_start(80, 24, NULL, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "step 2 of 11");
	play_resize(p, 52, 14);
	play_wait(p, "too small");
	play_key(p, "p", "Where does OpenChamber");
	play_key(p, "q" ENTER, "q");
	assert_int_equal(play_status(p), 0);
	play_end(p);
}

/* A terminal that goes away ends the program, also where no signal says so. */
static void
test_hangup(void **state)
{
	static const char *const kinds[] = { "FAKE=", "PLAY_NO_CONTROL=1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds) * 2; i++) {
		const char *env[] = { kinds[i / 2], NULL };
		struct play *p = play_start(80, 24, env, i % 2);
		const long long end = play_now() + PLAY_MS;
		int status;

		play_wait(p, "OpenChamber");
		play_settle(p);
		close(p->fd);
		p->fd = open("/dev/null", O_RDONLY);
		while (waitpid(p->pid, &status, WNOHANG) == 0) {
			assert_true(play_now() < end);
			poll(NULL, 0, 10);
		}
		p->pid = 0;
		play_end(p);
	}
}

/* Where a screen cannot be had there is line mode, with a line that says why. */
static void
test_faces(void **state)
{
	static const struct { int columns, rows; const char *env, *why; } cases[] = {
		{ 80, 24, "TERM=dumb", "cannot show a full screen" },
		{ 80, 24, "TERM", "cannot show a full screen" },
		{ 80, 24, "TERM=no-such-terminal", "cannot show a full screen" },
		{ 59, 18, "FAKE=", "smaller than 60x18" },
		{ 60, 17, "FAKE=", "smaller than 60x18" },
		{ 60, 18, "FAKE=", NULL },
		{ 80, 24, "TERM=xterm", NULL },
		{ 80, 24, "TERM=screen", NULL },
		{ 80, 24, "TERM=vt100", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *env[] = { cases[i].env, NULL };
		struct play *p = play_start(cases[i].columns, cases[i].rows, env, false);

		if (cases[i].why) {
			play_wait(p, "[1]:");
			play_settle(p);
			assert_non_null(strstr(p->raw.s, cases[i].why));
			assert_null(strchr(p->raw.s, '\033'));
			play_key(p, "q\n", "q");
			assert_int_equal(play_status(p), 0);
		} else {
			play_wait(p, "Enter Start");
		}
		play_end(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_bytes_of_a_check),
		cmocka_unit_test(test_bytes_of_a_step),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_keys_while_checks_hang),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_too_small_has_line_mode),
		cmocka_unit_test(test_hangup),
		cmocka_unit_test(test_faces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
