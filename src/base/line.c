#include "base/line.h"

#include <string.h>

#define DEFAULT_MAX 65536

static void
hand_over(struct line_reader *r, line_fn *fn, void *ctx)
{
	if (!r->dropping && r->part.len && r->part.s[r->part.len - 1] == '\r')
		buf_cut(&r->part, r->part.len - 1);
	fn(ctx, r->part.s, r->part.len);
	buf_cut(&r->part, 0);
	r->dropping = false;
}

void
line_feed(struct line_reader *r, const char *bytes, size_t len, line_fn *fn, void *ctx)
{
	const size_t max = r->max ? r->max : DEFAULT_MAX;

	if (!r->part.s)
		r->part = (struct buf)BUF_INIT;
	while (len) {
		const char *end = memchr(bytes, '\n', len);
		const size_t n = end ? (size_t)(end - bytes) : len;

		/* One more than `max' is kept: a \r behind just `max' bytes is no excess. */
		if (!r->dropping && !buf_add_max(&r->part, bytes, n, max + 1))
			r->dropping = true;
		if (end && r->part.len > max && (r->dropping || r->part.s[max] != '\r')) {
			r->dropping = true;
			buf_cut(&r->part, max);
		}
		if (end)
			hand_over(r, fn, ctx);
		bytes += end ? n + 1 : n;
		len -= end ? n + 1 : n;
	}
}

void
line_end(struct line_reader *r, line_fn *fn, void *ctx)
{
	const size_t max = r->max ? r->max : DEFAULT_MAX;

	if (r->part.len > max && (r->dropping || r->part.s[max] != '\r')) {
		r->dropping = true;
		buf_cut(&r->part, max);
	}
	if (r->part.len)
		hand_over(r, fn, ctx);
	r->dropping = false;
	buf_free(&r->part);
}
