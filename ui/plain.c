#include "plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"

#define PATIENCE_MS 5000
#define AGAIN_MS    15000

/* ---- waiting ---- */

static void
say_waiting(void *ctx)
{
	struct plain *p = ctx;
	struct buf b = BUF_INIT;

	p->patience = loop_after(p->loop, AGAIN_MS, say_waiting, p);
	/* TRANSLATORS: %d is how long a check has taken so far */
	buf_printf(&b,
	           Q_("%d second so far", "%d seconds so far",
	              (unsigned long)(loop_seconds() - p->since)),
	           (int)(loop_seconds() - p->since));
	plain_state(p, MARK_NOW, setup_mark_word(MARK_NOW), b.s);
	buf_free(&b);
}

static bool
must_wait(const struct plain *p)
{
	struct setup_line line[MAX_LINES];
	size_t n;

	if ((p->page == PAGE_TIMEOUTS || p->page == PAGE_RESULT) && setup_holding(p->setup))
		return true;
	if (!setup_busy(p->setup))
		return false;
	if (p->page != PAGE_DIRECT)
		return true;
	/* It is looked for again and again: what failed once is told at once. */
	n = setup_lines(p->setup, PAGE_DIRECT, line, MAX_LINES);
	return n == 0 || line[0].mark != MARK_FAIL;
}

static void
poke(struct plain *p)
{
	if (p->poking)
		return;
	p->poking = true;
	while (p->then && !p->over && !must_wait(p)) {
		plain_fn *fn = p->then;

		p->then = NULL;
		loop_cancel(p->loop, p->patience);
		p->patience = 0;
		setup_fresh(p->setup);
		fn(p);
	}
	p->poking = false;
}

void
plain_wait(struct plain *p, plain_fn *then)
{
	p->then = then;
	p->since = loop_seconds();
	loop_cancel(p->loop, p->patience);
	p->patience = loop_after(p->loop, PATIENCE_MS, say_waiting, p);
	poke(p);
}

void
plain_changed(struct plain *p)
{
	if (p->over)
		return;
	if (p->stopping && !setup_applying(p->setup)) {
		plain_leave(p, LEAVE_STOPPED);
		return;
	}
	if (p->page == PAGE_APPLY || (p->page == PAGE_WATCH && !p->answer)) {
		setup_fresh(p->setup);
		(p->page == PAGE_APPLY ? plain_apply : plain_watch)(p);
		return;
	}
	poke(p);
}

/* ---- going places ---- */

void
plain_leave(struct plain *p, enum leave how)
{
	p->over = true;
	plain_read(p, false);
	plain_echo(p, true);
	p->leave(p->ctx, how);
}

void
plain_interrupt(struct plain *p)
{
	if (!setup_applying(p->setup)) {
		putchar('\n');
		plain_leave(p, LEAVE_STOPPED);
		return;
	}
	p->stopping = true;
	setup_apply_undo(p->setup);
	plain_say(p, _("Everything is put back now."));
}

void
plain_goto(struct plain *p, enum page page, bool returning)
{
	p->page = page;
	p->item = 0;
	p->told = p->minus_told = false;
	if (setup_page(p->setup) != page)
		setup_open(p->setup, page);
	/* What was told before and is still true is not told again. */
	p->returning = returning ||
	               (page_is_check(page) && p->told_once[page] && !setup_busy(p->setup));
	switch (page) {
	case PAGE_REVIEW: plain_wait(p, plain_review); break;
	case PAGE_APPLY:  plain_apply(p); break;
	case PAGE_WATCH:  plain_watch(p); break;
	case PAGE_RESULT: plain_result(p); break;
	case PAGE_LATER:  plain_wait(p, plain_later); break;
	case PAGE_REPAIR: plain_wait(p, plain_repair); break;
	default:          plain_page(p); break;
	}
}

/* The question before this one, or the last page before this one that asks something. */
void
plain_back(struct plain *p)
{
	enum page page = setup_previous(p->setup);

	if (plain_question_before(p))
		return;
	if (page == PAGE_REPAIR) {
		plain_goto(p, PAGE_REPAIR, true);
		return;
	}
	if (page == PAGE_LATER) {
		setup_open(p->setup, PAGE_LATER); /* also from its own list of one thing */
		plain_goto(p, setup_page(p->setup), true);
		return;
	}
	for (; page != PAGE_START; page = setup_asked_before(p->setup, page)) {
		struct setup_field f[1];

		if (page == PAGE_REVIEW || setup_lists(p->setup, page)[0] || setup_fields(p->setup, page, f, 1))
			break;
	}
	plain_goto(p, page, true);
}

static void
ask_again(struct plain *p, plain_answer_fn *fn)
{
	p->answer = fn;
	plain_again(p);
}

void
plain_explain(struct plain *p)
{
	plain_answer_fn *fn = p->asked;

	if (plain_explain_choice(p)) {
		ask_again(p, fn);
		return;
	}
	for (const char *const *t = setup_help(p->setup, p->page); *t; t++)
		plain_say(p, *t);
	if (p->told && p->page < PAGE_REVIEW)
		plain_seen(p);
	ask_again(p, fn);
}

void
plain_steps(struct plain *p)
{
	plain_answer_fn *fn = p->asked;

	if (p->page == PAGE_LATER)
		plain_say(p, _("It is set up already: no step is left to do."));
	for (int i = 0; i < N_STEPS && p->page != PAGE_LATER; i++) {
		const enum mark m = setup_mark(p->setup, (enum page)i);
		struct buf b = BUF_INIT;

		buf_printf(&b, _("step %1$d, %2$s"), i + 1, _(pages[i].name));
		plain_state(p, m, m == MARK_NONE ? _("to do") : setup_mark_word(m), b.s);
		buf_free(&b);
	}
	ask_again(p, fn);
}

/* ---- start and stop ---- */

static void
introduce(struct plain *p, const char *why)
{
	struct buf b = BUF_INIT;

	if (why)
		plain_say(p, why);
	/* TRANSLATORS: %s is a version */
	buf_printf(&b, _("Antechamber %s, line mode."), VERSION);
	plain_say(p, b.s);
	if (setup_is_practice(p->setup))
		plain_say(p, setup_safety(p->setup));
	if (!setup_is_later(p->setup))
		plain_say(p, _("It puts a reverse proxy in front of OpenChamber and proves that everything "
		               "gets through. Up to step 10 nothing on this server is changed."));
	plain_say(p, _("Enter takes the answer in brackets. The word help, or a question mark, explains. "
	               "The word back, or a less-than sign, goes back."));
	plain_say(p, _("The word steps, or s, lists the steps. The word quit, or q, leaves."));
	buf_free(&b);
}

struct plain *
plain_start(struct loop *l, struct setup *s, const char *colour, const char *why, leave_fn *leave,
            void *ctx)
{
	struct plain *p = xcalloc(1, sizeof(*p));

	p->loop = l;
	p->setup = s;
	p->leave = leave;
	p->ctx = ctx;
	p->in.part = (struct buf)BUF_INIT;
	p->colour = colour && strcmp(colour, "always") == 0;
	setup_tell_in_lines(s, true);
	introduce(p, why);
	plain_goto(p, setup_page(s), false);
	return p;
}

void
plain_stop(struct plain *p)
{
	if (!p)
		return;
	setup_tell_in_lines(p->setup, false);
	plain_read(p, false);
	plain_echo(p, true);
	loop_cancel(p->loop, p->patience);
	loop_cancel(p->loop, p->soon);
	for (size_t i = 0; i < p->n_queue; i++) {
		mem_wipe(p->queue[i], strlen(p->queue[i]));
		free(p->queue[i]);
	}
	free(p->queue);
	free(p->prompt);
	free(p->diff);
	mem_wipe(p->in.part.s, p->in.part.len);
	buf_free(&p->in.part);
	free(p);
}
