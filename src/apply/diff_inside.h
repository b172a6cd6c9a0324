/* diff_inside.h - two texts as lines, and which of them the other has not; for diff*.c only. */
#ifndef APPLY_DIFF_INSIDE_H
#define APPLY_DIFF_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

struct side {
	const char **line; /* n + 1: a line ends where the next begins, its newline included */
	size_t       n;
	bool        *out;  /* not on the other side */
};

void side_init(struct side *s, const char *text);
void side_free(struct side *s);
bool side_same(const struct side *a, size_t i, const struct side *b, size_t j);
void side_compare(const struct side *a, const struct side *b); /* fills `out' of both */

#endif
