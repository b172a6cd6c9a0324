/*
 * caddy_blame.h - the lines that can be guilty, one function a kind; between caddy_blame*.c.
 *
 * Caddy does nearly everything right by itself, so mostly a line is to blame
 * that is there; only what it does not do by itself is blamed on the place
 * where it is missing.  A sound route blames nothing.
 */
#ifndef PROXY_CADDY_BLAME_H
#define PROXY_CADDY_BLAME_H

#include "proxy/caddy.h"

/* The route that is looked at. */
struct caddy_route {
	const struct proxy_found *found;
	const struct cdy_conf    *conf;
	const struct url         *url;
	const char               *path;
	const struct cdy_node    *site;
	const struct cdy_node    *answer; /* what answers the path; if nothing does, the site */
	const struct cdy_node    *proxy;  /* the same, if it is a reverse_proxy */
	bool                      tls;    /* Caddy ends it */
};

/* Who is to blame for a cause on a path; NULL: nobody.  The route is filled in; it borrows the rest. */
const struct cdy_node *caddy_find_guilty(struct caddy_route *r, const struct proxy_found *f, const char *cause,
                                         const struct url *here, const char *path);

/* A directive in force on this route; NULL: none. */
const struct cdy_node *caddy_in_force(const struct caddy_route *r, const char *name);

typedef const struct cdy_node *caddy_culprit_fn(const struct caddy_route *r);

/* caddy_blame_headers.c */
caddy_culprit_fn caddy_no_upgrade, caddy_wrong_host, caddy_wrong_proto, caddy_adds_forwarded,
	caddy_no_forwarded;

/* caddy_blame_body.c */
caddy_culprit_fn caddy_compresses, caddy_holds_back, caddy_buffered, caddy_hidden_encoding,
	caddy_twice, caddy_spooled, caddy_small_body, caddy_cut_short, caddy_cached;

/* caddy_blame_site.c */
caddy_culprit_fn caddy_leads_elsewhere, caddy_redirects, caddy_loops, caddy_mangled,
	caddy_other_site, caddy_asks_login, caddy_certificate;

#endif
