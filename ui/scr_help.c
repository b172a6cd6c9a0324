/* scr_help.c - screens that are only read: help, glossary, the commands for another session. */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"

/* The keys of the page that is explained, also those the legend had no room for. */
static void
put_keys(struct screen *sc, struct sheet *s)
{
	const char *name, *label;
	unsigned where;
	int col = 0;

	sc->at.view = VIEW_PAGE;
	where = screen_where(sc) & ~IF_SCROLLS; /* that is said of the help itself */
	sc->at.view = VIEW_HELP;
	for (size_t i = 0; keys_at(i, where, &name, &label); i++)
		col = text_width(name) > col ? text_width(name) : col;
	sheet_gap(s);
	for (size_t i = 0; keys_at(i, where, &name, &label); i++) {
		sheet_row(s, ROW_KEEP);
		sheet_put(s, 4, ROLE_TEXT, name);
		sheet_put(s, 4 + col + 2, ROLE_TEXT, label);
	}
}

/* What the page itself shows of it, once more: here it can be read in one place. */
static void
put_seen(struct screen *sc, struct sheet *s)
{
	struct setup_line line[MAX_LINES];
	const enum page p = setup_page(sc->setup);
	const size_t n = setup_lines(sc->setup, p, line, MAX_LINES), before = s->n;

	if (p >= PAGE_REVIEW)
		return;
	sheet_gap(s);
	sheet_para(s, ROW_KEEP, 0, false, _("What was seen here:"));
	part_table(sc, s);
	part_timeline(sc, s);
	if (n)
		sheet_gap(s);
	part_lines(s, line, n, p == PAGE_PUBLIC);
	if (s->n == before + 2) /* nothing yet */
		s->n = before;
}

static void
help_build(struct screen *sc, struct sheet *s)
{
	for (const char *const *p = setup_help(sc->setup, setup_page(sc->setup)); *p; p++) {
		sheet_gap(s);
		sheet_para(s, ROW_KEEP, 0, false, *p);
	}
	put_seen(sc, s);
	put_keys(sc, s);
}

static void
glossary_build(struct screen *sc, struct sheet *s)
{
	struct setup_term t[40];
	const size_t n = setup_glossary(t, ARRAY_LEN(t));
	int col = 0;

	(void)sc;
	for (size_t i = 0; i < n; i++)
		col = text_width(t[i].term) > col ? text_width(t[i].term) : col;
	for (size_t i = 0; i < n; i++) {
		sheet_row(s, ROW_KEEP);
		sheet_put(s, 0, ROLE_TEXT, t[i].term);
		sheet_para(s, ROW_KEEP, col + 2, true, t[i].meaning);
	}
}

static void
commands_build(struct screen *sc, struct sheet *s)
{
	const char *const *c = setup_commands(sc->setup);

	if (setup_root_command(sc->setup)) {
		sheet_para(s, ROW_KEEP, 0, false,
		           _("This needs root. Nothing was changed. Leave here and run this as root:"));
		sheet_gap(s);
		sheet_para(s, ROW_KEEP, 4, false, setup_root_command(sc->setup));
		return;
	}
	sheet_para(s, ROW_KEEP, 0, false, setup_repairs(sc->setup)
	           ? _("Writing needs root. Nothing was changed. Run this as root:")
	           : _("Writing needs root. Your answers are saved; run this as root:"));
	sheet_gap(s);
	sheet_para(s, ROW_KEEP, 4, false, c[0]);
	if (!c[1])
		return;
	sheet_gap(s);
	sheet_para(s, ROW_KEEP, 0, false, _("To rehearse them, which writes nothing:"));
	sheet_gap(s);
	sheet_para(s, ROW_KEEP, 4, false, c[1]);
}

/* What is to be written; or what a change that was broken off had written. */
static void
diff_build(struct screen *sc, struct sheet *s)
{
	struct setup_finding f = { .diff = "" };
	const char *diff = setup_page(sc->setup) == PAGE_REVIEW ? setup_diff(sc->setup)
	                 : setup_page(sc->setup) == PAGE_REPAIR ? (setup_finding(sc->setup, sc->finding, &f), f.diff)
	                                                        : setup_interrupted_diff(sc->setup);

	if (!diff || !*diff) {
		sheet_para(s, ROW_KEEP, 0, false, setup_page(sc->setup) == PAGE_REPAIR ? f.change : setup_page(sc->setup) == PAGE_REVIEW ? _("Nothing differs.") : _("Nothing was written yet."));
		return;
	}
	sc->diff_cut = false;
	while (*diff) {
		const size_t n = strcspn(diff, "\n");

		part_diff_line(sc, s, diff, n, 0);
		diff += n + (diff[n] == '\n');
	}
}

static bool
diff_act(struct screen *sc, enum act a, int key)
{
	(void)key;
	return part_diff_shift(sc, a);
}

const struct scr scr_diff = { .full = true, .build = diff_build, .act = diff_act };
const struct scr scr_help = { .full = true, .most = READ_COLUMNS, .build = help_build };
const struct scr scr_glossary = { .full = true, .most = READ_COLUMNS, .build = glossary_build };
const struct scr scr_commands = { .full = true, .build = commands_build };
