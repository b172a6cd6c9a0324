#include "origin/intake.h"

#include <stdlib.h>
#include <string.h>

#include "origin/reply.h"
#include "origin/routes.h"
#include "origin/sockets.h"

enum { IDLE_MS = 65 * 1000 /* between two requests */ };

static void
next_request(struct conn *c)
{
	http_free(&c->req);
	buf_free(&c->kept);
	if (!c->in.len)
		buf_free(&c->in);
	free(c->arrivals);
	c->arrivals = NULL;
	c->bounded = false;
	c->on_data = NULL;
	c->on_body = NULL;
	if (!c->stay) {
		conn_end(c);
		return;
	}
	c->answered = false;
	c->state = CONN_HEAD;
	conn_deadline(c, IDLE_MS);
}

/* Returns whether there was one. */
static bool
read_head(struct conn *c)
{
	size_t head;
	int status;

	if (c->scanned == 0) {
		size_t blank = 0;

		while (blank + 1 < c->in.len && !memcmp(c->in.s + blank, "\r\n", 2))
			blank += 2;
		buf_eat(&c->in, blank);
		if (c->in.len)
			conn_deadline(c, conn_head_ms(c));
	}
	if (!http_looks(c->in.s, c->in.len) && c->in.s[0] != '\r') {
		reply_bare(c, 400);
		return false;
	}
	head = http_head(c->in.s, c->in.len, &c->scanned);
	if (head > HTTP_HEAD_MAX || (!head && c->in.len > HTTP_HEAD_MAX)) {
		reply_bare(c, 431);
		return false;
	}
	if (!head)
		return false;
	status = http_parse(&c->req, c->in.s, head);
	buf_eat(&c->in, head);
	c->scanned = 0;
	if (status) {
		reply_bare(c, status);
		return false;
	}
	c->stay = c->req.keep_alive;
	http_body_init(&c->body, &c->req);
	c->heard = loop_now();
	conn_deadline(c, CONN_BODY_MS);
	routes_serve(c);
	if (c->state == CONN_HEAD)
		c->state = CONN_BODY;
	return true;
}

static bool
read_body(struct conn *c)
{
	if (c->answered && !c->stay) { /* the rest of the body is of no use to anybody */
		next_request(c);
		return true;
	}
	while (!c->body.done && c->in.len) {
		const char *piece;
		size_t len;
		long used = http_body_feed(&c->body, c->in.s, c->in.len, &piece, &len);

		if (used < 0) {
			if (c->answered)
				conn_drop(c);
			else
				reply_bare(c, 400);
			return false;
		}
		if (len && c->on_data)
			c->on_data(c, piece, len);
		buf_eat(&c->in, (size_t)used);
	}
	if (!c->body.done)
		return false;
	if (c->on_body) {
		conn_fn *fn = c->on_body;

		c->on_body = NULL;
		fn(c);
	}
	if (c->state == CONN_BODY && c->answered)
		next_request(c);
	return true;
}

/* Do what can be done with what is here.  True: come again, there may be more. */
bool
intake_advance(struct conn *c)
{
	if (c->dead || c->ending) {
		buf_cut(&c->in, 0);
		return false;
	}
	switch (c->state) {
	case CONN_HEAD:
		return c->out.len < CONN_OUT_LOW && c->in.len && read_head(c);
	case CONN_BODY:
		return read_body(c);
	case CONN_SOCKET:
		sockets_read(c);
		return false;
	case CONN_FLOOD:
		routes_flood(c);
		return false;
	case CONN_HUNG:
	case CONN_LINGER:
		buf_cut(&c->in, 0);
		return false;
	case CONN_STREAM:
		return false;
	}
	return false;
}
