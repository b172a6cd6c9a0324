#include "conf/haproxy_lex.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "conf/haproxy.h"

struct cutter {
	const struct hap_lexer *x;
	const char             *p, *end;
	struct buf              word;
	bool                    begun; /* an empty pair of quotes is a word too */
	const char             *why;
};

static int
hex(char c)
{
	return isdigit((unsigned char)c)    ? c - '0'
	       : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
	                                    : -1;
}

/* Behind a backslash, outside single quotes. */
static bool
escape(struct cutter *k, bool quoted)
{
	static const char from[] = "nrt", to[] = "\n\r\t";
	const char *letter;
	int high, low;

	if (k->p == k->end) {
		k->why = _("This line ends with a backslash, and HAProxy does not join lines.");
		return false;
	}
	letter = strchr(from, *k->p);
	if (letter && *letter) {
		buf_putc(&k->word, to[letter - from]);
		k->p++;
		return true;
	}
	if (*k->p == 'x') {
		high = k->end - k->p > 2 ? hex(k->p[1]) : -1;
		low = high >= 0 ? hex(k->p[2]) : -1;
		if (low < 0 || (high == 0 && low == 0)) {
			k->why = _("After \\x stand two hexadecimal digits, and not 00.");
			return false;
		}
		buf_putc(&k->word, (char)(high * 16 + low));
		k->p += 3;
		return true;
	}
	/* What needs no backslash keeps it: HAProxy takes it for part of a regular expression. */
	if (!strchr(quoted ? " \t\"'#$\\" : " \t\"'#\\$", *k->p))
		buf_putc(&k->word, '\\');
	buf_putc(&k->word, *k->p++);
	return true;
}

/* "$NAME", "${NAME}", "${NAME-default}"; p is behind the dollar. */
static bool
variable(struct cutter *k)
{
	const char *start = k->p, *name, *name_end, *otherwise = NULL, *value;
	bool brace = k->p < k->end && *k->p == '{';
	char *copy;

	if (brace)
		k->p++;
	name = k->p;
	while (k->p < k->end && (isalnum((unsigned char)*k->p) || *k->p == '_' || *k->p == '.'))
		k->p++;
	name_end = k->p;
	if (brace && k->p < k->end && *k->p == '-') {
		otherwise = ++k->p;
		while (k->p < k->end && *k->p != '}')
			k->p++;
	} else if (brace && k->end - k->p >= 3 && strncmp(k->p, "[*]", 3) == 0) {
		k->p += 3;
	}
	if (name == name_end || (brace && (k->p == k->end || *k->p != '}'))) {
		k->why = _("There is a $ here without the name of a variable behind it.");
		return false;
	}
	copy = xstrndup(name, (size_t)(name_end - name));
	value = k->x->variable ? k->x->variable(k->x->ctx, copy) : NULL;
	free(copy);
	if (value)
		buf_puts(&k->word, value);
	else if (otherwise)
		buf_add(&k->word, otherwise, (size_t)(k->p - otherwise));
	else
		buf_printf(&k->word, "$%.*s", (int)(k->p + brace - start), start);
	k->p += brace;
	return true;
}

static bool
strong_quote(struct cutter *k)
{
	const char *close = memchr(k->p, '\'', (size_t)(k->end - k->p));

	if (!close) {
		k->why = _("A ' is opened here and never closed on this line.");
		return false;
	}
	buf_add(&k->word, k->p, (size_t)(close - k->p));
	k->p = close + 1;
	return true;
}

static bool
weak_quote(struct cutter *k)
{
	while (k->p < k->end) {
		const char c = *k->p++;

		if (c == '"')
			return true;
		if (c == '\\' ? !escape(k, true) : c == '$' ? !variable(k) : false)
			return false;
		if (c != '\\' && c != '$')
			buf_putc(&k->word, c);
	}
	k->why = _("A \" is opened here and never closed on this line.");
	return false;
}

static bool
step(struct cutter *k)
{
	const char c = *k->p++;

	k->begun = true;
	if (c == '\'')
		return strong_quote(k);
	if (c == '"')
		return weak_quote(k);
	if (c == '\\')
		return escape(k, false);
	buf_putc(&k->word, c);
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

int
hap_cut(const struct hap_lexer *x, const char *line, size_t len, const char **args,
        const char **why)
{
	struct cutter k = { .x = x, .p = line, .end = line + len, .word = BUF_INIT };
	int n = 0;

	for (;;) {
		const bool over = k.p == k.end || *k.p == '#';

		if (k.begun && (over || is_blank(*k.p))) {
			if (n == HAP_MAX_WORDS) {
				k.why = _("This line has more than 64 words, which HAProxy does "
				          "not take.");
				break;
			}
			args[n++] = arena_strdup(x->arena, k.word.s);
			buf_cut(&k.word, 0);
			k.begun = false;
		}
		if (over)
			break;
		if (is_blank(*k.p))
			k.p++;
		else if (!step(&k))
			break;
	}
	buf_free(&k.word);
	args[n] = NULL;
	if (k.why)
		*why = k.why;
	return k.why ? -1 : n;
}

size_t
hap_content(const char *line, size_t len)
{
	char quote = '\0';
	size_t end = 0;

	for (size_t i = 0; i < len; i++) {
		const char c = line[i];

		if (!quote && c == '#')
			break;
		if (c == '\\' && quote != '\'' && i + 1 < len)
			i++;
		else if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? '\0' : c;
		if (quote || !is_blank(c))
			end = i + 1;
	}
	return end;
}
