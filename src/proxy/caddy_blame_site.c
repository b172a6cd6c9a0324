/* caddy_blame_site.c - where a route leads, and what stands before it. */
#include "proxy/caddy_blame.h"

#include <string.h>

const struct cdy_node *
caddy_leads_elsewhere(const struct caddy_route *r)
{
	const struct cdy_node *to = cdy_child(r->proxy, "to");

	return to ? to : r->proxy;
}

const struct cdy_node *
caddy_redirects(const struct caddy_route *r)
{
	return caddy_in_force(r, "redir");
}

/* Caddy leads plain http to https: for ever, where a front speaks http to a site with https. */
const struct cdy_node *
caddy_loops(const struct caddy_route *r)
{
	const struct cdy_node *d = caddy_redirects(r);

	return d ? d : r->tls ? r->site : NULL;
}

/* The prefix that is cut off or put on. */
const struct cdy_node *
caddy_mangled(const struct caddy_route *r)
{
	static const char *const names[] = { "uri", "rewrite" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct cdy_node *d = caddy_in_force(r, names[i]);
		const struct cdy_node *own = cdy_child(r->proxy, "rewrite");

		if (d || own)
			return d ? d : own;
	}
	for (const struct cdy_node *b = r->answer->parent; b; b = b->parent)
		if (strcmp(b->name, "handle_path") == 0)
			return b;
	return r->proxy ? NULL : r->answer;
}

/* Another site answers for the name, or the right one with something of its own. */
const struct cdy_node *
caddy_other_site(const struct caddy_route *r)
{
	return r->proxy ? caddy_leads_elsewhere(r) : r->answer;
}

const struct cdy_node *
caddy_asks_login(const struct caddy_route *r)
{
	static const char *const names[] = {
		"basicauth", "basic_auth", "forward_auth", "authenticate", "authorize",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (caddy_in_force(r, names[i]))
			return caddy_in_force(r, names[i]);
	return NULL;
}

const struct cdy_node *
caddy_certificate(const struct caddy_route *r)
{
	return cdy_child(r->site, "tls") ? cdy_child(r->site, "tls") : r->site;
}
