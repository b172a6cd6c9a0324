#include "loop/net_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

/* Handles that begin between two waits: each TLS handshake takes 2 ms of our time. */
#define PER_ROUND 8

_Static_assert(POLLIN == CURL_WAIT_POLLIN && POLLOUT == CURL_WAIT_POLLOUT &&
               POLLPRI == CURL_WAIT_POLLPRI, "the same bits");

/*
 * One file of certificates, read once and kept by libcurl.  Debian's default
 * of a directory switches that off and costs half a second in every wait.
 */
static const char *
find_ca(void)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt",                /* Debian, Arch, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",                  /* Fedora */
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/ca-bundle.pem",                            /* openSUSE */
		"/etc/ssl/cert.pem",
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

static void
link_task(struct net *n, struct net_task *t)
{
	t->prev = n->last;
	*(t->prev ? &t->prev->next : &n->first) = t;
	n->last = t;
}

static void
unlink_task(struct net_task *t)
{
	*(t->prev ? &t->prev->next : &t->net->first) = t->next;
	*(t->next ? &t->next->prev : &t->net->last) = t->prev;
}

static void
free_task(struct net_task *t)
{
	if (t->easy) {
		if (t->added)
			curl_multi_remove_handle(t->net->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->connect_to);
	buf_free(&t->r.head);
	buf_free(&t->r.body);
	buf_free(&t->r.cert);
	t->free(t);
}

void
net_drop(struct net_task *t)
{
	struct net *n = t->net;

	t->id = 0;
	t->dropped = true;
	loop_cancel(n->loop, t->timer);
	t->timer = 0;
	unlink_task(t);
	if (!n->inside) {
		free_task(t);
		return;
	}
	t->next = n->dead;
	n->dead = t;
}

/* After libcurl has returned: what its callbacks dropped. */
static void
bury(struct net *n)
{
	while (n->dead) {
		struct net_task *t = n->dead;

		n->dead = t->next;
		free_task(t);
	}
}

/* The first that wait; the rest is for the next round. */
static void
add_some(struct net *n)
{
	int room = PER_ROUND;

	n->waiting = false;
	for (struct net_task *t = n->first; t && !n->waiting; t = t->next) {
		if (!t->easy || t->added)
			continue;
		if (room-- > 0)
			t->added = curl_multi_add_handle(n->multi, t->easy) == CURLM_OK;
		else
			n->waiting = true;
	}
}

static int
net_wait(void *ctx, struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct net *n = ctx;
	int running, left;
	const CURLMsg *m;

	if (n->waiting)
		add_some(n);
	if (n->waiting)
		timeout_ms = 0;
	if (n->fds_cap < count) {
		n->fds_cap = 2 * count;
		n->fds = xreallocarray(n->fds, n->fds_cap, sizeof(*n->fds));
	}
	for (nfds_t i = 0; i < count; i++) /* libcurl 7.88 leaves revents alone on timeout */
		n->fds[i] = (struct curl_waitfd){ fds[i].fd, fds[i].events, 0 };
	errno = EIO; /* libcurl has codes of its own */
	if (curl_multi_poll(n->multi, n->fds, (unsigned)count, timeout_ms, NULL) != CURLM_OK)
		return -1;
	for (nfds_t i = 0; i < count; i++)
		fds[i].revents = n->fds[i].revents;
	n->inside = true;
	if (curl_multi_perform(n->multi, &running) != CURLM_OK)
		running = -1;
	n->inside = false;
	errno = EIO;
	if (running < 0)
		return -1;
	bury(n);
	while ((m = curl_multi_info_read(n->multi, &left))) {
		struct net_task *t = NULL;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		if (m->msg == CURLMSG_DONE && t)
			t->end(t, (int)m->data.result);
	}
	return 0;
}

static void
on_deadline(void *ctx)
{
	struct net_task *t = ctx;

	t->timer = 0;
	t->end(t, NET_DEADLINE);
}

/* If we were late ourselves the answer may be there already: one more look before the verdict. */
static void
on_deadline_look(void *ctx)
{
	struct net_task *t = ctx;

	t->timer = loop_after(t->net->loop, 0, on_deadline, t);
}

unsigned
net_begin(struct net *n, struct net_task *t, int timeout_ms)
{
	if (++n->last_id == 0)
		n->last_id = 1;
	t->id = n->last_id;
	link_task(n, t);
	t->timer = loop_after(n->loop, timeout_ms, on_deadline_look, t);
	n->waiting = true;
	return t->id;
}

void
net_cancel(struct net *n, unsigned id)
{
	for (struct net_task *t = n->first; id && t; t = t->next)
		if (t->id == id) {
			net_drop(t);
			return;
		}
}

struct net *
net_new(struct loop *l)
{
	struct net *n = xcalloc(1, sizeof(*n));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	n->loop = l;
	n->multi = curl_multi_init();
	if (!n->multi)
		abort();
	curl_multi_setopt(n->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	n->ca = find_ca();
	loop_set_wait(l, net_wait, n);
	return n;
}

void
net_free(struct net *n)
{
	if (!n)
		return;
	while (n->first)
		net_drop(n->first);
	curl_multi_cleanup(n->multi);
	loop_set_wait(n->loop, NULL, NULL);
	free(n->fds);
	free(n);
}

static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct net_task *t = ctx;

	(void)purpose;
	t->fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	return t->fd;
}

/* A connection may outlive its task, so this one asks the net. */
static int
close_socket(void *ctx, curl_socket_t fd)
{
	const struct net *n = ctx;

	for (struct net_task *t = n->first; t; t = t->next)
		if (t->fd == fd)
			t->fd = -1;
	return close(fd);
}

void
net_follow_socket(struct net_task *t)
{
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, t->net);
}

/* A value without a line break, so that one header cannot become two. */
static void
add_header(struct curl_slist **list, const char *line)
{
	if (!strpbrk(line, "\r\n"))
		*list = curl_slist_append(*list, line);
}

static CURLcode
on_tls(CURL *easy, void *ssl_ctx, void *ctx)
{
	struct net_task *t = ctx;

	(void)easy;
	(void)ssl_ctx;
	t->tls = loop_seconds();
	return CURLE_OK;
}

static void
set_trust(struct net_task *t, const struct net_where *w)
{
	const char *ca = w->cacert ? w->cacert : t->net->ca;

	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t);
	if (w->insecure) {
		curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, 0L);
		ca = NULL; /* what is not used need not be read */
	}
	if (ca || w->insecure) {
		curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
		curl_easy_setopt(t->easy, CURLOPT_CAINFO, ca);
	}
}

void
net_prepare(struct net_task *t, const char *url, const struct net_where *w, int timeout_ms)
{
	static const long families[] = { [4] = CURL_IPRESOLVE_V4, [6] = CURL_IPRESOLVE_V6 };

	t->easy = curl_easy_init();
	if (!t->easy)
		abort();
	t->r = (struct net_reply){ .head = BUF_INIT, .body = BUF_INIT, .cert = BUF_INIT };
	t->start = loop_seconds();
	t->fd = -1;
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_URL, url);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->msg);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(t->easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/* Ours strikes first; this one makes libcurl give each address its share of the time. */
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms + 1000L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Without this a name that does not resolve blocks us until getaddrinfo(3) gives up. */
	curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);
#endif
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	if (w->family == 4 || w->family == 6)
		curl_easy_setopt(t->easy, CURLOPT_IPRESOLVE, families[w->family]);
	if (w->connect_to) {
		char *rule = xasprintf("::%s", w->connect_to);

		add_header(&t->connect_to, rule);
		free(rule);
		curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->connect_to);
	}
	if (w->socket)
		curl_easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, w->socket);
	set_trust(t, w);
}
