#include "term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termcap.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "escape.h"

#define PASTE_MAX 4096
#define PASTE_MS  1000 /* a paste whose end never comes */

/* Codes for sequences that terminfo does not name; above all of curses' own. */
enum { CODE_PASTE = 0x3000, CODE_PASTE_END, CODE_WORD_LEFT, CODE_WORD_RIGHT };

static struct {
	struct loop       *loop;
	struct term_events on;
	SCREEN            *screen;
	WINDOW            *keys;   /* a pad: reading from it never refreshes anything */
	struct escape      escape;
	unsigned           escape_timer, paste_timer;
	struct buf         paste;
	bool               pasting;
	bool               on_screen, dirty, repaint;
	int                stderr_was; /* what descriptor 2 was before; -1: untouched */
} term = { .paste = BUF_INIT, .stderr_was = -1 };

static const struct {
	const char *sequence;
	int         code;
} sequences[] = {
	{ "\033[200~", CODE_PASTE },       { "\033[201~", CODE_PASTE_END },
	{ "\033[1;5D", CODE_WORD_LEFT },   { "\033[1;5C", CODE_WORD_RIGHT },
	/* Both forms of the cursor keys, whatever terminfo says of this terminal. */
	{ "\033[A", KEY_UP },   { "\033OA", KEY_UP },   { "\033[B", KEY_DOWN },  { "\033OB", KEY_DOWN },
	{ "\033[C", KEY_RIGHT }, { "\033OC", KEY_RIGHT }, { "\033[D", KEY_LEFT }, { "\033OD", KEY_LEFT },
	{ "\033[H", KEY_HOME }, { "\033OH", KEY_HOME }, { "\033[1~", KEY_HOME },
	{ "\033[F", KEY_END },  { "\033OF", KEY_END },  { "\033[4~", KEY_END },
	{ "\033[Z", KEY_BTAB }, { "\033OP", KEY_F(1) }, { "\033[11~", KEY_F(1) },
};

static const struct {
	int      code;
	enum key key;
} codes[] = {
	{ KEY_ENTER, K_ENTER },   { KEY_BTAB, K_BACKTAB },  { KEY_UP, K_UP },          { KEY_DOWN, K_DOWN },
	{ KEY_LEFT, K_LEFT },     { KEY_RIGHT, K_RIGHT },   { KEY_HOME, K_HOME },      { KEY_END, K_END },
	{ KEY_PPAGE, K_PAGE_UP }, { KEY_NPAGE, K_PAGE_DOWN }, { KEY_DC, K_DELETE },    { KEY_BACKSPACE, K_BACKSPACE },
	{ CODE_WORD_LEFT, K_WORD_LEFT }, { CODE_WORD_RIGHT, K_WORD_RIGHT },
	{ KEY_F(1), K_F1 }, { KEY_F(2), K_F2 }, { KEY_F(3), K_F3 }, { KEY_F(4), K_F4 }, { KEY_F(5), K_F5 },
	{ KEY_F(6), K_F6 }, { KEY_F(7), K_F7 }, { KEY_F(8), K_F8 }, { KEY_F(9), K_F9 },
};

static int
translate(wint_t wc, bool function)
{
	if (function) {
		for (size_t i = 0; i < ARRAY_LEN(codes); i++)
			if (codes[i].code == (int)wc)
				return (int)codes[i].key;
		return K_NONE;
	}
	switch (wc) {
	case '\r': case '\n': return K_ENTER;
	case '\t':            return K_TAB;
	case 033:             return K_ESC;
	case 0x7f: case '\b': return K_BACKSPACE;
	default:              return (int)wc;
	}
}

/* ---- keys ---- */

static void
tell_key(void *ctx, int key)
{
	(void)ctx;
	if (key != K_NONE)
		term.on.key(term.on.ctx, key);
}

static void
escape_late(void *ctx)
{
	term.escape_timer = 0;
	escape_flush(&term.escape, tell_key, ctx);
}

static void
tell_paste(void)
{
	loop_cancel(term.loop, term.paste_timer);
	term.paste_timer = 0;
	term.pasting = false;
	term.on.paste(term.on.ctx, term.paste.s, term.paste.len);
	buf_free(&term.paste);
}

static void
paste_late(void *ctx)
{
	(void)ctx;
	term.paste_timer = 0;
	if (term.pasting)
		tell_paste();
}

static void
paste_feed(wint_t wc, bool function)
{
	char bytes[8];
	int n;

	if (function) {
		wc = wc == KEY_ENTER
		             ? L'\n'
		             : 033; /* a key of the terminal is no text: refused with the rest */
	}
	n = wctomb(bytes, (wchar_t)wc);
	if (n > 0)
		buf_add_max(&term.paste, bytes, (size_t)n, PASTE_MAX);
	loop_cancel(term.loop, term.paste_timer);
	term.paste_timer = loop_after(term.loop, PASTE_MS, paste_late, NULL);
}

static void
feed(wint_t wc, bool function)
{
	if (function && wc == CODE_PASTE) {
		term.pasting = true;
		buf_cut(&term.paste, 0);
	} else if (function && wc == CODE_PASTE_END) {
		if (term.pasting)
			tell_paste();
	} else if (term.pasting) {
		paste_feed(wc, function);
	} else {
		escape_feed(&term.escape, translate(wc, function), loop_now(), tell_key, NULL);
		loop_cancel(term.loop, term.escape_timer);
		term.escape_timer = escape_holds(&term.escape)
			? loop_after(term.loop, ESCAPE_MS, escape_late, NULL) : 0;
	}
}

/* Read one key; Alt and a digit come as Esc and the digit in one go, and are a function key. */
static bool
read_key(void)
{
	wint_t wc, next;
	int rc = wget_wch(term.keys, &wc);

	if (rc == ERR)
		return false;
	if (rc == KEY_CODE_YES || wc != 033 || term.pasting) {
		feed(wc, rc == KEY_CODE_YES);
		return true;
	}
	rc = wget_wch(term.keys, &next);
	if (rc == OK && next >= '1' && next <= '9') {
		tell_key(NULL, (int)K_F1 + (int)(next - '1'));
		return true;
	}
	feed(wc, false);
	if (rc != ERR)
		feed(next, rc == KEY_CODE_YES);
	return true;
}

static void
read_keys(void *ctx, int fd, short revents)
{
	struct pollfd again = { fd, POLLIN, 0 };
	int waiting = 0;
	bool any = false;

	(void)ctx;
	while (term.on_screen && read_key())
		any = true;
	if (any) {
		term.dirty = true;
		return;
	}
	/* Readable, yet there is nothing to read: the terminal is gone.  Do not spin on it. */
	if (term.on_screen && (revents & (POLLHUP | POLLERR | POLLNVAL) ||
	    (poll(&again, 1, 0) > 0 && ioctl(fd, FIONREAD, &waiting) <= 0 && !waiting)))
		term.on.gone(term.on.ctx);
}

/* ---- drawing ---- */

static void
draw(void *ctx)
{
	(void)ctx;
	if (!term.on_screen || !term.dirty)
		return;
	term.dirty = false;
	erase();
	term.on.draw(term.on.ctx);
	if (term.repaint)
		clearok(curscr, TRUE);
	term.repaint = false;
	wnoutrefresh(stdscr);
	doupdate();
}

static void
resized(void *ctx)
{
	struct winsize ws;

	(void)ctx;
	if (term.on_screen && ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row && ws.ws_col)
		resizeterm(ws.ws_row, ws.ws_col);
	term.dirty = true;
}

/* ---- on and off ---- */

static void
stderr_to_log(void)
{
	int fd = log_fd() >= 0 ? log_fd() : open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || term.stderr_was >= 0)
		return;
	term.stderr_was = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(fd, STDERR_FILENO);
	if (fd != log_fd())
		close(fd);
}

static void
stderr_back(void)
{
	if (term.stderr_was < 0)
		return;
	dup2(term.stderr_was, STDERR_FILENO);
	close(term.stderr_was);
	term.stderr_was = -1;
}

static void
say_raw(const char *s)
{
	fputs(s, stdout);
	fflush(stdout);
}

void
term_leave(void)
{
	if (!term.on_screen)
		return;
	term.on_screen = false;
	say_raw("\033[?2004l");
	endwin();
	stderr_back();
}

void
term_return(void)
{
	if (term.on_screen || !term.screen)
		return;
	stderr_to_log();
	reset_prog_mode();
	term.on_screen = true;
	say_raw("\033[?2004h");
	resized(NULL); /* the window may have changed its size meanwhile */
	clearok(curscr, TRUE);
	refresh();
	term.dirty = true;
}

static void suspend(void *ctx);

static void
watch_suspend(void)
{
	struct err e = { 0 };

	loop_on_signal(term.loop, SIGTSTP, suspend, NULL, &e);
}

/* Ctrl-Z: the shell gets its terminal as it was, and we come back where we were. */
static void
suspend(void *ctx)
{
	struct err e = { 0 };

	(void)ctx;
	term_leave();
	loop_on_signal(term.loop, SIGTSTP, NULL, NULL, &e);
	raise(SIGTSTP);
	watch_suspend();
	term_return();
}

bool
term_is_able(int least_columns, int least_rows, const char **why)
{
	const char *name = getenv("TERM");
	struct winsize ws = { 0 };

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		*why = _("This is no terminal.");
		return false;
	}
	/* Asked of termcap: newterm() does not give back what it took for an unknown terminal. */
	if (!name || !*name || strcmp(name, "dumb") == 0 || tgetent(NULL, name) <= 0 ||
	    !tgetstr((char *)"cm", NULL)) {
		*why = _("This terminal cannot show a full screen.");
		return false;
	}
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col && ws.ws_row &&
	    (ws.ws_col < least_columns || ws.ws_row < least_rows)) {
		*why = _("This window is smaller than 60x18.");
		return false;
	}
	return true;
}

static void
set_up(void)
{
	cbreak();
	noecho();
	nonl();
	if (!getenv("ESCDELAY"))
		set_escdelay(25);
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++)
		define_key(sequences[i].sequence, sequences[i].code);
	term.keys = newpad(1, 1);
	keypad(term.keys, TRUE);
	nodelay(term.keys, TRUE);
}

int
term_start(struct loop *l, const struct term_events *on, struct err *e)
{
	term.loop = l;
	term.on = *on;
	term.screen = newterm(NULL, stdout,
	                      stdin); /* initscr() would end the program on an unknown TERM */
	if (term.screen && (!tigetstr("cup") || tigetstr("cup") == (char *)-1)) {
		endwin();
		delscreen(term.screen);
		term.screen = NULL;
	}
	if (!term.screen)
		return err_set(e, ERR_IO, _("This terminal cannot show a full screen."));
	set_up();
	if (loop_on_signal(l, SIGWINCH, resized, NULL, e) < 0 ||
	    loop_on_signal(l, SIGTSTP, suspend, NULL, e) < 0)
		return -1;
	mem_die_hook = term_stop;
	stderr_to_log();
	say_raw("\033[?2004h");
	term.on_screen = term.dirty = true;
	loop_watch(l, STDIN_FILENO, POLLIN, read_keys, NULL);
	loop_before_wait(l, draw, NULL);
	return 0;
}

void
term_stop(void)
{
	struct err e = { 0 };

	if (!term.screen)
		return;
	term_leave();
	mem_die_hook = NULL;
	loop_cancel(term.loop, term.escape_timer);
	loop_cancel(term.loop, term.paste_timer);
	loop_unwatch(term.loop, STDIN_FILENO);
	loop_before_wait(term.loop, NULL, NULL);
	loop_on_signal(term.loop, SIGWINCH, NULL, NULL, &e);
	loop_on_signal(term.loop, SIGTSTP, NULL, NULL, &e);
	mem_wipe(term.paste.s, term.paste.len);
	buf_free(&term.paste);
	delwin(term.keys);
	delscreen(term.screen);
	term.screen = NULL;
}

void
term_set_dirty(void)
{
	term.dirty = true;
}

void
term_repaint(void)
{
	term.repaint = term.dirty = true;
}

void
term_drop_keys(void)
{
	flushinp();
	term.escape = (struct escape){ 0 };
}
