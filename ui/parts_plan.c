/* parts_plan.c - the upper half of the review: what was decided, and what will be done, in the rows there are. */
#include <string.h>

#include "base/text.h"
#include "screens.h"

#define MAX_PAIRS 8

/* Pairs of label and value, and those that their line had no room for. */
struct pairs {
	const char *rest[MAX_PAIRS];
	size_t      n;
	int         second; /* where the second column begins */
};

/* Without the blanks behind it. */
static size_t
length_of(const char *pair)
{
	size_t n = strcspn(pair, "\t");

	while (n && pair[n - 1] == ' ')
		n--;
	return n;
}

/* How many pairs of this line there is room for, one at least. */
static size_t
pairs_that_fit(const struct sheet *s, const char *line)
{
	size_t fit = 0;

	for (int col = 0; *line && (!col || col + text_width_n(line, length_of(line)) <= s->width); fit++) {
		const size_t n = strcspn(line, "\t");

		col += text_width_n(line, n);
		line += n + (line[n] == '\t');
	}
	return fit;
}

static void
put_pairs(struct sheet *s, const char *line, size_t fit, struct pairs *p)
{
	int col = 0;

	sheet_row(s, ROW_KEEP);
	for (size_t i = 0; *line; i++) {
		const size_t n = strcspn(line, "\t");
		const char *pair = arena_strndup(&s->a, line, n);

		if (col && !p->second)
			p->second = col;
		if (i < fit)
			sheet_put(s, col, ROLE_TEXT, arena_strndup(&s->a, line, length_of(line)));
		else if (p->n < MAX_PAIRS)
			p->rest[p->n++] = pair;
		col += text_width_n(line, n);
		line += n + (line[n] == '\t');
	}
}

static void
put_cut(struct sheet *s, int col, const char *text)
{
	const char *clean = draw_clean(&s->a, text);

	if (text_width(clean) <= s->width - col) {
		sheet_put(s, col, ROLE_TEXT, clean);
		return;
	}
	sheet_put(s, col, ROLE_TEXT, arena_strndup(&s->a, clean, text_fit(clean, s->width - 1 - col, NULL)));
	sheet_put(s, s->width - 1, ROLE_BOLD, ">");
}

/*
 * "new file  /etc/nginx/x.conf   38 lines": where that is too long the note
 * at its end has a row of its own, or goes where there is none to spare.  In
 * one row each a `>' at the edge says that it is cut.
 */
enum plan_form { PLAN_NOTES, PLAN_WRAPPED, PLAN_ROWS };

static void
put_plan(struct sheet *s, const char *const *plan, size_t n, enum plan_form form)
{
	for (size_t i = 0; i < n; i++) {
		const char *object = strstr(plan[i], "  ");
		const char *note;
		int col;

		sheet_row(s, ROW_KEEP);
		col = sheet_put(s, 0, ROLE_TEXT, arena_printf(&s->a, "%zu ", i + 1));
		if (!object || text_width(plan[i]) <= s->width - col) {
			sheet_put(s, col, ROLE_TEXT, plan[i]);
			continue;
		}
		object += strspn(object, " ");
		note = strstr(object, "  ");
		if (form == PLAN_ROWS) { /* a note is whole, or it is not there */
			put_cut(s, col, note ? arena_strndup(&s->a, plan[i], (size_t)(note - plan[i])) : plan[i]);
			continue;
		}
		col = sheet_put(s, col, ROLE_TEXT,
		                arena_strndup(&s->a, plan[i], (size_t)(object - plan[i])));
		sheet_para(s, ROW_KEEP, col, true,
		           note ? arena_strndup(&s->a, object, (size_t)(note - object)) : object);
		if (note && form == PLAN_NOTES)
			sheet_para(s, ROW_KEEP, col, false, note + strspn(note, " "));
	}
}

/* The labels of the first column are longer: what comes below them has its value where theirs is. */
static const char *
under_first(struct sheet *s, const char *pair)
{
	const size_t label = text_fit(pair, SUMMARY_OTHERS, NULL);

	return arena_printf(&s->a, "%.*s%*s%s", (int)label, pair, SUMMARY_FIRST - SUMMARY_OTHERS, "", pair + label);
}

/* Two in a row where the second column has room for it. */
static void
put_rest(struct sheet *s, const struct pairs *p)
{
	int end = s->width;

	for (size_t i = 0; i < p->n; i++) {
		const bool beside = end < p->second && p->second + text_width(p->rest[i]) <= s->width;

		if (!beside)
			sheet_row(s, ROW_KEEP);
		end = sheet_put(s, beside ? p->second : 0, ROLE_TEXT, beside ? p->rest[i] : under_first(s, p->rest[i]));
		if (beside)
			end = s->width;
	}
}

/* In one row: the address, and how the rehearsal was. */
static void
put_least(struct sheet *s, const char *line)
{
	const char *last = strrchr(line, '\t');
	int col;

	sheet_row(s, ROW_KEEP);
	col = sheet_put(s, 0, ROLE_TEXT, arena_strndup(&s->a, line, length_of(line))) + 3;
	if (last && col + text_width(last + 1) <= s->width)
		sheet_put(s, col, ROLE_TEXT, last + 1);
}

/* Two sums of what was decided: in columns where there is room, the least of it where there is none. */
void
part_sums(struct screen *sc, struct sheet *s, size_t rows)
{
	struct pairs p = { .n = 0 };
	const char *summary[4];
	const size_t n = setup_summary(sc->setup, summary, 4);
	size_t fit = MAX_PAIRS;

	if (rows == 1 && n > 1) {
		put_least(s, summary[1]);
		return;
	}
	for (size_t i = 0; i < n; i++) /* in every line as many, so that they stay in columns */
		fit = pairs_that_fit(s, summary[i]) < fit ? pairs_that_fit(s, summary[i]) : fit;
	for (size_t i = 0; i < n && i < rows; i++)
		put_pairs(s, summary[i], fit, &p);
	put_rest(s, &p);
}

/*
 * The list of what will be done stays in sight: on a small screen its notes
 * go, then each step is one row, then the blank row and the sums go.  Only a
 * plan that is longer than the screen is read with the difference.
 */
bool
part_plan(struct screen *sc, struct sheet *s, const char *const *plan, size_t n, size_t room)
{
	static const struct { size_t sums; bool gap; enum plan_form form; } tries[] = {
		{ 4, true, PLAN_NOTES }, { 4, true, PLAN_WRAPPED }, { 4, true, PLAN_ROWS },
		{ 4, false, PLAN_ROWS }, { 1, false, PLAN_ROWS }, { 0, false, PLAN_ROWS },
	};
	const size_t easy = sc->compact ? GOOD_TEXT : LEAST_TEXT;

	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		s->n = 0;
		part_sums(sc, s, tries[i].sums);
		if (tries[i].gap)
			sheet_gap(s);
		put_plan(s, plan, n, tries[i].form);
		if (s->n + (i + 1 < ARRAY_LEN(tries) ? easy : LEAST_TEXT) <= room)
			return true;
	}
	s->n = 0;
	part_sums(sc, s, 4);
	sheet_gap(s);
	return false;
}
