#include "conf/nginx_lex.h"

#include <string.h>

#include "base/i18n.h"
#include "conf/nginx.h"

void
ngx_lex_init(struct ngx_lexer *x, struct arena *a, const char *file, const char *text, size_t len)
{
	*x = (struct ngx_lexer){
		.file = file, .text = text, .p = text, .end = text + len, .at = text,
		.line = 1, .column = 1, .arena = a,
	};
}

static void
step(struct ngx_lexer *x)
{
	unsigned char c = (unsigned char)*x->p++;

	if (c == '\n') {
		x->line++;
		x->column = 1;
	} else if ((c & 0xc0) != 0x80) {
		x->column++; /* columns are characters, so a continuation byte counts nothing */
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum ngx_token
bad_char(const struct ngx_lexer *x, char c, struct err *e)
{
	err_at(e, ERR_VALUE, x->file, x->line, x->column,
	       _("There is a \"%c\" where nginx cannot have one."), c);
	return NGX_BAD;
}

static enum ngx_token
ends_early(const struct ngx_lexer *x, struct err *e)
{
	err_at(e, ERR_VALUE, x->file, x->line, x->column,
	       _("The file ends too early: a quote, a \";\" or a \"}\" is missing."));
	return NGX_BAD;
}

/* nginx takes the backslash away only before quotes, itself, t, r and n. */
static const char *
unescaped(struct arena *a, const char *s, size_t len)
{
	char *word = arena_strndup(a, s, len);
	char *to = word;

	for (const char *from = word; *from; from++) {
		if (*from == '\\' && from[1] && strchr("\"'\\trn", from[1])) {
			from++;
			*to++ = *from == 't' ? '\t' : *from == 'r' ? '\r' :
			        *from == 'n' ? '\n' : *from;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return word;
}

static enum ngx_token
take_word(struct ngx_lexer *x, const char **word, struct err *e)
{
	const char quote = *x->p == '"' || *x->p == '\'' ? *x->p : '\0';
	const char *start;
	bool variable = false; /* the last byte was a `$': a `{' belongs to the name */

	if (quote)
		step(x);
	start = x->p;
	for (;; step(x)) {
		if (x->p == x->end)
			return ends_early(x, e);
		if (*x->p == '\0') {
			err_at(e, ERR_VALUE, x->file, x->line, x->column,
			       _("There is a zero byte here: this is not a text file."));
			return NGX_BAD;
		}
		if (x->p - start >= NGX_WORD_MAX) {
			err_at(e, ERR_VALUE, x->file, x->at_line, x->at_column,
			       _("This word is too long for nginx. A quote may be missing."));
			return NGX_BAD;
		}
		if (*x->p == '{' && variable)
			continue;
		if (*x->p == '\\') {
			step(x);
			if (x->p == x->end || *x->p == '\0')
				return ends_early(x, e);
			variable = false;
			continue;
		}
		if (quote ? *x->p == quote : is_blank(*x->p) || *x->p == ';' || *x->p == '{')
			break;
		variable = *x->p == '$';
	}
	*word = unescaped(x->arena, start, (size_t)(x->p - start));
	if (quote) {
		step(x);
		x->after_quote = true;
	}
	return NGX_WORD;
}

enum ngx_token
ngx_lex(struct ngx_lexer *x, const char **word, struct err *e)
{
	if (x->after_quote && x->p < x->end) {
		if (!is_blank(*x->p) && !strchr(";{)", *x->p))
			return bad_char(x, *x->p ? *x->p : '?', e);
		x->after_quote = false;
	}
	while (x->p < x->end && (is_blank(*x->p) || *x->p == '#')) {
		if (*x->p == '#')
			while (x->p < x->end && *x->p != '\n')
				step(x);
		else
			step(x);
	}
	x->at_line = x->line;
	x->at_column = x->column;
	x->at = x->p;
	if (x->p == x->end)
		return NGX_END;
	switch (*x->p) {
	case ';':
		step(x);
		return NGX_SEMICOLON;
	case '{':
		step(x);
		return NGX_OPEN;
	case '}':
		step(x);
		return NGX_CLOSE;
	}
	return take_word(x, word, e);
}

/* The length of a Lua long bracket's opening "[==[" at p, or 0. */
static size_t
long_bracket(const char *p, const char *end)
{
	const char *q = p + 1;

	if (p == end || *p != '[')
		return 0;
	while (q < end && *q == '=')
		q++;
	return q < end && *q == '[' ? (size_t)(q - p) + 1 : 0;
}

/* Past a long string or comment whose opening, `len' bytes, stands at x->p. */
static void
skip_long_bracket(struct ngx_lexer *x, size_t len)
{
	while (len-- > 0)
		step(x);
	for (const char *opening = x->p; x->p < x->end; step(x)) {
		const char *q = x->p + 1;
		const char *o = opening - 2; /* the last `=' of the opening, or its first `[' */

		if (*x->p != ']')
			continue;
		for (; q < x->end && *q == '=' && *o == '='; q++)
			o--;
		if (q == x->end || *q != ']' || *o != '[')
			continue;
		while (x->p <= q)
			step(x);
		return;
	}
}

static void
skip_lua_string(struct ngx_lexer *x)
{
	const char quote = *x->p;

	step(x);
	while (x->p < x->end && *x->p != quote && *x->p != '\n') {
		if (*x->p == '\\' && x->p + 1 < x->end)
			step(x);
		step(x);
	}
	if (x->p < x->end)
		step(x);
}

int
ngx_lex_skip_lua(struct ngx_lexer *x, struct err *e)
{
	int depth = 1;

	while (x->p < x->end) {
		const bool comment = x->end - x->p >= 2 && x->p[0] == '-' && x->p[1] == '-';
		size_t bracket;

		if (comment) {
			step(x);
			step(x);
		}
		bracket = long_bracket(x->p, x->end);
		if (bracket) {
			skip_long_bracket(x, bracket);
			continue;
		}
		if (comment) {
			while (x->p < x->end && *x->p != '\n')
				step(x);
			continue;
		}
		if (*x->p == '"' || *x->p == '\'') {
			skip_lua_string(x);
			continue;
		}
		if (*x->p == '{')
			depth++;
		if (*x->p == '}' && --depth == 0) {
			step(x);
			return 0;
		}
		step(x);
	}
	return err_at(e, ERR_VALUE, x->file, x->at_line, x->at_column,
	              _("The Lua block that begins here never ends."));
}
