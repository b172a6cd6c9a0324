/*
 * move.h - moving house: the address is served by another proxy from now on.
 *
 * What we wrote for the proxy that is left is taken away in the same apply:
 * its own files are set aside, our part goes out of a shared one, and what is
 * empty then goes too.  Both are checked; the one that is left is reloaded
 * first, since two programs cannot have one port.  The certificates in our own
 * directory stay, for whichever proxy comes.
 */
#ifndef APPLY_MOVE_H
#define APPLY_MOVE_H

#include "apply/plan.h"

struct move {
	struct answers       answers; /* as they were applied to the proxy that is left */
	struct proxy_context context;
};

/* The other proxy for which something of ours is in force at this address, by the journal; NULL: none. */
const struct proxy *move_from(const char *root, const struct answers *a);

/* m->context is then for proxy_context.leaving.  Borrows both, which must outlive it. */
void move_begin(struct move *m, const struct proxy_found *left, const struct proxy_context *to);
void move_free(struct move *m); /* also if it was only zeroed */

/*
 * Into a plan for the new proxy, where its context says which is left.  ERR_CONFLICT: our part of a
 * shared file was edited, or other sites there keep a port that is needed.
 */
int move_steps(struct plan *p, struct err *e);

/* The program of the proxy that is left; NULL: nothing is moved, or it has none. */
const struct step *move_program(const struct plan *p, enum step_role role);

#endif
