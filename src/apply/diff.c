#include "apply/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apply/diff_inside.h"
#include "base/mem.h"

#define CONTEXT 3

/* Beyond so many differing lines it is one block: time and memory grow with their square. */
#define MOST_EDITS 2000

void
side_init(struct side *s, const char *text)
{
	size_t n = 0;

	for (const char *p = text; *p; n++) {
		const char *end = strchr(p, '\n');
		p = end ? end + 1 : p + strlen(p);
	}
	s->line = xcalloc(n + 1, sizeof(*s->line));
	s->out = xcalloc(n + 1, sizeof(*s->out));
	s->n = n;
	s->line[0] = text;
	for (size_t i = 0; i < n; i++) {
		const char *end = strchr(s->line[i], '\n');
		s->line[i + 1] = end ? end + 1 : s->line[i] + strlen(s->line[i]);
	}
}

void
side_free(struct side *s)
{
	free(s->line);
	free(s->out);
}

static size_t
line_len(const struct side *s, size_t i)
{
	return (size_t)(s->line[i + 1] - s->line[i]);
}

bool
side_same(const struct side *a, size_t i, const struct side *b, size_t j)
{
	size_t len = line_len(a, i);

	return len == line_len(b, j) && memcmp(a->line[i], b->line[j], len) == 0;
}

/* The part of both sides between their common beginning and their common end. */
struct middle {
	const struct side *a, *b;
	size_t             from; /* the same on both sides */
	int                n, m;
};

static bool
middle_same(const struct middle *w, int x, int y)
{
	return side_same(w->a, w->from + (size_t)x, w->b, w->from + (size_t)y);
}

/* Does the furthest path of `d' edits come to diagonal `k' down (an inserted line) or right? */
static bool
comes_down(const int *v, int d, int k)
{
	return k == -d || (k != d && v[k - 1] < v[k + 1]);
}

/*
 * Myers, "An O(ND) Difference Algorithm", the greedy forward form: v[k] is how
 * far diagonal k gets with d edits.  Each round is kept so that the way can be
 * walked back.  Returns the number of edits, or -1 beyond MOST_EDITS.
 */
static int
search(const struct middle *w, int **rounds, int most)
{
	int *room = xcalloc(2 * (size_t)most + 3, sizeof(*room));
	int *v = room + most + 1;

	for (int d = 0; d <= most; d++) {
		rounds[d] = xcalloc(2 * (size_t)d + 3, sizeof(**rounds));
		memcpy(rounds[d], v - d - 1, (2 * (size_t)d + 3) * sizeof(*v));
		for (int k = -d; k <= d; k += 2) {
			int x = comes_down(v, d, k) ? v[k + 1] : v[k - 1] + 1;
			while (x < w->n && x - k < w->m && x - k >= 0 && middle_same(w, x, x - k))
				x++;
			v[k] = x;
			if (x >= w->n && x - k >= w->m) {
				free(room);
				return d;
			}
		}
	}
	free(room);
	return -1;
}

static void
walk_back(const struct middle *w, int **rounds, int edits)
{
	int x = w->n, y = w->m;

	for (int d = edits; d > 0; d--) {
		const int *v = rounds[d] + d + 1;
		int k = x - y;
		bool down = comes_down(v, d, k);

		x = down ? v[k + 1] : v[k - 1];
		y = x - (down ? k + 1 : k - 1);
		if (down)
			w->b->out[w->from + (size_t)y] = true;
		else
			w->a->out[w->from + (size_t)x] = true;
	}
}

void
side_compare(const struct side *a, const struct side *b)
{
	size_t from = 0, tail = 0;

	while (from < a->n && from < b->n && side_same(a, from, b, from))
		from++;
	while (tail < a->n - from && tail < b->n - from &&
	       side_same(a, a->n - 1 - tail, b, b->n - 1 - tail))
		tail++;

	size_t n = a->n - from - tail, m = b->n - from - tail;
	int most = n + m < MOST_EDITS ? (int)(n + m) : MOST_EDITS;
	int edits = -1;
	if (n < INT32_MAX / 4 && m < INT32_MAX / 4) {
		struct middle w = { a, b, from, (int)n, (int)m };
		int **rounds = xcalloc((size_t)most + 1, sizeof(*rounds));

		edits = search(&w, rounds, most);
		if (edits >= 0)
			walk_back(&w, rounds, edits);
		for (int d = 0; d <= most; d++)
			free(rounds[d]);
		free(rounds);
	}
	if (edits < 0) {
		memset(a->out + from, true, n);
		memset(b->out + from, true, m);
	}
}

static void
put_line(struct buf *out, char mark, const struct side *s, size_t i)
{
	size_t len = line_len(s, i);

	buf_putc(out, mark);
	buf_add(out, s->line[i], len);
	if (s->line[i][len - 1] != '\n')
		buf_puts(out, "\n\\ No newline at end of file\n");
}

static void
put_range(struct buf *out, size_t from, size_t n)
{
	if (n == 1)
		buf_printf(out, "%zu", from + 1);
	else
		buf_printf(out, "%zu,%zu", n ? from + 1 : from, n);
}

/* One hunk, from the first changed line on; moves i and j behind it. */
static void
put_hunk(struct buf *out, const struct side *a, const struct side *b, size_t *i, size_t *j)
{
	size_t lead = *i < CONTEXT ? *i : CONTEXT;
	size_t a0 = *i - lead, b0 = *j - lead, x = *i, y = *j, quiet = 0;

	/* The hunk goes on until more than twice the context is unchanged. */
	while ((x < a->n || y < b->n) && quiet <= 2 * CONTEXT) {
		bool gone = x < a->n && a->out[x], fresh = y < b->n && b->out[y];
		x += gone || !fresh;
		y += fresh || !gone;
		if (gone && fresh)
			y--;
		quiet = gone || fresh ? 0 : quiet + 1;
	}
	if (quiet > CONTEXT) {
		x -= quiet - CONTEXT;
		y -= quiet - CONTEXT;
	}

	buf_puts(out, "@@ -");
	put_range(out, a0, x - a0);
	buf_puts(out, " +");
	put_range(out, b0, y - b0);
	buf_puts(out, " @@\n");
	for (*i = a0, *j = b0; *i < x || *j < y;) {
		if (*i < x && a->out[*i])
			put_line(out, '-', a, (*i)++);
		else if (*j < y && b->out[*j])
			put_line(out, '+', b, (*j)++);
		else {
			put_line(out, ' ', a, (*i)++);
			(*j)++;
		}
	}
}

void
diff_unified(struct buf *out, const char *old_name, const char *old_text,
             const char *new_name, const char *new_text)
{
	struct side a, b;
	size_t i = 0, j = 0;

	if (strcmp(old_text, new_text) == 0)
		return;
	side_init(&a, old_text);
	side_init(&b, new_text);
	side_compare(&a, &b);
	buf_printf(out, "--- %s\n+++ %s\n", old_name, new_name);
	while (i < a.n || j < b.n) {
		if ((i < a.n && a.out[i]) || (j < b.n && b.out[j]))
			put_hunk(out, &a, &b, &i, &j);
		else {
			i++;
			j++;
		}
	}
	side_free(&a);
	side_free(&b);
}

void
diff_count(const char *diff, unsigned *out, unsigned *in)
{
	*out = *in = 0;
	for (; *diff; diff += strcspn(diff, "\n"), diff += *diff == '\n') {
		*out += *diff == '-' && strncmp(diff, "---", 3) != 0;
		*in += *diff == '+' && strncmp(diff, "+++", 3) != 0;
	}
}
