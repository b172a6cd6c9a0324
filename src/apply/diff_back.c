/* diff_back.c - one change taken back out of a text that was edited elsewhere since. */
#include "apply/diff.h"

#include <string.h>

#include "apply/diff_inside.h"

/* What the change did in one place: lines a0..a1 of `is' stand for lines b0..b1 of `was'. */
struct hunk {
	size_t a0, a1, b0, b1;
};

struct taking {
	struct side is, was, now;
	size_t      at;   /* lines of `now' before this one are done */
	size_t      last; /* where the hunk before ended in `is' */
};

static void
next_hunk(const struct taking *t, struct hunk *h, size_t a, size_t b)
{
	while (a < t->is.n && b < t->was.n && !t->is.out[a] && !t->was.out[b])
		a++, b++;
	*h = (struct hunk){ a, a, b, b };
	while (h->a1 < t->is.n && t->is.out[h->a1])
		h->a1++;
	while (h->b1 < t->was.n && t->was.out[h->b1])
		h->b1++;
}

/* Where lines from..to of `is' stand in `now', in one piece, the only time; false: nowhere, or more than once. */
static bool
stands_once(const struct taking *t, size_t from, size_t to, size_t *where)
{
	const size_t n = to - from;
	size_t found = 0;

	for (size_t i = t->at; n && i + n <= t->now.n; i++) {
		size_t k = 0;

		while (k < n && side_same(&t->is, from + k, &t->now, i + k))
			k++;
		if (k == n && ++found == 1)
			*where = i;
	}
	return found == 1;
}

/*
 * By its own lines where they are there once; else with lines around it, as
 * few as will do.  `where' is of its first line.
 */
static bool
find(const struct taking *t, const struct hunk *h, size_t *where)
{
	static const struct { size_t lead, tail; } around[] = {
		{ 0, 0 }, { 1, 1 }, { 1, 0 }, { 0, 1 }, { 2, 2 }, { 3, 3 },
	};

	for (size_t i = 0; i < sizeof(around) / sizeof(*around); i++) {
		const size_t lead = around[i].lead, tail = around[i].tail;

		if (h->a0 < t->last + lead || h->a1 + tail > t->is.n)
			continue;
		if (stands_once(t, h->a0 - lead, h->a1 + tail, where)) {
			*where += lead;
			return true;
		}
	}
	return false;
}

/*
 * Where the line before what was only brought in is the same as its last one,
 * it may as well have been brought in one line higher.
 */
static bool
slide_up(const struct taking *t, struct hunk *h)
{
	if (h->b0 != h->b1 || h->a0 == h->a1 || h->a0 <= t->last || h->b0 == 0 ||
	    !side_same(&t->is, h->a0 - 1, &t->is, h->a1 - 1))
		return false;
	*h = (struct hunk){ h->a0 - 1, h->a1 - 1, h->b0 - 1, h->b1 - 1 };
	return true;
}

static void
put(struct buf *out, const struct side *s, size_t from, size_t to)
{
	/* A last line without its end has something behind it now. */
	if (from < to && out->len && out->s[out->len - 1] != '\n')
		buf_putc(out, '\n');
	if (from < to)
		buf_add(out, s->line[from], (size_t)(s->line[to] - s->line[from]));
}

static bool
take_back(struct buf *out, struct taking *t)
{
	struct hunk h;
	size_t where = 0, a = 0, b = 0;

	for (;; a = h.a1, b = h.b1) {
		next_hunk(t, &h, a, b);
		if (h.a0 == h.a1 && h.b0 == h.b1)
			break;
		const struct hunk as_found = h;
		while (!find(t, &h, &where))
			if (!slide_up(t, &h))
				return false;
		put(out, &t->now, t->at, where);
		put(out, &t->was, h.b0, h.b1);
		t->at = where + (h.a1 - h.a0);
		h = as_found;
		t->last = h.a1;
	}
	put(out, &t->now, t->at, t->now.n);
	return true;
}

bool
diff_take_back(struct buf *out, const char *now, const char *was, const char *is)
{
	struct taking t = { .at = 0 };
	const size_t before = out->len;
	struct buf text = BUF_INIT;
	bool taken;

	side_init(&t.is, is);
	side_init(&t.was, was);
	side_init(&t.now, now);
	side_compare(&t.is, &t.was);
	taken = take_back(&text, &t);
	if (taken)
		buf_add(out, text.s, text.len);
	else
		buf_cut(out, before);
	buf_free(&text);
	side_free(&t.is);
	side_free(&t.was);
	side_free(&t.now);
	return taken;
}

/* Without its newline. */
static size_t
bare(const struct side *s, size_t i)
{
	const size_t len = (size_t)(s->line[i + 1] - s->line[i]);

	return len && s->line[i][len - 1] == '\n' ? len - 1 : len;
}

static bool
has(const struct side *s, const struct side *of, size_t line)
{
	const size_t len = bare(of, line);

	for (size_t i = 0; i < s->n; i++)
		if (bare(s, i) == len && memcmp(s->line[i], of->line[line], len) == 0)
			return true;
	return false;
}

static bool
is_blank(const struct side *s, size_t i)
{
	return strspn(s->line[i], " \t\r\n") >= (size_t)(s->line[i + 1] - s->line[i]);
}

bool
diff_is_back(const char *now, const char *was, const char *is)
{
	struct side i, w, n;
	bool back = true;

	side_init(&i, is);
	side_init(&w, was);
	side_init(&n, now);
	side_compare(&i, &w);
	for (size_t k = 0; k < i.n; k++)
		back = back && !(i.out[k] && !is_blank(&i, k) && !has(&w, &i, k) &&
		                 has(&n, &i, k));
	for (size_t k = 0; k < w.n; k++)
		back = back && !(w.out[k] && !is_blank(&w, k) && !has(&n, &w, k));
	side_free(&i);
	side_free(&w);
	side_free(&n);
	return back;
}
