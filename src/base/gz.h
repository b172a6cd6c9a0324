/* gz.h - gzip bodies.  The only door to zlib. */
#ifndef BASE_GZ_H
#define BASE_GZ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

bool gz_looks(const void *bytes, size_t len);  /* begins with 1f 8b */
void gz_deflate(struct buf *out, const void *bytes, size_t len);

/* Undo one layer, at most `max' bytes out.  False: not gzip, or broken before a first byte came out. */
bool gz_inflate(struct buf *out, const void *bytes, size_t len, size_t max);

#endif
