/*
 * values.h - the answers as a template takes them, whatever the proxy.
 *
 * Each value is what its type says, whoever filled the answers: nothing else
 * reaches a template, and quoting is only the second wall.
 */
#ifndef PROXY_VALUES_H
#define PROXY_VALUES_H

#include "proxy/proxy.h"

/* ERR_VALUE names the answer that no configuration can be made of. */
int values_check(const struct proxy_context *c, struct err *e);

/*
 * Does the key that was answered belong to its certificate, as far as both are
 * open to us?  For a proxy whose checker does not look, and that would stop.
 */
int values_check_key(const struct proxy_context *c, struct err *e);

/* The ports to listen on, in a rehearsal the private ones; 0: none. */
void values_ports(const struct proxy_context *c, unsigned *plain, unsigned *tls);

bool values_listens_ipv6(const struct proxy_context *c); /* does this machine have IPv6 at all? */
bool        values_ends_tls(const struct answers *a);
const char *
values_host(struct arena *a, const struct proxy_context *c); /* "chat.example.org", "[::1]" */
const char *values_address(struct arena *a,
                           const struct proxy_context *c); /* "https://chat.example.org:8443" */
const char *
values_origin(struct arena *a,
              const struct proxy_context *c); /* "127.0.0.1:3000", in a rehearsal the probe's */
bool values_origin_is_tls(const struct proxy_context *c); /* never in a rehearsal */
const char *values_redirect(struct arena *a,
                            const struct proxy_context *c); /* what leads to https: "https://chat.example.org:8443" */
const char *
values_public_port(struct arena *a, const struct proxy_context *c); /* NULL: the usual one */
const char *values_acme_root(
	const struct proxy_context *c); /* where whoever renews a certificate proves the name */

/* The ranges to believe, checked; NULL: nothing is in front.  `loopback' false leaves out this server itself. */
int values_trusted(const char ***out, struct arena *a, const struct proxy_context *c, bool loopback,
                   struct err *e);

/*
 * Whose word counts about the scheme, and whose about the visitor.  In a rehearsal the checklist
 * itself plays what is in front: it is believed about the one, and must not be about the other.
 */
int values_believed(const char ***scheme, const char ***client, struct arena *a, const struct proxy_context *c,
                    struct err *e);

/* Append a value in double quotes, with a backslash before each byte that is one of `special'. */
void values_quote(struct buf *out, const char *value, const char *special);

/* Fill a template of this proxy's. */
int values_template(struct buf *out, const struct proxy_context *c, const char *name,
                    const struct tmpl_value *values, size_t n, tmpl_escape_fn *escape, struct err *e);

#endif
