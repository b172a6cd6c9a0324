/*
 * escape.h - an arrow that a slow line cut in two is put together again.
 *
 * Esc acts at once.  If `[' or `O' and the rest of a sequence follow within
 * ESCAPE_MS, they were one key: K_UNESC is told, then the key.  What turns out
 * not to be a sequence is told as the characters it is made of.
 */
#ifndef UI_ESCAPE_H
#define UI_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#define ESCAPE_MS 250

typedef void escape_key_fn(void *ctx, int key);

struct escape {
	long long at;      /* when Esc came; 0: it did not */
	char      part[8]; /* what came of a sequence behind it */
	size_t    n;
};

void escape_feed(struct escape *x, int key, long long now, escape_key_fn *fn, void *ctx);

/* The time is up: what was held back is text. */
void escape_flush(struct escape *x, escape_key_fn *fn, void *ctx);
bool escape_holds(const struct escape *x);

#endif
