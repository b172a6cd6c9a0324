/* haproxy_blame.h - the way a request takes through HAProxy, and who on it is to blame; between haproxy_blame*.c. */
#ifndef PROXY_HAPROXY_BLAME_H
#define PROXY_HAPROXY_BLAME_H

#include "proxy/haproxy.h"

struct haproxy_way {
	const struct hap_conf    *conf;
	const struct url         *url;
	struct hap_request        request;
	const struct hap_section *front;
	const struct hap_line    *bind; /* through which it comes */
	const struct hap_line    *rule; /* that chooses the backend, or NULL */
	const struct hap_section *back; /* NULL: none that can be named */
	char                      host[300], header[320]; /* of the request */
};

/* Lines and sections have file and line in common; this is one of both. */
struct haproxy_guilty {
	const char *file; /* NULL: nobody */
	int         line;
};

typedef struct haproxy_guilty haproxy_culprit_fn(const struct haproxy_way *r);

/* Who is to blame for a cause on a path.  The way is filled in; it borrows the rest, and stays where it is. */
struct haproxy_guilty haproxy_find_guilty(struct haproxy_way *r, const struct proxy_found *f, const char *cause,
                                          const struct url *here, const char *path);

bool haproxy_is_short(const struct hap_line *timeout);
bool haproxy_adds(const struct haproxy_way *r); /* by option forwardfor */

/* The line that leads to OpenChamber; what is missing on the way is missing above it. */
haproxy_culprit_fn haproxy_leads;
struct haproxy_guilty haproxy_at(const struct hap_line *l); /* NULL: nobody */
const char *haproxy_word(const struct hap_line *l, size_t i); /* "" where it has fewer */

/* haproxy_blame_rules.c: what http-request and http-response rules do, and fail to do */
haproxy_culprit_fn haproxy_no_upgrade,
                   haproxy_wrong_host,
                   haproxy_wrong_proto,
                   haproxy_redirects,
                   haproxy_hidden_encoding,
                   haproxy_small_body,
                   haproxy_spooled,
                   haproxy_cached,
                   haproxy_mangled,
                   haproxy_adds_forwarded,
                   haproxy_no_forwarded,
                   haproxy_asks_login;

#endif
