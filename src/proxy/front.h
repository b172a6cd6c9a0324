/*
 * front.h - what stands in front of the proxy, and whose word about the visitor counts.
 *
 * A front ends TLS or hides the visitor, so the proxy must take the scheme and
 * the address from its headers; from its addresses alone, never from anybody.
 */
#ifndef PROXY_FRONT_H
#define PROXY_FRONT_H

#include <stdbool.h>

#include "answers/answers.h"

/* Is there anything in front whose headers are to be believed? */
bool front_exists(const struct answers *a);

/* The ranges to believe, ends with NULL; from the arena.  NULL: nothing in front. */
const char **front_ranges(struct arena *arena, const struct answers *a);

/* Those ranges in words, for a comment in a written file: "the addresses of Cloudflare". */
const char *front_who(const struct answers *a);

/* The header that names the visitor: "CF-Connecting-IP" or "X-Forwarded-For". */
const char *front_client_header(const struct answers *a);

/* Does it rewrite what passes unless an answer says no-transform?  An event stream then comes late. */
bool front_rewrites(const struct answers *a);

/* "10.0.0.0/8", "2001:db8::/32", or an address alone. */
bool front_range_is_valid(const char *text);

#endif
