/* nginx_proof.c - will a reload work, what did the checker say, has the reload come through? */
#include "proxy/nginx.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "proxy/listen_address.h"
#include "proxy/said.h"
#include "proxy/values.h"

#define GONE_MS 2000 /* a restart may leave a moment without a master */

/* "... in /etc/nginx/conf.d/x.conf:12" at the end of a message; takes it off. */
static int
take_place(char *message, struct err *e)
{
	char *colon = strrchr(message, ':'), *in = NULL;

	if (!colon || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")])
		return 0;
	for (char *p = strstr(message, " in /"); p; p = strstr(p + 1, " in /"))
		in = p;
	if (!in || in > colon || (size_t)(colon - in) - 4 >= sizeof(e->file))
		return 0;
	*in = *colon = '\0';
	memcpy(e->file, in + 4, strlen(in + 4) + 1);
	return said_line(colon + 1);
}

bool
nginx_complaint(const char *said, struct err *e)
{
	static const char *const signs[] = { "[emerg]", "[crit]", "[alert]" };
	const bool sound = strstr(said, "syntax is ok") != NULL;

	for (const char *line = said, *end; *line; line = *end ? end + 1 : end) {
		const char *p = NULL, *colon;
		struct buf text = BUF_INIT;
		struct err place = { 0 };

		end = line + strcspn(line, "\n");
		for (size_t i = 0; i < ARRAY_LEN(signs) && !p; i++) {
			p = strstr(line, signs[i]);
			p = p && p < end ? p + strlen(signs[i]) : NULL;
		}
		if (!p || memmem(line, (size_t)(end - line), "could not open error log file", 29))
			continue;
		/* An ordinary user may not open its pid file: no fault of the configuration. */
		if (sound && memmem(p, (size_t)(end - p), "Permission denied", 17))
			continue;
		p += strspn(p, " ");
		colon = memchr(p, ':', (size_t)(end - p));
		if (colon && strspn(p, "0123456789#") == (size_t)(colon - p) && colon > p) {
			p = colon + 1; /* "12345#12345: " in front in a log file */
			p += strspn(p, " ");
		}
		text_safe(&text, p, (size_t)(end - p), 500);
		place.line = take_place(text.s, &place);
		if (!said_of_certificate(e, &place, text.s))
			err_at(e, ERR_VALUE, place.file, place.line, 0, _("nginx says: %s"), text.s);
		buf_free(&text);
		return true;
	}
	return false;
}

static bool
site_on(const struct proxy_found *f, unsigned port)
{
	for (size_t i = 0; f && i < f->n_sites; i++)
		for (size_t j = 0; j < f->sites[i].n_listens; j++)
			if (f->sites[i].listens[j].port == port)
				return true;
	return false;
}

/* Without root nobody says whose a socket is; what nginx's files ask for is taken as its own. */
static bool
is_nginx(const struct proxy_found *f, const struct listener *l)
{
	return *l->program ? strcmp(l->program, "nginx") == 0
	                   : f && f->running && site_on(f, l->port);
}

/* After the reload nginx wants a wildcard anyway if any site of this port and family has one. */
static bool
wants_wildcard(const struct proxy_found *f, unsigned port, bool ipv6)
{
	for (size_t i = 0; f && i < f->n_sites; i++)
		for (size_t j = 0; j < f->sites[i].n_listens; j++) {
			const struct proxy_listen *l = &f->sites[i].listens[j];

			if (l->port == port && (*l->address == '[') == ipv6 &&
			    listen_all(l->address))
				return true;
		}
	return false;
}

static int
clash_on(const struct proxy_found *f, const struct machine *m, const char *address, bool ipv6,
         unsigned port, struct err *e)
{
	const bool all = listen_all(address) || wants_wildcard(f, port, ipv6);
	int restart = 0;

	for (size_t i = 0; i < m->n_listeners; i++) {
		const struct listener *l = &m->listeners[i];

		if (l->port != port || l->ipv6 != ipv6)
			continue;
		if (!is_nginx(f, l)) {
			if (*l->program && (all || listen_meet(address, l->address)))
				return err_set(
				    e, ERR_CONFLICT,
				    _("Port %u is taken by %s, so nginx cannot listen there."),
				    port, l->program);
			continue;
		}
		if (all != listen_all(l->address)) {
			err_set(
			    e, ERR_CONFLICT,
			    all ? _("nginx listens on %s port %u alone. For all addresses it must be restarted, not reloaded.")
			        : _("nginx listens on all addresses (%s) of port %u. For one alone it must be restarted, not reloaded."),
			    l->address, port);
			restart = 1;
		}
	}
	return restart;
}

int
nginx_clash(const struct proxy_context *c, const struct machine *m, struct err *e)
{
	const char *address = c->answers->listen_address ? c->answers->listen_address : "*";
	const bool six = strchr(address, ':') != NULL, any = listen_all(address) && !six;
	unsigned ports[2];
	int worst = 0;

	values_ports(c, &ports[0], &ports[1]);
	for (size_t i = 0; i < 2 * ARRAY_LEN(ports); i++) {
		const unsigned port = ports[i / 2];
		const bool ipv6 = i % 2;
		int rc = 0;

		if (port && !ipv6 && !six)
			rc = clash_on(c->found, m, address, false, port, e);
		if (port && ipv6 && (six || (any && values_listens_ipv6(c))))
			rc = clash_on(c->found, m, any ? "[::]" : address, true, port, e);
		if (rc < 0)
			return rc;
		worst |= rc;
	}
	return worst;
}

/* The children of the master before the reload; in one piece, for the caller frees it. */
struct before {
	pid_t     master;
	long long gone_since; /* loop_now() when the master was first missed; 0: it is there */
	size_t    n;
	pid_t     children[1024]; /* nginx's own limit of processes */
};

struct look {
	const struct proxy_found *f;
	struct before *before;
	pid_t          master;
	size_t         young, old; /* workers that came after, and older ones still at full work */
};

static bool
is_child(void *ctx, pid_t parent)
{
	const struct look *k = ctx;

	return k->master > 0 && parent == k->master;
}

static void
remember(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct look *k = ctx;
	struct before *b = k->before;

	(void)argv;
	if (is_child(ctx, parent) && b->n < ARRAY_LEN(b->children))
		b->children[b->n++] = pid;
}

static void
compare(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct look *k = ctx;
	const char *title = argv[0] ? argv[0] : "";

	if (!is_child(ctx, parent))
		return;
	for (size_t i = 0; i < k->before->n; i++)
		if (k->before->children[i] == pid) {
			k->old += !strstr(title, "shutting down");
			return;
		}
	k->young += strstr(title, "worker process") != NULL && !strstr(title, "shutting down");
}

void *
nginx_before_reload(const struct proxy_found *f)
{
	struct before *b = xcalloc(1, sizeof(*b));
	struct look k = { .f = f, .before = b, .master = f->master };

	b->master = f->master;
	if (b->master > 0)
		machine_processes("nginx", remember, &k);
	return b;
}

/* Another master on the same files: it was started or restarted, which is as good as a reload. */
static void
find_again(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct look *k = ctx;

	(void)parent;
	if (k->master == 0 && pid != k->before->master && nginx_is_master(k->f, pid, argv))
		k->master = pid;
}

enum proxy_proof
nginx_proof(const struct proxy_found *f, void *state)
{
	struct before *b = state;
	struct look k = { .f = f, .before = b, .master = b->master };
	const bool alive = b->master > 0 && (kill(b->master, 0) == 0 || errno == EPERM);

	if (!alive) {
		k.master = 0;
		machine_processes("nginx", find_again, &k);
		if (b->gone_since == 0)
			b->gone_since = loop_now();
	}
	if (k.master == 0)
		return b->master > 0 && loop_now() - b->gone_since > GONE_MS ? PROOF_FAILED
		                                                             : PROOF_WAIT;
	machine_processes("nginx", compare, &k);
	return k.young > 0 && k.old == 0 ? PROOF_DONE : PROOF_WAIT;
}

/* Old workers wait for the last connection, unless they are given a time. */
bool
nginx_reload_closes(const struct proxy_found *f)
{
	const struct ngx_conf *c = nginx_conf(f);

	for (const struct ngx_directive *d = c ? c->top : NULL; d; d = d->next)
		if (strcmp(d->name, "worker_shutdown_timeout") == 0)
			return true;
	return false;
}
