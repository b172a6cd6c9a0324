#include "setup/public.h"
#include "setup/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "setup/repair.h"
#include "setup/session.h"
#include "setup/watch.h"

const char *
say(const struct setup *s, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = arena_alloc(s->say, (size_t)(n < 0 ? 0 : n) + 1);
	vsnprintf(text, (size_t)(n < 0 ? 0 : n) + 1, fmt, again);
	va_end(again);
	return text;
}

const char *
say_when(const struct setup *s, const char *format, time_t when)
{
	char text[32] = "";
	struct tm tm;

	if (localtime_r(&when, &tm))
		strftime(text, sizeof(text), format, &tm);
	return say(s, "%s", text);
}

void
setup_tell(struct setup *s)
{
	if (s->changed)
		s->changed(s->ctx);
}

void
setup_fresh(struct setup *s)
{
	arena_free(s->say);
}

/* What was asked for on the command line counts more. */
static void
speak_as_saved(const struct setup *s)
{
	const char *saved = s->broken_off ? s->broken_off_answers.language : s->answers.language;

	if (saved && !s->o.lang)
		i18n_set_language(saved);
}

/* Where it begins: with another's change, with one that was broken off, with what was saved, or anew. */
static int
begin_run(struct setup *s, struct err *e)
{
	const bool fresh = !s->o.answers && !s->o.practice;

	if (!s->o.practice && watch_begin(s))
		return 0;
	s->has_interrupted = !s->o.practice && journal_open_business(&s->keep, s->o.root, &s->interrupted);
	if (fresh && !s->has_interrupted && later_load(s, e) < 0)
		return -1;
	if (fresh && !s->has_interrupted)
		session_find(s);
	speak_as_saved(s);
	find_everything(s);
	if (s->later)
		later_open(s);
	return 0;
}

int
setup_go_on(struct setup *s, struct err *e)
{
	watch_stop(s);
	s->page = PAGE_START;
	if (begin_run(s, e) < 0)
		return -1;
	setup_tell(s);
	return 0;
}

struct setup *
setup_new(struct loop *l, struct net *n, const struct setup_options *o,
          void (*changed)(void *ctx), void *ctx, struct err *e)
{
	struct setup *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->net = n;
	s->o = *o;
	s->keep_within = o->confirm_within;
	s->changed = changed;
	s->ctx = ctx;
	s->say = xcalloc(1, sizeof(*s->say));
	s->document_text = (struct buf)BUF_INIT;
	s->password = o->password && *o->password ? xstrdup(o->password) : NULL;
	answers_init(&s->answers);
	if (needs_load(&s->needs, o->templates, o->root, e) < 0 ||
	    (o->answers && answers_load(&s->answers, o->answers, e) < 0) ||
	    (o->practice && practice_start(s, e) < 0)) {
		setup_free(s);
		return NULL;
	}
	s->seen[PAGE_START] = true;
	if (begin_run(s, e) < 0) {
		setup_free(s);
		return NULL;
	}
	return s;
}

void
setup_free(struct setup *s)
{
	if (!s)
		return;
	runs_forget_direct(s);
	runs_forget_proxied(s);
	live_stop(s, LIVE_AGAIN);
	look_stop(s);
	told_forget(s);
	front_forget(s);
	addresses_stop(s);
	find_stop(s);
	watch_stop(s);
	practice_stop(s);
	change_forget(s);
	session_forget_offer(s);
	free(s->session_kept);
	for (size_t i = 0; i < ARRAY_LEN(s->typed); i++) {
		free(s->typed[i].text);
		free(s->typed[i].error);
	}
	if (s->password) {
		mem_wipe(s->password, strlen(s->password));
		free(s->password);
	}
	move_free(&s->move);
	answers_free(&s->answers);
	needs_free(&s->needs);
	arena_free(&s->keep);
	arena_free(s->say);
	free(s->say);
	free(s);
}

/* ---- where we are ---- */

enum page
setup_page(const struct setup *s)
{
	return s->page;
}

/* What a page shows live starts when it opens. */
void
setup_open(struct setup *s, enum page p)
{
	const enum page before = s->page;
	struct err e = { 0 };

	if (p == PAGE_MORE && s->page != p) {
		s->more_from = s->page;
		plan_get(s, &e); /* what is found where nothing is answered */
	}
	s->names_shown = s->names_shown && s->page == p;
	s->page = p;
	if (p != PAGE_START)
		s->resume = PAGE_START;
	if (p < N_STEPS)
		s->seen[p] = true;
	if (p > PAGE_DIRECT && p != PAGE_REPAIR)
		told_look(s);
	switch (p) {
	case PAGE_DIRECT:
		if (!s->direct)
			run_direct(s);
		break;
	case PAGE_LATER:
		s->changing = s->alone && before == s->alone_page && before != p; /* back in the list it came from */
		if (s->stale)
			later_again(s);
		else
			later_open(s);
		break;
	case PAGE_PROXY:
		install_await(s);
		break;
	case PAGE_PUBLIC:
		certificate_look(s);
		run_resolver(s);
		break;
	case PAGE_WEBSOCKET:
	case PAGE_SSE:
	case PAGE_GZIP:
	case PAGE_BODY:
	case PAGE_TIMEOUTS:
		run_rehearsal(s);
		break;
	case PAGE_REPAIR:
		if (!s->direct)
			run_direct(s); /* it tells whether there is a password to ask for */
		break;
	case PAGE_REVIEW:
		if (!repair_chosen(s))
			run_rehearsal(s);
		plan_get(s, &e);
		front_try(s);
		break;
	default:
		break;
	}
	session_keep(s);
	setup_tell(s);
}

bool
setup_may_leave(const struct setup *s, enum page p)
{
	struct setup_field fields[12];
	const size_t n = page_asks(p) ? setup_fields(s, p, fields, ARRAY_LEN(fields)) : 0;
	const struct proxy_found *f = find_proxy(s);
	const struct check_result *r;

	for (size_t i = 0; i < n; i++)
		if (*fields[i].error && strcmp(fields[i].key, "password") != 0)
			return false;
	switch (p) {
	case PAGE_START:
		return !s->has_interrupted && !start_is_open(s);
	case PAGE_DIRECT:
		r = run_result(s, WAY_DIRECT, "direct.answer");
		return r && r->status != CHECK_FAIL;
	case PAGE_PROXY:
		return s->by_hand || (f && ((f->installed && !told_is_waiting(s, TOLD_PROXY)) || setup_pastes(s)) && setup_mark(s, p) != MARK_FAIL);
	case PAGE_FRONT:
		return !told_is_waiting(s, TOLD_FRONT) && !told_err(s, TOLD_FRONT);
	case PAGE_PUBLIC:
		return s->answers.has_public && s->answers.has_tls &&
		       (s->answers.tls != TLS_EXISTING || (s->answers.certificate && s->answers.key)) &&
		       setup_mark(s, p) != MARK_FAIL;
	case PAGE_REPAIR:
		return setup_findings_taken(s) > 0;
	default:
		return p < PAGE_REVIEW || p == PAGE_MORE;
	}
}

bool
setup_may_skip_checklist(const struct setup *s)
{
	for (enum page p = PAGE_START; p <= PAGE_TIMEOUTS; p++)
		if (fields_wrong(s, p))
			return false;
	if (s->by_hand || s->rehearsal_none)
		return true;
	if (!s->rehearsal || !s->rehearsed)
		return false;
	for (enum page p = PAGE_WEBSOCKET; p <= PAGE_TIMEOUTS; p++)
		if (setup_mark(s, p) == MARK_FAIL)
			return false;
	return true;
}

void
setup_check_again(struct setup *s)
{
	told_forget(s);
	switch (s->page) {
	case PAGE_START:
		runs_forget_direct(s);
		runs_forget_proxied(s);
		find_everything(s);
		break;
	case PAGE_DIRECT:
		run_direct(s);
		break;
	case PAGE_PROXY:
		runs_forget_proxied(s);
		find_everything(s);
		break;
	case PAGE_PUBLIC:
		s->resolved_for = NULL;
		break;
	case PAGE_LATER:
		s->deep = false;
		runs_forget_direct(s);
		runs_forget_proxied(s);
		find_everything(s);
		break;
	case PAGE_REPAIR:
		find_everything(s); /* the files as they are now */
		break;
	case PAGE_RESULT:
		setup_hold_stop(s); /* it may still hold by what is looked for anew */
		live_begin(s, LIVE_AGAIN);
		break;
	default:
		runs_forget_proxied(s);
		break;
	}
	setup_open(s, s->page);
}

void
runs_retell(struct setup *s)
{
	const bool direct = s->direct != NULL;

	runs_forget_direct(s);
	runs_forget_proxied(s);
	if (direct)
		run_direct(s);
	if (s->diagnosis)
		repair_look(s);
}

bool
setup_busy(const struct setup *s)
{
	switch (s->page) {
	case PAGE_START:
		return start_is_open(s) || s->rollback;
	case PAGE_REPAIR:
		return s->detecting || repair_runs(s) || (s->direct && !check_is_done(s->direct));
	case PAGE_DIRECT:
		return s->direct && !check_is_done(s->direct);
	case PAGE_PROXY:
		return s->detecting || s->showing || told_is_waiting(s, TOLD_PROXY);
	case PAGE_PUBLIC:
		return s->resolving || s->showing || told_is_waiting(s, TOLD_PROXY);
	case PAGE_FRONT:
		return told_is_waiting(s, TOLD_FRONT);
	case PAGE_REVIEW:
		return s->trying || told_is_asked(s) || (s->rehearsal && !s->rehearsed);
	case PAGE_APPLY:
		return s->child != NULL;
	case PAGE_WATCH:
		return watch_runs(s);
	case PAGE_RESULT:
		return live_runs(s, LIVE_AGAIN);
	case PAGE_LATER:
		return s->detecting || s->resolving || told_is_asked(s) || (s->direct && !check_is_done(s->direct)) ||
		       (s->today && !check_is_done(s->today));
	default:
		return told_is_asked(s) || (s->rehearsal && !s->rehearsed);
	}
}

/* ---- from page to page ---- */

enum page
setup_next(const struct setup *s)
{
	if (s->page == PAGE_START && repair_chosen(s))
		return PAGE_REPAIR;
	if (s->page == PAGE_START && s->resume)
		return s->resume;
	if (s->page == PAGE_REPAIR || s->page == PAGE_MORE)
		return PAGE_REVIEW;
	if (s->page == PAGE_PUBLIC && setup_is_fronted(s))
		return PAGE_FRONT;
	if (s->alone && (s->page < PAGE_REVIEW || s->page == PAGE_FRONT))
		return PAGE_REVIEW;
	if (s->page == PAGE_FRONT)
		return PAGE_WEBSOCKET;
	return s->page < PAGE_APPLY ? s->page + 1 : s->page;
}

enum page
setup_asked_before(const struct setup *s, enum page p)
{
	if (p == PAGE_FRONT)
		return PAGE_PUBLIC;
	if (p == PAGE_WEBSOCKET && setup_is_fronted(s))
		return PAGE_FRONT;
	return p > PAGE_START ? p - 1 : p;
}

enum page
setup_previous(const struct setup *s)
{
	if (s->page == PAGE_REPAIR)
		return s->existing ? PAGE_START : PAGE_LATER;
	if (s->page == PAGE_REVIEW && repair_chosen(s))
		return PAGE_REPAIR;
	if (s->page == PAGE_FRONT)
		return PAGE_PUBLIC;
	if (s->page == PAGE_MORE)
		return s->more_from;
	if (s->alone && s->page == PAGE_REVIEW)
		return s->alone_page;
	if (s->alone && s->page < PAGE_REVIEW)
		return PAGE_LATER;
	if (s->page == PAGE_START && s->later)
		return PAGE_LATER;
	if (s->page == PAGE_RESULT) /* what works is not gone back from: it is undone */
		return undone_is_asked(s) ? PAGE_REVIEW
		     : s->deed == DEED_UNDO && s->outcome != OUTCOME_UNDO_FAILED ? PAGE_LATER : PAGE_RESULT;
	return s->page <= PAGE_REVIEW ? setup_asked_before(s, s->page) : s->page;
}

/* ---- practice ---- */

int
setup_practise(struct setup *s, struct err *e)
{
	runs_forget_direct(s);
	runs_forget_proxied(s);
	if (practice_start(s, e) < 0)
		return -1;
	s->n_origins = 0;
	find_everything(s);
	setup_open(s, PAGE_DIRECT);
	return 0;
}

bool
setup_is_practice(const struct setup *s)
{
	return s->scratch != NULL;
}
