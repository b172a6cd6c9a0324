/* parts.c - pieces of pages: fields, lists, checks, tables, paragraphs, buttons. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"
#include "timeline.h"

#define LABEL_COLUMNS 12 /* a longer label stands above */

static int
wider(int a, int b)
{
	return a > b ? a : b;
}

static bool
focus_here(const struct screen *sc, const char *key)
{
	return sc->at.question == ASK_NOTHING && screen_is_on(sc, key);
}

/* ---- lists ---- */

static bool
is_side_list(const char *key)
{
	return strcmp(key, "tls") == 0;
}

/* Where the states of a list begin: behind the longest label that has one. */
static int
state_column(const struct setup_choice *c, size_t n)
{
	int w = 0;

	for (size_t i = 0; i < n; i++)
		if (*c[i].state)
			w = wider(w, text_width(c[i].label));
	return w + 3;
}

static void
put_choice(struct sheet *s, const struct setup_choice *c, size_t number, int col, int label, int state, bool current)
{
	const enum role role = current ? ROLE_BOLD : ROLE_TEXT;
	char digits[24];

	snprintf(digits, sizeof(digits), "%zu", number);
	sheet_put(s, col, role, current ? ">" : " ");
	sheet_put(s, col + 2, role, digits);
	if (c->mark != MARK_NONE)
		sheet_put(s, col + 4, draw_mark_role(c->mark), draw_mark(c->mark));
	if (!*c->state) {
		sheet_para(s, ROW_KEEP, label, true, c->label);
		return;
	}
	sheet_put(s, label, ROLE_TEXT, c->label);
	sheet_para(s, ROW_KEEP, label + state, true, c->state);
}

void
part_list(struct screen *sc, struct sheet *s, const char *key, int col)
{
	struct setup_choice c[MAX_CHOICES];
	const size_t n = setup_list(sc->setup, setup_page(sc->setup), key, c, MAX_CHOICES);
	const size_t current = focus_row(sc, key);
	const int state = state_column(c, n);
	int label = col + 4;
	bool here = col > 0; /* beside its label, which is in the last row */

	for (size_t i = 0; i < n; i++)
		if (c[i].mark != MARK_NONE)
			label = col + 6;
	for (size_t i = 0; i < n; i++) {
		size_t first;

		if (!here)
			sheet_row(s, ROW_KEEP);
		here = false;
		first = s->n - 1;
		put_choice(s, &c[i], i + 1, col, label, state, i == current);
		if (i == current && focus_here(sc, key))
			s->row[first].cursor = col;
	}
}

/* ---- fields ---- */

static void
put_field(struct screen *sc, struct sheet *s, const struct setup_field *f, int col)
{
	const bool focus = focus_here(sc, f->key) && !f->closed;
	const bool fixed = strncmp(f->key, "limits.", 7) == 0;
	const int columns = fixed ? 10 : s->width - col - 2;
	const char *error = focus_error(sc, f->key);
	struct edit *field = focus_field(sc, f->key);
	struct buf b = BUF_INIT;
	int cursor = 0;

	if (!*error)
		error = f->error;
	sheet_row(s, ROW_KEEP);
	sheet_put(s, 0, ROLE_TEXT, f->label);
	sheet_put(s, col, ROLE_TEXT, "[");
	if (field)
		edit_show(field, columns, focus, &b, &cursor);
	sheet_put(s, col + 1, focus ? ROLE_REVERSE : ROLE_TEXT, b.s);
	sheet_put(s, col + 1 + columns, ROLE_TEXT, "]");
	if (focus)
		sheet_cursor(s, col + 1 + cursor);
	if (*error) {
		sheet_para(s, ROW_KEEP, col, false, error);
	} else if (*f->hint) {
		sheet_para(s, focus ? ROW_KEEP : ROW_HINT, col, false, f->hint);
	} else {
		sheet_row(s, ROW_HINT); /* reserved, so that nothing jumps when an error comes */
	}
	buf_free(&b);
}

void
part_fields(struct screen *sc, struct sheet *s)
{
	const enum page p = setup_page(sc->setup);
	struct setup_field f[MAX_EDITORS];
	const size_t n = setup_fields(sc->setup, p, f, MAX_EDITORS);
	const char *const *lists = setup_lists(sc->setup, p);
	int col = 0;

	for (size_t i = 0; i < n; i++)
		col = wider(col, text_width(f[i].label));
	for (const char *const *l = lists; *l; l++)
		if (is_side_list(*l))
			col = wider(col, text_width(setup_list_label(sc->setup, p, *l)));
	col += 2;
	for (int after = 0; after <= 1; after++) { /* what belongs to a choice stands behind its list */
		for (size_t i = 0; i < n; i++)
			if ((strncmp(f[i].key, "tls.", 4) == 0) == (after == 1)) {
				sheet_gap(s);
				put_field(sc, s, &f[i], col);
			}
		for (const char *const *l = lists; *l && !after; l++)
			if (is_side_list(*l)) {
				sheet_gap(s);
				sheet_row(s, ROW_KEEP);
				sheet_put(s, 0, ROLE_TEXT, setup_list_label(sc->setup, p, *l));
				part_list(sc, s, *l, col);
			}
	}
}

/* ---- checks ---- */

/* "0.004 s" and the like stand at the right edge; words form a second column. */
static bool
is_time(const char *value)
{
	return isdigit((unsigned char)*value) && text_width(value) <= 12;
}

static const char *
split_label(struct sheet *s, const struct setup_line *l, const char **rest)
{
	const char *colon = strstr(l->text, ": ");

	*rest = l->value;
	if (*l->value || !colon || text_width_n(l->text, (size_t)(colon - l->text)) > LABEL_COLUMNS ||
	    memchr(l->text, ' ', (size_t)(colon - l->text)))
		return l->text;
	*rest = colon + 2;
	return arena_strndup(&s->a, l->text, (size_t)(colon - l->text));
}

static void
put_check(struct sheet *s, const struct setup_line *l, bool split, int text, int second)
{
	const bool loud = l->mark == MARK_WARN || l->mark == MARK_FAIL;
	const enum row_kind kind = l->mark == MARK_PASS ? ROW_PASSED : ROW_KEEP;
	const size_t first = s->n;
	const char *rest;
	const char *label = split ? split_label(s, l, &rest) : l->text;

	if (!split)
		rest = l->value;
	sheet_row(s, kind);
	sheet_put(s, 0, draw_mark_role(l->mark), draw_mark(l->mark));
	if (*l->word)
		sheet_put(s, 2, loud ? ROLE_BOLD : ROLE_TEXT, l->word);
	if (*rest && !is_time(rest)) {
		sheet_put(s, text, ROLE_TEXT, label);
		sheet_para(s, kind, second, true, rest);
		s->row[first].brief = arena_strdup(&s->a, label);
		return;
	}
	sheet_para(s, kind, *l->word ? text : 2, true, label);
	if (*rest) /* two columns are left free, for a time that grows */
		sheet_put(s, s->width - 2 - text_width(rest), ROLE_TEXT, rest);
}

void
part_lines(struct sheet *s, const struct setup_line *line, size_t n, bool split)
{
	int word = 4, label = 0, text;
	const int gap = split ? 2 : 3;

	for (size_t i = 0; i < n; i++) {
		const char *rest = line[i].value;
		const char *l = split ? split_label(s, &line[i], &rest) : line[i].text;

		word = wider(word, text_width(line[i].word));
		if (*rest && !is_time(rest))
			label = wider(label, text_width(l));
	}
	text = 2 + word + 2;
	for (size_t i = 0; i < n; i++)
		put_check(s, &line[i], split, text, text + label + gap);
}

/* ---- tables ---- */

static void
cell_text(struct buf *out, const struct setup_cell *c)
{
	if (!*c->word) {
		buf_puts(out, "-");
		return;
	}
	buf_printf(out, "%s %s%s%s", draw_mark(c->mark), c->word, *c->value ? " " : "", c->value);
}

/* A check of a route that still runs is as wide as it will be with its time, so that no column moves. */
static int
cell_width(const struct setup_row *row, enum way way, bool timed)
{
	const struct setup_cell *c = &row->cell[way];
	struct setup_cell later = { MARK_PASS, setup_mark_word(MARK_PASS), "0.000s" };
	struct buf b = BUF_INIT;
	int w;

	if (c->mark == MARK_NOW && *row->label == '/' && timed)
		c = &later;
	cell_text(&b, c);
	w = text_width(b.s);
	buf_free(&b);
	return w;
}

struct columns {
	enum way way[N_WAYS];
	int      n, at[N_WAYS];
};

/*
 * Columns of one width, as wide as the widest of all cells but the last
 * column's; the last one begins 18 columns before the edge of a page of 55
 * where it can, so that it keeps its place from page to page.
 */
static struct columns
lay_out(const struct screen *sc, const struct sheet *s, const struct setup_row *row, size_t n, const char *corner)
{
	struct columns c = { .n = 0 };
	int first = text_width(corner), width = 11, left;

	for (int w = 0; w < N_WAYS; w++)
		if (setup_has_way(sc->setup, (enum way)w))
			c.way[c.n++] = (enum way)w;
	for (size_t i = 0; i < n; i++)
		first = wider(first, text_width(row[i].label));
	for (int k = 0; k < c.n; k++) {
		width = wider(width, text_width(setup_way_name(c.way[k])) + 2);
		for (size_t i = 0; i < n && k + 1 < c.n; i++)
			width = wider(width, cell_width(&row[i], c.way[k], c.n < N_WAYS) + 2);
	}
	left = c.n == N_WAYS ? 55 - N_WAYS * width : 37 - width;
	left = wider(first + 2, left);
	if (left + c.n * width > s->width)
		width = (s->width - left) / wider(c.n, 1);
	for (int k = 0; k < c.n; k++)
		c.at[k] = left + k * width;
	return c;
}

static void
put_cell(struct sheet *s, int col, const struct setup_cell *c)
{
	const bool loud = c->mark == MARK_WARN || c->mark == MARK_FAIL;

	if (!*c->word) {
		sheet_put(s, col, ROLE_TEXT, "-");
		return;
	}
	sheet_put(s, col, draw_mark_role(c->mark), draw_mark(c->mark));
	col = sheet_put(s, col + 2, loud ? ROLE_BOLD : ROLE_TEXT, c->word);
	if (*c->value)
		sheet_put(s, col + 1, ROLE_TEXT, c->value);
}

void
part_table(struct screen *sc, struct sheet *s)
{
	struct setup_row row[16];
	const char *corner = "";
	const size_t n = setup_table(sc->setup, setup_page(sc->setup), row, ARRAY_LEN(row), &corner);
	struct columns c;

	if (!n)
		return;
	c = lay_out(sc, s, row, n, corner);
	sheet_gap(s);
	sheet_row(s, ROW_KEEP);
	sheet_put(s, 0, ROLE_TEXT, corner);
	for (int k = 0; k < c.n; k++)
		sheet_put(s, c.at[k], ROLE_TEXT, setup_way_name(c.way[k]));
	for (size_t i = 0; i < n; i++) {
		sheet_row(s, ROW_KEEP);
		sheet_put(s, 0, ROLE_TEXT, row[i].label);
		for (int k = 0; k < c.n; k++)
			put_cell(s, c.at[k], &row[i].cell[c.way[k]]);
	}
}

/* ---- the timeline ---- */

static void
put_time_row(struct sheet *s, const char *label, int col, const struct buf *b)
{
	sheet_row(s, ROW_KEEP);
	sheet_put(s, 0, ROLE_TEXT, label);
	sheet_put(s, col, ROLE_TEXT, b->s);
}

void
part_timeline(struct screen *sc, struct sheet *s)
{
	const struct check_timeline *t[N_WAYS] = { NULL };
	const char *const seconds = _("seconds"), *const sent = _("sent"), *const arrived = _("arrived");
	struct timeline_scale k;
	struct buf b = BUF_INIT;
	int col = wider(wider(text_width(seconds), text_width(sent)), text_width(arrived));
	const bool today = setup_timeline(sc->setup, WAY_TODAY) != NULL;

	if (setup_page(sc->setup) != PAGE_SSE || !setup_timeline(sc->setup, WAY_REHEARSAL))
		return;
	for (int w = 0; w < N_WAYS; w++) {
		t[w] = w == WAY_DIRECT ? NULL : setup_timeline(sc->setup, (enum way)w);
		if (t[w] && today)
			col = wider(col, text_width(setup_way_name((enum way)w)));
	}
	col += 2;
	k = timeline_scale(t, N_WAYS, s->width - col);
	sheet_gap(s);
	sheet_para(s, ROW_HINT, 0, false,
	           _("Five events through the rehearsal, the worst of http, https with HTTP/1.1 and https with HTTP/2:"));
	timeline_seconds(&b, &k);
	put_time_row(s, seconds, col, &b);
	buf_cut(&b, 0);
	timeline_sent(&b, &k, t[WAY_REHEARSAL]);
	put_time_row(s, sent, col, &b);
	for (int w = 0; w < N_WAYS; w++)
		if (t[w]) {
			buf_cut(&b, 0);
			timeline_arrived(&b, &k, t[w]);
			put_time_row(s, today ? setup_way_name((enum way)w) : arrived, col, &b);
		}
	buf_free(&b);
}

/* ---- sentences ---- */

void
part_paragraphs(struct sheet *s, const char *const *text, bool gaps)
{
	bool literal = false;

	for (; *text; text++) {
		const bool was = literal;

		literal = sheet_is_literal(*text);
		if (gaps || literal != was)
			sheet_gap(s);
		sheet_para(s, ROW_KEEP, literal ? 4 : 0, false, *text);
	}
}

void
part_failure(struct screen *sc, struct sheet *s, bool with_what)
{
	const enum page p = setup_page(sc->setup);
	const char *word = setup_mark_word(MARK_FAIL);
	const int text = 4 + wider(4, text_width(word));
	struct setup_failure f;

	if (!setup_failure(sc->setup, p, &f))
		return;
	if (with_what) {
		sheet_gap(s);
		sheet_row(s, ROW_KEEP);
		sheet_put(s, 0, ROLE_FAIL, draw_mark(MARK_FAIL));
		sheet_put(s, 2, ROLE_BOLD, word);
		sheet_para(s, ROW_KEEP, text, true, f.what);
	}
	sheet_gap(s);
	sheet_para(s, ROW_KEEP, 0, false, f.why);
	if (f.file) {
		sheet_para(s, ROW_KEEP, 0, false, _("It comes from this line:"));
		sheet_para(s, ROW_KEEP, 0, false, arena_printf(&s->a, "%s:%d", f.file, f.line));
		if (f.text)
			sheet_para(s, ROW_KEEP, 2, false, f.text);
	}
	sheet_gap(s);
	sheet_para(s, ROW_KEEP, 0, false, f.fix);
}

void
part_buttons(struct screen *sc, struct sheet *s, const struct item *item, const char *const *label, size_t n)
{
	int col = 0;

	sheet_row(s, ROW_KEEP);
	for (size_t i = 0; i < n; i++) {
		const bool focus = focus_here(sc, item[i].key);

		if (focus)
			sheet_cursor(s, col + 2);
		col = sheet_put(s, col, focus ? ROLE_REVERSE : ROLE_TEXT, arena_printf(&s->a, "[ %s ]", label[i]));
		col += sc->compact ? 2 : 3;
	}
}
