#include "origin/origin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "origin/conn.h"
#include "origin/pages.h"

enum { BACKLOG = 1024, ACCEPTS = 64, PAUSE_MS = 50 };

static const struct { const char *word; unsigned bit; } words[] = {
	{ "hang", ORIGIN_HANGS },
	{ "opencode", ORIGIN_IS_OPENCODE },
	{ "silent-events", ORIGIN_SILENT_EVENTS },
	{ "starting", ORIGIN_STARTING },
	{ "other", ORIGIN_NOT_OURS },
	{ "no-dictation", ORIGIN_NO_DICTATION },
	{ "no-server-id", ORIGIN_NO_SERVER_ID },
	{ "locked", ORIGIN_LOCKED },
	{ "flood", ORIGIN_FLOODS },
	{ "garbage", ORIGIN_GARBAGE },
	{ "lies", ORIGIN_LIES },
};

static void
resume(void *ctx)
{
	struct origin *o = ctx;

	o->resume = 0;
	o->paused = false;
	loop_want(o->loop, o->fd, POLLIN);
}

/* Out of descriptors or full: a moment's rest, since the listening socket would wake us at once. */
static void
pause_accepting(struct origin *o)
{
	if (o->paused)
		return;
	o->paused = true;
	loop_want(o->loop, o->fd, 0);
	o->resume = loop_after(o->loop, PAUSE_MS, resume, o);
}

static void
on_listen(void *ctx, int fd, short revents)
{
	struct origin *o = ctx;

	(void)revents;
	for (int i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage peer = { 0 };
		socklen_t len = sizeof(peer);
		int new_fd;

		if (o->n_conns >= CONN_MAX) {
			pause_accepting(o);
			return;
		}
		new_fd = accept4(fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (new_fd >= 0)
			conn_accept(o, new_fd, &peer);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			pause_accepting(o);
		if (new_fd < 0 && errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

static socklen_t
make_address(struct sockaddr_storage *out, const char *address, unsigned port)
{
	struct sockaddr_in *v4 = (void *)out;
	struct sockaddr_in6 *v6 = (void *)out;

	*out = (struct sockaddr_storage){ 0 };
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		return sizeof(*v6);
	}
	return 0;
}

static int
listen_on(const char *address, unsigned port, struct err *e)
{
	struct sockaddr_storage where;
	socklen_t len = port <= 65535 ? make_address(&where, address, port) : 0;
	int fd;

	/* TRANSLATORS: %s is what was given, "localhost"; %u a port */
	if (!len)
		return err_set(e, ERR_USAGE, _("%s port %u is not a place to listen on; give an IP address"),
		               address, port);
	fd = socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
		if (where.ss_family == AF_INET6)
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 1 }, sizeof(int));
		if (bind(fd, (struct sockaddr *)&where, len) == 0 && listen(fd, BACKLOG) == 0)
			return fd;
	}
	err_sys(e, ERR_IO, _("Cannot listen on %s port %u"), address, port);
	if (fd >= 0)
		close(fd);
	return -1;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof(at);

	getsockname(fd, (struct sockaddr *)&at, &len);
	if (at.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
	return ntohs(((struct sockaddr_in *)&at)->sin_port);
}

/* As long as OpenChamber's own: 32 bytes in base64 for URLs. */
static char *
random_id(void)
{
	unsigned char bytes[32];
	struct buf id = BUF_INIT;

	crypto_random(bytes, sizeof(bytes));
	crypto_base64(&id, bytes, sizeof(bytes));
	buf_cut(&id, strcspn(id.s, "="));
	for (char *s = id.s; *s; s++)
		*s = *s == '+' ? '-' : *s == '/' ? '_' : *s;
	return buf_detach(&id);
}

struct origin *
origin_start(struct loop *l, const struct needs *needs, const struct origin_options *options,
             struct err *e)
{
	int fd = options->adopted_fd;
	struct origin *o;

	if (fd <= 0)
		fd = listen_on(options->address ? options->address : "127.0.0.1", options->port, e);
	if (fd < 0)
		return NULL;
	o = xcalloc(1, sizeof(*o));
	o->loop = l;
	o->needs = needs;
	o->options = *options;
	if (!(o->options.pace > 0))
		o->options.pace = 1;
	o->fd = fd;
	o->port = port_of(fd);
	o->password = options->password && *options->password ? xstrdup(options->password) : NULL;
	o->server_id = options->server_id ? xstrdup(options->server_id) : random_id();
	o->version = xstrdup(options->version ? options->version : "1.19.0");
	o->started = pages_clock();
	o->page = o->page_gz = (struct buf)BUF_INIT;
	pages_app(&o->page);
	session_init(&o->keeper);
	loop_watch(l, fd, POLLIN, on_listen, o);
	return o;
}

void
origin_free(struct origin *o)
{
	if (!o)
		return;
	while (o->conns)
		conn_free(o->conns);
	loop_cancel(o->loop, o->resume);
	loop_unwatch(o->loop, o->fd);
	close(o->fd);
	if (o->password)
		mem_wipe(o->password, strlen(o->password));
	mem_wipe(&o->keeper, sizeof(o->keeper));
	free(o->password);
	free(o->server_id);
	free(o->version);
	buf_free(&o->page);
	buf_free(&o->page_gz);
	free(o);
}

unsigned
origin_port(const struct origin *o)
{
	return o->port;
}

const char *
origin_server_id(const struct origin *o)
{
	return o->server_id;
}

unsigned
origin_connections(const struct origin *o)
{
	return o->n_conns;
}

int
origin_misbehave(unsigned *bits, const char *list, struct err *e)
{
	unsigned found = 0;

	for (const char *s = list; *s;) {
		size_t len = strcspn(s, ","), i = 0;
		struct buf known = BUF_INIT;

		while (i < ARRAY_LEN(words) &&
		       (strlen(words[i].word) != len || strncmp(words[i].word, s, len)))
			i++;
		if (i == ARRAY_LEN(words)) {
			for (i = 0; i < ARRAY_LEN(words); i++)
				buf_printf(&known, "%s%s", i ? ", " : "", words[i].word);
			/* TRANSLATORS: %s is what was given, then the list of what can be given */
			err_set(e, ERR_USAGE, _("'%.*s' is not a way to misbehave; there are: %s"),
			        (int)len, s, known.s);
			buf_free(&known);
			return -1;
		}
		found |= words[i].bit;
		s += len + (s[len] == ',');
	}
	*bits = found;
	return 0;
}
