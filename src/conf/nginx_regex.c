#include "conf/nginx_regex.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* POSIX matchers can take forever on hostile patterns; people's own are far below these. */
enum { MAX_PATTERN = 512, MAX_REPEAT = 64, MAX_REPEATS = 2, MAX_DEPTH = 32, MAX_SIZE = 10000, MAX_NESTED = 4 };

/*
 * How large regcomp(3) makes it.  The GNU one copies what is repeated, once for
 * a `+', and in groups of groups that grows without bounds.  Repeats of
 * repeats of what may be empty cost it time in the same way.
 */
struct size {
	unsigned groups[MAX_DEPTH]; /* so far, from the outermost in */
	unsigned nested[MAX_DEPTH]; /* repeats inside repeats there, at most */
	int      depth;
	unsigned within;            /* the same of what could be repeated now */
	unsigned last;              /* of what could be repeated now; 0: nothing could */
};

/* What PCRE writes with a backslash and a letter, inside a bracket expression. */
static const char *
class_of(char letter)
{
	switch (letter) {
	case 'd': return "0-9";
	case 'w': return "0-9A-Za-z_";
	case 's': return " \t\r\n\f\v";
	}
	return NULL;
}

/* One escape, outside or inside brackets; false: it has no counterpart. */
static bool
escape(struct buf *out, char c, bool in_brackets)
{
	const char *class = class_of(c);

	if (class) {
		buf_printf(out, in_brackets ? "%s" : "[%s]", class);
		return true;
	}
	if (isalnum((unsigned char)c) || !c) {
		class = class_of((char)tolower((unsigned char)c));
		if (!class || in_brackets)
			return false;
		buf_printf(out, "[^%s]", class);
		return true;
	}
	if (in_brackets && strchr("]^-[", c))
		return false; /* POSIX knows no escapes there */
	if (!in_brackets && strchr(".[]{}()*+?|^$\\", c))
		buf_putc(out, '\\');
	buf_putc(out, c);
	return true;
}

/* Behind "(?": named and plain groups; NULL: look-around and flags, which cannot be said. */
static const char *
group(const char *p)
{
	if (*p == ':')
		return p + 1;
	if (*p == 'P')
		p++;
	if (*p != '<' || p[1] == '=' || p[1] == '!')
		return NULL;
	p = strchr(p, '>');
	return p ? p + 1 : NULL;
}

static const char *
brackets(struct buf *out, const char *p)
{
	buf_putc(out, *p++);
	if (*p == '^')
		buf_putc(out, *p++);
	if (*p == ']')
		buf_putc(out, *p++);
	for (; *p && *p != ']'; p++) {
		if (*p == '\\') {
			if (!escape(out, *++p, true))
				return NULL;
		} else if (*p == '[') {
			return NULL; /* a POSIX class, or a bracket that would become one */
		} else {
			buf_putc(out, *p);
		}
	}
	if (!*p)
		return NULL;
	buf_putc(out, *p);
	return p + 1;
}

static void
one_more(struct size *z)
{
	z->groups[z->depth]++;
	z->last = 1;
	z->within = 0;
}

static bool
opens(struct size *z)
{
	if (z->depth + 1 == MAX_DEPTH)
		return false;
	z->groups[++z->depth] = 0;
	z->nested[z->depth] = 0;
	z->last = 0;
	return true;
}

static bool
closes(struct size *z)
{
	if (z->depth == 0)
		return false;
	z->within = z->nested[z->depth];
	z->last = z->groups[z->depth--] + 1;
	z->groups[z->depth] += z->last;
	if (z->nested[z->depth] < z->within)
		z->nested[z->depth] = z->within;
	return true;
}

/* False: nothing is there (PCRE refuses a repeat of a repeat too), or it becomes too large. */
static bool
repeats(struct size *z, unsigned times)
{
	if (z->last == 0 || ++z->within > MAX_NESTED)
		return false;
	if (z->nested[z->depth] < z->within)
		z->nested[z->depth] = z->within;
	z->groups[z->depth] += z->last * (times - 1);
	z->last = 0;
	return z->groups[z->depth] <= MAX_SIZE;
}

static const char *
repeat(struct buf *out, const char *p, int *n_repeats, struct size *z)
{
	const char *end = strchr(p, '}');
	unsigned most = 1;

	if (!end || ++*n_repeats > MAX_REPEATS)
		return NULL;
	for (const char *q = p + 1; q < end; q++) {
		if (isdigit((unsigned char)*q) && atoi(q) > MAX_REPEAT)
			return NULL;
		if (!isdigit((unsigned char)*q) && *q != ',')
			return NULL;
		if (isdigit((unsigned char)*q) && (unsigned)atoi(q) > most)
			most = (unsigned)atoi(q);
	}
	buf_add(out, p, (size_t)(end - p) + 1);
	return repeats(z, most + 1) ? end + 1 : NULL;
}

/* A star, a plus, a question mark. */
static const char *
some(struct buf *out, const char *p, struct size *z)
{
	if (!repeats(z, *p == '+' ? 2 : 1))
		return NULL;
	buf_putc(out, *p++);
	/* Lazy, possessive: nearly always the same yes or no. */
	return *p == '?' || *p == '+' ? p + 1 : p;
}

/* Append what stands at `p'; what follows it, or NULL: it cannot be said. */
static const char *
piece(struct buf *out, const char *p, int *n_repeats, struct size *z)
{
	switch (*p) {
	case '{':
		return repeat(out, p, n_repeats, z);
	case '*':
	case '+':
	case '?':
		return some(out, p, z);
	case '(':
		buf_putc(out, '(');
		return !opens(z) ? NULL : p[1] == '?' ? group(p + 2) : p + 1;
	case ')':
		buf_putc(out, ')');
		return closes(z) ? p + 1 : NULL;
	case '|':
		buf_putc(out, '|');
		z->last = 0;
		return p + 1;
	case '[':
		one_more(z);
		return brackets(out, p);
	case '\\':
		one_more(z);
		return escape(out, p[1], false) ? p + 2 : NULL;
	default:
		one_more(z);
		buf_putc(out, *p);
		return p + 1;
	}
}

static bool
translate(struct buf *out, const char *p)
{
	struct size z = { .depth = 0 };
	int n_repeats = 0;

	while (p && *p)
		p = piece(out, p, &n_repeats, &z);
	return p != NULL && z.depth == 0 && z.groups[0] <= MAX_SIZE;
}

enum ngx_regex
ngx_regex(const char *pattern, bool ignore_case, const char *subject)
{
	const int flags = REG_EXTENDED | REG_NOSUB | (ignore_case ? REG_ICASE : 0);
	enum ngx_regex answer = REGEX_UNKNOWN;
	struct buf posix = BUF_INIT;
	regex_t re;

	if (strlen(pattern) <= MAX_PATTERN && translate(&posix, pattern) &&
	    regcomp(&re, posix.s, flags) == 0) {
		int rc = regexec(&re, subject, 0, NULL, 0);

		answer = rc == 0 ? REGEX_YES : rc == REG_NOMATCH ? REGEX_NO : REGEX_UNKNOWN;
		regfree(&re);
	}
	buf_free(&posix);
	return answer;
}
