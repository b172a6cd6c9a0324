/* What somebody else's root may plant among its files, looked up from outside: by the kernel, and where that cannot. */
#include "../tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "base/within.h"

static void
put(struct tree *t, const char *path, const char *text)
{
	tree_mkdir(t, fs_dirname(&t->arena, path));
	tree_write(t, path, text);
}

static void
put_link(struct tree *t, const char *path, const char *target)
{
	tree_mkdir(t, fs_dirname(&t->arena, path));
	assert_int_equal(symlink(target, tree_path(t, path)), 0);
}

/* Beside the root there is what nobody in it may see; `box' is the root. */
static void
plant(struct tree *t)
{
	put(t, "/secret", "of the host");
	put(t, "/box/etc/plain", "of the box");
	put(t, "/box/etc/conf.d/b", "b");
	put(t, "/box/etc/conf.d/a", "a");
	put(t, "/box/secret", "of the box");
	put_link(t, "/box/etc/absolute", "/secret");
	put_link(t, "/box/etc/up", "../../../../../../secret");
	put_link(t, "/box/etc/chain", "absolute");
	put_link(t, "/box/etc/round", "round");
	put_link(t, "/box/etc/dir", "/etc/conf.d/");
	put_link(t, "/box/etc/gone", "/nowhere");
	put_link(t, "/box/etc/out", tree_path(t, "/secret"));
}

/* The end of a path in the box; NULL with errno. */
static char *
text_at(struct tree *t, const char *path, enum within_links links)
{
	const int fd = within_look(tree_path(t, "/box"), path, links);
	char name[64], text[64];
	ssize_t n = -1;
	int file;

	if (fd < 0)
		return NULL;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	file = open(name, O_RDONLY | O_CLOEXEC);
	close(fd);
	if (file < 0)
		return NULL;
	n = read(file, text, sizeof(text) - 1);
	close(file);
	return n < 0 ? NULL : arena_strndup(&t->arena, text, (size_t)n);
}

static void
test_links(void **state)
{
	static const struct {
		const char *path, *text;
		int         sys;
	} cases[] = {
		{ "/etc/plain", "of the box", 0 },
		{ "etc/plain", "of the box", 0 },
		{ "//etc/./conf.d/../plain", "of the box", 0 },
		{ "/etc/absolute", "of the box", 0 },
		{ "/etc/up", "of the box", 0 },
		{ "/etc/chain", "of the box", 0 },
		{ "/../../secret", "of the box", 0 },
		{ "/etc/dir/../../../secret", "of the box", 0 },
		{ "/etc/dir/a", "a", 0 },
		{ "/etc/round", NULL, ELOOP },
		{ "/etc/round/x", NULL, ELOOP },
		{ "/etc/gone", NULL, ENOENT },
		{ "/etc/out", NULL, ENOENT },
		{ "/etc/plain/", NULL, ENOTDIR },
		{ "/etc/plain/.", NULL, ENOTDIR },
		{ "/etc/plain/x", NULL, ENOTDIR },
		{ "/etc/absolute/", NULL, ENOTDIR },
		{ "/etc/dir", NULL, EISDIR },
		{ "/etc/dir/", NULL, EISDIR },
		{ "/", NULL, EISDIR },
	};
	struct tree *t = *state;

	plant(t);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *text = text_at(t, cases[i].path, WITHIN_FOLLOW);
		const int sys = errno;

		if (cases[i].text ? !text || strcmp(text, cases[i].text) != 0 : text || sys != cases[i].sys)
			fail_msg("%s: %s, %s", cases[i].path, text ? text : "nothing", strerror(sys));
	}
	assert_string_equal(text_at(t, "/etc/plain", WITHIN_STRAIGHT), "of the box");
	assert_null(text_at(t, "/etc/absolute", WITHIN_STRAIGHT));
	assert_int_equal(errno, ELOOP);
	assert_null(text_at(t, "/etc/dir/a", WITHIN_STRAIGHT));
	assert_int_equal(errno, ELOOP);
}

static void
test_last_link(void **state)
{
	struct tree *t = *state;
	struct stat st;
	int fd;

	plant(t);
	fd = within_look(tree_path(t, "/box"), "/etc/round", WITHIN_LAST);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	close(fd);
}

/* A link of /proc is no text: it may lead to any file of the process. */
static void
test_links_of_proc(void **state)
{
	struct tree *t = *state;

	tree_mkdir(t, "/box/proc");
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", tree_path(t, "/box/proc"), "proc", 0, NULL) < 0)
		skip(); /* not root */
	assert_true(within_look(tree_path(t, "/box"), "/proc/self/root/etc/passwd", WITHIN_FOLLOW) < 0 && errno == ELOOP);
	assert_true(within_look(tree_path(t, "/box"), "/proc/self/exe", WITHIN_FOLLOW) < 0 && errno == ELOOP);
	put_link(t, "/box/escape", "/proc/self/cwd/etc/passwd");
	assert_true(within_look(tree_path(t, "/box"), "/escape", WITHIN_FOLLOW) < 0 && errno == ELOOP);
	assert_int_equal(umount(tree_path(t, "/box/proc")), 0);
}

/* ---- as the program meets it: a process whose root that is ---- */

static pid_t
live_in(const char *root)
{
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (chroot(root) == 0 && chdir("/") == 0)
			(void)!write(ready[1], "", 1);
		close(ready[0]);
		close(ready[1]);
		pause();
		_exit(0);
	}
	close(ready[1]);
	assert_true(read(ready[0], &c, 1) == 1);
	close(ready[0]);
	return pid;
}

struct reading {
	const char *name, *text, *says;
	int         sys;
};

static void
read_there(struct tree *t, pid_t pid, const struct reading *r)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	const char *path = arena_printf(&t->arena, "/proc/%ld/root%s", (long)pid, r->name);
	const int rc = fs_read(&text, path, 16, &e);

	if (r->text ? rc < 0 || strcmp(text.s, r->text) != 0
	            : rc == 0 || e.sys != r->sys || !strstr(e.msg, r->says))
		fail_msg("%s: %d, %s, %s", r->name, rc, text.s, e.msg);
	buf_free(&text);
}

static void
count(void *ctx, const char *path)
{
	struct tree *t = ((void **)ctx)[0];
	size_t *n = ((void **)ctx)[1];
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	++*n;
	if (fs_read(&text, path, 64, &e) == 0)
		assert_null(strstr(text.s, "of the host"));
	buf_free(&text);
	(void)t;
}

static void
test_container(void **state)
{
	static const struct reading cases[] = {
		{ "/etc/plain", "of the box", NULL, 0 },
		{ "/etc/absolute", "of the box", NULL, 0 },
		{ "/etc/up", "of the box", NULL, 0 },
		{ "/etc/round", NULL, "Cannot open", ELOOP },
		{ "/etc/dir", NULL, "Cannot", EISDIR },
		{ "/etc/pipe", NULL, "is a pipe or a device", ENXIO },
		{ "/etc/device", NULL, "is a pipe or a device", ENXIO },
		{ "/etc/to-pipe", NULL, "is a pipe or a device", ENXIO },
		{ "/etc/large", NULL, "is larger than", EFBIG },
		{ "/etc/out", NULL, "Cannot open", ENOENT },
	};
	struct tree *t = *state;
	char *root, *real;
	const char *const *names;
	size_t n = 0;
	struct stat st;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	plant(t);
	put(t, "/box/etc/large", "more than sixteen bytes");
	assert_int_equal(mkfifo(tree_path(t, "/box/etc/pipe"), 0644), 0);
	assert_int_equal(mknod(tree_path(t, "/box/etc/device"), S_IFCHR | 0666, makedev(1, 5)), 0);
	put_link(t, "/box/etc/to-pipe", "/etc/pipe");
	pid = live_in(tree_path(t, "/box"));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		read_there(t, pid, &cases[i]);
	root = arena_printf(&t->arena, "/proc/%ld/root", (long)pid);
	assert_true(fs_exists(fs_join(&t->arena, root, "etc/absolute")));
	assert_false(fs_exists(fs_join(&t->arena, root, "etc/out")));
	assert_int_equal(within_stat(fs_join(&t->arena, root, "etc/pipe"), &st, WITHIN_FOLLOW), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(within_access(fs_join(&t->arena, root, "etc/plain"), R_OK), 0);
	assert_int_equal(fs_glob(fs_join(&t->arena, root, "etc/dir/*"), count, (void *[]){ t, &n }), 2);
	assert_true(fs_glob(fs_join(&t->arena, root, "etc/*"), count, (void *[]){ t, &n }) > 8);
	names = fs_names(&t->arena, fs_join(&t->arena, root, "etc/dir"));
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
	assert_null(names[2]);
	assert_null(fs_names(&t->arena, fs_join(&t->arena, root, "etc/plain")));

	real = within_real(fs_join(&t->arena, root, "etc/dir/../chain"));
	assert_string_equal(real, fs_join(&t->arena, root, "secret"));
	free(real);
	assert_null(within_real(fs_join(&t->arena, root, "etc/out")));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Of this machine links lead where they lead, and a pipe or a device holds nobody either. */
static void
test_machine(void **state)
{
	struct tree *t = *state;
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	plant(t);
	assert_int_equal(fs_read(&text, tree_path(t, "/box/etc/out"), 64, &e), 0);
	assert_string_equal(text.s, "of the host");
	assert_int_equal(fs_read_straight(&text, tree_path(t, "/box/etc/out"), 64, &e), -1);
	assert_int_equal(e.sys, ELOOP);
	assert_int_equal(fs_read_straight(&text, tree_path(t, "/box/etc/plain"), 64, &e), 0);
	assert_int_equal(mkfifo(tree_path(t, "/pipe"), 0600), 0);
	assert_int_equal(fs_read(&text, tree_path(t, "/pipe"), 64, &e), -1);
	assert_int_equal(e.sys, ENXIO);
	assert_int_equal(fs_read(&text, "/dev/zero", 64, &e), -1);
	assert_int_equal(e.sys, ENXIO);
	buf_free(&text);
}

static void
test_roots(void **state)
{
	(void)state;
	assert_int_equal(within_root("/proc/12/root/etc"), 13);
	assert_int_equal(within_root("/proc/12/root"), 13);
	assert_int_equal(within_root("/proc/12/rooted/etc"), 0);
	assert_int_equal(within_root("/proc/self/root/etc"), 0);
	assert_int_equal(within_root("/proc/root"), 0);
	assert_int_equal(within_root("/etc/proc/12/root"), 0);
	assert_int_equal(within_root("etc"), 0);
}

/* From here on openat2(2) is answered as a kernel before 5.6 does, or a container's filter. */
static bool
forbid(int sys)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)sys),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { ARRAY_LEN(code), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 &&
	       syscall(SYS_openat2, AT_FDCWD, "/", NULL, 0) < 0 && errno == sys;
}

#define WITH_TREE(f) cmocka_unit_test_setup_teardown(f, tree_setup, tree_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_TREE(test_links),     WITH_TREE(test_last_link), WITH_TREE(test_links_of_proc),
		WITH_TREE(test_container), WITH_TREE(test_machine),   cmocka_unit_test(test_roots),
	};
	int failed = cmocka_run_group_tests_name("by the kernel", tests, NULL, NULL);

	if (!forbid(EPERM)) {
		fprintf(stderr, "no filter of system calls here\n");
		return 77;
	}
	failed += cmocka_run_group_tests_name("below a filter", tests, NULL, NULL);
	if (!forbid(ENOSYS))
		return 1;
	return failed + cmocka_run_group_tests_name("on an old kernel", tests, NULL, NULL);
}
