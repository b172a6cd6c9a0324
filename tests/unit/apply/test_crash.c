/*
 * kill -9 right after each line of the journal, and at random moments; then a rollback, or the next apply.
 *
 * KILLS in the environment says at how many random moments each of apply and rollback is killed
 * (default 5), SEED which ones.
 */
#include "server.h"

/* Lines a run can have at most; a loop that goes on for ever is a failure too. */
#define MOST 40

static unsigned kills; /* in all the tests here */

static unsigned long
number_from(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

static void
no_leftovers(struct server *s)
{
	char *command = xasprintf("find %s/etc %s/config -name '*antechamber.*' 2>/dev/null | grep -c . ", s->t->root, s->t->root);
	FILE *f = popen(command, "r");
	int n = -1;

	assert_int_equal(fscanf(f, "%d", &n), 1);
	pclose(f);
	free(command);
	assert_int_equal(n, 0);
}

/* A site is set aside, a file changed or new, a link made, the answers saved. */
static void
prepare(struct server *s, struct attempt *t)
{
	tree_write(s->t, "/etc/nginx/sites-available/aaa.conf", "# empty\n");
	add_link(s, "aaa.conf");
	t->set_aside = tree_path(s->t, "/etc/nginx/sites-available/aaa.conf");
	t->options.answers_to = tree_path(s->t, "/etc/antechamber/chat.example.org.yaml");
}

/* The fingerprint without the times, which an undo brings back and an apply cannot. */
static const char *
tree_bytes(struct server *s)
{
	char *text = (char *)fingerprint(s), *to = text;

	for (const char *p = text; *p;) {
		const char *end = p + strcspn(p, "\n"), *last = end;

		if (end > p + 11 && end[-11] == '.') /* seconds and ten digits at the end of the line */
			while (last > p && *last != ' ')
				last--;
		memmove(to, p, (size_t)(last - p));
		to += last - p;
		*to++ = '\n';
		p = *end ? end + 1 : end;
	}
	*to = '\0';
	return text;
}

static struct told
killed_at(struct server *s, const struct attempt *how, int line)
{
	struct attempt t = *how;

	t.stop_at = arena_printf(&s->t->arena, "%d", line);
	struct told told = attempt(&t);
	kills += told.killed;
	return told;
}

static int
every_line(struct server *s, struct attempt *t, const char *before)
{
	int line;

	for (line = 1; line < MOST; line++) {
		struct told told = killed_at(s, t, line);
		if (!told.killed) {
			assert_int_equal(told.outcome, APPLY_KEPT);
			break;
		}
		struct journal_entry open = { 0 };
		/* Killed behind its last line it is whole; before, it is half-way. */
		if (newest(s).state != JOURNAL_COMMITTED) {
			assert_int_equal(newest(s).state, JOURNAL_UNFINISHED);
			assert_true(journal_open_business(&s->t->arena, s->t->root, &open));
		}
		told = rollback(s, 0);
		assert_int_equal(told.outcome, APPLY_UNDONE);
		assert_int_equal(told.code, ERR_NONE);
		assert_string_equal(fingerprint(s), before);
		assert_int_equal(newest(s).state, JOURNAL_UNDONE);
		assert_false(journal_open_business(&s->t->arena, s->t->root, &open));
		no_leftovers(s);
		wait_for_status(s->other, "shop.example.org", 200);
	}
	assert_true(line > 8 && line < MOST);
	return line;
}

static void
test_first_install(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	prepare(s, &t);
	every_line(s, &t, fingerprint(s));
	wait_for_status(s->port, "chat.example.org", 301);
}

static void
test_change(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);
	const char *site;

	needs_server(s);
	prepare(s, &t);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	site = tree_path(s->t, SITE);
	assert_int_equal(chmod(site, 0604), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(site, 0, 65534), 0);
	s->extra = "limits: {body: 50M}\n";
	t.set_aside = NULL;
	const char *before = fingerprint(s);
	for (int line = 1; line < MOST; line++) {
		struct told told = killed_at(s, &t, line);
		if (!told.killed)
			break;
		told = rollback(s, 0);
		assert_int_equal(told.outcome, APPLY_UNDONE);
		assert_int_equal(told.code, ERR_NONE);
		assert_string_equal(fingerprint(s), before);
		no_leftovers(s);
	}
	/* Mode and owner went along into the new file. */
	struct stat st;
	assert_int_equal(stat(site, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0604);
	if (geteuid() == 0)
		assert_int_equal(st.st_gid, 65534);
	assert_string_not_equal(fingerprint(s), before);
}

/* The next apply settles it by itself, and can be undone to the beginning. */
static void
test_next_apply(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	prepare(s, &t);
	const char *before = fingerprint(s);
	for (int line = 1; line < MOST; line++) {
		struct told told = killed_at(s, &t, line);
		if (!told.killed)
			break;
		bool whole = newest(s).state == JOURNAL_COMMITTED;
		unsigned id = newest(s).id;
		told = attempt(&t);
		assert_int_equal(told.outcome, whole ? APPLY_UNCHANGED : APPLY_KEPT);
		assert_int_equal(newest(s).id, whole ? id : id + 1);
		assert_int_equal(newest(s).state, JOURNAL_COMMITTED);
		told = rollback(s, 0);
		assert_int_equal(told.outcome, APPLY_UNDONE);
		assert_string_equal(fingerprint(s), before);
		no_leftovers(s);
	}
}

/*
 * Instead of undone it is finished, from the journal alone: byte for byte the tree of a run that
 * nobody killed.  Only the times of what was written differ.
 */
static void
test_finish(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s), finish = ATTEMPT(s);
	int line;

	needs_server(s);
	prepare(s, &t);
	finish.options.answers_to = t.options.answers_to;
	finish.finish = true;
	const char *before = fingerprint(s);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	const char *wanted = tree_bytes(s);
	assert_int_equal(rollback(s, 0).outcome, APPLY_UNDONE);
	assert_string_not_equal(tree_bytes(s), wanted);
	for (line = 1; line < MOST; line++) {
		struct told told = killed_at(s, &t, line);
		if (!told.killed || newest(s).state == JOURNAL_COMMITTED)
			break;
		unsigned id = newest(s).id;
		told = attempt(&finish);
		assert_string_equal(told.msg, "");
		assert_int_equal(told.outcome, APPLY_KEPT);
		assert_int_equal(newest(s).id, id + 1);
		assert_int_equal(newest(s).state, JOURNAL_COMMITTED);
		assert_string_equal(tree_bytes(s), wanted);
		no_leftovers(s);
		wait_for_status(s->port, "chat.example.org", 301);
		wait_for_status(s->other, "shop.example.org", 200);
		/* And killed while it finishes, it can be finished again, or undone. */
		assert_int_equal(rollback(s, 0).outcome, APPLY_UNDONE);
		assert_string_equal(fingerprint(s), before);
		assert_true(killed_at(s, &t, line).killed);
		told = killed_at(s, &finish, line + 2);
		assert_true(told.killed);
		if (newest(s).state == JOURNAL_UNFINISHED) {
			told = attempt(&finish);
			assert_int_equal(told.outcome, APPLY_KEPT);
			assert_string_equal(tree_bytes(s), wanted);
			no_leftovers(s);
			assert_int_equal(rollback(s, 0).outcome, APPLY_UNDONE);
		}
		assert_string_equal(fingerprint(s), before);
	}
	assert_true(line > 8 && line < MOST);
}

/* An undo that is killed is undone by the next one. */
static void
test_rollback_killed(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s), back = ATTEMPT(s);
	int line;

	needs_server(s);
	prepare(s, &t);
	back.rollback = true;
	const char *before = fingerprint(s);
	for (line = 1; line < MOST; line++) {
		assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
		struct told told = killed_at(s, &back, line);
		if (!told.killed)
			break;
		told = rollback(s, 0);
		assert_int_equal(told.outcome, newest(s).state == JOURNAL_UNDONE && line >= 3 ?
		                 told.outcome : APPLY_UNDONE);
		assert_int_equal(told.code, ERR_NONE);
		assert_string_equal(fingerprint(s), before);
		wait_for_status(s->port, "chat.example.org", 0);
	}
	assert_true(line >= 3 && line < MOST);
}

/* A moment of a run that takes `us'; every moment is as likely. */
static unsigned long
some_moment(unsigned long us)
{
	return 1 + (unsigned long)random() % us;
}

/* Whenever it dies, a rollback brings back every byte: after an apply, and after a rollback that died too. */
static void
test_random_moments(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s), back = ATTEMPT(s);
	const unsigned long wanted = number_from("KILLS", 5), seed = number_from("SEED", 1);
	unsigned long applied = 0, undone = 0;

	needs_server(s);
	prepare(s, &t);
	back.rollback = true;
	srandom((unsigned)seed);
	const char *before = fingerprint(s);
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_KEPT);
	const unsigned long apply_us = told.us;
	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	const unsigned long undo_us = told.us;
	for (unsigned long tries = 0; applied < wanted || undone < wanted; tries++) {
		struct attempt *dying = applied < wanted ? &t : &back;

		assert_true(tries < 20 * wanted); /* most moments lie within the run */
		if (dying == &back)
			assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
		dying->kill_after = some_moment(dying == &t ? apply_us : undo_us);
		told = attempt(dying);
		dying->kill_after = 0;
		*(dying == &t ? &applied : &undone) += told.killed;
		kills += told.killed;
		told = rollback(s, 0);
		/* It may have died before its first line, or after its last one. */
		if (told.outcome != APPLY_UNCHANGED)
			assert_int_equal(told.outcome, APPLY_UNDONE);
		assert_int_equal(told.code, ERR_NONE);
		assert_string_equal(fingerprint(s), before);
		no_leftovers(s);
		wait_for_status(s->other, "shop.example.org", 200);
	}
	print_message("seed %lu: an apply of %lu us, a rollback of %lu us\n", seed, apply_us, undo_us);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_install),
		TEST(test_change),
		TEST(test_next_apply),
		TEST(test_finish),
		TEST(test_rollback_killed),
		TEST(test_random_moments),
	};
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%u kills\n", kills);
	return failed;
}
