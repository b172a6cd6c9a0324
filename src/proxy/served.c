#include "proxy/served.h"

#include <stdio.h>
#include <string.h>

#include "base/fs.h"

#define OWN_CERTS "/etc/antechamber/tls/"

static const struct proxy_listen *
listen_for(const struct proxy_site *s, bool tls)
{
	for (size_t i = 0; i < s->n_listens; i++)
		if (s->listens[i].tls == tls && s->listens[i].address[0] != '[')
			return &s->listens[i];
	for (size_t i = 0; i < s->n_listens; i++)
		if (s->listens[i].tls == tls)
			return &s->listens[i];
	return NULL;
}

/* Where a listening address is reached from here. */
static const char *
reachable(struct arena *arena, const struct proxy_listen *l)
{
	if (strcmp(l->address, "*") == 0 || strcmp(l->address, "0.0.0.0") == 0)
		return "127.0.0.1";
	if (strcmp(l->address, "[::]") == 0 || strcmp(l->address, "::") == 0)
		return "[::1]";
	if (l->address[0] != '[' && strchr(l->address, ':'))
		return arena_printf(arena, "[%s]", l->address);
	return l->address;
}

/* The first of its names that can be asked for. */
static const char *
host_of(const struct proxy_site *site)
{
	for (char **name = site->names; *name; name++)
		if (strcmp(*name, "_") != 0 && url_host_is_valid(*name))
			return *name;
	return NULL;
}

bool
served_tls(struct arena *arena, const struct proxy_site *site, const char **url, const char **connect_to)
{
	const struct proxy_listen *l = listen_for(site, true);
	const char *host = host_of(site);

	if (!l || !host)
		return false;
	*url = arena_printf(arena, "https://%s:%u", host, l->port);
	*connect_to = arena_printf(arena, "%s:%u", reachable(arena, l), l->port);
	return true;
}

void
served_address(struct answers *a, const struct proxy_site *site)
{
	const struct proxy_listen *tls = listen_for(site, true), *l = tls ? tls : listen_for(site, false);
	const char *host = host_of(site);
	struct err ignored;

	if (!l)
		return;
	a->has_public = url_parse(&a->public_url,
	                          arena_printf(&a->arena, "%s://%s:%u", tls ? "https" : "http",
	                                       host ? host : reachable(&a->arena, l), l->port),
	                          "https", URL_BASE, NULL, &ignored) == 0;
}

static void
take_certificate(struct answers *a, const struct proxy_site *site, const struct proxy_listen *l, bool https)
{
	if (https && l->tls && !(a->has_tls && a->tls != TLS_NONE && a->tls != TLS_UPSTREAM))
		a->tls = TLS_EXISTING;
	if (a->tls == TLS_EXISTING && site->certificate && site->key) {
		a->certificate = arena_strdup(&a->arena, site->certificate);
		a->key = arena_strdup(&a->arena, site->key);
	}
	if (!l->tls)
		a->tls = https ? TLS_UPSTREAM : TLS_NONE;
	a->has_tls = true;
}

/* The port that the site has where the public address names another one. */
static unsigned
port_here(const struct proxy_found *f, const struct url *public_url, const struct proxy_listen *l)
{
	for (size_t i = 0; i < f->n_sites; i++)
		for (size_t k = 0; k < f->sites[i].n_listens; k++)
			if (f->sites[i].listens[k].port == public_url->port)
				return l->port;
	return public_url->port;
}

static const char *
own_certificate(struct arena *arena, const struct proxy_site *site, const char *root)
{
	const char *path = site->certificate;

	if (!path || strncmp(path, OWN_CERTS, sizeof(OWN_CERTS) - 1) != 0)
		return NULL;
	path = fs_path(arena, root, path);
	return fs_exists(path) ? path : NULL;
}

void
served_find(struct served *out, struct arena *arena, struct answers *a, const struct proxy_found *f,
            const struct proxy_site *site, const char *root)
{
	const bool https = strcmp(a->public_url.scheme, "https") == 0;
	const struct proxy_listen *tls = listen_for(site, true), *plain = listen_for(site, false);
	const struct proxy_listen *l = https && tls ? tls : plain ? plain : tls;

	*out = (struct served){ .asked = a->public_url, .here = a->public_url,
		.cacert = own_certificate(arena, site, root) };
	a->proxy = arena_strdup(&a->arena, f->proxy->name);
	if (!l)
		return;
	take_certificate(a, site, l, https);
	a->listen_address = arena_strdup(&a->arena, l->address);
	a->listen_http = plain ? plain->port : 0;
	a->listen_https = tls ? tls->port : 0;
	out->connect_to = arena_printf(arena, "%s:%u", reachable(arena, l), l->port);
	/* TLS ends in front: here the site is a plain one. */
	if (https && !l->tls) {
		snprintf(out->asked.scheme, sizeof(out->asked.scheme), "http");
		out->asked.port = a->public_url.port == 443 ? 80 : a->public_url.port;
	}
	if (!proxy_site_named(f, out->here.host, out->here.port))
		out->here.port = port_here(f, &a->public_url, l);
}
