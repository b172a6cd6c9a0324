/* scr_repair.c - the doctor: one finding a page, the line to blame, and the change that settles it. */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"

#define LEAST_DIFF 4 /* rows: a change of two lines, where it is read, and a blank one */

static const char take_key[] = "take", leave_key[] = "leave", next_key[] = "next";

static bool
is_last(const struct screen *sc)
{
	return sc->finding + 1 >= setup_findings(sc->setup);
}

/* On a small screen one that was given has no row. */
static bool
asks_password(const struct screen *sc, struct setup_field *field)
{
	return setup_fields(sc->setup, PAGE_REPAIR, field, MAX_EDITORS) && !(sc->compact && *field[0].value && !*field[0].error);
}

static size_t
repair_items(const struct screen *sc, struct item *out)
{
	struct setup_field field[MAX_EDITORS];
	struct setup_finding f;
	size_t n = 0;

	if (!setup_finding(sc->setup, sc->finding, &f))
		return 0;
	if (f.can_take) {
		out[n++] = (struct item){ ITEM_BUTTON, take_key };
		out[n++] = (struct item){ ITEM_BUTTON, leave_key };
	} else {
		out[n++] = (struct item){ ITEM_BUTTON, next_key };
	}
	if (asks_password(sc, field) && !field[0].closed)
		out[n++] = (struct item){ ITEM_FIELD, field[0].key };
	return n;
}

/* ---- drawing ---- */

static void
put_source(struct screen *sc, struct sheet *s, const struct setup_finding *f)
{
	for (size_t i = 0; i < f->n_source; i++) {
		const struct excerpt_line *l = &f->source[i];
		const enum role role = l->guilty ? ROLE_BOLD : ROLE_TEXT;
		const char *text = draw_clean(&s->a, l->text);
		const char *number = arena_printf(&s->a, "%s%4d | ", l->guilty ? ">" : " ", l->number);
		const int room = s->width - text_width(number) - 1;

		if (sc->compact && !l->guilty)
			continue;
		sheet_row(s, l->guilty ? ROW_KEEP : ROW_HINT);
		sheet_put(s, 0, role, number);
		sheet_put(s, text_width(number), role, arena_strndup(&s->a, text, text_fit(text, room, NULL)));
		if (text_width(text) > room)
			sheet_put(s, s->width - 1, ROLE_BOLD, ">");
	}
}

/* Labels in a column of their own, the sentences beside them. */
static void
put_pairs(struct screen *sc, struct sheet *s, const struct setup_finding *f)
{
	/* TRANSLATORS: labels at the left of the doctor's page: why it matters, what was seen without the proxy and with it, what fixes it */
	const struct { const char *label, *text; } pairs[] = {
		{ _("Why"), sc->compact ? "" : f->why }, { _("Direct"), f->seen_direct }, { _("Seen"), f->seen },
		{ _("Fix"), f->fix }, { "", f->change },
	};
	int col = 0;

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (text_width(pairs[i].label) + 2 > col)
			col = text_width(pairs[i].label) + 2;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (!*pairs[i].text)
			continue;
		sheet_row(s, ROW_KEEP);
		sheet_put(s, 0, ROLE_BOLD, pairs[i].label);
		sheet_para(s, ROW_KEEP, col, true, pairs[i].text);
	}
}

static int
end_of_row(const struct sheet *s)
{
	const struct sheet_row *last = &s->row[s->n - 1];
	const struct span *span = last->n ? &last->span[last->n - 1] : NULL;

	return span ? span->col + text_width(span->text) : 0;
}

static void
put_below(struct screen *sc, struct sheet *s, const struct setup_finding *f)
{
	const bool last = is_last(sc);
	const char *label[3];
	struct item item[MAX_ITEMS];
	size_t n = repair_items(sc, item), buttons = 0, top;

	for (; buttons < n && item[buttons].kind == ITEM_BUTTON; buttons++)
		label[buttons] = item[buttons].key == take_key ? (f->taken ? _("Take this fix (taken)") : _("Take this fix"))
		               : item[buttons].key == leave_key ? _("Leave it")
		               : last ? _("To the review") : _("Next finding");
	top = s->n;
	part_buttons(sc, s, item, label, buttons);
	if (end_of_row(s) + 1 > s->width - text_width(f->cause) - 1)
		sheet_row(s, ROW_KEEP);
	sheet_put(s, s->width - text_width(f->cause) - 1, ROLE_TEXT, f->cause);
	for (; top < s->n; top++) /* it stays where the rest is scrolled */
		s->row[top].kind = ROW_PRESS;
}

static void
build_nothing(struct screen *sc, struct sheet *s)
{
	sheet_para(s, ROW_KEEP, 0, false, setup_busy(sc->setup) ? _("The site is being checked: a few seconds.")
	           : _("Nothing is wrong any more. Esc goes back."));
}

/* Where there is no room for all of it, from the first line that changes: the file is named above. */
static const char *
diff_for(const char *diff, size_t rows)
{
	const char *p = diff, *change = NULL;
	size_t lines = 0;
	bool inside = false;

	for (; *p; p += strcspn(p, "\n"), p += *p == '\n', lines++) {
		if (!change && inside && (*p == '+' || *p == '-'))
			change = p;
		inside = inside || *p == '@';
	}
	return change && lines > rows ? change : diff;
}

static void
repair_build(struct screen *sc, struct sheet *s)
{
	struct setup_field field[MAX_EDITORS];
	struct setup_finding f;
	struct setup_line line;
	size_t room;

	if (sc->finding && sc->finding >= setup_findings(sc->setup))
		sc->finding = 0; /* looked at anew, there are fewer */
	if (!setup_finding(sc->setup, sc->finding, &f)) {
		build_nothing(sc, s);
		return;
	}
	line = (struct setup_line){ f.mark, setup_mark_word(f.mark), f.sentence, "", 0 };
	part_lines(s, &line, 1, false);
	sheet_gap(s);
	if (f.file) {
		sheet_para(s, ROW_KEEP, 0, false, arena_printf(&s->a, "%s:%d", f.file, f.line));
		put_source(sc, s, &f);
		sheet_gap(s);
	}
	put_pairs(sc, s, &f);
	if (asks_password(sc, field))
		part_fields(sc, s);
	room = (size_t)sc->rows - 1;
	if (*f.diff && sheet_fit(s, room - LEAST_DIFF))
		part_diff(sc, s, diff_for(f.diff, room - s->n - 1), room - s->n - 1, false);
	else
		sheet_gap(s);
	put_below(sc, s, &f);
}

/* ---- keys ---- */

static void
go_on(struct screen *sc)
{
	if (!is_last(sc)) {
		sc->finding++;
		sc->diff_top = 0;
		sc->diff_left = 0;
		focus_first(sc);
	} else if (setup_findings_taken(sc->setup)) {
		screen_next(sc);
	} else {
		screen_say(sc, _("No fix was taken, so there is nothing to write. Esc goes back."));
	}
}

static bool
repair_act(struct screen *sc, enum act a, int key)
{
	const struct item item = screen_item(sc);

	(void)key;
	if (a == ACT_BACK && sc->finding) {
		sc->finding--;
		focus_first(sc);
		return true;
	}
	if (a == ACT_PAGE_DOWN || a == ACT_PAGE_UP || a == ACT_TOP || a == ACT_BOTTOM)
		return !sc->scrolls && part_diff_act(sc, a); /* a page that is longer has no room for the difference */
	if (!item.key || item.kind != ITEM_BUTTON)
		return false;
	if (focus_beside(sc, a))
		return true;
	if (a != ACT_MAIN && a != ACT_SPACE)
		return false;
	if (item.key != next_key)
		setup_take(sc->setup, sc->finding, item.key == take_key);
	go_on(sc);
	return true;
}

const struct scr scr_repair = { .full = true, .build = repair_build, .items = repair_items, .act = repair_act };
