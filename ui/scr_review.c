/* scr_review.c - step 10: what will be done, every line of it, and the buttons. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"

#define MAX_PLAN   32

static const char text_key[] = "text", apply_key[] = "apply", keep_key[] = "keep", more_key[] = "more";

static size_t
review_items(const struct screen *sc, struct item *out)
{
	out[0] = (struct item){ ITEM_TEXT, text_key };
	out[1] = (struct item){ ITEM_BUTTON, apply_key };
	if (setup_repairs(sc->setup))
		return 2; /* fixes have no answers to keep */
	out[2] = (struct item){ ITEM_BUTTON, keep_key };
	out[3] = (struct item){ ITEM_BUTTON, more_key };
	return 4;
}

/* ---- drawing ---- */

static size_t
put_buttons(struct screen *sc, struct sheet *s)
{
	const size_t first = s->n;
	struct item item[MAX_ITEMS];
	const char *label[3] = {
		setup_apply_label(sc->setup),
		sc->compact ? _("Keep and leave") : _("Keep the answers and leave"),
		sc->compact ? _("Settings") : _("More settings"),
	};

	part_buttons(sc, s, item + 1, label, review_items(sc, item) - 1);
	return s->n - first;
}

#define EASY_TEXT 9 /* rows of the difference in which it is read with ease */

/* Where they leave little room, the sums and the plan are one row each while the difference is read on. */
static void
fold_plan(struct screen *sc, struct sheet *s, size_t n_plan, size_t room)
{
	if (!sc->reads_on || s->n + EASY_TEXT <= room)
		return;
	s->n = 0;
	part_sums(sc, s, 1);
	sheet_row(s, ROW_KEEP);
	sheet_put(s, 0, ROLE_TEXT, arena_printf(&s->a, Q_("%d action, listed at the top (Home)", "%d actions, listed at the top (Home)",
	                                                  (unsigned long)n_plan), (int)n_plan));
}

/* Everything in rows that add up. */
static void
review_build(struct screen *sc, struct sheet *s)
{
	const char *plan[MAX_PLAN];
	const char *diff = setup_diff(sc->setup);
	const size_t n_plan = setup_plan_lines(sc->setup, plan, MAX_PLAN);
	const size_t buttons = put_buttons(sc, s), room = (size_t)sc->rows - 1 - buttons; /* put once more where they belong */
	struct buf text = BUF_INIT;

	s->n = 0;
	if (!part_plan(sc, s, plan, n_plan, room))
		for (size_t i = 0; i < n_plan; i++)
			buf_printf(&text, "%zu %s\n", i + 1, plan[i]);
	else if (s->n + GOOD_TEXT < room)
		sheet_gap(s);
	if (!text.len && n_plan)
		fold_plan(sc, s, n_plan, room);
	buf_puts(&text, diff);
	if (!n_plan) {
		part_paragraphs(s, setup_advice(sc->setup, PAGE_REVIEW), false);
		sheet_gap(s);
	}
	part_diff(sc, s, text.s, s->n < room ? room - s->n : 1, screen_is_on(sc, text_key));
	put_buttons(sc, s);
	buf_free(&text);
}

/* ---- applying ---- */

static bool
ask_sudo(struct screen *sc)
{
	return screen_asks_sudo(sc, _("Writing needs root. sudo may ask now for your login password, which is not the UI password. It runs only this:"),
	                        setup_sudo_command(sc->setup));
}

/* It leads to the step that failed, and says there why. */
static void
go_and_mend(struct screen *sc, enum page blocker)
{
	screen_open(sc, blocker);
	if (blocker == PAGE_START)
		screen_say(sc, _("This run only looks: there is nothing to apply."));
	else if (blocker == PAGE_REPAIR)
		screen_say(sc, _("No fix was taken, so there is nothing to apply."));
	else if (blocker == PAGE_MORE && focus_fault(sc))
		screen_say(sc, _("What is wrong here has to be corrected before anything can be applied."));
	else
		screen_say(sc, _("Nothing can be applied before this step passes."));
}

static void
apply(struct screen *sc)
{
	struct err e = { 0 };

	switch (setup_apply_way(sc->setup)) {
	case APPLY_CLOSED:
		if (setup_apply_blocker(sc->setup) != PAGE_REVIEW)
			go_and_mend(sc, setup_apply_blocker(sc->setup));
		else if (!setup_plan(sc->setup, &e))
			screen_say(sc, e.msg);
		else
			screen_say(sc,
			           _("The rehearsal still runs. Apply opens when it has passed."));
		return;
	case APPLY_BY_HAND:
		if (setup_keep_answers(sc->setup, &e))
			sc->at.view = VIEW_COMMANDS;
		else
			screen_say(sc, e.msg);
		return;
	case APPLY_AS_ROOT:
	case APPLY_WITH_SUDO:
		break;
	}
	if (setup_must_consent(sc->setup)) {
		screen_ask(sc, ASK_UNPROTECTED);
		return;
	}
	if (setup_apply_way(sc->setup) == APPLY_WITH_SUDO &&
	    (!setup_keep_answers(sc->setup, &e) || !ask_sudo(sc))) {
		screen_say(sc, e.code ? e.msg : _("sudo refused, so nothing was applied. Press a to try again."));
		return;
	}
	if (setup_apply(sc->setup, &e) < 0)
		screen_say(sc, e.msg);
}

static void
keep(struct screen *sc)
{
	struct err e = { 0 };

	if (setup_keep_answers(sc->setup, &e))
		sc->leave(sc->ctx, LEAVE_KEPT);
	else
		screen_say(sc, e.msg);
}

/* ---- keys ---- */

/* A digit jumps to the file of that step. */
static bool
jump(struct screen *sc, size_t step)
{
	const char *plan[MAX_PLAN], *path;
	const size_t n = setup_plan_lines(sc->setup, plan, MAX_PLAN);
	const char *diff = setup_diff(sc->setup), *at;
	char head[600];

	if (step >= n || !(path = strchr(plan[step], '/')))
		return false;
	snprintf(head, sizeof(head), "+++ %.*s", (int)strcspn(path, " "), path);
	at = strstr(diff, head);
	if (!at)
		return false;
	sc->diff_top = 0;
	for (const char *p = diff; p < at; p++)
		sc->diff_top += *p == '\n';
	return true;
}

static bool
act_button(struct screen *sc, enum act a)
{
	switch (a) {
	case ACT_MAIN:
	case ACT_SPACE:
		if (screen_is_on(sc, apply_key))
			apply(sc);
		else if (screen_is_on(sc, more_key))
			screen_open(sc, PAGE_MORE);
		else
			keep(sc);
		return true;
	case ACT_UP:   focus_step(sc, -1); return true;
	case ACT_DOWN: focus_step(sc, 1); return true;
	default:       return focus_beside(sc, a);
	}
}

/* Reading on folds what stands above; the beginning of all of it brings that back. */
static bool
act_text(struct screen *sc, enum act a)
{
	const size_t top = sc->diff_top;
	const bool longer = sc->diff_lines > sc->diff_rows;

	if (!part_diff_act(sc, a))
		return false;
	if (a == ACT_TOP || (sc->diff_top == 0 && (top == 0 || sc->diff_top < top)))
		sc->reads_on = false;
	if (longer && (sc->diff_top > top || a == ACT_BOTTOM))
		sc->reads_on = true;
	return true;
}

static bool
review_act(struct screen *sc, enum act a, int key)
{
	if (a == ACT_APPLY) {
		apply(sc);
		return true;
	}
	if (a == ACT_NONE && key >= '1' && key <= '9')
		return jump(sc, (size_t)(key - '1'));
	return screen_is_on(sc, text_key) ? act_text(sc, a) : act_button(sc, a);
}

const struct scr scr_review = {
	.full = true, .build = review_build, .items = review_items, .act = review_act
};
