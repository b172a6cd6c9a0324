/*
 * timeline.h - when events were sent and when they arrived, as a line of ASCII.
 *
 *	*	one event		2 to 9, +	so many in one column
 *	-	between the first and the last	.	waiting for the first, or for one that is missing
 *	>	still waiting at the deadline	x	the stream was cut
 */
#ifndef UI_TIMELINE_H
#define UI_TIMELINE_H

#include <stddef.h>

#include "base/buf.h"
#include "check/check.h"

struct timeline_scale {
	double length;  /* seconds from the left end to the right */
	int    columns;
	int    steps;   /* intervals that get a number */
};

/* From 0 to the latest of what has to be shown, rounded up to 1, 2, 5, 10, 30 s. */
struct timeline_scale timeline_scale(const struct check_timeline *const *t, size_t n, int columns);

void timeline_seconds(struct buf *out, const struct timeline_scale *k); /* the row of numbers */
void timeline_sent(struct buf *out, const struct timeline_scale *k, const struct check_timeline *t);
void timeline_arrived(struct buf *out, const struct timeline_scale *k,
                      const struct check_timeline *t);

/* How long the slowest was on its way, as a sentence; false, and nothing said: one did not arrive. */
bool timeline_worst(struct buf *out, const struct check_timeline *t);

/* The same as words: "sent at 0, 0.25 seconds; arrived at 0.012, 0.26 seconds". */
void timeline_words(struct buf *out, const struct check_timeline *t);

#endif
