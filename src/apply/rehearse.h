/*
 * rehearse.h - the answers tried out in a private copy of the proxy before a probe origin.
 *
 * Needs no root, uses loopback ports of its own, leaves nothing behind.  The
 * private directory, the child and the origin live as long as the rehearsal.
 */
#ifndef APPLY_REHEARSE_H
#define APPLY_REHEARSE_H

#include "check/check.h"
#include "proxy/proxy.h"

struct rehearsal;

enum rehearsal_stage { REHEARSAL_PREPARE, REHEARSAL_VALIDATE, REHEARSAL_START, REHEARSAL_CHECK,
                       REHEARSAL_DONE };

struct rehearsal_events {
	void (*stage)(void *ctx, enum rehearsal_stage s); /* may be NULL */
	check_result_fn *result;                          /* may be NULL */
	/* Once.  e is NULL if the checks ran, see rehearsal_check(); else why they did not. */
	void (*done)(void *ctx, const struct err *e);
	bool deep; /* only the quiet streams, held for REHEARSAL_HOLD seconds */
};

#define REHEARSAL_HOLD 65

/* `c' (with private NULL) and what it points to are borrowed until rehearsal_free(). */
struct rehearsal *rehearsal_start(struct loop *l, struct net *n, const struct proxy_context *c,
                                  const struct rehearsal_events *on, void *ctx);
/* Ends the child, removes the directory; also in the middle. */
void rehearsal_free(struct rehearsal *r);

/* NULL before REHEARSAL_CHECK. */
const struct check_run *rehearsal_check(const struct rehearsal *r);
double rehearsal_seconds(const struct rehearsal *r);

#endif
