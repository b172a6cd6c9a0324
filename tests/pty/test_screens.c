/* test_screens.c - every screen of a made-up server, cell by cell, against tests/pty/screens/. */
#include "screen.h"

/* The main road, one screen a step. */
static void
walk(int columns, int rows, const char *const *env, const char *prefix)
{
	static const char *const step[] = { "start", "direct", "proxy", "public", "websocket", "sse", "gzip", "body", "timeouts" };
	struct play *p = play_start(columns, rows, env, false);
	char name[64];

	for (size_t i = 0; i < ARRAY_LEN(step); i++) {
		char mark[32];

		snprintf(mark, sizeof(mark), columns < 80 ? "%zu/11" : "step %zu of 11", i + 1);
		play_wait(p, mark);
		if (i == 1)
			play_key(p, TAB "0123456789", "**********");
		if (i == 3)
			play_key(p, "chat.example.org" ENTER, "https://chat.example.org");
		snprintf(name, sizeof(name), "%s%s", prefix, step[i]);
		same_as(p, name);
		play_send(p, ENTER);
	}
	play_wait(p, "Read first");
	snprintf(name, sizeof(name), "%sreview", prefix);
	same_as(p, name);
	play_key(p, "a", "works at");
	snprintf(name, sizeof(name), "%sresult", prefix);
	same_as(p, name);
	play_send(p, ENTER);
	assert_int_equal(play_status(p), 0);
	play_end(p);
}

static void
test_wide(void **state)
{
	(void)state;
	walk(80, 24, NULL, "");
}

static void
test_compact(void **state)
{
	(void)state;
	walk(60, 18, NULL, "compact-");
}

static void
test_ascii(void **state)
{
	static const char *const env[] = { "LC_ALL=C", NULL };

	(void)state;
	walk(80, 24, env, "ascii-");
	walk(60, 18, env, "ascii-compact-");
}

/* A language that cannot be shown is named in one that can, and Right says why it passes it over. */
static void
test_language_that_cannot_be_shown(void **state)
{
	static const char *const env[] = { "LC_ALL=C", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	play_wait(p, "ko Korean");
	play_key(p, RIGHT, "This console cannot show Korean");
	play_key(p, ENTER, "step 2 of 11");
	play_end(p);
}

/* The console's fonts have neither of the two marks. */
static void
test_console(void **state)
{
	static const char *const env[] = { "TERM=linux", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "step 2 of 11");
	assert_true(play_has(p, ">+ Direct access"));
	assert_false(play_has(p, "\xe2\x9c\x93"));
	play_end(p);
}

static void
scene(const char *fake, const char *name, const char *text, const char *keys)
{
	const char *env[] = { fake, NULL };
	struct play *p = play_start(80, 24, env, false);

	play_wait(p, "1");
	play_settle(p);
	play_key(p, keys, text);
	same_as(p, name);
	survives(p, name);
	play_end(p);
}

static void
test_scenes(void **state)
{
	(void)state;
	scene("FAKE=interrupted", "interrupted", "interrupted", "");
	scene("FAKE=watching", "watching", "process 4711", ENTER);
	scene("FAKE=watched", "watched", "It is done", "");
	scene("FAKE=dropped", "dropped", "go on at step 5", "");
	scene("FAKE=nothing", "nothing", "Nothing answers", ENTER);
	scene("FAKE=opencode", "opencode", "OpenCode answers", ENTER);
	scene("FAKE=", "help", "What it is", "?");
	scene("FAKE=", "leave", "Leave?", "q");
	scene("FAKE=interrupted", "interrupted-diff", "+server {", "3" ENTER);
	scene("FAKE=interrupted", "interrupted-leave", "Leave it half-way?", "q");
}

static void
road_to_review(struct play *p)
{
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "step 2 of 11");
	play_key(p, ENTER ENTER, "step 3 of 11");
	play_key(p, ENTER, "step 4 of 11");
	play_key(p, "chat.example.org" ENTER, "https://chat.example.org");
	play_key(p, ENTER, "step 5 of 11");
}

static void
test_test_certificate(void **state)
{
	static const char *const usual[] = { "FAKE=", NULL };
	struct play *p = play_start(80, 24, usual, false);

	(void)state;
	road_to_review(p);
	play_key(p, ESC, "step 4 of 11");
	play_key(p, TAB "3", "> 3 a test");
	play_key(p, ENTER, "Every browser warns");
	same_as(p, "test-certificate");
	play_key(p, ENTER, "step 4 of 11"); /* No is in focus */
	play_key(p, ENTER, "Every browser warns");
	play_key(p, RIGHT ENTER, "step 5 of 11");
	play_end(p);
}

static void
test_failure_and_apply(void **state)
{
	static const char *const fails[] = { "FAKE=fails", NULL }, *const stays[] = { "FAKE=stays", NULL },
	                  *const open[] = { "FAKE=open", NULL };
	struct play *p = play_start(80, 24, fails, false);

	(void)state;
	road_to_review(p);
	assert_false(play_has(p, "F9"));
	play_key(p, ENTER ENTER ENTER, "step 8 of 11");
	same_as(p, "failure");
	survives(p, "failure");
	play_key(p, ENTER ENTER, "step 10 of 11");
	assert_true(play_has(p, "[ Cannot apply: step 8 failed ]"));
	assert_false(play_has(p, "a Apply"));
	play_key(p, "a", "step 8 of 11");
	assert_true(play_has(p, "Nothing can be applied before this step passes."));
	play_end(p);

	p = play_start(80, 24, stays, false);
	road_to_review(p);
	play_key(p, F9, "step 10 of 11");
	play_key(p, "a", "proof");
	same_as(p, "apply");
	play_end(p);

	p = play_start(80, 24, open, false);
	road_to_review(p);
	play_key(p, F9, "step 10 of 11");
	play_key(p, "a", "[ No ]");
	same_as(p, "consent");
	play_key(p, ENTER, "Read first"); /* No is in focus */
	play_key(p, "a", "[ No ]");
	play_key(p, RIGHT ENTER, "works at");
	play_key(p, TAB ENTER, "The report is in antechamber-report.md.");
	play_send(p, "q");
	assert_int_equal(play_status(p), 0);
	play_end(p);
}

/* Where only one of two sums has room at its line's end both go below. */
static void
test_sums_in_columns(void **state)
{
	static const char *const env[] = { "FAKE=", NULL };
	struct play *p = play_start(79, 24, env, false);

	(void)state;
	play_wait(p, "1/11 ");
	for (int step = 2; step <= 4; step++) {
		char mark[16];

		snprintf(mark, sizeof(mark), "%d/11 ", step);
		play_key(p, step == 3 ? ENTER ENTER : ENTER, mark);
	}
	play_key(p, "chat.example.org" ENTER, "https://chat.example.org");
	play_key(p, ENTER, "5/11 ");
	play_key(p, F9, "10/11 ");
	assert_string_equal(play_row(p, 3), " Proxy       nginx 1.22.1               Rehearsal 26 passed");
	play_end(p);
}

/* However long the plan and small the screen: what will be done stays in sight while the difference is read. */
static void
test_long_plan(void **state)
{
	static const char *const env[] = { "FAKE=long", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	road_to_review(p);
	play_key(p, F9, "Read first");
	assert_true(play_has(p, "kept in /var/lib/antechamber until you undo"));
	assert_true(play_has(p, "stops answering"));
	play_resize(p, 60, 18);
	play_settle(p);
	assert_true(play_has(p, "lines 1 to 4 of"));
	assert_true(play_has(p, "1 set aside"));
	assert_true(play_has(p, "4 new file  /etc/nginx/sites-available/a-name-that-is-lon>"));
	assert_true(play_has(p, "8 check"));
	assert_true(play_has(p, "[ Apply with sudo ]"));
	/* Read on, the plan makes room, and comes back. */
	play_key(p, " ", "8 actions, listed at the top");
	assert_true(play_has(p, "lines 4 to 13 of"));
	assert_true(play_has(p, "Address     https://chat.example.org"));
	play_key(p, HOME, "lines 1 to 4 of");
	assert_true(play_has(p, "1 set aside"));
	play_end(p);
}

/* On a small screen what is to be approved can be read: five rows of it at first, ten as soon as one reads on. */
static void
test_small_review(void **state)
{
	struct play *p = play_start(80, 24, NULL, false);

	(void)state;
	road_to_review(p);
	play_key(p, F9, "Read first");
	play_resize(p, 60, 18);
	play_settle(p);
	assert_true(play_has(p, "lines 1 to 5 of 41"));
	assert_true(play_has(p, "5 check"));
	play_key(p, ENTER, "5 actions, listed at the top (Home)");
	assert_true(play_has(p, "lines 5 to 14 of 41"));
	assert_true(play_has(p, "Address     https://chat.example.org   Rehearsal 26 passed"));
	assert_true(play_has(p, "F3 All"));
	play_key(p, "\033[5~", "5 check");
	play_key(p, "\033OF", "lines 32 to 41 of 41");
	play_key(p, TAB, "Tab Button");
	assert_true(play_has(p, "F3 All"));
	assert_true(play_has(p, "[ Keep and leave ]  [ Settings ]"));
	play_end(p);
}

/* Help in step 6 draws when each event arrived. */
static void
test_help_on_streams(void **state)
{
	struct play *p = play_start(80, 24, NULL, false);

	(void)state;
	road_to_review(p);
	play_key(p, ENTER, "step 6 of 11");
	play_key(p, F1, "What it is");
	same_as(p, "help-sse");
	play_end(p);
}

/* The sentence that says what to press is in sight, whatever scrolls. */
static void
test_what_to_press(void **state)
{
	static const char *const env[] = { "FAKE=nothing", NULL };
	struct play *p = play_start(60, 18, env, false);

	(void)state;
	play_wait(p, "1/11");
	play_key(p, ENTER, "Nothing answers");
	assert_true(play_has(p, "F8 starts a practice run"));
	same_as(p, "compact-nothing");
	play_end(p);
}

/* Help on a field: a letter types there, so none is named, and the cursor is where it was. */
static void
test_help_on_a_field(void **state)
{
	struct play *p = play_start(80, 24, NULL, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "step 2 of 11");
	play_cursor(p, 6, 59);
	play_key(p, F1, "What it is");
	assert_true(play_has(p, "Ctrl-C  Quit"));
	assert_false(play_has(p, "q       Quit"));
	assert_true(play_has(p, "WebSockets that open: 4 of 4"));
	play_key(p, ESC, "step 2 of 11");
	play_cursor(p, 6, 59);
	play_end(p);
}

/* Shifted, a line says that its beginning is out of sight; an empty one has none. */
static void
test_shifted(void **state)
{
	struct play *p = play_start(80, 24, NULL, false);

	(void)state;
	road_to_review(p);
	play_key(p, F9, "+# OpenChamber behind nginx.");
	play_key(p, RIGHT, "+< ber behind nginx. Written by antechamber 0.1.0.");
	assert_true(play_has(p, "+< t upgrade;"));
	assert_true(play_has(p, "+++ /etc/nginx"));
	assert_true(play_has(p, "@@ -0,0 +1,"));
	assert_true(play_has(p, "Left/Right Shift"));
	play_key(p, LEFT, "+# OpenChamber behind nginx.");
	play_end(p);
}

/* The doctor: what is wrong, at which line, and the fix; taken, it is reviewed like any other change. */
static void
test_doctor(void **state)
{
	static const char *const env[] = { "FAKE=sick", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	play_wait(p, "find out why");
	play_key(p, "\r", "finding 1 of 2");
	assert_false(play_has(p, "(taken)")); /* nobody took it yet */
	same_as(p, "doctor");
	survives(p, "doctor");
	play_resize(p, 60, 18);
	play_settle(p);
	same_as(p, "compact-doctor");
	play_resize(p, 80, 24);
	play_key(p, "\x1bOR", "Close");
	play_key(p, "\x1b", "Take this fix");
	play_key(p, "\r", "finding 2 of 2");
	same_as(p, "doctor-settled");
	play_key(p, "\x1b", "finding 1 of 2");
	play_wait(p, "(taken)");
	play_key(p, "\r", "finding 2 of 2");
	play_key(p, "\r", "step 10 of 11");
	play_end(p);
}

/* What has no room on a small screen is scrolled to, and the buttons stay. */
static void
test_crowded(void **state)
{
	static const char *const env[] = { "FAKE=sick", "FAKE_CROWDED=1", NULL };
	struct play *p = play_start(60, 18, env, false);

	(void)state;
	play_wait(p, "find out why");
	play_key(p, "\r", "finding 1 of 2");
	assert_false(play_has(p, "the end of it."));
	play_key(p, "\x1b[6~", "the end of it.");
	assert_true(play_has(p, "[ Take this fix ]"));
	play_key(p, "\x1b[5~", "chat.conf:20");
	play_cursor(p, 14, 3);
	play_end(p);
}

/* Before it is known how the site does that is there, nothing stands under the cursor that Enter could choose. */
static void
test_looking(void **state)
{
	static const char *const env[] = { "FAKE=looking", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "The checks of this step still run.");
	assert_false(play_has(p, "set up anew"));
	play_key(p, RIGHT, "> 1 find out why");
	assert_false(play_has(p, "The checks of this step still run."));
	play_cursor(p, 13, 24);
	play_end(p);
}

/* What root has set up is told first, and root's run offered; sudo that refuses changes nothing. */
static void
test_ours(void **state)
{
	static const char *const env[] = { "FAKE=ours", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	play_wait(p, "> 1 change, repair");
	same_as(p, "ours");
	play_key(p, ENTER, "sudo refused. Nothing was changed.");
	assert_true(play_has(p, "> 1 change, repair"));
	play_key(p, "2", "> 2 set up another address");
	play_key(p, ENTER, "step 2 of 11");
	play_end(p);
}

/* A later run: what is harmless a digit does, what is not is asked, and one step alone leads to the review. */
static void
test_later(void **state)
{
	static const char *const env[] = { "FAKE=later", NULL }, *const user[] = { "FAKE=user", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	play_wait(p, "What would you like");
	same_as(p, "later");
	survives(p, "later");
	play_cursor(p, 10, 1);
	play_resize(p, 60, 18);
	play_settle(p);
	same_as(p, "compact-later");
	play_resize(p, 80, 24);
	play_key(p, "2", "Change one thing:");
	same_as(p, "later-change");
	play_key(p, ESC, "What would you like");
	play_key(p, DOWN ENTER, "Change one thing:");
	play_key(p, "3", "step 8 of 11");
	play_key(p, ENTER, "Read first");
	play_key(p, ESC, "What would you like");
	play_key(p, ESC, "Leave?");
	play_key(p, ENTER, "What would you like");
	/* What changes this server is never one key: the digit asks as Enter does, and No is in focus. */
	play_key(p, "6", "Take away all");
	same_as(p, "later-remove");
	play_key(p, ENTER, "What would you like");
	play_key(p, TAB, "> 6 Remove"); /* there is nothing else to go to, and nothing is chosen by that */
	play_key(p, ENTER, "Take away all");
	play_key(p, RIGHT ENTER, "result");
	play_end(p);

	p = play_start(80, 24, user, false);
	play_wait(p, "> 2 Change");
	play_key(p, "1", "Nothing differs from what was written.");
	play_key(p, "5", "Undo the last change?");
	play_key(p, RIGHT ENTER, "sudo antechamber rollback 1");
	same_as(p, "later-root");
	play_key(p, ESC, "What would you like");
	play_end(p);
}

/* The long wait: a button behind the field, its seconds in a line, and Esc stops it without going back. */
static void
test_hold(void **state)
{
	static const char *const env[] = { "FAKE_HOLDS=1", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	road_to_review(p);
	play_key(p, ENTER ENTER ENTER ENTER, "step 9 of 11");
	play_key(p, TAB, "Enter Press");
	play_key(p, ENTER, "12 s of 65");
	assert_false(play_has(p, "[ Hold"));
	same_as(p, "holding");
	play_key(p, ESC, "[ Hold");
	assert_true(play_has(p, "step 9 of 11"));
	play_key(p, ESC, "step 8 of 11");
	play_end(p);
}

/* However small the screen, what is done now is in sight. */
static void
test_small_apply(void **state)
{
	static const char *const env[] = { "FAKE=stays", "FAKE_CROWDED=1", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	road_to_review(p);
	play_key(p, F9, "step 10 of 11");
	play_key(p, "a", "waiting for the new workers");
	play_resize(p, 60, 18);
	play_settle(p);
	same_as(p, "compact-apply");
	play_send(p, "\x03");
	assert_int_equal(play_status(p), 130);
	play_end(p);
}

/* It has to be kept: Enter does that, and nothing that was pressed before it was asked. */
static void
test_keep(void **state)
{
	static const char *const env[] = { "FAKE=keeps", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	road_to_review(p);
	play_key(p, F9, "step 10 of 11");
	play_send(p, "a" ENTER ENTER ENTER);
	play_wait(p, "Keep it? 118 s");
	play_settle(p);
	same_as(p, "keep");
	survives(p, "keep");
	play_key(p, ENTER, "works at");
	play_end(p);
}

/* Taken back: what now, and each of the three does what it says. */
static void
test_undone(void **state)
{
	static const char *const env[] = { "FAKE=undone", NULL };
	static const struct { const char *keys, *text; } cases[] = {
		{ ENTER, "step 10 of 11" }, { "2" ENTER, "step 4 of 11" }, { "3" ENTER, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct play *p = play_start(80, 24, env, false);

		road_to_review(p);
		play_key(p, F9, "step 10 of 11");
		play_key(p, "a", "Undone: this server");
		if (i == 0) {
			same_as(p, "undone");
			survives(p, "undone");
		}
		play_send(p, cases[i].keys);
		if (cases[i].text)
			play_wait(p, cases[i].text);
		else
			assert_int_equal(play_status(p), 1);
		play_end(p);
	}
}

/* A file changed while the review was read: the review again, with the reason, and nothing typed ahead counts. */
static void
test_meanwhile(void **state)
{
	static const char *const env[] = { "FAKE=meanwhile", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	road_to_review(p);
	play_key(p, F9, "Read first");
	play_key(p, "a", "/etc/nginx/nginx.conf changed while you were reading.");
	assert_true(play_has(p, "step 10 of 11"));
	assert_true(play_has(p, "Nothing on this server has been changed."));
	play_key(p, "a", "works at");
	play_end(p);
}

/* What works is not gone back from; what was taken back is, and the legend says so.  F5 checks what works. */
static void
test_result_keys(void **state)
{
	static const char *const undone[] = { "FAKE=undone", NULL };
	struct play *p = play_start(80, 24, NULL, false);

	(void)state;
	road_to_review(p);
	play_key(p, F9, "Read first");
	play_key(p, "a", "works at");
	assert_true(play_has(p, "F5 Check again"));
	assert_false(play_has(p, "Esc"));
	play_key(p, ESC, "works at");
	play_key(p, TAB TAB ENTER, "a quiet stream was held for 65 s");
	play_end(p);

	p = play_start(80, 24, undone, false);
	road_to_review(p);
	play_key(p, F9, "Read first");
	play_key(p, "a", "Undone: this server");
	assert_true(play_has(p, "Esc Back"));
	assert_false(play_has(p, "F5"));
	play_key(p, ESC, "step 10 of 11");
	play_end(p);
}

/* ux.md 1.3: on a server where everything is found, eight keys and the address. */
static void
test_eight_keys(void **state)
{
	static const struct { const char *key, *text; } road[] = {
		{ ENTER, "step 2 of 11" }, { ENTER, "[http" }, { ENTER, "step 3 of 11" }, { ENTER, "step 4 of 11" },
		{ "chat.example.org", "chat.example.org" }, { ENTER, "https://chat.example.org" },
		{ ENTER, "step 5 of 11" }, { F9, "step 10 of 11" }, { "a", "works at" },
	};
	struct play *p = play_start(80, 24, NULL, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	for (size_t i = 0; i < ARRAY_LEN(road); i++)
		play_key(p, road[i].key, road[i].text);
	play_end(p);
}

/* A row whose text is long keeps a gap before its time, and all times end in one column. */
static void
times_stand_apart(struct play *p)
{
	int edge = 0;

	for (int y = 0; y < p->rows; y++)
		for (int x = 24; x < p->columns; x++) {
			if (play_cell(p, y, x) != 0xcd08 || play_cell(p, y, x - 5) != '0')
				continue; /* the second in 0.001 s */
			assert_int_equal(play_cell(p, y, x - 6), ' ');
			assert_true(!edge || edge == x);
			edge = x;
		}
	assert_true(edge > 0);
}

/* What was drawn bit by bit is what Ctrl-L draws. */
static void
is_as_painted_anew(struct play *p)
{
	struct buf was = BUF_INIT, is = BUF_INIT;

	for (int y = 0; y < p->rows; y++)
		buf_printf(&was, "%s\n", play_row(p, y));
	play_send(p, "\014");
	play_settle(p);
	for (int y = 0; y < p->rows; y++)
		buf_printf(&is, "%s\n", play_row(p, y));
	assert_string_equal(was.s, is.s);
	buf_free(&was);
	buf_free(&is);
}

/* Hangul counts two columns, and everything behind it still stands in its column. */
static void
test_korean_columns(void **state)
{
	static const char *const env[] = { "FAKE=korean", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "step 2 of 11");
	play_settle(p);
	times_stand_apart(p);
	play_key(p, F5, "건너뜀");
	play_settle(p);
	times_stand_apart(p);
	is_as_painted_anew(p);
	play_key(p, ENTER ENTER, "step 3 of 11");
	play_key(p, ENTER, "step 4 of 11");
	same_as(p, "korean");
	play_end(p);
}

/* What was seen cannot reach the terminal as anything but text. */
static void
test_hostile(void **state)
{
	static const char *const env[] = { "FAKE=hostile", NULL };
	struct play *p = play_start(80, 24, env, false);

	(void)state;
	play_wait(p, "step 1 of 11");
	play_key(p, ENTER, "step 2 of 11");
	play_key(p, ENTER ENTER, "step 3 of 11");
	same_as(p, "hostile");
	assert_null(strstr(p->raw.s, "\033[2J\033]0;owned"));
	assert_null(strstr(p->raw.s, "\xc2\x9b"));
	play_end(p);
}

/* Colour is on marks only, and NO_COLOR, or a terminal without it, takes it away. */
static bool
has_colour(struct play *p)
{
	for (int y = 0; y < p->rows; y++)
		for (int x = 0; x < p->columns; x++) {
			VTermScreenCell c;

			vterm_screen_get_cell(p->screen, (VTermPos){ y, x }, &c);
			if (!VTERM_COLOR_IS_DEFAULT_FG(&c.fg) && c.width) {
				assert_true(c.chars[0] == 0x2713 || c.chars[0] == '~' || c.chars[0] == '!' || c.chars[0] == 0x2717);
				return true;
			}
		}
	return false;
}

static void
test_colour(void **state)
{
	static const struct { const char *env; bool colour; } cases[] = {
		{ "FAKE=", true }, { "NO_COLOR=1", false }, { "TERM=vt100", false }, { "TERM=xterm-mono", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *env[] = { cases[i].env, NULL };
		struct play *p = play_start(80, 24, env, false);

		play_wait(p, "step 1 of 11");
		play_key(p, ENTER, "step 2 of 11");
		assert_int_equal(has_colour(p), cases[i].colour);
		play_end(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_compact),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_language_that_cannot_be_shown),
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_test_certificate),
		cmocka_unit_test(test_failure_and_apply),
		cmocka_unit_test(test_sums_in_columns),
		cmocka_unit_test(test_long_plan),
		cmocka_unit_test(test_small_review),
		cmocka_unit_test(test_what_to_press),
		cmocka_unit_test(test_help_on_a_field),
		cmocka_unit_test(test_help_on_streams),
		cmocka_unit_test(test_shifted),
		cmocka_unit_test(test_doctor),
		cmocka_unit_test(test_crowded),
		cmocka_unit_test(test_looking),
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_small_apply),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_undone),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_meanwhile),
		cmocka_unit_test(test_result_keys),
		cmocka_unit_test(test_eight_keys),
		cmocka_unit_test(test_korean_columns),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
