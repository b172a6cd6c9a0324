/* advice.h - what the files that give advice share. */
#ifndef SETUP_ADVICE_H
#define SETUP_ADVICE_H

#include "setup/state.h"

#define MAX_ADVICE 16

struct advice {
	const char **v;
	size_t       n;
};

void advise(struct advice *a, const char *text);
void advise_literal(const struct setup *s, struct advice *a, const char *text); /* a command, a path or an address, to be copied */

void advise_proxy(const struct setup *s, struct advice *a);  /* advice_proxy.c */
void advise_public(const struct setup *s, struct advice *a);
void advise_result(const struct setup *s, struct advice *a); /* advice_result.c */

#endif
