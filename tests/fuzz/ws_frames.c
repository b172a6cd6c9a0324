/*
 * A WebSocket of ours whose other side says anything once it has accepted: one
 * answer, messages within their cap, and an end when the other side leaves.
 */
#include "fuzz.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "loop/ws.h"

enum { PATIENCE_MS = 3000, MESSAGE_MAX = 64 * 1024 };

struct server {
	struct loop   *loop;
	int            listener, fd;
	struct buf     asked;
	const uint8_t *data;
	size_t         size;
};

struct client {
	struct loop *loop;
	int          answers, ends;
};

static struct loop *loop;
static struct net *net;

static void
too_late(void *ctx)
{
	(void)ctx;
	assert(!"the other side left, and nobody was told");
}

static void
on_answered(void *ctx, const struct ws_reply *r)
{
	struct client *c = ctx;

	c->answers++;
	assert(r->accepted);
}

static void
on_message(void *ctx, int opcode, const char *bytes, size_t len, double seconds)
{
	(void)ctx;
	assert(opcode >= 1 && opcode <= 10 && len <= MESSAGE_MAX && seconds >= 0);
	assert(len == 0 || bytes);
}

static void
on_closed(void *ctx, int code)
{
	struct client *c = ctx;

	c->ends++;
	assert(code == 0 || (code >= 1000 && code < 5000));
	loop_stop(c->loop);
}

static void
say_all(struct server *s)
{
	const char *key = strstr(s->asked.s, "Sec-WebSocket-Key: ") + 19;
	char *own = xstrndup(key, strcspn(key, "\r"));
	struct buf out = BUF_INIT;
	char accept[29];

	crypto_ws_accept(own, accept);
	buf_printf(&out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	           "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
	buf_add(&out, s->data, s->size);
	send(s->fd, out.s, out.len, MSG_NOSIGNAL);
	shutdown(s->fd, SHUT_WR);
	buf_free(&out);
	free(own);
}

static void
on_request(void *ctx, int fd, short revents)
{
	struct server *s = ctx;
	char bytes[4096];
	const ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	(void)revents;
	if (n <= 0) {
		loop_unwatch(s->loop, fd);
		return;
	}
	buf_add_max(&s->asked, bytes, (size_t)n, sizeof(bytes));
	if (s->size != SIZE_MAX && strstr(s->asked.s, "\r\n\r\n")) {
		say_all(s);
		s->size = SIZE_MAX;
	}
}

static void
on_listener(void *ctx, int fd, short revents)
{
	struct server *s = ctx;

	(void)revents;
	s->fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (s->fd >= 0)
		loop_watch(s->loop, s->fd, POLLIN, on_request, s);
}

static unsigned
listen_anywhere(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert(bind(s->listener, (struct sockaddr *)&at, len) == 0 && listen(s->listener, 1) == 0);
	assert(getsockname(s->listener, (struct sockaddr *)&at, &len) == 0);
	loop_watch(s->loop, s->listener, POLLIN, on_listener, s);
	return ntohs(at.sin_port);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct server s = { .fd = -1, .asked = BUF_INIT, .data = data, .size = size };
	struct client c = { 0 };
	struct ws_request q = { .timeout_ms = PATIENCE_MS, .ctx = &c,
	                        .on = { on_answered, on_message, on_closed } };
	struct err e = { 0 };
	char url[64];
	unsigned patience;
	struct ws *w;

	if (!loop) {
		loop = loop_new();
		net = net_new(loop);
	}
	s.loop = c.loop = loop;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/ws", listen_anywhere(&s));
	q.url = url;
	w = ws_open(loop, net, &q);
	patience = loop_after(loop, PATIENCE_MS, too_late, NULL);
	assert(loop_run(loop, &e) == 0);
	assert(c.answers == 1 && c.ends == 1);
	loop_cancel(loop, patience);
	ws_close(w);
	loop_unwatch(loop, s.fd);
	loop_unwatch(loop, s.listener);
	close(s.fd);
	close(s.listener);
	buf_free(&s.asked);
	return 0;
}
