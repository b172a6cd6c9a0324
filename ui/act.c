/* act.c - what a key does once it is known which one it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "console.h"
#include "draw.h"
#include "screens.h"
#include "term.h"

/* ---- choices that do something at once ---- */

/* What needs root is refused with its command, which stands on a line of its own. */
static void
refused(struct screen *sc, const struct err *e)
{
	if (setup_root_command(sc->setup))
		sc->at.view = VIEW_COMMANDS, sc->at.top = 0;
	else
		screen_say(sc, e->msg);
}

static void
choose_now(struct screen *sc, const char *list, size_t row)
{
	const enum page p = setup_page(sc->setup);
	struct err e = { 0 };

	if (setup_choose(sc->setup, p, list, row, &e) == 0) {
		if (p == PAGE_RESULT && setup_page(sc->setup) == p)
			sc->leave(sc->ctx, LEAVE_DONE);
		return;
	}
	refused(sc, &e);
}

/* Root's run comes in the place of this one. */
static void
hand_to_root(struct screen *sc)
{
	if (screen_asks_sudo(sc, _("This asks for root, as what was done is kept where only root reads it. sudo may ask now for your login password, which is not the UI password. It runs only this:"),
	                     setup_as_root_command(sc->setup, false)))
		sc->leave(sc->ctx, LEAVE_AS_ROOT);
	else
		screen_say(sc, _("sudo refused. Nothing was changed."));
}

void
act_choose(struct screen *sc, const char *list, size_t row)
{
	struct setup_choice c[MAX_CHOICES];
	const size_t n = setup_list(sc->setup, setup_page(sc->setup), list, c, MAX_CHOICES);

	if (strcmp(list, "start") == 0 && screen_is_half_way(sc) && row + 1 == n) {
		sc->at.view = VIEW_DIFF, sc->at.top = 0;
	} else if (strcmp(list, "origin-found") == 0 && row + 1 == n) {
		focus_on(sc, "origin");
	} else if (strcmp(list, "public-found") == 0) {
		focus_field(sc, "public")->touched = false; /* what stands there is nothing */
		choose_now(sc, list, row);
	} else if (strcmp(list, "taken") == 0 && row + 1 == n) {
		choose_now(sc, list, row);
		focus_on(sc, "public");
	} else if (setup_choice_is_roots(sc->setup, list, row)) {
		hand_to_root(sc);
	} else if (setup_choice_needs_token(sc->setup, list, row)) {
		focus_on(sc, "token");
		screen_say(sc, _("Write the API token first: it was typed last time and is kept nowhere."));
	} else if (setup_choice_needs_password(sc->setup, list, row)) {
		focus_on(sc, "password");
		screen_say(sc, _("Write the UI password first: without it no stream is held."));
	} else if (strcmp(list, "later") == 0 && setup_choice_changes(sc->setup, list, row)) {
		screen_ask(sc, setup_choice_removes(sc->setup, list, row) ? ASK_REMOVE : ASK_UNDO);
	} else {
		choose_now(sc, list, row);
	}
}

/* ---- questions ---- */

static void
answer(struct screen *sc, bool yes)
{
	const enum question q = sc->at.question;

	sc->at.question = ASK_NOTHING;
	if (!yes)
		return;
	switch (q) {
	case ASK_LEAVE:
	case ASK_GIVE_UP:
	case ASK_ONLY_LEAVE:
	case ASK_HALF_WAY:
		focus_keep(sc);
		sc->leave(sc->ctx, LEAVE_QUIT);
		break;
	case ASK_SILENT:
		screen_open(sc, PAGE_PROXY);
		break;
	case ASK_UNPROTECTED:
		setup_consent(sc->setup);
		scr_review.act(sc, ACT_APPLY, 'a');
		break;
	case ASK_TEST:
		setup_accept_test(sc->setup);
		screen_next(sc);
		break;
	case ASK_UNDO:
	case ASK_REMOVE:
		choose_now(sc, "later", focus_row(sc, "later"));
		break;
	case ASK_NOTHING:
		break;
	}
}

void
act_question(struct screen *sc, enum act a)
{
	switch (a) {
	case ACT_MAIN:
	case ACT_SPACE:
		answer(sc, sc->yes);
		break;
	case ACT_BACK:
		answer(sc, false);
		break;
	case ACT_NEXT: case ACT_PREV: case ACT_UP: case ACT_DOWN:
		sc->yes = !sc->yes;
		break;
	case ACT_LEFT:
		sc->yes = false;
		break;
	case ACT_RIGHT:
		sc->yes = true;
		break;
	default:
		break;
	}
}

/* ---- what keys do everywhere ---- */

static void
step_language(struct screen *sc, int by)
{
	struct setup_choice c[MAX_CHOICES];
	const size_t n = setup_list(sc->setup, PAGE_START, "language", c, MAX_CHOICES);
	struct err e = { 0 };
	long at = 0;

	for (size_t i = 0; i < n; i++)
		if (c[i].chosen)
			at = (long)i;
	/* One that this console cannot show is passed over. */
	for (at += by; at >= 0 && at < (long)n; at += by) {
		if (console_shows_language(c[at].state, getenv("TERM"), i18n_is_utf8()))
			break;
		screen_say(sc, console_cannot_show(c[at].state));
	}
	if (at < 0 || at >= (long)n)
		return;
	if (setup_choose(sc->setup, PAGE_START, "language", (size_t)at, &e) < 0)
		screen_say(sc, e.msg);
	draw_signs(getenv("TERM"), i18n_is_utf8(), i18n_language());
}

/* What becomes of a site that has the name was chosen already: Enter on that goes on. */
static bool
is_settled(const struct screen *sc, const char *list)
{
	struct setup_choice c[MAX_CHOICES];
	const size_t n = setup_list(sc->setup, setup_page(sc->setup), list, c, MAX_CHOICES), row = focus_row(sc, list);

	return strcmp(list, "taken") == 0 && row < n && c[row].chosen && setup_may_leave(sc->setup, setup_page(sc->setup));
}

static void
act_main(struct screen *sc)
{
	const struct item item = screen_item(sc);
	const enum page p = setup_page(sc->setup);
	struct err e = { 0 };
	bool touched;

	if (focus_has_offer(sc)) {
		act_choose(sc, "origin-found", 0);
		return;
	}
	touched = item.key && item.kind == ITEM_FIELD && focus_field(sc, item.key)->touched;
	if (item.key && item.kind == ITEM_FIELD && !focus_accept(sc))
		return;
	/* What a new size means is read before the next page takes its place. */
	if (touched && p == PAGE_BODY && (setup_busy(sc->setup) || setup_mark(sc->setup, p) != MARK_PASS)) {
		screen_say(sc, _("This step shows what comes of the new size. Enter goes on."));
		return;
	}
	if (item.key && item.kind == ITEM_LIST && strcmp(item.key, "language") != 0) {
		const bool start = strcmp(item.key, "start") == 0;
		char key[32];

		snprintf(key, sizeof(key), "%s", item.key);
		if (focus_list_acts(key) && !is_settled(sc, key) && (!start || screen_is_half_way(sc) ||
		                             setup_choice_is_roots(sc->setup, key, focus_row(sc, key)))) {
			act_choose(sc, key, focus_row(sc, key));
			return;
		}
		if (setup_choose(sc->setup, p, key, focus_row(sc, key), &e) < 0) {
			refused(sc, &e);
			return;
		}
	}
	if (p == PAGE_LATER) { /* what is done is chosen in its list */
		focus_around(sc);
		return;
	}
	/* From the last field to the next step: a button behind it is there for who wants it. */
	if (!focus_step(sc, 1) || screen_item(sc).kind == ITEM_BUTTON)
		screen_next(sc);
}

/* Down in the empty address opens what was found. */
static bool
offers(struct screen *sc, const struct item *i)
{
	if (i->kind != ITEM_FIELD || strcmp(i->key, "public") != 0 || focus_field(sc, i->key)->len)
		return false;
	setup_offer(sc->setup, true);
	return screen_has_list(sc, "public-found");
}

static void
act_vertical(struct screen *sc, int by)
{
	const struct item item = screen_item(sc);
	struct setup_choice c[MAX_CHOICES];
	size_t row, n;

	if (!item.key) {
		if (by > 0 || sc->at.top > 0)
			sc->at.top += (size_t)by;
		return;
	}
	if (item.kind == ITEM_LIST && strcmp(item.key, "language") != 0) {
		n = setup_list(sc->setup, setup_page(sc->setup), item.key, c, MAX_CHOICES);
		row = focus_row(sc, item.key);
		if (by < 0 ? row > 0 : row + 1 < n) {
			focus_move(sc, by < 0 ? row - 1 : row + 1);
			return;
		}
	}
	if (by > 0 && offers(sc, &item)) {
		focus_on(sc, "public-found");
		return;
	}
	if (item.kind == ITEM_FIELD)
		focus_keep(sc);
	focus_step(sc, by);
}

static void
act_scroll(struct screen *sc, enum act a)
{
	const size_t page = sc->rows > 2 ? (size_t)sc->rows - 2 : 1;

	switch (a) {
	case ACT_PAGE_UP:   sc->at.top -= sc->at.top < page ? sc->at.top : page; break;
	case ACT_TOP:       sc->at.top = 0; break;
	case ACT_BOTTOM:    sc->at.top = 10000; break;
	default:            sc->at.top += page; break;
	}
}

static void
act_move(struct screen *sc, enum act a)
{
	const bool speaks = (setup_page(sc->setup) == PAGE_START || setup_page(sc->setup) == PAGE_LATER) && sc->at.view == VIEW_PAGE;

	switch (a) {
	case ACT_NEXT:
	case ACT_PREV:
		focus_keep(sc);
		if (!focus_step(sc, a == ACT_NEXT ? 1 : -1) && a == ACT_NEXT)
			focus_around(sc);
		break;
	case ACT_UP:
	case ACT_DOWN:
		act_vertical(sc, a == ACT_UP ? -1 : 1);
		break;
	case ACT_LEFT:
	case ACT_RIGHT:
		if (speaks)
			step_language(sc, a == ACT_LEFT ? -1 : 1);
		break;
	case ACT_SPACE:
		if (screen_item(sc).key && screen_item(sc).kind == ITEM_LIST)
			focus_move(sc, focus_row(sc, screen_item(sc).key));
		else if (!screen_item(sc).key)
			act_scroll(sc, ACT_PAGE_DOWN);
		break;
	default:
		act_scroll(sc, a);
		break;
	}
}

static void
act_quit(struct screen *sc)
{
	if (setup_page(sc->setup) == PAGE_RESULT)
		sc->leave(sc->ctx, LEAVE_DONE);
	else if (screen_is_half_way(sc))
		screen_ask(sc, ASK_HALF_WAY);
	else
		screen_ask_leave(sc);
}

void
act_anywhere(struct screen *sc, enum act a)
{
	struct err e = { 0 };

	switch (a) {
	case ACT_NONE:     break;
	case ACT_MAIN:     act_main(sc); break;
	case ACT_BACK:     screen_back(sc); break;
	case ACT_HELP:     focus_keep(sc); sc->at.view = VIEW_HELP; sc->at.top = 0; break;
	case ACT_GLOSSARY: sc->at.view = VIEW_GLOSSARY; sc->at.top = 0; break;
	case ACT_DIFF:     sc->at.view = VIEW_DIFF; sc->at.top = 0; break;
	case ACT_AGAIN:    focus_keep(sc); setup_check_again(sc->setup); break;
	case ACT_PRACTICE:
		if (setup_practise(sc->setup, &e) < 0)
			screen_say(sc, e.msg);
		break;
	case ACT_SKIP:     screen_open(sc, PAGE_REVIEW); break;
	case ACT_PLAIN:    sc->leave(sc->ctx, LEAVE_FOR_PLAIN); break;
	case ACT_QUIT:     act_quit(sc); break;
	case ACT_STOP:     screen_interrupt(sc); break;
	default:           act_move(sc, a); break;
	}
}

void
act_digit(struct screen *sc, int key)
{
	const struct item item = screen_item(sc);

	if (item.key && item.kind == ITEM_LIST && strcmp(item.key, "language") != 0)
		focus_move(sc, (size_t)(key - '1'));
	/* A digit does what Enter does there: what changes this server is asked. */
	if (item.key && focus_row(sc, item.key) == (size_t)(key - '1') &&
	    (strcmp(item.key, "later") == 0 || strcmp(item.key, "change") == 0 || strcmp(item.key, "origin-found") == 0 || strcmp(item.key, "public-found") == 0))
		act_choose(sc, item.key, (size_t)(key - '1'));
}
