/* test_keys.c - what keys do, how it ends, and that nothing typed is lost. */
#include "play.h"

static struct play *
at_step(int step, const char *fake)
{
	const char *env[] = { fake, NULL };
	struct play *p = play_start(80, 24, env, false);

	play_wait(p, "step 1 of 11");
	if (step > 1)
		play_key(p, ENTER, "step 2 of 11");
	if (step > 2)
		play_key(p, ENTER ENTER, "step 3 of 11"); /* address, password */
	if (step > 3)
		play_key(p, ENTER, "step 4 of 11");
	if (step > 4)
		play_key(p, "chat.example.org" ENTER ENTER, "step 5 of 11");
	if (step > 9)
		play_key(p, F9, "Read first");
	play_settle(p);
	return p;
}

static void
test_endings(void **state)
{
	static const struct { const char *keys; int status; } cases[] = {
		{ "\003", 130 },             /* Ctrl-C, at once */
		{ "q" TAB ENTER, 0 },        /* q, with the question */
		{ "q" RIGHT ENTER, 0 },
		{ ESC, -1 },                 /* asks, and Esc stays */
		{ "q" ENTER, -1 },           /* Stay is in focus */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct play *p = at_step(1, "FAKE=");

		if (cases[i].status >= 0) {
			play_send(p, cases[i].keys);
			assert_int_equal(play_status(p), cases[i].status);
			/* The terminal is as it was, and the last line says what was changed. */
			assert_non_null(strstr(p->raw.s, "\033[?1049l"));
			assert_true(play_has(p, "Nothing on this server has been changed."));
		} else {
			play_send(p, cases[i].keys);
			play_settle(p);
			play_key(p, ESC, "Line mode");
			assert_int_equal(waitpid(p->pid, NULL, WNOHANG), 0);
		}
		play_end(p);
	}
}

/* Without UTF-8 no letter has its mark, nor has any when the screen is gone. */
static void
test_without_utf8(void **state)
{
	char locale[600];
	const char *env[] = { "LC_ALL=pl_PL.ISO-8859-2", "LANGUAGE=pl", locale, NULL };
	struct play *p;

	(void)state;
	snprintf(locale, sizeof(locale), "PLAY_LOCALE=%s/locale", getenv("B") ? getenv("B") : "build");
	p = play_start(80, 24, env, false);
	play_wait(p, "Bezposredni dostep");
	play_send(p, "q" TAB ENTER);
	assert_int_equal(play_status(p), 0);
	assert_true(play_has(p, "Na tym serwerze nic nie zostalo zmienione."));
	for (size_t i = 0; i < p->raw.len; i++)
		assert_true((unsigned char)p->raw.s[i] < 0x80);
	play_end(p);
}

static void
test_signals(void **state)
{
	static const struct { int sig, status; } cases[] = { { SIGTERM, 143 }, { SIGINT, 130 }, { SIGHUP, 129 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct play *p = at_step(1, "FAKE=");

		kill(p->pid, cases[i].sig);
		assert_int_equal(play_status(p), cases[i].status);
		play_end(p);
	}
}

/* Going back loses nothing, and Esc never discards what was typed. */
static void
test_answers_are_kept(void **state)
{
	struct play *p = at_step(4, "FAKE=");

	(void)state;
	play_key(p, "chat.example.org", "[chat.example.org");
	play_key(p, ESC, "step 3 of 11");
	play_key(p, DOWN DOWN, "> 3 Nginx Proxy Manager");
	play_key(p, ESC, "step 2 of 11");
	play_key(p, TAB "secret", "[******");
	play_key(p, ESC, "step 1 of 11");
	play_key(p, ENTER, "[******");
	play_key(p, ENTER ENTER, "step 3 of 11");
	play_key(p, "", "> 3 Nginx Proxy Manager");
	play_key(p, ENTER, "[https://chat.example.org");
	play_end(p);
}

/* Enter held down ends at the first field that has to be typed, or in the difference, with nothing written. */
static void
test_enter_held_down(void **state)
{
	char path[] = "/tmp/antechamber-applied.XXXXXX";
	const int fd = mkstemp(path);
	const char *env[] = { NULL, NULL };
	char applied[64];
	struct play *p;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	snprintf(applied, sizeof(applied), "FAKE_APPLIED=%s", path);
	env[0] = applied;
	p = play_start(80, 24, env, false);
	play_wait(p, "step 1 of 11");
	for (int i = 0; i < 60; i++)
		play_send(p, ENTER);
	play_wait(p, "step 4 of 11");
	play_settle(p);
	assert_true(play_has(p, "The address is needed."));
	play_send(p, "chat.example.org");
	for (int i = 0; i < 200; i++) {
		play_send(p, ENTER);
		play_read(p, 2);
	}
	play_wait(p, "lines 33 to 41 of 41");
	play_settle(p);
	assert_true(play_has(p, "step 10 of 11"));
	assert_int_equal(access(path, F_OK), -1);
	/* The twin: a applies, and the mark of it is there. */
	play_key(p, "a", "works at");
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	play_end(p);
}

/* What was typed before the review was on the screen presses nothing there. */
static void
test_typed_ahead(void **state)
{
	static const char *const keys[] = { F9 "a", F9 TAB ENTER, F9 "aaaa" TAB ENTER };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct play *p = at_step(5, "FAKE=");

		play_key(p, keys[i], "Read first");
		assert_true(play_has(p, "step 10 of 11"));
		play_cursor(p, 10, 5); /* in the difference, not on a button */
		play_key(p, "a", "works at");
		play_end(p);
	}
}

/* The first printable key replaces a suggestion that nobody has touched; otherwise it is edited. */
static void
test_editing(void **state)
{
	static const struct { const char *keys, *want; } cases[] = {
		{ "x", "[x  " },
		{ "\005x", "[http://127.0.0.1:3000x " },
		{ "\001https\033[3~\033[3~\033[3~\033[3~", "[https://127.0.0.1:3000 " },
		{ LEFT LEFT "9", "[http://127.0.0.1:30900 " },
		{ "\027" "3001", "[http://127.0.0.1:3001 " },
		{ "\177" "1", "[http://127.0.0.1:3001 " },
		{ "\025http://nas.lan", "[http://nas.lan " },
		{ "\033[1;5D\013" "80", "[http://127.0.0.1:80 " },
		{ "\355\225\234\352\270\200\177", "[\355\225\234  " },       /* Hangul, and one of it taken back */
		{ "\033[200~chat.example.org\r\n\033[201~", "[chat.example.org " }, /* a paste never presses Enter */
		{ "\033[200~evil\033[201~", "[evil " },
		{ "h\006\002j", "[jh " },
		{ "x", "Ctrl-Y brings back what stood here." },
		{ "x\031", "[http://127.0.0.1:3000 " }, /* what a key replaced comes back, and only that */
		{ "\033[200~evil\033[201~s\031" "9", "[http://127.0.0.1:30009 " },
		{ "\031" "x", "[x  " },
		{ "\025" "9\031", "[http://127.0.0.1:3000 " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct play *p = at_step(2, "FAKE=");

		play_key(p, cases[i].keys, cases[i].want);
		assert_true(play_has(p, "step 2 of 11"));
		play_end(p);
	}
}

/* What the checks find moves the focus nowhere: a field's label says where it is, and letters are letters there. */
static void
test_focus_stays(void **state)
{
	struct play *p = at_step(2, "FAKE=");
	VTermScreenCell c;

	(void)state;
	play_cursor(p, 6, 24 + 14 + 21); /* behind the address, though a password is asked too */
	play_key(p, ENTER, "step 2 of 11");
	play_cursor(p, 9, 24 + 14);
	vterm_screen_get_cell(p->screen, (VTermPos){ 9, 24 }, &c);
	assert_true(c.attrs.bold);
	assert_false(play_has(p, "q Quit"));
	assert_true(play_has(p, "Ctrl-C Quit"));
	play_key(p, "quiet", "[*****");
	/* What was written and taken is no suggestion any more: it is edited, not replaced. */
	play_key(p, BACKTAB "http://nas.lan" TAB, "[http://nas.lan ");
	vterm_screen_get_cell(p->screen, (VTermPos){ 6, 24 }, &c);
	assert_false(c.attrs.bold);
	play_key(p, BACKTAB ":3001", "[http://nas.lan:3001 ");
	play_end(p);

	p = at_step(3, "FAKE=");
	assert_true(play_has(p, "q Quit"));
	play_end(p);

	/* Where none was found the page tells of F8: there it acts. */
	p = at_step(2, "FAKE=unfound");
	assert_true(play_has(p, "F8 Practice"));
	play_key(p, "\033[19~", "PRACTICE");
	play_end(p);

	/* Where something else answers, Enter takes what answers better; the key for practice is not offered. */
	p = at_step(2, "FAKE=opencode");
	play_cursor(p, 3, 24 + 14 + 21);
	assert_true(play_has(p, "Enter Take it"));
	assert_false(play_has(p, "F8"));
	play_key(p, TAB DOWN ENTER, "another address"); /* another address: to the field */
	play_key(p, "http://10.0.0.9:3000", "[http://10.0.0.9:3000");
	play_key(p, "", "Enter Next"); /* what is typed is meant */
	play_end(p);

	p = at_step(2, "FAKE=opencode");
	play_key(p, ENTER, "WebSockets that open");
	play_end(p);

	p = at_step(2, "FAKE=opencode");
	play_key(p, TAB "1", "WebSockets that open"); /* a digit takes that row */
	play_end(p);
}

static void
test_paste_with_controls(void **state)
{
	struct play *p = at_step(4, "FAKE=");

	(void)state;
	play_key(p, "\033[200~chat\007.example.org\033[201~", "control characters");
	assert_false(play_has(p, "chat.example.org"));
	play_key(p, "\033[200~chat.example.org\033[201~", "[chat.example.org");
	assert_false(play_has(p, "control characters"));
	play_end(p);
}

/* Down in an empty address opens what was found; Esc closes that only; in one that holds something Down is the next field. */
static void
test_found_names(void **state)
{
	struct play *p = at_step(4, "FAKE=");

	(void)state;
	assert_true(play_has(p, "Down opens the names that were found here."));
	play_key(p, DOWN, "> 1 https://nas.example.org");
	play_cursor(p, 9, 24 + 13);
	play_key(p, ESC, "Down opens the names");
	assert_true(play_has(p, "step 4 of 11"));
	assert_false(play_has(p, "nas.example.org"));
	play_key(p, DOWN DOWN, "> 2 http://192.168.1.20");
	play_key(p, ENTER, "[http://192.168.1.20 ");
	assert_false(play_has(p, "nas.example.org"));
	play_cursor(p, 6, 24 + 13 + 1 + 19);
	play_key(p, "\025", "Down opens the names");
	play_key(p, DOWN "1", "[https://nas.example.org "); /* a digit takes that row */
	play_key(p, DOWN DOWN, "> 2 a file");
	play_end(p);
}

static void
test_error_under_the_field(void **state)
{
	struct play *p = at_step(4, "FAKE=");

	(void)state;
	play_key(p, "chat.example.org/app", "[chat.example.org/app");
	play_wait(p, "has a path"); /* while typing, after a moment */
	play_key(p, ENTER, "has a path");
	play_cursor(p, 6, 24 + 13 + 1 + 20); /* Enter stays, the cursor where it was */
	play_key(p, "\177\177\177\177" ENTER, "https://chat.example.org");
	assert_false(play_has(p, "has a path"));
	play_end(p);
}

/* An arrow that the line cut in two is an arrow; Esc and a letter typed by hand are two keys. */
static void
test_split_escape(void **state)
{
	static const struct { const char *first, *rest; } cuts[] = { { "\033", "[B" }, { "\033[", "B" }, { "\033", "OB" }, { "\033O", "B" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		struct play *p = at_step(3, "FAKE=");

		play_send(p, cuts[i].first);
		for (long long end = play_now() + 90; play_now() < end;)
			play_read(p, 10);
		play_key(p, cuts[i].rest, "> 2 Caddy");
		assert_true(play_has(p, "step 3 of 11"));
		play_end(p);
	}
}

static void
test_twins_and_letters(void **state)
{
	static const struct { int step; const char *keys, *want; } cases[] = {
		{ 5, "\033" "9", "step 10 of 11" },          /* Alt-9 is F9 */
		{ 3, "\033" "1", "What it is" },             /* Alt-1 is F1 */
		{ 3, "?", "What it is" },
		{ 3, "j", "> 2 Caddy" },
		{ 3, "\343\205\223", "> 2 Caddy" },          /* the Korean letter on the same key */
		{ 3, "jjk", "> 2 Caddy" },
		{ 3, "4", "> 4 Cloudflare" },
		{ 3, "\343\205\202", "Leave?" },
		{ 10, "\343\205\201", "works at" },
		{ 10, " ", "lines 9 to 17 of 41" },
		{ 10, "\033[6~", "lines 9 to 17 of 41" },
		{ 10, DOWN, "lines 2 to 10 of 41" },
		{ 10, "\033[F", "lines 33 to 41 of 41" },
		{ 10, "\033" "3", "+    # line 17" },          /* all of it on one screen */
		{ 10, "\033OR" ESC, "Read first" },
		{ 10, RIGHT, "     +< ber behind nginx." },
		{ 10, RIGHT, "     --- /dev/null" },          /* which file it is stays in sight */
		{ 10, "\033OR" RIGHT, "+< ber behind nginx." },
		{ 10, " 1", "lines 2 to 10 of 41" },         /* a digit jumps to the file of that step */
		{ 10, TAB TAB ENTER, "Your answers are saved" },
		{ 10, TAB ENTER, "works at" },
		{ 1, "p", "line mode" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct play *p = at_step(cases[i].step, "FAKE=");

		play_key(p, cases[i].keys, cases[i].want);
		play_end(p);
	}
}

/* Ctrl-L draws all of it again: below a question, in a field, in the help, and where the window is too small. */
static void
test_repaint(void **state)
{
	static const struct { int step; const char *keys, *want; int columns; } cases[] = {
		{ 1, "", "Press Enter", 80 }, { 3, "q", "Leave?", 80 }, { 4, "chat", "[chat", 80 },
		{ 3, "?", "What it is", 80 }, { 10, "", "Read first", 80 }, { 1, "", "too small", 52 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct play *p = at_step(cases[i].step, "FAKE=");

		play_resize(p, cases[i].columns, 24);
		play_key(p, cases[i].keys, cases[i].want);
		vterm_input_write(p->vt, "\033[2J", 4); /* something else wrote over it */
		assert_false(play_has(p, cases[i].want));
		play_key(p, "\f", cases[i].want);
		play_end(p);
	}
}

/* The cursor is where the focus is, in every kind of place. */
static void
test_cursor(void **state)
{
	struct play *p = at_step(1, "FAKE=");

	(void)state;
	play_cursor(p, 3, 24 + 11);        /* on the language */
	play_key(p, ENTER, "step 2 of 11");
	play_cursor(p, 6, 24 + 14 + 21);   /* behind the address */
	play_key(p, TAB, "step 2 of 11");
	play_cursor(p, 9, 24 + 14);        /* where the password is asked */
	play_key(p, ENTER, "step 3 of 11");
	play_cursor(p, 7, 24);             /* on `>' */
	play_key(p, DOWN, "> 2");
	play_cursor(p, 8, 24);
	play_key(p, "1" ENTER, "step 4 of 11");
	play_key(p, "chat.example.org" ENTER ENTER, "step 5 of 11");
	play_cursor(p, 1, 24);             /* at the first line of what is read */
	play_key(p, F9, "Read first");
	play_cursor(p, 10, 5);
	play_key(p, TAB, "[ Apply");
	play_cursor(p, 20, 3);             /* on the first letter of a button */
	play_key(p, "q", "Leave?");
	play_cursor(p, 21, 35);
	play_end(p);
}

/* Ctrl-C during a change puts everything back, then leaves with 130. */
static void
test_stop_in_apply(void **state)
{
	struct play *p = at_step(10, "FAKE=stays");

	(void)state;
	play_key(p, "a", "proof");
	play_key(p, ESC "q" ENTER, "proof"); /* nothing else leaves */
	play_send(p, "\003");
	assert_int_equal(play_status(p), 130);
	assert_true(play_has(p, "Undone. This server is exactly as it was."));
	play_end(p);
}

/* sudo asks on the normal screen, below what it will run; then the wizard is back. */
static void
test_sudo(void **state)
{
	static const char said[] = "Writing needs root. sudo may ask now for your login password, which is not\r\n"
	                           "the UI password. It runs only this:\r\n"; /* broken at a word */
	static const char command[] = "  sudo antechamber apply --answers /home/ada/x.yaml";
	struct play *p = at_step(10, "FAKE=sudo");
	const char *left, *text, *asked, *back;

	(void)state;
	buf_cut(&p->raw, 0);
	play_key(p, "a", "works at");
	left = strstr(p->raw.s, "\033[?1049l");
	text = strstr(p->raw.s, said);
	asked = strstr(p->raw.s, "[sudo] password for ada:");
	back = strstr(p->raw.s, "\033[?1049h");
	assert_true(left && text && asked && back && strstr(p->raw.s, command));
	assert_true(left < text && text < asked && asked < back);
	play_end(p);

	p = at_step(10, "FAKE=refused");
	play_key(p, "a", "sudo refused, so nothing was applied.");
	play_key(p, DOWN, "lines 2 to 10 of 41"); /* the review is there as before */
	play_end(p);

	p = at_step(10, "FAKE=by-hand");
	play_key(p, TAB ENTER, "run this as root:");
	assert_true(play_has(p, "    sudo antechamber apply --answers /home/ada/x.yaml"));
	play_key(p, ESC, "step 10 of 11");
	play_end(p);
}

/* Ctrl-Z gives the shell its terminal; fg brings the screen back. */
static void
test_suspend(void **state)
{
	struct play *p = at_step(3, "FAKE=");
	int status = 0;

	(void)state;
	kill(p->pid, SIGSTOP); /* the child is the leader of an orphaned group: SIGTSTP cannot stop it */
	assert_int_equal(waitpid(p->pid, &status, WUNTRACED), p->pid);
	assert_true(WIFSTOPPED(status));
	kill(p->pid, SIGCONT);
	kill(p->pid, SIGTSTP);
	play_settle(p);
	play_key(p, DOWN, "> 2 Caddy");
	play_end(p);
}

/* A password that was refused: the page says how to go on without it, and the empty field and Enter do. */
static void
test_refused_password(void **state)
{
	static const char *const env[] = { "FAKE=locked", NULL };
	struct play *p = play_start(60, 18, env, false);

	(void)state;
	play_wait(p, "1/11 Start");
	play_key(p, ENTER, "2/11");
	for (int times = 1; times <= 3; times++) {
		if (times == 3) { /* the field is closed, and nobody left the page */
			play_key(p, TAB "wrong" ENTER, "Enter goes on without a password.");
		} else {
			play_key(p, TAB "wrong" ENTER, "3/11");
			play_key(p, ESC, "Enter in the empty field goes on without a");
		}
		assert_true(play_has(p, "The password was refused."));
		play_key(p, times == 3 ? ENTER : TAB ENTER, "3/11");
		play_key(p, ESC, "2/11");
		assert_false(play_has(p, "refused."));
	}
	play_end(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endings),
		cmocka_unit_test(test_without_utf8),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_answers_are_kept),
		cmocka_unit_test(test_enter_held_down),
		cmocka_unit_test(test_typed_ahead),
		cmocka_unit_test(test_editing),
		cmocka_unit_test(test_focus_stays),
		cmocka_unit_test(test_paste_with_controls),
		cmocka_unit_test(test_found_names),
		cmocka_unit_test(test_error_under_the_field),
		cmocka_unit_test(test_split_escape),
		cmocka_unit_test(test_twins_and_letters),
		cmocka_unit_test(test_repaint),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_stop_in_apply),
		cmocka_unit_test(test_refused_password),
		cmocka_unit_test(test_sudo),
		cmocka_unit_test(test_suspend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
