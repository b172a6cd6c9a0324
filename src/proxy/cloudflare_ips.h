/*
 * cloudflare_ips.h - today's list of Cloudflare's addresses, which it tells everybody who asks.
 *
 * Whoever is on the list is believed about who the visitor is.  So it is taken
 * whole or not at all: only public networks, none twice, none too wide, and
 * no fewer than half of what is known.
 */
#ifndef PROXY_CLOUDFLARE_IPS_H
#define PROXY_CLOUDFLARE_IPS_H

#include "answers/needs.h"
#include "base/json.h"
#include "loop/net.h"

/* The networks of an answer, IPv4 before IPv6, ends with NULL; from the arena.  -1: it is not to be believed, and why. */
int cloudflare_ips_judge(const char ***out, struct arena *a, const struct json *body,
                         const char *const *known, struct err *e);

/* How many of a list are not in the other. */
size_t cloudflare_ips_beyond(const char *const *list, const char *const *other);

/*
 * Ask for it, and put it in place of what `needs' has, with the text for RANGES_NEWER; `done' comes
 * from the loop, once.  With an error `needs' is as it was.
 */
struct cloudflare_asking;
struct cloudflare_asking *cloudflare_ips_ask(struct net *n, struct needs *needs,
                                             void (*done)(void *ctx, const struct err *e), void *ctx);
void cloudflare_ips_stop(struct cloudflare_asking *a); /* before `done', which does not come then; NULL is fine */

#endif
