/*
 * nginx_blame.h - the lines that can be guilty, one function a kind; between nginx_blame*.c.
 *
 * Each looks at a route's own block by nginx's rules.  A line is named only
 * if it is wrong, or if it is the place where something is missing that nginx
 * does not do by itself; a sound route blames nothing.
 */
#ifndef PROXY_NGINX_BLAME_H
#define PROXY_NGINX_BLAME_H

#include "base/url.h"
#include "conf/nginx.h"

/* The route that is looked at. */
struct route {
	const struct ngx_conf      *conf;
	const struct url           *url;
	const char                 *path;
	const struct ngx_directive *server;
	const struct ngx_directive *block; /* its location, or the server itself */
};

/* A directive's word, counted from 0 behind its name; "" where there is none, also for no directive. */
const char *guilty_word(const struct ngx_directive *d, size_t i);
bool        guilty_has_word(const struct ngx_directive *d, const char *wanted);

/* Where the request leaves for OpenChamber; what is missing there is missing on this line. */
const struct ngx_directive *guilty_pass(const struct route *r);

/* Of all lines of one list, in the block where it is in force, the one that holds a word. */
const struct ngx_directive *guilty_list(const struct route *r, const char *name, const char *wanted);

/* Does "/" of a server lead to another program? */
bool guilty_proxies(const struct ngx_directive *server);

typedef const struct ngx_directive *guilty_fn(const struct route *r);

guilty_fn *guilty_of(const char *cause); /* NULL: no line can be to blame */

/* The server a visitor of `url' comes to, and on which port; false: none. */
bool guilty_site(struct route *r);

/* nginx_blame_headers.c */
const struct ngx_directive *guilty_map(const struct ngx_conf *c, const char *variable); /* the one in force */
bool guilty_hears_tls(const struct ngx_directive *server);
guilty_fn guilty_no_upgrade, guilty_wrong_host, guilty_wrong_proto, guilty_adds_forwarded,
	guilty_no_forwarded;

/* nginx_blame_body.c */
guilty_fn guilty_cached, guilty_buffered, guilty_compressed_stream, guilty_compressed_any,
	guilty_hidden_encoding, guilty_twice, guilty_small_body, guilty_spooled,
	guilty_cut_short;

/* nginx_blame_site.c */
guilty_fn guilty_leads_elsewhere, guilty_redirects, guilty_mangled, guilty_other_site,
	guilty_shadows, guilty_asks_login, guilty_certificate;

#endif
