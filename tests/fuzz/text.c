/*
 * Text for a screen: never wider than asked, whole characters out where whole
 * ones came in, nothing harmful.
 */
#include "fuzz.h"

#include <locale.h>

struct wrapped {
	int    columns;
	bool   utf8;
	size_t letters;
};

static size_t
letters(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += s[i] != ' ' && s[i] != '\n';
	return n;
}

static void
see_line(void *ctx, const char *line, size_t bytes)
{
	struct wrapped *w = ctx;
	const char *first = line + strspn(line, " ");
	const bool one_word = first >= line + bytes ||
	                      !memchr(first, ' ', (size_t)(line + bytes - first));

	assert(one_word || text_width_n(line, bytes) <= w->columns);
	assert(!w->utf8 || text_is_utf8(line, bytes));
	w->letters += letters(line, bytes);
}

static void
measure(const char *s, int columns)
{
	const size_t len = strlen(s);
	struct wrapped w = { .columns = columns, .utf8 = text_is_utf8(s, len) };
	struct buf clipped = BUF_INIT, padded = BUF_INIT;
	int used;
	const size_t n = text_fit(s, columns, &used);

	assert(n <= len && used <= columns && used == text_width_n(s, n));
	assert(!w.utf8 || text_is_utf8(s, n));
	text_clip(&clipped, s, columns, false);
	text_clip(&padded, s, columns, true);
	assert(text_width(clipped.s) <= columns);
	assert(text_width(padded.s) == columns);
	assert(!w.utf8 || text_is_utf8(clipped.s, clipped.len));
	assert(!w.utf8 || text_is_utf8(padded.s, padded.len));
	text_wrap(s, columns, see_line, &w);
	assert(w.letters == letters(s, len)); /* nothing but blanks is lost */
	buf_free(&clipped);
	buf_free(&padded);
}

static void
clean(const char *bytes, size_t len, size_t max)
{
	struct buf out = BUF_INIT, again = BUF_INIT;

	text_safe(&out, bytes, len, max);
	assert(out.len <= max && text_is_utf8(out.s, out.len));
	for (size_t i = 0; i < out.len; i++)
		assert((unsigned char)out.s[i] >= ' ' && out.s[i] != 0x7f);
	text_safe(&again, out.s, out.len, max);
	assert(strcmp(out.s, again.s) == 0);
	buf_cut(&again, 0);
	text_ascii(&again, out.s);
	for (size_t i = 0; i < again.len; i++)
		assert(again.s[i] >= ' ' && again.s[i] < 0x7f);
	buf_free(&out);
	buf_free(&again);
}

static void
numbers(const char *s)
{
	unsigned long long bytes, twin;
	unsigned seconds;
	struct buf text = BUF_INIT;

	if (text_parse_size(s, &bytes) == 0) {
		text_size(&text, bytes);
		assert(text_parse_size(text.s, &twin) == 0 && twin == bytes);
	}
	text_parse_duration(s, &seconds);
	buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = xstrndup((const char *)data, size);

	setlocale(LC_CTYPE, size % 2 ? "C.UTF-8" : "C");
	for (int columns = 1; columns < 80; columns = columns * 3 + 1)
		measure(s, columns);
	clean((const char *)data, size, size + 1);
	clean((const char *)data, size, 7);
	numbers(s);
	free(s);
	return 0;
}
