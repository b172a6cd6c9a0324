/* caddy_blame.c - from a cause to the line of the present Caddyfile that explains it. */
#include "proxy/caddy_blame.h"

#include <string.h>
#include <strings.h>

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
	{ "ws-no-answer",          caddy_holds_back },
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

/* The address of a site by which it is reached on a port; 0: on any, but by its own name. */
static bool
take_site(struct caddy_route *r, const struct cdy_node *site, unsigned port)
{
	for (size_t i = 0; site && i < site->n_args; i++) {
		struct cdy_address at;

		cdy_address(&at, r->conf, site, i);
		if (!at.known || (port ? at.port != port : strcasecmp(at.host, r->url->host) != 0))
			continue;
		r->site = site;
		r->tls = at.tls;
		return true;
	}
	return false;
}

/* On the public port; behind a router or a front wherever the name is, or on the usual ports. */
static void
find_site(struct caddy_route *r)
{
	const unsigned ports[] = { cdy_https_port(r->conf), cdy_http_port(r->conf) };

	if (take_site(r, cdy_site_for(r->conf, r->url->port, r->url->host), r->url->port))
		return;
	for (const struct cdy_node *s = r->conf->sites; s; s = s->next)
		if (take_site(r, s, 0))
			return;
	for (size_t i = 0; i < ARRAY_LEN(ports); i++)
		if (take_site(r, cdy_site_for(r->conf, ports[i], r->url->host), ports[i]))
			return;
}

const struct cdy_node *
caddy_find_guilty(struct caddy_route *r, const struct proxy_found *f, const char *cause,
                  const struct url *here, const char *path)
{
	*r = (struct caddy_route){ .found = f, .conf = caddy_conf(f), .url = here, .path = path };
	if (!r->conf)
		return NULL;
	find_site(r);
	if (!r->site)
		return NULL;
	r->answer = cdy_answers(r->site, path);
	r->proxy = r->answer && strcmp(r->answer->name, "reverse_proxy") == 0 ? r->answer : NULL;
	if (!r->answer)
		r->answer = r->site;
	for (size_t i = 0; i < ARRAY_LEN(culprits); i++)
		if (strcmp(culprits[i].cause, cause) == 0)
			return culprits[i].look(r);
	return NULL;
}

bool
caddy_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
            const char *path, const char **file, int *line)
{
	struct caddy_route r;
	const struct cdy_node *d = caddy_find_guilty(&r, f, cause, public_url, path);

	if (!d)
		return false;
	*file = d->file;
	*line = d->line;
	return true;
}
