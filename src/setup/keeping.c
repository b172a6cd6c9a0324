/* keeping.c - a change that is undone unless somebody keeps it: whether that is asked, how long it is waited, the answer. */
#include "setup/state.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

#define MOST (24 * 60 * 60)

const char *
keeping_text(const struct setup *s)
{
	return s->keep_within ? say(s, "%us", s->keep_within) : "";
}

const char *
keeping_asked(const struct setup *s, const char *command)
{
	return s->keep_within && s->outcome != OUTCOME_WORKS
	       ? say(s, "%s --confirm-within %s", command, keeping_text(s)) : command;
}

int
keeping_take(unsigned *seconds, const char *text, struct err *e)
{
	unsigned n = 0;

	if (text[strspn(text, " \t")] && (text_parse_duration(text, &n) < 0 || !n || n > MOST))
		return err_set(e, ERR_VALUE, _("Write a time up to a day, for example 120s, or nothing."));
	*seconds = n;
	return 0;
}

int
setup_keep_seconds(const struct setup *s)
{
	const struct apply_line *l = s->n_progress ? &s->progress[s->n_progress - 1] : NULL;
	double left;

	if (!s->child || !l || l->state != PROGRESS_NOW || !l->within || strcmp(l->step, "keep") != 0)
		return -1;
	left = l->within - (loop_seconds() - l->from);
	return left > 0 ? (int)left + (left > (int)left) : 0;
}

void
setup_keep(struct setup *s, bool yes)
{
	if (setup_keep_seconds(s) >= 0)
		proc_say(s->child, yes ? "yes\n" : "undo\n");
}
