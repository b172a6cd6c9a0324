/* parts_diff.c - a difference that is read in the rows there are: its lines, where one is in it, and the keys. */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "screens.h"

#define MAX_LINE 512 /* bytes of a line of the difference that can be seen by shifting */

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* What is left of a line that is shifted: a `<' and a gap stand for what went out of sight. */
static int
put_cut_begin(struct sheet *s, int col, const char **text, int left)
{
	if (!left || !**text)
		return 0;
	*text += text_fit(*text, left + 2, NULL);
	sheet_put(s, col, ROLE_BOLD, "<");
	return 2;
}

/* The sign of a line in its colour, the text in the default; what says which file and where does not shift. */
void
part_diff_line(struct screen *sc, struct sheet *s, const char *line, size_t bytes, int col)
{
	const char *text = draw_clean(
		&s->a, arena_strndup(&s->a, line, bytes < MAX_LINE ? bytes : MAX_LINE));
	const bool file = strncmp(text, "+++ ", 4) == 0 || strncmp(text, "--- ", 4) == 0;
	const bool place = strncmp(text, "@@", 2) == 0;
	const enum role role = file         ? ROLE_TEXT
	                       : *text == '+' ? ROLE_PASS
	                       : *text == '-' ? ROLE_FAIL
	                       : place        ? ROLE_NOW
	                                      : ROLE_TEXT;
	const size_t sign = place ? 2 : *text ? 1 : 0;
	const char *rest = text + sign;
	size_t fit;

	sheet_row(s, ROW_KEEP);
	sheet_put(s, col, role, arena_strndup(&s->a, text, sign));
	col += (int)sign;
	if (!file && !place)
		col += put_cut_begin(s, col, &rest, sc->diff_left);
	fit = text_fit(rest, s->width - col, NULL);
	if (!rest[fit]) {
		sheet_put(s, col, ROLE_TEXT, rest);
		return;
	}
	sc->diff_cut = sc->diff_cut || (!file && !place);
	fit = text_fit(rest, s->width - col - 1, NULL);
	sheet_put(s, col, ROLE_TEXT, arena_strndup(&s->a, rest, fit));
	sheet_put(s, s->width - 1, ROLE_BOLD, ">");
}

static void
put_position(struct screen *sc, struct sheet *s, size_t shown)
{
	const bool more = sc->diff_top + shown < sc->diff_lines;
	const char *text = arena_printf(&s->a, _("lines %1$d to %2$d of %3$d"),
	                                (int)sc->diff_top + 1, (int)(sc->diff_top + shown),
	                                (int)sc->diff_lines);

	sheet_row(s, ROW_KEEP);
	sheet_put(s, s->width - 2 - text_width(text), ROLE_TEXT, text);
	if (more)
		sheet_put(s, s->width - 1, ROLE_TEXT, draw_more());
}

void
part_diff(struct screen *sc, struct sheet *s, const char *text, size_t rows, bool focus)
{
	size_t line = 0, shown = 0;
	const size_t first = s->n;

	sc->diff_lines = count_lines(text);
	sc->diff_rows = rows;
	sc->diff_cut = false;
	if (sc->diff_top + rows > sc->diff_lines)
		sc->diff_top = sc->diff_lines > rows ? sc->diff_lines - rows : 0;
	for (const char *p = text; *p; line++) {
		const size_t n = strcspn(p, "\n");

		if (line >= sc->diff_top && shown < rows) {
			part_diff_line(sc, s, p, n, 4);
			shown++;
		}
		p += n + (p[n] == '\n');
	}
	if (focus && s->n > first)
		s->row[first].cursor = 4;
	while (s->n < first + rows)
		sheet_row(s, ROW_KEEP);
	if (sc->diff_lines)
		put_position(sc, s, shown);
	else
		sheet_row(s, ROW_KEEP);
}

static void
read_on(struct screen *sc, long by)
{
	const long last = (long)sc->diff_lines - (long)sc->diff_rows;
	long top = (long)sc->diff_top + by;

	if (top > last)
		top = last;
	sc->diff_top = top > 0 ? (size_t)top : 0;
}

bool
part_diff_shift(struct screen *sc, enum act a)
{
	if (a == ACT_LEFT)
		sc->diff_left -= sc->diff_left < 8 ? sc->diff_left : 8;
	else if (a == ACT_RIGHT)
		sc->diff_left += sc->diff_left < MAX_LINE ? 8 : 0;
	return a == ACT_LEFT || a == ACT_RIGHT;
}

bool
part_diff_act(struct screen *sc, enum act a)
{
	const long page = sc->diff_rows > 3 ? (long)sc->diff_rows - 1 : (long)sc->diff_rows;

	switch (a) {
	case ACT_MAIN: case ACT_SPACE: case ACT_PAGE_DOWN: read_on(sc, page); return true;
	case ACT_PAGE_UP: read_on(sc, -page); return true;
	case ACT_DOWN:    read_on(sc, 1); return true;
	case ACT_UP:      read_on(sc, -1); return true;
	case ACT_TOP:     sc->diff_top = 0; return true;
	case ACT_BOTTOM:  read_on(sc, (long)sc->diff_lines); return true;
	default:          return part_diff_shift(sc, a);
	}
}
