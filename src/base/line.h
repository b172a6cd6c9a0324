/* line.h - cut a stream of bytes into lines, whatever pieces it arrives in. */
#ifndef BASE_LINE_H
#define BASE_LINE_H

#include "base/buf.h"

/* `line' is NUL-terminated, without its \n or \r\n; it dies when the call returns. */
typedef void line_fn(void *ctx, const char *line, size_t len);

struct line_reader {
	struct buf part;
	size_t     max;     /* a longer line is handed over cut; the rest of it is dropped */
	bool       dropping;
};

void line_feed(struct line_reader *r, const char *bytes, size_t len, line_fn *fn, void *ctx);
void line_end(struct line_reader *r, line_fn *fn, void *ctx); /* an unfinished last line; frees */

#endif
