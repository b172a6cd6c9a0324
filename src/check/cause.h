/*
 * cause.h - the stable names of what can be wrong, one table.
 *
 * A cause without a test that provokes it does not exist.
 */
#ifndef CHECK_CAUSE_H
#define CHECK_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

/* OpenChamber's own failure signs, as its documentation names them. */
enum sign { SIGN_NONE, SIGN_SENDING_FAILS, SIGN_NO_UPDATES, SIGN_UPLOADS_FAIL, SIGN_ONLY_BEHIND_PROXY };

struct cause {
	const char *id;       /* "ws-upgrade-lost" */
	const char *sentence; /* N_(): what is, one sentence */
	const char *why;      /* N_(): why it matters */
	const char *fix;      /* N_(): what to do, whatever the proxy */
	enum sign   sign;
	int         order;    /* of the chain: the lowest explains the rest */
};

extern const struct cause causes[]; /* ends with a NULL id */
const struct cause *cause_find(const char *id); /* NULL: there is none */
const char *sign_sentence(enum sign s); /* translated; NULL for SIGN_NONE */

#endif
