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
#include "proxy/proxy.h"

/* Is there anything in front whose headers are to be believed? */
bool front_exists(const struct answers *a);

/*
 * The ranges to believe, ends with NULL; from the arena.  NULL: nothing in front.  `cloudflare' is
 * its list as needs.h has it.
 */
int front_ranges(const char ***out, struct arena *arena, const char *const *cloudflare,
                 const struct answers *a, struct err *e);

/* Those ranges in words, for a comment in a written file: "the addresses of Cloudflare". */
const char *front_who(const struct answers *a);

/* The header that names the visitor: "CF-Connecting-IP" or "X-Forwarded-For". */
const char *front_client_header(const struct answers *a);

/* Does it rewrite what passes unless an answer says no-transform?  An event stream then comes late. */
bool front_rewrites(const struct answers *a);

/*
 * Is it told what to do by requests?  Then front_read() finds out what it has (found->front), and
 * front_render() appends the calls that are due; none where nothing was read.  As proxy_read() and
 * a proxy's `render'.
 */
bool front_is_told(const struct answers *a);
void front_read(struct loop *l, struct net *n, const char *root, const struct answers *a,
                struct proxy_found *f, void (*done)(void *ctx, const struct err *e), void *ctx);
int  front_render(struct steps *out, const struct proxy_context *c, struct err *e);

/* The plan there, as it was read (NULL: it was not) or as the answers have it. */
enum cloudflare_plan front_plan(const struct answers *a, const struct json *read);
/* Its name, and how large an upload may be in MB; NULL: it is not known, or nothing is in front. */
const char *front_limit(unsigned *megabytes, const struct answers *a, const struct json *read);

/*
 * Are the addresses those of its list (no others are named), and do they date from longer than half
 * a year ago?  Today's are asked for by cloudflare_ips.h.
 */
bool front_has_list(const struct answers *a);
/* Append its file, where it was fetched: a later run is to know it too. */
void front_render_list(struct steps *out, const struct proxy_context *c);
bool front_list_is_old(const struct needs *n);

/* What people call it: "Cloudflare". */
const char *front_label(void);

/* "NAME=value" for a process of ours that is to ask the same service; from the arena. */
const char *front_env(struct arena *a);

/* What a person has to set there instead, a sentence or an expression each; ends with NULL, from the arena.  NULL: nothing. */
const char **front_by_hand(struct arena *a, const struct answers *answers);

#endif
