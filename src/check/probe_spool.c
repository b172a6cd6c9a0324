/*
 * Is a body passed on while it comes?  The probe origin says when bytes
 * arrived; half of them are sent a moment after the other half.  libcurl sends
 * at its own pace, so this one request is written by hand.
 */
#include "check/run.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"

#define PART      (64 * 1024) /* more than any proxy takes in before it looks further */
#define GAP_MS    200
#define ANSWER_MAX (64 * 1024)

struct spool {
	struct side     *side;
	unsigned         turn, connecting, deadline;
	struct net_conn *conn;
	struct buf       out, in;
	int              parts; /* still to send */
};

static void
finish(struct spool *p)
{
	struct check_run *r = p->side->run;

	if (p->conn)
		loop_unwatch(r->loop, net_conn_fd(p->conn));
	net_conn_close(p->conn);
	p->conn = NULL;
	probe_pause_end(r, p->deadline);
	probe_stop(r, p->turn);
	buf_free(&p->out);
	buf_free(&p->in);
}

static void
could_not_tell(struct spool *p)
{
	check_skip(check_on(p->side, "body.spool"),
	           _("The probe origin did not say when the body arrived."));
	finish(p);
}

/* The JSON in the answer, whole or not there yet. */
static struct json *
counted(const struct buf *in)
{
	const char *from = strstr(in->s, "\r\n\r\n"), *to;
	struct err e = { 0 };

	from = from ? strchr(from, '{') : NULL;
	to = from ? strrchr(from, '}') : NULL;
	return to ? json_parse(from, (size_t)(to - from) + 1, "answer", &e) : NULL;
}

static bool
judge(struct spool *p)
{
	struct check *c = check_on(p->side, "body.spool");
	struct json *j = counted(&p->in);
	const struct json *list = j ? json_get(j, "arrived") : NULL;
	size_t n = json_len(list);
	long long spread;

	if (!list || !n) {
		json_free(j);
		return false;
	}
	spread = json_get_int(json_at(list, n - 1), "ms", 0);
	spread -= json_get_int(json_at(list, 0), "ms", 0);
	json_free(j);
	note_int(c, "apart_ms", GAP_MS);
	note_int(c, "arrived_apart_ms", spread);
	if (spread >= GAP_MS / 2)
		check_pass(c, _("Both halves of a body arrived as they were sent."));
	else
		check_blame(c, CHECK_WARN, "body-spooled",
		            _("Two halves of a body, sent 0.2 s apart, arrived together."));
	finish(p);
	return true;
}

static void
on_socket(void *ctx, int fd, short revents)
{
	struct spool *p = ctx;
	char bytes[4096];
	ssize_t n = 0;

	(void)revents;
	while (p->out.len && (n = net_conn_send(p->conn, p->out.s, p->out.len)) > 0)
		buf_eat(&p->out, (size_t)n);
	if (p->out.len && n < 0 && errno != EAGAIN) {
		could_not_tell(p);
		return;
	}
	loop_want(p->side->run->loop, fd, p->out.len ? POLLIN | POLLOUT : POLLIN);
	while ((n = net_conn_recv(p->conn, bytes, sizeof(bytes))) > 0)
		if (!buf_add_max(&p->in, bytes, (size_t)n, ANSWER_MAX))
			break;
	if (judge(p))
		return;
	if (n == 0 || p->in.len >= ANSWER_MAX || (n < 0 && errno != EAGAIN))
		could_not_tell(p);
}

static void
send_part(void *ctx)
{
	static const char zeros[PART];
	struct spool *p = ctx;

	if (!p->conn)
		return;
	buf_add(&p->out, zeros, sizeof(zeros));
	if (--p->parts)
		probe_pause(p->side->run, GAP_MS, send_part, p);
	on_socket(p, net_conn_fd(p->conn), POLLOUT);
}

static void
on_connected(void *ctx, struct net_conn *conn, const struct net_reply *r)
{
	struct spool *p = ctx;
	struct side *s = p->side;

	(void)r;
	p->connecting = 0;
	p->conn = conn;
	if (!conn) {
		could_not_tell(p);
		return;
	}
	buf_printf(&p->out,
	           "POST %s?antechamber=count HTTP/1.1\r\nHost: %s\r\nContent-Type: "
	           "application/octet-stream\r\n"
	           "Content-Length: %d\r\nConnection: "
	           "close\r\n\r\n", s->run->needs->upload, s->host, 2 * PART);
	loop_watch(s->run->loop, net_conn_fd(conn), POLLIN | POLLOUT, on_socket, p);
	p->parts = 2;
	send_part(p);
}

static void
on_deadline(void *ctx)
{
	struct spool *p = ctx;

	if (p->conn)
		could_not_tell(p);
}

static void
start(void *ctx)
{
	struct spool *p = ctx;
	struct side *s = p->side;

	p->connecting = net_connect(s->run->net, s->base, &s->where, run_timeout(s->run),
	                            on_connected, p);
	p->deadline = probe_pause(s->run, run_timeout(s->run) + GAP_MS, on_deadline, p);
}

void
probe_spool(struct side *s)
{
	struct spool *p = arena_alloc(&s->run->arena, sizeof(*p));

	p->side = s;
	p->out = p->in = (struct buf)BUF_INIT;
	s->run->spool = p;
	p->turn = probe_turn(s, start, p);
}

void
spool_quiet(struct check_run *r)
{
	if (!r->spool)
		return;
	net_cancel(r->net, r->spool->connecting);
	finish(r->spool);
}
