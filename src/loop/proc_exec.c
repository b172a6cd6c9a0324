#include "loop/proc_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

#define REPORT_FD    3
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* All the child needs, made before the fork: after it only system calls are safe. */
struct plan {
	const char  *program;
	char *const *argv;
	char       **env;
	const char  *dir;
	int          fds[4]; /* become 0, 1, 2 and REPORT_FD */
	pid_t        parent;
	bool         own_session, dies_with_us, drop;
	uid_t        uid;
	gid_t        gid;
};

static bool
same_name(const char *a, const char *b)
{
	const size_t n = strcspn(a, "=");

	return n == strcspn(b, "=") && strncmp(a, b, n) == 0;
}

static const char *
replaced(const char *const *env, const char *entry)
{
	for (; env && *env; env++)
		if (same_name(*env, entry))
			return *env;
	return NULL;
}

/* What the request adds wins. */
static char **
make_env(struct arena *a, const char *const *more)
{
	static const struct { const char *name, *otherwise; } keep[] = {
		{ "PATH", DEFAULT_PATH }, { "HOME", "/" }, { "TZ", NULL },
	};
	size_t n = 0, n_more = 0;
	char **env;

	while (more && more[n_more])
		n_more++;
	env = arena_alloc(a, (ARRAY_LEN(keep) + 1 + n_more + 1) * sizeof(*env));
	for (size_t i = 0; i < ARRAY_LEN(keep); i++) {
		const char *value = getenv(keep[i].name);

		value = value && *value ? value : keep[i].otherwise;
		if (value && !replaced(more, keep[i].name))
			env[n++] = arena_printf(a, "%s=%s", keep[i].name, value);
	}
	if (!replaced(more, "LANG"))
		env[n++] = arena_strdup(a, "LANG=C.UTF-8");
	for (size_t i = 0; i < n_more; i++)
		env[n++] = arena_strdup(a, more[i]);
	return env;
}

static void
reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL); /* fails for the few that cannot be caught, rightly */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* First out of the way of 0 to 3, which they may be themselves, then to their places. */
static int
place_fds(const int *fds, int n)
{
	int high[4];

	for (int i = 0; i < n; i++) {
		high[i] = fcntl(fds[i], F_DUPFD, 10);
		if (high[i] < 0)
			return -1;
	}
	for (int i = 0; i < n; i++)
		if (dup2(high[i], i) < 0)
			return -1;
	if (syscall(SYS_close_range, REPORT_FD + 1, ~0U, 0) < 0)
		for (int fd = REPORT_FD + 1, end = (int)sysconf(_SC_OPEN_MAX); fd < end; fd++)
			close(fd);
	return fcntl(REPORT_FD, F_SETFD, FD_CLOEXEC);
}

static int
become(const struct plan *p)
{
	if (p->own_session && setsid() < 0)
		return -1;
	if (p->drop && (setgroups(0, NULL) < 0 || setgid(p->gid) < 0 || setuid(p->uid) < 0))
		return -1;
	/* A change of user forgets it, so it comes after; and the parent may be gone already. */
	if (p->dies_with_us && (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != p->parent))
		return -1;
	return p->dir ? chdir(p->dir) : 0;
}

static void __attribute__((noreturn))
child(const struct plan *p)
{
	int report = p->fds[3], sys;

	reset_signals();
	if (place_fds(p->fds, 4) == 0) {
		/* Who drops its rights may no longer reach the program, only run it: /root is closed. */
		const int program = p->drop ? open(p->program, O_PATH | O_CLOEXEC) : -1;

		report = REPORT_FD;
		if (become(p) == 0) {
			if (program >= 0)
				syscall(SYS_execveat, program, "", p->argv, p->env, AT_EMPTY_PATH);
			execve(p->program, p->argv, p->env);
		}
	}
	sys = errno;
	(void)!write(report, &sys, sizeof(sys));
	_exit(127);
}

pid_t
proc_exec(const struct proc_request *q, int in, int out, int err, int report, int *sys)
{
	struct arena a = { 0 };
	struct plan p = {
		.argv = (char *const *)q->argv, .env = make_env(&a, q->env), .dir = q->dir,
		.fds = { in, out, err, report }, .parent = getpid(),
		.own_session = q->own_session, .dies_with_us = q->dies_with_us,
		.drop = q->as_nobody && geteuid() == 0, .uid = 65534, .gid = 65534,
	};
	const struct passwd *nobody = p.drop ? getpwnam("nobody") : NULL;
	sigset_t all, before;
	pid_t pid = -1;

	if (nobody) {
		p.uid = nobody->pw_uid;
		p.gid = nobody->pw_gid;
	}
	p.program = strchr(q->argv[0], '/') ? q->argv[0] : fs_which(&a, NULL, q->argv[0]);
	if (!p.program) {
		*sys = ENOENT;
		goto out;
	}
	/* Our handlers must not run in the child, where they would write to our pipe. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (pid == 0)
		child(&p);
	*sys = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
out:
	arena_free(&a);
	return pid;
}
