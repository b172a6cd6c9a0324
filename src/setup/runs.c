/* runs.c - the live checks behind the pages: started, watched, thrown away when what they stood on changes. */
#include "setup/repair.h"

#include "answers/ranges.h"
#include "apply/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

#define LOOK_AGAIN_MS 2000
#define RESOLVE_MS    4000

enum mark
mark_of(const struct check_result *r)
{
	static const enum mark marks[] = {
		[CHECK_PASS] = MARK_PASS, [CHECK_WARN] = MARK_WARN,
		[CHECK_FAIL] = MARK_FAIL, [CHECK_SKIP] = MARK_SKIP,
	};

	return r ? marks[r->status] : MARK_NONE;
}

/* fail beats warn beats running beats pass beats skip beats nothing. */
enum mark
mark_worst(enum mark a, enum mark b)
{
	static const int rank[] = {
		[MARK_NONE] = 0, [MARK_SKIP] = 1, [MARK_PASS] = 2,
		[MARK_NOW] = 3, [MARK_WARN] = 4, [MARK_FAIL] = 5,
	};

	return rank[a] >= rank[b] ? a : b;
}

const struct check_run *
run_of(const struct setup *s, enum way w)
{
	switch (w) {
	case WAY_DIRECT:
		return s->direct;
	case WAY_REHEARSAL:
		return s->rehearsal ? rehearsal_check(s->rehearsal) : NULL;
	default:
		return s->today;
	}
}

const struct check_result *
run_result(const struct setup *s, enum way w, const char *id)
{
	static const enum check_target targets[] = {
		[WAY_DIRECT] = TARGET_DIRECT, [WAY_REHEARSAL] = TARGET_REHEARSAL, [WAY_TODAY] = TARGET_PUBLIC,
	};
	const struct check_run *run = run_of(s, w);
	const struct check_result *r = run ? check_find(run, id, targets[w]) : NULL;

	return r && (int)r->status >= 0 ? r : NULL; /* an unfinished one says nothing yet */
}

/* ---- direct ---- */

static bool
origin_is_missing(const struct setup *s)
{
	const struct check_result *r = run_result(s, WAY_DIRECT, "direct.answer");

	return r && r->status == CHECK_FAIL && r->cause &&
	       (strcmp(r->cause->id, "origin-refused") == 0 || strcmp(r->cause->id, "origin-timeout") == 0);
}

/* Quietly: only the count on the page changes until something answers. */
static void
look_again(void *ctx)
{
	struct setup *s = ctx;

	s->look_timer = 0;
	if (s->page != PAGE_DIRECT || (s->answers.has_origin && !origin_is_missing(s)))
		return;
	find_machine(s);
	find_origins(s);
	for (size_t i = 0; i < s->n_origins; i++)
		if (s->origins[i].ours && s->origins[i].url.port == s->answers.origin.port) {
			run_direct(s);
			return;
		}
	s->look_timer = loop_after(s->loop, LOOK_AGAIN_MS, look_again, s);
	setup_tell(s);
}

static void
on_result(void *ctx, struct check_run *r, const struct check_result *result)
{
	(void)r;
	(void)result;
	setup_tell(ctx);
}

static void
direct_done(void *ctx, struct check_run *r)
{
	struct setup *s = ctx;
	const struct check_result *login = run_result(s, WAY_DIRECT, "direct.login");

	(void)r;
	if (login && login->cause && strcmp(login->cause->id, "password-wrong") == 0) {
		if (s->refused_by.port != s->direct_url.port || strcmp(s->refused_by.host, s->direct_url.host) != 0)
			s->refusals = 0;
		s->refused_by = s->direct_url;
		s->refusals++;
		mem_wipe(s->password, strlen(s->password)); /* never sent again by itself */
		free(s->password);
		s->password = NULL;
	}
	if (s->page == PAGE_LATER && check_logged_in(s->direct)) /* with the password more can be seen */
		run_today(s);
	if (s->page == PAGE_REPAIR && check_logged_in(s->direct) && !s->scratch)
		repair_look(s); /* with the password more can be seen */
	if (origin_is_missing(s) && !s->look_timer)
		s->look_timer = loop_after(s->loop, LOOK_AGAIN_MS, look_again, s);
	setup_tell(s);
}

/* Does anybody but this server reach the origin's port?  Told from the listeners, not by trying. */
static void
note_exposure(const struct setup *s, struct check_options *o)
{
	const struct url *u = &s->answers.origin;

	if (!u->ip || (!url_is_loopback(u) && !machine_has_address(&s->machine, u->host)))
		return;
	for (size_t i = 0; i < s->machine.n_listeners; i++) {
		const struct listener *l = &s->machine.listeners[i];

		if (l->port != u->port)
			continue;
		o->exposure_known = true;
		if (!l->loopback)
			o->origin_on_lan = true;
	}
}

void
run_direct(struct setup *s)
{
	struct err e = { 0 };

	runs_forget_direct(s);
	if (!s->answers.has_origin) {
		s->look_timer = loop_after(s->loop, LOOK_AGAIN_MS, look_again, s);
		return;
	}
	s->direct_url = s->answers.origin;
	s->direct_options = (struct check_options){
		.origin = &s->direct_url,
		.password = s->password && *s->password ? s->password : NULL,
		.body = s->answers.body,
		.stream = s->answers.stream,
		.own_addresses = s->own_addresses,
	};
	note_exposure(s, &s->direct_options);
	s->direct = check_start(s->loop, s->net, &s->needs, &s->direct_options, on_result, direct_done, s, &e);
	s->direct_from = loop_seconds();
	runs_tick(s);
	setup_tell(s);
}

void
runs_forget_direct(struct setup *s)
{
	loop_cancel(s->loop, s->look_timer);
	s->look_timer = 0;
	check_free(s->direct);
	s->direct = NULL;
}

/* ---- today: what answers at the public address before anything is changed ---- */

/* Each failure gets its line, where the proxy that serves the address is one we can read. */
static void
blame(struct setup *s, const struct check_result *r)
{
	for (size_t k = 0; k < s->n_found; k++) {
		const struct proxy_found *f = &s->found[k];
		const char *file;
		int line;

		if (f->installed && f->proxy->blame &&
		    proxy_site_serving(f, s->today_public.host, s->today_public.port) &&
		    f->proxy->blame(f, r->cause->id, &s->today_public, finding_path(&s->needs, r), &file, &line)) {
			check_set_where(s->today, r, file, line);
			return;
		}
	}
}

static void
today_done(void *ctx, struct check_run *r)
{
	struct setup *s = ctx;

	for (size_t i = 0; i < check_count(r); i++) {
		const struct check_result *result = check_finished(r, i) ? check_at(r, i) : NULL;

		if (result && result->target == TARGET_PUBLIC && result->cause && !result->where.file)
			blame(s, result);
	}
	s->today_seen = time(NULL);
	s->today_from = loop_seconds();
	setup_tell(s);
}

void
run_today(struct setup *s)
{
	struct err e = { 0 };

	check_free(s->today);
	s->today = NULL;
	if (!s->answers.has_public || !s->answers.has_origin || s->practice_fresh)
		return;
	if (!s->answers.public_url.ip && s->n_addresses == 0)
		return;
	s->today_origin = s->answers.origin;
	s->today_public = s->answers.public_url;
	s->today_options = (struct check_options){
		.origin = &s->today_origin,
		.public_url = &s->today_public,
		.password = s->direct && check_logged_in(s->direct) ? s->password : NULL,
		.body = s->answers.body,
		.stream = s->answers.stream,
		.own_addresses = s->own_addresses,
		.deep = s->deep,
	};
	front_note_limit(s, &s->today_options);
	s->today = check_start(s->loop, s->net, &s->needs, &s->today_options, on_result, today_done, s, &e);
	s->deep_from = loop_seconds();
	runs_tick(s);
}

/* ---- the seconds of what is waited for ---- */

static void
tick(void *ctx)
{
	struct setup *s = ctx;

	s->tick_timer = 0;
	runs_tick(s);
	if (s->tick_timer) /* else what was waited for is over, and was told then */
		setup_tell(s);
}

int
runs_pace(const struct setup *s)
{
	return s->o.slow ? 5000 : 1000;
}

void
runs_tick(struct setup *s)
{
	const bool waits = s->child || (s->rehearsal && !s->rehearsed) || (s->direct && !check_is_done(s->direct)) ||
	                   (s->deep && s->today && !check_is_done(s->today));

	if (waits && !s->tick_timer)
		s->tick_timer = loop_after(s->loop, runs_pace(s), tick, s);
}

/* ---- rehearsal ---- */

bool
run_may_rehearse(const struct setup *s)
{
	const struct proxy_found *f = find_proxy(s);
	struct err e = { 0 };

	return f && (f->proxy->caps & PROXY_REHEARSE) && (f->installed || setup_pastes(s)) && answers_whole(&s->answers, &e) == 0;
}

static void
rehearsal_stage_reached(void *ctx, enum rehearsal_stage stage)
{
	(void)stage;
	setup_tell(ctx);
}

/* What is said behind it begins a new one. */
static void
end_sentence(char *msg, size_t size)
{
	const size_t n = strlen(msg);

	if (n && n + 1 < size && !strchr(".!?", msg[n - 1]))
		memcpy(msg + n, ".", 2);
}

const char *
run_no_rehearsal(const struct setup *s)
{
	if (s->by_hand)
		return _("No rehearsal: for another proxy there is none. The review names the command that makes these checks.");
	return say(s, _("No rehearsal: %s These checks run after writing instead."), s->rehearsal_err.msg);
}

static void
rehearsal_over(void *ctx, const struct err *e)
{
	struct setup *s = ctx;

	s->rehearsed = true;
	if (e) {
		s->rehearsal_none = true;
		s->rehearsal_err = *e;
		end_sentence(s->rehearsal_err.msg, sizeof(s->rehearsal_err.msg));
	}
	setup_tell(s);
}

void
run_rehearsal(struct setup *s)
{
	static const struct rehearsal_events on = {
		.stage = rehearsal_stage_reached, .result = on_result, .done = rehearsal_over,
	};

	if (s->rehearsal || s->rehearsed || told_is_asked(s))
		return;
	if (!run_may_rehearse(s)) {
		s->rehearsed = s->rehearsal_none = true;
		s->rehearsal_err = (struct err){ 0 };
		if (answers_whole(&s->answers, &s->rehearsal_err) == 0)
			err_set(&s->rehearsal_err, ERR_MISSING, _("No proxy that can be rehearsed was chosen."));
		end_sentence(s->rehearsal_err.msg, sizeof(s->rehearsal_err.msg));
		return;
	}
	s->context = (struct proxy_context){
		.answers = &s->answers, .found = find_proxy(s), .needs = &s->needs,
		.templates = s->o.templates, .root = s->o.root,
	};
	s->rehearsal_from = loop_seconds();
	s->rehearsal = rehearsal_start(s->loop, s->net, &s->context, &on, s);
	runs_tick(s);
	setup_tell(s);
}

void
runs_forget_proxied(struct setup *s)
{
	hold_forget(s);
	rehearsal_free(s->rehearsal);
	s->rehearsal = NULL;
	s->rehearsed = s->rehearsal_none = false;
	check_free(s->today);
	s->today = NULL;
	s->consent = false;
	plan_forget(s);
}

/* ---- what the name leads to ---- */

/*
 * A name that leads to Cloudflare's addresses alone has Cloudflare in front,
 * and the site is written for that.  What was answered otherwise stays.
 */
bool
cdn_note(struct setup *s)
{
	bool all = s->n_addresses > 0;

	for (size_t i = 0; i < s->n_addresses && all; i++)
		all = ranges_have((const char *const *)s->needs.cloudflare, s->addresses[i]);
	if (all == s->cdn_seen || (all && s->answers.cdn != CDN_NONE))
		return false;
	s->cdn_seen = all;
	s->answers.cdn = all ? CDN_CLOUDFLARE : CDN_NONE;
	return true;
}

static void
resolved(void *ctx, const char *const *addresses, size_t n)
{
	struct setup *s = ctx;

	s->resolving = 0;
	s->resolved = true;
	s->unanswered = !addresses;
	s->n_addresses = 0;
	for (size_t i = 0; i < n && s->n_addresses < ARRAY_LEN(s->addresses); i++)
		s->addresses[s->n_addresses++] = arena_strdup(&s->keep, addresses[i]);
	if (cdn_note(s)) {
		runs_forget_proxied(s);
		setup_open(s, s->page); /* what this page shows live runs anew */
	}
	if (s->n_addresses && !s->today)
		run_today(s);
	setup_tell(s);
}

void
run_resolver(struct setup *s)
{
	const struct url *u = &s->answers.public_url;

	if (!s->answers.has_public)
		return;
	if (s->resolved_for && strcmp(s->resolved_for, u->host) == 0) {
		if (s->resolved && !s->today)
			run_today(s);
		return;
	}
	if (s->resolving)
		net_cancel(s->net, s->resolving);
	s->resolving = 0;
	s->resolved = u->ip || s->scratch;
	s->unanswered = false;
	s->n_addresses = 0;
	s->resolved_for = arena_strdup(&s->keep, u->host);
	if (s->resolved) { /* a name to practise with leads nowhere: nobody is asked */
		s->addresses[s->n_addresses++] = s->scratch ? "127.0.0.1" : s->resolved_for;
		run_today(s);
		return;
	}
	s->resolving = net_resolve(s->net, u->host, RESOLVE_MS, resolved, s);
}
