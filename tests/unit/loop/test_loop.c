/* test_loop.c - what loop.h promises. */
#include "world.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static void
set_true(void *ctx)
{
	*(bool *)ctx = true;
}

/* Both the loop's own poll(2) and libcurl's wait must behave alike. */
static int
setup_without_net(void **state)
{
	struct world *w;

	world_setup(state);
	w = *state;
	net_free(w->n);
	w->n = NULL;
	return 0;
}

struct order {
	char   text[16];
	size_t n;
	bool   done;
};

static void add_a(void *ctx) { struct order *o = ctx; o->text[o->n++] = 'a'; }
static void add_b(void *ctx) { struct order *o = ctx; o->text[o->n++] = 'b'; }
static void add_c(void *ctx) { struct order *o = ctx; o->text[o->n++] = 'c'; o->done = true; }

static void
test_timers_strike_in_order(void **state)
{
	struct world *w = *state;
	struct order o = { 0 };
	unsigned cancelled;

	loop_after(w->l, 20, add_c, &o);
	cancelled = loop_after(w->l, 5, add_c, &o);
	loop_after(w->l, 1, add_a, &o);
	loop_after(w->l, 10, add_b, &o);
	loop_cancel(w->l, cancelled);
	loop_cancel(w->l, cancelled);
	loop_cancel(w->l, 0);
	assert_true(world_run(w, &o.done, 2000));
	assert_string_equal(o.text, "abc");
}

struct again {
	struct loop *l;
	int          left;
	bool         done;
};

static void
set_again(void *ctx)
{
	struct again *a = ctx;

	if (--a->left > 0)
		loop_after(a->l, 0, set_again, a);
	else
		a->done = true;
}

static void
count_read(void *ctx, int fd, short revents)
{
	char byte;

	(void)revents;
	if (read(fd, &byte, 1) == 1)
		++*(int *)ctx;
}

/* A timer that sets itself again for now must not starve the descriptors. */
static void
test_timer_for_now_waits_a_round(void **state)
{
	struct world *w = *state;
	struct again a = { .l = w->l, .left = 10 };
	int fds[2], reads = 0;

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	loop_watch(w->l, fds[0], POLLIN, count_read, &reads);
	assert_int_equal(write(fds[1], "0123456789", 10), 10);
	loop_after(w->l, 0, set_again, &a);
	assert_true(world_run(w, &a.done, 2000));
	assert_in_range(reads, 8, 10);
	loop_unwatch(w->l, fds[0]);
	close(fds[0]);
	close(fds[1]);
}

static void
test_timer_is_never_early(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 20; i++) {
		bool done = false;
		const double start = loop_seconds();

		loop_after(w->l, 3, set_true, &done);
		assert_true(world_run(w, &done, 2000));
		assert_true(loop_seconds() - start >= 0.003);
	}
}

struct swap {
	struct loop *l;
	int          first[2], second[2];
	int          calls;
	bool         done;
};

static void
on_new(void *ctx, int fd, short revents)
{
	struct swap *s = ctx;
	char byte;

	(void)revents;
	s->calls++;
	s->done = read(fd, &byte, 1) == 1;
}

/* The first that is called closes the other and watches a new, silent pipe under its number. */
static void
on_either(void *ctx, int fd, short revents)
{
	struct swap *s = ctx;
	const int other = fd == s->first[0] ? s->second[0] : s->first[0];
	int fresh[2];

	(void)revents;
	loop_unwatch(s->l, fd);
	loop_unwatch(s->l, other);
	if (pipe2(fresh, O_NONBLOCK) < 0 || dup2(fresh[0], other) < 0)
		abort();
	close(fresh[0]);
	loop_watch(s->l, other, POLLIN, on_new, s);
	s->first[0] = fd;
	s->second[0] = other;
	s->second[1] = fresh[1];
}

static void
write_late(void *ctx)
{
	(void)!write(((struct swap *)ctx)->second[1], "x", 1);
}

static void
test_no_event_for_a_reused_number(void **state)
{
	struct world *w = *state;
	struct swap s = { .l = w->l };
	int keep;

	assert_int_equal(pipe2(s.first, O_NONBLOCK), 0);
	assert_int_equal(pipe2(s.second, O_NONBLOCK), 0);
	keep = s.second[1];
	loop_watch(w->l, s.first[0], POLLIN, on_either, &s);
	loop_watch(w->l, s.second[0], POLLIN, on_either, &s);
	assert_int_equal(write(s.first[1], "x", 1), 1);
	assert_int_equal(write(s.second[1], "x", 1), 1);
	loop_after(w->l, 30, write_late, &s);
	assert_true(world_run(w, &s.done, 2000));
	assert_int_equal(s.calls, 1); /* an event of the old pipe would have been another */
	loop_unwatch(w->l, s.second[0]);
	close(s.first[0]);
	close(s.first[1]);
	close(s.second[0]);
	close(s.second[1]);
	close(keep);
}

static void
on_hangup(void *ctx, int fd, short revents)
{
	char byte;

	*(bool *)ctx = (revents & POLLIN) && read(fd, &byte, 1) == 0;
}

static void
test_hangup_reads_as_end(void **state)
{
	struct world *w = *state;
	bool ended = false;
	int fds[2];

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	loop_watch(w->l, fds[0], POLLIN, on_hangup, &ended);
	close(fds[1]);
	assert_true(world_run(w, &ended, 2000));
	loop_unwatch(w->l, fds[0]);
	close(fds[0]);
}

static double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* What wants nothing is left alone, even by a peer that is gone: no event, and no spinning. */
static void
test_want_nothing_sleeps(void **state)
{
	struct world *w = *state;
	int reads = 0, fds[2];
	double cpu;

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	loop_watch(w->l, fds[0], POLLIN, count_read, &reads);
	assert_int_equal(write(fds[1], "x", 1), 1);
	close(fds[1]);
	loop_want(w->l, fds[0], 0);
	cpu = cpu_seconds();
	world_idle(w, 200);
	assert_true(cpu_seconds() - cpu < 0.1);
	assert_int_equal(reads, 0);
	loop_want(w->l, fds[0], POLLIN);
	world_idle(w, 20);
	assert_int_equal(reads, 1);
	loop_unwatch(w->l, fds[0]);
	close(fds[0]);
}

struct ring {
	int   (*fds)[2];
	int     n;
	long    events, want;
	bool    done;
};

static void
pass_on(void *ctx, int fd, short revents)
{
	struct ring *r = ctx;
	char byte;

	(void)revents;
	if (read(fd, &byte, 1) != 1)
		return;
	if (++r->events >= r->want)
		r->done = true;
	else
		(void)!write(r->fds[r->events % r->n][1], "x", 1);
}

/* A thousand descriptors that all want to be heard: 20,000 events, watched and forgotten again. */
static void
test_a_thousand_descriptors(void **state)
{
	enum { N = 1000 };
	struct world *w = *state;
	struct ring r = { .n = N, .want = 20000 };
	double start;

	r.fds = xcalloc(N, sizeof(*r.fds));
	for (int i = 0; i < N; i++) {
		assert_int_equal(pipe2(r.fds[i], O_NONBLOCK), 0);
		loop_watch(w->l, r.fds[i][0], POLLIN, pass_on, &r);
		assert_int_equal(write(r.fds[i][1], "x", 1), 1);
	}
	start = loop_seconds();
	assert_true(world_run(w, &r.done, 20000));
	print_message("  20,000 events among 1,000 descriptors: %.0f ms\n", 1000 * (loop_seconds() - start));
	for (int i = 0; i < N; i++) {
		loop_unwatch(w->l, r.fds[i][0]);
		close(r.fds[i][0]);
		close(r.fds[i][1]);
	}
	free(r.fds);
}

static void
test_signal_comes_from_the_loop(void **state)
{
	struct world *w = *state;
	bool one = false, two = false;
	struct err e = { 0 };

	assert_int_equal(loop_on_signal(w->l, SIGUSR1, set_true, &one, &e), 0);
	assert_int_equal(loop_on_signal(w->l, SIGUSR2, set_true, &two, &e), 0);
	kill(getpid(), SIGUSR1);
	assert_false(one);
	assert_true(world_run(w, &one, 2000));
	assert_false(two);
	for (int i = 0; i < 100000; i++) /* more than a pipe holds, and another one behind */
		raise(SIGUSR1);
	raise(SIGUSR2);
	assert_true(world_run(w, &two, 2000));
	assert_int_equal(loop_on_signal(w->l, SIGUSR1, NULL, NULL, &e), 0);
	assert_ptr_equal(signal(SIGUSR1, SIG_DFL), SIG_DFL);
}

static void
test_loops_beside_each_other(void **state)
{
	struct world *w = *state, other = { .l = loop_new() };
	bool here = false, there = false;
	struct err e = { 0 };

	assert_int_equal(loop_on_signal(w->l, SIGUSR1, set_true, &here, &e), 0);
	assert_int_equal(loop_on_signal(other.l, SIGUSR2, set_true, &there, &e), 0);
	raise(SIGUSR2);
	raise(SIGUSR1);
	assert_true(world_run(w, &here, 2000));
	assert_false(there);
	assert_true(world_run(&other, &there, 2000));
	loop_free(other.l);
	here = false;
	raise(SIGUSR1); /* the other's end took nothing from us */
	assert_true(world_run(w, &here, 2000));
	assert_ptr_equal(signal(SIGUSR2, SIG_DFL), SIG_DFL);
}

static void
count(void *ctx)
{
	++*(int *)ctx;
}

static void
test_before_every_wait(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	int drawn = 0;

	loop_before_wait(w->l, count, &drawn);
	loop_after(w->l, 20, world_late, w);
	assert_int_equal(loop_run(w->l, &e), 0);
	assert_in_range(drawn, 1, 5);
	loop_before_wait(w->l, NULL, NULL);
}

#define BOTH(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown), \
                { #f " (poll)", f, setup_without_net, world_teardown, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_timers_strike_in_order),
		BOTH(test_timer_for_now_waits_a_round),
		BOTH(test_timer_is_never_early),
		BOTH(test_no_event_for_a_reused_number),
		BOTH(test_hangup_reads_as_end),
		BOTH(test_want_nothing_sleeps),
		BOTH(test_a_thousand_descriptors),
		BOTH(test_signal_comes_from_the_loop),
		BOTH(test_loops_beside_each_other),
		BOTH(test_before_every_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
