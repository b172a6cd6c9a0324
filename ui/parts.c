/* parts.c - pieces of pages: fields, lists, checks, tables, paragraphs, buttons. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"

#define LABEL_COLUMNS 12 /* a longer label stands above */

static int
wider(int a, int b)
{
	return a > b ? a : b;
}

static bool
focus_here(const struct screen *sc, const char *key)
{
	return sc->at.question == ASK_NOTHING && screen_is_on(sc, key);
}

/* ---- lists ---- */

bool
part_is_side_list(const char *key)
{
	static const char *const keys[] = { "public-found", "tls", "plan", "ssl", "addresses" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* Where the states of a list begin: behind the longest label that has one. */
static int
state_column(const struct setup_choice *c, size_t n)
{
	int w = 0;

	for (size_t i = 0; i < n; i++)
		if (*c[i].state)
			w = wider(w, text_width(c[i].label));
	return w + 3;
}

static void
put_choice(struct sheet *s, const struct setup_choice *c, size_t number, int col, int label,
           int state, bool current)
{
	const enum role role = current ? ROLE_BOLD : ROLE_TEXT;
	char digits[24];

	snprintf(digits, sizeof(digits), "%zu", number);
	sheet_put(s, col, role, current ? ">" : " ");
	sheet_put(s, col + 2, role, digits);
	if (c->mark != MARK_NONE)
		sheet_put(s, col + 4, draw_mark_role(c->mark), draw_mark(c->mark));
	if (!*c->state) {
		sheet_para(s, ROW_KEEP, label, true, c->label);
		return;
	}
	sheet_put(s, label, ROLE_TEXT, c->label);
	if (!strchr(c->state, ' ') && text_width(c->state) > s->width - label - state)
		sheet_para(s, ROW_KEEP, label, false, c->state); /* an address is not broken for a column */
	else
		sheet_para(s, ROW_KEEP, label + state, true, c->state);
}

void
part_list(struct screen *sc, struct sheet *s, const char *key, int col)
{
	struct setup_choice c[MAX_CHOICES];
	const size_t n = setup_list(sc->setup, setup_page(sc->setup), key, c, MAX_CHOICES);
	const size_t current = focus_row(sc, key);
	const int state = state_column(c, n);
	int label = col + 4;
	bool here = col > 0; /* beside its label, which is in the last row */

	for (size_t i = 0; i < n; i++)
		if (c[i].mark != MARK_NONE)
			label = col + 6;
	for (size_t i = 0; i < n; i++) {
		size_t first;

		if (!here)
			sheet_row(s, ROW_KEEP);
		here = false;
		first = s->n - 1;
		put_choice(s, &c[i], i + 1, col, label, state, i == current);
		if (i == current && focus_here(sc, key))
			s->row[first].cursor = col;
	}
}

/* ---- fields ---- */

static void
put_field(struct screen *sc, struct sheet *s, const struct setup_field *f, int col)
{
	const bool focus = focus_here(sc, f->key) && !f->closed;
	const bool fixed = strncmp(f->key, "limits.", 7) == 0;
	const int columns = fixed ? 10 : s->width - col - 2;
	const char *error = focus_error(sc, f->key), *hint = f->hint;
	const char *rest = focus ? focus_completion(sc, f->key) : NULL;
	struct edit *field = focus_field(sc, f->key);
	struct buf b = BUF_INIT;
	int cursor = 0;

	if (!*error)
		error = f->error;
	/* While a path can go on that is worth more than what is wrong with its beginning. */
	if (rest) { /* TRANSLATORS: %s is a path, as it would be after that key */
		hint = arena_printf(&s->a, _("Right completes it: %s"), arena_printf(&s->a, "%s%s", field->text, rest));
		error = "";
	} else if (focus && field && !field->len && f->offer) {
		hint = f->offer;
	} else if (focus && field && *field->replaced && !fixed) { /* what is said of a size is worth more */
		hint = _("Ctrl-Y brings back what stood here.");
	}
	sheet_row(s, ROW_KEEP);
	sheet_put(s, 0, focus ? ROLE_BOLD : ROLE_TEXT, f->label);
	sheet_put(s, col, ROLE_TEXT, "[");
	if (field)
		edit_show(field, columns, focus, &b, &cursor);
	sheet_put(s, col + 1, focus ? ROLE_REVERSE : ROLE_TEXT, b.s);
	sheet_put(s, col + 1 + columns, ROLE_TEXT, "]");
	if (focus)
		sheet_cursor(s, col + 1 + cursor);
	if (*error) {
		sheet_para(s, ROW_KEEP, col, false, error);
		if (strcmp(f->key, "password") == 0)
			sheet_para(s, ROW_KEEP, col, false, f->closed ? _("Enter goes on without a password.")
			           : _("Enter in the empty field goes on without a password."));
	} else if (*hint) {
		sheet_para(s, focus ? ROW_KEEP : ROW_HINT, col, false, hint);
	} else {
		sheet_row(s, ROW_HINT); /* reserved, so that nothing jumps when an error comes */
	}
	buf_free(&b);
}

void
part_fields(struct screen *sc, struct sheet *s)
{
	const enum page p = setup_page(sc->setup);
	struct setup_field f[MAX_EDITORS];
	const size_t n = setup_fields(sc->setup, p, f, MAX_EDITORS);
	const char *const *lists = setup_lists(sc->setup, p);
	int col = 0;

	for (size_t i = 0; i < n; i++)
		col = wider(col, text_width(f[i].label));
	for (const char *const *l = lists; *l; l++)
		if (part_is_side_list(*l))
			col = wider(col, text_width(setup_list_label(sc->setup, p, *l)));
	col += 2;
	/* What belongs to a choice stands behind its list. */
	for (int after = 0; after <= 1; after++) {
		for (size_t i = 0; i < n; i++)
			if (setup_field_follows(f[i].key) == (after == 1)) {
				sheet_gap(s);
				put_field(sc, s, &f[i], col);
			}
		for (const char *const *l = lists; *l && !after; l++)
			if (part_is_side_list(*l)) {
				sheet_gap(s);
				sheet_row(s, ROW_KEEP);
				sheet_put(s, 0, ROLE_TEXT, setup_list_label(sc->setup, p, *l));
				part_list(sc, s, *l, col);
			}
	}
}

/* ---- checks ---- */

/* "0.004 s" and the like stand at the right edge; words form a second column. */
static bool
is_time(const char *value)
{
	return isdigit((unsigned char)*value) && text_width(value) <= 12;
}

static const char *
split_label(struct sheet *s, const struct setup_line *l, const char **rest)
{
	const char *colon = strstr(l->text, ": ");

	*rest = l->value;
	if (*l->value || !colon ||
	    text_width_n(l->text, (size_t)(colon - l->text)) > LABEL_COLUMNS ||
	    memchr(l->text, ' ', (size_t)(colon - l->text)))
		return l->text;
	*rest = colon + 2;
	return arena_strndup(&s->a, l->text, (size_t)(colon - l->text));
}

/* Where the parts of a row stand: its text, its second column, and the edge its time ends at. */
struct stops {
	int text, second, edge;
};

static void
put_check(struct sheet *s, const struct setup_line *l, bool split, const struct stops *at)
{
	const bool loud = l->mark == MARK_WARN || l->mark == MARK_FAIL;
	const enum row_kind kind = l->mark == MARK_PASS ? ROW_PASSED : ROW_KEEP;
	const size_t first = s->n;
	const int width = s->width;
	const char *rest;
	const char *label = split ? split_label(s, l, &rest) : l->text;

	if (!split)
		rest = l->value;
	sheet_row(s, kind);
	sheet_put(s, 0, draw_mark_role(l->mark), draw_mark(l->mark));
	if (*l->word)
		sheet_put(s, 2, loud ? ROLE_BOLD : ROLE_TEXT, l->word);
	if (*rest && !is_time(rest)) {
		sheet_put(s, at->text, ROLE_TEXT, label);
		sheet_para(s, kind, at->second, true, rest);
		s->row[first].brief = arena_strdup(&s->a, label);
		return;
	}
	if (*rest)
		s->width = at->edge - text_width(rest) - 1;
	sheet_para(s, kind, *l->word ? at->text : 2, true, label);
	s->width = width;
	if (*rest)
		sheet_put(s, at->edge - text_width(rest), ROLE_TEXT, rest);
}

/* Two columns are left free, for a time that grows; where a text needs them, no time has them. */
static int
time_edge(const struct sheet *s, const struct setup_line *line, size_t n, int text)
{
	int edge = s->width - 2;

	for (size_t i = 0; i < n; i++)
		if (is_time(line[i].value) &&
		    text + text_width(line[i].text) + 1 + text_width(line[i].value) > edge)
			edge = s->width;
	return edge;
}

void
part_lines(struct sheet *s, const struct setup_line *line, size_t n, bool split)
{
	int word = 4, label = 0;
	const int gap = split ? 2 : 3;
	struct stops at;

	for (size_t i = 0; i < n; i++) {
		const char *rest = line[i].value;
		const char *l = split ? split_label(s, &line[i], &rest) : line[i].text;

		word = wider(word, text_width(line[i].word));
		if (*rest && !is_time(rest))
			label = wider(label, text_width(l));
	}
	at.text = 2 + word + 2;
	at.second = at.text + label + gap;
	at.edge = time_edge(s, line, n, at.text);
	for (size_t i = 0; i < n; i++)
		put_check(s, &line[i], split, &at);
}

bool
part_has_hold(const struct setup *s)
{
	return setup_may_hold(s) || setup_holding(s);
}

/* ---- sentences ---- */

/* The first sentence under a table says how the step did, where no line of its own does. */
bool
part_has_verdict(const struct setup *s, enum page p)
{
	const enum mark m = setup_mark(s, p);
	struct setup_line line[1];
	struct setup_failure f;

	return p >= PAGE_WEBSOCKET && p <= PAGE_TIMEOUTS && !setup_busy(s) && (m == MARK_PASS || m == MARK_SKIP || (m == MARK_WARN && p == PAGE_BODY)) &&
	       !setup_has_way(s, WAY_TODAY) && !setup_failure(s, p, &f) &&
	       !setup_lines(s, p, line, 1);
}

void
part_paragraphs(struct sheet *s, const char *const *text, bool gaps)
{
	bool literal = false;

	for (; *text; text++) {
		const char *command = setup_literal(*text);
		const bool was = literal;

		literal = command != NULL;
		if (gaps || literal != was)
			sheet_gap(s);
		sheet_para(s, literal || text[1] ? ROW_KEEP : ROW_PRESS, literal ? 4 : 0, false, literal ? command : *text);
	}
}

void
part_failure(struct screen *sc, struct sheet *s, bool with_what)
{
	const enum page p = setup_page(sc->setup);
	const char *word = setup_mark_word(MARK_FAIL);
	const int text = 4 + wider(4, text_width(word));
	struct setup_failure f;

	if (!setup_failure(sc->setup, p, &f))
		return;
	if (with_what) {
		sheet_gap(s);
		sheet_row(s, ROW_KEEP);
		sheet_put(s, 0, ROLE_FAIL, draw_mark(MARK_FAIL));
		sheet_put(s, 2, ROLE_BOLD, word);
		sheet_para(s, ROW_KEEP, text, true, f.what);
	}
	sheet_gap(s);
	sheet_para(s, ROW_KEEP, 0, false, f.why);
	if (f.file) {
		sheet_para(s, ROW_KEEP, 0, false, _("It comes from this line:"));
		sheet_para(s, ROW_KEEP, 0, false, arena_printf(&s->a, "%s:%d", f.file, f.line));
		if (f.text)
			sheet_para(s, ROW_KEEP, 2, false, f.text);
	}
	sheet_gap(s);
	sheet_para(s, ROW_PRESS, 0, false, f.fix);
}

/* Side by side as far as they fit, closer where they would not. */
void
part_buttons(struct screen *sc, struct sheet *s, const struct item *item, const char *const *label,
             size_t n)
{
	int col = 0, all = 0, gap;

	for (size_t i = 0; i < n; i++)
		all += text_width(label[i]) + 4;
	gap = sc->compact || all + 3 * (int)(n - 1) > s->width ? 2 : 3;
	sheet_row(s, ROW_KEEP);
	for (size_t i = 0; i < n; i++) {
		const bool focus = focus_here(sc, item[i].key);

		if (col && col + text_width(label[i]) + 4 > s->width) {
			sheet_row(s, ROW_KEEP);
			col = 0;
		}
		if (focus)
			sheet_cursor(s, col + 2);
		col = sheet_put(s, col, focus ? ROLE_REVERSE : ROLE_TEXT,
		                arena_printf(&s->a, "[ %s ]", label[i]));
		col += gap;
	}
}
