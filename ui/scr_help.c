/* scr_help.c - screens that are only read: help, glossary, the commands for another session. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"

/* The keys of the page that is explained, also those the legend had no room for. */
static void
put_keys(struct screen *sc, struct sheet *s)
{
	struct buf b = BUF_INIT;

	sc->at.view = VIEW_PAGE;
	keys_legend(&b, screen_where(sc), 1000);
	sc->at.view = VIEW_HELP;
	sheet_gap(s);
	sheet_row(s, ROW_KEEP);
	sheet_para(s, ROW_KEEP, sheet_put(s, 0, ROLE_TEXT, _("Keys")) + 2, true, b.s);
	buf_free(&b);
}

static void
help_build(struct screen *sc, struct sheet *s)
{
	for (const char *const *p = setup_help(sc->setup, setup_page(sc->setup)); *p; p++) {
		sheet_gap(s);
		sheet_para(s, ROW_KEEP, 0, false, *p);
	}
	part_timeline(sc, s);
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
	sheet_para(s, ROW_KEEP, 0, false, _("Writing needs root. Your answers are saved; run this as root:"));
	sheet_gap(s);
	for (const char *const *c = setup_commands(sc->setup); *c; c++)
		sheet_para(s, ROW_KEEP, 4, false, *c);
}

const struct scr scr_help = { .full = true, .build = help_build };
const struct scr scr_glossary = { .full = true, .build = glossary_build };
const struct scr scr_commands = { .full = true, .build = commands_build };
