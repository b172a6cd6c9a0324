/* nginx_blame_site.c - sites that lead elsewhere, redirect, take a name or ask for a login. */
#include "proxy/nginx_blame.h"

#include <string.h>
#include <strings.h>

/* The line that says where it goes: proxy_pass, or the first server of the upstream it names. */
const struct ngx_directive *
guilty_leads_elsewhere(const struct route *r)
{
	const struct ngx_directive *pass = guilty_pass(r), *http = ngx_http(r->conf);
	const char *name = strstr(guilty_word(pass, 0), "://");

	for (const struct ngx_directive *u = http && name ? ngx_child(http, "upstream") : NULL; u;
	     u = ngx_next(u, "upstream"))
		if (strlen(guilty_word(u, 0)) == strcspn(name + 3, "/") &&
		    strncmp(guilty_word(u, 0), name + 3, strlen(guilty_word(u, 0))) == 0 &&
		    ngx_child(u, "server"))
			return ngx_child(u, "server");
	return pass;
}

static const struct ngx_directive *
redirect_in(const struct ngx_directive *block)
{
	for (const struct ngx_directive *d = block->child; d; d = d->next) {
		const struct ngx_directive *inside = NULL;

		if (strcmp(d->name, "return") == 0 &&
		    (*guilty_word(d, 0) == '3' || strncmp(guilty_word(d, 0), "http", 4) == 0))
			return d;
		if (strcmp(d->name, "rewrite") == 0 &&
		    (guilty_has_word(d, "permanent") || guilty_has_word(d, "redirect") ||
		     strncmp(guilty_word(d, 1), "http", 4) == 0))
			return d;
		if (strcmp(d->name, "if") == 0)
			inside = redirect_in(d);
		if (inside)
			return inside;
	}
	return NULL;
}

/* The server's own redirects come before its locations. */
const struct ngx_directive *
guilty_redirects(const struct route *r)
{
	const struct ngx_directive *d = redirect_in(r->server);

	return d || r->block == r->server ? d : redirect_in(r->block);
}

/* proxy_pass with a path puts it in place of the location's own. */
const struct ngx_directive *
guilty_mangled(const struct route *r)
{
	const struct ngx_directive *pass = guilty_pass(r),
	                           *rewrite = ngx_child(r->block, "rewrite");
	const char *host = strstr(guilty_word(pass, 0), "://"),
	           *uri = host ? strchr(host + 3, '/') : NULL;

	if (uri && strcmp(uri, guilty_word(r->block, r->block->n_args - 1)) != 0)
		return pass;
	if (!rewrite)
		rewrite = ngx_child(r->server, "rewrite");
	if (rewrite)
		return rewrite;
	return pass ? NULL : ngx_effective(r->block, "try_files", NULL);
}

/* Another server block answers for the name, or the right one with something of its own. */
const struct ngx_directive *
guilty_other_site(const struct route *r)
{
	if (!ngx_server_has_name(r->server, r->url->host))
		return ngx_child(r->server, "server_name") ? ngx_child(r->server, "server_name")
		                                           : r->server;
	return guilty_pass(r) ? guilty_leads_elsewhere(r) : r->block;
}

const struct ngx_directive *
guilty_asks_login(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "auth_request", NULL);

	if (!d || strcasecmp(guilty_word(d, 0), "off") == 0)
		d = ngx_effective(r->block, "auth_basic", NULL);
	return d && strcasecmp(guilty_word(d, 0), "off") != 0 ? d : NULL;
}

const struct ngx_directive *
guilty_certificate(const struct route *r)
{
	return ngx_effective(r->server, "ssl_certificate", NULL);
}

/* Looking for who takes a name away. */
struct shadow {
	const struct route         *r;
	const struct ngx_directive *wanted; /* the block that was meant */
	const struct ngx_directive *guilty;
};

static bool
is_on_port(const struct ngx_directive *server, unsigned port)
{
	struct ngx_listen there = { .port = 80 };
	const struct ngx_directive *l = ngx_child(server, "listen");

	if (!l)
		return port == 80;
	for (; l; l = ngx_next(l, "listen")) {
		ngx_listen_of(&there, l);
		if (there.port == port && !there.quic)
			return true;
	}
	return false;
}

static void
find_wanted(void *ctx, const struct ngx_directive *server)
{
	struct shadow *s = ctx;

	if (is_on_port(server, s->r->url->port) && ngx_server_has_name(server, s->r->url->host) &&
	    (!s->wanted || guilty_proxies(server)))
		s->wanted = server;
}

static void
judge_listen(struct shadow *s, const struct ngx_directive *server, const struct ngx_listen *there,
             const struct ngx_directive *line)
{
	if (there->port != s->r->url->port || there->quic ||
	    strcmp(there->address, "127.0.0.1") == 0 ||
	    ngx_server_for(s->r->conf, there->address, there->port, s->r->url->host) != server)
		return;
	s->guilty = ngx_server_has_name(server, s->r->url->host) ? ngx_child(server, "server_name")
	                                                         : line;
}

/* On each address that this block names: is it the wanted one that nginx takes there? */
static void
find_guilty(void *ctx, const struct ngx_directive *server)
{
	const struct ngx_directive *l = ngx_child(server, "listen");
	struct ngx_listen there = { .address = "*", .port = 80 };
	struct shadow *s = ctx;

	if (s->guilty || server == s->wanted)
		return;
	if (!l)
		judge_listen(s, server, &there, server);
	for (; l && !s->guilty; l = ngx_next(l, "listen")) {
		ngx_listen_of(&there, l);
		judge_listen(s, server, &there, l);
	}
}

const struct ngx_directive *
guilty_shadows(const struct route *r)
{
	struct shadow s = { .r = r };

	ngx_each_server(r->conf, find_wanted, &s);
	if (s.wanted)
		ngx_each_server(r->conf, find_guilty, &s);
	return s.guilty;
}
