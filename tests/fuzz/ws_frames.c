/*
 * A WebSocket of ours whose other side says anything once it has accepted: one
 * answer, messages within their cap, and an end when the other side leaves.
 *
 * No clock is asked, for a busy machine may take any time: once the kernel has handed over all that
 * was said and that nothing will follow, a number of turns of the loop have to be enough.
 */
#include "fuzz.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "loop/ws.h"

enum { PATIENCE_MS = 3600 * 1000, TURNS = 1000, MESSAGE_MAX = 64 * 1024 };

struct server {
	struct loop   *loop;
	int            fd;
	unsigned       turning, turns; /* since it left */
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
static int listener = -1;
static unsigned port;

/* Has the other side's kernel all of it, the end too? */
static bool
is_handed_over(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && info.tcpi_state != TCP_ESTABLISHED &&
	       info.tcpi_state != TCP_FIN_WAIT1;
}

static void
turn(void *ctx)
{
	struct server *s = ctx;

	s->turns += is_handed_over(s->fd);
	assert(s->turns < TURNS || !"the other side left, and nobody was told");
	s->turning = loop_after(s->loop, 0, turn, s);
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
		turn(s);
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

static void
listen_anywhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert(bind(listener, (struct sockaddr *)&at, len) == 0 && listen(listener, 1) == 0);
	assert(getsockname(listener, (struct sockaddr *)&at, &len) == 0);
	port = ntohs(at.sin_port);
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
	struct ws *w;

	if (!loop) {
		loop = loop_new();
		net = net_new(loop);
		listen_anywhere();
	}
	s.loop = c.loop = loop;
	loop_watch(loop, listener, POLLIN, on_listener, &s);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/ws", port);
	q.url = url;
	w = ws_open(loop, net, &q);
	assert(loop_run(loop, &e) == 0);
	assert(c.answers == 1 && c.ends == 1);
	loop_cancel(loop, s.turning);
	ws_close(w);
	loop_unwatch(loop, s.fd);
	loop_unwatch(loop, listener);
	close(s.fd);
	buf_free(&s.asked);
	return 0;
}
