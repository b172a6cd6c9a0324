/* focus.c - where the cursor is, and what is being typed. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "screens.h"
#include "term.h"

#define TYPING_MS 400

size_t
screen_items(const struct screen *sc, struct item *out)
{
	const struct scr *kind = screen_kind(sc);

	return kind->items ? kind->items(sc, out) : 0;
}

struct item
screen_item(const struct screen *sc)
{
	struct item items[MAX_ITEMS];
	const size_t n = screen_items(sc, items);

	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i].key, sc->at.item) == 0)
			return items[i];
	return (struct item){ ITEM_TEXT, NULL };
}

bool
screen_is_on(const struct screen *sc, const char *key)
{
	const struct item i = screen_item(sc);

	return i.key && strcmp(i.key, key) == 0;
}

static void
put_focus(struct screen *sc, const struct item *i)
{
	snprintf(sc->at.item, sizeof(sc->at.item), "%s", i->key);
	sc->follow = true;
	if (i->kind != ITEM_LIST || strcmp(sc->at.list, i->key) == 0) /* the list remembers where it was */
		return;
	sc->at.moved = false;
	sc->at.row = focus_row(sc, i->key);
	snprintf(sc->at.list, sizeof(sc->at.list), "%s", i->key);
}

void
focus_first(struct screen *sc)
{
	struct item items[MAX_ITEMS];
	const size_t n = screen_items(sc, items);

	sc->at.item[0] = sc->at.list[0] = '\0';
	if (n)
		put_focus(sc, &items[0]);
}

/* Once around: nothing that was chosen is forgotten. */
void
focus_around(struct screen *sc)
{
	struct item items[MAX_ITEMS];

	if (screen_items(sc, items))
		put_focus(sc, &items[0]);
}

bool
focus_on(struct screen *sc, const char *key)
{
	struct item items[MAX_ITEMS];
	const size_t n = screen_items(sc, items);

	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i].key, key) == 0) {
			put_focus(sc, &items[i]);
			return true;
		}
	return false;
}

bool
focus_step(struct screen *sc, int by)
{
	struct item items[MAX_ITEMS];
	const size_t n = screen_items(sc, items);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(items[i].key, sc->at.item) != 0)
			continue;
		if ((by < 0 && i == 0) || (by > 0 && i + 1 == n))
			return false;
		put_focus(sc, &items[by < 0 ? i - 1 : i + 1]);
		return true;
	}
	if (n)
		put_focus(sc, &items[0]);
	return n > 0;
}

bool
focus_beside(struct screen *sc, enum act a)
{
	if (a != ACT_LEFT && a != ACT_RIGHT)
		return false;
	focus_step(sc, a == ACT_LEFT ? -1 : 1);
	return true;
}

bool
focus_is_typing(const struct screen *sc)
{
	const struct item i = screen_item(sc);

	return sc->at.view == VIEW_PAGE && sc->at.question == ASK_NOTHING && i.key &&
	       i.kind == ITEM_FIELD;
}

/* ---- fields ---- */

static struct editor *
editor_of(struct screen *sc, const char *key)
{
	struct editor *unused = NULL;

	for (size_t i = 0; i < MAX_EDITORS; i++) {
		if (strcmp(sc->editor[i].key, key) == 0)
			return &sc->editor[i];
		if (!sc->editor[i].key[0] && !unused)
			unused = &sc->editor[i];
	}
	if (unused)
		snprintf(unused->key, sizeof(unused->key), "%s", key);
	return unused;
}

struct edit *
focus_field(struct screen *sc, const char *key)
{
	struct editor *ed = editor_of(sc, key);

	return ed ? &ed->field : NULL;
}

const char *
focus_error(const struct screen *sc, const char *key)
{
	for (size_t i = 0; i < MAX_EDITORS; i++)
		if (strcmp(sc->editor[i].key, key) == 0)
			return sc->editor[i].error;
	return "";
}

void
focus_sync(struct screen *sc)
{
	struct setup_field f[MAX_EDITORS];
	const size_t n = setup_fields(sc->setup, setup_page(sc->setup), f, MAX_EDITORS);

	for (size_t i = 0; i < n; i++) {
		struct editor *ed = editor_of(sc, f[i].key);

		if (ed && !ed->field.touched &&
		    (strcmp(ed->field.text, f[i].value) != 0 || ed->field.secret != f[i].secret))
			edit_set(&ed->field, f[i].value, f[i].secret);
	}
}

void
focus_forget(struct screen *sc)
{
	loop_cancel(sc->loop, sc->typing_timer);
	sc->typing_timer = 0;
	for (size_t i = 0; i < MAX_EDITORS; i++) {
		edit_wipe(&sc->editor[i].field);
		sc->editor[i].key[0] = sc->editor[i].error[0] = '\0';
	}
}

static struct editor *
editor_in_focus(struct screen *sc)
{
	return focus_is_typing(sc) ? editor_of(sc, sc->at.item) : NULL;
}

/* A moment after the last key: say what is wrong, and let the live checks follow. */
static void
typing_rests(void *ctx)
{
	struct screen *sc = ctx;
	struct editor *ed = editor_in_focus(sc);
	struct err e = { 0 };

	sc->typing_timer = 0;
	if (!ed || ed->field.secret || !ed->field.touched)
		return;
	if (!ed->field.len) { /* it is about to be written: nothing is blamed, and nothing is shown of what it was */
		setup_empty(sc->setup, ed->key);
		term_set_dirty();
		return;
	}
	/* Setup keeps a wrong value too: what it showed of the one before is not true of this one. */
	if (setup_set(sc->setup, ed->key, ed->field.text, &e) < 0)
		snprintf(ed->error, sizeof(ed->error), "%s", e.msg);
	term_set_dirty();
}

static void
typed(struct screen *sc, struct editor *ed)
{
	ed->error[0] = '\0';
	loop_cancel(sc->loop, sc->typing_timer);
	sc->typing_timer = loop_after(sc->loop, TYPING_MS, typing_rests, sc);
}

/* What Right at the end of a path would add. */
const char *
focus_completion(const struct screen *sc, const char *key)
{
	for (size_t i = 0; i < MAX_EDITORS; i++) {
		const struct edit *f = &sc->editor[i].field;
		const char *whole;

		if (strcmp(sc->editor[i].key, key) != 0 || f->suggested || f->cursor != f->len)
			continue;
		whole = setup_complete(sc->setup, key, f->text);
		return whole ? whole + f->len : NULL;
	}
	return NULL;
}

bool
focus_key(struct screen *sc, int key)
{
	struct editor *ed = editor_in_focus(sc);
	const char *rest = ed && (key == K_RIGHT) ? focus_completion(sc, ed->key) : NULL;

	if (rest) {
		edit_paste(&ed->field, rest, strlen(rest));
		typed(sc, ed);
		return true;
	}
	if (!ed || !edit_key(&ed->field, key))
		return false;
	typed(sc, ed);
	return true;
}

void
focus_paste(struct screen *sc, const char *text, size_t len)
{
	struct editor *ed = editor_in_focus(sc);

	if (!ed)
		return;
	if (!edit_paste(&ed->field, text, len))
		screen_say(sc,
		           _("What was pasted holds control characters. Nothing of it was taken."));
	typed(sc, ed);
}

/* Give one field to setup; what is taken shows as setup writes it. */
static bool
hand_over(struct screen *sc, struct editor *ed, bool untouched)
{
	const bool suggested = ed->field.suggested;
	struct err e = { 0 };
	char key[sizeof(ed->key)];

	loop_cancel(sc->loop, sc->typing_timer);
	sc->typing_timer = 0;
	if (!ed->field.touched && (!untouched || ed->field.secret))
		return true;
	memcpy(key, ed->key, sizeof(key));
	if (setup_set(sc->setup, key, ed->field.text, &e) < 0) {
		snprintf(ed->error, sizeof(ed->error), "%s", e.msg);
		return false;
	}
	ed->error[0] = ed->field.replaced[0] = '\0';
	ed->field.touched = false;
	focus_sync(sc);
	ed->field.suggested = suggested; /* what a person wrote is none, however it is spelt now */
	return true;
}

/* Nothing in the place of a password that was refused: it goes on without one. */
static void
do_without(struct screen *sc, const struct editor *ed)
{
	struct setup_field f[MAX_EDITORS];
	const size_t n = setup_fields(sc->setup, setup_page(sc->setup), f, MAX_EDITORS);
	struct err e = { 0 };

	if (strcmp(ed->key, "password") != 0 || ed->field.touched || ed->field.len)
		return;
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].key, ed->key) == 0 && *f[i].error)
			(void)setup_set(sc->setup, ed->key, "", &e); /* nothing is never wrong */
}

bool
focus_accept(struct screen *sc)
{
	struct editor *ed = editor_in_focus(sc);
	struct setup_field f[MAX_EDITORS];
	size_t n;

	if (!ed)
		return true;
	do_without(sc, ed);
	if (!hand_over(sc, ed, true)) /* a suggestion that is accepted is an answer */
		return false;
	/* A suggestion that setup itself finds wrong is no answer either. */
	n = setup_fields(sc->setup, setup_page(sc->setup), f, MAX_EDITORS);
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].key, sc->at.item) == 0 && *f[i].error && !f[i].secret)
			return false;
	return true;
}

void
focus_keep(struct screen *sc)
{
	for (size_t i = 0; i < MAX_EDITORS; i++)
		if (sc->editor[i].key[0] && sc->editor[i].field.touched)
			hand_over(sc, &sc->editor[i], false);
}

/* Only while nothing is typed: then the address that stands there is meant. */
bool
focus_has_offer(const struct screen *sc)
{
	struct setup_choice c[MAX_CHOICES];

	if (!screen_is_on(sc, "origin") || !screen_has_list(sc, "origin-found"))
		return false;
	for (size_t i = 0; i < MAX_EDITORS; i++)
		if (strcmp(sc->editor[i].key, "origin") == 0 && sc->editor[i].field.touched)
			return false;
	/* Its last row leads to the field only. */
	return setup_list(sc->setup, setup_page(sc->setup), "origin-found", c, MAX_CHOICES) > 1;
}

bool
focus_is_shut(const struct screen *sc)
{
	struct setup_field f[MAX_EDITORS];
	const size_t n = setup_fields(sc->setup, setup_page(sc->setup), f, MAX_EDITORS);

	for (size_t i = 0; i < n; i++)
		if (f[i].closed && *f[i].error)
			return true;
	return false;
}

bool
focus_fault(struct screen *sc)
{
	const enum page p = setup_page(sc->setup);
	struct setup_field f[MAX_EDITORS];
	struct err e = { 0 };
	const size_t n = setup_fields(sc->setup, p, f, MAX_EDITORS);

	for (size_t i = 0; i < n; i++) {
		if (f[i].secret || f[i].closed)
			continue;
		/* What is empty says by itself what belongs there. */
		if (*f[i].error || (p != PAGE_DIRECT && !*f[i].value && setup_set(sc->setup, f[i].key, "", &e) < 0))
			return focus_on(sc, f[i].key);
	}
	return false;
}

/* ---- lists ---- */

size_t
focus_row(const struct screen *sc, const char *list)
{
	struct setup_choice c[MAX_CHOICES];
	const size_t n = setup_list(sc->setup, setup_page(sc->setup), list, c, MAX_CHOICES);

	if (sc->at.moved && strcmp(sc->at.list, list) == 0 && sc->at.row < n)
		return sc->at.row;
	for (size_t i = 0; i < n; i++)
		if (c[i].chosen)
			return i;
	for (size_t i = 0; i < n; i++)
		if (c[i].possible)
			return i;
	return 0;
}

bool
focus_list_acts(const char *list)
{
	return strcmp(list, "start") == 0 || strcmp(list, "origin-found") == 0 || strcmp(list, "public-found") == 0 ||
	       strcmp(list, "taken") == 0 || strcmp(list, "undone") == 0 || strcmp(list, "later") == 0 || strcmp(list, "change") == 0;
}

void
focus_follow(struct screen *sc)
{
	if (!sc->at.moved && sc->at.list[0])
		sc->at.row = focus_row(sc, sc->at.list);
}

void
focus_move(struct screen *sc, size_t row)
{
	struct setup_choice c[MAX_CHOICES];
	const struct item item = screen_item(sc);
	struct err e = { 0 };
	size_t n;

	if (!item.key || item.kind != ITEM_LIST)
		return;
	n = setup_list(sc->setup, setup_page(sc->setup), item.key, c, MAX_CHOICES);
	if (row >= n)
		return;
	sc->at.row = row;
	sc->at.moved = true;
	sc->follow = true;
	if (!focus_list_acts(item.key) && !c[row].chosen &&
	    setup_choose(sc->setup, setup_page(sc->setup), item.key, row, &e) < 0)
		screen_say(sc, e.msg);
}
