/* buf.h - a growing string.  `s' is never NULL and always NUL-terminated. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char  *s;
	size_t len; /* bytes, without the final NUL; may hold NULs */
	size_t cap; /* 0: `s' is not ours */
};

extern char buf_empty[];
#define BUF_INIT { .s = buf_empty }

void  buf_add(struct buf *b, const void *bytes, size_t len);
bool  buf_add_max(struct buf *b, const void *bytes, size_t len, size_t max); /* false: cut at `max' */
void  buf_puts(struct buf *b, const char *s);
void  buf_putc(struct buf *b, char c);
void  buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void  buf_cut(struct buf *b, size_t len);   /* forget what is behind `len' */
void  buf_eat(struct buf *b, size_t len);   /* forget the first `len' bytes */
char *buf_detach(struct buf *b); /* caller frees; b is empty again */
void  buf_free(struct buf *b);   /* b is empty again and can be reused */

#endif
