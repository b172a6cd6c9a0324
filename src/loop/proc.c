#include "loop/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/line.h"
#include "base/mem.h"
#include "loop/proc_exec.h"

#define DEFAULT_OUTPUT 65536
#define MAX_LINE       65536
#define MOMENT_MS      1000 /* between TERM and KILL */
#define LINGER_MS      200  /* a grandchild may hold the pipes open after the program's end */
#define WATCH_MS       20   /* where the kernel has no pidfd */

struct proc {
	struct loop       *loop;
	proc_line_fn      *on_line;
	proc_done_fn      *done;
	void              *ctx;
	struct proc_result r;
	struct line_reader lines;
	size_t             max_output;
	double             start;
	pid_t              pid;   /* 0: never was */
	bool               group; /* it leads a session of its own */
	bool               reaped;
	bool               finishing; /* `done' is running */
	bool               killed; /* proc_kill() inside a line callback: freed when that returns */
	int                busy;
	int                pidfd, in, out, err, exec; /* -1: closed */
	int                heard; /* instead of the pipes; -1: those are used */
	unsigned           deadline, linger;
};

static void
close_fd(struct proc *p, int *fd)
{
	if (*fd < 0)
		return;
	loop_unwatch(p->loop, *fd);
	close(*fd);
	*fd = -1;
}

static void
proc_free(struct proc *p)
{
	loop_cancel(p->loop, p->deadline);
	loop_cancel(p->loop, p->linger);
	close_fd(p, &p->pidfd);
	close_fd(p, &p->in);
	close_fd(p, &p->out);
	close_fd(p, &p->err);
	close_fd(p, &p->exec);
	close_fd(p, &p->heard);
	buf_free(&p->r.out);
	buf_free(&p->r.err);
	buf_free(&p->lines.part);
	free(p);
}

static void
give_line(void *ctx, const char *line, size_t len)
{
	struct proc *p = ctx;

	if (p->on_line && !p->killed)
		p->on_line(p->ctx, line, len);
}

/* The end of what was said.  From here on that file takes no more: a write that fails ends nobody, as a pipe's would. */
static void
hear(struct proc *p)
{
	const off_t all = lseek(p->heard, 0, SEEK_END), max = (off_t)p->max_output;
	char bytes[4096];
	ssize_t n;

	for (off_t at = all > max ? all - max : 0; (n = pread(p->heard, bytes, sizeof(bytes), at)) > 0; at += n)
		buf_add_max(&p->r.err, bytes, (size_t)n, p->max_output);
	if (fcntl(p->heard, F_ADD_SEALS, F_SEAL_GROW) < 0 || ftruncate(p->heard, 0) < 0)
		return; /* then it is kept for as long as somebody has it open */
}

static void
finish(void *ctx)
{
	struct proc *p = ctx;

	loop_cancel(p->loop, p->linger);
	p->linger = 0;
	if (p->exec >= 0 && read(p->exec, &p->r.sys, sizeof(p->r.sys)) == sizeof(p->r.sys))
		p->r.started = false;
	if (p->heard >= 0)
		hear(p);
	p->r.seconds = loop_seconds() - p->start;
	p->busy++;
	if (p->on_line && p->r.started)
		line_end(&p->lines, give_line, p);
	p->busy--;
	if (!p->killed) {
		p->finishing = true;
		p->done(p->ctx, &p->r);
	}
	proc_free(p);
}

static void
finish_if_over(struct proc *p)
{
	if (!p->reaped)
		return;
	if (p->out < 0 && p->err < 0)
		finish(p);
	else if (!p->linger)
		p->linger = loop_after(p->loop, LINGER_MS, finish, p);
}

/* One read: a program that never stops talking must not keep the loop from the others. */
static void
on_output(void *ctx, int fd, short revents)
{
	struct proc *p = ctx;
	const bool is_out = fd == p->out;
	char bytes[16384];
	const ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		buf_add_max(is_out ? &p->r.out : &p->r.err, bytes, (size_t)n, p->max_output);
		if (!is_out || !p->on_line)
			return;
		p->busy++;
		line_feed(&p->lines, bytes, (size_t)n, give_line, p);
		p->busy--;
		if (p->killed)
			proc_free(p);
		return;
	}
	close_fd(p, is_out ? &p->out : &p->err);
	finish_if_over(p);
}

/* False: it still runs. */
static bool
reap(struct proc *p)
{
	int status = 0;
	const pid_t got = waitpid(p->pid, &status, WNOHANG);

	if (got == 0 || (got < 0 && errno == EINTR))
		return false;
	p->reaped = true; /* ECHILD: somebody else's SIGCHLD handler was faster */
	p->r.status = got < 0 ? 127 :
	              WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	loop_cancel(p->loop, p->deadline);
	p->deadline = 0;
	close_fd(p, &p->pidfd);
	return true;
}

static void
on_end(struct proc *p)
{
	if (p->r.timed_out && p->group) /* what it leaves behind; its number is still ours */
		kill(-p->pid, SIGKILL);
	if (reap(p))
		finish_if_over(p);
}

static void
on_pidfd(void *ctx, int fd, short revents)
{
	(void)fd;
	(void)revents;
	on_end(ctx);
}

static void
look_for_exit(void *ctx)
{
	struct proc *p = ctx;

	p->linger = 0;
	if (reap(p))
		finish_if_over(p);
	else
		p->linger = loop_after(p->loop, WATCH_MS, look_for_exit, p);
}

/* As long as it is not reaped its number cannot belong to anybody else. */
static void
send_signal(const struct proc *p, int sig)
{
	if (p->pid > 0 && !p->reaped && (!p->group || kill(-p->pid, sig) < 0))
		kill(p->pid, sig); /* also where it has not come to setsid(2) yet */
}

static void
on_last_deadline(void *ctx)
{
	struct proc *p = ctx;

	p->deadline = 0;
	send_signal(p, SIGKILL);
}

static void
on_deadline(void *ctx)
{
	struct proc *p = ctx;

	p->r.timed_out = true;
	send_signal(p, SIGTERM);
	p->deadline = loop_after(p->loop, MOMENT_MS, on_last_deadline, p);
}

/* All its input in a file without a name: nobody has to feed it or waits for it to read. */
static int
open_input(const char *text)
{
	return text ? fs_unnamed("stdin", text) : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* The same in a pipe that is written on; what comes first has to fit into it.  -1: it could not be had. */
static int
open_talk(struct proc *p, const char *text)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	p->in = fds[1];
	proc_say(p, text ? text : "");
	return fds[0];
}

static void
close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* For both of its outputs a file without a name, which what it leaves running may keep. */
static int
open_heard(struct proc *p, const int *fds)
{
	p->heard = memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (p->heard < 0 || dup3(p->heard, fds[2], O_CLOEXEC) < 0 || dup3(p->heard, fds[4], O_CLOEXEC) < 0)
		return errno;
	return 0;
}

/* Fork; 0, or the errno of what failed. */
static int
launch(struct proc *p, const struct proc_request *q)
{
	int fds[7] = { -1, -1, -1, -1, -1, -1, -1 }; /* input, and the pipes: out, err, exec */
	int sys = 0;

	fds[0] = q->hears ? open_talk(p, q->input) : open_input(q->input);
	if (fds[0] < 0 || pipe2(fds + 1, O_CLOEXEC) < 0 || pipe2(fds + 3, O_CLOEXEC) < 0 ||
	    pipe2(fds + 5, O_CLOEXEC) < 0) {
		sys = errno;
		close_all(fds, ARRAY_LEN(fds));
		return sys;
	}
	if (q->leaves_others && (sys = open_heard(p, fds)) != 0) {
		close_all(fds, ARRAY_LEN(fds));
		return sys;
	}
	p->pid = proc_exec(q, fds[0], fds[2], fds[4], fds[6], &sys);
	close_all((const int[]){ fds[0], fds[2], fds[4], fds[6] }, 4);
	p->out = fds[1];
	p->err = fds[3];
	p->exec = fds[5];
	if (p->pid < 0) {
		p->pid = 0;
		return sys;
	}
	for (int i = 1; i <= 5; i += 2)
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
	p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	return 0;
}

struct proc *
proc_start(struct loop *l, const struct proc_request *q)
{
	struct proc *p = xmalloc(sizeof(*p));

	*p = (struct proc){
		.loop = l, .on_line = q->on_line, .done = q->done, .ctx = q->ctx,
		.r = { .out = BUF_INIT, .err = BUF_INIT },
		.lines = { .part = BUF_INIT, .max = MAX_LINE },
		.max_output = q->max_output ? q->max_output : DEFAULT_OUTPUT,
		.start = loop_seconds(), .group = q->own_session,
		.pidfd = -1, .in = -1, .out = -1, .err = -1, .exec = -1, .heard = -1,
	};
	p->r.sys = launch(p, q);
	if (p->r.sys) {
		p->r.status = 127;
		p->reaped = true;
		p->linger = loop_after(l, 0, finish, p);
		return p;
	}
	p->r.started = true; /* until the exec pipe says otherwise */
	loop_watch(l, p->out, POLLIN, on_output, p);
	loop_watch(l, p->err, POLLIN, on_output, p);
	if (p->pidfd >= 0)
		loop_watch(l, p->pidfd, POLLIN, on_pidfd, p);
	else
		p->linger = loop_after(l, WATCH_MS, look_for_exit, p);
	if (q->timeout_ms > 0)
		p->deadline = loop_after(l, q->timeout_ms, on_deadline, p);
	return p;
}

pid_t
proc_pid(const struct proc *p)
{
	return p->pid;
}

void
proc_signal(struct proc *p, int sig)
{
	if (p->pid > 0 && !p->reaped)
		kill(p->pid, sig);
}

void
proc_say(struct proc *p, const char *text)
{
	const size_t n = strlen(text);

	if (p->in >= 0 && n && write(p->in, text, n) != (ssize_t)n)
		close_fd(p, &p->in); /* nobody reads there any more */
}

/* Wait for the end without reaping; false: it still runs after `ms'. */
static bool
wait_for_end(struct proc *p, int ms)
{
	const long long until = loop_now() + ms;
	siginfo_t info;

	for (;;) {
		struct pollfd fd = { .fd = p->pidfd, .events = POLLIN };
		const long long left = until - loop_now();

		info.si_pid = 0;
		if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    info.si_pid)
			return true;
		if (left <= 0)
			return false;
		poll(&fd, 1, p->pidfd >= 0 ? (int)left : 5);
	}
}

void
proc_kill(struct proc *p)
{
	if (!p || p->finishing || p->killed)
		return;
	if (p->pid > 0 && !p->reaped) {
		send_signal(p, SIGTERM);
		if (!wait_for_end(p, MOMENT_MS)) {
			send_signal(p, SIGKILL);
			wait_for_end(p, MOMENT_MS);
		}
		if (p->group)
			kill(-p->pid, SIGKILL);
		reap(p);
	}
	p->killed = true;
	if (!p->busy)
		proc_free(p);
}

void
proc_show(struct buf *out, const char *const *argv)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                            "0123456789_@%+=:,./-";

	for (size_t i = 0; argv[i]; i++) {
		if (i > 0)
			buf_putc(out, ' ');
		if (*argv[i] && argv[i][strspn(argv[i], plain)] == '\0') {
			buf_puts(out, argv[i]);
			continue;
		}
		buf_putc(out, '\'');
		for (const char *s = argv[i]; *s; s++)
			if (*s == '\'')
				buf_puts(out, "'\\''");
			else
				buf_putc(out, *s);
		buf_putc(out, '\'');
	}
}
