/* fixture.h - a probe origin and its clients in one loop, for the tests of this directory. */
#ifndef TESTS_ORIGIN_FIXTURE_H
#define TESTS_ORIGIN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/net.h"
#include "loop/ws.h"
#include "origin/origin.h"

#define UNUSED __attribute__((unused))

enum { PATIENCE = 10000 /* ms until a test gives up */ };

#define S(s) ((char *)(s)) /* the structs own their strings, these they only borrow */

static struct need_route fixture_sockets[] = {
	{ S("event"), S("/api/event/ws"), S("\"type\":\"ready\""), 15, true, true },
	{ S("global-event"), S("/api/global/event/ws"), S("\"type\":\"ready\""), 15, true, true },
	{ S("terminal"), S("/api/terminal/ws"), S("\"t\":\"hello\""), 15, true, false },
	{ S("dictation"), S("/api/dictation/ws"), S("\"type\":\"ready\""), 30, false, false },
	{ S("future"), S("/api/future/ws"), S("\"type\":\"later\""), 15, false, false },
};

static struct need_route fixture_streams[] = {
	{ S("event"), S("/api/event"), S("server.connected"), 20, true, true },
	{ S("global-event"), S("/api/global/event"), S("server.connected"), 20, true, true },
	{ S("notifications"), S("/api/notifications/stream"), S("notification-stream-ready"), 20, true, false },
	{ S("openchamber"), S("/api/openchamber/events"), S("event-stream-ready"), 25, true, false },
	{ S("future"), S("/api/future"), S("later-ready"), 20, false, false },
};

static struct needs fixture_needs = {
	.version = S("/api/version"), .health = S("/health"), .session = S("/auth/session"),
	.upload = S("/api/fs/upload"), .body = 104857600,
	.sockets = fixture_sockets, .n_sockets = ARRAY_LEN(fixture_sockets),
	.streams = fixture_streams, .n_streams = ARRAY_LEN(fixture_streams),
};

struct fix {
	struct loop   *l;
	struct net    *n;
	struct origin *o;
	bool         (*until)(const void *);
	const void    *arg;
	bool           late;
};

static void
fix_look(void *ctx)
{
	struct fix *f = ctx;

	if (f->until && f->until(f->arg))
		loop_stop(f->l);
}

static void
fix_late(void *ctx)
{
	struct fix *f = ctx;

	f->late = true;
	loop_stop(f->l);
}

/* Run until fn(arg) holds, at most `ms'.  Returns whether it does. */
static UNUSED bool
run_until(struct fix *f, bool (*fn)(const void *), const void *arg, int ms)
{
	struct err e = { 0 };
	unsigned id = loop_after(f->l, ms, fix_late, f);

	f->until = fn;
	f->arg = arg;
	f->late = false;
	assert_int_equal(loop_run(f->l, &e), 0);
	f->until = NULL;
	loop_cancel(f->l, id);
	return fn(arg);
}

static bool
never(const void *arg)
{
	(void)arg;
	return false;
}

static UNUSED void
run_for(struct fix *f, int ms)
{
	run_until(f, never, NULL, ms);
}

static UNUSED void
fix_start(struct fix *f, const struct origin_options *options)
{
	struct origin_options none = { 0 };
	struct err e = { 0 };

	*f = (struct fix){ .l = loop_new() };
	f->n = net_new(f->l);
	loop_before_wait(f->l, fix_look, f);
	f->o = origin_start(f->l, &fixture_needs, options ? options : &none, &e);
	assert_non_null(f->o);
}

static UNUSED void
fix_end(struct fix *f)
{
	net_free(f->n);
	origin_free(f->o);
	loop_free(f->l);
}

static bool
no_connections(const void *arg)
{
	return origin_connections(((const struct fix *)arg)->o) == 0;
}

/* Everybody has left; then the origin must have noticed. */
static UNUSED void
all_gone(struct fix *f)
{
	assert_true(run_until(f, no_connections, f, PATIENCE));
}

static UNUSED char *
url_of(const struct fix *f, const char *scheme, const char *path)
{
	return xasprintf("%s://127.0.0.1:%u%s", scheme, origin_port(f->o), path);
}

/* What came of a request. */
struct got {
	bool        done;
	struct net_reply r; /* head and body are our own */
};

static void
got_done(void *ctx, const struct net_reply *r)
{
	struct got *g = ctx;

	g->r = *r;
	g->r.head = g->r.body = g->r.cert = (struct buf)BUF_INIT;
	buf_add(&g->r.head, r->head.s, r->head.len);
	buf_add(&g->r.body, r->body.s, r->body.len);
	g->done = true;
}

static bool
got_is_done(const void *arg)
{
	return ((const struct got *)arg)->done;
}

static UNUSED void
got_free(struct got *g)
{
	buf_free(&g->r.head);
	buf_free(&g->r.body);
	*g = (struct got){ 0 };
}

/* `q' without url, done, ctx; the answer is in `g', to be freed. */
static UNUSED void
ask(struct fix *f, struct got *g, struct net_request q, const char *path)
{
	char *url = url_of(f, "http", path);

	*g = (struct got){ 0 };
	q.url = url;
	q.done = got_done;
	q.ctx = g;
	if (!q.timeout_ms)
		q.timeout_ms = PATIENCE;
	if (!q.max_body)
		q.max_body = 1 << 20;
	net_start(f->n, &q);
	assert_true(run_until(f, got_is_done, g, PATIENCE * 2));
	free(url);
}

/* The value of a header, or NULL; in a buffer that the next call overwrites. */
static UNUSED const char *
header(const struct got *g, const char *name)
{
	static struct buf value = BUF_INIT;

	buf_cut(&value, 0);
	return net_header(&value, &g->r, name, 0) ? value.s : NULL;
}

/* A client that is not one of HTTP: bytes go out, bytes come in. */
struct raw {
	struct fix *f;
	int         fd;
	struct buf  in, out;
	bool        eof;   /* closed by the other side, or broken */
	bool        broken;
	bool        deaf;  /* does not read */
};

static void
raw_event(void *ctx, int fd, short revents)
{
	struct raw *r = ctx;
	static char bytes[65536];
	short wants = 0;

	if (r->out.len && (revents & POLLOUT)) {
		ssize_t n = send(fd, r->out.s, r->out.len, MSG_NOSIGNAL);

		if (n > 0)
			buf_eat(&r->out, (size_t)n);
		else if (errno != EAGAIN)
			r->broken = r->eof = true;
	}
	if (!r->deaf && !r->eof && (revents & (POLLIN | POLLHUP | POLLERR))) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

		if (n > 0)
			buf_add(&r->in, bytes, (size_t)n);
		else if (n == 0)
			r->eof = true;
		else if (errno != EAGAIN)
			r->broken = r->eof = true;
	}
	if (r->out.len && !r->broken)
		wants |= POLLOUT;
	if (!r->deaf && !r->eof)
		wants |= POLLIN;
	loop_want(r->f->l, fd, wants);
	if (r->broken)
		loop_unwatch(r->f->l, fd);
}

static UNUSED void
raw_open(struct fix *f, struct raw *r)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)origin_port(f->o)) };

	*r = (struct raw){ .f = f, .in = BUF_INIT, .out = BUF_INIT };
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(r->fd >= 0);
	assert_true(connect(r->fd, (struct sockaddr *)&at, sizeof(at)) == 0 || errno == EINPROGRESS);
	loop_watch(f->l, r->fd, POLLIN, raw_event, r);
}

static UNUSED void
raw_send_n(struct raw *r, const char *bytes, size_t len)
{
	buf_add(&r->out, bytes, len);
	if (!r->broken)
		loop_want(r->f->l, r->fd, (short)(POLLOUT | (r->deaf || r->eof ? 0 : POLLIN)));
}

static UNUSED void
raw_send(struct raw *r, const char *text)
{
	raw_send_n(r, text, strlen(text));
}

static UNUSED void
raw_close(struct raw *r)
{
	if (!r->broken)
		loop_unwatch(r->f->l, r->fd);
	close(r->fd);
	buf_free(&r->in);
	buf_free(&r->out);
}

static UNUSED bool
raw_is_over(const void *arg)
{
	return ((const struct raw *)arg)->eof;
}

static UNUSED bool
raw_is_sent(const void *arg)
{
	const struct raw *r = arg;

	return !r->out.len || r->broken;
}

/* Has it got a text?  For run_until(). */
struct raw_wants {
	const struct raw *r;
	const char       *text;
	int               times;
};

static bool
raw_has(const void *arg)
{
	const struct raw_wants *w = arg;
	const char *s = w->r->in.s, *end = w->r->in.s + w->r->in.len;
	int n = 0;

	while ((s = memmem(s, (size_t)(end - s), w->text, strlen(w->text)))) {
		n++;
		s++;
	}
	return n >= (w->times ? w->times : 1);
}

static UNUSED bool
raw_gets(struct raw *r, const char *text, int times)
{
	struct raw_wants w = { r, text, times };

	return run_until(r->f, raw_has, &w, PATIENCE);
}

static UNUSED int
count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

#endif
