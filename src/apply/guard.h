/* guard.h - what an apply refuses before it touches anything. */
#ifndef APPLY_GUARD_H
#define APPLY_GUARD_H

#include "apply/plan.h"
#include "base/url.h"

/*
 * The plan is the one that was reviewed (hash NULL: any); every file lies in a
 * directory of the proxy's; every program is a whole path, or a name that is
 * found where programs are, and as root one that nobody else can replace.
 */
int guard_plan(const struct plan *p, const char *hash, struct err *e);

/* ERR_CONFLICT: a file changed since the plan was made, or one of ours since we wrote it. */
int guard_files(const struct plan *p, bool over_edits, struct err *e);

/* A name only the home network or this server knows. */
bool guard_is_private(const struct url *u);

#endif
