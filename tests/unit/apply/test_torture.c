/*
 * Every system call of an apply and of a rollback that touches a file fails
 * once, and then all of them from one on, as on a full or dying disk: what is
 * left is old or new, it is said which, and a rollback restores the rest.
 *
 * The calls below stand in front of those of the C library.
 */
#include "server.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>

struct plan_of_failure {
	unsigned calls;   /* seen so far in the child */
	unsigned at;      /* this one fails; 0: none */
	bool     for_good; /* and all behind it */
	int      error;
	bool     armed;
};

static struct plan_of_failure *failure; /* shared with the child */

static bool
fails(void)
{
	if (!failure || !failure->armed)
		return false;
	failure->calls++;
	if (!failure->at || failure->calls < failure->at ||
	    (!failure->for_good && failure->calls > failure->at))
		return false;
	errno = failure->error;
	return true;
}

/* Only what goes to the disk: sockets and pipes are another matter. */
static bool
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_dev != 0;
}

int
fsync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

int
renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return fails() ? -1 : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

int
unlinkat(int dir, const char *name, int flags)
{
	return fails() ? -1 : (int)syscall(SYS_unlinkat, dir, name, flags);
}

int
symlinkat(const char *target, int dir, const char *name)
{
	return fails() ? -1 : (int)syscall(SYS_symlinkat, target, dir, name);
}

int
mkdirat(int dir, const char *name, mode_t mode)
{
	return fails() ? -1 : (int)syscall(SYS_mkdirat, dir, name, mode);
}

int
fchmod(int fd, mode_t mode)
{
	return fails() ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int
fchown(int fd, uid_t uid, gid_t gid)
{
	return fails() ? -1 : (int)syscall(SYS_fchown, fd, uid, gid);
}

int
ftruncate(int fd, off_t len)
{
	return fails() ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	return failure && failure->armed && is_file(fd) && fails() ? -1 :
	    (ssize_t)syscall(SYS_write, fd, bytes, len);
}

int
openat(int dir, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return (flags & (O_CREAT | O_NOFOLLOW)) && fails() ? -1 :
	    (int)syscall(SYS_openat, dir, name, flags, mode);
}

/* ---- the tests ---- */

static int
setup(void **state)
{
	failure = mmap(NULL, sizeof(*failure), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	               -1, 0);
	assert_true(failure != MAP_FAILED);
	*failure = (struct plan_of_failure){ 0 };
	return server_setup(state);
}

static int
teardown(void **state)
{
	munmap(failure, sizeof(*failure));
	failure = NULL;
	return server_teardown(state);
}

static unsigned injected;

static struct told
failing(struct attempt *how, unsigned at, bool for_good, int error)
{
	struct attempt t = *how;

	*failure = (struct plan_of_failure){ .at = at, .for_good = for_good, .error = error, .armed = true };
	struct told told = attempt(&t);
	failure->armed = false;
	injected += failure->calls >= at;
	return told;
}

static bool
is_outcome(enum apply_outcome o, enum apply_outcome a, enum apply_outcome b, enum apply_outcome c)
{
	return o == a || o == b || o == c;
}

/* A file in the way of nothing, one that is changed, a directory and the answers that are new. */
static void
prepare(struct server *s, struct attempt *t)
{
	tree_write(s->t, SITE, "# https://chat.example.org:1 Written by antechamber.\n");
	tree_write(s->t, "/etc/nginx/sites-available/aaa.conf", "# empty\n");
	add_link(s, "aaa.conf");
	t->set_aside = tree_path(s->t, "/etc/nginx/sites-available/aaa.conf");
	t->options.no_reload = true;
	t->no_origin = true; /* nothing is proved here, so nothing has to be waited for */
	t->options.answers_to = tree_path(s->t, "/etc/antechamber/chat.example.org.yaml");
	s->extra = "commands: {validate: [/bin/true], reload: [/bin/true]}\n";
}

static void
assert_back(struct server *s, const char *before)
{
	if (strcmp(fingerprint(s), before) != 0) {
		struct told told = rollback(s, 0);
		assert_true(is_outcome(told.outcome, APPLY_UNDONE, APPLY_UNCHANGED, APPLY_UNDONE));
		assert_int_equal(told.code, ERR_NONE);
	}
	assert_string_equal(fingerprint(s), before);
}

static void
apply_fails(struct server *s, bool for_good, int error)
{
	struct attempt t = ATTEMPT(s);
	unsigned at, undone = 0;

	prepare(s, &t);
	const char *before = fingerprint(s);
	for (at = 1; at < 1000; at++) {
		struct told told = failing(&t, at, for_good, error);
		bool reached = failure->calls >= at;

		/* Where it says so, the server is as it was at that very moment. */
		if (told.outcome == APPLY_UNDONE || told.outcome == APPLY_REFUSED)
			assert_string_equal(fingerprint(s), before);
		else if (told.outcome == APPLY_UNDO_FAILED)
			assert_true(told.by_hand > 0 && told.code == ERR_ROLLBACK);
		else
			assert_int_equal(told.outcome, APPLY_KEPT);
		if (told.outcome != APPLY_KEPT) {
			assert_true(told.msg[0] != '\0');
			undone++;
		}
		assert_back(s, before);
		if (!reached)
			break;
	}
	assert_true(at < 1000);
	assert_true(undone > 20);
}

static void
test_once(void **state)
{
	needs_server(*state);
	apply_fails(*state, false, EIO);
}

static void
test_full_disk(void **state)
{
	needs_server(*state);
	apply_fails(*state, true, ENOSPC);
}

static void
rollback_fails(struct server *s, bool for_good)
{
	struct attempt t = ATTEMPT(s), back = ATTEMPT(s);
	unsigned at;

	prepare(s, &t);
	back.rollback = true;
	const char *before = fingerprint(s);
	for (at = 1; at < 1000; at++) {
		assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
		struct told told = failing(&back, at, for_good, EIO);
		bool reached = failure->calls >= at;

		if (told.outcome == APPLY_UNDONE)
			assert_string_equal(fingerprint(s), before);
		else if (told.outcome == APPLY_UNDO_FAILED)
			assert_true(told.by_hand > 0 && told.code == ERR_ROLLBACK);
		else
			assert_int_equal(told.outcome, APPLY_REFUSED);
		assert_back(s, before);
		if (!reached)
			break;
	}
	assert_true(at > 10 && at < 1000);
}

static void
test_rollback_once(void **state)
{
	needs_server(*state);
	rollback_fails(*state, false);
}

static void
test_rollback_for_good(void **state)
{
	needs_server(*state);
	rollback_fails(*state, true);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_once),
		TEST(test_full_disk),
		TEST(test_rollback_once),
		TEST(test_rollback_for_good),
	};
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%u faults injected\n", injected);
	return failed;
}
