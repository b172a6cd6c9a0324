/* later.c - a later run: the saved answers held against what is on this server, and what can be done. */
#include "setup/repair.h"
#include "setup/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "apply/diff.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"

/* A number means the same on every run: what is there only sometimes comes last. */
enum { LATER_EDIT, LATER_CHANGE, LATER_SLOW, LATER_MOVE, LATER_UNDO, LATER_REMOVE, LATER_WHY, LATER_RESUME, N_LATER };

/* The decisions that can be changed one at a time, and the step each belongs to. */
static const struct {
	const char *label; /* N_() */
	enum page   page;
	const char *key; /* whose value stands beside it, or NULL */
} decisions[] = {
	/* TRANSLATORS: begin with the name of the step, as it stands in the list of steps */
	{ N_("Direct access: where OpenChamber is"),   PAGE_DIRECT,   "origin" },
	{ N_("Public address, and its certificate"), PAGE_PUBLIC,   "public" },
	{ N_("Body size: uploads up to"),        PAGE_BODY,     "limits.body" },
	{ N_("Timeouts: keep quiet streams"), PAGE_TIMEOUTS, "limits.stream" },
	{ N_("More settings: ports, file, commands"), PAGE_MORE, NULL },
	{ N_("Cloudflare: what is set there"),       PAGE_FRONT,    "cloudflare.zone" }, /* where it stands in front */
};

void
later_note_last(struct setup *s)
{
	struct journal_entry *entries;
	const size_t n = journal_list(&s->keep, s->o.root, &entries);

	s->has_last = s->typed_before = false;
	s->was_here = n > 0;
	for (size_t i = 0; i < n; i++) {
		if (entries[i].state != JOURNAL_COMMITTED)
			continue;
		if (!s->has_last)
			s->last = entries[i];
		s->has_last = true;
		s->typed_before |= entries[i].typed;
	}
}

int
later_load(struct setup *s, struct err *e)
{
	char **saved = answers_saved(&s->keep, s->o.root);
	struct buf text = BUF_INIT;

	later_note_last(s);
	if (!saved || !saved[0])
		return 0;
	if (answers_load(&s->answers, saved[0], e) < 0)
		return -1;
	s->answers_path = saved[0];
	/* Answers that were only kept are a start; a later run is one after something was applied. */
	if (!s->has_last && !(geteuid() != 0 && strncmp(saved[0], "/etc/", 5) == 0))
		return 0;
	s->later = true;
	s->page = PAGE_LATER;
	replaced_note(s);
	answers_write(&text, &s->answers);
	s->later_answers = arena_strdup(&s->keep, text.s);
	buf_free(&text);
	return 0;
}

/* Everything is looked at before the first key: the address as it answers now, and the files. */
void
later_open(struct setup *s)
{
	struct err e = { 0 };

	s->alone = false;
	if (s->start == START_REPAIR) { /* back from the doctor: the plan is that of the answers again */
		s->start = START_ANEW;
		plan_forget(s);
	}
	if (s->detecting)
		return; /* comes again when everything is found */
	plan_get(s, &e); /* first: what follows tells the face that there is something to show */
	if (!s->direct)
		run_direct(s);
	run_resolver(s);
}

void
later_again(struct setup *s)
{
	struct err e = { 0 };

	s->stale = s->later = s->changing = s->alone = s->deep = s->keeps_both = false;
	runs_forget_direct(s);
	runs_forget_proxied(s);
	session_forget_offer(s);
	answers_free(&s->answers);
	answers_init(&s->answers);
	s->answers_path = NULL;
	s->resolved_for = NULL;
	s->n_addresses = 0;
	s->page = PAGE_START; /* where nothing is left */
	if (later_load(s, &e) < 0) /* it is read as if it were not there */
		answers_init(&s->answers);
	find_everything(s);
	if (s->later)
		later_open(s);
}

bool
setup_is_later(const struct setup *s)
{
	return s->later;
}

const char *
later_date(const struct setup *s, time_t when)
{
	return say_when(s, "%Y-%m-%d", when);
}

const char *
setup_later_since(const struct setup *s)
{
	/* TRANSLATORS: %s is a date; at the right of the title */
	return s->has_last ? say(s, _("last run %s"), later_date(s, s->last.when)) : "";
}

const char *
setup_later_heading(const struct setup *s)
{
	return s->has_last ? say(s, _("Compared with the last run on %s"), later_date(s, s->last.when))
	                   : _("Compared with the last run");
}

const char *
setup_later_seen(const struct setup *s)
{
	if (!s->today || !check_is_done(s->today) || !s->today_seen)
		return "";
	if (loop_seconds() - s->today_from < 60)
		return _("a moment ago");
	return say_when(s, "%H:%M", s->today_seen);
}

const char *
setup_later_status(const struct setup *s)
{
	struct check_summary sum;

	if (!s->today)
		return s->resolving || s->detecting ? say(s, _("%s: checking"), setup_public_base(s))
		     : say(s, _("%s was not checked: its name leads to no address"), setup_public_base(s));
	sum = check_summary(s->today);
	if (!check_is_done(s->today))
		return say(s, _("%s: checking"), setup_public_base(s));
	if (sum.fail)
		return say(s, _("%1$s does not work: passed %2$d, warnings %3$d, failed %4$d, skipped %5$d"),
		           setup_public_base(s), sum.pass, sum.warn, sum.fail, sum.skip);
	return say(s, _("%1$s works: passed %2$d, warnings %3$d, failed %4$d, skipped %5$d"),
	           setup_public_base(s), sum.pass, sum.warn, sum.fail, sum.skip);
}

/* ---- what can be done ---- */

/* The address was checked, and something fails there. */
static bool
fails_today(const struct setup *s)
{
	return s->today && check_is_done(s->today) && check_summary(s->today).fail && repair_has_site(s);
}

/* The last rows are there only when there is something to find out, or to go on with. */
static size_t
row_at(const struct setup *s, size_t i)
{
	return i + (i >= LATER_WHY && !fails_today(s)) + (i + !fails_today(s) >= LATER_RESUME && !s->broken_off);
}

size_t
later_list(const struct setup *s, struct setup_choice *out, size_t max)
{
	const bool why = fails_today(s), resume = s->broken_off && !why, drift = later_drifts(s) && !s->as_left && !resume && !why;
	const struct setup_choice rows[N_LATER] = {
		[LATER_RESUME] = { .label = s->broken_off ? session_label(s) : "", .possible = true, .chosen = resume },
		[LATER_WHY]    = { .label = _("Find out why it does not work, and repair it"), .possible = true, .chosen = why },
		[LATER_EDIT]   = { .label = later_drifts(s) ? _("Look at the difference: take it back, or leave it")
		                   : _("Look at edits of what was written: there are none"), .possible = later_drifts(s), .chosen = drift },
		[LATER_CHANGE] = { .label = _("Change one thing: address, certificate, upload size, times"), .possible = true, .chosen = !drift && !why && !resume },
		[LATER_SLOW]   = { .label = say(s, _("Check everything again, slowly: hold quiet streams for %d s"), setup_hold_seconds(s)), .possible = true },
		[LATER_MOVE]   = { .label = _("Begin anew: another proxy, or everything from the first step"), .possible = true },
		[LATER_UNDO]   = { .label = s->has_last ? say(s, _("Undo the last change (number %1$u of %2$s)"), s->last.id,
		                   later_date(s, s->last.when)) : _("Undo the last change"), .possible = s->has_last },
		[LATER_REMOVE] = { .label = _("Remove it all: this server as it was before the first run"), .possible = true },
	};
	size_t n = 0;

	for (; row_at(s, n) < N_LATER && n < max; n++) {
		out[n] = rows[row_at(s, n)];
		out[n].state = "";
	}
	return n;
}

size_t
later_change_list(const struct setup *s, struct setup_choice *out, size_t max)
{
	size_t n = 0;

	for (; n < ARRAY_LEN(decisions) - !setup_is_fronted(s) && n < max; n++) {
		struct buf value = BUF_INIT;

		if (decisions[n].key)
			answers_get(&value, &s->answers, decisions[n].key);
		out[n] = (struct setup_choice){ .label = _(decisions[n].label), .state = say(s, "%s", value.len ? value.s : ""),
			.possible = true, .chosen = n == 0 };
		buf_free(&value);
	}
	return n;
}

int
later_choose_change(struct setup *s, size_t i)
{
	s->changing = false;
	s->alone = true;
	s->alone_page = decisions[i].page;
	setup_open(s, decisions[i].page);
	return 0;
}

int
later_choose(struct setup *s, size_t i, struct err *e)
{
	char id[16];

	switch (row_at(s, i)) {
	case LATER_RESUME:
		session_take(s);
		setup_open(s, s->resume);
		return 0;
	case LATER_WHY:
		s->start = START_REPAIR;
		repair_look(s);
		setup_open(s, PAGE_REPAIR);
		return 0;
	case LATER_EDIT:
		if (!later_drifts(s))
			return err_set(e, ERR_VALUE, _("Nothing differs from what was written."));
		s->alone = true;
		s->alone_page = PAGE_LATER;
		setup_open(s, PAGE_REVIEW);
		return 0;
	case LATER_CHANGE:
		s->changing = true;
		setup_tell(s);
		return 0;
	case LATER_SLOW:
		s->deep = true;
		run_today(s);
		setup_tell(s);
		if (s->today)
			return 0;
		return err_set(e, ERR_VALUE, _("It cannot be checked now: the name leads to no address."));
	case LATER_MOVE:
		s->alone = false;
		setup_open(s, PAGE_START);
		return 0;
	case LATER_UNDO:
		if (!s->has_last)
			return err_set(e, ERR_VALUE, _("There is no change that could be undone."));
		snprintf(id, sizeof(id), "%u", s->last.id);
		return change_run(s, DEED_UNDO, id, e);
	default:
		return change_run(s, DEED_REMOVE, NULL, e);
	}
}

bool
setup_choice_removes(const struct setup *s, const char *key, size_t i)
{
	return strcmp(key, "later") == 0 && row_at(s, i) == LATER_REMOVE;
}

bool
setup_choice_needs_password(const struct setup *s, const char *key, size_t i)
{
	return strcmp(key, "later") == 0 && row_at(s, i) == LATER_SLOW && later_lacks_password(s);
}

bool
later_undoes(const struct setup *s, size_t i)
{
	return row_at(s, i) == LATER_UNDO;
}

bool
setup_choice_needs_token(const struct setup *s, const char *key, size_t i)
{
	if (!setup_choice_changes(s, key, i) || !front_asks_token(s) || *front_token())
		return false;
	return row_at(s, i) == LATER_REMOVE || s->last.typed;
}

bool
setup_choice_changes(const struct setup *s, const char *key, size_t i)
{
	if (strcmp(key, "later") == 0)
		return (row_at(s, i) == LATER_UNDO && s->has_last) || row_at(s, i) == LATER_REMOVE;
	return strcmp(key, "start") == 0 && s->has_interrupted && i <= 1;
}
