/* plain_repair.c - the doctor, line by line: each finding, and whether its fix is taken. */
#include "base/buf.h"
#include "base/i18n.h"
#include "plain.h"

static void tell_finding(struct plain *p);

static void
next_finding(struct plain *p)
{
	if (++p->item < setup_findings(p->setup)) {
		tell_finding(p);
	} else if (setup_findings_taken(p->setup)) {
		plain_goto(p, PAGE_REVIEW, false);
	} else {
		plain_say(p, _("No fix was taken, so there is nothing to write."));
		plain_goto(p, setup_previous(p->setup), true);
	}
}

static void
answer_take(struct plain *p, bool yes)
{
	setup_take(p->setup, p->item, yes);
	next_finding(p);
}

static void
answer_next(struct plain *p, const char *line)
{
	(void)line;
	next_finding(p);
}

static void
say_labelled(struct plain *p, const char *label, const char *text)
{
	struct buf b = BUF_INIT;

	if (!*text)
		return;
	buf_printf(&b, "%s: %s", label, text);
	plain_say(p, b.s);
	buf_free(&b);
}

static void
tell_place(struct plain *p, const struct setup_finding *f)
{
	struct buf b = BUF_INIT;

	if (!f->file)
		return;
	buf_printf(&b, "%s:%d", f->file, f->line);
	plain_text(p, b.s);
	for (size_t i = 0; i < f->n_source; i++) {
		buf_cut(&b, 0);
		buf_printf(&b, f->source[i].guilty ? "> %d: %s" : "%d: %s", f->source[i].number, f->source[i].text);
		plain_text(p, b.s);
	}
	buf_free(&b);
}

static void
tell_finding(struct plain *p)
{
	struct setup_finding f;
	struct buf b = BUF_INIT;

	if (!setup_finding(p->setup, p->item, &f)) {
		plain_say(p, _("Nothing is wrong any more."));
		plain_goto(p, setup_previous(p->setup), true);
		return;
	}
	plain_blank(p);
	buf_printf(&b, _("Finding %1$zu of %2$zu"), p->item + 1, setup_findings(p->setup));
	plain_say(p, b.s);
	plain_state(p, f.mark, setup_mark_word(f.mark), f.sentence);
	tell_place(p, &f);
	say_labelled(p, _("Why"), f.why);
	say_labelled(p, _("Direct"), f.seen_direct);
	say_labelled(p, _("Seen"), f.seen);
	say_labelled(p, _("Fix"), f.fix);
	plain_say(p, f.change);
	plain_diff_aloud(p, f.diff);
	if (f.can_take)
		plain_ask_yes(p, _("Take this fix, y or n"), true, answer_take);
	else
		plain_ask(p, _("Enter goes on"), "", false, answer_next);
	buf_free(&b);
}

void
plain_repair(struct plain *p)
{
	p->item = 0;
	if (*setup_changed(p->setup))
		plain_state(p, MARK_FAIL, _("error"), setup_changed(p->setup));
	tell_finding(p);
}
