/* scr_ask.c - the pages that ask, steps 1 to 9: one order of parts, a few pages that differ. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "console.h"
#include "screens.h"

static const char hold_key[] = "hold", front_key[] = "front", look_key[] = "look";

/* What can be focused: fields, then lists, then the fields that belong to a choice in a list. */
static size_t
ask_items(const struct screen *sc, struct item *out)
{
	const enum page p = setup_page(sc->setup);
	struct setup_field f[MAX_EDITORS];
	const size_t n = setup_fields(sc->setup, p, f, MAX_EDITORS);
	size_t k = 0;

	for (int after = 0; after <= 1; after++) {
		for (size_t i = 0; i < n && k < MAX_ITEMS; i++)
			if (!f[i].closed && setup_field_follows(f[i].key) == (after == 1))
				out[k++] = (struct item){ ITEM_FIELD, f[i].key };
		for (const char *const *l = setup_lists(sc->setup, p);
		     *l && !after && k < MAX_ITEMS; l++)
			out[k++] = (struct item){ ITEM_LIST, *l };
	}
	if (p == PAGE_TIMEOUTS && part_has_hold(sc->setup) && k < MAX_ITEMS)
		out[k++] = (struct item){ ITEM_BUTTON, hold_key };
	if (setup_may_look(sc->setup) && k < MAX_ITEMS)
		out[k++] = (struct item){ ITEM_BUTTON, look_key };
	if (setup_may_say_front(sc->setup) && k < MAX_ITEMS)
		out[k++] = (struct item){ ITEM_BUTTON, front_key };
	/* Left and Right change the language from anywhere: the cursor is needed elsewhere. */
	if (p == PAGE_START && k > 1) {
		out[0] = out[1];
		k = 1;
	}
	return k;
}

static void
put_language(struct screen *sc, struct sheet *s)
{
	struct setup_choice c[MAX_CHOICES];
	const size_t n = setup_list(sc->setup, PAGE_START, "language", c, MAX_CHOICES);
	int col;

	sheet_gap(s);
	sheet_row(s, ROW_KEEP);
	col = sheet_put(s, 0, ROLE_TEXT, setup_list_label(sc->setup, PAGE_START, "language")) + 2;
	for (size_t i = 0; i < n; i++) {
		const bool shows = console_shows_language(c[i].state, getenv("TERM"), i18n_is_utf8());
		const char *text = arena_printf(&s->a, c[i].chosen ? "[%s %s]" : " %s %s ", c[i].state,
		                                shows ? c[i].label : console_language_name(c[i].state));

		if (c[i].chosen && screen_is_on(sc, "language") && sc->at.question == ASK_NOTHING)
			sheet_cursor(s, col + 1);
		col = sheet_put(s, col, c[i].chosen ? ROLE_BOLD : ROLE_TEXT, text) + 2;
	}
	if (sc->compact && col - 2 + text_width(_("Left/Right")) <= s->width) /* the legend has no room for it */
		sheet_put(s, s->width - text_width(_("Left/Right")), ROLE_TEXT, _("Left/Right"));
}

static bool
waits_quietly(const struct setup_line *l)
{
	return l->mark == MARK_NOW && !*l->word;
}

/* The checks; what only says that it is looked again, without a word, stands apart. */
static void
put_lines(struct screen *sc, struct sheet *s, const char *heading, bool quiet)
{
	const enum page p = setup_page(sc->setup);
	struct setup_line line[MAX_LINES];
	const size_t all = setup_lines(sc->setup, p, line, MAX_LINES);
	size_t n = 0;

	for (size_t i = 0; i < all; i++)
		if (waits_quietly(&line[i]) == quiet)
			line[n++] = line[i];
	if (!n)
		return;
	sheet_gap(s);
	if (heading) /* each of its rows says "found": on a small screen it goes before a sentence does */
		sheet_para(s, sc->compact ? ROW_GAP : ROW_KEEP, 0, false, heading);
	part_lines(s, line, n, page_step(p) == PAGE_PUBLIC || screen_is_half_way(sc));
}

static void
put_lists(struct screen *sc, struct sheet *s)
{
	const enum page p = setup_page(sc->setup);

	for (const char *const *l = setup_lists(sc->setup, p); *l; l++) {
		const char *label = setup_list_label(sc->setup, p, *l);

		if (strcmp(*l, "language") == 0 || part_is_side_list(*l))
			continue;
		sheet_gap(s);
		if (*label)
			sheet_para(s, ROW_KEEP, 0, false, label);
		part_list(sc, s, *l, 0);
	}
}

/* Where the focus is, Enter does another thing than the last sentence of the page says; NULL: the same. */
static const char *
enter_does(const struct screen *sc, const char *last)
{
	if (screen_is_on(sc, hold_key))
		return _("Enter presses the button. Tab goes to the field, and Enter there goes on.");
	if (screen_is_on(sc, look_key))
		return _("Enter lets sudo read the certificate. Tab and Enter in the list above go on.");
	if (screen_is_on(sc, front_key)) /* TRANSLATORS: the box is a check box: [x] */
		return _("Enter or Space ticks the box, and clears it again. Tab and Enter in the list above go on.");
	if (screen_is_on(sc, "taken"))
		return _("Choose with Up and Down what becomes of that site, then press Enter.");
	if (screen_is_on(sc, "public") && strcmp(last, _("Press Enter: the rehearsal starts, and nothing is written.")) == 0)
		return _("Enter goes to the certificate below, and Enter there starts the rehearsal. Nothing is written.");
	return NULL;
}

/* The last sentence says what Enter does. */
static void
put_paragraphs(struct screen *sc, struct sheet *s, const char *const *text)
{
	const char *all[17];
	size_t n = 0;

	while (n + 1 < ARRAY_LEN(all) && text[n]) {
		all[n] = text[n];
		n++;
	}
	all[n] = NULL;
	if (n && enter_does(sc, all[n - 1]))
		all[n - 1] = enter_does(sc, all[n - 1]);
	part_paragraphs(s, all, false);
}

/* Sentences that are the page's failure again are drawn as one, with mark and place. */
static void
put_advice(struct screen *sc, struct sheet *s)
{
	const enum page p = setup_page(sc->setup);
	const char *const *a = setup_advice(sc->setup, p);
	struct setup_failure f;

	if (*a && p >= PAGE_WEBSOCKET && setup_failure(sc->setup, p, &f) &&
	    strcmp(*a, f.what) == 0) {
		part_failure(sc, s, true);
		for (; *a; a++) /* what is said besides */
			if (!setup_literal(*a) && strcmp(*a, f.what) != 0 && strcmp(*a, f.why) != 0 &&
			    strcmp(*a, f.fix) != 0) {
				sheet_gap(s);
				sheet_para(s, ROW_KEEP, 0, false, *a);
			}
		return;
	}
	if (*a && part_has_verdict(sc->setup, p)) {
		const enum mark m = setup_mark(sc->setup, p);
		const struct setup_line verdict = { m, setup_mark_word(m), *a++, "", 0 };

		sheet_gap(s);
		part_lines(s, &verdict, 1, false);
	}
	sheet_gap(s);
	put_paragraphs(sc, s, a);
}

static void
build_start(struct screen *sc, struct sheet *s)
{
	const bool choices = (screen_where(sc) & ON_CHOICES) != 0;
	const char *const *a = setup_advice(sc->setup, PAGE_START);

	put_language(sc, s);
	sheet_gap(s);
	if (!choices)
		sheet_why(s, _(pages[PAGE_START].why));
	sheet_gap(s);
	if (*a) /* the first paragraph says what this is about, the others what to press */
		sheet_para(s, choices ? ROW_KEEP : ROW_HINT, 0, false, *a++);
	put_lines(sc, s, choices ? NULL : _("Found on this server"), false);
	put_lists(sc, s);
	sheet_gap(s);
	part_paragraphs(s, a, false);
}

static void
build_interrupted(struct screen *sc, struct sheet *s)
{
	const char *const *a = setup_advice(sc->setup, PAGE_START);

	if (*a)
		sheet_para(s, ROW_KEEP, 0, false, *a++);
	put_lines(sc, s, NULL, false);
	sheet_gap(s);
	part_paragraphs(s, a, false);
	put_lists(sc, s);
}

/* Nothing of use answers: what that means, what to type, and then what else there is. */
static void
build_direct_failed(struct screen *sc, struct sheet *s)
{
	const char *const *a = setup_advice(sc->setup, PAGE_DIRECT);
	const char *first[12];
	size_t n = *a ? 1 : 0;

	for (size_t i = 0; a[i] && i + 1 < ARRAY_LEN(first); i++)
		if (setup_literal(a[i]))
			n = i + 1;
	memcpy(first, a, n * sizeof(*first));
	first[n] = NULL;
	part_fields(sc, s);
	put_lines(sc, s, NULL, false);
	sheet_gap(s);
	part_paragraphs(s, first, false);
	put_lines(sc, s, NULL, true);
	put_lists(sc, s);
	sheet_gap(s);
	part_paragraphs(s, a + n, false);
}

static void
put_button(struct screen *sc, struct sheet *s, const char *key, const char *label)
{
	const struct item item = { ITEM_BUTTON, key };

	sheet_gap(s);
	part_buttons(sc, s, &item, &label, 1);
}

/* A question that is answered by a mark in a box: what is so can be seen, and not only what pressing does. */
static void
put_tick(struct screen *sc, struct sheet *s, const char *key, bool on, const char *label)
{
	const bool focus = screen_is_on(sc, key) && sc->at.question == ASK_NOTHING;

	sheet_gap(s);
	sheet_row(s, ROW_KEEP);
	sheet_put(s, 0, focus ? ROLE_REVERSE : ROLE_TEXT, on ? "[x]" : "[ ]");
	sheet_put(s, 4, ROLE_TEXT, label);
	if (focus)
		sheet_cursor(s, 1);
}

static void
build_usual(struct screen *sc, struct sheet *s)
{
	const enum page p = setup_page(sc->setup);

	if (*pages[p].why)
		sheet_why(s, _(pages[p].why));
	if (p == PAGE_PROXY)
		put_lists(sc, s);
	part_fields(sc, s);
	part_table(sc, s);
	part_timeline(sc, s);
	put_lines(sc, s, NULL, false);
	put_lines(sc, s, NULL, true);
	if (p != PAGE_PROXY)
		put_lists(sc, s);
	if (p == PAGE_TIMEOUTS && part_has_hold(sc->setup))
		put_button(sc, s, hold_key,
		           setup_holding(sc->setup) ? _("Stop waiting") : _("Hold a quiet stream for 65 seconds now"));
	if (setup_may_look(sc->setup))
		put_button(sc, s, look_key, _("Look with sudo"));
	if (setup_may_say_front(sc->setup))
		put_tick(sc, s, front_key, setup_front(sc->setup), _("Cloudflare stands in front"));
	put_advice(sc, s);
}

static void
ask_build(struct screen *sc, struct sheet *s)
{
	const enum page p = setup_page(sc->setup);
	const bool interrupted = screen_is_half_way(sc);

	if (!sc->compact) {
		sheet_row(s, ROW_KEEP);
		sheet_put(s, 0, ROLE_TEXT,
		          interrupted ? _("A change was interrupted") : _(pages[p].name));
		sheet_gap(s);
	}
	if (interrupted)
		build_interrupted(sc, s);
	else if (p == PAGE_START)
		build_start(sc, s);
	else if (p == PAGE_DIRECT && setup_mark(sc->setup, p) == MARK_FAIL)
		build_direct_failed(sc, s);
	else
		build_usual(sc, s);
}

static void
look(struct screen *sc)
{
	if (screen_asks_sudo(sc, setup_look_why(sc->setup), setup_look_command(sc->setup)))
		setup_look(sc->setup);
	else
		screen_say(sc, setup_look_refused(sc->setup));
}

/* The button, and Esc while it waits. */
static bool
ask_act(struct screen *sc, enum act a, int key)
{
	(void)key;
	if (a == ACT_BACK && setup_page(sc->setup) == PAGE_TIMEOUTS && setup_holding(sc->setup)) {
		setup_hold_stop(sc->setup);
		return true;
	}
	if (a == ACT_BACK && screen_is_on(sc, "public-found")) {
		setup_offer(sc->setup, false);
		return focus_on(sc, "public");
	}
	if (a != ACT_MAIN && a != ACT_SPACE)
		return false;
	if (screen_is_on(sc, hold_key) && setup_holding(sc->setup))
		setup_hold_stop(sc->setup);
	else if (screen_is_on(sc, hold_key))
		setup_hold(sc->setup);
	else if (screen_is_on(sc, look_key))
		look(sc);
	else if (screen_is_on(sc, front_key))
		setup_say_front(sc->setup, !setup_front(sc->setup));
	else
		return false;
	return true;
}

const struct scr scr_ask = { .most = PAGE_COLUMNS, .build = ask_build, .items = ask_items, .act = ask_act };
