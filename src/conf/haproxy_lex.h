/* haproxy_lex.h - one line of a HAProxy configuration cut into words, exactly as HAProxy cuts it.  Used by haproxy.c only. */
#ifndef CONF_HAPROXY_LEX_H
#define CONF_HAPROXY_LEX_H

#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

#define HAP_MAX_WORDS 64 /* HAProxy's own limit */

/* What "$NAME" stands for; NULL: nobody here knows, and it stays as it is written. */
typedef const char *hap_variable_fn(void *ctx, const char *name);

struct hap_lexer {
	struct arena    *arena;
	hap_variable_fn *variable;
	void            *ctx;
};

/*
 * Cut; `args' gets HAP_MAX_WORDS + 1 pointers at most, the last of them NULL.
 * Returns how many words there are, or -1 with a sentence in `why' (translated).
 */
int hap_cut(const struct hap_lexer *x, const char *line, size_t len, const char **args,
            const char **why);

#endif
