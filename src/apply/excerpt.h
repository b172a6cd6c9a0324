/*
 * excerpt.h - the lines around a place in a file: two on each side, and the line that opens its block.
 */
#ifndef APPLY_EXCERPT_H
#define APPLY_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

#define EXCERPT_MAX 6

struct excerpt_line {
	int         number; /* from 1 */
	const char *text;   /* made harmless, leading tabs as four blanks; UTF-8; in the arena */
	bool        guilty; /* the place itself */
	bool        apart;  /* lines are left out before this one */
};

/* How many of `out' were filled; 0: the file cannot be read, or is shorter than that. */
size_t excerpt_around(struct excerpt_line out[EXCERPT_MAX], struct arena *a, const char *root,
                      const char *file, int line);

#endif
