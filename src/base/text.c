#include "base/text.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <wchar.h>

#include "base/mem.h"

struct range {
	unsigned first, last;
};

/* For a C library that knows only ASCII in this locale; coarse, but right for what is read here. */
static const struct range wide[] = {
	{ 0x1100, 0x115f }, { 0x231a, 0x231b }, { 0x2329, 0x232a }, { 0x23e9, 0x23ec },
	{ 0x2614, 0x2615 }, { 0x267f, 0x267f }, { 0x2693, 0x2693 }, { 0x26a1, 0x26a1 },
	{ 0x2705, 0x2705 }, { 0x274c, 0x274c }, { 0x2753, 0x2755 }, { 0x2795, 0x2797 },
	{ 0x2e80, 0x303e }, { 0x3041, 0x33ff }, { 0x3400, 0x4dbf }, { 0x4e00, 0xa4cf },
	{ 0xa960, 0xa97f }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe10, 0xfe19 },
	{ 0xfe30, 0xfe6f }, { 0xff01, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1b000, 0x1b2ff },
	{ 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

static const struct range combining[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a },
	{ 0x064b, 0x065f }, { 0x1160, 0x11ff }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2064 }, { 0x20d0, 0x20ff },
	{ 0x302a, 0x302d }, { 0x3099, 0x309a }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
	{ 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
};

/* What must not reach a screen: it hides text, or turns its order round. */
static const struct range harmful[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x00ad, 0x00ad }, { 0x034f, 0x034f },
	{ 0x061c, 0x061c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff9, 0xfffb },
	{ 0xfffe, 0xffff }, { 0xe0000, 0xe0fff },
};

static bool
among(const struct range *ranges, size_t n, unsigned cp)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return true;
	return false;
}

size_t
text_next(const char *s, size_t bytes, unsigned *cp)
{
	const unsigned char *u = (const unsigned char *)s;
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const size_t n = u[0] < 0x80 ? 1 : u[0] >= 0xc2 && u[0] < 0xe0 ? 2 :
	                 (u[0] & 0xf0) == 0xe0 ? 3 : u[0] >= 0xf0 && u[0] < 0xf5 ? 4 : 0;
	unsigned c = n < 2 ? u[0] : u[0] & (0xffu >> (n + 1));

	*cp = TEXT_BROKEN;
	if (n == 0 || n > bytes)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 1;
	*cp = c;
	return n;
}

static int
columns_of(unsigned cp)
{
	int w;

	if (cp < 0x80 || cp == TEXT_BROKEN)
		return 1;
	w = wcwidth((wchar_t)cp);
	if (w >= 0)
		return w;
	return among(wide, ARRAY_LEN(wide), cp) ? 2 : !among(combining, ARRAY_LEN(combining), cp);
}

static size_t
fit(const char *s, size_t bytes, int columns, int *used)
{
	size_t done = 0;

	*used = 0;
	while (done < bytes) {
		unsigned cp;
		const size_t n = text_next(s + done, bytes - done, &cp);
		const int w = columns_of(cp);

		if (w > columns - *used)
			break;
		*used += w;
		done += n;
	}
	return done;
}

int
text_width_n(const char *s, size_t bytes)
{
	int used;

	fit(s, bytes, INT_MAX, &used);
	return used;
}

int
text_width(const char *s)
{
	return text_width_n(s, strlen(s));
}

size_t
text_fit(const char *s, int columns, int *used)
{
	int ignored;

	return fit(s, strlen(s), columns, used ? used : &ignored);
}

static void
blanks(struct buf *out, int n)
{
	while (n-- > 0)
		buf_putc(out, ' ');
}

void
text_clip(struct buf *out, const char *s, int columns, bool pad)
{
	const size_t len = strlen(s);
	int used;
	size_t n = fit(s, len, columns, &used);

	if (columns <= 0)
		return;
	if (n == len) {
		buf_add(out, s, len);
		if (pad)
			blanks(out, columns - used);
		return;
	}
	n = fit(s, len, columns - 1, &used);
	buf_add(out, s, n);
	blanks(out, columns - 1 - used); /* half of a wide character would not do */
	buf_putc(out, '>');
}

/* Is there a unit: "s" in "0.25 s"? */
static bool
is_unit(const char *word, const char *end)
{
	static const char *const units[] = { "s", "ms", "KB", "MB", "GB" };
	size_t n = 0;

	while (word + n < end && isalpha((unsigned char)word[n]))
		n++;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strlen(units[i]) == n && strncmp(units[i], word, n) == 0)
			return true;
	return false;
}

/* "30 s", "22 sshd": does the word behind `gap' stay with the number before it? */
static bool
is_counted(const char *start, const char *gap, const char *end)
{
	const char *p = gap;

	while (p > start && isdigit((unsigned char)p[-1]))
		p--;
	if (p == gap || gap + 1 >= end)
		return false;
	return is_unit(gap + 1, end) || ((p == start || p[-1] == ' ') && isalpha((unsigned char)gap[1]));
}

/* The end of the word at `p'; a number keeps what it counts. */
static const char *
word_end(const char *p, const char *end)
{
	const char *start = p, *stop = p;

	do
		while (stop < end && *stop != ' ')
			stop++;
	while (is_counted(start, stop, end) && stop++);
	return stop;
}

/* The end of the line that begins at `s': at least one word, then as many as fit. */
static const char *
line_break(const char *s, const char *end, int columns)
{
	const char *p = s;
	const char *last = NULL;

	while (p < end) {
		const char *word = p + strspn(p, " ");
		const char *stop = word_end(word, end);

		if (word >= end)
			break;
		if (last && text_width_n(s, (size_t)(stop - s)) > columns)
			break;
		last = stop;
		p = stop;
	}
	return last ? last : end;
}

int
text_wrap(const char *s, int columns, text_line_fn *fn, void *ctx)
{
	int lines = 0;

	while (*s) {
		const char *end = s + strcspn(s, "\n");

		do {
			const char *stop = line_break(s, end, columns);
			size_t n = (size_t)(stop - s);

			while (n && s[n - 1] == ' ')
				n--;
			if (fn)
				fn(ctx, s, n);
			lines++;
			s = stop + strspn(stop, " ");
		} while (s < end);
		s = *end ? end + 1 : end;
	}
	return lines;
}

void
text_safe(struct buf *out, const char *bytes, size_t len, size_t max)
{
	size_t room = max;

	for (size_t i = 0; i < len && room > 0;) {
		unsigned cp;
		const size_t n = text_next(bytes + i, len - i, &cp);

		if (cp == '\n' || cp == '\t') {
			buf_putc(out, ' ');
			room--;
		} else if (cp == TEXT_BROKEN || among(harmful, ARRAY_LEN(harmful), cp)) {
			buf_putc(out, '?');
			room--;
		} else if (n <= room) {
			buf_add(out, bytes + i, n);
			room -= n;
		} else {
			return;
		}
		i += n;
	}
}

bool
text_is_utf8(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		unsigned cp;

		i += text_next(bytes + i, len - i, &cp);
		if (cp == TEXT_BROKEN)
			return false;
	}
	return true;
}
