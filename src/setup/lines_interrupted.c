/* lines_interrupted.c - how far a change had come that was broken off, as its journal tells it. */
#include "setup/lines.h"

#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"

static bool
has_deed(const struct journal_deed *d, size_t n, const char *step)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(d[i].step, step) == 0)
			return true;
	return false;
}

/* A step is in the journal before it is done: of the last two only that they had begun is known. */
static void
line_reached(struct lines *l, const char *name, bool begun)
{
	if (begun)
		line_add(l, MARK_WARN, setup_mark_word(MARK_WARN), name, _("begun; how it ended is not known"));
	else
		line_add(l, MARK_NONE, "", name, _("not reached"));
}

static void
lines_journal(const struct setup *s, struct lines *l)
{
	struct journal_deed *d;
	const size_t n = journal_deeds(s->say, s->interrupted.dir, &d);

	line_add(l, MARK_PASS, _("done"), _("backup"), say(s, _("number %u: what was there before"), s->interrupted.id));
	for (size_t i = 0; i < n; i++)
		if (strcmp(d[i].step, "write") == 0)
			line_add(l, MARK_PASS, _("done"), _("write"), d[i].path);
		else if (strcmp(d[i].step, "link") == 0)
			line_add(l, MARK_PASS, _("done"), _("link"), d[i].path);
		else if (strcmp(d[i].step, "set-aside") == 0)
			line_add(l, MARK_PASS, _("done"), _("aside"), d[i].path);
		else if (strcmp(d[i].step, "call") == 0)
			line_add(l, MARK_PASS, _("done"), _("call"), d[i].path);
	line_reached(l, _("validate"), has_deed(d, n, "validate"));
	line_reached(l, _("reload"), has_deed(d, n, "reload"));
}

void
lines_interrupted(const struct setup *s, struct lines *l)
{
	if (!s->rollback && !s->n_progress)
		lines_journal(s, l);
	else if (s->n_progress)
		lines_apply(s, l);
	else
		line_add(l, MARK_NOW, _("now"), _("putting everything back"), "");
}

const char *
setup_interrupted_diff(const struct setup *s)
{
	struct buf b = BUF_INIT;
	const char *text;

	if (!s->has_interrupted)
		return NULL;
	journal_diff(&b, s->interrupted.dir);
	text = say(s, "%s", b.s);
	buf_free(&b);
	return text;
}
