/*
 * Lines: whole or byte by byte the same, none longer than asked for, and
 * nothing lost of those that fit.
 */
#include "fuzz.h"

#include "base/line.h"

enum { LINE_MAX_HERE = 16 };

static void
keep(void *ctx, const char *line, size_t len)
{
	struct buf *seen = ctx;

	assert(len <= LINE_MAX_HERE && line[len] == '\0' && !memchr(line, '\n', len));
	buf_add(seen, line, len);
	buf_putc(seen, '\n');
}

static void
read_in_pieces(struct buf *seen, const uint8_t *data, size_t size, size_t piece)
{
	struct line_reader r = { .max = LINE_MAX_HERE };

	for (size_t i = 0; i < size; i += piece)
		line_feed(&r, (const char *)data + i, piece < size - i ? piece : size - i, keep,
		          seen);
	line_end(&r, keep, seen);
}

/* The same by another way: cut at \n, drop one \r before it, then what is too long. */
static void
read_plainly(struct buf *seen, const char *p, size_t size)
{
	for (const char *end = p + size; p < end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl : end) - p);

		if (len && p[len - 1] == '\r' && len <= LINE_MAX_HERE + 1)
			len--;
		buf_add(seen, p, len < LINE_MAX_HERE ? len : LINE_MAX_HERE);
		buf_putc(seen, '\n');
		p = nl ? nl + 1 : end;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = BUF_INIT, cut = BUF_INIT, plain = BUF_INIT;

	read_in_pieces(&whole, data, size, size ? size : 1);
	read_in_pieces(&cut, data, size, 1);
	read_plainly(&plain, (const char *)data, size);
	assert(cut.len == whole.len && memcmp(cut.s, whole.s, whole.len) == 0);
	assert(plain.len == whole.len && memcmp(plain.s, whole.s, whole.len) == 0);
	buf_free(&whole);
	buf_free(&cut);
	buf_free(&plain);
	return 0;
}
