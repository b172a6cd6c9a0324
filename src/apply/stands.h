/*
 * stands.h - does a later change of the same proxy, for another name, stand on what this one made?
 *
 * The line that has a directory read, the modules that are on, the frontend:
 * whoever came first made them, and they go with its undo.
 */
#ifndef APPLY_STANDS_H
#define APPLY_STANDS_H

#include "apply/journal_write.h"

/* The number of the first such change among the newer ones, v[0] to v[i - 1]; 0: none. */
unsigned stands_on(const struct journal_entry *v, size_t i, const char *root);

#endif
