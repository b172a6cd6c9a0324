/*
 * proc.h - programs, without a shell.
 *
 * A clean environment (PATH, HOME, TZ, LANG=C.UTF-8 and what the request
 * adds), nothing inherited but the three standard descriptors, a deadline
 * (TERM, then KILL), output capped.
 */
#ifndef LOOP_PROC_H
#define LOOP_PROC_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "loop/loop.h"

struct proc_result {
	bool       started;   /* false: it could not be executed, see sys */
	int        sys;       /* errno of the exec */
	bool       timed_out;
	int        status;    /* exit status, or 128 + signal */
	struct buf out;       /* at most max_output bytes each */
	struct buf err;
	double     seconds;
};

/* Called exactly once, also for a program that could not start.  `r' dies when it returns. */
typedef void proc_done_fn(void *ctx, const struct proc_result *r);

/* Output as it comes, whole lines (optional; stdout only). */
typedef void proc_line_fn(void *ctx, const char *line, size_t len);

struct proc_request {
	const char *const *argv;       /* argv[0]: a path, or a name for PATH and the sbins */
	const char *const *env;        /* "NAME=value" added; ends with NULL; may be NULL */
	const char        *dir;        /* working directory, or NULL */
	const char        *input;      /* for its stdin, or NULL: /dev/null */
	bool               hears;      /* stdin stays open behind that, for proc_say(); closed when the program or we end */
	int                timeout_ms; /* 0: none */
	size_t             max_output; /* 0: 64 KiB */
	bool               dies_with_us; /* PR_SET_PDEATHSIG, TERM: a master ends its workers */
	bool               as_nobody;  /* as root: drop to nobody first; otherwise nothing */
	bool               own_session; /* setsid(): no lost terminal reaches it, TERM all of it */
	bool               leaves_others; /* is heard until it ends; what it leaves running has no pipe of ours to die of */
	proc_line_fn      *on_line;
	proc_done_fn      *done;
	void              *ctx;
};

struct proc;

/* Never NULL.  The strings of `q' are needed only until it returns. */
struct proc *proc_start(struct loop *l, const struct proc_request *q);
pid_t proc_pid(const struct proc *p);
void  proc_signal(struct proc *p, int sig);
void  proc_say(struct proc *p, const char *text); /* to one that hears; what it does not take is lost */

/*
 * TERM, at most a second, KILL: when it returns the program is dead and reaped,
 * with own_session also all it started.  `done' is not called; p is gone; NULL is fine.
 */
void proc_kill(struct proc *p);

/* "nginx -t" as a person would type it, quoted only where needed; appended. */
void proc_show(struct buf *out, const char *const *argv);

#endif
