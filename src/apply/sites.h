/*
 * sites.h - the proxy's other sites: does each still answer with the status it had before?
 *
 * Asked over loopback with their own names; only the status is looked at, and
 * only of those that answered before and were not broken.
 * The default server of each port is asked too, by address.
 */
#ifndef APPLY_SITES_H
#define APPLY_SITES_H

#include <stddef.h>

#include "loop/loop.h"
#include "loop/net.h"
#include "proxy/proxy.h"

struct sites;

/* To be asked, also at a proxy that is left: all but ours, those of a file that is set aside, and the public address itself. */
struct sites *sites_new(struct loop *l, struct net *n, const struct proxy_context *c,
                        int timeout_ms);
void sites_free(struct sites *s); /* also in the middle */

/*
 * Ask them all; `done' comes from the loop.  The first time is the picture
 * before; later ones are compared with it, and who differs is asked again a
 * few times, for a moment's hiccup is nobody's fault.
 */
void sites_ask(struct sites *s, void (*done)(void *ctx), void *ctx);
void sites_stop(struct sites *s); /* forget what is being asked; `done' does not come */

/* Sites as people count them: one name, whatever ports it has. */
size_t sites_count(const struct sites *s);
size_t sites_changed(const struct sites *s);

/* The first that differs: "shop.example.org:443", and both statuses (0: no answer).  NULL: none. */
const char *sites_first_changed(const struct sites *s, long *before, long *now);

#endif
