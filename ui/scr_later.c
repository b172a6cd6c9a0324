/* scr_later.c - the first page of a later run: how it is, what differs, and what can be done. */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"

static size_t
later_items(const struct screen *sc, struct item *out)
{
	struct setup_field f[MAX_EDITORS];
	const size_t fields = setup_fields(sc->setup, PAGE_LATER, f, MAX_EDITORS);
	size_t n = 0;

	for (const char *const *l = setup_lists(sc->setup, PAGE_LATER); *l && n < MAX_ITEMS; l++)
		out[n++] = (struct item){ ITEM_LIST, *l };
	for (size_t i = 0; i < fields && n < MAX_ITEMS; i++)
		out[n++] = (struct item){ ITEM_FIELD, f[i].key };
	return n;
}

/* The status, and how fresh it is at the right where there is room for both. */
static void
put_status(struct screen *sc, struct sheet *s)
{
	const char *status = setup_later_status(sc->setup);
	const char *seen = setup_later_seen(sc->setup);

	sheet_para(s, ROW_KEEP, 0, false, status);
	if (*seen && text_width(status) + 2 + text_width(seen) < s->width)
		sheet_put(s, s->width - text_width(seen) - 1, ROLE_TEXT, seen);
}

/* Beside the question: what it is about, place by place. */
static void
put_going(struct screen *sc, struct sheet *s)
{
	struct setup_line line[MAX_LINES];
	const size_t n = setup_going(sc->setup, "later", focus_row(sc, "later"), line, MAX_LINES);

	if (!n)
		return;
	sheet_gap(s);
	sheet_para(s, ROW_KEEP, 0, false, _("What becomes of the files:"));
	part_lines(s, line, n, false);
	sheet_para(s, ROW_KEEP, 0, false, setup_going_means(sc->setup, "later", focus_row(sc, "later")));
}

static void
later_build(struct screen *sc, struct sheet *s)
{
	struct setup_line line[MAX_LINES];
	const size_t n = setup_lines(sc->setup, PAGE_LATER, line, MAX_LINES);
	const char *const *lists = setup_lists(sc->setup, PAGE_LATER);

	put_status(sc, s);
	if (n) {
		sheet_gap(s);
		sheet_para(s, ROW_HINT, 0, false, setup_later_heading(sc->setup));
		part_lines(s, line, n, false);
	}
	if (sc->at.question == ASK_UNDO || sc->at.question == ASK_REMOVE) {
		put_going(sc, s);
		return;
	}
	for (; *lists; lists++) {
		sheet_gap(s);
		sheet_para(s, ROW_HINT, 0, false, setup_list_label(sc->setup, PAGE_LATER, *lists));
		part_list(sc, s, *lists, 0);
	}
	part_fields(sc, s);
	sheet_gap(s);
	part_paragraphs(s, setup_advice(sc->setup, PAGE_LATER), false);
}

const struct scr scr_later = { .full = true, .build = later_build, .items = later_items };
