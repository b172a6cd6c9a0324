/*
 * text.h - text as people see it: columns, not bytes.
 *
 * Widths are terminal columns by wcwidth(3); a Hangul syllable counts two.
 * All functions take UTF-8 and treat a broken byte as one column.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define TEXT_BROKEN 0xffffffffu

/* The code point at `s' (`bytes' > 0); returns how many bytes it takes: one, if TEXT_BROKEN. */
size_t text_next(const char *s, size_t bytes, unsigned *cp);

int text_width(const char *s);
int text_width_n(const char *s, size_t bytes);

/* Bytes of `s' that fit `columns', never half a wide character.  *used gets the columns, or is NULL. */
size_t text_fit(const char *s, int columns, int *used);

/* Append `s' cut to `columns' (with a `>' at the edge if cut) and, if `pad', filled with blanks. */
void text_clip(struct buf *out, const char *s, int columns, bool pad);

/*
 * Break at spaces so that no line is wider than `columns'; `\n' forces a
 * break; a word that does not fit alone (a path, a command) is never broken.
 * Calls fn once per line with its bytes; returns the number of lines; fn may be NULL.
 */
typedef void text_line_fn(void *ctx, const char *line, size_t bytes);
int text_wrap(const char *s, int columns, text_line_fn *fn, void *ctx);

/*
 * Append foreign bytes made harmless: control bytes, C1, bidi controls,
 * zero-width characters and invalid UTF-8 become `?'; `\n' and `\t' become a blank.
 * At most `max' bytes are appended.
 */
void text_safe(struct buf *out, const char *bytes, size_t len, size_t max);

bool text_is_utf8(const char *bytes, size_t len);

/*
 * For terminals without UTF-8: append `s' with letters stripped of their
 * marks (a table of ours: the C library gives `?' in the C locale), other
 * characters as `?'.
 */
void text_ascii(struct buf *out, const char *s);

/*
 * Seconds as the rules of the interface have it: three decimals under 0.1,
 * two under 1, one under 10, then whole; the decimal mark from the catalogue.
 */
void text_seconds(struct buf *out, double seconds);

/* "100M", "1G", "52428800": 1024-based; -1 if it is not a size. */
int text_parse_size(const char *s, unsigned long long *bytes);
void text_size(struct buf *out, unsigned long long bytes); /* shortest exact form: 1536K, 1000 */

/* "3600s", "60m", "1h", "30": seconds; -1 if it is not a duration. */
int text_parse_duration(const char *s, unsigned *seconds);

#endif
