#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

/* The arguments may point into `e' itself: a caller wraps the error it got. */
static void
fill(struct err *e, size_t used, const char *fmt, va_list ap)
{
	char msg[sizeof(e->msg)];

	vsnprintf(msg, sizeof(msg) - used, fmt, ap);
	memcpy(e->msg + used, msg, strlen(msg) + 1);
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, 0, fmt, ap);
	va_end(ap);
	reset(e, code, 0);
	return -1;
}

int
err_sys(struct err *e, enum err_code code, const char *fmt, ...)
{
	const int saved = errno;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	fill(e, 0, fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", strerror(saved));
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
		n += snprintf(place + n, sizeof(place) - (size_t)n, ": ");
	va_start(ap, fmt);
	fill(e, (size_t)n, fmt, ap);
	va_end(ap);
	memcpy(e->msg, place, (size_t)n);
	reset(e, code, 0);
	memcpy(e->file, name, sizeof(name));
	e->line = line;
	e->column = column;
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
