#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *name;
	int         status;
} codes[] = {
	[ERR_NONE]      = { "none",      0 },
	[ERR_FAILED]    = { "failed",    1 },
	[ERR_USAGE]     = { "usage",     2 },
	[ERR_MISSING]   = { "missing",   3 },
	[ERR_VALUE]     = { "value",     4 },
	[ERR_CONFLICT]  = { "conflict",  1 },
	[ERR_NET]       = { "net",       5 },
	[ERR_CHILD]     = { "child",     5 },
	[ERR_IO]        = { "io",        1 },
	[ERR_ROLLBACK]  = { "rollback",  6 },
	[ERR_CANCELLED] = { "cancelled", 130 },
};

static void
reset(struct err *e, enum err_code code, int sys)
{
	e->code = code;
	e->sys = sys;
	e->file[0] = '\0';
	e->line = 0;
	e->column = 0;
}

/* Half a character at the end of a text that was cut; a whole one may go with it. */
static size_t
without_tail(const char *s, size_t n)
{
	while (n && ((unsigned char)s[n - 1] & 0xc0) == 0x80)
		n--;
	return n && (unsigned char)s[n - 1] >= 0xc0 ? n - 1 : n;
}

/*
 * Arguments are words of files and answers of servers that anybody may have
 * written, so the whole is cleaned.  They may point into `e' itself: a caller
 * wraps the error it got.
 */
static void
fill(struct err *e, const char *place, const char *fmt, va_list ap, const char *why)
{
	char raw[sizeof(e->msg)];
	struct buf clean = BUF_INIT;
	size_t n = (size_t)snprintf(raw, sizeof(raw), "%s", place);
	int more = vsnprintf(raw + n, sizeof(raw) - n, fmt, ap);

	n += more > 0 ? (size_t)more : 0;
	if (why && n < sizeof(raw))
		n += (size_t)snprintf(raw + n, sizeof(raw) - n, ": %s", why);
	if (n >= sizeof(raw))
		n = without_tail(raw, sizeof(raw) - 1);
	text_safe(&clean, raw, n, n);
	memcpy(e->msg, clean.s, clean.len + 1);
	buf_free(&clean);
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, "", fmt, ap, NULL);
	va_end(ap);
	reset(e, code, 0);
	return -1;
}

int
err_sys(struct err *e, enum err_code code, const char *fmt, ...)
{
	const int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	fill(e, "", fmt, ap, strerror(saved));
	va_end(ap);
	reset(e, code, saved);
	return -1;
}

int
err_at(struct err *e, enum err_code code, const char *file, int line, int column,
       const char *fmt, ...)
{
	char place[sizeof(e->file) + 32];
	char name[sizeof(e->file)];
	va_list ap;
	int n;

	snprintf(name, sizeof(name), "%s", file ? file : "");
	n = snprintf(place, sizeof(place), "%s", name);
	if (line > 0)
		n += snprintf(place + n, sizeof(place) - (size_t)n, ":%d", line);
	if (line > 0 && column > 0)
		n += snprintf(place + n, sizeof(place) - (size_t)n, ":%d", column);
	if (n > 0)
		snprintf(place + n, sizeof(place) - (size_t)n, ": ");
	va_start(ap, fmt);
	fill(e, place, fmt, ap, NULL);
	va_end(ap);
	reset(e, code, 0);
	memcpy(e->file, name, sizeof(name));
	e->line = line > 0 ? line : 0;
	e->column = line > 0 && column > 0 ? column : 0;
	return -1;
}

const char *
err_name(enum err_code code)
{
	return codes[code].name;
}

int
err_status(enum err_code code)
{
	return codes[code].status;
}
