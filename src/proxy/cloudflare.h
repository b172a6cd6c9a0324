/*
 * cloudflare.h - Cloudflare in front of this server, told what to do by its API, version 4.
 *
 * One setting of the zone and three rules for our host alone, each known again
 * by its `ref'.  They go behind everybody else's rules, which are never
 * written: where several match, the last wins.  A ruleset that we had to make
 * goes with our rule, unless others have put rules into it since.
 */
#ifndef PROXY_CLOUDFLARE_H
#define PROXY_CLOUDFLARE_H

#include "proxy/proxy.h"
#include "proxy/service.h"

extern const struct service service_cloudflare;

/* Is there a token to tell it anything? */
bool cloudflare_is_told(const struct answers *a);

/*
 * Find the zone and what it has, for f->front.  `done' comes from the loop,
 * once; e is NULL if it went well.  The answers are borrowed until then.
 */
void cloudflare_read(struct loop *l, struct net *n, const char *root, const struct answers *a,
                     struct proxy_found *f, void (*done)(void *ctx, const struct err *e), void *ctx);

/* Append the calls that are due by f->front; where that is empty, all of them.  Pure. */
int cloudflare_render(struct steps *out, const struct proxy_context *c, struct err *e);

/* What to click instead, as translated sentences; an expression stands on a line of its own.  Ends with NULL. */
const char **cloudflare_by_hand(struct arena *a, const struct answers *answers);

/* Where its API is: "https://api.cloudflare.com/client/v4", or on loopback what a test names here. */
#define CLOUDFLARE_API "ANTECHAMBER_CLOUDFLARE_API"
const char *cloudflare_base(void);

/* How large a request may be with a plan, in MB; and its name, which is not translated. */
unsigned cloudflare_megabytes(enum cloudflare_plan p);
const char *cloudflare_plan_name(enum cloudflare_plan p);

/* What it is asked about: settings and rules, by a number from 0.  NULL: no more. */
struct cloudflare_thing {
	const char *name;   /* in a rule's ref: "events" */
	const char *where;  /* what is looked at, below /zones/ID */
	const char *phase;  /* of a rule; NULL: a setting */
	const char *expression; /* of a rule: a format with the host */
	const char *action, *parameters; /* parameters: JSON; of a setting its value */
	const char *description;
	const char *hand;   /* N_(): what to click; NULL: it is only set where the answers say so */
};
const struct cloudflare_thing *cloudflare_thing(size_t i);
const char *cloudflare_expression(struct arena *a, const struct cloudflare_thing *t, const char *host);

/* The members of a rule or setting that `wanted' names, in its order; the caller frees. */
struct json *cloudflare_members(const struct json *wanted, const struct json *thing);
/* The rule of a ruleset with this ref; NULL: none. */
const struct json *cloudflare_rule(const struct json *ruleset, const char *ref);

#endif
