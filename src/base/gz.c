#include "base/gz.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

#define WINDOW_GZIP (15 + 16)
#define CHUNK       16384

bool
gz_looks(const void *bytes, size_t len)
{
	return len >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0;
}

/* Give zlib input in pieces that fit its counter. */
static void
next_input(z_stream *z, const char **in, size_t *left)
{
	const size_t n = *left < INT_MAX ? *left : INT_MAX;

	z->next_in = (Bytef *)*in;
	z->avail_in = (uInt)n;
	*in += n;
	*left -= n;
}

void
gz_deflate(struct buf *out, const void *bytes, size_t len)
{
	z_stream z = { 0 };
	const char *in = bytes;
	char chunk[CHUNK];
	int rc;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_GZIP, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		xreallocarray(NULL, (size_t)-1, 2); /* only for want of memory: dies */
	do {
		if (z.avail_in == 0 && len)
			next_input(&z, &in, &len);
		z.next_out = (Bytef *)chunk;
		z.avail_out = sizeof(chunk);
		rc = deflate(&z, len ? Z_NO_FLUSH : Z_FINISH);
		buf_add(out, chunk, sizeof(chunk) - z.avail_out);
	} while (rc == Z_OK);
	deflateEnd(&z);
}

bool
gz_inflate(struct buf *out, const void *bytes, size_t len, size_t max)
{
	z_stream z = { 0 };
	const char *in = bytes;
	const size_t start = out->len;
	char chunk[CHUNK];
	int rc;

	if (!gz_looks(bytes, len) || inflateInit2(&z, WINDOW_GZIP) != Z_OK)
		return false;
	do {
		size_t n, room = max - (out->len - start);

		if (z.avail_in == 0 && len)
			next_input(&z, &in, &len);
		z.next_out = (Bytef *)chunk;
		z.avail_out = sizeof(chunk);
		rc = inflate(&z, Z_NO_FLUSH);
		n = sizeof(chunk) - z.avail_out;
		buf_add(out, chunk, n < room ? n : room);
	} while (rc == Z_OK && (z.avail_in || len || z.avail_out == 0) && out->len - start < max);
	inflateEnd(&z);
	return rc == Z_STREAM_END || out->len > start;
}
