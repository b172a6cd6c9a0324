/*
 * The probe origin on one connection (requests, bodies, WebSocket frames):
 * whatever comes, it lives, lets go of the connection, and keeps nothing of it.
 * The first byte says how it misbehaves, and into how large pieces the rest is cut.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "origin/conn.h"

enum { PATIENCE_MS = 20, READ_MAX = 4 << 20 };

struct client {
	struct loop   *loop;
	int            fd;
	const uint8_t *data;
	size_t         left, piece, seen;
};

static struct loop *loop;
static struct needs needs;

static void
stop(void *ctx)
{
	loop_stop(ctx);
}

static void
read_answers(struct client *c)
{
	char bytes[65536];
	ssize_t n;

	while ((n = recv(c->fd, bytes, sizeof(bytes), 0)) > 0) {
		c->seen += (size_t)n;
		assert(c->seen < READ_MAX);
	}
	if (n == 0)
		loop_stop(c->loop);
}

static void
on_client(void *ctx, int fd, short revents)
{
	struct client *c = ctx;

	if (c->left && (revents & POLLOUT)) {
		const size_t len = c->piece < c->left ? c->piece : c->left;
		const ssize_t n = send(fd, c->data, len, MSG_NOSIGNAL);

		if (n > 0) {
			c->data += n;
			c->left -= (size_t)n;
		}
		if (!c->left)
			shutdown(fd, SHUT_WR);
	}
	read_answers(c);
	loop_want(c->loop, fd, c->left ? POLLIN | POLLOUT : POLLIN);
}

static void
talk(struct origin *o, const uint8_t *data, size_t size, size_t piece)
{
	struct client c = { .loop = loop, .data = data, .left = size, .piece = piece };
	struct sockaddr_storage peer = { .ss_family = AF_INET };
	struct err e = { 0 };
	unsigned patience;
	int pair[2];

	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
	c.fd = pair[0];
	conn_accept(o, pair[1], &peer);
	loop_watch(loop, c.fd, POLLIN | POLLOUT, on_client, &c);
	patience = loop_after(loop, PATIENCE_MS, stop, loop);
	assert(loop_run(loop, &e) == 0);
	loop_cancel(loop, patience);
	loop_unwatch(loop, c.fd);
	close(c.fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned ways[] = { 0, 0, 0, ORIGIN_IS_OPENCODE, ORIGIN_STARTING,
	                                 ORIGIN_NOT_OURS, ORIGIN_LIES, ORIGIN_LOCKED };
	struct origin_options options = { .server_id = "fuzz", .head_ms = PATIENCE_MS };
	struct err e = { 0 };
	struct origin *o;

	if (size < 2)
		return 0;
	if (!loop) {
		loop = loop_new();
		assert(needs_load(&needs, "templates", NULL, &e) == 0);
	}
	options.misbehave = ways[data[0] % ARRAY_LEN(ways)];
	options.password = data[0] & 0x40 ? "correct horse" : NULL;
	/* A socket of no use: every connection is handed over by hand. */
	options.adopted_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	o = origin_start(loop, &needs, &options, &e);
	assert(o);
	loop_unwatch(loop, options.adopted_fd);
	talk(o, data + 1, size - 1, data[0] & 0x80 ? 1u + data[0] % 64u : size);
	origin_free(o);
	return 0;
}
