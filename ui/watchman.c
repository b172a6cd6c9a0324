#include "watchman.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/journal.h"
#include "secrets.h"

#define LOOK_MS 20

/*
 * Everything else that was inherited goes: the lock too, which would be held by him otherwise.
 * The token is what standard input says; -1: there is none.
 */
static void
keep_only(int fd, int token)
{
	const int nothing = open("/dev/null", O_RDWR);

	dup2(token >= 0 ? token : nothing, 0);
	dup2(nothing, 1);
	dup2(nothing, 2);
	dup2(fd, 3);
	close_range(4, ~0U, 0);
}

static enum journal_state
state_of(const char *root, unsigned id)
{
	struct arena a = { 0 };
	struct journal_entry *v;
	const size_t n = journal_list(&a, root, &v);
	enum journal_state state = JOURNAL_UNDONE;

	for (size_t i = 0; i < n; i++)
		if (v[i].id == id)
			state = v[i].state;
	arena_free(&a);
	return state;
}

/* Of what the killed one held, the lock may go last. */
static bool
is_half_way(const char *root, unsigned id)
{
	enum journal_state state;

	while ((state = state_of(root, id)) == JOURNAL_BUSY)
		poll(NULL, 0, LOOK_MS);
	return state == JOURNAL_UNFINISHED;
}

static void
watch(int fd, const struct options *o, unsigned id)
{
	const int token = secrets_as_file();
	const char *argv[8];
	char over, number[16];
	size_t n_argv = 0;
	ssize_t n;

	setsid();
	signal(SIGHUP, SIG_IGN);
	if (o->password)
		mem_wipe(o->password, strlen(o->password));
	secrets_end();
	keep_only(fd, token);
	while ((n = read(3, &over, 1)) < 0 && errno == EINTR)
		;
	if (n != 0 || !is_half_way(o->root, id))
		_exit(0);
	snprintf(number, sizeof(number), "%u", id);
	argv[n_argv++] = o->self;
	argv[n_argv++] = "rollback";
	argv[n_argv++] = number;
	if (o->root) {
		argv[n_argv++] = "--root";
		argv[n_argv++] = o->root;
	}
	if (token >= 0) {
		argv[n_argv++] = "--token-file";
		argv[n_argv++] = "-";
	}
	argv[n_argv] = NULL;
	execv(o->self, (char *const *)argv);
	_exit(0);
}

void
watchman_post(struct watchman *w, const struct options *o)
{
	struct arena a = { 0 };
	struct journal_entry entry;
	int fds[2];

	if (w->fd >= 0 || !journal_open_business(&a, o->root, &entry) || pipe2(fds, O_CLOEXEC) < 0) {
		arena_free(&a);
		return;
	}
	w->pid = fork();
	if (w->pid == 0) {
		close(fds[1]);
		watch(fds[0], o, entry.id);
	}
	close(fds[0]);
	w->fd = fds[1];
	arena_free(&a);
}

void
watchman_leave(struct watchman *w)
{
	if (w->fd < 0)
		return;
	if (write(w->fd, "", 1) < 0 && w->pid > 0)
		kill(w->pid, SIGKILL);
	close(w->fd);
	w->fd = -1;
	if (w->pid > 0)
		waitpid(w->pid, NULL, 0);
}
