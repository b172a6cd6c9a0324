#include "conf/apache_lex.h"

#include <stdlib.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

bool
apa_line(struct buf *out, const char **p, const char *end, int *lines)
{
	buf_cut(out, 0);
	*lines = 0;
	if (*p >= end)
		return false;
	for (;;) {
		const char *newline = memchr(*p, '\n', (size_t)(end - *p));
		size_t len = (size_t)((newline ? newline : end) - *p);
		const size_t whole = len;

		if (len && (*p)[len - 1] == '\r')
			len--;
		++*lines;
		if (len == 0 || (*p)[len - 1] != '\\' || !newline) {
			buf_add(out, *p, len);
			*p += whole + (newline != NULL);
			return true;
		}
		buf_add(out, *p, len - 1);
		*p += whole + 1;
		if (*p >= end)
			return true;
	}
}

void
apa_expand(struct buf *out, const char *line, apa_variable_fn *variable, void *ctx)
{
	while (*line) {
		const char *close = strncmp(line, "${", 2) == 0 ? strchr(line, '}') : NULL;
		const char *value = NULL;

		if (close && memchr(line, ':', (size_t)(close - line)) == NULL) {
			char *name = xstrndup(line + 2, (size_t)(close - line) - 2);

			value = variable(ctx, name);
			free(name);
		}
		if (value) {
			buf_puts(out, value);
			line = close + 1;
		} else {
			buf_putc(out, *line++);
		}
	}
}

/* A word in quotes ends at the same quote; a backslash takes the meaning from a quote and from itself. */
static const char *
quoted(struct arena *a, const char **p)
{
	struct buf b = BUF_INIT;
	const char quote = *(*p)++;
	const char *word;

	while (**p && **p != quote) {
		if (**p == '\\' && ((*p)[1] == quote || (*p)[1] == '\\'))
			++*p;
		buf_putc(&b, *(*p)++);
	}
	if (**p)
		++*p;
	word = arena_strdup(a, b.s);
	buf_free(&b);
	return word;
}

int
apa_cut(struct arena *a, const char *line, const char **args)
{
	int n = 0;

	for (;;) {
		const char *start;

		while (is_blank(*line))
			line++;
		args[n] = NULL;
		if (!*line)
			return n;
		if (n == APA_MAX_WORDS)
			return -1;
		if (*line == '"' || *line == '\'') {
			args[n++] = quoted(a, &line);
			continue;
		}
		for (start = line; *line && !is_blank(*line); line++)
			;
		args[n++] = arena_strndup(a, start, (size_t)(line - start));
	}
}
