#include "edit.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "term.h"

enum {
	CTRL_A = 1,
	CTRL_B,
	CTRL_D = 4,
	CTRL_E,
	CTRL_F,
	CTRL_H = 8,
	CTRL_K = 11,
	CTRL_U = 21,
	CTRL_W = 23,
	CTRL_Y = 25
};

static size_t
before(const struct edit *f, size_t at)
{
	while (at > 0 && ((unsigned char)f->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t
after(const struct edit *f, size_t at)
{
	unsigned cp;

	return at < f->len ? at + text_next(f->text + at, f->len - at, &cp) : at;
}

/* What a person takes for a word in an address: up to a blank, a dot, a slash, a colon. */
static bool
parts(char c)
{
	return c == ' ' || c == '.' || c == '/' || c == ':' || c == '-' || c == '@';
}

static size_t
word_before(const struct edit *f)
{
	size_t at = f->cursor;

	while (at > 0 && parts(f->text[at - 1]))
		at--;
	while (at > 0 && !parts(f->text[at - 1]))
		at--;
	return at;
}

static size_t
word_after(const struct edit *f)
{
	size_t at = f->cursor;

	while (at < f->len && parts(f->text[at]))
		at++;
	while (at < f->len && !parts(f->text[at]))
		at++;
	return at;
}

static void
cut(struct edit *f, size_t from, size_t to)
{
	const size_t rest = f->len - to;

	if (from == to)
		return;
	memmove(f->text + from, f->text + to, rest + 1);
	mem_wipe(f->text + from + rest + 1, to - from);
	f->len -= to - from;
	f->cursor = from;
}

static void
insert(struct edit *f, const char *bytes, size_t n)
{
	if (f->len + n >= sizeof(f->text))
		return;
	memmove(f->text + f->cursor + n, f->text + f->cursor, f->len - f->cursor + 1);
	memcpy(f->text + f->cursor, bytes, n);
	f->len += n;
	f->cursor += n;
}

static size_t
encode(unsigned cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

void
edit_set(struct edit *f, const char *text, bool secret)
{
	size_t n = strlen(text);

	edit_wipe(f);
	if (n >= sizeof(f->text))
		n = sizeof(f->text) - 1;
	memcpy(f->text, text, n);
	f->len = f->cursor = n;
	f->secret = secret;
	f->suggested = true;
}

void
edit_wipe(struct edit *f)
{
	mem_wipe(f->text, sizeof(f->text));
	f->len = f->cursor = f->left = 0;
	f->touched = f->suggested = false;
	f->replaced[0] = '\0';
}

static void
touch(struct edit *f)
{
	f->touched = true;
	f->suggested = false;
}

/* What is written takes the place of a suggestion, which is kept. */
static void
replace(struct edit *f)
{
	if (!f->suggested)
		return;
	if (!f->secret)
		memcpy(f->replaced, f->text, f->len + 1);
	cut(f, 0, f->len);
}

/* False: there is nothing to bring back. */
static bool
bring_back(struct edit *f)
{
	const size_t n = strlen(f->replaced);

	if (!n)
		return false;
	cut(f, 0, f->len);
	insert(f, f->replaced, n);
	f->replaced[0] = '\0';
	return true;
}

static bool
control(struct edit *f, int key)
{
	switch (key) {
	case K_LEFT:       case CTRL_B: f->cursor = before(f, f->cursor); break;
	case K_RIGHT:      case CTRL_F: f->cursor = after(f, f->cursor); break;
	case K_WORD_LEFT:  f->cursor = word_before(f); break;
	case K_WORD_RIGHT: f->cursor = word_after(f); break;
	case K_HOME:       case CTRL_A: f->cursor = 0; break;
	case K_END:        case CTRL_E: f->cursor = f->len; break;
	case K_BACKSPACE:  case CTRL_H: cut(f, before(f, f->cursor), f->cursor); break;
	case K_DELETE:     case CTRL_D: cut(f, f->cursor, after(f, f->cursor)); break;
	case CTRL_U:       replace(f); cut(f, 0, f->cursor); break;
	case CTRL_K:       cut(f, f->cursor, f->len); break;
	case CTRL_W:       cut(f, word_before(f), f->cursor); break;
	case CTRL_Y:       if (!bring_back(f)) return true; break;
	default:           return false;
	}
	touch(f);
	return true;
}

bool
edit_key(struct edit *f, int key)
{
	char bytes[4];

	if (control(f, key))
		return true;
	if (key < ' ' || key == 0x7f || (key >= 0x80 && key < 0xa0) || key >= (int)K_SPECIAL)
		return false;
	replace(f);
	touch(f);
	insert(f, bytes, encode((unsigned)key, bytes));
	return true;
}

bool
edit_paste(struct edit *f, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\n' && text[i] != '\r') ||
		    text[i] == 0x7f)
			return false;
	if (!text_is_utf8(text, len))
		return false;
	replace(f);
	touch(f);
	while (len) {
		size_t n = 0;

		while (n < len && text[n] != '\n' && text[n] != '\r')
			n++;
		insert(f, text, n);
		n += n < len;
		text += n;
		len -= n;
	}
	return true;
}

static int
columns_between(const struct edit *f, size_t from, size_t to)
{
	int n = 0;

	if (!f->secret)
		return text_width_n(f->text + from, to - from);
	for (; from < to; from = after(f, from))
		n++;
	return n;
}

void
edit_show(struct edit *f, int columns, bool focus, struct buf *out, int *cursor)
{
	struct buf b = BUF_INIT;
	size_t at, end;
	int used = 0;

	if (!focus || f->left > f->cursor)
		f->left = focus ? f->cursor : 0;
	while (focus && columns_between(f, f->left, f->cursor) > columns - 1)
		f->left = after(f, f->left);
	/* Where all of it fits again, nothing stays hidden at the left. */
	while (f->left && columns_between(f, before(f, f->left), f->len) < columns)
		f->left = before(f, f->left);
	for (at = end = f->left; end < f->len; end = at) {
		at = after(f, end);
		if (used + columns_between(f, end, at) > columns)
			break;
		used += columns_between(f, end, at);
		if (f->secret)
			buf_putc(&b, '*');
		else
			text_safe(&b, f->text + end, at - end, at - end);
	}
	for (; used < columns; used++)
		buf_putc(&b, ' ');
	buf_puts(out, b.s);
	if (cursor)
		*cursor = columns_between(f, f->left, f->cursor);
	mem_wipe(b.s, b.len);
	buf_free(&b);
}
