#include "prose.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "console.h"

#define MAX_COLUMNS 76

int
prose_columns(void)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0 || ws.ws_col > MAX_COLUMNS)
		return MAX_COLUMNS;
	return ws.ws_col < 20 ? 20 : ws.ws_col;
}

void
prose_clean(struct buf *out, const char *text, size_t n)
{
	struct buf b = BUF_INIT;

	text_safe(&b, text, n, 4 * n + 1);
	console_text(out, b.s);
	buf_free(&b);
}

static void
put_line(void *ctx, const char *line, size_t bytes)
{
	(void)ctx;
	printf("%.*s\n", (int)bytes, line);
}

/* Line by line; columns 0: whole. */
static void
put(const char *indent, const char *text, int columns)
{
	struct buf b = BUF_INIT;

	while (*text) {
		const size_t n = strcspn(text, "\n");

		buf_cut(&b, 0);
		prose_clean(&b, text, n);
		if (columns)
			text_wrap(b.s, columns, put_line, NULL);
		else
			printf("%s%s\n", indent, b.s);
		text += n + (text[n] == '\n');
	}
	fflush(stdout);
	buf_free(&b);
}

void
prose_say(const char *text)
{
	put("", text, prose_columns());
}

void
prose_whole(const char *text)
{
	put("", text, 0);
}

void
prose_command(const char *text)
{
	put("  ", text, 0);
}
