/*
 * serve.h - a server that follows a script, on a port of its own, in the test's loop.
 *
 * When a request's header has come (or at once, if `eager') the steps are
 * played one after the other.
 */
#ifndef TEST_SERVE_H
#define TEST_SERVE_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world.h"

enum act { ACT_END, ACT_SEND, ACT_CLOSE, ACT_RESET, ACT_FLOOD /* `text' for ever */,
           ACT_ACCEPT /* the answer to a WebSocket key */,
           ACT_BLOCK  /* hold the whole loop for a quarter of a second */ };

struct step {
	enum act    act;
	const char *text;
	size_t      len;      /* 0: strlen(text) */
	int         after_ms; /* wait before */
};

struct serve {
	struct loop       *l;
	int                listener, fd; /* the connection, -1: none */
	int                port;
	const struct step *steps, *step;
	bool               eager;
	bool               playing;
	unsigned           timer;
	struct buf         got;   /* everything that was received */
	size_t             flooded;
	int                accepted; /* connections so far */
	bool               gone;  /* the client closed */
	char               url[64];
};

static void serve_play(void *ctx);

static inline void
serve_drop(struct serve *s)
{
	if (s->fd < 0)
		return;
	loop_unwatch(s->l, s->fd);
	close(s->fd);
	s->fd = -1;
	loop_cancel(s->l, s->timer);
}

static inline void
serve_read(void *ctx, int fd, short revents)
{
	struct serve *s = ctx;
	char bytes[65536];
	ssize_t n;

	if ((revents & POLLOUT) && s->playing && s->step->act == ACT_FLOOD)
		serve_play(s);
	if (s->fd != fd || !(revents & POLLIN))
		return;
	n = read(fd, bytes, sizeof(bytes));
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		s->gone = true;
		serve_drop(s);
		return;
	}
	buf_add(&s->got, bytes, (size_t)n);
	if (!s->playing && strstr(s->got.s, "\r\n\r\n"))
		serve_play(s);
}

static inline void
serve_accept_key(struct serve *s)
{
	extern void crypto_ws_accept(const char *key, char out[29]);
	const char *at = strstr(s->got.s, "Sec-WebSocket-Key: ");
	char key[25] = "", accept[29], text[200];

	if (at)
		memcpy(key, at + 19, 24);
	crypto_ws_accept(key, accept);
	snprintf(text, sizeof(text), "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	         "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
	(void)!write(s->fd, text, strlen(text));
}

/* As much of `text' for ever as fits now. */
static inline void
serve_flood(struct serve *s)
{
	const size_t len = strlen(s->step->text);
	ssize_t n;

	for (int i = 0; i < 64 && (n = write(s->fd, s->step->text, len)) > 0; i++)
		s->flooded += (size_t)n;
	loop_want(s->l, s->fd, POLLIN | POLLOUT);
}

static inline void
serve_now(void *ctx)
{
	struct serve *s = ctx;
	const struct step *p = s->step;

	s->timer = 0;
	switch (p->act) {
	case ACT_END:
		return;
	case ACT_FLOOD:
		serve_flood(s);
		return;
	case ACT_SEND:
		(void)!write(s->fd, p->text, p->len ? p->len : strlen(p->text));
		break;
	case ACT_ACCEPT:
		serve_accept_key(s);
		break;
	case ACT_BLOCK:
		for (const double until = loop_seconds() + 0.25; loop_seconds() < until; )
			;
		break;
	case ACT_RESET:
		setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
		serve_drop(s);
		return;
	case ACT_CLOSE:
		serve_drop(s);
		return;
	}
	s->step++;
	serve_play(s);
}

static void
serve_play(void *ctx)
{
	struct serve *s = ctx;

	s->playing = true;
	if (s->fd < 0)
		return;
	if (s->step->after_ms)
		s->timer = loop_after(s->l, s->step->after_ms, serve_now, s);
	else
		serve_now(s);
}

static inline void
serve_on_connection(void *ctx, int fd, short revents)
{
	struct serve *s = ctx;
	const int c = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)revents;
	if (c < 0)
		return;
	serve_drop(s);
	s->fd = c;
	s->accepted++;
	s->step = s->steps;
	s->playing = false;
	buf_cut(&s->got, 0);
	loop_watch(s->l, c, POLLIN, serve_read, s);
	if (s->eager)
		serve_play(s);
}

static inline int
serve_bind(const char *address, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	inet_pton(AF_INET, address, &a.sin_addr);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		abort();
	*port = ntohs(a.sin_port);
	return fd;
}

static inline void
serve_start(struct serve *s, struct loop *l, const struct step *steps)
{
	*s = (struct serve){ .l = l, .fd = -1, .steps = steps, .step = steps, .got = BUF_INIT };
	s->listener = serve_bind("127.0.0.1", &s->port);
	if (listen(s->listener, 64) < 0)
		abort();
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/", s->port);
	loop_watch(l, s->listener, POLLIN, serve_on_connection, s);
}

static inline void
serve_stop(struct serve *s)
{
	serve_drop(s);
	loop_unwatch(s->l, s->listener);
	close(s->listener);
	buf_free(&s->got);
}

#endif
