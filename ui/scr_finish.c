/* scr_finish.c - step 11, which only watches, and the result. */
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"

static const char finish_key[] = "finish", report_key[] = "report", hold_key[] = "hold";

/* Every step keeps its row, for as long as the one that is done now has a place below them. */
static void
put_lines(struct screen *sc, struct sheet *s, enum page p)
{
	struct setup_line line[MAX_LINES];
	const size_t n = setup_lines(sc->setup, p, line, MAX_LINES);

	sheet_gap(s);
	s->steps = true;
	part_lines(s, line, n, true);
}

static bool
is_pair(const struct setup_line *l)
{
	return l->mark == MARK_NONE && !*l->word && *l->value;
}

/* Label and value; a command that is too long to stand beside its label stands under it, unbroken where it fits. */
static void
put_pairs(struct sheet *s, const struct setup_line *line, size_t n)
{
	int col = 0;

	for (size_t i = 0; i < n; i++)
		if (text_width(line[i].text) + 2 > col)
			col = text_width(line[i].text) + 2;
	for (size_t i = 0; i < n; i++) {
		sheet_row(s, ROW_KEEP);
		sheet_put(s, 0, ROLE_TEXT, line[i].text);
		sheet_para(s, ROW_KEEP, col, true, line[i].value);
	}
}

/* The checks and steps, then the advice, then what was changed and how to undo it. */
static void
put_result(struct screen *sc, struct sheet *s)
{
	struct setup_line line[MAX_LINES], pair[8];
	const size_t all = setup_lines(sc->setup, PAGE_RESULT, line, MAX_LINES);
	size_t n = 0, pairs = 0;

	for (size_t i = 0; i < all; i++)
		if (!is_pair(&line[i]))
			line[n++] = line[i];
		else if (pairs < ARRAY_LEN(pair))
			pair[pairs++] = line[i];
	sheet_gap(s);
	s->steps = setup_outcome(sc->setup) != OUTCOME_WORKS;
	part_lines(s, line, n, true);
	sheet_gap(s);
	part_paragraphs(s, setup_advice(sc->setup, PAGE_RESULT), true);
	sheet_gap(s);
	put_pairs(s, pair, pairs);
	sheet_gap(s);
}

/* What stays stands at the bottom, so that a row that comes moves nothing. */
static void
change_build(struct screen *sc, struct sheet *s)
{
	const enum page p = setup_page(sc->setup);
	const char *const *advice = setup_advice(sc->setup, p);
	const bool over = p == PAGE_WATCH && !setup_busy(sc->setup);
	const int keep = setup_keep_seconds(sc->setup);
	struct sheet below;

	if (keep >= 0) /* TRANSLATORS: a question, and the seconds that are left for the answer; at most 55 columns */
		sheet_para(s, ROW_KEEP, 0, false, arena_printf(&s->a, _("It works. Keep it? %d s"), keep));
	else if (!sc->compact)
		sheet_para(s, ROW_KEEP, 0, false, _(pages[p].name));
	put_lines(sc, s, p);
	sheet_gap(s);
	sheet_start(&below, s->width);
	part_paragraphs(&below, advice, false);
	while (s->n + below.n + 1 + over < (size_t)sc->rows)
		sheet_row(s, ROW_KEEP);
	sheet_free(&below);
	part_paragraphs(s, advice, false);
	if (over)
		sheet_para(s, ROW_KEEP, 0, false, _("Press Enter to go on."));
}

/* Nothing goes back from here, and Enter waits for the end, but where it is asked to keep it. */
static bool
apply_act(struct screen *sc, enum act a, int key)
{
	(void)key;
	if (a == ACT_MAIN)
		setup_keep(sc->setup, true);
	return a == ACT_MAIN || a == ACT_BACK || a == ACT_QUIT;
}

const struct scr scr_apply = { .most = PAGE_COLUMNS, .build = change_build, .act = apply_act };

/* Of another's change nothing is stopped from here; when it has ended this run begins. */
static bool
watch_act(struct screen *sc, enum act a, int key)
{
	struct err e = { 0 };

	(void)key;
	if (a == ACT_QUIT)
		sc->leave(sc->ctx, LEAVE_QUIT);
	else if (a == ACT_MAIN && !setup_busy(sc->setup) && setup_go_on(sc->setup, &e) < 0)
		screen_say(sc, e.msg);
	return a == ACT_MAIN || a == ACT_BACK || a == ACT_QUIT;
}

const struct scr scr_watch = { .most = PAGE_COLUMNS, .build = change_build, .act = watch_act };

/* ---- the result ---- */

static size_t
result_items(const struct screen *sc, struct item *out)
{
	size_t n = 0;

	for (const char *const *l = setup_lists(sc->setup, PAGE_RESULT); *l && n < MAX_ITEMS; l++)
		out[n++] = (struct item){ ITEM_LIST, *l };
	if (!n)
		out[n++] = (struct item){ ITEM_BUTTON, finish_key };
	out[n++] = (struct item){ ITEM_BUTTON, report_key };
	if (setup_outcome(sc->setup) == OUTCOME_WORKS && part_has_hold(sc->setup))
		out[n++] = (struct item){ ITEM_BUTTON, hold_key };
	return n;
}

static void
result_build(struct screen *sc, struct sheet *s)
{
	const char *const label[] = { C_("button", "Finish"), _("Write a report"),
	                              setup_holding(sc->setup) ? _("Stop waiting")
	                              : arena_printf(&s->a, _("Hold a stream %d s"), setup_hold_seconds(sc->setup)) };
	struct item item[MAX_ITEMS];
	const size_t n = result_items(sc, item);

	sheet_para(s, ROW_KEEP, 0, false, setup_result_heading(sc->setup));
	put_result(sc, s);
	if (item[0].kind == ITEM_BUTTON) {
		part_buttons(sc, s, item, label, n);
		return;
	}
	for (size_t i = 0; i + 1 < n; i++)
		part_list(sc, s, item[i].key, 0);
	sheet_gap(s);
	part_buttons(sc, s, &item[n - 1], &label[1], 1);
}

static void
write_report(struct screen *sc)
{
	struct err e = { 0 };
	const char *path = setup_write_report(sc->setup, &e);
	struct buf b = BUF_INIT;

	if (path) /* TRANSLATORS: %s is a file in the current directory */
		buf_printf(&b, _("The report is in %s."), path);
	screen_say(sc, path ? b.s : e.msg);
	buf_free(&b);
}

static bool
result_act(struct screen *sc, enum act a, int key)
{
	(void)key;
	if (a == ACT_BACK && setup_holding(sc->setup)) {
		setup_hold_stop(sc->setup);
		return true;
	}
	if (screen_item(sc).kind != ITEM_BUTTON)
		return false;
	if (focus_beside(sc, a))
		return true;
	if (a != ACT_MAIN && a != ACT_SPACE)
		return false;
	if (screen_is_on(sc, report_key)) {
		write_report(sc);
		return true;
	}
	if (screen_is_on(sc, hold_key)) {
		if (setup_holding(sc->setup))
			setup_hold_stop(sc->setup);
		else
			setup_hold(sc->setup);
		return true;
	}
	sc->leave(sc->ctx, LEAVE_DONE);
	return true;
}

const struct scr scr_result = { .most = PAGE_COLUMNS, .build = result_build, .items = result_items, .act = result_act };
