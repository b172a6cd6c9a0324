/* nginx_repair_splice.c - a text, and what is to be put where; the style of the file is kept. */
#include "proxy/nginx_repair.h"

#include <stdlib.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t
line_start(const struct splices *s, size_t at)
{
	while (at > 0 && s->text[at - 1] != '\n')
		at--;
	return at;
}

static size_t
skip_blanks(const struct splices *s, size_t at)
{
	while (at < s->len && is_blank(s->text[at]))
		at++;
	return at;
}

/* Behind the newline of the line that `at' is on. */
static size_t
line_end(const struct splices *s, size_t at)
{
	while (at < s->len && s->text[at] != '\n')
		at++;
	return at < s->len ? at + 1 : at;
}

static bool
begins_line(const struct splices *s, size_t at)
{
	return skip_blanks(s, line_start(s, at)) >= at;
}

static bool
ends_line(const struct splices *s, size_t at)
{
	at = skip_blanks(s, at);
	return at == s->len || s->text[at] == '\n';
}

static const char *
indent_of(const struct splices *s, size_t at)
{
	size_t from = line_start(s, at), to = from;

	while (to < s->len && (s->text[to] == ' ' || s->text[to] == '\t'))
		to++;
	return arena_strndup(s->arena, s->text + from, to - from);
}

void
splices_init(struct splices *s, struct arena *a, const char *text, size_t len)
{
	const char *newline = memchr(text, '\n', len);
	size_t blanks = 0;

	*s = (struct splices){ .arena = a, .text = text, .len = len, .eol = "\n", .unit = "\t" };
	if (newline && newline > text && newline[-1] == '\r')
		s->eol = "\r\n";
	/* The first line that is indented shows the step. */
	for (size_t at = 0; at < len; at = line_end(s, at)) {
		size_t to = skip_blanks(s, at);

		if (to == at || to == len || text[to] == '\n')
			continue;
		if (text[at] == ' ')
			while (at + blanks < to && text[at + blanks] == ' ')
				blanks++;
		break;
	}
	if (blanks)
		s->unit = arena_printf(a, "%*s", (int)(blanks > 8 ? 8 : blanks), "");
}

void
splices_free(struct splices *s)
{
	free(s->v);
	s->v = NULL;
	s->n = 0;
}

static void
add(struct splices *s, size_t begin, size_t end, const char *text)
{
	if ((s->n & (s->n - 1)) == 0)
		s->v = xreallocarray(s->v, s->n ? 2 * s->n : 1, sizeof(*s->v));
	s->v[s->n] = (struct splice){ begin, end, arena_strdup(s->arena, text), (int)s->n };
	s->n++;
}

/* Lines of ours in the style of the file: each on its own, or all on one. */
static void
put_lines(struct buf *out, const struct splices *s, const char *lines, const char *indent)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		const char *p = lines;

		buf_puts(out, *p == '\n' ? "" : indent);
		for (; *p == '\t'; p++)
			buf_puts(out, s->unit);
		buf_add(out, p, len - (size_t)(p - lines));
		buf_puts(out, s->eol);
		lines += len + (lines[len] == '\n');
	}
}

/* On one line with others no comment can stand. */
static void
put_on_one_line(struct buf *out, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n"), blank = strspn(lines, "\t");

		if (len > blank && lines[blank] != '#') {
			if (out->len)
				buf_putc(out, ' ');
			buf_add(out, lines + blank, len - blank);
		}
		lines += len + (lines[len] == '\n');
	}
}

static void
add_lines(struct splices *s, size_t at, const char *lines, const char *indent)
{
	struct buf text = BUF_INIT;

	/* The last line of the file may have no end. */
	if (at == s->len && at > 0 && s->text[at - 1] != '\n')
		buf_puts(&text, s->eol);
	put_lines(&text, s, lines, indent);
	add(s, at, at, text.s);
	buf_free(&text);
}

static void
add_on_one_line(struct splices *s, size_t at, const char *lines, const char *before,
                const char *behind)
{
	struct buf text = BUF_INIT, all = BUF_INIT;

	put_on_one_line(&text, lines);
	buf_printf(&all, "%s%s%s", before, text.s, behind);
	add(s, at, at, all.s);
	buf_free(&text);
	buf_free(&all);
}

/* Only a comment, or nothing, on the rest of the line? */
static bool
rest_is_comment(const struct splices *s, size_t at)
{
	at = skip_blanks(s, at);
	return at == s->len || s->text[at] == '\n' || s->text[at] == '#';
}

void
splices_after(struct splices *s, const struct ngx_directive *d, const char *lines)
{
	const char *indent = indent_of(s, d->begin);

	if (!rest_is_comment(s, d->end)) {
		add_on_one_line(s, d->end, lines, " ", "");
		return;
	}
	/* On the line of its block's brace it has no indentation of its own. */
	if (d->parent && d->parent->file == d->file &&
	    d->parent->inside > line_start(s, d->begin))
		indent = arena_printf(s->arena, "%s%s", indent, s->unit);
	add_lines(s, line_end(s, d->end), lines, indent);
}

void
splices_inside(struct splices *s, const struct ngx_directive *block, const char *lines)
{
	const char *indent = indent_of(s, block->begin);
	const struct ngx_directive *first = block->child;

	if (!rest_is_comment(s, block->inside)) {
		add_on_one_line(s, block->inside, lines, " ", is_blank(s->text[block->inside]) ? "" : " ");
		return;
	}
	if (first && first->file == block->file && begins_line(s, first->begin))
		indent = indent_of(s, first->begin);
	else
		indent = arena_printf(s->arena, "%s%s", indent, s->unit);
	add_lines(s, line_end(s, block->inside), lines, indent);
}

/* Above the comment that belongs to what stands there. */
void
splices_before(struct splices *s, size_t begin, const char *lines)
{
	const char *indent = indent_of(s, begin);
	size_t at = line_start(s, begin);

	if (!begins_line(s, begin)) {
		add_on_one_line(s, begin, lines, "", " ");
		return;
	}
	while (at > 0) {
		size_t above = line_start(s, at - 1), text = skip_blanks(s, above);

		if (text >= at || s->text[text] != '#')
			break;
		at = above;
	}
	/* A file's first comment is about the file. */
	if (at == 0)
		at = line_start(s, begin);
	add_lines(s, at, arena_printf(s->arena, "%s\n", lines), indent);
}

/* Is the line above empty, or does it open a block? */
static bool
is_open_above(const struct splices *s, size_t at)
{
	while (at > 1 && is_blank(s->text[at - 2]))
		at--;
	return at < 2 || s->text[at - 2] == '\n' || s->text[at - 2] == '{';
}

void
splices_out(struct splices *s, size_t begin, size_t end)
{
	size_t from = line_start(s, begin), to = line_end(s, end), behind = skip_blanks(s, end);

	if (!begins_line(s, begin) || !ends_line(s, end)) {
		/* What shares its line keeps one blank between; a comment behind stays. */
		if (ends_line(s, end))
			while (begin > 0 && is_blank(s->text[begin - 1]))
				begin--;
		else
			end = behind;
		add(s, begin, end, "");
		return;
	}
	/* What stood between two empty lines, or behind a brace, takes one of them along. */
	if (to < s->len && ends_line(s, to) && is_open_above(s, from))
		to = line_end(s, to);
	add(s, from, to, "");
}

/* The bytes of a directive's word, quotes included, as nginx cuts them; 0 is the name. */
static bool
find_word(const struct splices *s, size_t begin, size_t end, size_t word, size_t *from, size_t *to)
{
	for (size_t at = begin, i = 0; at < end; i++) {
		char quote;

		while (at < end && (is_blank(s->text[at]) || s->text[at] == '\n' || s->text[at] == '#'))
			at = s->text[at] == '#' ? line_end(s, at) : at + 1;
		if (at >= end || s->text[at] == ';')
			return false;
		*from = at;
		quote = s->text[at] == '"' || s->text[at] == '\'' ? s->text[at++] : '\0';
		for (; at < end; at++) {
			const char c = s->text[at];

			if (c == '\\')
				at++;
			else if (quote ? c == quote : is_blank(c) || c == '\n' || c == ';' ||
			         (c == '{' && s->text[at - 1] != '$'))
				break;
		}
		at += quote != '\0';
		*to = at < end ? at : end;
		if (i == word)
			return true;
	}
	return false;
}

bool
splices_word(struct splices *s, size_t begin, size_t end, size_t word, const char *text)
{
	size_t from, to;

	if (!find_word(s, begin, end, word + 1, &from, &to))
		return false;
	if (!text)
		while (from > begin && is_blank(s->text[from - 1]))
			from--;
	add(s, from, to, text ? text : "");
	return true;
}

/* The lines of another file get the indentation of the place they come to. */
void
splices_instead(struct splices *s, size_t begin, size_t end, const char *text)
{
	const char *indent = indent_of(s, begin);
	struct buf out = BUF_INIT;

	while (*text) {
		size_t len = strcspn(text, "\n"), shown = len;

		while (shown > 0 && is_blank(text[shown - 1]))
			shown--;
		if (out.len && shown)
			buf_puts(&out, indent);
		buf_add(&out, text, shown);
		text += len + (text[len] == '\n');
		if (*text)
			buf_puts(&out, s->eol);
	}
	while (out.len && strchr("\r\n", out.s[out.len - 1]))
		buf_cut(&out, out.len - 1);
	/* A comment on its last line must not swallow what follows. */
	if (!rest_is_comment(s, end))
		buf_printf(&out, "%s%s", s->eol, indent);
	add(s, begin, end, out.s);
	buf_free(&out);
}

static int
in_order(const void *a, const void *b)
{
	const struct splice *x = a, *y = b;
	const bool x_adds = x->begin == x->end, y_adds = y->begin == y->end;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	if (x_adds != y_adds)
		return x_adds ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

void
splices_apply(struct buf *out, struct splices *s)
{
	size_t at = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), in_order);
	for (size_t i = 0; i < s->n; i++) {
		const struct splice *one = &s->v[i];

		if (one->begin > at)
			buf_add(out, s->text + at, one->begin - at);
		buf_puts(out, one->text);
		if (one->end > at)
			at = one->end;
		else if (one->begin > at)
			at = one->begin;
	}
	buf_add(out, s->text + at, s->len - at);
}
