/*
 * replace.h - an address in place of one that was set up before, behind the same proxy.
 *
 * The old address's site that we wrote, the link to it and its saved answers are taken away by
 * steps of the same change, so one undo brings them back.  What the new address may need as well
 * stays: our part of somebody else's file, and certificates.
 */
#ifndef APPLY_REPLACE_H
#define APPLY_REPLACE_H

#include "apply/plan.h"

/* Is there a site of its own that we wrote for this address, and that this proxy reads? */
bool replace_is_possible(const char *root, const char *proxy, const struct url *address);

/* Into a plan whose context says which address it takes the place of.  ERR_VALUE: none of it is there. */
int replace_steps(struct plan *p, struct err *e);

#endif
