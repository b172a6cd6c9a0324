#include "draw.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "console.h"

static struct {
	bool ascii;      /* no character beyond ASCII can be shown */
	bool ascii_mark; /* letters can, the two marks cannot: the console's fonts lack them */
	bool narrow;     /* ambiguous characters may be two columns wide here: only ASCII lines */
	bool colour;
} can;

enum { PAIR_GREEN = 1, PAIR_YELLOW, PAIR_RED, PAIR_CYAN };

void
draw_signs(const char *term_name, bool utf8, const char *language)
{
	can.ascii = console_wants_ascii(term_name, utf8, language);
	can.ascii_mark = !utf8 || (term_name && strncmp(term_name, "linux", 5) == 0);
	can.narrow = strcmp(language, "ko") == 0 || strcmp(language, "ja") == 0 ||
	             strncmp(language, "zh", 2) == 0;
}

void
draw_colours(const char *when)
{
	const char *no = getenv("NO_COLOR");

	if (when && strcmp(when, "never") == 0)
		return;
	if ((!when || strcmp(when, "always") != 0) && no && *no)
		return;
	if (!has_colors() || start_color() == ERR || use_default_colors() == ERR || COLORS < 8)
		return;
	init_pair(PAIR_GREEN, COLOR_GREEN, -1);
	init_pair(PAIR_YELLOW, COLOR_YELLOW, -1);
	init_pair(PAIR_RED, COLOR_RED, -1);
	init_pair(PAIR_CYAN, COLOR_CYAN, -1);
	can.colour = true;
}

const char *
draw_mark(enum mark m)
{
	switch (m) {
	case MARK_PASS: return can.ascii_mark ? "+" : "\xe2\x9c\x93";
	case MARK_FAIL: return can.ascii_mark ? "x" : "\xe2\x9c\x97";
	case MARK_WARN: return "!";
	case MARK_SKIP: return "-";
	case MARK_NOW:  return "~";
	case MARK_NONE: break;
	}
	return " ";
}

enum role
draw_mark_role(enum mark m)
{
	switch (m) {
	case MARK_PASS: return ROLE_PASS;
	case MARK_FAIL: return ROLE_FAIL;
	case MARK_WARN: return ROLE_WARN;
	case MARK_NOW:  return ROLE_NOW;
	case MARK_SKIP:
	case MARK_NONE: break;
	}
	return ROLE_TEXT;
}

const char *
draw_more(void)
{
	return can.ascii_mark || can.narrow ? "v" : "\xe2\x86\x93";
}

const char *
draw_clean(struct arena *a, const char *text)
{
	struct buf safe = BUF_INIT, b = BUF_INIT;
	const size_t len = strlen(text);
	char *s;

	text_safe(&safe, text, len, 4 * len + 1);
	if (can.ascii)
		text_ascii(&b, safe.s);
	s = arena_strdup(a, can.ascii ? b.s : safe.s);
	buf_free(&safe);
	buf_free(&b);
	return s;
}

static attr_t
attribute(enum role role)
{
	const attr_t pair[] = {
		[ROLE_PASS] = COLOR_PAIR(PAIR_GREEN), [ROLE_WARN] = COLOR_PAIR(PAIR_YELLOW),
		[ROLE_FAIL] = COLOR_PAIR(PAIR_RED),   [ROLE_NOW]  = COLOR_PAIR(PAIR_CYAN),
	};

	switch (role) {
	case ROLE_TEXT:    return A_NORMAL;
	case ROLE_BOLD:    return A_BOLD;
	case ROLE_REVERSE: return A_REVERSE;
	default:           return can.colour ? pair[role] : A_NORMAL;
	}
}

void
draw_text(int y, int x, int columns, enum role role, const char *text)
{
	struct buf b = BUF_INIT;

	if (columns <= 0 || y < 0 || y >= LINES || x < 0 || x >= COLS)
		return;
	text_clip(&b, text, columns < COLS - x ? columns : COLS - x, false);
	attrset(attribute(role));
	mvaddstr(y, x, b.s);
	attrset(A_NORMAL);
	buf_free(&b);
}

void
draw_fill(int y, int x, int columns, enum role role)
{
	if (y < 0 || y >= LINES)
		return;
	attrset(attribute(role));
	mvhline(y, x, ' ' | attribute(role), columns);
	attrset(A_NORMAL);
}

void
draw_line(int y, int x, int rows)
{
	mvvline(y, x, can.ascii_mark || can.narrow ? '|' : ACS_VLINE, rows);
}
