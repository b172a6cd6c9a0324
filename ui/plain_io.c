/* plain_io.c - lines out and lines in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "plain.h"
#include "prose.h"

#define MAX_ANSWER 1024
#define MAX_QUEUE  256

static struct termios before_secret; /* the terminal's settings while its echo is off */

/* ---- out ---- */

void
plain_say(struct plain *p, const char *text)
{
	if (setup_literal(text))
		plain_text(p, setup_literal(text));
	else
		prose_say(text);
}

static const char *
colour_of(enum mark m)
{
	switch (m) {
	case MARK_PASS: return "\033[32m";
	case MARK_WARN: return "\033[33m";
	case MARK_FAIL: return "\033[31m";
	case MARK_NOW:  return "\033[36m";
	default:        return "";
	}
}

/* The word and its colour; once it is out, the rest is plain. */
struct coloured {
	const char *colour; /* "": none */
	size_t      word;   /* bytes */
};

static void
put_state_line(void *ctx, const char *line, size_t bytes)
{
	struct coloured *c = ctx;

	if (*c->colour && bytes >= c->word)
		printf("%s%.*s\033[0m%.*s\n", c->colour, (int)c->word, line, (int)(bytes - c->word),
		       line + c->word);
	else
		printf("%.*s\n", (int)bytes, line);
	c->colour = "";
}

void
plain_state(struct plain *p, enum mark mark, const char *word, const char *text)
{
	struct buf line = BUF_INIT;
	struct coloured c = { p->colour ? colour_of(mark) : "", 0 };

	prose_clean(&line, word, strlen(word));
	c.word = line.len;
	buf_puts(&line, ": ");
	prose_clean(&line, text, strlen(text));
	text_wrap(line.s, prose_columns(), put_state_line, &c);
	fflush(stdout);
	buf_free(&line);
}

void
plain_blank(struct plain *p)
{
	(void)p;
	putchar('\n');
}

void
plain_text(struct plain *p, const char *text)
{
	(void)p;
	prose_whole(text);
}

/* ---- in ---- */

void
plain_echo(struct plain *p, bool on)
{
	struct termios t;

	if (on == !p->echo_is_off || !isatty(STDIN_FILENO))
		return;
	if (on) {
		tcsetattr(STDIN_FILENO, TCSANOW, &before_secret);
	} else {
		if (tcgetattr(STDIN_FILENO, &before_secret) < 0)
			return;
		t = before_secret;
		t.c_lflag &= ~(tcflag_t)ECHO;
		t.c_lflag |= ECHONL;
		tcsetattr(STDIN_FILENO, TCSANOW, &t);
	}
	p->echo_is_off = !on;
}

static void
keep_line(void *ctx, const char *line, size_t len)
{
	struct plain *p = ctx;

	if (p->n_queue == MAX_QUEUE)
		return;
	p->queue = xreallocarray(p->queue, p->n_queue + 1, sizeof(*p->queue));
	p->queue[p->n_queue++] = xstrndup(line, len);
}

static void on_stdin(void *ctx, int fd, short revents);

void
plain_read(struct plain *p, bool on)
{
	if (on && !p->watching && !p->ended)
		loop_watch(p->loop, STDIN_FILENO, POLLIN, on_stdin, p);
	else if (!on && p->watching)
		loop_unwatch(p->loop, STDIN_FILENO);
	p->watching = on && !p->ended;
}

static const char *
trim(char *line)
{
	size_t n;

	line += strspn(line, " \t");
	for (n = strlen(line); n && (line[n - 1] == ' ' || line[n - 1] == '\t'); n--)
		line[n - 1] = '\0';
	return line;
}

/* The end of the input is q; of a terminal that is gone it is a line that dropped. */
void
plain_no_answer(struct plain *p)
{
	struct termios t;
	const bool gone = tcgetattr(STDIN_FILENO, &t) < 0 && errno == EIO;
	plain_answer_fn *fn = p->answer;

	p->answer = NULL;
	if (fn && p->page == PAGE_APPLY && !gone) {
		fn(p, "");
		return;
	}
	plain_leave(p, gone ? LEAVE_GONE : LEAVE_QUIT);
}

static void
take(void *ctx)
{
	struct plain *p = ctx;
	plain_answer_fn *fn = p->answer;
	const bool secret = p->secret;
	char *line;

	p->soon = 0;
	if (!fn || p->over)
		return;
	if (!p->n_queue) {
		if (p->ended) {
			putchar('\n'); /* behind the question that nobody answers */
			plain_no_answer(p);
		} else {
			plain_read(p, true);
		}
		return;
	}
	plain_read(p, false);
	plain_echo(p, true);
	line = p->queue[0];
	memmove(p->queue, p->queue + 1, --p->n_queue * sizeof(*p->queue));
	if (!isatty(STDIN_FILENO)) /* nobody saw it being typed */
		printf("%s\n", secret ? "" : line);
	p->answer = NULL;
	setup_fresh(p->setup);
	/* While a change is under way there is nowhere to go. */
	if (p->page == PAGE_APPLY || !plain_common_answer(p, secret ? line : trim(line)))
		fn(p, secret ? line : trim(line));
	mem_wipe(line, strlen(line));
	free(line);
}

static void
on_stdin(void *ctx, int fd, short revents)
{
	struct plain *p = ctx;
	char bytes[4096];
	const ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)revents;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		p->ended = true;
		plain_read(p, false);
		line_end(&p->in, keep_line, p);
	} else {
		line_feed(&p->in, bytes, (size_t)n, keep_line, p);
		mem_wipe(bytes, sizeof(bytes));
	}
	if (p->n_queue || p->ended)
		take(p);
}

/* A blank inside the brackets of a suggestion, where no line may be broken, and the one before them. */
#define GLUE '\001'

static void
put_question(void *ctx, const char *line, size_t bytes)
{
	bool *begun = ctx;

	printf("%s", *begun ? "\n" : "");
	for (size_t i = 0; i < bytes; i++)
		putchar(line[i] == GLUE ? ' ' : line[i]);
	*begun = true;
}

/* A suggestion stays whole, on a line with a word before it if there is room for both. */
static void
glue(char *question)
{
	char *bracket = strrchr(question, '['), *word = bracket;

	for (char *c = bracket; c && *c; c++)
		if (*c == ' ')
			*c = GLUE;
	if (!bracket || bracket == question || bracket[-1] != ' ')
		return;
	for (word--; word > question && word[-1] != ' ';)
		word--;
	if (text_width(word) <= prose_columns())
		bracket[-1] = GLUE;
}

static void
show_prompt(struct plain *p)
{
	struct buf b = BUF_INIT;
	bool begun = false;

	prose_clean(&b, p->prompt, strlen(p->prompt));
	glue(b.s);
	text_wrap(b.s, prose_columns(), put_question, &begun);
	putchar(' ');
	fflush(stdout);
	buf_free(&b);
	if (p->secret)
		plain_echo(p, false);
	if (!p->soon) /* from the loop, so that a script cannot make us recurse */
		p->soon = loop_after(p->loop, 0, take, p);
}

void
plain_ask(struct plain *p, const char *question, const char *suggestion, bool secret,
          plain_answer_fn *fn)
{
	free(p->prompt);
	p->prompt = suggestion && *suggestion ? xasprintf("%s [%s]:", question, suggestion)
	                                      : xasprintf("%s:", question);
	p->in.max = MAX_ANSWER;
	p->secret = secret;
	p->answer = p->asked = fn;
	show_prompt(p);
}

void
plain_again(struct plain *p)
{
	show_prompt(p);
}
