/* tree.h - a little file system of a test's own, and the real nginx as the judge of what stands in it. */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/mem.h"

struct tree {
	char        *root;
	struct arena arena;
};

static inline int
tree_setup(void **state)
{
	struct tree *t = xcalloc(1, sizeof(*t));
	struct err e = { 0 };

	t->root = fs_mkdtemp("tree", &e);
	*state = t;
	return t->root ? 0 : -1;
}

static inline int
tree_teardown(void **state)
{
	struct tree *t = *state;
	struct err e = { 0 };
	int rc = fs_remove_tree(t->root, &e);

	free(t->root);
	arena_free(&t->arena);
	free(t);
	return rc;
}

static inline void
tree_mkdir(struct tree *t, const char *path)
{
	struct err e = { 0 };

	assert_int_equal(fs_mkdirs(fs_path(&t->arena, t->root, path), 0755, &e), 0);
}

static inline void
tree_write(struct tree *t, const char *path, const char *text)
{
	const char *real = fs_path(&t->arena, t->root, path);
	struct err e = { 0 };

	tree_mkdir(t, fs_dirname(&t->arena, path));
	assert_int_equal(fs_write(real, text, strlen(text), 0644, &e), 0);
}

static inline const char *
tree_path(struct tree *t, const char *path)
{
	return fs_path(&t->arena, t->root, path);
}

#define NGINX "/usr/sbin/nginx"

/* Run `nginx -t' on a file; what it says goes to `said'.  Its exit status. */
static inline int
nginx_judges(const char *conf, char *said, size_t size)
{
	size_t n = 0;
	ssize_t got;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], 2);
		close(fds[0]);
		close(fds[1]);
		execl(NGINX, "nginx", "-t", "-c", conf, "-e", "stderr", (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	while (n + 1 < size && (got = read(fds[0], said + n, size - n - 1)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void
needs_nginx(void)
{
	if (access(NGINX, X_OK) < 0) {
		print_message("nginx is not installed: nobody to judge\n");
		skip();
	}
}

#endif
