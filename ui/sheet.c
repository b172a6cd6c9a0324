#include "sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

void
sheet_start(struct sheet *s, int width)
{
	*s = (struct sheet){ .width = width };
}

void
sheet_free(struct sheet *s)
{
	free(s->row);
	arena_free(&s->a);
	*s = (struct sheet){ 0 };
}

struct sheet_row *
sheet_row(struct sheet *s, enum row_kind kind)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 32;
		s->row = xreallocarray(s->row, s->cap, sizeof(*s->row));
	}
	s->row[s->n] = (struct sheet_row){ .kind = kind, .cursor = -1 };
	return &s->row[s->n++];
}

int
sheet_put(struct sheet *s, int col, enum role role, const char *text)
{
	struct sheet_row *r = &s->row[s->n - 1];
	const char *clean = draw_clean(&s->a, text);

	if (r->n < ARRAY_LEN(r->span))
		r->span[r->n++] = (struct span){ col, role, clean };
	return col + text_width(clean);
}

void
sheet_gap(struct sheet *s)
{
	if (s->n && s->row[s->n - 1].kind != ROW_GAP)
		sheet_row(s, ROW_GAP);
}

void
sheet_cursor(struct sheet *s, int col)
{
	s->row[s->n - 1].cursor = col;
}

struct para {
	struct sheet *s;
	enum row_kind kind;
	int           col;
	bool          here;
	bool          begun;
};

static void
put_line(void *ctx, const char *line, size_t bytes)
{
	struct para *p = ctx;

	if (!p->here)
		sheet_row(p->s, p->kind)->goes_on = p->begun;
	p->here = false;
	p->begun = true;
	sheet_put(p->s, p->col, ROLE_TEXT, arena_strndup(&p->s->a, line, bytes));
}

/* Of `n' bytes of a path or a name those that end where a part of it does: behind a slash, else a dot or a hyphen. */
static size_t
end_of_part(const char *word, size_t n)
{
	static const char *const ends[] = { "/", ".-" };

	for (size_t k = 0; k < ARRAY_LEN(ends); k++)
		for (size_t i = n; i > 1; i--)
			if (strchr(ends[k], word[i - 1]) && word[i - 2] != '/' && word[i] != '/') /* never within :// */
				return i;
	return n;
}

/* A word that is wider than the room is cut, at the end of a part where it has one. */
static const char *
cut_words(struct sheet *s, const char *text, int room)
{
	struct buf b = BUF_INIT;
	const char *done;

	while (*text) {
		const size_t blanks = strspn(text, " "), word = strcspn(text + blanks, " ");
		const char *w = text + blanks;
		size_t left = word;

		buf_add(&b, text, blanks);
		while (text_width_n(w, left) > room) {
			size_t n = end_of_part(w, text_fit(w, room, NULL));

			if (n == 0)
				break;
			buf_add(&b, w, n);
			buf_putc(&b, '\n');
			w += n;
			left -= n;
		}
		buf_add(&b, w, left);
		text += blanks + word;
	}
	done = arena_strdup(&s->a, b.s);
	buf_free(&b);
	return done;
}

void
sheet_para(struct sheet *s, enum row_kind kind, int col, bool here, const char *text)
{
	struct para p = { .s = s, .kind = kind, .col = col, .here = here };
	const int room = s->width - col > 1 ? s->width - col : 1;

	while (*text) {
		const size_t n = strcspn(text, "\n");
		const char *line = draw_clean(&s->a, arena_strndup(&s->a, text, n));

		if (n)
			text_wrap(cut_words(s, line, room), room, put_line, &p);
		else
			put_line(&p, "", 0);
		text += n + (text[n] == '\n');
	}
}

void
sheet_why(struct sheet *s, const char *text)
{
	s->why = arena_strdup(&s->a, text);
	sheet_para(s, ROW_WHY, 0, false, text);
}

/* ---- fitting ---- */

static void
take_out(struct sheet *s, size_t at, size_t n)
{
	memmove(&s->row[at], &s->row[at + n], (s->n - at - n) * sizeof(*s->row));
	s->n -= n;
}

size_t
sheet_gaps(const struct sheet *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->row[i].kind == ROW_GAP;
	return n;
}

void
sheet_close_gaps(struct sheet *s, size_t n)
{
	for (size_t i = s->n; i-- > 0 && n;)
		if (s->row[i].kind == ROW_GAP) {
			take_out(s, i, 1);
			n--;
		}
}

static void
drop_gaps(struct sheet *s, size_t rows)
{
	if (s->n > rows)
		sheet_close_gaps(s, s->n - rows);
}

/* Build rows at the end with a call, then move them to where they belong. */
static void
move_last(struct sheet *s, size_t from, size_t to)
{
	const size_t n = s->n - from;
	struct sheet_row *moved;

	if (!n || from == to)
		return;
	moved = xreallocarray(NULL, n, sizeof(*moved));
	memcpy(moved, &s->row[from], n * sizeof(*moved));
	memmove(&s->row[to + n], &s->row[to], (from - to) * sizeof(*moved));
	memcpy(&s->row[to], moved, n * sizeof(*moved));
	free(moved);
}

static const char *
first_sentence(struct sheet *s)
{
	const char *end = strstr(s->why, ". ");
	const char *sentence = end ? arena_strndup(&s->a, s->why, (size_t)(end + 1 - s->why))
	                           : s->why;
	const char *more = arena_printf(&s->a, "%s %s", sentence, _("F1 says why it matters."));

	if (!end)
		return sentence;
	return text_wrap(more, s->width, NULL, NULL) > text_wrap(sentence, s->width, NULL, NULL)
	               ? sentence
	               : more;
}

static void
shorten_why(struct sheet *s)
{
	size_t first = 0, n = 0, from;

	while (first < s->n && s->row[first].kind != ROW_WHY)
		first++;
	while (first + n < s->n && s->row[first + n].kind == ROW_WHY)
		n++;
	if (!n || !s->why)
		return;
	take_out(s, first, n);
	from = s->n;
	sheet_para(s, ROW_KEEP, 0, false, first_sentence(s));
	move_last(s, from, first);
}

static void
drop_hints(struct sheet *s, size_t rows)
{
	for (size_t i = s->n, end; i-- > 0 && s->n > rows;) {
		if (s->row[i].kind != ROW_HINT)
			continue;
		for (end = i + 1; i > 0 && s->row[i].goes_on; i--) /* half a sentence is worse than none */
			;
		take_out(s, i, end - i);
	}
}

/* "name  ports  sites" behind a mark each; what has no short name is counted. */
static void
put_collected(struct sheet *s, size_t from, int checks)
{
	int col = 0;

	sheet_row(s, ROW_KEEP);
	if (!checks)
		for (size_t i = from; i + 1 < s->n; i++) {
			if (s->row[i].kind != ROW_PASSED || !s->row[i].brief)
				continue;
			sheet_put(s, col, ROLE_PASS, draw_mark(MARK_PASS));
			col = sheet_put(s, col + 2, ROLE_TEXT, s->row[i].brief) + 2;
		}
	else {
		sheet_put(s, 0, ROLE_PASS, draw_mark(MARK_PASS));
		sheet_put(s, 2, ROLE_TEXT,
		          s->steps ? arena_printf(&s->a, Q_("%d step done", "%d steps done", (unsigned long)checks), checks)
		          : arena_printf(&s->a, Q_("%d check passed", "%d checks passed", (unsigned long)checks), checks));
	}
}

static void
collect_passed(struct sheet *s)
{
	size_t first = s->n, from;
	int n = 0, nameless = 0, width = 0;

	for (size_t i = s->n; i-- > 0;)
		if (s->row[i].kind == ROW_PASSED) {
			first = i;
			if (s->row[i].n && s->row[i].span[0].col > 0)
				continue; /* goes on from the row above */
			n++;
			nameless += !s->row[i].brief;
			width += s->row[i].brief ? text_width(s->row[i].brief) + 4 : 0;
		}
	if (n < 2)
		return;
	from = s->n;
	put_collected(s, first, nameless || width > s->width ? n : 0);
	move_last(s, from, first);
	for (size_t i = s->n; i-- > first + 1;)
		if (s->row[i].kind == ROW_PASSED)
			take_out(s, i, 1);
}

static bool
leave_out(struct sheet *s, size_t rows)
{
	drop_gaps(s, rows);
	if (s->n > rows)
		shorten_why(s);
	if (s->n > rows)
		drop_hints(s, rows);
	return s->n <= rows;
}

bool
sheet_fit(struct sheet *s, size_t rows)
{
	struct sheet_row *whole;
	size_t n;

	while (s->n && s->row[s->n - 1].kind == ROW_GAP)
		s->n--;
	if (s->n <= rows)
		return true;
	n = s->n;
	whole = xreallocarray(NULL, n, sizeof(*whole));
	memcpy(whole, s->row, n * sizeof(*whole));
	if (!leave_out(s, rows)) {
		/* Collecting what passed makes much room: less of the rest has to go then. */
		memcpy(s->row, whole, n * sizeof(*whole));
		s->n = n;
		collect_passed(s);
		leave_out(s, rows);
	}
	free(whole);
	return s->n <= rows;
}

size_t
sheet_pinned(const struct sheet *s)
{
	size_t n = 0;

	while (n < s->n && s->row[s->n - 1 - n].kind == ROW_PRESS)
		n++;
	return n;
}

long
sheet_cursor_row(const struct sheet *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->row[i].cursor >= 0)
			return (long)i;
	return -1;
}

size_t
sheet_top(const struct sheet *s, size_t rows, size_t top)
{
	const long at = sheet_cursor_row(s);

	if (s->n <= rows)
		return 0;
	if (top > s->n - rows)
		top = s->n - rows;
	if (at >= 0 && (size_t)at < top)
		top = (size_t)at;
	if (at >= 0 && (size_t)at >= top + rows)
		top = (size_t)at - rows + 1;
	return top;
}
