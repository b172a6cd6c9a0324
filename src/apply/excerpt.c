#include "apply/excerpt.h"

#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"

enum { FILE_MAX = 4 << 20, AROUND = 2, TAB = 4, LINE_MAX_BYTES = 400 };

struct lines {
	const char **v; /* n + 1 */
	int          n;
};

static void
split(struct lines *l, struct arena *a, const char *text)
{
	const char *p;

	for (p = text; *p; l->n++)
		p += strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');
	l->v = arena_alloc(a, ((size_t)l->n + 1) * sizeof(*l->v));
	p = text;
	for (int i = 0; i < l->n; i++) {
		l->v[i] = p;
		p += strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');
	}
	l->v[l->n] = p;
}

/* The line, from 1, that opens the block around another; 0: none. */
static int
block_of(const struct lines *l, int line)
{
	int depth = 0;

	for (int i = line - 2; i >= 0; i--) {
		size_t len = strcspn(l->v[i], "#\n");

		while (len > 0) {
			const char c = l->v[i][--len];

			depth += c == '}';
			if (c == '{' && depth-- == 0)
				return i + 1;
		}
	}
	return 0;
}

static struct excerpt_line
line_at(const struct lines *l, struct arena *a, int number)
{
	const char *p = l->v[number - 1];
	size_t len = strcspn(p, "\r\n");
	struct buf text = BUF_INIT;
	struct excerpt_line out = { .number = number };

	for (; len > 0 && *p == '\t'; p++, len--)
		buf_printf(&text, "%*s", TAB, "");
	text_safe(&text, p, len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES, 4 * LINE_MAX_BYTES);
	out.text = arena_strdup(a, text.s ? text.s : "");
	buf_free(&text);
	return out;
}

size_t
excerpt_around(struct excerpt_line out[EXCERPT_MAX], struct arena *a, const char *root,
               const char *file, int line)
{
	struct buf text = BUF_INIT;
	struct lines l = { 0 };
	struct err ignored;
	size_t n = 0;

	if (fs_read(&text, fs_path(a, root, file), FILE_MAX, &ignored) == 0) {
		split(&l, a, text.s);
		if (line >= 1 && line <= l.n) {
			const int block = block_of(&l, line);
			const int from = line > AROUND ? line - AROUND : 1;
			const int to = line + AROUND < l.n ? line + AROUND : l.n;

			if (block && block < from)
				out[n++] = line_at(&l, a, block);
			for (int i = from; i <= to; i++, n++) {
				out[n] = line_at(&l, a, i);
				out[n].guilty = i == line;
				out[n].apart = i == from && block && block < from - 1;
			}
		}
	}
	buf_free(&text);
	return n;
}
