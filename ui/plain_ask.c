/* plain_ask.c - steps 1 to 9 as questions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "console.h"
#include "plain.h"

/* A question of a page: a field, a list, or the box about what stands in front. */
struct asked {
	const char        *list; /* or NULL */
	bool               front;
	struct setup_field field;
};

/* Lists before the fields that belong to a choice in them; what was found is only a suggestion. */
static size_t
questions(const struct plain *p, struct asked *out, size_t max)
{
	struct setup_field f[MAX_EDITORS];
	const size_t n = setup_fields(p->setup, p->page, f, MAX_EDITORS);
	size_t k = 0;

	for (int after = 0; after <= 1; after++) {
		for (size_t i = 0; i < n && k < max; i++)
			if (!f[i].closed && setup_field_follows(f[i].key) == (after == 1))
				out[k++] = (struct asked){ .field = f[i] };
		if (!after && k < max && setup_may_say_front(p->setup))
			out[k++] = (struct asked){ .front = true };
		for (const char *const *l = setup_lists(p->setup, p->page);
		     *l && !after && k < max; l++)
			if (strcmp(*l, "origin-found") != 0)
				out[k++] = (struct asked){ .list = *l };
	}
	return k;
}

/* ---- asking ---- */

static void ask_next(struct plain *p);

static void
refuse(struct plain *p, const char *message)
{
	plain_state(p, MARK_FAIL, _("error"), message);
	ask_next(p);
}

/* The origin decides what else is asked, so its checks come first. */
static void
origin_answered(struct plain *p)
{
	if (setup_may_leave(p->setup, PAGE_DIRECT)) {
		ask_next(p);
		return;
	}
	plain_lines(p, PAGE_DIRECT);
	plain_advice(p);
	p->item = 0;
	ask_next(p);
}

/* An answer may bring questions before it, or take them away. */
static void
go_behind(struct plain *p, const char *key)
{
	struct asked q[MAX_ITEMS];
	const size_t n = questions(p, q, MAX_ITEMS);

	p->item++;
	for (size_t i = 0; i < n; i++)
		if (!q[i].list && !q[i].front && strcmp(q[i].field.key, key) == 0)
			p->item = i + 1;
}

static void
answer_field(struct plain *p, const char *line)
{
	struct asked q[MAX_ITEMS];
	struct err e = { 0 };
	char key[32];

	if (p->item >= questions(p, q, MAX_ITEMS) || q[p->item].list || q[p->item].front) {
		ask_next(p);
		return;
	}
	snprintf(key, sizeof(key), "%s", q[p->item].field.key);
	if (plain_may_be_empty(p, key) && strcmp(line, "-") == 0)
		line = "";
	else if (!*line)
		line = q[p->item].field.secret ? q[p->item].field.value
		                               : plain_suggestion(p, &q[p->item].field);
	/* Tried first: what is refused is not kept here, it would only stand in the brackets. */
	if (setup_try(p->setup, key, line, &e) < 0 || setup_set(p->setup, key, line, &e) < 0) {
		refuse(p, e.msg);
		return;
	}
	go_behind(p, key);
	if (strcmp(key, "public") == 0)
		plain_address(p);
	if (strcmp(key, "origin") == 0)
		plain_wait(p, origin_answered);
	else
		ask_next(p);
}

static void
answer_front(struct plain *p, bool yes)
{
	p->item++;
	setup_say_front(p->setup, yes);
	ask_next(p);
}

static void
restart_page(struct plain *p)
{
	plain_goto(p, setup_page(p->setup), true);
}

/* What Enter alone takes: what is chosen, else the first that can be. */
static size_t
suggested_row(const struct setup_choice *c, size_t n)
{
	size_t row = n;

	for (size_t i = n; i-- > 0;)
		if (c[i].chosen || (c[i].possible && (row == n || !c[row].chosen)))
			row = i;
	return row < n ? row : 0;
}

static void
answer_list(struct plain *p, const char *line)
{
	struct setup_choice c[MAX_CHOICES];
	struct asked q[MAX_ITEMS];
	struct err e = { 0 };
	char *end, list[32];
	size_t n;
	long number;

	if (p->item >= questions(p, q, MAX_ITEMS) || !q[p->item].list) {
		ask_next(p);
		return;
	}
	snprintf(list, sizeof(list), "%s", q[p->item].list);
	n = setup_list(p->setup, p->page, list, c, MAX_CHOICES);
	number = *line ? strtol(line, &end, 10) : (long)suggested_row(c, n) + 1;
	if ((*line && *end) || number < 1 || number > (long)n) {
		struct buf b = BUF_INIT;

		buf_printf(&b, _("Write a number from 1 to %d."), (int)n);
		refuse(p, b.s);
		buf_free(&b);
		return;
	}
	if (setup_choice_is_roots(p->setup, list, (size_t)number - 1)) {
		plain_as_root(p, ask_next);
		return;
	}
	if (setup_choose(p->setup, p->page, list, (size_t)number - 1, &e) < 0) {
		plain_refused(p, e.msg);
		ask_next(p);
		return;
	}
	if (strcmp(list, "start") == 0 && number == (long)n && setup_interrupted_diff(p->setup)) {
		plain_diff(p, setup_interrupted_diff(p->setup), ask_next);
		return;
	}
	p->item++;
	if (strcmp(list, "taken") == 0 && number == (long)n)
		p->item = 0; /* another name */
	if (setup_page(p->setup) != p->page)
		plain_goto(p, setup_page(p->setup), false); /* an interrupted change goes on, or another site is repaired */
	else if (strcmp(list, "start") == 0 && !setup_may_leave(p->setup, PAGE_START))
		plain_wait(p, restart_page); /* an undo runs */
	else if (strcmp(list, "language") == 0)
		plain_wait(p, ask_next); /* in another one what is here is looked at anew */
	else
		ask_next(p);
}

/* Every language under its English name: line mode shows nothing that a console might not have. */
static void
ask_language(struct plain *p, const struct setup_choice *c, size_t n, const char *chosen)
{
	struct buf b = BUF_INIT;

	buf_puts(&b, setup_list_label(p->setup, p->page, "language"));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, ", %zu %s", i + 1, console_language_name(c[i].state));
	plain_ask(p, b.s, chosen, false, answer_list);
	buf_free(&b);
}

/* Why there is anything to choose at all. */
static void
say_failures(struct plain *p)
{
	struct setup_line line[MAX_LINES];
	const size_t n = setup_lines(p->setup, p->page, line, MAX_LINES);

	for (size_t i = 0; i < n; i++)
		if (line[i].mark == MARK_FAIL)
			plain_line(p, p->page, &line[i]);
}

static void
ask_list(struct plain *p, const char *list)
{
	static const struct { const char *list, *question; } words[] = {
		/* TRANSLATORS: questions with the numbers behind them: "Which one, 1 to 6 [1]:" */
		{ "proxy", N_("Which one") }, { "tls", N_("Certificate") }, { "start", N_("What now") }, { "taken", N_("What now") }, { "before", N_("The address so far") },
		{ "plan", N_("Plan at Cloudflare") }, { "ssl", N_("SSL/TLS at Cloudflare") },
		{ "addresses", N_("Addresses of Cloudflare") },
	};
	struct setup_choice c[MAX_CHOICES];
	size_t n = setup_list(p->setup, p->page, list, c, MAX_CHOICES);
	const char *question = list;
	char chosen[24];
	struct buf b = BUF_INIT;

	snprintf(chosen, sizeof(chosen), "%zu", suggested_row(c, n) + 1);
	if (strcmp(list, "language") == 0) {
		ask_language(p, c, n, chosen);
		return;
	}
	if (strcmp(list, "taken") == 0)
		say_failures(p);
	for (size_t i = 0; i < n; i++)
		plain_row(p, list, i, &c[i]);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].list, list) == 0)
			question = _(words[i].question);
	buf_cut(&b, 0);
	/* TRANSLATORS: %1$s is a question, %2$d the last number that can be chosen */
	buf_printf(&b, _("%1$s, 1 to %2$d"), question, (int)n);
	plain_ask(p, b.s, chosen, false, answer_list);
	buf_free(&b);
}

/* ---- the way through a page ---- */

static void
answer_test(struct plain *p, const char *line)
{
	const int yes = plain_sure(p, line);

	if (yes > 0) {
		setup_accept_test(p->setup);
		plain_goto(p, setup_next(p->setup), false);
	} else if (!yes) {
		plain_goto(p, p->page, true);
	}
}

static void page_told(struct plain *p);

/* A password that was refused is asked for again at once: it would be typed into whatever is asked next. */
static bool
password_refused(struct plain *p)
{
	struct setup_field f[MAX_EDITORS];
	const size_t n = p->page == PAGE_DIRECT && !p->ended ? setup_fields(p->setup, p->page, f, MAX_EDITORS) : 0;
	size_t i = 0;

	while (i < n && !(strcmp(f[i].key, "password") == 0 && *f[i].error))
		i++;
	if (i == n)
		return false;
	if (f[i].closed) { /* what was refused would close the review */
		plain_say(p, _("The password was refused three times. It goes on without one."));
		setup_check_again(p->setup);
		plain_wait(p, page_told);
		return true;
	}
	p->item = 0;
	go_behind(p, "origin");
	ask_next(p);
	return true;
}

static void
page_told(struct plain *p)
{
	plain_tell(p);
	if (password_refused(p))
		return;
	if (p->page == PAGE_PUBLIC && setup_may_look(p->setup) && !p->look_asked) { /* at a proxy it would be one more question for most */
		plain_look(p, page_told);
		return;
	}
	if (page_is_check(p->page) && p->item == 0 && !p->returning) {
		ask_next(p);
	} else if (setup_may_leave(p->setup, p->page) && p->page == PAGE_PUBLIC && setup_must_doubt(p->setup)) {
		plain_say(p, _("Every browser warns of a test certificate."));
		plain_ask(p, _("Use it on a public name anyway? Type yes, or Enter for no"), _("no"), false, answer_test);
	} else if (setup_may_leave(p->setup, p->page)) {
		plain_goto(p, setup_next(p->setup), false);
	} else {
		p->item = 0;
		if (p->ended) /* nobody is there to answer better */
			plain_no_answer(p);
		else
			ask_next(p);
	}
}

static void
start_told(struct plain *p)
{
	plain_tell(p);
	ask_next(p);
}

static void
held(struct plain *p)
{
	plain_lines(p, PAGE_TIMEOUTS);
	ask_next(p);
}

static void
answer_hold(struct plain *p, bool yes)
{
	p->hold_asked = true;
	if (yes) {
		setup_hold(p->setup);
		plain_wait(p, held);
	} else {
		ask_next(p);
	}
}

/* Answered once: whoever comes back is not asked again. */
static void
ask_hold(struct plain *p)
{
	plain_ask_yes(p, _("Hold a quiet stream for 65 seconds now, y or n"), false, answer_hold);
}

static void
ask_next(struct plain *p)
{
	struct asked q[MAX_ITEMS];
	const size_t n = questions(p, q, MAX_ITEMS);

	if (p->item < n) {
		if (q[p->item].list)
			ask_list(p, q[p->item].list);
		else if (q[p->item].front)
			plain_ask_yes(p, _("Does Cloudflare stand in front of this server, y or n"), setup_front(p->setup), answer_front);
		else
			plain_field(p, &q[p->item].field, answer_field);
	} else if (p->page == PAGE_START ||
	           (page_is_check(p->page) && p->told && !setup_busy(p->setup))) {
		if (p->page == PAGE_TIMEOUTS && setup_may_hold(p->setup) && !p->hold_asked)
			ask_hold(p);
		else if (setup_may_leave(p->setup, p->page))
			plain_goto(p, setup_next(p->setup), false);
		else
			plain_goto(p, p->page, true);
	} else {
		p->item = n ? n : 1;
		plain_wait(p, page_told);
	}
}

bool
plain_explain_choice(struct plain *p)
{
	struct asked q[MAX_ITEMS];

	if (p->page != PAGE_PUBLIC || p->item >= questions(p, q, MAX_ITEMS) || !q[p->item].list || strcmp(q[p->item].list, "taken") != 0)
		return false;
	say_failures(p);
	plain_say(p, _("One name leads to one site. That site can be set aside: it answers no more until this is undone."));
	plain_say(p, _("Or OpenChamber gets another name, and that site stays as it is."));
	return true;
}

bool
plain_question_before(struct plain *p)
{
	if ((p->page >= PAGE_REVIEW && p->page != PAGE_FRONT && p->page != PAGE_MORE) || !p->item)
		return false;
	p->item--;
	ask_next(p);
	return true;
}

static void
say_heading(struct plain *p)
{
	struct buf b = BUF_INIT;

	if (setup_interrupted_diff(p->setup)) {
		plain_say(p, _("A change was interrupted."));
		return;
	}
	/* TRANSLATORS: %1$d of %2$d steps, and the step's name */
	buf_printf(&b, _("Step %1$d of %2$d: %3$s."), (int)page_step(p->page) + 1, N_STEPS,
	           _(pages[p->page].name));
	plain_say(p, b.s);
	if (!p->returning && *pages[p->page].why && p->page != PAGE_START)
		plain_say(p, _(pages[p->page].why));
	buf_free(&b);
}

static void
rehearsed(struct plain *p)
{
	struct buf b = BUF_INIT, seconds = BUF_INIT;

	text_seconds(&seconds, loop_seconds() - p->since);
	buf_printf(&b, _("Steps 5 to 9 were rehearsed with your own proxy, on the side, in %s seconds."),
	           seconds.s);
	plain_say(p, b.s);
	buf_free(&b);
	buf_free(&seconds);
	say_heading(p);
	start_told(p);
}

void
plain_page(struct plain *p)
{
	plain_blank(p);
	if (p->page == PAGE_WEBSOCKET && !p->returning) {
		plain_wait(p, rehearsed);
		return;
	}
	say_heading(p);
	if (p->returning) {
		p->told = page_is_check(p->page);
		ask_next(p);
	} else if (p->page == PAGE_START || page_is_check(p->page)) {
		plain_wait(p, start_told);
	} else {
		ask_next(p);
	}
}
