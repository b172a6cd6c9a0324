/* get.h - a request, and what came of it. */
#ifndef TEST_GET_H
#define TEST_GET_H

#include "serve.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

struct get {
	struct world *w;
	bool             done;
	int              calls, heads, pieces;
	struct net_reply r; /* copied; its buffers are ours */
	double           at[16];
	int              stop_at_piece; /* on_data: false at this piece */
	bool             stop_at_head;
	unsigned         id;
	unsigned         cancel; /* in on_data or on_head */
	struct get      *start_other;
	const char      *other_url;
};

static inline void
on_done(void *ctx, const struct net_reply *r)
{
	struct get *g = ctx;

	g->calls++;
	g->done = true;
	g->r = *r;
	g->r.head = g->r.body = g->r.cert = (struct buf)BUF_INIT;
	buf_add(&g->r.head, r->head.s, r->head.len);
	buf_add(&g->r.body, r->body.s, r->body.len);
	net_cancel(g->w->n, g->id); /* too late, and harmless */
}

static inline void
get_free(struct get *g)
{
	buf_free(&g->r.head);
	buf_free(&g->r.body);
	buf_free(&g->r.cert);
}

static inline struct net_request
request(struct world *w, struct get *g, const char *url)
{
	g->w = w;
	return (struct net_request){ .url = url, .timeout_ms = 3000, .max_body = 65536,
	                             .done = on_done, .ctx = g };
}

static inline void
send_it(struct get *g, const struct net_request *q)
{
	g->id = net_start(g->w->n, q);
	assert_int_not_equal(g->id, 0);
	assert_false(g->done);
}

static inline bool
on_head(void *ctx, const struct net_reply *r)
{
	struct get *g = ctx;

	g->heads++;
	assert_true(r->status >= 101);
	assert_true(r->head.len > 0);
	assert_string_equal(r->peer, "127.0.0.1");
	assert_true(r->connected > 0 && r->first >= r->connected);
	net_cancel(g->w->n, g->cancel);
	return !g->stop_at_head;
}

static inline bool
on_data(void *ctx, const char *bytes, size_t len, double seconds)
{
	struct get *g = ctx;

	(void)bytes;
	(void)len;
	if (g->pieces < 16)
		g->at[g->pieces] = seconds;
	g->pieces++;
	net_cancel(g->w->n, g->cancel);
	if (g->start_other && g->pieces == 1) {
		struct net_request q = request(g->w, g->start_other, g->other_url);

		g->start_other->id = net_start(g->w->n, &q);
	}
	return g->pieces != g->stop_at_piece;
}

static const struct step dripping[] = {
	{ .act = ACT_SEND, .text = OK_HEAD "\r\n" },
	{ .act = ACT_SEND, .text = "one", .after_ms = 60 },
	{ .act = ACT_SEND, .text = "two", .after_ms = 60 },
	{ .act = ACT_SEND, .text = "three", .after_ms = 60 },
	{ .act = ACT_CLOSE },
};

#define CASE(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

#endif
