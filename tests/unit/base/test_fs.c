#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"

static char *dir; /* fresh for every test */
static struct arena arena;

static int
setup(void **state)
{
	struct err e;

	(void)state;
	dir = fs_mkdtemp("antechamber-test", &e);
	return dir ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e;
	const int rc = fs_remove_tree(dir, &e);

	(void)state;
	free(dir);
	arena_free(&arena);
	return rc;
}

static char *
in(const char *name)
{
	return fs_join(&arena, dir, name);
}

static void
put(const char *name, const char *text, mode_t mode)
{
	struct err e;

	assert_int_equal(fs_mkdirs(fs_dirname(&arena, in(name)), 0755, &e), 0);
	assert_int_equal(fs_write(in(name), text, strlen(text), mode, &e), 0);
}

static void
test_paths(void **state)
{
	static const struct { const char *root, *path, *want; } cases[] = {
		{ NULL, "/etc/x", "/etc/x" },       { "", "/etc/x", "/etc/x" },
		{ "/", "/etc/x", "/etc/x" },        { "/r", "/etc/x", "/r/etc/x" },
		{ "/r/", "/etc/x", "/r/etc/x" },    { "/r", "/r/etc/x", "/r/etc/x" },
		{ "/r", "/r", "/r" },               { "/r", "/run/x", "/r/run/x" },
		{ "/r", "relative", "relative" },
	};
	static const struct { const char *root, *path, *want; } shown[] = {
		{ NULL, "/etc/x", "/etc/x" },       { "", "/etc/x", "/etc/x" },
		{ "/", "/etc/x", "/etc/x" },        { "/r", "/r/etc/x", "/etc/x" },
		{ "/r//", "/r/etc/x", "/etc/x" },   { "/r", "/run/x", "/run/x" },
		{ "/r", "/r", "/r" },               { "/r", "r/x", "r/x" },
	};
	static const struct { const char *path, *dir, *base; } parts[] = {
		{ "/a/b", "/a", "b" }, { "/a", "/", "a" }, { "a", ".", "a" }, { "a/b", "a", "b" }, { "/a//b", "/a", "b" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(fs_path(&arena, cases[i].root, cases[i].path), cases[i].want);
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		assert_string_equal(fs_without_root(shown[i].root, shown[i].path), shown[i].want);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		assert_string_equal(fs_dirname(&arena, parts[i].path), parts[i].dir);
		assert_string_equal(fs_basename(parts[i].path), parts[i].base);
	}
	assert_string_equal(fs_join(&arena, "/a", "b"), "/a/b");
	assert_string_equal(fs_join(&arena, "/a/", "/b"), "/a/b");
	assert_string_equal(fs_join(&arena, "/", "b"), "/b");
}

static void
test_read(void **state)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	put("f", "hello", 0644);
	buf_puts(&out, "> ");
	assert_int_equal(fs_read(&out, in("f"), 5, &e), 0);
	assert_string_equal(out.s, "> hello");
	assert_int_equal(fs_read(&out, in("f"), 4, &e), -1);
	assert_int_equal(e.sys, EFBIG);
	assert_string_equal(out.s, "> hello");
	assert_int_equal(fs_read(&out, in("missing"), 9, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(e.sys, ENOENT);
	assert_string_equal(e.file, in("missing"));
	assert_int_equal(fs_read(&out, dir, 9, &e), -1);
	assert_int_equal(e.sys, EISDIR);
	assert_int_equal(fs_read_given(&out, "/dev/zero", 100000, &e), -1);
	assert_int_equal(e.sys, EFBIG);
	assert_int_equal(fs_read(&out, "/proc/self/stat", 100000, &e), 0);
	assert_true(out.len > 10);
	buf_free(&out);
}

/* `--answers <(program)': what comes through a pipe is waited for. */
static void
test_read_from_a_pipe(void **state)
{
	struct buf out = BUF_INIT;
	struct err e;
	char path[64];
	int fds[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		close(fds[0]);
		for (int i = 0; i < 3; i++)
			(void)!write(fds[1], "part ", 5);
		_exit(0);
	}
	close(fds[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	assert_int_equal(fs_read_given(&out, path, 100, &e), 0);
	assert_string_equal(out.s, "part part part ");
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	buf_free(&out);
}

static void
test_write(void **state)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	struct stat st;
	const mode_t old = umask(077);

	(void)state;
	put("f", "one", 0644);
	assert_int_equal(stat(in("f"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644); /* whatever the umask */
	put("f", "two", 0600);
	assert_int_equal(stat(in("f"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(symlink("f", in("link")), 0);
	put("link", "three", 0600); /* a link stays a link */
	assert_int_equal(lstat(in("link"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(fs_read(&out, in("f"), 99, &e), 0);
	assert_string_equal(out.s, "three");
	assert_int_equal(fs_write(in("no/such"), "x", 1, 0600, &e), -1);
	assert_int_equal(e.sys, ENOENT);
	assert_int_equal(fs_write("/dev/null", "x", 1, 0600, &e), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	umask(old);
	buf_free(&out);
}

static void
count(void *ctx, const char *path)
{
	(void)path;
	++*(int *)ctx;
}

static void
test_a_failed_write_leaves_nothing(void **state)
{
	struct err e;
	int n = 0;

	(void)state;
	assert_int_equal(mkdir(in("target"), 0700), 0);
	assert_int_equal(fs_write(in("target"), "x", 1, 0600, &e), -1); /* a directory is in the way */
	fs_glob(in("*"), count, &n);
	fs_glob(in(".[!.]*"), count, &n);
	assert_int_equal(n, 1);
}

static void
test_mkdirs(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(fs_mkdirs(in("a/b/c"), 0755, &e), 0);
	assert_int_equal(fs_mkdirs(in("a/b/c"), 0755, &e), 0);
	assert_int_equal(fs_mkdirs(in("a//d/"), 0755, &e), 0);
	assert_true(fs_exists(in("a/d")));
	put("file", "x", 0600);
	assert_int_equal(fs_mkdirs(in("file"), 0755, &e), -1);
	assert_int_equal(fs_mkdirs(in("file/x"), 0755, &e), -1);
	assert_int_equal(e.sys, ENOTDIR);
}

static void
test_remove_tree(void **state)
{
	struct err e = { 0 };

	(void)state;
	put("keep/file", "x", 0600);
	put("tree/a/b", "x", 0600);
	put("tree/.hidden", "x", 0600);
	assert_int_equal(symlink("../../keep", in("tree/a/link")), 0);
	assert_int_equal(symlink("keep", in("link")), 0);
	assert_int_equal(fs_remove_tree(in("tree"), &e), 0);
	assert_false(fs_exists(in("tree")));
	assert_int_equal(fs_remove_tree(in("link"), &e), 0);
	assert_true(fs_exists(in("keep/file"))); /* never through a link */
	assert_int_equal(fs_remove_tree(in("missing"), &e), 0);
}

static void
join(void *ctx, const char *path)
{
	buf_printf(ctx, "%s ", fs_basename(path));
}

static void
test_glob(void **state)
{
	struct buf out = BUF_INIT;
	const char *const *found;

	(void)state;
	put("d/b.conf", "", 0600);
	put("d/B.conf", "", 0600);
	put("d/a.conf", "", 0600);
	put("d/a-b.conf", "", 0600);
	put("d/.hidden.conf", "", 0600);
	put("d/x.txt", "", 0600);
	assert_int_equal(fs_glob(in("d/*.conf"), join, &out), 4);
	assert_string_equal(out.s, "B.conf a-b.conf a.conf b.conf ");
	buf_cut(&out, 0);
	assert_int_equal(fs_glob(in("d/none*"), join, &out), 0);
	assert_string_equal(out.s, "");
	buf_free(&out);
	found = fs_matches(&arena, in("d/*.conf"), 3);
	assert_string_equal(found[0], in("d/B.conf"));
	assert_string_equal(found[2], in("d/a.conf"));
	assert_null(found[3]);
	assert_null(fs_matches(&arena, in("d/none*"), 3)[0]);
}

static void
test_which(void **state)
{
	char *old = xstrdup(getenv("PATH") ? getenv("PATH") : "");

	(void)state;
	put("p/tool", "#!/bin/sh\n", 0755);
	put("p/data", "", 0644);
	setenv("PATH", arena_printf(&arena, "relative::%s:/nonexistent", in("p")), 1);
	assert_string_equal(fs_which(&arena, NULL, "tool"), in("p/tool"));
	assert_null(fs_which(&arena, NULL, "data"));
	assert_null(fs_which(&arena, NULL, "no-such-program"));
	assert_null(fs_which(&arena, NULL, ""));
	assert_string_equal(fs_which(&arena, NULL, in("p/tool")), in("p/tool"));
	assert_non_null(fs_which(&arena, NULL, "sh")); /* not in PATH, but where programs are */

	/* A root without programs takes them from this machine; one with programs is all there is. */
	put("r1/etc/x", "", 0644);
	assert_non_null(fs_which(&arena, in("r1"), "sh"));
	put("r2/usr/sbin/nginx", "", 0755);
	assert_string_equal(fs_which(&arena, in("r2"), "nginx"), in("r2/usr/sbin/nginx"));
	assert_string_equal(fs_which(&arena, in("r2"), "/usr/sbin/nginx"), in("r2/usr/sbin/nginx"));
	assert_null(fs_which(&arena, in("r2"), "sh"));
	setenv("PATH", old, 1);
	free(old);
}

static void
test_log(void **state)
{
	struct buf out = BUF_INIT;
	struct err e;
	struct stat st;

	(void)state;
	log_write("nothing is written before it is opened");
	assert_int_equal(log_fd(), -1);
	assert_int_equal(log_open(in("log"), &e), 0);
	assert_true(log_fd() >= 0);
	log_write("%s", "two\nlines \x1b[31m");
	log_write("second");
	log_close();
	assert_int_equal(log_fd(), -1);
	assert_int_equal(stat(in("log"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(log_open(in("log"), &e), 0); /* appended to */
	log_write("third");
	log_close();
	assert_int_equal(fs_read(&out, in("log"), 9999, &e), 0);
	assert_int_equal(out.s[4], '-');
	assert_int_equal(out.s[10], 'T');
	assert_non_null(strstr(out.s, " two lines ?[31m\n"));
	assert_non_null(strstr(out.s, " second\n"));
	assert_non_null(strstr(out.s, " third\n"));
	assert_int_equal(log_open(in("no/such"), &e), -1);
	assert_int_equal(e.sys, ENOENT);
	buf_free(&out);
}

#define WITH_DIR(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIR(test_paths), WITH_DIR(test_read), WITH_DIR(test_read_from_a_pipe), WITH_DIR(test_write),
		WITH_DIR(test_a_failed_write_leaves_nothing), WITH_DIR(test_mkdirs), WITH_DIR(test_remove_tree),
		WITH_DIR(test_glob), WITH_DIR(test_which), WITH_DIR(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
