/* plain_later.c - a later run, line by line: how it is, what differs, what can be done. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "plain.h"

static void ask_later(struct plain *p);

/* What cannot be done now is no error; the command alone on its line, so that it can be copied. */
void
plain_refused(struct plain *p, const char *message)
{
	plain_say(p, message);
	if (setup_root_command(p->setup))
		plain_text(p, setup_root_command(p->setup));
}

static void
choose(struct plain *p, const char *list, size_t row)
{
	struct err e = { 0 };

	if (setup_choose(p->setup, PAGE_LATER, list, row, &e) < 0) {
		plain_refused(p, e.msg);
		ask_later(p);
	} else if (setup_page(p->setup) != PAGE_LATER) {
		plain_goto(p, setup_page(p->setup), false);
	} else if (setup_busy(p->setup)) {
		plain_wait(p, plain_later);
	} else {
		ask_later(p);
	}
}

static void
answer_sure(struct plain *p, const char *line)
{
	const int yes = plain_sure(p, line);

	if (yes > 0)
		choose(p, *setup_lists(p->setup, PAGE_LATER), p->item);
	else if (!yes)
		ask_later(p);
}

static void
say_going(struct plain *p, const char *list)
{
	struct setup_line line[MAX_LINES];
	const size_t n = setup_going(p->setup, list, p->item, line, MAX_LINES);

	if (n)
		plain_say(p, _("What becomes of the files:"));
	for (size_t i = 0; i < n; i++)
		plain_line(p, PAGE_LATER, &line[i]);
	if (*setup_going_means(p->setup, list, p->item))
		plain_say(p, setup_going_means(p->setup, list, p->item));
}

static void
ask_sure(struct plain *p)
{
	say_going(p, *setup_lists(p->setup, PAGE_LATER));
	plain_ask(p, _("This changes this server. Type yes, or Enter for no"), _("no"), false, answer_sure);
}

static void
answer_token(struct plain *p, const char *line)
{
	struct err e = { 0 };

	if (*line && setup_set(p->setup, "token", line, &e) == 0)
		ask_sure(p);
	else
		ask_later(p);
}

/* First what it lets be seen, and then the choice. */
static void
let_in(struct plain *p)
{
	const char *list = *setup_lists(p->setup, PAGE_LATER);

	if (setup_choice_needs_password(p->setup, list, p->item)) {
		plain_lines(p, PAGE_LATER);
		ask_later(p);
	} else {
		choose(p, list, p->item);
	}
}

static void
answer_password(struct plain *p, const char *line)
{
	struct err e = { 0 };

	if (*line && setup_set(p->setup, "password", line, &e) == 0) {
		plain_wait(p, let_in);
		return;
	}
	if (*line)
		plain_say(p, e.msg);
	ask_later(p);
}

static void
answer_later(struct plain *p, const char *line)
{
	const char *list = *setup_lists(p->setup, PAGE_LATER);
	struct setup_choice c[MAX_CHOICES];
	const size_t n = setup_list(p->setup, PAGE_LATER, list, c, MAX_CHOICES);
	long number = strtol(line, NULL, 10);

	for (size_t i = 0; !*line && i < n; i++)
		if (c[i].chosen)
			number = (long)i + 1;
	if (number < 1 || number > (long)n) {
		struct buf b = BUF_INIT;

		buf_printf(&b, _("Write a number from 1 to %d."), (int)n);
		plain_state(p, MARK_FAIL, _("error"), b.s);
		buf_free(&b);
		ask_later(p);
		return;
	}
	p->item = (size_t)number - 1;
	if (setup_choice_needs_password(p->setup, list, p->item)) {
		plain_say(p, _("Without the UI password no stream is held."));
		plain_ask(p, _("UI password, not shown while you type"), _("none"), true, answer_password);
		return;
	}
	if (!setup_choice_changes(p->setup, list, p->item)) {
		choose(p, list, p->item);
		return;
	}
	plain_say(p, c[p->item].label);
	if (setup_choice_needs_token(p->setup, list, p->item)) {
		plain_say(p, _("It was made with an API token that is kept nowhere."));
		plain_ask(p, _("API token, not shown while you type"), _("none"), true, answer_token);
		return;
	}
	ask_sure(p);
}

static void
ask_later(struct plain *p)
{
	const char *list = *setup_lists(p->setup, PAGE_LATER);
	struct setup_choice c[MAX_CHOICES];
	const size_t n = setup_list(p->setup, PAGE_LATER, list, c, MAX_CHOICES);
	struct buf b = BUF_INIT;
	size_t chosen = 0;

	plain_say(p, setup_list_label(p->setup, PAGE_LATER, list));
	for (size_t i = 0; i < n; i++) {
		if (c[i].chosen)
			chosen = i;
		plain_row(p, list, i, &c[i]);
	}
	buf_printf(&b, _("%1$s, 1 to %2$d"), _("What now"), (int)n);
	plain_ask(p, b.s, (char[]){ (char)('1' + chosen), '\0' }, false, answer_later);
	buf_free(&b);
}

void
plain_later(struct plain *p)
{
	p->told = p->told_once[PAGE_LATER] = true;
	plain_blank(p);
	plain_say(p, setup_later_status(p->setup));
	plain_say(p, setup_later_heading(p->setup));
	plain_lines(p, PAGE_LATER);
	for (const char *const *a = setup_advice(p->setup, PAGE_LATER); *a; a++)
		plain_say(p, *a);
	ask_later(p);
}
