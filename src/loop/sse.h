/* sse.h - read an event stream (WHATWG HTML 9.2) from whatever pieces it arrives in. */
#ifndef LOOP_SSE_H
#define LOOP_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/line.h"

/*
 * `data' is the event's data lines joined by \n; NULL for a comment, which only
 * shows life.  `event' is "message" where the stream names none.  The callee must
 * not free the reader.
 */
typedef void sse_fn(void *ctx, const char *event, const char *data, size_t len);

struct sse {
	struct line_reader lines;
	struct buf         event;
	struct buf         data;
	bool               started;  /* a line was seen: no byte order mark any more */
	bool               after_cr; /* a \n now belongs to the \r before it */
	sse_fn            *fn;
	void              *ctx;
};

void sse_init(struct sse *s, sse_fn *fn, void *ctx); /* a line and an event are capped at 64 KiB */
void sse_feed(struct sse *s, const char *bytes, size_t len);
void sse_free(struct sse *s);

#endif
