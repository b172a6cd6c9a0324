/*
 * clock.c - put in front of a program: its time of day is off by the seconds that stand in $CLOCK, and jumps when they
 * do; and so many as stand in $PASSED seem to have passed, which wakes whoever waits for one of them.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define WAKE_MS 20

static time_t
off(const char *variable)
{
	char text[32] = "";
	const char *file = getenv(variable);
	const int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		(void)!read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	return (time_t)strtoll(text, NULL, 10);
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	const int rc = (int)syscall(SYS_clock_gettime, id, t);

	if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		t->tv_sec += off("CLOCK");
	if (rc == 0 && id == CLOCK_MONOTONIC)
		t->tv_sec += off("PASSED");
	return rc;
}

int
poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	const int ms = getenv("PASSED") && (timeout_ms < 0 || timeout_ms > WAKE_MS) ? WAKE_MS : timeout_ms;
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	return (int)syscall(SYS_ppoll, fds, n, ms < 0 ? NULL : &t, NULL, 0);
}

time_t
time(time_t *out)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (out)
		*out = t.tv_sec;
	return t.tv_sec;
}

int
gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec t;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	*out = (struct timeval){ .tv_sec = t.tv_sec, .tv_usec = t.tv_nsec / 1000 };
	return 0;
}
