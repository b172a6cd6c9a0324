/* caddy_blame.c - from a cause to the line of the present Caddyfile that explains it. */
#include "proxy/caddy_blame.h"

#include <string.h>

const struct cdy_node *
caddy_in_force(const struct caddy_route *r, const char *name)
{
	return cdy_in_force(r->answer, name, r->path);
}

static const struct {
	const char       *cause;
	caddy_culprit_fn *look;
} culprits[] = {
	{ "ws-upgrade-lost",       caddy_no_upgrade },
	{ "ws-host-lost",          caddy_wrong_host },
	{ "ws-port-lost",          caddy_wrong_host },
	{ "ws-proto-lost",         caddy_wrong_proto },
	{ "cdn-flexible",          caddy_wrong_proto },
	{ "ws-redirected",         caddy_redirects },
	{ "redirect-loop",         caddy_loops },
	{ "redirect-away",         caddy_redirects },
	{ "sse-buffered",          caddy_buffered },
	{ "sse-compressed",        caddy_compresses },
	{ "gzip-twice",            caddy_twice },
	{ "gzip-mislabelled",      caddy_hidden_encoding },
	{ "gzip-added",            caddy_compresses },
	{ "body-limit",            caddy_small_body },
	{ "body-spooled",          caddy_spooled },
	{ "stream-cut",            caddy_cut_short },
	{ "api-cached",            caddy_cached },
	{ "upstream-down",         caddy_leads_elsewhere },
	{ "upstream-timeout",      caddy_leads_elsewhere },
	{ "upstream-opencode",     caddy_leads_elsewhere },
	{ "wrong-instance",        caddy_leads_elsewhere },
	{ "wrong-site",            caddy_other_site },
	{ "path-mangled",          caddy_mangled },
	{ "forwarded-for-lost",    caddy_no_forwarded },
	{ "forwarded-for-trusted", caddy_adds_forwarded },
	{ "auth-layer",            caddy_asks_login },
	{ "tls-untrusted",         caddy_certificate },
	{ "tls-name",              caddy_certificate },
	{ "tls-expired",           caddy_certificate },
};

/* On the public port, or, behind a router or a front, on any. */
static void
find_site(struct caddy_route *r)
{
	static const unsigned none = 0;
	const unsigned ports[] = { r->url->port, cdy_https_port(r->conf), cdy_http_port(r->conf), none };
	struct cdy_address at;

	for (size_t i = 0; ports[i] && !r->site; i++) {
		r->site = cdy_site_for(r->conf, ports[i], r->url->host);
		for (size_t k = 0; r->site && k < r->site->n_args; k++) {
			cdy_address(&at, r->conf, r->site, k);
			if (at.port == ports[i])
				r->tls = at.tls;
		}
	}
}

bool
caddy_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
            const char *path, const char **file, int *line)
{
	struct caddy_route r = { .found = f, .conf = caddy_conf(f), .url = public_url, .path = path };
	const struct cdy_node *d = NULL;

	if (!r.conf)
		return false;
	find_site(&r);
	if (!r.site)
		return false;
	r.answer = cdy_answers(r.site, path);
	r.proxy = r.answer && strcmp(r.answer->name, "reverse_proxy") == 0 ? r.answer : NULL;
	if (!r.answer)
		r.answer = r.site;
	for (size_t i = 0; i < ARRAY_LEN(culprits) && !d; i++)
		if (strcmp(culprits[i].cause, cause) == 0)
			d = culprits[i].look(&r);
	if (!d)
		return false;
	*file = d->file;
	*line = d->line;
	return true;
}
