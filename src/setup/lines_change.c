/* lines_change.c - the progress of a change, and what came of it, as lines. */
#include "setup/lines.h"

#include <string.h>

#include "base/i18n.h"

#define PATIENCE_S 5

void
line_add(struct lines *l, enum mark mark, const char *word, const char *text, const char *value)
{
	if (l->n < l->max)
		l->v[l->n++] = (struct setup_line){ mark, word, text, value, 0 };
}

void
line_told(struct lines *l, enum mark mark, const char *text)
{
	line_add(l, mark, setup_mark_word(mark), text, "");
}

/* The name of a step of the change; one word, so that faces can set it in a column of its own. */
const char *
line_deed(const char *step)
{
	static const struct {
		const char *step, *name;
	} deeds[] = {
		/* TRANSLATORS: steps of a change, at most 9 columns */
		{ "lock", N_("lock") },         { "backup", N_("backup") },     { "write", N_("write") },
		{ "link", N_("link") },         { "set-aside", N_("aside") },   { "call", N_("call") },
		   { "validate", N_("validate") },
		{ "reload", N_("reload") },     { "proof", N_("proof") },       { "verify", N_("verify") },
		{ "keep", N_("keep") },         { "undo", N_("undo") },
	};

	for (size_t i = 0; i < ARRAY_LEN(deeds); i++)
		if (strcmp(deeds[i].step, step) == 0)
			return _(deeds[i].name);
	return NULL;
}

/* What takes long says how long so far. */
const char *
line_seconds(const struct setup *s, const char *text, double seconds, unsigned within)
{
	const char *so_far = within /* TRANSLATORS: how many seconds so far, and of how many at most */
	                   ? say(s, _("%1$d s of %2$u"), (int)seconds, within) : say(s, _("%d s"), (int)seconds);

	if (seconds < PATIENCE_S)
		return text; /* TRANSLATORS: what is done now, and its seconds so far: "6 s of 10" */
	return *text ? say(s, _("%1$s, %2$s"), text, so_far) : so_far;
}

void
lines_apply(const struct setup *s, struct lines *l)
{
	for (size_t i = 0; i < s->n_progress; i++) {
		const struct apply_line *p = &s->progress[i];
		const char *deed = line_deed(p->step);
		const char *text = deed ? deed : p->text, *value = deed ? p->text : "";

		switch (p->state) {
		case PROGRESS_NOW:
			line_add(l, MARK_NOW, _("now"), text, setup_keep_seconds(s) >= 0 ? value : /* told elsewhere, backwards */
			         line_seconds(s, value, loop_seconds() - p->from, p->within));
			break;
		case PROGRESS_DONE:
			line_add(l, MARK_PASS, _("done"), text, value);
			break;
		case PROGRESS_FAIL:
			line_add(l, MARK_FAIL, setup_mark_word(MARK_FAIL), text, value);
			break;
		case PROGRESS_SKIP:
			line_add(l, MARK_SKIP, setup_mark_word(MARK_SKIP), text, value);
			break;
		}
	}
}

/* What was seen through the public address, as DNS has it: reported, never judged. */
static void
lines_outside(const struct setup *s, struct lines *l)
{
	const struct json *outside = json_get(s->document, "outside");
	size_t passed = 0;

	if (s->scratch || s->outcome != OUTCOME_WORKS)
		return;
	for (size_t i = 0; i < json_len(outside); i++) {
		const struct json *c = json_at(outside, i);
		const bool public = strcmp(json_get_string(c, "target", ""), "public") == 0;

		if (public && strcmp(json_get_string(c, "status", ""), "fail") == 0) {
			line_told(l, MARK_SKIP, say(s, _("the way in from the internet: %s"), json_get_string(c, "detail", "")));
			return;
		}
		passed += public && strcmp(json_get_string(c, "status", ""), "pass") == 0;
	}
	line_told(l, passed ? MARK_PASS : MARK_SKIP, passed
	     ? _("the public address answers from this server too")
	     : _("the way in from the internet was not tested"));
}

/* What was changed, how to undo it, and how to do it again. */
static void
lines_kept(const struct setup *s, struct lines *l)
{
	if (s->outcome != OUTCOME_WORKS || s->scratch)
		return;
	line_add(l, MARK_NONE, "", _("Changed"), say(s, Q_("%d place", "%d places", (unsigned long)s->places), (int)s->places));
	if (replaced_url(s)) /* TRANSLATORS: a label in front of an address that does not answer any more */
		line_add(l, MARK_NONE, "", _("Closed"), replaced_base(s));
	else if (replaced_stays(s)) /* TRANSLATORS: a label in front of an address that answers beside the new one */
		line_add(l, MARK_NONE, "", _("Open too"), replaced_base(s));
	line_add(l, MARK_NONE, "", _("Undo"), setup_undo_command(s));
	if (s->answers_path && s->deed == DEED_APPLY)
		line_add(l, MARK_NONE, "", _("Again"), setup_commands(s)[0]);
	/* TRANSLATORS: %s is a command; it stands behind "Later" */
	line_add(l, MARK_NONE, "", _("Later"), say(s, _("%s: change, undo or remove"), ours_command(s)));
}

/* What went through the proxy is what it is judged by; what went past it, and what could not be told, are counted apart. */
static void
lines_counted(const struct setup *s, struct lines *l, const struct json *checks)
{
	int pass[2] = { 0 }, judged[2] = { 0 }, skipped = 0;

	for (size_t i = 0; i < json_len(checks); i++) {
		const char *status = json_get_string(json_at(checks, i), "status", "");
		const bool direct = strcmp(json_get_string(json_at(checks, i), "target", ""), "direct") == 0;

		skipped += strcmp(status, "skip") == 0;
		judged[direct] += strcmp(status, "skip") != 0;
		pass[direct] += strcmp(status, "pass") == 0 || strcmp(status, "warn") == 0;
	}
	if (judged[0])
		line_told(l, pass[0] == judged[0] ? MARK_PASS : MARK_FAIL,
		     say(s, _("%1$d of %2$d checks through the proxy on this server"), pass[0], judged[0]));
	if (judged[1])
		line_told(l, pass[1] == judged[1] ? MARK_PASS : MARK_FAIL,
		     say(s, _("%1$d of %2$d checks directly, without the proxy"), pass[1], judged[1]));
	if (skipped)
		line_told(l, MARK_SKIP, say(s, Q_("%d check could not be done", "%d checks could not be done", (unsigned long)skipped), skipped));
}

void
lines_result(const struct setup *s, struct lines *l)
{
	const struct json *d = s->document;
	const struct json *checks = d ? json_get(d, "checks") : NULL;
	const int sites = (int)json_get_int(d, "otherSites", 0), odd = (int)json_get_int(d, "otherSitesChanged", 0);

	if (live_runs(s, LIVE_AGAIN))
		line_told(l, MARK_NOW, _("the checks through the proxy on this server"));
	else
		lines_counted(s, l, checks);
	for (size_t i = 0; i < json_len(checks); i++) {
		const struct json *c = json_at(checks, i);
		const char *status = json_get_string(c, "status", "");

		if (strcmp(json_get_string(c, "target", ""), "direct") == 0)
			continue; /* the same as through the proxy, or no fault of it */
		if (strcmp(status, "fail") == 0 || strcmp(status, "warn") == 0)
			line_told(l, strcmp(status, "fail") == 0 ? MARK_FAIL : MARK_WARN,
			     say(s, "%s", json_get_string(c, "detail", "")));
	}
	if (sites)
		line_told(l, odd ? MARK_FAIL : MARK_PASS, odd
		     ? say(s, Q_("%d other site answers differently", "%d other sites answer differently", (unsigned long)odd), odd)
		     : say(s, Q_("your %d other site answers as before", "your %d other sites answer as before",
		               (unsigned long)sites), sites));
	lines_outside(s, l);
	if (s->outcome == OUTCOME_WORKS)
		lines_hold(s, l);
	lines_kept(s, l);
	if (s->outcome == OUTCOME_UNDONE || s->outcome == OUTCOME_REFUSED || s->outcome == OUTCOME_UNDO_FAILED)
		lines_apply(s, l);
}
