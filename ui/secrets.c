#include "secrets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "console.h"
#include "proxy/cloudflare.h"
#include "proxy/secret.h"

#define MAX_TYPED 1024
#define MAX_INPUT 8192

enum { CANCEL = 3, END = 4, BACKSPACE = 8, DELETE = 127 };

/* One key after the other, for signals are not what Ctrl-C gives here; false: it was cancelled. */
static bool
type_secret(char *text, size_t room)
{
	size_t n = 0;
	unsigned char c;
	ssize_t got;

	while ((got = read(STDIN_FILENO, &c, 1)) == 1 || (got < 0 && errno == EINTR)) {
		if (got < 0)
			continue;
		if (c == CANCEL || c == END)
			return false;
		if (c == '\r' || c == '\n') {
			text[n] = '\0';
			return n > 0;
		}
		if (c == BACKSPACE || c == DELETE) {
			if (n)
				fputs("\b \b", stderr);
			n -= n > 0;
		} else if (c >= ' ' && n + 1 < room) {
			text[n++] = (char)c;
			fputc('*', stderr);
		}
		fflush(stderr);
	}
	return false;
}

/* Asked on standard error, as stars. */
static char *
ask(const char *label, enum secret_kind kind)
{
	struct buf question = BUF_INIT, shown = BUF_INIT;
	char text[MAX_TYPED], *typed = NULL;
	struct termios before, t;

	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return NULL;
	t = before;
	t.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	/* TRANSLATORS: a question; %s is Cloudflare or Nginx Proxy Manager */
	buf_printf(&question, kind == SECRET_CODE ? _("A fresh two-factor code of %s:") : _("The secret of %s, shown as stars:"), label);
	console_text(&shown, question.s);
	fprintf(stderr, "%s ", shown.s);
	buf_free(&question);
	buf_free(&shown);
	fflush(stderr);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &t);
	if (type_secret(text, sizeof(text)))
		typed = xstrdup(text);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	mem_wipe(text, sizeof(text));
	return typed;
}

bool
secrets_take_line(struct buf *out)
{
	char c = '\0';

	while (out->len < MAX_INPUT && read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		buf_putc(out, c);
	return c == '\n';
}

/* The first line that is left of standard input: a password was taken before, and what comes later is no secret. */
static char *
given_line(void)
{
	struct buf line = BUF_INIT;
	char *found = NULL;

	while (!line.len && secrets_take_line(&line))
		buf_cut(&line, strcspn(line.s, "\r"));
	if (line.len)
		found = xstrdup(line.s);
	mem_wipe(line.s, line.len);
	buf_free(&line);
	return found;
}

static int
take_token(const struct options *o, struct err *e)
{
	struct secret s = { 0 };
	int rc = 0;

	if (strcmp(o->token_file, "-") != 0)
		rc = secret_read(&s, service_cloudflare.label, NULL, o->token_file, e);
	else if (isatty(STDIN_FILENO))
		s.text = ask(service_cloudflare.label, SECRET_ITSELF);
	else
		s.text = given_line();
	if (rc == 0 && !s.text)
		rc = err_set(e, ERR_VALUE, _("--token-file: no token was given."));
	secret_hold(service_cloudflare.name, s.text);
	secret_wipe(&s);
	return rc;
}

int
secrets_begin(const struct options *o, struct err *e)
{
	const bool wizard = o->command == COMMAND_WIZARD || o->command == COMMAND_PRACTICE;

	if (!wizard && !o->yes && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
		secret_ask_with(ask);
	return o->token_file ? take_token(o, e) : 0;
}

int
secrets_as_file(void)
{
	const char *held = secret_held(service_cloudflare.name);

	return held ? fs_unnamed("token", held) : -1;
}

void
secrets_end(void)
{
	secret_hold(service_cloudflare.name, NULL);
}
