/* hold.c - the long wait: on the Timeouts page a second rehearsal that holds a quiet stream, on the result page the address itself; beside everything else. */
#include "setup/lines.h"

#include "base/i18n.h"

static void
count(void *ctx)
{
	struct setup *s = ctx;

	s->hold_timer = loop_after(s->loop, runs_pace(s), count, s);
	setup_tell(s);
}

static void
over(void *ctx, const struct err *e)
{
	struct setup *s = ctx;

	loop_cancel(s->loop, s->hold_timer);
	s->hold_timer = 0;
	s->held = true;
	s->hold_err = e ? *e : (struct err){ 0 };
	setup_tell(s);
}

bool
setup_holding(const struct setup *s)
{
	return (s->hold && !s->held) || live_runs(s, LIVE_HOLD);
}

bool
setup_may_hold(const struct setup *s)
{
	if (s->page == PAGE_RESULT)
		return live_is_possible(s) && !setup_holding(s);
	return s->rehearsal && s->rehearsed && !s->rehearsal_none && !setup_holding(s);
}

int
setup_hold_seconds(const struct setup *s)
{
	return s->page == PAGE_TIMEOUTS ? REHEARSAL_HOLD : (int)check_hold_seconds(&s->needs);
}

void
setup_hold(struct setup *s)
{
	static const struct rehearsal_events on = { .done = over, .deep = true };

	if (!setup_may_hold(s))
		return;
	setup_hold_stop(s);
	s->hold_lost = false;
	if (s->page == PAGE_RESULT) {
		live_begin(s, LIVE_HOLD);
		return;
	}
	s->hold_from = loop_seconds();
	s->hold_context = (struct proxy_context){
		.answers = &s->answers, .found = find_proxy(s), .needs = &s->needs,
		.templates = s->o.templates, .root = s->o.root,
	};
	s->hold = rehearsal_start(s->loop, s->net, &s->hold_context, &on, s);
	s->hold_timer = loop_after(s->loop, runs_pace(s), count, s);
	setup_tell(s);
}

void
setup_hold_stop(struct setup *s)
{
	live_stop(s, LIVE_HOLD);
	loop_cancel(s->loop, s->hold_timer);
	s->hold_timer = 0;
	rehearsal_free(s->hold);
	s->hold = NULL;
	s->held = false;
}

void
hold_forget(struct setup *s)
{
	s->hold_lost = s->hold_lost || s->hold;
	setup_hold_stop(s);
}

const struct check_result *
hold_result(const struct setup *s, const char *id)
{
	const struct check_run *run = s->held && s->hold ? rehearsal_check(s->hold) : NULL;
	const struct check_result *r = run ? check_find(run, id, TARGET_REHEARSAL) : live_result(s, LIVE_HOLD, id);

	return r && (int)r->status >= 0 ? r : NULL;
}

bool
lines_hold(const struct setup *s, struct lines *l)
{
	static const char *const ids[] = { "time.stream", "time.idle" };

	if (setup_holding(s)) {
		const bool live = s->live[LIVE_HOLD];

		/* TRANSLATORS: seconds so far, of how many */
		line_told(l, MARK_NOW, say(s, _("holding a quiet stream: %1$d s of %2$d"),
		                           (int)(live ? live_seconds(s, LIVE_HOLD) : loop_seconds() - s->hold_from),
		                           live ? (int)check_hold_seconds(&s->needs) : REHEARSAL_HOLD));
		return true;
	}
	if (!s->held && !s->live[LIVE_HOLD]) {
		const bool lost = s->hold_lost && s->page != PAGE_RESULT;

		if (lost)
			line_told(l, MARK_SKIP, _("The waiting was given up: a setting changed, or it was checked again. The button waits anew."));
		return lost;
	}
	if (s->hold_err.code != ERR_NONE)
		line_told(l, MARK_SKIP, say(s, "%s", s->hold_err.msg));
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct check_result *r = hold_result(s, ids[i]);

		if (r)
			line_told(l, mark_of(r), r->detail);
	}
	return true;
}

enum mark
hold_mark(const struct setup *s)
{
	if (setup_holding(s))
		return MARK_NOW;
	return mark_worst(mark_of(hold_result(s, "time.stream")), mark_of(hold_result(s, "time.idle")));
}

size_t
setup_hold_lines(const struct setup *s, struct setup_line *out, size_t max)
{
	struct lines l = { .v = out, .max = max };

	lines_hold(s, &l);
	return l.n;
}
