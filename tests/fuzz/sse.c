/* Event streams: whole, byte by byte or in pieces of seven, the events are the same. */
#include "fuzz.h"

#include "loop/sse.h"

enum { EVENT_MAX = 64 * 1024 };

static void
keep(void *ctx, const char *event, const char *data, size_t len)
{
	struct buf *seen = ctx;

	assert(event && strlen(event) <= EVENT_MAX && len <= EVENT_MAX);
	buf_printf(seen, "%s %zu ", event, len);
	if (data)
		buf_add(seen, data, len);
	buf_putc(seen, '\n');
}

static void
read_in_pieces(struct buf *seen, const uint8_t *data, size_t size, size_t piece)
{
	struct sse s;

	sse_init(&s, keep, seen);
	for (size_t i = 0; i < size; i += piece)
		sse_feed(&s, (const char *)data + i, piece < size - i ? piece : size - i);
	sse_free(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = BUF_INIT;

	read_in_pieces(&whole, data, size, size ? size : 1);
	for (size_t piece = 1; piece <= 7; piece += 6) {
		struct buf cut = BUF_INIT;

		read_in_pieces(&cut, data, size, piece);
		assert(cut.len == whole.len && memcmp(cut.s, whole.s, whole.len) == 0);
		buf_free(&cut);
	}
	buf_free(&whole);
	return 0;
}
