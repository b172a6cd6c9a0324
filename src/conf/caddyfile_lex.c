#include "conf/caddyfile_lex.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

enum {
	MAX_TOKENS = 400000,
	MAX_WORD   = 64 << 10,
};

struct lexer {
	const char        *file;
	const char        *p, *end;
	int                line, column; /* of *p */
	bool               fresh;        /* no token on this line yet */
	struct arena      *arena;
	struct cdy_tokens *out;
	size_t             cap;
	struct buf         word;
	struct err        *e;
};

static void
step(struct lexer *x)
{
	const unsigned char c = (unsigned char)*x->p++;

	if (c == '\n') {
		x->line++;
		x->column = 1;
	} else if ((c & 0xc0) != 0x80) {
		x->column++; /* columns are characters, so a continuation byte counts nothing */
	}
}

static int
too_large(struct lexer *x)
{
	return err_at(x->e, ERR_VALUE, x->file, x->line, x->column,
	              _("This configuration is too large to be read here."));
}

static int
take(struct lexer *x)
{
	if (*x->p == '\0')
		return err_at(x->e, ERR_VALUE, x->file, x->line, x->column,
		              _("There is a zero byte here: this is not a text file."));
	if (x->word.len >= MAX_WORD)
		return too_large(x);
	buf_putc(&x->word, *x->p);
	step(x);
	return 0;
}

/* What Go calls a space, in bytes; 0: none. */
static size_t
blank(const struct lexer *x)
{
	static const unsigned spaces[] = {
		0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
	};
	unsigned cp;
	size_t n;

	if (strchr(" \t\n\v\f\r", *x->p) && *x->p)
		return 1;
	if ((unsigned char)*x->p < 0x80)
		return 0;
	n = text_next(x->p, (size_t)(x->end - x->p), &cp);
	if (cp >= 0x2000 && cp <= 0x200a)
		return n;
	for (size_t i = 0; i < ARRAY_LEN(spaces); i++)
		if (cp == spaces[i])
			return n;
	return 0;
}

static int
add(struct lexer *x, int line, int column, bool quoted)
{
	struct cdy_tokens *t = x->out;

	if (t->n >= MAX_TOKENS)
		return too_large(x);
	if (t->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 64;
		t->v = xreallocarray(t->v, x->cap, sizeof(*t->v));
	}
	t->v[t->n++] = (struct cdy_token){
		.text = arena_strndup(x->arena, x->word.s, x->word.len), .file = x->file,
		.line = line, .column = column, .first = x->fresh, .quoted = quoted,
	};
	x->fresh = false;
	buf_cut(&x->word, 0);
	return 0;
}

/* {$NAME:default value} is replaced before Caddy cuts words: one piece, blanks and all. */
static int
take_variable(struct lexer *x)
{
	const char *close = memchr(x->p, '}', (size_t)(x->end - x->p));

	if (!close || memchr(x->p, '\n', (size_t)(close - x->p)))
		return take(x);
	x->out->env = true;
	while (x->p <= close)
		if (take(x) < 0)
			return -1;
	return 0;
}

static bool
is_variable(const struct lexer *x)
{
	return x->end - x->p > 2 && x->p[0] == '{' && x->p[1] == '$' && x->p[2] != '}';
}

/* A backslash at the very end joins the next line to this one. */
static bool
is_joint(const struct lexer *x)
{
	const size_t left = (size_t)(x->end - x->p);

	return *x->p == '\\' &&
	       ((left > 1 && x->p[1] == '\n') || (left > 2 && x->p[1] == '\r' && x->p[2] == '\n'));
}

/* In double quotes a backslash hides a quote and nothing else; in backquotes it is a letter. */
static int
take_quoted(struct lexer *x)
{
	const char quote = *x->p;

	step(x);
	while (x->p < x->end && *x->p != quote) {
		if (quote == '"' && *x->p == '\\' && x->p + 1 < x->end) {
			if (x->p[1] == '"')
				step(x);
			else if (take(x) < 0)
				return -1;
		}
		if (is_variable(x) ? take_variable(x) < 0 : take(x) < 0)
			return -1;
	}
	if (x->p < x->end)
		step(x);
	return 0;
}

/* The marker's length of a heredoc that begins at "<<", or 0. */
static size_t
marker(const struct lexer *x)
{
	const char *m = x->p + 2, *q = m;

	if (x->end - x->p < 4 || x->p[0] != '<' || x->p[1] != '<')
		return 0;
	while (q < x->end && ((*q >= 'A' && *q <= 'Z') || (*q >= 'a' && *q <= 'z') ||
			      (*q >= '0' && *q <= '9') || *q == '_' || *q == '-'))
		q++;
	if (q == m || q == x->end ||
	    (*q != '\n' && !(*q == '\r' && q + 1 < x->end && q[1] == '\n')))
		return 0;
	return (size_t)(q - m);
}

/* Its text, with the margin left on: who reads it here only wants to get past it. */
static int
take_heredoc(struct lexer *x, size_t len)
{
	const char *mark = x->p + 2, *close;

	close = memmem(mark + len, (size_t)(x->end - mark) - len, mark, len);
	if (!close)
		return err_at(x->e, ERR_VALUE, x->file, x->line, x->column,
		              _("The text that begins here never ends: its mark is missing."));
	while (*x->p != '\n')
		step(x);
	step(x);
	while (x->p < close)
		if (take(x) < 0)
			return -1;
	while (x->p < close + len)
		step(x);
	return 0;
}

static int
take_plain(struct lexer *x)
{
	while (x->p < x->end && !blank(x) && !is_joint(x))
		if (is_variable(x) ? take_variable(x) < 0 : take(x) < 0)
			return -1;
	return 0;
}

static int
take_word(struct lexer *x)
{
	const int line = x->line, column = x->column;
	const bool quoted = *x->p == '"' || *x->p == '`';
	const size_t heredoc = marker(x);
	int rc;

	if (heredoc)
		rc = take_heredoc(x, heredoc);
	else
		rc = quoted ? take_quoted(x) : take_plain(x);
	return rc < 0 ? -1 : add(x, line, column, quoted || heredoc);
}

/* Blanks, comments and ends of lines. */
static void
skip_blanks(struct lexer *x)
{
	size_t n;

	while (x->p < x->end) {
		if (*x->p == '#') {
			while (x->p < x->end && *x->p != '\n')
				step(x);
		} else if (is_joint(x)) {
			while (*x->p != '\n')
				step(x);
			step(x);
		} else if ((n = blank(x))) {
			if (*x->p == '\n')
				x->fresh = true;
			while (n-- > 0)
				step(x);
		} else {
			return;
		}
	}
}

int
cdy_lex(struct cdy_tokens *out, struct arena *a, const char *file, const char *text, size_t len,
	struct err *e)
{
	struct lexer x = {
		.file = file, .p = text, .end = text + len, .line = 1, .column = 1, .fresh = true,
		.arena = a, .out = out, .word = BUF_INIT, .e = e,
	};
	int rc = 0;

	*out = (struct cdy_tokens){ 0 };
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		x.p += 3;
	while (rc == 0) {
		skip_blanks(&x);
		if (x.p == x.end)
			break;
		rc = take_word(&x);
	}
	buf_free(&x.word);
	if (rc < 0) {
		free(out->v);
		*out = (struct cdy_tokens){ 0 };
	}
	return rc;
}
