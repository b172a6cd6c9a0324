/* screen.c - the full-screen face: keys in, drawings out. */
#include "screens.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "draw.h"
#include "prose.h"
#include "sudo.h"
#include "term.h"

const struct scr *
screen_kind(const struct screen *sc)
{
	switch (sc->at.view) {
	case VIEW_HELP:     return &scr_help;
	case VIEW_GLOSSARY: return &scr_glossary;
	case VIEW_COMMANDS: return &scr_commands;
	case VIEW_DIFF:     return &scr_diff;
	case VIEW_PAGE:     break;
	}
	switch (setup_page(sc->setup)) {
	case PAGE_REVIEW: return &scr_review;
	case PAGE_APPLY:  return &scr_apply;
	case PAGE_WATCH:  return &scr_watch;
	case PAGE_RESULT: return &scr_result;
	case PAGE_LATER:  return &scr_later;
	case PAGE_REPAIR: return &scr_repair;
	default:          return &scr_ask;
	}
}

bool
screen_has_list(const struct screen *sc, const char *key)
{
	for (const char *const *l = setup_lists(sc->setup, setup_page(sc->setup)); *l; l++)
		if (strcmp(*l, key) == 0)
			return true;
	return false;
}

static unsigned
where_direct(const struct screen *sc)
{
	struct setup_field field[1];
	struct setup_failure f;

	/* Nothing was found and nothing is typed: there is nothing to go on with. */
	if (setup_fields(sc->setup, PAGE_DIRECT, field, 1) && !*field[0].value)
		return ON_NOTHING;
	/* What answers may still fail in part: a refused password is typed again. */
	if (setup_mark(sc->setup, PAGE_DIRECT) != MARK_FAIL || setup_may_leave(sc->setup, PAGE_DIRECT))
		return ON_DIRECT;
	if (screen_has_list(sc, "origin-found"))
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
		if (!screen_has_list(sc, "start"))
			return ON_START;
		return setup_may_leave(sc->setup, PAGE_START) ? ON_CHOICES : ON_INTERRUPTED;
	case PAGE_DIRECT: return where_direct(sc);
	case PAGE_PROXY:  return ON_PROXY;
	case PAGE_PUBLIC:
	case PAGE_MORE:
	case PAGE_FRONT:  return ON_PUBLIC;
	case PAGE_REVIEW: return ON_REVIEW;
	case PAGE_APPLY:  return ON_APPLY | (setup_keep_seconds(sc->setup) < 0 ? 0 : IF_OVER);
	case PAGE_WATCH:  return ON_WATCH | (setup_busy(sc->setup) ? 0 : IF_OVER);
	case PAGE_LATER:  return focus_is_typing(sc) ? ON_PUBLIC : ON_LATER;
	case PAGE_REPAIR: return ON_REPAIR;
	case PAGE_RESULT: return screen_has_list(sc, "undone") ? ON_UNDONE : ON_RESULT;
	default:          return ON_CHECK;
	}
}

bool
screen_is_half_way(const struct screen *sc)
{
	return where_page(sc) == ON_INTERRUPTED;
}

static unsigned
shifts(const struct screen *sc)
{
	return (sc->diff_cut || sc->diff_left) && (!sc->compact || sc->at.view == VIEW_DIFF) ? IF_CUT : 0;
}

unsigned
screen_where(const struct screen *sc)
{
	const struct item item = screen_item(sc);
	struct item items[MAX_ITEMS];
	unsigned where;

	if (sc->at.question != ASK_NOTHING)
		return ON_QUESTION;
	where = sc->scrolls ? IF_SCROLLS : 0;
	if (sc->at.view == VIEW_HELP)
		return where | ON_HELP;
	if (sc->at.view == VIEW_GLOSSARY)
		return where | ON_GLOSSARY;
	if (sc->at.view == VIEW_COMMANDS || sc->at.view == VIEW_DIFF)
		return where | ON_COMMANDS | (sc->at.view == VIEW_DIFF ? shifts(sc) : 0);
	where |= where_page(sc);
	if (screen_items(sc, items) > 1)
		where |= IF_ITEMS;
	/* The first button of the result is what its Enter is named for. */
	if (item.key && item.kind == ITEM_BUTTON && strcmp(item.key, "finish") != 0)
		where |= IF_BUTTON;
	if ((item.key && item.kind == ITEM_LIST) || focus_has_offer(sc))
		where |= IF_TAKE;
	if (item.key && item.kind == ITEM_TEXT)
		where |= shifts(sc);
	if (focus_is_typing(sc))
		where |= IF_TYPING;
	if (setup_may_skip_checklist(sc->setup))
		where |= IF_SKIP;
	if (setup_previous(sc->setup) != setup_page(sc->setup) || screen_has_list(sc, "change"))
		where |= IF_BACK;
	if (!setup_is_practice(sc->setup))
		where |= IF_REAL;
	if (setup_outcome(sc->setup) == OUTCOME_WORKS)
		where |= IF_AGAIN;
	if (setup_holding(sc->setup) && (setup_page(sc->setup) == PAGE_TIMEOUTS || setup_page(sc->setup) == PAGE_RESULT))
		where |= IF_HOLD;
	if (setup_apply_way(sc->setup) != APPLY_CLOSED)
		where |= IF_OPEN;
	return where;
}

/* ---- going places ---- */

bool
screen_asks_sudo(struct screen *sc, const char *sentence, const char *command)
{
	bool agreed;

	term_leave();
	prose_say(sentence);
	prose_command(command);
	agreed = sudo_agrees(setup_sudo_argv(sc->setup));
	term_return();
	return agreed;
}

void
screen_say(struct screen *sc, const char *text)
{
	snprintf(sc->message, sizeof(sc->message), "%s", text);
	sc->message_waits = false;
}

/* Another page than the one whose focus we have: begin at its first item. */
static void
arrive(struct screen *sc)
{
	focus_forget(sc);
	sc->at = (struct focus){ .page = setup_page(sc->setup) };
	sc->diff_top = 0;
	sc->diff_left = 0;
	sc->reads_on = false;
	sc->finding = 0;
	sc->gaps_closed[0] = sc->gaps_closed[1] = 0;
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

void
screen_ask_leave(struct screen *sc)
{
	screen_ask(sc, setup_keeps_answers(sc->setup) ? ASK_LEAVE : setup_loses_answers(sc->setup) ? ASK_GIVE_UP : ASK_ONLY_LEAVE);
}

/* Why Enter does not go on from here. */
static void
say_why_not(struct screen *sc)
{
	const enum page p = setup_page(sc->setup);
	struct setup_failure f;

	if (p == PAGE_DIRECT && setup_failure(sc->setup, p, &f) &&
	    strcmp(f.cause, "origin-silent") == 0) {
		screen_ask(sc, ASK_SILENT);
		return;
	}
	if (setup_busy(sc->setup)) {
		screen_say(sc,
		           _("The checks of this step still run. Press Enter when they are done."));
		sc->message_waits = true;
		return;
	}
	if (p == PAGE_DIRECT || p == PAGE_PROXY)
		setup_check_again(sc->setup);
	if (p == PAGE_PUBLIC && setup_mark(sc->setup, p) != MARK_FAIL && focus_on(sc, "tls"))
		screen_say(sc, _("An address and a certificate are needed to go on."));
	else
		screen_say(sc, _("This step has not passed yet. Going on needs that."));
}

void
screen_next(struct screen *sc)
{
	const enum page p = setup_page(sc->setup);

	focus_keep(sc);
	if (p == PAGE_DIRECT && focus_is_shut(sc))
		setup_check_again(sc->setup); /* without the password that was refused */
	if (!setup_may_leave(sc->setup, p)) {
		if (!focus_fault(sc))
			say_why_not(sc);
	}
	else if (p == PAGE_PUBLIC && setup_must_doubt(sc->setup))
		screen_ask(sc, ASK_TEST);
	else if (setup_next(sc->setup) != p)
		screen_open(sc, setup_next(sc->setup));
}

void
screen_back(struct screen *sc)
{
	const enum page p = setup_page(sc->setup);

	if (sc->at.question != ASK_NOTHING)
		sc->at.question = ASK_NOTHING;
	else if (sc->at.view == VIEW_GLOSSARY)
		sc->at.view = VIEW_HELP, sc->at.top = 0;
	else if (sc->at.view != VIEW_PAGE)
		sc->at.view = VIEW_PAGE, sc->at.top = 0, sc->follow = true;
	else if (p == PAGE_LATER && screen_has_list(sc, "change"))
		screen_open(sc, p); /* the list of one thing closes */
	else if (setup_previous(sc->setup) != p)
		screen_open(sc, setup_previous(sc->setup));
	else if (p == PAGE_START || p == PAGE_LATER)
		screen_ask_leave(sc);
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
	if (keys_find(key, ON_ANY) == ACT_REPAINT) { /* whatever is asked, and however small the window is */
		term_repaint();
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
	a = keys_find(key, screen_where(sc));
	if (sc->at.question != ASK_NOTHING)
		act_question(sc, a);
	else if (kind->act && kind->act(sc, a, key))
		;
	else if (a == ACT_NONE && key >= '1' && key <= '9')
		act_digit(sc, key);
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
	if (screen_kind(sc)->items && !screen_item(sc).key) /* what is only read keeps the focus of the page behind it */
		focus_first(sc);
	focus_follow(sc);
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
	/* Nothing that was typed before it was asked is an answer. */
	if (!sc->keeps && setup_keep_seconds(sc->setup) >= 0)
		term_drop_keys();
	sc->keeps = setup_keep_seconds(sc->setup) >= 0;
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
screen_start(struct loop *l, struct setup *s, const char *colour, leave_fn *leave, void *ctx,
             struct err *e)
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
