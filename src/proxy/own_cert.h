/* own_cert.h - a certificate of our own making, for a test or a home network; browsers warn about it. */
#ifndef PROXY_OWN_CERT_H
#define PROXY_OWN_CERT_H

#include "proxy/proxy.h"

/* Where it is, or would be, as the proxy names it; from the arena. */
void own_cert_names(struct arena *a, const struct proxy_context *c, const char **certificate,
                    const char **key);

/*
 * Append the steps that write it and its key below /etc/antechamber/tls, none
 * where a good one is there already.  The paths are from the arena.
 */
int own_cert_steps(struct steps *out, struct arena *a, const struct proxy_context *c,
                   const char **certificate, const char **key, struct err *e);

#endif
