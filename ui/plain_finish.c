/* plain_finish.c - review, apply and result, line by line. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "plain.h"
#include "sudo.h"

#define MAX_PLAN      32
#define KEEP_ANSWERED 1 /* in place of the seconds that were said: it is not asked again */

/* ---- review ---- */

/* "new file   /etc/nginx/x.conf   38 lines": a path goes on a line of its own. */
static void
tell_step(struct plain *p, size_t number, const char *line)
{
	const char *object = strstr(line, "  ");
	const char *verb = line, *note;
	size_t n_verb, n_object;
	struct buf b = BUF_INIT;

	n_verb = object ? (size_t)(object - verb) : strlen(verb);
	object = object ? object + strspn(object, " ") : "";
	note = strstr(object, "  ");
	n_object = note ? (size_t)(note - object) : strlen(object);
	note = note ? note + strspn(note, " ") : "";
	buf_printf(&b, "%zu %.*s", number, (int)n_verb, verb);
	if (*object == '/' && !memchr(object, ' ', n_object)) {
		if (*note)
			buf_printf(&b, ", %s", note);
		buf_puts(&b, ":\n");
		buf_add(&b, object, n_object);
	} else {
		buf_printf(&b, ": %.*s", (int)n_object, object);
		if (*note)
			buf_printf(&b, ", %s", note);
	}
	plain_text(p, b.s);
	buf_free(&b);
}

static void
say_advice(struct plain *p)
{
	for (const char *const *a = setup_advice(p->setup, p->page); *a; a++)
		plain_say(p, *a);
}

static void
keep_and_leave(struct plain *p)
{
	struct err e = { 0 };

	if (setup_keep_answers(p->setup, &e)) {
		plain_leave(p, LEAVE_KEPT);
		return;
	}
	plain_state(p, MARK_FAIL, _("error"), e.msg);
	plain_leave(p, LEAVE_QUIT);
}

static void ask_apply(struct plain *p);

static void
sudo_then_apply(struct plain *p)
{
	struct err e = { 0 };

	if (setup_apply_way(p->setup) == APPLY_WITH_SUDO && !sudo_agrees(setup_sudo_argv(p->setup))) {
		plain_say(p, _("sudo refused. Nothing was changed."));
		ask_apply(p);
		return;
	}
	if (setup_apply(p->setup, &e) < 0) {
		plain_state(p, MARK_FAIL, _("error"), e.msg);
		ask_apply(p);
		return;
	}
	plain_goto(p, PAGE_APPLY, false);
}

static void
answer_consent(struct plain *p, const char *line)
{
	const int yes = plain_sure(p, line);

	if (yes < 0)
		return;
	if (!yes) {
		keep_and_leave(p);
		return;
	}
	setup_consent(p->setup);
	sudo_then_apply(p);
}

static void
answer_apply(struct plain *p, const char *line)
{
	int yes;

	if (strcmp(line, "m") == 0 && !setup_repairs(p->setup)) {
		plain_goto(p, PAGE_MORE, false);
		return;
	}
	yes = plain_sure(p, line);
	if (yes < 0)
		return;
	if (!yes) {
		keep_and_leave(p);
		return;
	}
	if (setup_must_consent(p->setup)) {
		plain_say(p, _("OpenChamber has no UI password. Whoever opens the public address "
		               "gets a terminal on this server."));
		plain_ask(p,
		          _("Open it to everyone who finds the address? Type yes, or Enter for no"),
		          _("no"), false, answer_consent);
		return;
	}
	sudo_then_apply(p);
}

static void
answer_closed(struct plain *p, bool yes)
{
	const enum page blocker = setup_apply_blocker(p->setup);

	if (!yes)
		keep_and_leave(p);
	else
		plain_goto(p, blocker == PAGE_REVIEW ? PAGE_PUBLIC : blocker, false);
}

static void
ask_apply(struct plain *p)
{
	struct err e = { 0 };

	switch (setup_apply_way(p->setup)) {
	case APPLY_CLOSED:
		if (!setup_plan(p->setup, &e) && e.code)
			plain_state(p, MARK_FAIL, _("error"), e.msg);
		for (const char *const *a = setup_advice(p->setup, PAGE_REVIEW);
		     *a && !setup_plan(p->setup, &e); a++)
			plain_say(p, *a);
		plain_say(p, setup_apply_label(p->setup));
		plain_ask_yes(p, _("Nothing can be applied. Go back, y or n"), true, answer_closed);
		return;
	case APPLY_BY_HAND:
		plain_say(p, setup_repairs(p->setup) ? _("Writing needs root. Nothing was changed. Run this as root:")
		             : _("Writing needs root. Your answers are saved; run this as root:"));
		keep_and_leave(p);
		return;
	case APPLY_WITH_SUDO:
		if (!setup_keep_answers(p->setup, &e))
			plain_state(p, MARK_FAIL, _("error"), e.msg);
		plain_say(p, _("Writing needs root. sudo may ask now for your login password, which is not the UI password. It runs only this:"));
		plain_text(p, setup_sudo_command(p->setup));
		break;
	case APPLY_AS_ROOT:
		break;
	}
	if (!setup_repairs(p->setup)) /* TRANSLATORS: m is typed as it is, in every language */
		plain_say(p, _("The letter m asks for what is rarely needed: ports, file, commands."));
	plain_ask(p, _("Apply these changes? Type yes, or Enter for no"), _("no"), false,
	          answer_apply);
}

void
plain_review(struct plain *p)
{
	const char *plan[MAX_PLAN];
	size_t n;
	struct err e = { 0 };

	plain_blank(p);
	if (*setup_changed(p->setup))
		plain_state(p, MARK_FAIL, _("error"), setup_changed(p->setup));
	plain_say(p, _("Step 10 of 11: Review. In this run nothing has been written yet."));
	setup_plan(p->setup, &e);
	n = setup_plan_lines(p->setup, plan, MAX_PLAN);
	for (size_t i = 0; i < n; i++)
		tell_step(p, i + 1, plan[i]);
	if (*setup_tried(p->setup))
		plain_say(p, setup_tried(p->setup));
	if (!*setup_diff(p->setup) && !*setup_tried(p->setup) && *setup_message(p->setup))
		plain_say(p, setup_message(p->setup));
	plain_diff(p, setup_diff(p->setup), ask_apply);
}

/* ---- apply ---- */

/* Called at every change: what is final is said, once. */
static void
say_final(struct plain *p)
{
	struct setup_line line[MAX_LINES];
	const size_t n = setup_lines(p->setup, p->page, line, MAX_LINES);

	while (p->printed < n && line[p->printed].mark != MARK_NOW)
		plain_line(p, p->page, &line[p->printed++]);
}

/* Whatever is no yes, and no answer at all, is a no. */
static void
answer_keep(struct plain *p, const char *line)
{
	p->keep_said = KEEP_ANSWERED;
	setup_keep(p->setup, plain_yes(line, true) == 1);
}

/* The seconds that are left, at the beginning and where they get few. */
static void
ask_keep(struct plain *p)
{
	static const int said_at[] = { 60, 30, 10 };
	const int left = setup_keep_seconds(p->setup);
	struct buf b = BUF_INIT;
	bool due = !p->keep_said;

	for (size_t i = 0; i < ARRAY_LEN(said_at); i++)
		due = due || (left <= said_at[i] && p->keep_said > said_at[i]);
	if (!due)
		return;
	if (p->answer)
		plain_blank(p); /* behind the question that waits */
	p->keep_said = left > KEEP_ANSWERED ? left : KEEP_ANSWERED;
	buf_printf(&b, Q_("It works, and is undone in %d second unless you keep it.",
	                  "It works, and is undone in %d seconds unless you keep it.", (unsigned long)left), left);
	plain_say(p, b.s);
	plain_ask(p, _("Keep it? Type yes; anything else undoes it, and so does waiting"), _("no"), false, answer_keep);
	buf_free(&b);
}

void
plain_apply(struct plain *p)
{
	if (!p->told) {
		p->told = true;
		p->printed = 0;
		p->keep_said = 0;
		plain_blank(p);
		plain_say(p, setup_takes_back(p->setup) ? _("What was changed is taken back. If the connection drops now, this goes on without you.")
		             : _("Step 11 of 11: Apply. If the connection drops now, this goes on "
		               "without you and ends with the new configuration or the old one."));
	}
	if (p->answer && setup_keep_seconds(p->setup) < 0) { /* it was waited too long */
		p->answer = NULL;
		plain_blank(p);
	}
	say_final(p);
	if (setup_keep_seconds(p->setup) >= 0 && !p->stopping)
		ask_keep(p);
	if (!setup_applying(p->setup)) /* to the result, or to the review once more */
		plain_goto(p, setup_page(p->setup), false);
}

/* The same of another's change; when it has ended this run begins by itself. */
void
plain_watch(struct plain *p)
{
	struct err e = { 0 };

	if (!p->told) {
		p->told = true;
		p->printed = 0;
		say_advice(p);
	}
	say_final(p);
	if (setup_busy(p->setup))
		return;
	say_advice(p);
	if (setup_go_on(p->setup, &e) == 0) {
		plain_goto(p, setup_page(p->setup), false);
		return;
	}
	plain_state(p, MARK_FAIL, _("error"), e.msg);
	plain_leave(p, LEAVE_QUIT);
}

/* ---- result ---- */

static void
answer_undone(struct plain *p, const char *line)
{
	const char *const *list = setup_lists(p->setup, PAGE_RESULT);
	struct setup_choice c[MAX_CHOICES];
	const size_t n = *list ? setup_list(p->setup, PAGE_RESULT, *list, c, MAX_CHOICES) : 0;
	struct err e = { 0 };
	long number = *line ? strtol(line, NULL, 10) : 1;

	if (number < 1 || number > (long)n) {
		plain_result(p);
		return;
	}
	if (setup_choose(p->setup, PAGE_RESULT, *list, (size_t)number - 1, &e) < 0)
		plain_state(p, MARK_FAIL, _("error"), e.msg);
	if (setup_page(p->setup) == PAGE_RESULT)
		plain_leave(p, LEAVE_DONE);
	else
		plain_goto(p, setup_page(p->setup), true);
}

static void
answer_report(struct plain *p, bool yes)
{
	struct err e = { 0 };

	if (yes) {
		if (setup_write_report(p->setup, &e)) /* where it is, the farewell says */
			plain_state(p, MARK_PASS, _("done"), _("the report is written"));
		else
			plain_state(p, MARK_FAIL, _("error"), e.msg);
	}
	plain_leave(p, LEAVE_DONE);
}

static void
ask_report(struct plain *p)
{
	plain_ask_yes(p, _("Write a report, y or n"), false, answer_report);
}

static void
held(struct plain *p)
{
	struct setup_line line[MAX_LINES];
	const size_t n = setup_hold_lines(p->setup, line, MAX_LINES);

	for (size_t i = 0; i < n; i++)
		plain_line(p, PAGE_RESULT, &line[i]);
	ask_report(p);
}

static void
answer_hold(struct plain *p, bool yes)
{
	if (!yes) {
		ask_report(p);
		return;
	}
	setup_hold(p->setup);
	plain_wait(p, held);
}

/* "Changed: 2 places"; a command stands alone on its line. */
static void
say_pair(struct plain *p, const struct setup_line *line)
{
	const bool command = strstr(line->value, "antechamber ") != NULL;
	struct buf b = BUF_INIT;

	buf_printf(&b, command ? "%s:\n%s" : "%s: %s", line->text, line->value);
	plain_text(p, b.s);
	buf_free(&b);
}

/* Of a change that was taken back the result has the steps too: those were told as they happened. */
static bool
was_told(const struct plain *p, const struct setup_line *line)
{
	struct setup_line step[MAX_LINES];
	const size_t n = setup_lines(p->setup, PAGE_APPLY, step, MAX_LINES);

	for (size_t i = 0; i < n && i < p->printed; i++)
		if (strcmp(step[i].text, line->text) == 0 && strcmp(step[i].value, line->value) == 0)
			return true;
	return false;
}

void
plain_result(struct plain *p)
{
	const char *const *list = setup_lists(p->setup, PAGE_RESULT);
	struct setup_choice c[MAX_CHOICES];
	struct setup_line line[MAX_LINES];
	struct buf b = BUF_INIT;
	size_t n;

	n = setup_lines(p->setup, PAGE_RESULT, line, MAX_LINES);
	for (size_t i = 0; i < n; i++)
		if (*line[i].word && !was_told(p, &line[i]))
			plain_line(p, PAGE_RESULT, &line[i]);
	p->printed = 0;
	plain_blank(p);
	plain_say(p, setup_result_heading(p->setup));
	say_advice(p);
	for (size_t i = 0; i < n; i++)
		if (!*line[i].word)
			say_pair(p, &line[i]);
	if (!*list) {
		if (setup_may_hold(p->setup)) {
			buf_printf(&b, _("Hold a quiet stream for %d s now, y or n"), setup_hold_seconds(p->setup));
			plain_ask_yes(p, b.s, false, answer_hold);
			buf_free(&b);
		} else {
			ask_report(p);
		}
		return;
	}
	n = setup_list(p->setup, PAGE_RESULT, *list, c, MAX_CHOICES);
	for (size_t i = 0; i < n; i++) {
		buf_cut(&b, 0);
		buf_printf(&b, "%zu %s", i + 1, c[i].label);
		plain_say(p, b.s);
	}
	buf_cut(&b, 0);
	buf_printf(&b, _("%1$s, 1 to %2$d"), _("What now"), (int)n);
	plain_ask(p, b.s, "1", false, answer_undone);
	buf_free(&b);
}
