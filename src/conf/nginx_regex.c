#include "conf/nginx_regex.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* POSIX matchers can take forever on hostile patterns; people's own are far below these. */
enum { MAX_PATTERN = 512, MAX_REPEAT = 64, MAX_REPEATS = 2 };

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

static const char *
repeat(struct buf *out, const char *p, int *repeats)
{
	const char *end = strchr(p, '}');

	if (!end || ++*repeats > MAX_REPEATS)
		return NULL;
	for (const char *q = p + 1; q < end; q++) {
		if (isdigit((unsigned char)*q) && atoi(q) > MAX_REPEAT)
			return NULL;
		if (!isdigit((unsigned char)*q) && *q != ',')
			return NULL;
	}
	buf_add(out, p, (size_t)(end - p) + 1);
	return end + 1;
}

static bool
translate(struct buf *out, const char *p)
{
	int repeats = 0;

	while (p && *p) {
		if (*p == '\\') {
			if (!escape(out, p[1], false))
				return false;
			p += 2;
		} else if (*p == '(' && p[1] == '?') {
			buf_putc(out, '(');
			p = group(p + 2);
		} else if (*p == '[') {
			p = brackets(out, p);
		} else if (*p == '{') {
			p = repeat(out, p, &repeats);
		} else if (strchr("*+?", *p)) {
			buf_putc(out, *p++);
			if (*p == '?' || *p == '+')
				p++; /* lazy, possessive: nearly always the same yes or no */
		} else {
			buf_putc(out, *p++);
		}
	}
	return p != NULL;
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
