/*
 * served.h - how a site of a proxy on this server answers: under which address, and where it is reached from here.
 */
#ifndef PROXY_SERVED_H
#define PROXY_SERVED_H

#include "answers/answers.h"
#include "proxy/proxy.h"

struct served {
	struct url  asked;      /* the public address as the proxy here serves it: http where TLS ends in front */
	struct url  here;       /* the public address, with the port to find the site by */
	const char *connect_to; /* "HOST:PORT" on this server; NULL: by DNS */
	const char *cacert;     /* a test certificate of ours, trusted as it stands; or NULL */
};

/* The public address that the site's names and listeners tell; stays unset where they tell none. */
void served_address(struct answers *a, const struct proxy_site *site);

/* Where the site shakes hands over TLS under a name of its own, and how it is reached; strings from `arena'. */
bool served_tls(struct arena *arena, const struct proxy_site *site, const char **url, const char **connect_to);

/*
 * `a' has the public address; its proxy, certificate and listeners become
 * those of the site: what it listens on today counts, not what was once
 * answered.  Strings live in `arena'.
 */
void served_find(struct served *out, struct arena *arena, struct answers *a, const struct proxy_found *f,
                 const struct proxy_site *site, const char *root);

#endif
