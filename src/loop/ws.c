#include "loop/ws.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "loop/ws_handshake.h"

#define MAX_MESSAGE 65536
#define QUIET_MS    50     /* the body of a refusal without a length ends with this much silence */
#define TURN_MS     10     /* reading at a time: a flood must not keep the loop from the others */

enum state { CONNECTING, ASKING, OPEN, OVER };

struct ws {
	struct loop      *loop;
	struct net       *net;
	struct ws_events  on;
	void             *ctx;
	enum state        state;
	unsigned          connecting; /* ids of what is under way */
	unsigned          deadline, quiet, again;
	int               timeout_ms;
	double            start;
	struct net_conn  *conn;
	struct buf        out; /* what is not yet sent of the handshake */
	char              accept[29];
	struct ws_answer  answer;
	struct ws_reply   reply;
	wslay_event_context_ptr frames;
	long long         turn; /* when reading has to stop for now */
	struct buf        message;
	bool              in_control; /* the frame that is arriving belongs to no message */
	int               close_code;
	int               busy; /* depth of callbacks: ws_close() may come in any of them */
	bool              gone;
};

static void pump(void *ctx);

static void
cancel_timers(struct ws *w)
{
	loop_cancel(w->loop, w->deadline);
	loop_cancel(w->loop, w->quiet);
	loop_cancel(w->loop, w->again);
	w->deadline = w->quiet = w->again = 0;
}

static void
hang_up(struct ws *w)
{
	cancel_timers(w);
	net_cancel(w->net, w->connecting);
	w->connecting = 0;
	net_conn_close(w->conn);
	w->conn = NULL;
	w->state = OVER;
}

static void
destroy(struct ws *w)
{
	if (w->frames)
		wslay_event_context_free(w->frames);
	buf_free(&w->out);
	buf_free(&w->answer.in);
	buf_free(&w->reply.head);
	buf_free(&w->reply.body);
	buf_free(&w->message);
	free(w);
}

/* Out of a callback again.  False: the owner ended it there, and w is gone. */
static bool
leave(struct ws *w)
{
	if (--w->busy > 0 || !w->gone)
		return true;
	destroy(w);
	return false;
}

static void
lost(struct ws *w)
{
	hang_up(w);
	w->busy++;
	if (w->on.closed)
		w->on.closed(w->ctx, w->close_code);
	leave(w);
}

static ssize_t
recv_bytes(wslay_event_context_ptr frames, uint8_t *bytes, size_t len, int flags, void *ctx)
{
	struct ws *w = ctx;
	const size_t left = w->answer.in.len - w->answer.rest;
	ssize_t n;

	(void)flags;
	if (w->gone) {
		wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
		return -1;
	}
	if (left) { /* came with the answer */
		n = (ssize_t)(left < len ? left : len);
		memcpy(bytes, w->answer.in.s + w->answer.rest, (size_t)n);
		w->answer.rest += (size_t)n;
		return n;
	}
	if (loop_now() >= w->turn) {
		if (!w->again)
			w->again = loop_after(w->loop, 0, pump, w);
		wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	n = net_conn_recv(w->conn, bytes, len);
	if (n > 0)
		return n;
	wslay_event_set_error(frames, n < 0 && errno == EAGAIN ? WSLAY_ERR_WOULDBLOCK :
	                              WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static ssize_t
send_bytes(wslay_event_context_ptr frames, const uint8_t *bytes, size_t len, int flags, void *ctx)
{
	struct ws *w = ctx;
	const ssize_t n = w->conn ? net_conn_send(w->conn, bytes, len) : -1;

	(void)flags;
	if (n < 0)
		wslay_event_set_error(frames, w->conn && errno == EAGAIN ? WSLAY_ERR_WOULDBLOCK :
		                              WSLAY_ERR_CALLBACK_FAILURE);
	return n;
}

static int
make_mask(wslay_event_context_ptr frames, uint8_t *bytes, size_t len, void *ctx)
{
	(void)frames;
	(void)ctx;
	crypto_random(bytes, len);
	return 0;
}

static void
on_frame(wslay_event_context_ptr frames, const struct wslay_event_on_frame_recv_start_arg *f,
         void *ctx)
{
	struct ws *w = ctx;

	(void)frames;
	w->in_control = wslay_is_ctrl_frame(f->opcode);
	if (!w->in_control && f->opcode != WSLAY_CONTINUATION_FRAME)
		buf_cut(&w->message, 0);
}

static void
on_chunk(wslay_event_context_ptr frames, const struct wslay_event_on_frame_recv_chunk_arg *c,
         void *ctx)
{
	struct ws *w = ctx;

	(void)frames;
	if (!w->in_control)
		buf_add_max(&w->message, c->data, c->data_length, MAX_MESSAGE);
}

static void
on_message(wslay_event_context_ptr frames, const struct wslay_event_on_msg_recv_arg *m, void *ctx)
{
	struct ws *w = ctx;
	const bool control = wslay_is_ctrl_frame(m->opcode);

	(void)frames;
	if (m->opcode == WSLAY_CONNECTION_CLOSE)
		w->close_code = m->status_code ? m->status_code : WSLAY_CODE_NO_STATUS_RCVD;
	else if (!w->gone && w->on.message)
		w->on.message(w->ctx, m->opcode, control ? (const char *)m->msg : w->message.s,
		              control ? m->msg_length : w->message.len, loop_seconds() - w->start);
}

/* Read, answer pings, send what waits. */
static void
pump(void *ctx)
{
	struct ws *w = ctx;
	bool ok;

	loop_cancel(w->loop, w->again);
	w->again = 0;
	w->turn = loop_now() + TURN_MS;
	w->busy++;
	ok = wslay_event_recv(w->frames) == 0;
	if (!w->gone && wslay_event_want_write(w->frames))
		ok = wslay_event_send(w->frames) == 0 && ok;
	if (!leave(w))
		return;
	if (!ok || !wslay_event_get_read_enabled(w->frames))
		lost(w);
	else
		loop_want(w->loop, net_conn_fd(w->conn),
		          wslay_event_want_write(w->frames) ? POLLIN | POLLOUT : POLLIN);
}

static void
start_frames(struct ws *w)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = recv_bytes, .send_callback = send_bytes,
		.genmask_callback = make_mask, .on_frame_recv_start_callback = on_frame,
		.on_frame_recv_chunk_callback = on_chunk, .on_msg_recv_callback = on_message,
	};

	if (wslay_event_context_client_init(&w->frames, &callbacks, w) != 0)
		abort();
	wslay_event_config_set_no_buffering(w->frames, 1); /* we keep the beginning of a long one */
	w->state = OPEN;
}

/* The handshake is over, with this. */
static void
answered(struct ws *w, enum net_fault fault)
{
	struct buf accept = BUF_INIT;

	cancel_timers(w);
	w->reply.fault = fault;
	if (w->reply.status == 0)
		w->reply.seconds = loop_seconds() - w->start;
	w->reply.accepted = fault == NET_OK && w->reply.status == 101 &&
	                    ws_header(&accept, &w->reply, "Sec-WebSocket-Accept") &&
	                    strcmp(accept.s, w->accept) == 0;
	buf_free(&accept);
	if (w->reply.accepted)
		start_frames(w);
	else
		hang_up(w);
	w->busy++;
	if (w->on.answered)
		w->on.answered(w->ctx, &w->reply);
	if (leave(w) && w->state == OPEN)
		pump(w);
}

static void
on_deadline(void *ctx)
{
	struct ws *w = ctx;
	const bool nothing = w->answer.in.len == 0 && w->answer.interim == 0;

	w->deadline = 0;
	answered(w, w->reply.status ? NET_OK : nothing ? NET_SILENT : NET_TIMEOUT);
}

/* As in net.c: what came while we were late counts. */
static void
on_deadline_look(void *ctx)
{
	struct ws *w = ctx;

	w->deadline = loop_after(w->loop, 0, on_deadline, w);
}

static void
on_quiet(void *ctx)
{
	struct ws *w = ctx;

	w->quiet = 0;
	answered(w, NET_OK);
}

static void
read_answer(struct ws *w)
{
	char bytes[4096];
	ssize_t n;

	while ((n = net_conn_recv(w->conn, bytes, sizeof(bytes))) > 0) {
		const bool had_head = w->reply.status != 0;

		switch (ws_answer_feed(&w->answer, &w->reply, bytes, (size_t)n)) {
		case WS_MORE:
			continue;
		case WS_BODY:
			loop_cancel(w->loop, w->quiet);
			w->quiet = loop_after(w->loop, QUIET_MS, on_quiet, w);
			if (!had_head)
				w->reply.seconds = loop_seconds() - w->start;
			continue;
		case WS_DONE:
			if (!had_head)
				w->reply.seconds = loop_seconds() - w->start;
			answered(w, NET_OK);
			return;
		case WS_BROKEN:
			answered(w, NET_GARBAGE);
			return;
		}
	}
	if (n == 0 || errno != EAGAIN)
		answered(w, w->reply.status ? NET_OK : NET_CLOSED);
}

static void
on_ready(void *ctx, int fd, short revents)
{
	struct ws *w = ctx;

	if (w->state == OPEN) {
		pump(w);
		return;
	}
	if (w->out.len && (revents & POLLOUT)) {
		const ssize_t n = net_conn_send(w->conn, w->out.s, w->out.len);

		if (n > 0)
			buf_eat(&w->out, (size_t)n);
		else if (n < 0 && errno != EAGAIN)
			buf_cut(&w->out, 0); /* it may have said why before it closed */
		if (!w->out.len)
			loop_want(w->loop, fd, POLLIN);
	}
	read_answer(w);
}

static void
on_connected(void *ctx, struct net_conn *c, const struct net_reply *r)
{
	struct ws *w = ctx;
	const int left = w->timeout_ms - (int)(1000 * (loop_seconds() - w->start));

	w->connecting = 0;
	if (!c) {
		answered(w, r->fault);
		return;
	}
	w->conn = c;
	w->state = ASKING;
	w->deadline = loop_after(w->loop, left, on_deadline_look, w);
	loop_watch(w->loop, net_conn_fd(c), POLLIN | POLLOUT, on_ready, w);
	on_ready(w, net_conn_fd(c), POLLOUT);
}

struct ws *
ws_open(struct loop *l, struct net *n, const struct ws_request *q)
{
	struct ws *w = xmalloc(sizeof(*w));

	*w = (struct ws){ .loop = l, .net = n, .on = q->on, .ctx = q->ctx,
	                  .timeout_ms = q->timeout_ms, .start = loop_seconds(),
	                  .out = BUF_INIT, .answer = WS_ANSWER_INIT,
	                  .reply = { .head = BUF_INIT, .body = BUF_INIT }, .message = BUF_INIT };
	ws_ask(&w->out, q, w->accept);
	w->connecting = net_connect(n, q->url, &q->where, q->timeout_ms, on_connected, w);
	return w;
}

void
ws_send_text(struct ws *w, const char *text)
{
	const struct wslay_event_msg m = { WSLAY_TEXT_FRAME, (const uint8_t *)text, strlen(text) };

	if (w->state == OPEN && wslay_event_queue_msg(w->frames, &m) == 0)
		loop_want(w->loop, net_conn_fd(w->conn), POLLIN | POLLOUT);
}

void
ws_close(struct ws *w)
{
	if (!w || w->gone)
		return;
	if (w->state == OPEN &&
	    wslay_event_queue_close(w->frames, WSLAY_CODE_NORMAL_CLOSURE, NULL, 0) == 0)
		wslay_event_send(w->frames); /* what does not go out at once stays behind */
	hang_up(w);
	w->gone = true;
	if (!w->busy)
		destroy(w);
}
