/* caddy_judge.h - the real Caddy as the judge of a Caddyfile. */
#ifndef TESTS_CADDY_JUDGE_H
#define TESTS_CADDY_JUDGE_H

#include "tree.h"

#define CADDY "/usr/bin/caddy"

/* Run `caddy adapt' or `caddy validate' in the tree; what it says, first its errors, goes to `said'.  Its exit status. */
static inline int
caddy_judges(struct tree *t, const char *verb, const char *conf, char *said, size_t size)
{
	size_t n = 0;
	ssize_t got;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		close(fds[1]);
		setenv("HOME", t->root, 1);
		setenv("XDG_DATA_HOME", t->root, 1);
		setenv("XDG_CONFIG_HOME", t->root, 1);
		execl(CADDY, "caddy", verb, "--config", conf, "--adapter", "caddyfile", (char *)NULL);
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

static inline bool
has_caddy(void)
{
	if (access(CADDY, X_OK) == 0)
		return true;
	print_message("Caddy is not installed: nobody to judge\n");
	return false;
}

#endif
