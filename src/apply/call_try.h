/*
 * call_try.h - the requests of a plan as an apply prepares them, and no further: let in, looked at, and tried
 * where their service can say beforehand what it would refuse.  Nothing is changed.
 */
#ifndef APPLY_CALL_TRY_H
#define APPLY_CALL_TRY_H

#include "apply/plan.h"
#include "loop/net.h"

struct trying;

/* `done' comes from the loop, once: how many were tried, and what was refused of them, or NULL.  It is freed then. */
typedef void calls_tried(void *ctx, size_t tried, const struct err *e);
struct trying *calls_try(struct loop *l, struct net *n, const char *root, const struct plan *p,
                         calls_tried *done, void *ctx);
void calls_try_stop(struct trying *t); /* `done' does not come any more.  NULL is fine */

#endif
