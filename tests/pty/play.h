/*
 * play.h - the wizard in a terminal of our own: keys in, cells out.
 *
 * The terminal is libvterm, so that what is compared is what a person would
 * see, cell by cell, with the cursor and the bytes that went over the line.
 * Nothing sleeps for a guess: play_wait() reads until a text is there.
 */
#ifndef PTY_PLAY_H
#define PTY_PLAY_H

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "wizard.h"
#ifndef PLAY_REAL /* define it to run before the real setup, in practice */
#include "fake_setup.h"
#endif

#define PLAY_MS 5000

struct play {
	int          fd;
	pid_t        pid;
	VTerm       *vt;
	VTermScreen *screen;
	int          columns, rows;
	size_t       bytes;   /* that came over the line since it was set to 0 */
	struct buf   raw;
	bool         gone;
};

static inline long long
play_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* `env' is "NAME=value", ends with NULL; a NAME without `=' is taken out. */
static inline struct play *
play_start(int columns, int rows, const char *const *env, bool plain)
{
	struct play *p = xcalloc(1, sizeof(*p));
	struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

	fflush(stdout);
	p->pid = forkpty(&p->fd, NULL, NULL, &ws);
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		struct wizard_options o = { .color = "auto", .plain = plain };

#ifdef PLAY_REAL
		o.setup.practice = true;
		o.setup.templates = "templates";
		o.setup.self = getenv("BIN");
#endif
		setenv("LC_ALL", "C.UTF-8", 1);
		setenv("LANGUAGE", "en", 1);
		setenv("TERM", "xterm-256color", 1);
		unsetenv("NO_COLOR");
		for (; env && *env; env++)
			if (strchr(*env, '='))
				putenv((char *)*env);
			else
				unsetenv(*env);
		if (getenv("PLAY_NO_CONTROL")) { /* a terminal that sends no signal when it goes */
			signal(SIGHUP, SIG_IGN);
			ioctl(STDIN_FILENO, TIOCNOTTY);
			signal(SIGHUP, SIG_DFL);
		}
		i18n_init(getenv("PLAY_LOCALE") ? getenv("PLAY_LOCALE") : "/nowhere", NULL);
		exit(wizard_run(&o));
	}
	p->columns = columns;
	p->rows = rows;
	p->raw = (struct buf)BUF_INIT;
	p->vt = vterm_new(rows, columns);
	vterm_set_utf8(p->vt, 1);
	p->screen = vterm_obtain_screen(p->vt);
	vterm_screen_enable_altscreen(p->screen, 1);
	vterm_screen_reset(p->screen, 1);
	return p;
}

/* Read what is there within `ms'; false: nothing came. */
static inline bool
play_read(struct play *p, int ms)
{
	struct pollfd f = { p->fd, POLLIN, 0 };
	char bytes[4096];
	ssize_t n;

	if (p->gone || poll(&f, 1, ms) <= 0)
		return false;
	n = read(p->fd, bytes, sizeof(bytes));
	if (n <= 0) {
		p->gone = true;
		return false;
	}
	p->bytes += (size_t)n;
	buf_add(&p->raw, bytes, (size_t)n);
	vterm_input_write(p->vt, bytes, (size_t)n);
	return true;
}

/* One row as UTF-8, without the blanks at its end; overwritten by the next call. */
static inline const char *
play_row(struct play *p, int y)
{
	static char row[2048];
	const VTermRect r = { y, y + 1, 0, p->columns };
	size_t n = vterm_screen_get_text(p->screen, row, sizeof(row) - 1, r);

	while (n && (row[n - 1] == ' ' || row[n - 1] == '\n'))
		n--;
	row[n] = '\0';
	return row;
}

static inline void
play_show(struct play *p)
{
	VTermPos at;

	vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &at);
	for (int y = 0; y < p->rows; y++)
		fprintf(stderr, "| %s\n", play_row(p, y));
	fprintf(stderr, "cursor %d,%d\n", at.row, at.col);
}

static inline bool
play_has(struct play *p, const char *text)
{
	for (int y = 0; y < p->rows; y++)
		if (strstr(play_row(p, y), text))
			return true;
	return false;
}

static inline void
play_wait(struct play *p, const char *text)
{
	const long long end = play_now() + PLAY_MS;

	while (!play_has(p, text))
		if (!play_read(p, 50) && (p->gone || play_now() > end)) {
			play_show(p);
			fail_msg("no \"%s\"", text);
		}
}

/* Until the program has nothing more to say. */
static inline void
play_settle(struct play *p)
{
	while (play_read(p, 120))
		;
}

static inline void
play_send(struct play *p, const char *bytes)
{
	const size_t n = strlen(bytes);

	assert_int_equal(write(p->fd, bytes, n), (ssize_t)n);
}

/* Send, and wait for what it brings. */
static inline void
play_key(struct play *p, const char *bytes, const char *text)
{
	play_send(p, bytes);
	play_wait(p, text);
	play_settle(p);
}

static inline void
play_cursor(struct play *p, int row, int col)
{
	VTermPos at;

	vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &at);
	if (at.row != row || at.col != col)
		play_show(p);
	assert_int_equal(at.row, row);
	assert_int_equal(at.col, col);
}

static inline uint32_t
play_cell(struct play *p, int y, int x)
{
	VTermScreenCell c;

	vterm_screen_get_cell(p->screen, (VTermPos){ y, x }, &c);
	return c.chars[0];
}

/* Does this step (from 0) stand there, in whatever language?  In the list at the left, in the compact title. */
static inline bool
play_at(struct play *p, size_t step)
{
	static const int row_of[] = { 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16 };
	const bool list = play_cell(p, 5, 22) == 0x2502 || play_cell(p, 5, 22) == '|';
	char title[16];

	if (p->columns < 80) {
		snprintf(title, sizeof(title), " %zu/11 ", step + 1);
		return strncmp(play_row(p, 0), title, strlen(title)) == 0;
	}
	if (step == 9) /* the review has no list; a button stands above a message of one row or two */
		return !list && (play_cell(p, 20, 1) == '[' || play_cell(p, 19, 1) == '[');
	return list && play_cell(p, row_of[step], 0) == '>';
}

static inline void
play_resize(struct play *p, int columns, int rows)
{
	const struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

	p->columns = columns;
	p->rows = rows;
	vterm_set_size(p->vt, rows, columns);
	assert_int_equal(ioctl(p->fd, TIOCSWINSZ, &ws), 0);
}

/* Waits for the end, reads what is left; the exit status. */
static inline int
play_status(struct play *p)
{
	const long long end = play_now() + PLAY_MS;
	int status = 0;
	pid_t pid;

	while ((pid = waitpid(p->pid, &status, WNOHANG)) == 0 && play_now() < end)
		play_read(p, 20);
	if (pid == 0) {
		play_show(p);
		kill(p->pid, SIGKILL);
		waitpid(p->pid, &status, 0);
		fail_msg("it does not end");
	}
	while (play_read(p, 50))
		;
	p->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline void
play_end(struct play *p)
{
	if (p->pid) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	close(p->fd);
	vterm_free(p->vt);
	buf_free(&p->raw);
	free(p);
}

/* Keys as a terminal sends them. */
#define ENTER "\r"
#define ESC   "\033"
#define TAB   "\t"
#define BACKTAB "\033[Z"
#define UP    "\033OA"
#define DOWN  "\033OB"
#define RIGHT "\033OC"
#define LEFT  "\033OD"
#define HOME  "\033OH"
#define F1    "\033OP"
#define F5    "\033[15~"
#define F9    "\033[20~"

#endif
