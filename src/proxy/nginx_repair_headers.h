/*
 * nginx_repair_headers.h - the set of headers that OpenChamber needs; between nginx_repair_headers.c and
 * nginx_repair_wanted.c.
 */
#ifndef PROXY_NGINX_REPAIR_HEADERS_H
#define PROXY_NGINX_REPAIR_HEADERS_H

#include "proxy/nginx_repair.h"

#define LIST "proxy_set_header"

enum canon { HOST, FORWARDED_HOST, FORWARDED_PROTO, FORWARDED_FOR, REAL_IP, UPGRADE, CONNECTION,
             N_CANON };

extern const char *const canon_names[N_CANON];

struct wanted {
	struct repair *r;
	const char    *value[N_CANON];
	const char    *maps[2]; /* that some of the values need, in front of the server */
	size_t         n_maps;
};

/* What each header is to say on this site, with as much as possible of what somebody decided. */
void wanted_make(struct wanted *w, struct repair *r);

/* May a header stay as it is said now? */
bool wanted_fits(const struct wanted *w, enum canon i, const char *has);

/* A header that is set in this very block; NULL: none, also for no block. */
const struct ngx_directive *header_in(const struct ngx_directive *block, const char *name);
const char *header_value(const struct ngx_directive *d);

/* The server, or what is around it, whichever has headers; NULL: nobody. */
const struct ngx_directive *header_outer(const struct repair *r);

#endif
