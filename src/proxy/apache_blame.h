/* apache_blame.h - the way a request takes through httpd, and who on it is to blame; between apache_blame*.c. */
#ifndef PROXY_APACHE_BLAME_H
#define PROXY_APACHE_BLAME_H

#include "proxy/apache.h"

struct apache_way {
	struct arena               *arena;
	const struct apa_conf      *conf;
	const struct url           *url;
	const char                 *path;
	const struct apa_directive *vhost; /* NULL: the main server */
	const struct apa_directive *pass;  /* what passes it on, or NULL */
	const char                 *to;    /* where it leads */
};

typedef const struct apa_directive *apache_culprit_fn(const struct apache_way *r);

/* Who is to blame for a cause on a path; NULL: nobody.  The way is filled in; it borrows the rest. */
const struct apa_directive *apache_find_guilty(struct apache_way *r, struct arena *a, const struct proxy_found *f,
                                               const char *cause, const struct url *here, const char *path);

/* What holds here; NULL: nothing is said. */
const struct apa_directive *apache_holds(const struct apache_way *r, const char *name);
bool apache_is_on(const struct apa_directive *d);

/* apache_blame_headers.c: what arrives at OpenChamber */
apache_culprit_fn apache_no_upgrade, apache_wrong_host, apache_wrong_proto, apache_adds_forwarded,
                  apache_no_forwarded, apache_hidden_encoding;

#endif
