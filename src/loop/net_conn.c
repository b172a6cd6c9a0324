#include "loop/net_inside.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"

/* While it is being made it is a task; then it stays with libcurl until it is closed. */
struct net_conn {
	struct net_task task;
	net_conn_fn    *fn;
	net_done_fn    *shaken; /* no more is wanted than the handshake */
	void           *ctx;
	int             fd;
};

static void
conn_end(struct net_task *task, int code)
{
	struct net_conn *c = (struct net_conn *)task;
	curl_socket_t fd = CURL_SOCKET_BAD;

	task->id = 0;
	loop_cancel(task->net->loop, task->timer);
	task->timer = 0;
	net_judge(task, code);
	if (c->shaken) {
		net_keep_certificate(task);
		c->shaken(c->ctx, &task->r);
		net_drop(task);
		return;
	}
	if (task->r.fault == NET_OK) {
		curl_easy_getinfo(task->easy, CURLINFO_ACTIVESOCKET, &fd);
		if (fd == CURL_SOCKET_BAD)
			net_fault(&task->r, NET_CLOSED, "closed at once");
	}
	c->fd = (int)fd;
	if (task->r.fault == NET_OK) {
		c->fn(c->ctx, c, &task->r); /* owns it now, and may have closed it */
		return;
	}
	c->fn(c->ctx, NULL, &task->r);
	net_drop(task);
}

static void
conn_free(struct net_task *task)
{
	free(task);
}

static struct net_conn *
conn_new(struct net *n, const char *url, const struct net_where *where, int timeout_ms, void *ctx)
{
	struct net_conn *c = xcalloc(1, sizeof(*c));

	c->task.net = n;
	c->task.end = conn_end;
	c->task.free = conn_free;
	c->ctx = ctx;
	c->fd = -1;
	net_prepare(&c->task, url, where, timeout_ms);
	curl_easy_setopt(c->task.easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c->task.easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	return c;
}

unsigned
net_connect(struct net *n, const char *url, const struct net_where *where, int timeout_ms,
            net_conn_fn *fn, void *ctx)
{
	struct net_conn *c = conn_new(n, url, where, timeout_ms, ctx);

	c->fn = fn;
	return net_begin(n, &c->task, timeout_ms);
}

unsigned
net_shake_hands(struct net *n, const char *url, const struct net_where *where, int timeout_ms,
                net_done_fn *fn, void *ctx)
{
	struct net_conn *c = conn_new(n, url, where, timeout_ms, ctx);

	c->shaken = fn;
	curl_easy_setopt(c->task.easy, CURLOPT_CERTINFO, 1L);
	return net_begin(n, &c->task, timeout_ms);
}

int
net_conn_fd(const struct net_conn *c)
{
	return c->fd;
}

static ssize_t
outcome(CURLcode rc, size_t n)
{
	if (rc == CURLE_OK)
		return (ssize_t)n;
	errno = rc == CURLE_AGAIN ? EAGAIN : ECONNRESET;
	return -1;
}

ssize_t
net_conn_recv(struct net_conn *c, void *bytes, size_t len)
{
	size_t n = 0;
	const CURLcode rc = curl_easy_recv(c->task.easy, bytes, len, &n);

	return outcome(rc, n);
}

ssize_t
net_conn_send(struct net_conn *c, const void *bytes, size_t len)
{
	size_t n = 0;
	const CURLcode rc = curl_easy_send(c->task.easy, bytes, len, &n);

	return outcome(rc, n);
}

void
net_conn_close(struct net_conn *c)
{
	if (!c)
		return;
	loop_unwatch(c->task.net->loop, c->fd);
	net_drop(&c->task);
}
