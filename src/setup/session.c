/* session.c - a run that is broken off: what was answered so far, kept as it is given, gone when the run ends. */
#include "setup/public.h"
#include "setup/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "setup/repair.h"

#define SESSION_SECONDS (7L * 24 * 60 * 60)
#define ROOTS           "/var/lib/antechamber" /* where root keeps what it did */
#define MAX_SESSION     (256 * 1024)

static char *
path_of(const struct setup *s)
{
	return fs_join(s->say, journal_state_dir(s->say, s->o.root), "session.json");
}

/* In a later run the saved answers are there anyway. */
static bool
is_another(const struct setup *s)
{
	struct buf now = BUF_INIT;
	bool same;

	if (!s->later)
		return true;
	answers_write(&now, &s->answers);
	same = s->later_answers && strcmp(now.s, s->later_answers) == 0;
	buf_free(&now);
	return !same;
}

/* A run that is one of practice has nothing to be gone on with. */
static bool
is_kept(const struct setup *s)
{
	return !s->o.practice && !s->scratch && !s->has_interrupted && !repair_chosen(s) &&
	       page_step(s->page) > PAGE_START && page_step(s->page) <= PAGE_REVIEW && is_another(s);
}

/* The password is no part of the answers; only that there was one is kept. */
static struct json *
session_json(const struct setup *s)
{
	struct json *j = json_object();
	struct buf text = BUF_INIT;

	answers_write(&text, &s->answers);
	json_set_int(j, "step", (int)page_step(s->page) + 1);
	json_set_string(j, "root", s->o.root ? s->o.root : "");
	json_set_bool(j, "byHand", s->by_hand);
	json_set_bool(j, "otherCertificate", s->other_cert);
	json_set_bool(j, "onlyLook", s->start == START_LOOK);
	json_set_bool(j, "alone", s->alone);
	json_set_bool(j, "password", s->password != NULL);
	json_set_string(j, "answers", text.s);
	buf_free(&text);
	return j;
}

/* Where it cannot be written only the offer is lost, and nobody is stopped for that. */
static bool
put(struct setup *s, struct json *j)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	bool kept;

	json_set_int(j, "when", (long long)time(NULL));
	json_write(&text, j, true);
	kept = fs_mkdirs(journal_state_dir(s->say, s->o.root), 0700, &e) == 0 &&
	       fs_write(path_of(s), text.s, text.len, 0600, &e) == 0;
	if (!kept)
		log_write("session: not kept: %s", e.msg);
	buf_free(&text);
	return kept;
}

void
session_keep(struct setup *s)
{
	struct buf text = BUF_INIT;
	struct json *j;

	if (!is_kept(s))
		return;
	session_forget_offer(s);
	j = session_json(s);
	json_write(&text, j, false);
	if (!s->session_kept || strcmp(s->session_kept, text.s) != 0) {
		free(s->session_kept);
		s->session_kept = put(s, j) ? xstrdup(text.s) : NULL;
	}
	json_free(j);
	buf_free(&text);
}

bool
setup_keeps_answers(const struct setup *s)
{
	return s->broken_off || (is_kept(s) && s->session_kept);
}

bool
setup_loses_answers(const struct setup *s)
{
	return !setup_keeps_answers(s) && is_another(s) && page_step(s->page) > PAGE_START;
}

void
session_forget_offer(struct setup *s)
{
	if (!s->broken_off)
		return;
	json_free(s->broken_off);
	answers_free(&s->broken_off_answers);
	s->broken_off = NULL;
	if (s->start == START_RESUME)
		s->start = START_ANEW;
}

static struct json *
read_session(const struct setup *s)
{
	struct buf text = BUF_INIT;
	struct err ignored = { 0 };
	struct json *j = NULL;

	if (fs_read(&text, path_of(s), MAX_SESSION, &ignored) == 0)
		j = json_parse(text.s, text.len, "session", &ignored);
	buf_free(&text);
	return j;
}

/* What root has changed since then is in force, or was removed on purpose. */
static bool
is_overtaken(const struct setup *s, time_t when)
{
	struct stat st;

	if (s->later && s->has_last)
		return when < s->last.when;
	return session_is_roots(s) && stat(fs_path(s->say, s->o.root, ROOTS), &st) == 0 && when < st.st_mtime;
}

/* Of this root, of this week, of a step that asks, and of a time at which nothing was applied yet that is in force. */
static bool
is_good(const struct setup *s, const struct json *j)
{
	const long long step = json_get_int(j, "step", 0);

	return time(NULL) - (time_t)json_get_int(j, "when", 0) < SESSION_SECONDS &&
	       step > PAGE_START + 1 && step <= PAGE_REVIEW + 1 &&
	       !is_overtaken(s, (time_t)json_get_int(j, "when", 0)) &&
	       strcmp(json_get_string(j, "root", ""), s->o.root ? s->o.root : "") == 0;
}

void
session_find(struct setup *s)
{
	struct json *j = read_session(s);
	const char *text = json_get_string(j, "answers", "");
	struct err ignored = { 0 };

	answers_init(&s->broken_off_answers);
	if (!j || !is_good(s, j) ||
	    answers_parse(&s->broken_off_answers, text, strlen(text), "session", &ignored) < 0) {
		answers_free(&s->broken_off_answers);
		json_free(j);
		return;
	}
	s->broken_off = j;
	if (s->later) /* there it is a row of its own */
		return;
	s->start = START_RESUME;
	s->start_moved = true; /* what is found does not choose for it */
}

static enum page
step_of(const struct setup *s)
{
	return (enum page)(json_get_int(s->broken_off, "step", 0) - 1);
}

const char *
session_label(const struct setup *s)
{
	const enum page p = step_of(s);

	if (s->later) /* TRANSLATORS: a date with its time, a step's number and its name */
		return say(s, _("Go on with the answers of %1$s at step %2$d: %3$s"),
		           say_when(s, "%Y-%m-%d %H:%M", (time_t)json_get_int(s->broken_off, "when", 0)), (int)p + 1, _(pages[p].name));
	/* TRANSLATORS: a step's number and its name */
	return say(s, _("go on at step %1$d: %2$s"), (int)p + 1, _(pages[p].name));
}

size_t
session_advice(const struct setup *s, const char **v)
{
	if (!s->broken_off)
		return 0; /* TRANSLATORS: %s is a date with its time */
	v[0] = say(s, _("A run was left at %s. Its answers were kept, its passwords were not."),
	           say_when(s, "%Y-%m-%d %H:%M", (time_t)json_get_int(s->broken_off, "when", 0)));
	v[1] = _("Give the UI password again on step 2; without it some checks are skipped.");
	return json_get_bool(s->broken_off, "password", false) ? 2 : 1;
}

/* What may have gone since then is asked again, before the step that stands on it. */
static enum page
first_open(const struct setup *s, enum page until)
{
	for (enum page p = PAGE_PROXY; p < until && p <= PAGE_PUBLIC; p++)
		if (!setup_may_leave(s, p))
			return p;
	return until;
}

void
session_take(struct setup *s)
{
	const struct json *j = s->broken_off;
	const enum page until = step_of(s);

	if (s->resume)
		return;
	runs_forget_direct(s);
	runs_forget_proxied(s);
	answers_free(&s->answers);
	s->answers = s->broken_off_answers;
	answers_init(&s->broken_off_answers);
	s->limits_answered = true;
	s->by_hand = json_get_bool(j, "byHand", false);
	s->other_cert = json_get_bool(j, "otherCertificate", false);
	s->start = json_get_bool(j, "onlyLook", false) ? START_LOOK : START_ANEW;
	find_existing(s);
	certificate_look(s);
	s->alone = json_get_bool(j, "alone", false);
	s->resume = s->alone ? until : first_open(s, until);
	for (enum page p = PAGE_START; p < s->resume; p++)
		s->seen[p] = true;
	if (s->resume > PAGE_DIRECT)
		run_direct(s);
	if (s->resume > PAGE_PUBLIC)
		run_resolver(s);
}

void
session_end(struct setup *s)
{
	if (s->o.practice || s->scratch)
		return;
	unlink(path_of(s));
	rmdir(journal_state_dir(s->say, s->o.root)); /* goes only where nothing else was ever kept */
	free(s->session_kept);
	s->session_kept = NULL;
}

/* Whoever may not look into root's directory sees that it is there, and no more. */
bool
session_is_roots(const struct setup *s)
{
	const char *dir = fs_path(s->say, s->o.root, ROOTS);

	return geteuid() != 0 && !s->o.practice && !s->scratch && fs_exists(dir) && access(dir, R_OK) != 0;
}

void
setup_end(struct setup *s)
{
	session_end(s);
}
