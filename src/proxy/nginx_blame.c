/* nginx_blame.c - from a cause to the line of the present configuration that explains it. */
#include "proxy/nginx_blame.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "proxy/nginx.h"

const char *
guilty_word(const struct ngx_directive *d, size_t i)
{
	return d && i < d->n_args ? d->args[i] : "";
}

const struct ngx_directive *
guilty_pass(const struct route *r)
{
	return ngx_effective(r->block, "proxy_pass", NULL);
}

bool
guilty_has_word(const struct ngx_directive *d, const char *wanted)
{
	for (size_t i = 0; d && i < d->n_args; i++)
		if (strcasecmp(d->args[i], wanted) == 0)
			return true;
	return false;
}

const struct ngx_directive *
guilty_list(const struct route *r, const char *name, const char *wanted)
{
	const struct ngx_directive *d = ngx_effective(r->block, name, NULL);

	while (d && !guilty_has_word(d, wanted))
		d = ngx_next(d, name);
	return d;
}

bool
guilty_proxies(const struct ngx_directive *server)
{
	const struct ngx_directive *at = ngx_location_for(server, "/");

	return ngx_child(at ? at : server, "proxy_pass") != NULL;
}

static const struct {
	const char *cause;
	guilty_fn  *look;
} culprits[] = {
	{ "ws-upgrade-lost",       guilty_no_upgrade },
	{ "ws-host-lost",          guilty_wrong_host },
	{ "ws-port-lost",          guilty_wrong_host },
	{ "ws-proto-lost",         guilty_wrong_proto },
	{ "cdn-flexible",          guilty_wrong_proto },
	{ "ws-redirected",         guilty_redirects },
	{ "redirect-loop",         guilty_redirects },
	{ "redirect-away",         guilty_redirects },
	{ "sse-buffered",          guilty_buffered },
	{ "sse-compressed",        guilty_compressed_stream },
	{ "gzip-twice",            guilty_twice },
	{ "gzip-mislabelled",      guilty_hidden_encoding },
	{ "gzip-added",            guilty_compressed_any },
	{ "body-limit",            guilty_small_body },
	{ "body-spooled",          guilty_spooled },
	{ "stream-cut",            guilty_cut_short },
	{ "api-cached",            guilty_cached },
	{ "upstream-down",         guilty_leads_elsewhere },
	{ "upstream-timeout",      guilty_leads_elsewhere },
	{ "upstream-opencode",     guilty_leads_elsewhere },
	{ "wrong-instance",        guilty_leads_elsewhere },
	{ "wrong-site",            guilty_other_site },
	{ "config-shadowed",       guilty_shadows },
	{ "path-mangled",          guilty_mangled },
	{ "forwarded-for-lost",    guilty_no_forwarded },
	{ "forwarded-for-trusted", guilty_adds_forwarded },
	{ "auth-layer",            guilty_asks_login },
	{ "tls-untrusted",         guilty_certificate },
	{ "tls-name",              guilty_certificate },
	{ "tls-expired",           guilty_certificate },
};

/* Any block with the name: behind a router the public port need not be one of nginx's. */
static void
find_named(void *ctx, const struct ngx_directive *server)
{
	struct route *r = ctx;

	if (ngx_server_has_name(server, r->url->host) && (!r->server || guilty_proxies(server)))
		r->server = server;
}

bool
guilty_site(struct route *r)
{
	if (!r->conf || !ngx_http(r->conf))
		return false;
	r->server = ngx_server_for(r->conf, NULL, r->url->port, r->url->host);
	if (!r->server)
		ngx_each_server(r->conf, find_named, r);
	return r->server != NULL;
}

guilty_fn *
guilty_of(const char *cause)
{
	for (size_t i = 0; i < ARRAY_LEN(culprits); i++)
		if (strcmp(culprits[i].cause, cause) == 0)
			return culprits[i].look;
	return NULL;
}

bool
nginx_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
            const char *path, const char **file, int *line)
{
	struct route r = { .conf = nginx_conf(f), .url = public_url, .path = path };
	guilty_fn *look = guilty_of(cause);
	const struct ngx_directive *d;

	if (!look || !guilty_site(&r))
		return false;
	r.block = ngx_location_for(r.server, path);
	if (!r.block)
		r.block = r.server;
	d = look(&r);
	if (!d)
		return false;
	*file = d->file;
	*line = d->line;
	return true;
}
