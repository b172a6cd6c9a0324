#include "wizard.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "console.h"
#include "plain.h"
#include "prose.h"
#include "screens.h"
#include "term.h"

struct wizard {
	const struct wizard_options *o;
	struct loop   *loop;
	struct net    *net;
	struct setup  *setup;
	struct screen *screen; /* one of the two faces is there */
	struct plain  *plain;
	bool           in_lines; /* the last face was the line face */
	enum leave     how;
	int            signal; /* that ended us, or 0 */
};

static void
on_changed(void *ctx)
{
	struct wizard *w = ctx;

	if (w->screen)
		screen_changed(w->screen);
	if (w->plain)
		plain_changed(w->plain);
}

static void
on_leave(void *ctx, enum leave how)
{
	struct wizard *w = ctx;

	w->how = how;
	loop_stop(w->loop);
}

static void
on_interrupt(void *ctx)
{
	struct wizard *w = ctx;

	if (w->screen)
		screen_interrupt(w->screen);
	else if (w->plain)
		plain_interrupt(w->plain);
}

static void
end_by(struct wizard *w, int sig)
{
	w->signal = sig;
	on_leave(w, LEAVE_GONE);
}

static void on_term(void *ctx) { end_by(ctx, SIGTERM); }
static void on_quit(void *ctx) { end_by(ctx, SIGQUIT); }
static void on_hangup(void *ctx) { end_by(ctx, SIGHUP); }

static int
watch_signals(struct wizard *w, struct err *e)
{
	if (loop_on_signal(w->loop, SIGINT, on_interrupt, w, e) < 0 ||
	    loop_on_signal(w->loop, SIGTERM, on_term, w, e) < 0 ||
	    loop_on_signal(w->loop, SIGQUIT, on_quit, w, e) < 0 ||
	    loop_on_signal(w->loop, SIGHUP, on_hangup, w, e) < 0)
		return -1;
	return 0;
}

/* A face, and the sentence that says why it is not the full screen. */
static void
start_face(struct wizard *w)
{
	const char *language = console_settle_language(getenv("TERM"));
	const char *why = NULL;
	struct err e = { 0 };

	if (!w->o->plain && term_is_able(LEAST_COLUMNS, LEAST_ROWS, &why)) {
		w->screen = screen_start(w->loop, w->setup, w->o->color, on_leave, w, &e);
		if (w->screen) {
			if (language)
				screen_say(w->screen, language);
			return;
		}
		why = e.msg;
	}
	w->plain = plain_start(w->loop, w->setup, w->o->color,
	                       language      ? language
	                       : w->o->plain ? NULL
	                                     : why,
	                       on_leave, w);
}

static int
run_faces(struct wizard *w, struct err *e)
{
	int rc;

	start_face(w);
	while ((rc = loop_run(w->loop, e)) == 0 && w->how == LEAVE_FOR_PLAIN) {
		w->how = LEAVE_GONE;
		screen_stop(w->screen);
		w->screen = NULL;
		setup_fresh(w->setup);
		w->plain = plain_start(w->loop, w->setup, w->o->color, NULL, on_leave, w);
	}
	w->in_lines = w->plain != NULL;
	screen_stop(w->screen);
	plain_stop(w->plain);
	w->screen = NULL;
	w->plain = NULL;
	return rc;
}

/* What has to be read in the normal terminal, because the screen is gone. */
static void
say_farewell(const struct wizard *w)
{
	const char *const *text;

	setup_fresh(w->setup);
	if (w->in_lines && w->how == LEAVE_DONE)
		return; /* the last lines said it already */
	text = w->how == LEAVE_KEPT ? setup_kept(w->setup) : setup_farewell(w->setup);
	for (; *text; text++)
		if (setup_literal(*text))
			prose_command(setup_literal(*text));
		else
			prose_say(*text);
}

/* Of its strings nothing lives as long as the run that has them. */
static char **
root_argv(const struct wizard *w)
{
	const char *const *v = setup_as_root_argv(w->setup, w->in_lines);
	size_t n = 0;
	char **copy;

	while (v[n])
		n++;
	copy = xcalloc(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(v[i]);
	return copy;
}

/* In the place of this run, so its status is ours. */
static int
become(char **argv)
{
	fflush(stdout);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	perror(argv[0]);
	for (char **s = argv; *s; s++)
		free(*s);
	free(argv);
	return 127;
}

static int
status_of(const struct wizard *w)
{
	switch (w->how) {
	case LEAVE_DONE:
	case LEAVE_QUIT:
		return setup_status(w->setup);
	case LEAVE_STOPPED:
		return setup_outcome(w->setup) == OUTCOME_UNDO_FAILED ? 6 : 130;
	case LEAVE_GONE:
		return 128 + (w->signal ? w->signal : SIGHUP);
	case LEAVE_KEPT:
	case LEAVE_FOR_PLAIN:
	case LEAVE_AS_ROOT:
		break;
	}
	return 0;
}

/* A serial line: what a second costs there is seen. */
static bool
is_slow_line(void)
{
	struct termios t;
	speed_t speed = tcgetattr(STDOUT_FILENO, &t) == 0 ? cfgetospeed(&t) : B0;

	return speed > B0 && speed < B9600;
}

int
wizard_run(const struct wizard_options *o)
{
	struct wizard w = { .o = o, .loop = loop_new(), .how = LEAVE_GONE };
	struct err e = { 0 };
	char **roots = NULL;
	int status;

	struct setup_options options = o->setup;

	options.slow = is_slow_line();
	w.net = net_new(w.loop);
	w.setup = setup_new(w.loop, w.net, &options, on_changed, &w, &e);
	if (!w.setup || watch_signals(&w, &e) < 0 || run_faces(&w, &e) < 0) {
		console_say(stderr, e.msg);
		status = err_status(e.code);
	} else {
		if (w.how == LEAVE_AS_ROOT)
			roots = root_argv(&w);
		else if (w.how != LEAVE_GONE || w.signal == SIGTERM)
			say_farewell(&w);
		status = status_of(&w);
	}
	if (w.setup && w.how == LEAVE_KEPT)
		setup_end(w.setup);
	setup_free(w.setup);
	net_free(w.net);
	loop_free(w.loop);
	return roots ? become(roots) : status;
}
