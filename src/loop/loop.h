/*
 * loop.h - one thread, one wait: descriptors, timers, signals.
 *
 * Every callback runs to completion and must not block.  What would block is
 * given to net.h (requests) or proc.h (programs), and comes back as a callback.
 */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <poll.h>

#include "base/err.h"

struct loop;

typedef void loop_fd_fn(void *ctx, int fd, short revents);
typedef void loop_fn(void *ctx);

/* Wait for `fds' like poll(2); net.c puts curl_multi_poll(3) here. */
typedef int loop_wait_fn(void *ctx, struct pollfd *fds, nfds_t n, int timeout_ms);

struct loop *loop_new(void); /* SIGPIPE and SIGXFSZ are ignored from here on */
void loop_free(struct loop *l);
void loop_set_wait(struct loop *l, loop_wait_fn *wait, void *ctx); /* NULL: poll(2) again */

long long loop_now(void); /* milliseconds, monotonic */
double    loop_seconds(void); /* the same with microseconds, for measurements */

/*
 * One watch a descriptor: a second replaces the first.  A peer that hung up or
 * an error comes as what was wanted, so that reading or writing finds it.
 */
void loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *ctx);
void loop_want(struct loop *l, int fd, short events); /* change what is waited for; 0: nothing */
void loop_unwatch(struct loop *l, int fd); /* safe from inside a callback, and before close(fd) */

/* Run `fn' once, `ms' from now.  Returns an id for loop_cancel(); never 0. */
unsigned loop_after(struct loop *l, int ms, loop_fn *fn, void *ctx);
void loop_cancel(struct loop *l, unsigned id); /* 0 and spent ids do nothing */

/* Run `fn' from the loop, not from the handler, after `sig' arrives; NULL: the default again. */
int loop_on_signal(struct loop *l, int sig, loop_fn *fn, void *ctx, struct err *e);

/* Run `fn' before every wait.  The one place that draws. */
void loop_before_wait(struct loop *l, loop_fn *fn, void *ctx);

int  loop_run(struct loop *l, struct err *e); /* until loop_stop() */
void loop_stop(struct loop *l);

#endif
