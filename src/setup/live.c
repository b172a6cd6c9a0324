/* live.c - the result looked at once more: the checks, or the long wait, at the address itself as the change left it. */
#include "setup/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "proxy/served.h"


struct live {
	struct arena         arena;
	struct answers       answers; /* the site as it stands now: its listeners, its certificate */
	struct served        served;
	struct check_options options;
	struct check_run    *run;     /* NULL: what is on this server is read first */
	double               from;
	unsigned             timer;
};

static void
tick(void *ctx)
{
	struct setup *s = ctx;
	struct live *hold = s->live[LIVE_HOLD];

	hold->timer = loop_after(s->loop, runs_pace(s), tick, s);
	setup_tell(s);
}

/* The page and the report show the newest. */
static void
again_done(void *ctx, struct check_run *r)
{
	struct setup *s = ctx;
	struct json *doc = check_json(r, "check");

	json_set(s->document, "checks", json_copy(json_get(doc, "checks")));
	json_free(doc);
	setup_tell(s);
}

static void
hold_done(void *ctx, struct check_run *r)
{
	struct setup *s = ctx;

	(void)r;
	loop_cancel(s->loop, s->live[LIVE_HOLD]->timer);
	s->live[LIVE_HOLD]->timer = 0;
	setup_tell(s);
}

static void
one_more(void *ctx, struct check_run *r, const struct check_result *result)
{
	(void)ctx, (void)r, (void)result;
}

void
live_stop(struct setup *s, enum live_kind k)
{
	struct live *l = s->live[k];

	if (!l)
		return;
	loop_cancel(s->loop, l->timer);
	check_free(l->run);
	answers_free(&l->answers);
	arena_free(&l->arena);
	free(l);
	s->live[k] = NULL;
}

/* Through the proxy on this server where its site can be read; else as DNS has it. */
static void
run(struct setup *s, enum live_kind k)
{
	struct live *l = s->live[k];
	const struct proxy_site *site = s->our_site ? s->our_site : s->existing;
	struct err ignored;

	l->served = (struct served){ .asked = l->answers.public_url };
	if (site)
		served_find(&l->served, &l->arena, &l->answers, s->existing_in, site, s->o.root);
	l->options = (struct check_options){
		.origin = &l->answers.origin,
		.public_url = &l->served.asked,
		.connect_to = l->served.connect_to,
		.cacert = l->served.cacert ? l->served.cacert : s->practice_ca,
		.password = s->direct && check_logged_in(s->direct) ? s->password : NULL,
		.body = l->answers.body,
		.stream = l->answers.stream,
		.own_addresses = s->own_addresses,
		.only = k == LIVE_HOLD ? "time.stream,time.idle" : NULL,
		.deep = k == LIVE_HOLD,
	};
	front_note_limit(s, &l->options);
	l->run = check_start(s->loop, s->net, &s->needs, &l->options, one_more,
	                     k == LIVE_HOLD ? hold_done : again_done, s, &ignored);
	if (!l->run)
		live_stop(s, k);
}

void
live_found(struct setup *s)
{
	for (int k = 0; k < N_LIVE; k++)
		if (s->live[k] && !s->live[k]->run)
			run(s, (enum live_kind)k);
}

bool
live_is_possible(const struct setup *s)
{
	return s->page == PAGE_RESULT && s->outcome == OUTCOME_WORKS && s->document && s->answers.has_public &&
	       s->answers.has_origin;
}

bool
live_runs(const struct setup *s, enum live_kind k)
{
	return s->live[k] && !(s->live[k]->run && check_is_done(s->live[k]->run));
}

void
live_begin(struct setup *s, enum live_kind k)
{
	struct live *l;

	if (!live_is_possible(s) || live_runs(s, k))
		return;
	live_stop(s, k);
	s->live[k] = l = xcalloc(1, sizeof(*l));
	answers_copy(&l->answers, &s->answers);
	l->from = loop_seconds();
	if (k == LIVE_HOLD)
		l->timer = loop_after(s->loop, runs_pace(s), tick, s);
	find_everything(s);
	setup_tell(s);
}

double
live_seconds(const struct setup *s, enum live_kind k)
{
	return s->live[k] ? loop_seconds() - s->live[k]->from : 0;
}

const struct check_result *
live_result(const struct setup *s, enum live_kind k, const char *id)
{
	const struct live *l = s->live[k];
	const struct check_result *r = l && l->run && check_is_done(l->run) ? check_find(l->run, id, TARGET_PUBLIC) : NULL;

	return r && (int)r->status >= 0 ? r : NULL;
}
