#include "proxy/proxy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proxy/apache.h"
#include "proxy/boxed.h"
#include "proxy/caddy.h"
#include "proxy/front.h"
#include "proxy/haproxy.h"
#include "proxy/nginx.h"
#include "proxy/npm.h"

const struct proxy *const proxies[] = {
	&proxy_nginx,
	&proxy_caddy,
	&proxy_haproxy,
	&proxy_apache,
	&proxy_npm,
	NULL,
};

const struct proxy *
proxy_find(const char *name)
{
	for (const struct proxy *const *p = proxies; *p; p++)
		if (strcmp((*p)->name, name) == 0)
			return *p;
	return NULL;
}

struct reading {
	struct loop          *loop;
	struct net           *net;
	const char           *root;
	const struct answers *answers;
	struct proxy_found   *found;
	void                (*done)(void *ctx, const struct err *e);
	void                 *ctx;
};

bool
proxy_is_read(const struct proxy_found *f, const struct answers *a)
{
	return f->proxy->read || front_is_told(a);
}

static void
on_read(void *ctx, const struct err *e)
{
	struct reading r = *(struct reading *)ctx;

	free(ctx);
	if (e || !front_is_told(r.answers))
		r.done(r.ctx, e);
	else
		front_read(r.loop, r.net, r.root, r.answers, r.found, r.done, r.ctx);
}

void
proxy_read(struct loop *l, struct net *n, const char *root, const struct answers *a,
           struct proxy_found *f, void (*done)(void *ctx, const struct err *e), void *ctx)
{
	struct reading *r;

	if (!f->proxy->read) {
		front_read(l, n, root, a, f, done, ctx);
		return;
	}
	r = xcalloc(1, sizeof(*r));
	*r = (struct reading){ l, n, root, a, f, done, ctx };
	f->proxy->read(l, n, root, a, f, on_read, r);
}

void
proxy_found_free(struct proxy_found *f)
{
	if (f->proxy && f->proxy->forget)
		f->proxy->forget(f);
	json_free(f->front);
	if (f->here)
		proxy_found_free(f->here);
	free(f->here);
	arena_free(&f->arena);
	*f = (struct proxy_found){ 0 };
}

bool
proxy_site_listens(const struct proxy_site *s, unsigned port)
{
	for (size_t i = 0; i < s->n_listens; i++)
		if (s->listens[i].port == port)
			return true;
	return false;
}

const struct proxy_site *
proxy_site_named(const struct proxy_found *f, const char *host, unsigned port)
{
	for (size_t i = 0; i < f->n_sites; i++) {
		const struct proxy_site *s = &f->sites[i];

		if (!proxy_site_listens(s, port))
			continue;
		for (char **name = s->names; *name; name++)
			if (strcasecmp(*name, host) == 0)
				return s;
	}
	return NULL;
}

static const char *
first_name(const struct proxy_site *s)
{
	const char *name = s->names && s->names[0] ? s->names[0] : "";

	return strcmp(name, "_") == 0 ? "" : name;
}

const struct proxy_site *
proxy_site_serving(const struct proxy_found *f, const char *host, unsigned port)
{
	const struct proxy_site *s = proxy_site_named(f, host, port);

	for (size_t i = 0; !s && f->running && i < f->n_sites; i++)
		if (!*first_name(&f->sites[i]) && proxy_site_listens(&f->sites[i], port))
			s = &f->sites[i];
	return s;
}

const struct proxy_site *
proxy_site_first(const struct proxy_found *f, const struct proxy_site *site)
{
	for (size_t i = 0; i < f->n_sites; i++)
		if (f->sites[i].ours == site->ours && strcasecmp(first_name(&f->sites[i]), first_name(site)) == 0)
			return &f->sites[i];
	return site;
}

/*
 * localhost, 127.0.0.1 and ::1 lead to the same program on this server; from a
 * container they lead nowhere else than into it, and its own name for this server does.
 */
static bool
leads_to(const struct proxy_found *f, const struct url *u, const struct url *origin)
{
	const char *reach = boxed_reach(f), *name = f->box ? f->box->host_name : NULL;

	if (!reach || !url_is_loopback(origin))
		return strcmp(u->host, origin->host) == 0 ||
		       (!reach && url_is_loopback(u) && url_is_loopback(origin));
	return strcmp(u->host, reach) == 0 || (name && strcmp(u->host, name) == 0);
}

const struct proxy_site *
proxy_site_leading_to(const struct proxy_found *f, const struct url *origin)
{
	for (size_t i = 0; i < f->n_sites; i++) {
		struct url u;
		struct err ignored;

		if (!f->sites[i].upstream ||
		    url_parse(&u, f->sites[i].upstream, "http", URL_ANY, "", &ignored) < 0 ||
		    u.port != origin->port)
			continue;
		if (leads_to(f, &u, origin))
			return &f->sites[i];
	}
	return NULL;
}
