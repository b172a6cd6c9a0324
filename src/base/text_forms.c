/* text_forms.c - the rest of text.h: letters without marks, seconds, sizes, durations. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"

/* Latin-1 and Latin Extended-A from U+00C0 to U+017F, one entry a letter. */
static const char *const bare[] = {
	"A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I", "I",
	"D", "N", "O", "O", "O", "O", "O", "x", "O", "U", "U", "U", "U", "Y", "Th", "ss",
	"a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
	"d", "n", "o", "o", "o", "o", "o", "/", "o", "u", "u", "u", "u", "y", "th", "y",
	"A", "a", "A", "a", "A", "a", "C", "c", "C", "c", "C", "c", "C", "c", "D", "d",
	"D", "d", "E", "e", "E", "e", "E", "e", "E", "e", "E", "e", "G", "g", "G", "g",
	"G", "g", "G", "g", "H", "h", "H", "h", "I", "i", "I", "i", "I", "i", "I", "i",
	"I", "i", "IJ", "ij", "J", "j", "K", "k", "k", "L", "l", "L", "l", "L", "l", "L",
	"l", "L", "l", "N", "n", "N", "n", "N", "n", "n", "N", "n", "O", "o", "O", "o",
	"O", "o", "OE", "oe", "R", "r", "R", "r", "R", "r", "S", "s", "S", "s", "S", "s",
	"S", "s", "T", "t", "T", "t", "T", "t", "U", "u", "U", "u", "U", "u", "U", "u",
	"U", "u", "U", "u", "W", "w", "Y", "y", "Y", "Z", "z", "Z", "z", "Z", "z", "s",
};

static const struct {
	unsigned    cp;
	const char *text;
} marks[] = {
	{ 0x00a0, " " }, { 0x00ab, "\"" }, { 0x00b7, "." }, { 0x00bb, "\"" }, { 0x2010, "-" },
	{ 0x2011, "-" }, { 0x2012, "-" }, { 0x2013, "-" }, { 0x2014, "-" }, { 0x2018, "'" },
	{ 0x2019, "'" }, { 0x201a, "'" }, { 0x201c, "\"" }, { 0x201d, "\"" }, { 0x201e, "\"" },
	{ 0x2022, "*" }, { 0x2026, "..." }, { 0x202f, " " }, { 0x2192, "->" },
};

static const char *
ascii_of(unsigned cp)
{
	_Static_assert(ARRAY_LEN(bare) == 0x180 - 0xc0, "one entry a letter");

	if (cp >= 0xc0 && cp < 0x180)
		return bare[cp - 0xc0];
	if (cp >= 0x300 && cp <= 0x36f)
		return ""; /* a mark behind its letter */
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (marks[i].cp == cp)
			return marks[i].text;
	return "?";
}

void
text_ascii(struct buf *out, const char *s)
{
	size_t len = strlen(s);

	while (len) {
		unsigned cp;
		const size_t n = text_next(s, len, &cp);

		if (cp < 0x80)
			buf_putc(out, *s);
		else
			buf_puts(out, ascii_of(cp));
		s += n;
		len -= n;
	}
}

void
text_seconds(struct buf *out, double seconds)
{
	/* What is shown decides, so that 0.9996 is "1.0" and not "1.00". */
	const int decimals = !(seconds >= 0.0995) ? 3 : seconds < 0.995 ? 2 : seconds < 9.95;
	char digits[64];
	char *dot;

	snprintf(digits, sizeof(digits), "%.*f", decimals,
		 seconds >= 0 ? seconds < 1e9 ? seconds : 1e9 : 0.0);
	dot = strchr(digits, '.');
	if (!dot) {
		buf_puts(out, digits);
		return;
	}
	buf_add(out, digits, (size_t)(dot - digits));
	/* TRANSLATORS: the decimal mark alone, as in 0.35: "," where people write 0,35 */
	buf_puts(out, _("."));
	buf_puts(out, dot + 1);
}

/* Digits, then what is left in *rest; -1: none, or too many for the type. */
static int
number(const char *s, unsigned long long *n, const char **rest)
{
	*n = 0;
	*rest = s;
	for (; **rest >= '0' && **rest <= '9'; (*rest)++) {
		const unsigned digit = (unsigned)(**rest - '0');

		if (*n > (ULLONG_MAX - digit) / 10)
			return -1;
		*n = *n * 10 + digit;
	}
	return *rest == s ? -1 : 0;
}

int
text_parse_size(const char *s, unsigned long long *bytes)
{
	static const char units[] = "KMGT";
	const char *rest, *unit;
	unsigned long long n;

	if (number(s, &n, &rest) < 0)
		return -1;
	if (*rest) {
		const char upper = *rest >= 'a' && *rest <= 'z' ? (char)(*rest - 'a' + 'A') : *rest;

		unit = strchr(units, upper);
		if (!unit || rest[1])
			return -1;
		for (int i = 0; i <= unit - units; i++) {
			if (n > ULLONG_MAX / 1024)
				return -1;
			n *= 1024;
		}
	}
	*bytes = n;
	return 0;
}

void
text_size(struct buf *out, unsigned long long bytes)
{
	static const char units[] = "KMGT";
	int unit = -1;

	while (bytes && bytes % 1024 == 0 && unit < 3) {
		bytes /= 1024;
		unit++;
	}
	buf_printf(out, "%llu", bytes);
	if (unit >= 0)
		buf_putc(out, units[unit]);
}

int
text_parse_duration(const char *s, unsigned *seconds)
{
	const char *rest;
	unsigned long long n;
	unsigned factor = 1;

	if (number(s, &n, &rest) < 0)
		return -1;
	if (*rest) {
		if (rest[1])
			return -1;
		switch (*rest) {
		case 's': break;
		case 'm': factor = 60; break;
		case 'h': factor = 3600; break;
		default: return -1;
		}
	}
	if (n > UINT_MAX / factor)
		return -1;
	*seconds = (unsigned)n * factor;
	return 0;
}
