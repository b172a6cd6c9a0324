/*
 * Diffs, of the two texts before and behind the first NUL: what patch(1) would
 * make of one is the new text.
 */
#include "fuzz.h"

#include <stdio.h>

#include "apply/diff.h"

#define NO_NEWLINE "\\ No newline at end of file\n"

static const char *
line_end(const char *p)
{
	const char *nl = strchr(p, '\n');

	return nl ? nl + 1 : p + strlen(p);
}

/* One hunk; `old' moves on. */
static const char *
apply_hunk(struct buf *out, const char *p, const char **old, const char *old_text,
           unsigned *line)
{
	unsigned from = 0, n = 1, to = 0, m = 1;

	if (sscanf(p, "@@ -%u,%u +%u,%u @@", &from, &n, &to, &m) != 4 &&
	    sscanf(p, "@@ -%u +%u,%u @@", &from, &to, &m) != 3 &&
	    sscanf(p, "@@ -%u,%u +%u @@", &from, &n, &to) != 3)
		assert(sscanf(p, "@@ -%u +%u @@", &from, &to) == 2);
	p = line_end(p);
	for (from += n == 0; *line < from; (*line)++) { /* what no hunk speaks of stays */
		const char *end = line_end(*old);

		assert(end > *old);
		buf_add(out, *old, (size_t)(end - *old));
		*old = end;
	}
	while (n || m) {
		const char mark = *p++, *end = line_end(p);
		size_t len = (size_t)(end - p);

		assert(mark == ' ' || mark == '-' || mark == '+');
		if (strncmp(end, NO_NEWLINE, strlen(NO_NEWLINE)) == 0) {
			len--;
			end += strlen(NO_NEWLINE);
		}
		if (mark != '+') {
			assert(n && strncmp(*old, p, len) == 0);
			n--;
			*old += len;
			assert(*old == old_text || (*old)[-1] == '\n' || !**old);
			(*line)++;
		}
		if (mark != '-') {
			assert(m);
			m--;
			buf_add(out, p, len);
		}
		p = end;
	}
	return p;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *was = xstrndup((const char *)data, size);
	const size_t len = strlen(was);
	char *is = len < size ? xstrndup((const char *)data + len + 1, size - len - 1)
	                      : xstrdup("");
	struct buf diff = BUF_INIT, out = BUF_INIT;
	const char *old = was, *p;
	unsigned line = 1;

	diff_unified(&diff, "was", was, "is", is);
	assert((diff.len == 0) == (strcmp(was, is) == 0));
	if (diff.len) {
		assert(strncmp(diff.s, "--- was\n+++ is\n", 15) == 0);
		for (p = diff.s + 15; *p;)
			p = apply_hunk(&out, p, &old, was, &line);
	}
	buf_puts(&out, old);
	assert(strcmp(out.s, is) == 0);
	buf_free(&diff);
	buf_free(&out);
	free(was);
	free(is);
	return 0;
}
