/* screen.c - the full-screen face: keys in, drawings out. */
#include "screens.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "draw.h"
#include "term.h"

const struct scr *
screen_kind(const struct screen *sc)
{
	switch (sc->at.view) {
	case VIEW_HELP:     return &scr_help;
	case VIEW_GLOSSARY: return &scr_glossary;
	case VIEW_COMMANDS: return &scr_commands;
	case VIEW_PAGE:     break;
	}
	switch (setup_page(sc->setup)) {
	case PAGE_REVIEW: return &scr_review;
	case PAGE_APPLY:  return &scr_apply;
	case PAGE_RESULT: return &scr_result;
	default:          return &scr_ask;
	}
}

static bool
has_list(const struct screen *sc, const char *key)
{
	for (const char *const *l = setup_lists(sc->setup, setup_page(sc->setup)); *l; l++)
		if (strcmp(*l, key) == 0)
			return true;
	return false;
}

static unsigned
where_direct(const struct screen *sc)
{
	struct setup_failure f;

	if (setup_mark(sc->setup, PAGE_DIRECT) != MARK_FAIL)
		return ON_DIRECT;
	if (has_list(sc, "origin-found"))
		return ON_FOUND;
	if (setup_failure(sc->setup, PAGE_DIRECT, &f) && strcmp(f.cause, "origin-silent") == 0)
		return ON_DIRECT;
	return ON_NOTHING;
}

static unsigned
where_page(const struct screen *sc)
{
	switch (setup_page(sc->setup)) {
	case PAGE_START:
		return has_list(sc, "start") ? (setup_may_leave(sc->setup, PAGE_START) ? ON_CHOICES : ON_INTERRUPTED) : ON_START;
	case PAGE_DIRECT: return where_direct(sc);
	case PAGE_PROXY:  return ON_PROXY;
	case PAGE_PUBLIC: return ON_PUBLIC;
	case PAGE_REVIEW: return ON_REVIEW;
	case PAGE_APPLY:  return ON_APPLY;
	case PAGE_RESULT: return has_list(sc, "undone") ? ON_UNDONE : ON_RESULT;
	default:          return ON_CHECK;
	}
}

unsigned
screen_where(const struct screen *sc)
{
	const struct item item = screen_item(sc);
	unsigned where;

	if (sc->at.question != ASK_NOTHING)
		return ON_QUESTION;
	if (sc->at.view == VIEW_HELP)
		return ON_HELP;
	if (sc->at.view == VIEW_GLOSSARY)
		return ON_GLOSSARY;
	if (sc->at.view == VIEW_COMMANDS)
		return ON_COMMANDS;
	where = where_page(sc);
	if (item.key)
		where |= IF_ITEMS;
	if (item.key && item.kind == ITEM_BUTTON)
		where |= IF_BUTTON;
	if (setup_may_skip_checklist(sc->setup))
		where |= IF_SKIP;
	return where;
}

/* ---- going places ---- */

void
screen_say(struct screen *sc, const char *text)
{
	snprintf(sc->message, sizeof(sc->message), "%s", text);
}

/* Another page than the one whose focus we have: begin at its first item. */
static void
arrive(struct screen *sc)
{
	focus_forget(sc);
	sc->at = (struct focus){ .page = setup_page(sc->setup) };
	sc->diff_top = 0;
	sc->diff_left = 0;
	focus_sync(sc);
	focus_first(sc);
	/* Nothing that was typed before the review was on the screen may press a button there. */
	if (sc->at.page == PAGE_REVIEW)
		term_drop_keys();
}

void
screen_open(struct screen *sc, enum page p)
{
	focus_keep(sc);
	setup_open(sc->setup, p);
	arrive(sc);
}

void
screen_ask(struct screen *sc, enum question q)
{
	sc->at.question = q;
	sc->yes = false;
}

/* Why Enter does not go on from here. */
static void
say_why_not(struct screen *sc)
{
	const enum page p = setup_page(sc->setup);
	struct setup_failure f;

	if (p == PAGE_DIRECT && setup_failure(sc->setup, p, &f) && strcmp(f.cause, "origin-silent") == 0) {
		screen_ask(sc, ASK_SILENT);
		return;
	}
	if (setup_busy(sc->setup)) {
		screen_say(sc, _("The checks of this step still run. Press Enter when they are done."));
		return;
	}
	if (p == PAGE_DIRECT || p == PAGE_PROXY)
		setup_check_again(sc->setup);
	if (p == PAGE_PUBLIC && setup_mark(sc->setup, p) != MARK_FAIL)
		screen_say(sc, _("An address and a certificate are needed to go on."));
	else
		screen_say(sc, _("This step has not passed yet. Going on needs that."));
}

void
screen_next(struct screen *sc)
{
	const enum page p = setup_page(sc->setup);

	focus_keep(sc);
	if (!setup_may_leave(sc->setup, p))
		say_why_not(sc);
	else if (p < PAGE_REVIEW)
		screen_open(sc, p + 1);
}

static void
go_back(struct screen *sc)
{
	const enum page p = setup_page(sc->setup);

	if (sc->at.question != ASK_NOTHING)
		sc->at.question = ASK_NOTHING;
	else if (sc->at.view == VIEW_GLOSSARY)
		sc->at.view = VIEW_HELP, sc->at.top = 0;
	else if (sc->at.view != VIEW_PAGE)
		sc->at.view = VIEW_PAGE, sc->at.top = 0, sc->follow = true;
	else if (p == PAGE_START)
		screen_ask(sc, ASK_LEAVE);
	else if (p == PAGE_RESULT)
		screen_open(sc, PAGE_REVIEW);
	else if (p <= PAGE_REVIEW)
		screen_open(sc, p - 1);
}

/* Esc was the first byte of an arrow: everything as it was before. */
static void
unescape(struct screen *sc)
{
	const struct focus was = sc->before_esc;

	if (setup_page(sc->setup) != was.page && was.page < PAGE_APPLY)
		screen_open(sc, was.page);
	sc->at = was;
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
	case ASK_NOTHING:
		break;
	}
}

static void
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

	for (size_t i = 0; i < n; i++)
		if (c[i].chosen && (by < 0 ? i > 0 : i + 1 < n)) {
			if (setup_choose(sc->setup, PAGE_START, "language", by < 0 ? i - 1 : i + 1, &e) < 0)
				screen_say(sc, e.msg);
			draw_signs(getenv("TERM"), i18n_is_utf8(), i18n_language());
			return;
		}
}

static void
act_main(struct screen *sc)
{
	const struct item item = screen_item(sc);
	const enum page p = setup_page(sc->setup);
	struct err e = { 0 };

	if (item.key && item.kind == ITEM_FIELD && !focus_accept(sc))
		return;
	if (item.key && item.kind == ITEM_LIST && strcmp(item.key, "language") != 0) {
		const bool acts = focus_list_acts(item.key);
		char key[32];

		snprintf(key, sizeof(key), "%s", item.key);
		if (setup_choose(sc->setup, p, key, focus_row(sc, key), &e) < 0) {
			screen_say(sc, e.msg);
			return;
		}
		if (acts && strcmp(key, "start") != 0) {
			if (p == PAGE_RESULT && setup_page(sc->setup) == p)
				sc->leave(sc->ctx, LEAVE_DONE);
			return;
		}
		if (setup_page(sc->setup) != p)
			return;
	}
	if (!focus_step(sc, 1))
		screen_next(sc);
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
	const bool start = setup_page(sc->setup) == PAGE_START && sc->at.view == VIEW_PAGE;

	switch (a) {
	case ACT_NEXT:
	case ACT_PREV:
		focus_keep(sc);
		if (!focus_step(sc, a == ACT_NEXT ? 1 : -1) && a == ACT_NEXT)
			focus_first(sc);
		break;
	case ACT_UP:
	case ACT_DOWN:
		act_vertical(sc, a == ACT_UP ? -1 : 1);
		break;
	case ACT_LEFT:
	case ACT_RIGHT:
		if (start)
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
	else
		screen_ask(sc, screen_where(sc) & ON_INTERRUPTED ? ASK_HALF_WAY : ASK_LEAVE);
}

static void
act_anywhere(struct screen *sc, enum act a)
{
	struct err e = { 0 };

	switch (a) {
	case ACT_NONE:     break;
	case ACT_MAIN:     act_main(sc); break;
	case ACT_BACK:     go_back(sc); break;
	case ACT_HELP:     focus_keep(sc); sc->at.view = VIEW_HELP; sc->at.top = 0; break;
	case ACT_GLOSSARY: sc->at.view = VIEW_GLOSSARY; sc->at.top = 0; break;
	case ACT_AGAIN:    focus_keep(sc); setup_check_again(sc->setup); break;
	case ACT_PRACTICE:
		if (setup_practise(sc->setup, &e) < 0)
			screen_say(sc, e.msg);
		break;
	case ACT_SKIP:     screen_open(sc, PAGE_REVIEW); break;
	case ACT_PLAIN:    sc->leave(sc->ctx, LEAVE_FOR_PLAIN); break;
	case ACT_QUIT:     act_quit(sc); break;
	case ACT_STOP:     screen_interrupt(sc); break;
	case ACT_REPAINT:  term_repaint(); break;
	default:           act_move(sc, a); break;
	}
}

static void
digit(struct screen *sc, int key)
{
	const struct item item = screen_item(sc);

	if (item.key && item.kind == ITEM_LIST && strcmp(item.key, "language") != 0)
		focus_move(sc, (size_t)(key - '1'));
}

static bool
is_too_small(void)
{
	return COLS < LEAST_COLUMNS || LINES < LEAST_ROWS;
}

static void
on_key(void *ctx, int key)
{
	struct screen *sc = ctx;
	const struct scr *kind;
	enum act a;

	setup_fresh(sc->setup);
	if (key == K_UNESC) {
		unescape(sc);
		return;
	}
	if (is_too_small()) {
		if (keys_latin(key) == 'p')
			sc->leave(sc->ctx, LEAVE_FOR_PLAIN);
		else if (key == 3)
			screen_interrupt(sc);
		return;
	}
	sc->message[0] = '\0';
	if (key == K_ESC)
		sc->before_esc = sc->at;
	if (focus_key(sc, key))
		return;
	kind = screen_kind(sc);
	a = keys_find(key, screen_where(sc), focus_is_typing(sc));
	if (sc->at.question != ASK_NOTHING)
		act_question(sc, a);
	else if (kind->act && kind->act(sc, a, key))
		;
	else if (a == ACT_NONE && key >= '1' && key <= '9')
		digit(sc, key);
	else
		act_anywhere(sc, a);
	if (setup_page(sc->setup) != sc->at.page)
		arrive(sc);
}

static void
on_paste(void *ctx, const char *text, size_t len)
{
	struct screen *sc = ctx;

	setup_fresh(sc->setup);
	sc->message[0] = '\0';
	focus_paste(sc, text, len);
}

static void
on_draw(void *ctx)
{
	struct screen *sc = ctx;

	setup_fresh(sc->setup);
	if (setup_page(sc->setup) != sc->at.page)
		arrive(sc);
	focus_sync(sc);
	if (sc->at.item[0] == '\0' || !screen_item(sc).key)
		focus_first(sc);
	frame_draw(sc);
}

static void
on_gone(void *ctx)
{
	struct screen *sc = ctx;

	sc->leave(sc->ctx, LEAVE_GONE);
}

void
screen_changed(struct screen *sc)
{
	if (sc->stopping && !setup_applying(sc->setup))
		sc->leave(sc->ctx, LEAVE_STOPPED);
	term_set_dirty();
}

void
screen_interrupt(struct screen *sc)
{
	if (!setup_applying(sc->setup)) {
		sc->leave(sc->ctx, LEAVE_STOPPED);
		return;
	}
	sc->stopping = true;
	setup_apply_undo(sc->setup);
	screen_say(sc, _("Everything is put back now."));
	term_set_dirty();
}

struct screen *
screen_start(struct loop *l, struct setup *s, const char *colour, leave_fn *leave, void *ctx, struct err *e)
{
	struct screen *sc = xcalloc(1, sizeof(*sc));

	sc->loop = l;
	sc->setup = s;
	sc->leave = leave;
	sc->ctx = ctx;
	sc->at.page = N_PAGES; /* so that the first drawing arrives */
	if (term_start(l, &(struct term_events){ .key = on_key, .paste = on_paste, .draw = on_draw,
	               .gone = on_gone, .ctx = sc }, e) < 0) {
		free(sc);
		return NULL;
	}
	draw_signs(getenv("TERM"), i18n_is_utf8(), i18n_language());
	draw_colours(colour);
	return sc;
}

void
screen_stop(struct screen *sc)
{
	if (!sc)
		return;
	focus_forget(sc);
	term_stop();
	free(sc);
}
