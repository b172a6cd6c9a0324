#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

#define MAX_LINE 4096

static int fd = -1;

int
log_open(const char *path, struct err *e)
{
	log_close();
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		return err_sys(e, ERR_IO, _("Cannot open the log %s"), path);
	return 0;
}

void
log_write(const char *fmt, ...)
{
	struct buf line = BUF_INIT;
	struct timespec now;
	struct tm tm;
	char stamp[32];
	char *text;
	va_list ap;
	int saved = errno, n;

	if (fd < 0)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(&line, "%s.%03ld ", stamp, now.tv_nsec / 1000000);
	text_safe(&line, text, (size_t)n, MAX_LINE);
	buf_putc(&line, '\n');
	(void)!write(fd, line.s, line.len); /* one write a line: two processes do not mix theirs */
	buf_free(&line);
	free(text);
	errno = saved;
}

int
log_fd(void)
{
	return fd;
}

void
log_close(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
}
