/* judge.h - the real proxies as the judges of what stands in a tree. */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include "tree.h"

#include <sys/wait.h>

#define APACHE  "/usr/sbin/apache2"
#define CADDY   "/usr/bin/caddy"
#define HAPROXY "/usr/sbin/haproxy"
#define NGINX   "/usr/sbin/nginx"

#define APACHE_MODULES "/usr/lib/apache2/modules/"

static inline bool
judge_is_here(const char *program)
{
	if (access(program, X_OK) == 0)
		return true;
	print_message("%s is not installed: nobody to judge\n", program);
	return false;
}

static inline void
needs_judge(const char *program)
{
	if (!judge_is_here(program))
		skip();
}

/* Run a program to its end; what it says, on either stream, goes to `said'.  Its exit status. */
static inline int
judge_says(const char *const *argv, char *said, size_t size)
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
		execv(argv[0], (char *const *)argv);
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

static inline int
apache_judges(const char *conf, char *said, size_t size)
{
	return judge_says((const char *const[]){ APACHE, "-t", "-f", conf, NULL }, said, size);
}

/* `verb' is "adapt" or "validate"; what Caddy keeps, it keeps in the tree. */
static inline int
caddy_judges(struct tree *t, const char *verb, const char *conf, char *said, size_t size)
{
	const char *home = arena_printf(&t->arena, "HOME=%s", t->root);
	const char *data = arena_printf(&t->arena, "XDG_DATA_HOME=%s", t->root);
	const char *config = arena_printf(&t->arena, "XDG_CONFIG_HOME=%s", t->root);

	return judge_says((const char *const[]){ "/usr/bin/env", home, data, config, CADDY, verb, "--config", conf,
	                                         "--adapter", "caddyfile", NULL }, said, size);
}

static inline int
haproxy_judges(const char *conf, char *said, size_t size)
{
	return judge_says((const char *const[]){ HAPROXY, "-c", "-f", conf, NULL }, said, size);
}

static inline int
nginx_judges(const char *conf, char *said, size_t size)
{
	return judge_says((const char *const[]){ NGINX, "-t", "-c", conf, "-e", "stderr", NULL }, said, size);
}

#endif
