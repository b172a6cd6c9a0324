/* frame.c - what is around every page: title, list of steps, message, safety line, keys. */
#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "draw.h"
#include "screens.h"

#define LIST_COLUMNS 22

static const struct {
	const char *text;
	const char *button[2]; /* the safe one first */
} questions[] = {
	[ASK_LEAVE] = {
		N_("Leave? Your answers are kept."), { N_("Stay"), N_("Leave") } },
	[ASK_GIVE_UP] = {
		N_("Leave? Answers that were not saved are given up."), { N_("Stay"), N_("Leave") } },
	[ASK_ONLY_LEAVE] = {
		N_("Leave? There is nothing to be lost."), { N_("Stay"), N_("Leave") } },
	[ASK_HALF_WAY] = {
		N_("Leave it half-way? The proxy still runs with the old configuration."),
		{ N_("Stay"), N_("Leave") } },
	[ASK_SILENT] = {
		N_("Its event streams are silent, and no proxy can help. Go on anyway?"),
		{ N_("No"), N_("Yes") } },
	[ASK_UNPROTECTED] = {
		N_("OpenChamber has no UI password. Open it to everyone who finds the address?"),
		{ N_("No"), N_("Yes") } },
	[ASK_TEST] = {
		N_("Every browser warns of a test certificate. Use it on a public name anyway?"),
		{ N_("No"), N_("Yes") } },
	[ASK_UNDO] = {
		N_("Undo the last change? What was there before it comes back."),
		{ N_("No"), N_("Yes") } },
	[ASK_REMOVE] = {
		N_("Take away all that was ever written, and put back what was there before?"),
		{ N_("No"), N_("Yes") } },
};

/* ---- title ---- */

static const char *
strip_sign(const struct screen *sc, enum page p)
{
	const enum mark m = setup_mark(sc->setup, p);

	/* That the step one is on has failed says more than that one is on it: its name stands beside. */
	if (p == page_step(setup_page(sc->setup)) && !screen_is_half_way(sc) && m != MARK_FAIL)
		return ">";
	return m == MARK_NONE ? "." : draw_mark(m);
}

/* Eleven marks in three groups: where one is, without the list. */
static void
strip(const struct screen *sc, struct buf *out)
{
	for (int p = 0; p < N_STEPS; p++) {
		if (p == PAGE_WEBSOCKET || p == PAGE_REVIEW)
			buf_putc(out, ' ');
		buf_puts(out, strip_sign(sc, (enum page)p));
	}
}

static void
title_right(const struct screen *sc, struct buf *out)
{
	const enum page p = setup_page(sc->setup);

	if (sc->at.view == VIEW_HELP || sc->at.view == VIEW_GLOSSARY)
		buf_puts(out, _(pages[p].name));
	else if (p == PAGE_RESULT)
		buf_puts(out, _("result"));
	else if (p == PAGE_WATCH) /* TRANSLATORS: at the right of the title: another run, while it changes this server */
		buf_puts(out, _("watching"));
	else if (p == PAGE_LATER)
		buf_puts(out, setup_later_since(sc->setup));
	else if (p == PAGE_REPAIR && setup_findings(sc->setup)) /* TRANSLATORS: which of how many */
		buf_printf(out, _("finding %1$d of %2$d"), (int)sc->finding + 1, (int)setup_findings(sc->setup));
	else if (p == PAGE_REPAIR)
		buf_puts(out, _(pages[p].name));
	else if (screen_is_half_way(sc))
		buf_puts(out, _("before step 1"));
	else /* TRANSLATORS: at the right of the title: which step, of how many */
		buf_printf(out, _("step %1$d of %2$d"), (int)page_step(p) + 1, N_STEPS);
}

static const char *
title_left(const struct screen *sc)
{
	if (sc->at.view == VIEW_HELP)
		return _("Antechamber: help");
	if (sc->at.view == VIEW_GLOSSARY)
		return _("Antechamber: glossary");
	if (setup_page(sc->setup) == PAGE_REVIEW && !setup_is_practice(sc->setup))
		return _("Antechamber: review before anything is written");
	return setup_title(sc->setup);
}

static void
draw_title(const struct screen *sc, struct arena *a)
{
	struct buf right = BUF_INIT, left = BUF_INIT;
	const enum page p = setup_page(sc->setup);
	const char *r, *l;
	const bool small = sc->compact && sc->at.view != VIEW_HELP && sc->at.view != VIEW_GLOSSARY;

	if (small && p == PAGE_REPAIR && setup_is_practice(sc->setup)) { /* its whole title has no room */
		title_right(sc, &right);
		buf_printf(&left, "%s  %s", _(pages[p].name), _("PRACTICE"));
	} else if (small && p != PAGE_LATER && p != PAGE_REPAIR) {
		strip(sc, &right);
		if (screen_is_half_way(sc))
			buf_puts(&left, _("before step 1"));
		else if (page_step(p) < N_STEPS)
			buf_printf(&left, "%d/%d %s", (int)page_step(p) + 1, N_STEPS, _(pages[p].name));
		else
			buf_puts(&left, _(pages[p].name));
		/* TRANSLATORS: behind the name of a step, on a small screen */
		if (setup_is_practice(sc->setup))
			buf_printf(&left, "  %s", _("PRACTICE"));
	} else {
		if (p == PAGE_REVIEW && sc->at.view == VIEW_PAGE) {
			strip(sc, &right);
			buf_puts(&right, "  ");
		}
		title_right(sc, &right);
		buf_puts(&left, title_left(sc));
	}
	r = draw_clean(a, right.s);
	l = draw_clean(a, left.s);
	draw_fill(0, 0, COLS, ROLE_REVERSE);
	draw_text(0, COLS - 1 - text_width(r), text_width(r), ROLE_REVERSE, r);
	draw_text(0, 1, COLS - 4 - text_width(r), ROLE_REVERSE, l);
	buf_free(&right);
	buf_free(&left);
}

/* ---- the list of steps ---- */

static void
draw_step(const struct screen *sc, struct arena *a, int y, enum page p)
{
	const enum mark m = setup_mark(sc->setup, p);
	const bool half_way = screen_is_half_way(sc);
	const bool current = half_way ? p == PAGE_APPLY
	                   : p == page_step(setup_page(sc->setup)) ||
	                     (p == PAGE_APPLY && setup_page(sc->setup) == PAGE_RESULT);

	if (current)
		draw_text(y, 0, 1, ROLE_BOLD, ">");
	draw_text(y, 1, 1, draw_mark_role(m), draw_mark(m));
	draw_text(y, 3, LIST_COLUMNS - 4, current ? ROLE_BOLD : ROLE_TEXT,
	          draw_clean(a, _(pages[p].name)));
}

static void
draw_list(const struct screen *sc, struct arena *a)
{
	int y = 1;

	for (int p = 0; p < N_STEPS; p++) {
		if (p == 0 || pages[p].part != pages[p - 1].part) {
			y += p > 0;
			draw_text(y++, 3, LIST_COLUMNS - 4, ROLE_TEXT,
			          draw_clean(a, page_part_name(pages[p].part)));
		}
		draw_step(sc, a, y++, (enum page)p);
	}
	draw_line(1, LIST_COLUMNS, LINES - 4);
}

/* ---- below ---- */

static int
button_columns(const char *const button[2])
{
	return text_width(button[0]) + 2 + text_width(button[1]);
}

/* What the message row says; for a question its text. */
/* What is written is explained in the files themselves, in English; F1 says so once more where there is no room. */
static const char *
read_first(const struct screen *sc)
{
	const bool closed = setup_apply_way(sc->setup) == APPLY_CLOSED;

	if (sc->compact || strcmp(i18n_language(), "en") == 0)
		return closed ? _("Read first. Then Tab goes to the buttons.") : _("Read first. Then Tab goes to the buttons, or a applies.");
	/* TRANSLATORS: at most 78 columns, never shown in English */
	return closed ? _("Read first; comments in the files are English. Tab goes to the buttons.")
	              : _("Read first; comments in the files are English. Tab: buttons, a: apply.");
}

static const char *
message_text(const struct screen *sc)
{
	struct item items[MAX_ITEMS];

	if (sc->at.question != ASK_NOTHING)
		return _(questions[sc->at.question].text);
	if (sc->at.view != VIEW_PAGE)
		return "";
	if (*sc->message && (!sc->message_waits || setup_busy(sc->setup)))
		return sc->message;
	if (!*setup_message(sc->setup) && setup_page(sc->setup) == PAGE_REVIEW &&
	    *setup_diff(sc->setup))
		return read_first(sc);
	if (setup_page(sc->setup) == PAGE_REPAIR && screen_items(sc, items) && strcmp(items[0].key, "take") == 0)
		return sc->compact ? _("F3 shows the change. Taking it writes nothing yet.")
		                   : _("Taking a fix writes nothing yet: the fixes are reviewed together.");
	return setup_message(sc->setup);
}

static void
question_buttons(const struct screen *sc, struct arena *a, const char *button[2])
{
	for (int i = 0; i < 2; i++)
		button[i] = arena_printf(a, "[ %s ]",
		                         draw_clean(a, _(questions[sc->at.question].button[i])));
}

/* The message as rows: mostly one; a long one, or a question's buttons, take rows from the page. */
static void
wrap_message(const struct screen *sc, struct sheet *s)
{
	const char *button[2];
	const char *last;

	sheet_start(s, COLS - 2);
	sheet_para(s, ROW_KEEP, 0, false, message_text(sc));
	if (!s->n)
		sheet_row(s, ROW_KEEP);
	if (sc->at.question == ASK_NOTHING)
		return;
	question_buttons(sc, &s->a, button);
	last = s->row[s->n - 1].n ? s->row[s->n - 1].span[0].text : "";
	if (text_width(last) + 3 + button_columns(button) > s->width)
		sheet_row(s, ROW_KEEP);
}

static void
draw_question(const struct screen *sc, struct arena *a, int y, int x, int *cy, int *cx)
{
	const char *button[2];

	question_buttons(sc, a, button);
	for (int i = 0; i < 2; i++) {
		const bool focus = sc->yes == (i == 1);

		if (focus) {
			*cy = y;
			*cx = x + 2;
		}
		draw_text(y, x, COLS - x - 1, focus ? ROLE_REVERSE : ROLE_TEXT, button[i]);
		x += text_width(button[i]) + 2;
	}
}

static void
draw_below(const struct screen *sc, struct arena *a, const struct sheet *message, int *cy, int *cx)
{
	const struct sheet_row *last = &message->row[message->n - 1];
	struct buf keys = BUF_INIT;

	for (size_t i = 0; i < message->n; i++)
		if (message->row[i].n)
			draw_text(LINES - 2 - (int)(message->n - i), 1, COLS - 2, ROLE_TEXT,
			          message->row[i].span[0].text);
	if (sc->at.question != ASK_NOTHING)
		draw_question(sc, a, LINES - 3,
		              last->n ? 1 + text_width(last->span[0].text) + 3 : 1, cy, cx);
	draw_text(LINES - 2, 1, COLS - 2, ROLE_TEXT, draw_clean(a, setup_safety(sc->setup)));
	keys_legend(&keys, screen_where(sc), COLS - 2);
	draw_fill(LINES - 1, 0, COLS - 1, ROLE_REVERSE);
	draw_text(LINES - 1, 1, COLS - 2, ROLE_REVERSE, draw_clean(a, keys.s));
	buf_free(&keys);
}

/* ---- the page ---- */

/* Up to where the next part begins: half of a wide letter below another would stay there as anything. */
static int
room_of(const struct sheet_row *r, size_t i, int width)
{
	int end = width;

	for (size_t k = i + 1; k < r->n; k++)
		if (r->span[k].col > r->span[i].col && r->span[k].col < end)
			end = r->span[k].col;
	return end - r->span[i].col;
}

static void
draw_row(const struct sheet_row *r, int y, int x, int width)
{
	for (size_t i = 0; i < r->n; i++)
		draw_text(y, x + r->span[i].col, room_of(r, i, width), r->span[i].role,
		          r->span[i].text);
}

/* Where that is enough: else its parts stay apart. */
static bool
close_gaps(struct sheet *s, size_t rows)
{
	if (s->n > rows + sheet_gaps(s))
		return false;
	if (s->n > rows)
		sheet_close_gaps(s, s->n - rows);
	return true;
}

/* Step 4's checks come and go as the address is typed: gaps whose room was needed once stay closed. */
static bool
fit_steadily(struct screen *sc, struct sheet *s, size_t rows)
{
	size_t *closed = &sc->gaps_closed[sc->compact];
	const size_t gaps = sheet_gaps(s);
	bool fits;

	if (sc->at.view != VIEW_PAGE) /* what is read scrolls, and is whole */
		return close_gaps(s, rows);
	if (setup_page(sc->setup) != PAGE_PUBLIC)
		return sheet_fit(s, rows);
	sheet_close_gaps(s, *closed);
	fits = sheet_fit(s, rows);
	if (fits)
		*closed = gaps - sheet_gaps(s);
	return fits;
}

static bool
build(struct screen *sc, struct sheet *s, int width)
{
	sheet_start(s, width);
	screen_kind(sc)->build(sc, s);
	return fit_steadily(sc, s, (size_t)sc->rows);
}

static void
draw_sheet(struct screen *sc, struct sheet *s, int x, int *cy, int *cx)
{
	size_t rows = (size_t)sc->rows, pinned = 0, top;

	if (s->n > rows && sheet_pinned(s) <= rows / 2)
		pinned = sheet_pinned(s);
	rows -= pinned;
	s->n -= pinned;
	top = sc->at.top;
	if (s->n <= rows)
		top = 0;
	else if (top > s->n - rows)
		top = s->n - rows;
	if (sc->follow)
		top = sheet_top(s, rows, top);
	sc->follow = false;
	sc->scrolls = s->n > rows;
	sc->at.top = top;
	*cy = 1;
	*cx = x;
	for (size_t i = top; i < s->n && i < top + rows; i++) {
		draw_row(&s->row[i], 1 + (int)(i - top), x, s->width);
		if (s->row[i].cursor >= 0) {
			*cy = 1 + (int)(i - top);
			*cx = x + s->row[i].cursor;
		}
	}
	if (s->n > top + rows)
		draw_text((int)rows, x + sc->width, 1, ROLE_TEXT, draw_more());
	for (size_t i = 0; i < pinned; i++) {
		const struct sheet_row *r = &s->row[s->n + i];

		draw_row(r, 1 + (int)(rows + i), x, s->width);
		if (r->cursor >= 0) {
			*cy = 1 + (int)(rows + i);
			*cx = x + r->cursor;
		}
	}
}

static void
draw_too_small(void)
{
	struct buf b = BUF_INIT;
	struct sheet s;

	/* TRANSLATORS: %1$d and %2$d are columns and rows of the window, the others what is needed */
	buf_printf(&b, _("%1$dx%2$d is too small. Make the window at least %3$dx%4$d, "
	                 "or press p for line mode."), COLS, LINES, LEAST_COLUMNS, LEAST_ROWS);
	sheet_start(&s, COLS);
	sheet_para(&s, ROW_KEEP, 0, false, b.s);
	for (size_t i = 0; i < s.n; i++)
		draw_row(&s.row[i], (int)i, 0, COLS);
	sheet_free(&s);
	buf_free(&b);
	move(0, 0);
}

void
frame_draw(struct screen *sc)
{
	const struct scr *kind = screen_kind(sc);
	struct arena a = { 0 };
	struct sheet s, message;
	int cy, cx, x;

	if (COLS < LEAST_COLUMNS || LINES < LEAST_ROWS) {
		draw_too_small();
		return;
	}
	sc->compact = COLS < 80 || LINES < 24;
	wrap_message(sc, &message);
	sc->rows = LINES - 3 - (int)message.n;
	x = sc->compact || kind->full ? 1 : LIST_COLUMNS + 2;
	sc->width = COLS - 1 - x;
	if (kind->most && sc->width > kind->most)
		sc->width = kind->most;
	draw_title(sc, &a);
	if (x > 1)
		draw_list(sc, &a);
	if (!build(sc, &s, sc->width)) { /* it has to scroll: a blank between it and the sign that there is more */
		sheet_free(&s);
		build(sc, &s, sc->width - 1);
	}
	draw_sheet(sc, &s, x, &cy, &cx);
	sheet_free(&s);
	draw_below(sc, &a, &message, &cy, &cx);
	sheet_free(&message);
	move(cy, cx);
	arena_free(&a);
}
