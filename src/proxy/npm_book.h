/*
 * npm_book.h - what nginx knows: its directives, where each may stand, and what it takes.
 *
 * Read from templates/npm/directives, which was asked of a real nginx line by line.
 */
#ifndef PROXY_NPM_BOOK_H
#define PROXY_NPM_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"
#include "conf/nginx.h"

#define NPM_KINDS 3 /* values of one directive that are told apart */

struct npm_known {
	const char *name;
	bool        server, location, block, once;
	bool        server_if, location_if;
	const char *counts;           /* of values: a digit for each that is taken; behind "+": that many or more */
	const char *kinds[NPM_KINDS]; /* by position, the last for all behind it; NULL: any */
};

struct npm_book {
	struct arena      arena;
	struct npm_known *v;
	size_t            n;
};

int  npm_book_read(struct npm_book *b, const char *templates, struct err *e);
void npm_book_free(struct npm_book *b);

const struct npm_known *npm_book_find(const struct npm_book *b, const char *name);

/* Does nginx take so many values; and the numbers as a person reads them: "1", "1-2", "2+". */
bool        npm_book_counts(const struct npm_known *d, size_t n);
const char *npm_book_numbers(struct arena *a, const struct npm_known *d);

/* What nginx takes in place `i', where `value' is nothing of that kind: a translated sentence; NULL: it takes it. */
const char *npm_book_wants(struct arena *a, const struct npm_known *d, size_t i, const char *value);

#endif
