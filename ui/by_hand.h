/* by_hand.h - what a person sets in the proxy's own pages, where the answers name no way to its API. */
#ifndef UI_BY_HAND_H
#define UI_BY_HAND_H

#include "cmd_plan.h"

/* Is it so with these answers? */
bool by_hand_is(const struct planned *p);
/* The settings and the text on stdout; -1: no text can be made of the answers. */
int  by_hand_put(const struct options *o, const struct planned *p, struct err *e);

#endif
