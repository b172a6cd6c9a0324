/* cmd_ask.c - the one question a subcommand may have before it writes. */
#include "cmd.h"

#include <poll.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/line.h"
#include "console.h"
#include "plain.h"

#define MAX_ANSWER 64

struct asking {
	struct loop       *loop;
	struct line_reader in;
	bool               done, yes;
};

static void
on_line(void *ctx, const char *line, size_t len)
{
	struct asking *a = ctx;

	(void)len;
	a->yes = !a->done && plain_yes(line, true) == 1;
	a->done = true;
	loop_stop(a->loop);
}

static void
on_stdin(void *ctx, int fd, short revents)
{
	struct asking *a = ctx;
	char bytes[256];
	const ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)revents;
	if (n > 0)
		line_feed(&a->in, bytes, (size_t)n, on_line, a);
	else
		on_line(a, "", 0); /* nobody answers any more */
}

bool
cmd_may_ask(const struct options *o)
{
	return !o->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int
cmd_ask(struct cmd *c, const char *question, bool *yes, struct err *e)
{
	struct asking a = { .loop = c->loop, .in = { .part = BUF_INIT, .max = MAX_ANSWER } };
	struct buf line = BUF_INIT, shown = BUF_INIT;
	int rc;

	buf_printf(&line, "%s [%s]: ", question, _("no"));
	console_text(&shown, line.s);
	fputs(shown.s, stdout);
	fflush(stdout);
	loop_watch(c->loop, STDIN_FILENO, POLLIN, on_stdin, &a);
	rc = cmd_wait(c, &a.done, e);
	loop_unwatch(c->loop, STDIN_FILENO);
	*yes = rc == 0 && a.yes;
	buf_free(&line);
	buf_free(&shown);
	buf_free(&a.in.part);
	return rc;
}
