/* parts_table.c - pieces of the checklist pages: the table of routes, the timeline of events. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"
#include "timeline.h"

static int
wider(int a, int b)
{
	return a > b ? a : b;
}

static void
cell_text(struct buf *out, const struct setup_cell *c)
{
	if (!*c->word) {
		buf_puts(out, "-");
		return;
	}
	buf_printf(out, "%s %s%s%s", draw_mark(c->mark), c->word, *c->value ? " " : "", c->value);
}

/* A check that still runs is as wide as it will be with its time, so that no column moves. */
static int
cell_width(const struct setup_row *row, enum way way, bool timed)
{
	const struct setup_cell *c = &row->cell[way];
	struct setup_cell later = { MARK_PASS, setup_mark_word(MARK_PASS), "0.000s", 0 };
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
 * where it can, so that it keeps its place from page to page.  Where there is
 * no room for all, the heads are cut, then the labels, and no cell.
 */
static struct columns
lay_out(const struct screen *sc, const struct sheet *s, const struct setup_row *row, size_t n,
        const char *corner)
{
	struct columns c = { .n = 0 };
	int first = text_width(corner), width = 11, cells = 0, left;

	for (int w = 0; w < N_WAYS; w++)
		if (setup_has_way(sc->setup, (enum way)w))
			c.way[c.n++] = (enum way)w;
	for (size_t i = 0; i < n; i++)
		first = wider(first, text_width(row[i].label));
	for (int k = 0; k < c.n; k++) {
		width = wider(width, text_width(setup_way_name(c.way[k])) + 2);
		for (size_t i = 0; i < n && k + 1 < c.n; i++)
			cells = wider(cells, cell_width(&row[i], c.way[k], c.n < N_WAYS) + 2);
	}
	width = wider(width, cells);
	left = c.n == N_WAYS ? 55 - N_WAYS * width : 37 - width;
	left = wider(first + 2, left);
	if (left + c.n * width > s->width) {
		width = wider((s->width - left) / wider(c.n, 1), cells);
		left = wider(s->width - c.n * width, s->width / 4);
	}
	for (int k = 0; k < c.n; k++)
		c.at[k] = left + k * width;
	return c;
}

/* At most so many columns, and one between it and what comes next. */
static int
put_in(struct sheet *s, int col, int columns, enum role role, const char *text)
{
	struct buf b = BUF_INIT;

	text_clip(&b, text, columns > 1 ? columns - 1 : 0, false);
	col = sheet_put(s, col, role, b.s);
	buf_free(&b);
	return col;
}

static void
put_cell(struct sheet *s, int col, int width, const struct setup_cell *c)
{
	const bool loud = c->mark == MARK_WARN || c->mark == MARK_FAIL;
	const int end = col + width;

	if (!*c->word) {
		sheet_put(s, col, ROLE_TEXT, "-");
		return;
	}
	sheet_put(s, col, draw_mark_role(c->mark), draw_mark(c->mark));
	col = put_in(s, col + 2, width - 2, loud ? ROLE_BOLD : ROLE_TEXT, c->word);
	if (*c->value)
		put_in(s, col + 1, end - col - 1, ROLE_TEXT, c->value);
}

/* To the next one, the last to the edge of the page. */
static int
width_of(const struct sheet *s, const struct columns *c, int k)
{
	return k + 1 < c->n ? c->at[k + 1] - c->at[k] : s->width + 1 - c->at[k];
}

void
part_table(struct screen *sc, struct sheet *s)
{
	struct setup_row row[16];
	const char *corner = "";
	const size_t n = setup_table(sc->setup, setup_page(sc->setup), row, ARRAY_LEN(row),
	                             &corner);
	struct columns c;

	if (!n)
		return;
	c = lay_out(sc, s, row, n, corner);
	sheet_gap(s);
	sheet_row(s, ROW_KEEP);
	put_in(s, 0, c.at[0], ROLE_TEXT, corner);
	for (int k = 0; k < c.n; k++)
		put_in(s, c.at[k], width_of(s, &c, k), ROLE_TEXT, setup_way_name(c.way[k]));
	for (size_t i = 0; i < n; i++) {
		sheet_row(s, ROW_KEEP);
		put_in(s, 0, c.at[0], ROLE_TEXT, row[i].label);
		for (int k = 0; k < c.n; k++)
			put_cell(s, c.at[k], width_of(s, &c, k), &row[i].cell[c.way[k]]);
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
	const char *const seconds = _("seconds");
	const char *const sent = _("sent");
	const char *const arrived = _("arrived");
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
	           _("Five events through the rehearsal, the worst of http, https with HTTP/1.1 "
	             "and https with HTTP/2:"));
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
