/* Whose files a process sees: ours, or those of a container whose processes are in our /proc. */
#include "../tree.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "proxy/running.h"

static void
put_link(struct tree *t, const char *path, const char *target)
{
	tree_mkdir(t, fs_dirname(&t->arena, path));
	assert_int_equal(symlink(target, tree_path(t, path)), 0);
}

/* A made-up /proc.  A "root" that is a directory is a root of its own, as a container's is. */
static void
test_made_up(void **state)
{
	struct tree *t = *state;
	const char *proc = tree_path(t, "/proc");

	put_link(t, "/proc/self/ns/mnt", "mnt:[1]");
	put_link(t, "/proc/10/ns/mnt", "mnt:[1]"); /* a neighbour */
	put_link(t, "/proc/10/root", "/");
	put_link(t, "/proc/11/ns/mnt", "mnt:[2]"); /* systemd's PrivateTmp= */
	put_link(t, "/proc/11/root", "/");
	put_link(t, "/proc/12/ns/mnt", "mnt:[3]"); /* a container */
	tree_mkdir(t, "/proc/12/root");
	tree_mkdir(t, "/proc/13/root"); /* its namespace is not ours to see */
	put_link(t, "/proc/14/ns/mnt", "mnt:[4]"); /* its root is not */
	put_link(t, "/proc/15/ns/mnt", "mnt:[1]"); /* it is ours, so its root is not looked at */
	tree_mkdir(t, "/proc/15/root");
	assert_false(running_elsewhere(proc, 10));
	assert_false(running_elsewhere(proc, 11));
	assert_true(running_elsewhere(proc, 12));
	assert_false(running_elsewhere(proc, 13));
	assert_false(running_elsewhere(proc, 14));
	assert_false(running_elsewhere(proc, 15));
	assert_false(running_elsewhere(proc, 16)); /* nobody */

	assert_int_equal(unlink(tree_path(t, "/proc/self/ns/mnt")), 0); /* our own: as if there were none */
	assert_false(running_elsewhere(proc, 12));
}

enum kind { SAME, PRIVATE, CHROOT, CONTAINER };

/* In the child: the namespace of its kind, over or beside our files. */
static bool
move(enum kind kind, const char *dir)
{
	if (kind == SAME)
		return true;
	if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) < 0 ||
	    mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) < 0)
		return false;
	if (kind == CHROOT)
		return chroot(dir) == 0;
	return kind == PRIVATE ||
	       (mount("none", dir, "tmpfs", 0, NULL) == 0 && chdir(dir) == 0 &&
	        syscall(SYS_pivot_root, ".", ".") == 0 && umount2(".", MNT_DETACH) == 0);
}

/* 1 or 0: what is said of such a child; -1: this machine does not let us make one. */
static int
said_of(struct tree *t, enum kind kind)
{
	int ready[2], said = -1;
	char moved = 0;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		moved = move(kind, t->root);
		if (write(ready[1], &moved, 1) == 1)
			poll(NULL, 0, 20000); /* until it is killed */
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &moved, 1), 1);
	if (moved)
		said = running_elsewhere("/proc", pid);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(ready[0]);
	return said;
}

/* The kernel's own links read as the made-up ones do. */
static void
test_real(void **state)
{
	struct tree *t = *state;
	int private;

	assert_int_equal(said_of(t, SAME), 0);
	private = said_of(t, PRIVATE);
	if (private < 0)
		skip();
	assert_int_equal(private, 0);
	assert_int_equal(said_of(t, CHROOT), 0); /* as HAProxy after it read its file */
	assert_int_equal(said_of(t, CONTAINER), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_made_up, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_real, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
