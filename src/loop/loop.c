#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"

#define IDLE_US 60000000LL

/* One per descriptor number; `fn' NULL: nobody watches it. */
struct watch {
	loop_fd_fn *fn;
	void       *ctx;
	unsigned    birth; /* tells a new watch from an old one on the same number */
	size_t      place; /* in loop.active */
	short       events;
};

struct timer {
	long long due; /* microseconds */
	unsigned  id;
	loop_fn  *fn;
	void     *ctx;
};

struct hook {
	loop_fn *fn;
	void    *ctx;
};

struct loop {
	struct watch  *watch; /* by descriptor */
	size_t         n_watch;
	int           *active; /* the watched descriptors, in no order */
	size_t         n_active, active_cap;
	unsigned       births;

	struct pollfd *fds;   /* what is waited for, and ... */
	unsigned      *birth; /* ... whose watch it was when the wait began */
	size_t         fds_cap;

	struct timer  *timer; /* a heap, the next to strike first */
	size_t         n_timer, timer_cap;
	unsigned       last_id;

	struct hook    before;
	struct hook    on_signal[NSIG];
	int            signal_pipe[2];
	loop_wait_fn  *wait;
	void          *wait_ctx;
	bool           stop, running;
};

/*
 * What a handler can reach: which loop asked for the signal, as the end of its
 * pipe plus one, and whether it came.  The pipe only wakes; a full one loses nothing.
 */
static volatile sig_atomic_t signal_fd[NSIG];
static volatile sig_atomic_t signal_came[NSIG];

static long long
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int
wait_poll(void *ctx, struct pollfd *fds, nfds_t n, int timeout_ms)
{
	(void)ctx;
	return poll(fds, n, timeout_ms);
}

static void
handler(int sig)
{
	const int saved = errno;
	const int fd = signal_fd[sig] - 1;

	signal_came[sig] = 1;
	if (fd >= 0)
		(void)!write(fd, "", 1);
	errno = saved;
}

static void
on_signal_pipe(void *ctx, int fd, short revents)
{
	struct loop *l = ctx;
	const int mine = l->signal_pipe[1] + 1;
	char drain[64];

	(void)revents;
	while (read(fd, drain, sizeof(drain)) > 0)
		;
	for (int sig = 1; sig < NSIG; sig++) {
		const struct hook h = l->on_signal[sig];

		if (signal_fd[sig] != mine || !signal_came[sig])
			continue;
		signal_came[sig] = 0;
		if (h.fn)
			h.fn(h.ctx);
	}
}

struct loop *
loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof(*l));

	l->wait = wait_poll;
	l->signal_pipe[0] = l->signal_pipe[1] = -1;
	signal(SIGPIPE, SIG_IGN); /* a closed peer is an error of write(2), not the end of us */
	signal(SIGXFSZ, SIG_IGN); /* and so is a limit of the size of files */
	return l;
}

void
loop_free(struct loop *l)
{
	if (!l)
		return;
	for (int sig = 1; sig < NSIG; sig++)
		if (l->signal_pipe[1] >= 0 && signal_fd[sig] == l->signal_pipe[1] + 1) {
			signal(sig, SIG_DFL);
			signal_fd[sig] = 0;
		}
	for (int i = 0; i < 2; i++)
		if (l->signal_pipe[i] >= 0)
			close(l->signal_pipe[i]);
	free(l->watch);
	free(l->active);
	free(l->fds);
	free(l->birth);
	free(l->timer);
	free(l);
}

void
loop_set_wait(struct loop *l, loop_wait_fn *wait, void *ctx)
{
	l->wait = wait ? wait : wait_poll;
	l->wait_ctx = ctx;
}

long long
loop_now(void)
{
	return now_us() / 1000;
}

double
loop_seconds(void)
{
	return (double)now_us() / 1e6;
}

void
loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *ctx)
{
	const size_t at = (size_t)fd;

	assert(fd >= 0 && fn);
	loop_unwatch(l, fd);
	if (at >= l->n_watch) {
		const size_t n = at + 1 > 2 * l->n_watch ? at + 1 : 2 * l->n_watch;

		l->watch = xreallocarray(l->watch, n, sizeof(*l->watch));
		memset(l->watch + l->n_watch, 0, (n - l->n_watch) * sizeof(*l->watch));
		l->n_watch = n;
	}
	if (l->n_active == l->active_cap) {
		l->active_cap = l->active_cap ? 2 * l->active_cap : 16;
		l->active = xreallocarray(l->active, l->active_cap, sizeof(*l->active));
	}
	l->watch[at] = (struct watch){ fn, ctx, ++l->births, l->n_active, events };
	l->active[l->n_active++] = fd;
}

static struct watch *
find_watch(struct loop *l, int fd)
{
	struct watch *w = fd >= 0 && (size_t)fd < l->n_watch ? &l->watch[fd] : NULL;

	return w && w->fn ? w : NULL;
}

void
loop_want(struct loop *l, int fd, short events)
{
	struct watch *w = find_watch(l, fd);

	if (w)
		w->events = events;
}

void
loop_unwatch(struct loop *l, int fd)
{
	struct watch *w = find_watch(l, fd);

	if (!w)
		return;
	w->fn = NULL;
	l->active[w->place] = l->active[--l->n_active];
	l->watch[l->active[w->place]].place = w->place;
}

/* Timers that are due in the same microsecond strike in the order they were set. */
static bool
earlier(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : (int)(a->id - b->id) < 0;
}

static void
sift_up(struct timer *heap, size_t i)
{
	const struct timer t = heap[i];

	for (; i > 0 && earlier(&t, &heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = t;
}

static void
sift_down(struct timer *heap, size_t n, size_t i)
{
	const struct timer t = heap[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < n && earlier(&heap[child + 1], &heap[child]))
			child++;
		if (child >= n || !earlier(&heap[child], &t))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = t;
}

static void
remove_timer(struct loop *l, size_t i)
{
	l->timer[i] = l->timer[--l->n_timer];
	if (i == l->n_timer)
		return;
	sift_up(l->timer, i);
	sift_down(l->timer, l->n_timer, i);
}

unsigned
loop_after(struct loop *l, int ms, loop_fn *fn, void *ctx)
{
	if (l->n_timer == l->timer_cap) {
		l->timer_cap = l->timer_cap ? 2 * l->timer_cap : 16;
		l->timer = xreallocarray(l->timer, l->timer_cap, sizeof(*l->timer));
	}
	if (++l->last_id == 0)
		l->last_id = 1;
	l->timer[l->n_timer] = (struct timer){ now_us() + 1000LL * (ms > 0 ? ms : 0), l->last_id,
	                                       fn, ctx };
	sift_up(l->timer, l->n_timer++);
	return l->last_id;
}

void
loop_cancel(struct loop *l, unsigned id)
{
	for (size_t i = 0; id && i < l->n_timer; i++)
		if (l->timer[i].id == id) {
			remove_timer(l, i);
			return;
		}
}

int
loop_on_signal(struct loop *l, int sig, loop_fn *fn, void *ctx, struct err *e)
{
	struct sigaction sa = { .sa_handler = fn ? handler : SIG_DFL, .sa_flags = SA_RESTART };

	assert(sig > 0 && sig < NSIG);
	if (l->signal_pipe[0] < 0) {
		if (pipe2(l->signal_pipe, O_NONBLOCK | O_CLOEXEC) < 0)
			return err_sys(e, ERR_IO, _("A pipe for signals could not be made"));
		loop_watch(l, l->signal_pipe[0], POLLIN, on_signal_pipe, l);
	}
	l->on_signal[sig] = (struct hook){ fn, ctx };
	signal_came[sig] = 0;
	signal_fd[sig] = fn ? l->signal_pipe[1] + 1 : 0;
	if (sigaction(sig, &sa, NULL) < 0)
		return err_sys(e, ERR_IO, _("Signal %d cannot be caught"), sig);
	return 0;
}

void
loop_before_wait(struct loop *l, loop_fn *fn, void *ctx)
{
	l->before = (struct hook){ fn, ctx };
}

void
loop_stop(struct loop *l)
{
	l->stop = true;
}

/* Run what was due when we came; what a timer sets for now has to wait for the next round. */
static void
run_timers(struct loop *l)
{
	const long long now = now_us();
	const unsigned newest = l->last_id;

	while (!l->stop && l->n_timer && l->timer[0].due <= now &&
	       (int)(l->timer[0].id - newest) <= 0) {
		const struct timer t = l->timer[0];

		remove_timer(l, 0);
		t.fn(t.ctx);
	}
}

/* Never early: rounded up to whole milliseconds. */
static int
until_next(const struct loop *l)
{
	long long us = l->n_timer ? l->timer[0].due - now_us() : IDLE_US;

	if (us > IDLE_US)
		us = IDLE_US;
	return us <= 0 ? 0 : (int)((us + 999) / 1000);
}

/* A watch that wants nothing is left out: poll(2) would report a hang-up for ever. */
static nfds_t
fill_fds(struct loop *l)
{
	nfds_t n = 0;

	if (l->fds_cap < l->n_active) {
		l->fds_cap = l->active_cap;
		l->fds = xreallocarray(l->fds, l->fds_cap, sizeof(*l->fds));
		l->birth = xreallocarray(l->birth, l->fds_cap, sizeof(*l->birth));
	}
	for (size_t i = 0; i < l->n_active; i++) {
		const struct watch *w = &l->watch[l->active[i]];

		if (!w->events)
			continue;
		l->fds[n] = (struct pollfd){ .fd = l->active[i], .events = w->events };
		l->birth[n++] = w->birth;
	}
	return n;
}

/*
 * A callback may unwatch, close and open what it likes, and get the same
 * number again: an event belongs only to the watch that was waited for.
 */
static void
dispatch(struct loop *l, nfds_t n)
{
	for (nfds_t i = 0; i < n && !l->stop; i++) {
		const struct watch *w = find_watch(l, l->fds[i].fd);
		short got = l->fds[i].revents;

		if (!got || !w || w->birth != l->birth[i])
			continue;
		if (got & ~l->fds[i].events) /* hung up or broken: reading or writing finds out */
			got |= l->fds[i].events;
		got &= w->events | POLLHUP | POLLERR | POLLNVAL;
		if (got & w->events)
			w->fn(w->ctx, l->fds[i].fd, got);
	}
}

int
loop_run(struct loop *l, struct err *e)
{
	int rc = 0;

	assert(!l->running);
	l->running = true;
	l->stop = false;
	while (run_timers(l), !l->stop) {
		nfds_t n;

		if (l->before.fn)
			l->before.fn(l->before.ctx);
		n = fill_fds(l);
		if (l->wait(l->wait_ctx, l->fds, n, l->stop ? 0 : until_next(l)) >= 0) {
			dispatch(l, n);
		} else if (errno != EINTR) {
			rc = err_sys(e, ERR_IO, _("Waiting for events failed"));
			break;
		}
	}
	l->running = false;
	return rc;
}
