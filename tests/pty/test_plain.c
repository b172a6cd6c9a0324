/* test_plain.c - line mode: a script on stdin, and a person at a terminal. */
#include "play.h"

#include <sys/stat.h>

#include "base/fs.h"

/* Run line mode with `script' on stdin; what it said is appended to `out'; the exit status. */
static int
run_script(const char *script, const char *env, struct buf *out)
{
	int in[2], said[2], status;
	char bytes[4096];
	ssize_t n;
	pid_t pid;

	fflush(stdout);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(said), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct wizard_options o = { .color = strstr(env, "COLOUR") ? "always" : "auto", .plain = true };

		dup2(in[0], 0);
		dup2(said[1], 1);
		for (int i = 0; i < 2; i++) {
			close(in[i]);
			close(said[i]);
		}
		setenv("LC_ALL", strstr(env, "ASCII") ? "C" : "C.UTF-8", 1);
		setenv("LANGUAGE", "en", 1);
		putenv((char *)env);
		i18n_init("/nowhere", NULL);
		exit(wizard_run(&o));
	}
	close(in[0]);
	close(said[1]);
	assert_int_equal(write(in[1], script, strlen(script)), (ssize_t)strlen(script));
	close(in[1]);
	while ((n = read(said[0], bytes, sizeof(bytes))) > 0)
		buf_add(out, bytes, (size_t)n);
	close(said[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define TO_REVIEW "\n\n\n\nchat.example.org\n\n\n\n\n"

static void
same_as(const struct buf *got, const char *path)
{
	struct buf want = BUF_INIT;
	struct err e = { 0 };

	if (getenv("UPDATE"))
		assert_int_equal(fs_write(path, got->s, got->len, 0644, &e), 0);
	assert_int_equal(fs_read(&want, path, 65536, &e), 0);
	assert_string_equal(got->s, want.s);
	buf_free(&want);
}

/* No escape, no carriage return; a line that is too long is a command or a path. */
static void
is_plain(const struct buf *out)
{
	assert_null(strchr(out->s, '\033'));
	assert_null(strchr(out->s, '\r'));
	assert_null(strstr(out->s, "\xe2\x9c"));
	for (const char *p = out->s; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		const size_t n = strcspn(p, "\n");

		if (n > 76 && !memchr(p, '[', n))
			assert_true(memchr(p, '/', n) || memchr(p, '"', n));
	}
}

static void
test_road(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_script("\nhttp://127.0.0.1:3000\ns\n\n\n?\nchat.example.org/app\nchat.example.org\n7\n\n"
	                            "50MM\n\n<\n\n\ny\nn\nyes\ny\n", "FAKE=", &out), 0);
	is_plain(&out);
	same_as(&out, "tests/pty/screens/plain.txt");
	buf_free(&out);
}

/* Only a whole word applies; Enter, y and the end of input do not. */
static void
test_apply_wants_a_word(void **state)
{
	static const struct { const char *answer; bool applied; } cases[] = {
		{ "\n", false }, { "no\n", false }, { "y\nn\n", false }, { "", false }, { "q\n", false },
		{ "yes\n", true }, { "tak\n", true }, { "\xec\x98\x88\n", true }, { "YES\n", true },
		{ "maybe\nyes\n", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		char script[256];

		snprintf(script, sizeof(script), TO_REVIEW "n\n%s", cases[i].answer);
		assert_int_equal(run_script(script, "FAKE=", &out), 0);
		assert_int_equal(strstr(out.s, "Step 11 of 11") != NULL, cases[i].applied);
		assert_int_equal(strstr(out.s, "OpenChamber works at") != NULL, cases[i].applied);
		buf_free(&out);
	}
}

static void
test_consent(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_script(TO_REVIEW "n\nyes\n\n", "FAKE=open", &out), 0);
	assert_non_null(strstr(out.s, "OpenChamber has no UI password."));
	assert_null(strstr(out.s, "Step 11 of 11"));
	buf_cut(&out, 0);
	assert_int_equal(run_script(TO_REVIEW "n\nyes\nyes\n", "FAKE=open", &out), 0);
	assert_non_null(strstr(out.s, "Step 11 of 11"));
	buf_free(&out);
}

/* Every end of input is an answer: q.  Nothing loops, whatever the script leaves unsaid. */
static void
test_end_of_input(void **state)
{
	const char *script = TO_REVIEW "n\n";

	(void)state;
	for (size_t n = 0; n <= strlen(script); n++) {
		struct buf out = BUF_INIT;
		char *part = xstrndup(script, n);

		assert_int_equal(run_script(part, "FAKE=", &out), 0);
		assert_non_null(strstr(out.s, "Nothing on this server has been changed."));
		assert_true(out.len < 20000);
		free(part);
		buf_free(&out);
	}
}

static void
test_bad_input(void **state)
{
	struct buf script = BUF_INIT, out = BUF_INIT;

	(void)state;
	buf_puts(&script, "99\nx\n-1\n1\n"); /* the language */
	buf_puts(&script, TO_REVIEW + 1);
	buf_puts(&script, "n\n");
	for (int i = 0; i < 20000; i++)
		buf_putc(&script, 'a'); /* one endless line */
	buf_puts(&script, "\n\n");
	assert_int_equal(run_script(script.s, "FAKE=", &out), 0);
	assert_non_null(strstr(out.s, "error: Write a number from 1 to 3."));
	assert_null(strstr(out.s, "Step 11 of 11"));
	buf_free(&script);
	buf_free(&out);
}

static void
test_colour_only_if_wanted(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_script("\n", "COLOUR=1", &out), 0);
	assert_non_null(strstr(out.s, "\033[32mfound\033[0m: OpenChamber"));
	buf_free(&out);
}

/* What was seen is told without what it would do to a terminal. */
static void
test_hostile(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_script("\n\n\n\n", "FAKE=hostile", &out), 0);
	assert_null(strchr(out.s, '\033'));
	assert_null(strstr(out.s, "\xe2\x80\xae"));
	assert_non_null(strstr(out.s, "fail: Something else answers here: ?[2J"));
	buf_free(&out);
}

/* A later run: nothing is changed without the whole word, and what needs root has its command on a line of its own. */
static void
test_later(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_script("2\n<\n6\n\n6\ny\n\n9\nq\n", "FAKE=later", &out), 0);
	is_plain(&out);
	assert_non_null(strstr(out.s, "https://chat.example.org works: passed 25"));
	assert_non_null(strstr(out.s, "\n3 Body size: uploads up to, 100M\n"));
	assert_non_null(strstr(out.s, "error: Write a number from 1 to 6."));
	assert_null(strstr(out.s, "Step 13"));
	assert_null(strstr(out.s, "Step 11"));
	buf_cut(&out, 0);
	assert_int_equal(run_script("6\nyes\n3\n", "FAKE=later", &out), 1);
	assert_non_null(strstr(out.s, "Undone: this server is exactly as it was."));
	assert_non_null(strstr(out.s, "\nWhat was changed is taken back. If"));
	assert_null(strstr(out.s, "Step 11 of 11"));
	buf_cut(&out, 0);
	assert_int_equal(run_script("2\n3\n50M\n\n\n", "FAKE=later", &out), 0);
	assert_non_null(strstr(out.s, "Step 8 of 11: Body size."));
	assert_null(strstr(out.s, "Step 9 of 11"));
	assert_non_null(strstr(out.s, "Step 10 of 11: Review."));
	buf_cut(&out, 0);
	assert_int_equal(run_script("1\n5\nyes\nq\n", "FAKE=user", &out), 0);
	assert_non_null(strstr(out.s, "\nNothing differs from what was written."));
	assert_null(strstr(out.s, "error:")); /* what cannot be done now is none */
	assert_null(strstr(out.s, "\n1 Look at")); /* and is not offered */
	assert_non_null(strstr(out.s, "\n2 Change one thing"));
	assert_non_null(strstr(out.s, "\nsudo antechamber rollback 1\n"));
	buf_free(&out);
}

/* A later run is set up: nothing of steps is said; and a word that is no whole yes says that nothing was done. */
static void
test_later_words(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_script("s\n6\ny\nja\n\nq\n", "FAKE=later", &out), 0);
	assert_null(strstr(out.s, "Up to step 10"));
	assert_null(strstr(out.s, "to do:"));
	assert_non_null(strstr(out.s, "\nIt is set up already: no step is left to do.\n"));
	assert_non_null(strstr(out.s, "\nerror: Only the whole word yes counts here. Nothing was changed.\n"
	                              "This changes this server. Type yes, or Enter for no [no]: ja\nerror: Only the whole word yes"));
	buf_free(&out);
}

/* A refused password is asked for again at once, so that it is typed into no other question; Enter goes on without. */
static void
test_refused_password(void **state)
{
	static const struct { const char *answers; bool thrice; } cases[] = {
		{ "wrong\n\n6\n", false }, { "wrong\nright\n6\n", false }, { "wrong\nworse\nworst\n6\n", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		char script[64];
		const char *at;
		int times = 0;

		snprintf(script, sizeof(script), "\n\n%s", cases[i].answers);
		assert_int_equal(run_script(script, "FAKE=locked", &out), 0);
		for (at = out.s; (at = strstr(at, "\nUI password, not shown")); at++)
			times++;
		assert_int_equal(times, cases[i].thrice ? 3 : 2);
		assert_int_equal(strstr(out.s, "\nThe password was refused three times. It goes on without one.\n") != NULL, cases[i].thrice);
		assert_non_null(strstr(out.s, "\nEnter alone goes on without a password.\n"));
		assert_non_null(strstr(out.s, "Which one, 1 to 6 [1]: 6\n"));
		buf_free(&out);
	}
}

/* The four answers as words, and < to the question before on the same page. */
static void
test_words(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_script("\n\n\nback\nhelp\nsteps\nQUIT\n", "FAKE=", &out), 0);
	assert_non_null(strstr(out.s, "Which one, 1 to 6 [1]: back\n\nStep 2 of 11"));
	assert_non_null(strstr(out.s, "[http://127.0.0.1:3000]: help\nWhat it is."));
	assert_non_null(strstr(out.s, "\nto do: step 4, Public address\n"));
	assert_non_null(strstr(out.s, "[http://127.0.0.1:3000]: QUIT\n"));
	buf_cut(&out, 0);
	/* Of a password only the signs are answers: any word may be one. */
	assert_int_equal(run_script("\n\n?\n<\n\nhelp\n\nq\n", "FAKE=locked", &out), 0);
	assert_non_null(strstr(out.s, "UI password, not shown while you type [none]: \nWhat it is."));
	assert_non_null(strstr(out.s, "UI password, not shown while you type [none]: \nWhere does OpenChamber answer [http://127.0.0.1:3000]: \n"));
	assert_non_null(strstr(out.s, "\nThe password was refused.\n"));
	buf_cut(&out, 0);
	/* The long wait is offered until it is answered: from its question < leads to the one before. */
	assert_int_equal(run_script("\n\n\n\nchat.example.org\n\n\n\n?\n<\n\n\nq\n", "FAKE=", &out), 0);
	assert_non_null(strstr(out.s, "now, y or n [n]: <\nKeep quiet streams [3600s]: \nHold a quiet stream"));
	buf_free(&out);
}

/* A difference is told file by file: what each line was and is, without signs; a new file only if it is wanted. */
static void
test_difference(void **state)
{
	static const char *const told[] = {
		"\nSecret file /etc/antechamber/secret differs\n/etc/nginx/sites-available/openchamber.conf\nIn this 4 lines change.\n"
		"Read it, y or n [y]: \n",
		"\nline 66, was: client_max_body_size 100m;\nline 66, now: client_max_body_size 50m;\n"
		"line 81, gone: --- by hand\nline 82, gone: an empty line\nline 81, new: proxy_buffering off;\n"
		"/etc/nginx/sites-enabled/blog.conf\nThis goes and has 2 lines.\nRead it, y or n [n]: y\nserver {\n}\n",
		"\nApply these changes?",
	};
	struct buf out = BUF_INIT;
	const char *at;

	(void)state;
	assert_int_equal(run_script(TO_REVIEW "\ny\nq\n", "FAKE=edited", &out), 0);
	at = out.s;
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		at = strstr(at, told[i]);
		assert_non_null(at);
	}
	assert_null(strstr(out.s, "@@"));
	buf_cut(&out, 0);
	assert_int_equal(run_script(TO_REVIEW "\nq\n", "FAKE=", &out), 0);
	assert_non_null(strstr(out.s, "\nThis file is new and has 38 lines. Its remarks are in English.\nRead it, y or n [n]: \n"));
	assert_null(strstr(out.s, "server {"));
	buf_cut(&out, 0);
	assert_int_equal(run_script(TO_REVIEW "y\nq\n", "FAKE=", &out), 0);
	assert_non_null(strstr(out.s, "\nserver {\n    # line 7\n"));
	buf_free(&out);
}

/* A change that has to be kept: the whole word does, anything else and the end of the input undo it. */
static void
test_keep(void **state)
{
	static const struct { const char *answer, *end; int status; } cases[] = {
		{ "yes\nn\nn\n", "\nOpenChamber works at", 0 }, { "y\n3\n", "\nUndone: this server", 1 },
		{ "q\n3\n", "\nUndone: this server", 1 }, { "", "\nUndone: this server", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT, script = BUF_INIT;

		buf_printf(&script, TO_REVIEW "n\nyes\n%s", cases[i].answer);
		assert_int_equal(run_script(script.s, "FAKE=keeps", &out), cases[i].status);
		is_plain(&out);
		assert_non_null(strstr(out.s, "\nIt works, and is undone in 118 seconds unless you keep it.\n"));
		assert_non_null(strstr(out.s, cases[i].end));
		buf_free(&out);
		buf_free(&script);
	}
}

static void
test_interrupted(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(run_script("1\n3\ny\nq\n", "FAKE=interrupted", &out), 0);
	is_plain(&out);
	assert_null(strstr(out.s, "Step 1 of 11"));
	assert_non_null(strstr(out.s, "done: backup, number 3: what was there before"));
	assert_non_null(strstr(out.s, "\nserver {\n"));
	buf_free(&out);
}

/* At a terminal: a password is not echoed, and is right after it again; Ctrl-C is 130. */
static void
test_person(void **state)
{
	struct play *p = play_start(80, 50, NULL, true);

	(void)state;
	play_wait(p, "[1]:");
	play_key(p, "\n", "Where does OpenChamber answer");
	play_key(p, "\n", "not shown while you type");
	play_key(p, "swordfish\n", "Which one");
	assert_null(strstr(p->raw.s, "swordfish"));
	play_key(p, "2", "[1]: 2"); /* the echo is back */
	play_send(p, "\003");
	assert_int_equal(play_status(p), 130);
	assert_null(strchr(p->raw.s, '\033'));
	play_end(p);
}

/* At the terminal's width a line ends behind a word; the last of a question has its brackets whole, and a word before them. */
static void
test_narrow(void **state)
{
	static const char *const env[] = { "FAKE=later", NULL };
	struct play *p = play_start(46, 50, env, true);

	(void)state;
	play_wait(p, "[1]:");
	assert_non_null(strstr(p->raw.s, "take it back, or\r\nleave it\r\n"));
	play_key(p, "6\n", "[no]:");
	assert_non_null(strstr(p->raw.s, "This changes this server. Type yes, or Enter\r\nfor no [no]: "));
	play_send(p, "\003");
	assert_int_equal(play_status(p), 130);
	play_end(p);
}

/* A check that takes long says so, once in five seconds; and Ctrl-C still works. */
static void
test_waiting(void **state)
{
	static const char *const env[] = { "FAKE=slow", NULL };
	struct play *p = play_start(80, 50, env, true);
	const long long begin = play_now();

	(void)state;
	play_wait(p, "[1]:");
	play_key(p, "\n", "Where does OpenChamber answer");
	play_send(p, "\n");
	while (!play_has(p, "checking: 5 seconds so far") && play_now() < begin + 8000)
		play_read(p, 50);
	assert_true(play_has(p, "checking: 5 seconds so far"));
	assert_true(play_now() - begin >= 4900);
	play_send(p, "\003");
	assert_int_equal(play_status(p), 130);
	play_end(p);
}

static void
test_stop_in_apply(void **state)
{
	static const char *const env[] = { "FAKE=stays", NULL };
	struct play *p = play_start(80, 100, env, true);

	(void)state;
	play_wait(p, "[1]:");
	for (const char *c = TO_REVIEW; *c; c++) {
		play_send(p, (char[]){ *c, '\0' });
		if (*c == '\n')
			play_settle(p);
	}
	play_key(p, "n\n", "Apply these changes");
	play_key(p, "yes\n", "done: reload");
	play_send(p, "\003");
	assert_int_equal(play_status(p), 130);
	assert_true(play_has(p, "Undone. This server is exactly as it was."));
	play_end(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_road),
		cmocka_unit_test(test_apply_wants_a_word),
		cmocka_unit_test(test_consent),
		cmocka_unit_test(test_end_of_input),
		cmocka_unit_test(test_bad_input),
		cmocka_unit_test(test_colour_only_if_wanted),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_later_words),
		cmocka_unit_test(test_refused_password),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_difference),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_person),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_stop_in_apply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
