#include "origin/conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "origin/intake.h"
#include "origin/reply.h"
#include "origin/sockets.h"

enum {
	HEAD_MS   = 30 * 1000, /* for a whole head */
	LINGER_MS = 2 * 1000,  /* without a byte of what nobody reads */
	LINGER_MAX_MS = 60 * 1000,
	FLUSH_MS  = 30 * 1000, /* for the last bytes to be read */
};

void
conn_deadline(struct conn *c, int ms)
{
	c->due = ms ? loop_now() + ms : 0;
}

static void on_deadline(void *ctx);

/* One timer a connection: when it rings it looks whether the deadline has moved away. */
static void
arm(struct conn *c)
{
	long long left = c->due - loop_now();

	if (!c->due || (c->timer && c->rings <= c->due))
		return;
	loop_cancel(c->origin->loop, c->timer);
	c->rings = c->due;
	c->timer = loop_after(c->origin->loop, left > 1 ? (int)left : 1, on_deadline, c);
}

void
conn_drop(struct conn *c)
{
	c->dead = true;
}

void
conn_end(struct conn *c)
{
	if (c->ending)
		return;
	conn_pulses_end(c);
	c->ending = true;
	conn_deadline(c, FLUSH_MS);
}

void
conn_hang(struct conn *c)
{
	conn_pulses_end(c);
	c->state = CONN_HUNG;
	conn_deadline(c, 0);
}

void
conn_stream(struct conn *c)
{
	c->state = CONN_STREAM;
	conn_deadline(c, 0);
}

void
conn_answered(struct conn *c)
{
	conn_pulses_end(c);
	c->answered = true;
	if (c->state != CONN_STREAM)
		return;
	c->state = CONN_BODY;
	c->heard = loop_now();
	conn_deadline(c, CONN_BODY_MS);
}

void
conn_write(struct conn *c, const void *bytes, size_t len)
{
	if (c->out.len + len > CONN_OUT_MAX)
		conn_drop(c);
	else if (!c->ending && !c->dead)
		buf_add(&c->out, bytes, len);
}

int
conn_head_ms(const struct conn *c)
{
	return c->origin->options.head_ms ? (int)c->origin->options.head_ms : HEAD_MS;
}

static void
flush(struct conn *c)
{
	while (!c->dead && c->out.len) {
		ssize_t n = send(c->fd, c->out.s, c->out.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n <= 0) {
			conn_drop(c);
			return;
		}
		buf_eat(&c->out, (size_t)n);
	}
	if (c->ending && !c->out.len && c->state != CONN_LINGER) {
		/* Closing with bytes unread would reset the connection and lose our answer. */
		shutdown(c->fd, SHUT_WR);
		buf_cut(&c->in, 0);
		c->state = CONN_LINGER;
		c->lingers = loop_now() + LINGER_MAX_MS;
		conn_deadline(c, LINGER_MS);
		if (c->eof)
			conn_drop(c);
	}
}

/* May more be read now, or is enough waiting already? */
static bool
has_room(const struct conn *c)
{
	return c->state == CONN_LINGER || c->state == CONN_HUNG || c->in.len < CONN_IN_MAX;
}

static void
end_of_input(struct conn *c)
{
	switch (c->state) {
	case CONN_HEAD: /* unless requests still wait for their answers to be read */
		if (c->out.len < CONN_OUT_LOW)
			conn_end(c);
		break;
	case CONN_STREAM:
		if (!c->bounded)
			conn_drop(c);
		break;
	case CONN_BODY:
		if (!c->body.done)
			conn_end(c);
		break;
	default:
		conn_drop(c);
	}
}

/* The end of every event: go on as far as it goes, write, free what is over. */
static void
settle(struct conn *c)
{
	short wants = 0;
	bool again;

	do {
		while (intake_advance(c))
			;
		flush(c);
		again = !c->dead && !c->ending && c->state == CONN_HEAD && c->in.len &&
		        !c->scanned && c->out.len < CONN_OUT_LOW;
	} while (again);
	if (!c->dead && c->eof && (!c->ending || c->state == CONN_LINGER))
		end_of_input(c);
	if (!c->dead)
		flush(c);
	if (c->dead) {
		conn_free(c);
		return;
	}
	if (!c->eof && has_room(c))
		wants |= POLLIN;
	if (c->out.len || (c->state == CONN_FLOOD && !c->ending))
		wants |= POLLOUT;
	if (wants != c->wants)
		loop_want(c->origin->loop, c->fd, wants);
	c->wants = wants;
	arm(c);
}

static void
on_deadline(void *ctx)
{
	struct conn *c = ctx;
	long long now = loop_now();

	c->timer = 0;
	if (c->state == CONN_BODY && !c->ending && now - c->heard < CONN_BODY_MS)
		c->due = c->heard + CONN_BODY_MS;
	if (c->state == CONN_LINGER && now - c->heard < LINGER_MS && now < c->lingers)
		c->due = c->heard + LINGER_MS;
	if (c->due && now >= c->due) {
		if (c->state == CONN_HEAD && c->in.len && !c->ending)
			reply_bare(c, 408);
		else
			conn_drop(c);
	}
	settle(c);
}

static void
on_socket(void *ctx, int fd, short revents)
{
	struct conn *c = ctx;
	char bytes[CONN_IN_MAX];

	/* A wait may report a hang-up as readable although nobody asked to read. */
	if (!(c->wants & POLLIN) && !(revents & POLLOUT)) {
		struct pollfd p = { .fd = fd };

		if (poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP | POLLNVAL)))
			conn_drop(c);
	}
	if (!c->dead && (c->wants & POLLIN) && (revents & (POLLIN | POLLHUP | POLLERR))) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

		if (n > 0) {
			c->heard = loop_now();
			buf_add(&c->in, bytes, (size_t)n);
		} else if (n == 0) {
			c->eof = true;
		} else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
			conn_drop(c);
		}
	}
	settle(c);
}

static void
on_pulse(void *ctx)
{
	struct pulse *p = ctx;
	struct conn *c = p->conn;
	conn_pulse_fn *fn = p->fn;

	p->timer = 0;
	if (p->every) {
		long long wait = (p->due += p->every) - loop_now();

		p->timer = loop_after(c->origin->loop, wait > 1 ? (int)wait : 1, on_pulse, p);
	} else {
		p->fn = NULL;
	}
	fn(c, p->arg);
	settle(c);
}

void
conn_pulse(struct conn *c, int ms, int every, conn_pulse_fn *fn, const void *arg)
{
	for (struct pulse *p = c->pulses; p < c->pulses + CONN_PULSES; p++) {
		if (p->fn)
			continue;
		*p = (struct pulse){ .conn = c, .fn = fn, .arg = arg, .every = every,
		                     .due = loop_now() + ms };
		p->timer = loop_after(c->origin->loop, ms, on_pulse, p);
		return;
	}
}

void
conn_pulses_end(struct conn *c)
{
	for (size_t i = 0; i < CONN_PULSES; i++) {
		loop_cancel(c->origin->loop, c->pulses[i].timer);
		c->pulses[i] = (struct pulse){ 0 };
	}
}

bool
conn_backend_silent(const struct conn *c)
{
	return c->origin->options.misbehave & (ORIGIN_SILENT_EVENTS | ORIGIN_STARTING);
}

int
conn_paced(const struct conn *c, int seconds)
{
	double ms = seconds * 1000 / c->origin->options.pace;

	return ms > 1 ? (int)ms : 1;
}

static void
name_peer(struct conn *c, const struct sockaddr_storage *peer)
{
	const struct sockaddr_in *v4 = (const void *)peer;
	const struct sockaddr_in6 *v6 = (const void *)peer;

	if (peer->ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, c->peer, sizeof(c->peer));
	else if (peer->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &v6->sin6_addr, c->peer, sizeof(c->peer));
}

void
conn_accept(struct origin *o, int fd, const struct sockaddr_storage *peer)
{
	struct conn *c = xcalloc(1, sizeof(*c));

	c->origin = o;
	c->fd = fd;
	c->in = c->out = c->kept = (struct buf)BUF_INIT;
	c->req.query = "";
	name_peer(c, peer);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	c->next = o->conns;
	if (c->next)
		c->next->prev = c;
	o->conns = c;
	o->n_conns++;
	c->wants = POLLIN;
	loop_watch(o->loop, fd, c->wants, on_socket, c);
	if (o->options.misbehave & ORIGIN_HANGS)
		conn_hang(c);
	else
		conn_deadline(c, conn_head_ms(c));
	arm(c);
}

void
conn_free(struct conn *c)
{
	struct origin *o = c->origin;

	conn_pulses_end(c);
	loop_cancel(o->loop, c->timer);
	loop_unwatch(o->loop, c->fd);
	close(c->fd);
	sockets_free(c);
	http_free(&c->req);
	free(c->arrivals);
	buf_free(&c->in);
	buf_free(&c->out);
	buf_free(&c->kept);
	if (c->prev)
		c->prev->next = c->next;
	else
		o->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	o->n_conns--;
	free(c);
}
