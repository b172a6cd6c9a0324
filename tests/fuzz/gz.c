/* gzip: foreign bytes are undone up to a cap, our own come back as they were. */
#include "fuzz.h"

#include "base/gz.h"

enum { OUT_MAX = 100000 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT, packed = BUF_INIT;

	if (gz_inflate(&out, data, size, OUT_MAX))
		assert(gz_looks(data, size) && out.len <= OUT_MAX);
	buf_cut(&out, 0);
	gz_deflate(&packed, data, size);
	assert(gz_looks(packed.s, packed.len));
	if (size)
		assert(gz_inflate(&out, packed.s, packed.len, OUT_MAX) && out.len == size &&
		       memcmp(out.s, data, size) == 0);
	buf_free(&out);
	buf_free(&packed);
	return 0;
}
