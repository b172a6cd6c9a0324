/* Does something in between answer in the app's place? */
#include "check/run.h"

#include <string.h>

#include "base/i18n.h"

#define APART_MS 20

struct cache {
	struct side *side;
	int          left;
	bool         health_seen;
	bool         same;       /* the public time stood still */
	bool         moves;      /* the direct one does not */
	bool         settings;   /* served to somebody without a login */
	struct clockface {
		struct cache *cache;
		struct side  *side;
		char         *first, *second;
	} faces[N_SIDES];
};

static void ask_health(struct clockface *f);

static void
judge(struct cache *k)
{
	struct side *s = k->side;
	struct check *c = check_on(s, "public.cache");
	bool known = k->moves || s->target == TARGET_REHEARSAL;

	if (--k->left)
		return;
	note_bool(c, "timestamp_repeats", k->same);
	note_string(c, "header", s->cached);
	if (k->settings)
		check_blame(c, CHECK_FAIL, "api-cached",
		            _("Settings were served without a login, after they were fetched with "
		              "one."));
	else if (s->cached)
		check_blame(c, CHECK_FAIL, "api-cached", _("%1$s came from a cache: %2$s"),
		            s->run->needs->version, s->cached);
	else if (k->same && known)
		check_blame(c, CHECK_FAIL, "api-cached",
		            _("Two answers of %s, 20 ms apart, carry the same time."),
		            s->run->needs->health);
	else if (k->same)
		check_skip(c,
		           _("Two answers carry the same time, and there is no direct one to "
		             "compare with."));
	else if (!k->health_seen)
		check_skip(c, _("%s did not answer, so a cache could not be told."),
		           s->run->needs->health);
	else
		check_pass(c, _("Every answer is fresh."));
}

static void
both_times(struct clockface *f)
{
	struct cache *k = f->cache;
	struct side *d = &k->side->run->side[DIRECT];
	bool same = *f->first && !strcmp(f->first, f->second);

	if (f->side == d) {
		k->moves = *f->first && !same;
	} else {
		k->health_seen = *f->first && *f->second;
		k->same = same;
		/* Only where it stands still is the direct one asked: does its own time move? */
		if (same && d->answered && !d->ended) {
			k->left++;
			ask_health(&k->faces[DIRECT]);
		}
	}
	judge(k);
}

static void
ask_again(void *ctx)
{
	ask_health(ctx);
}

static void
on_health(void *ctx, const struct net_reply *r)
{
	struct clockface *f = ctx;
	struct json *j = r->status == 200 ? answer_json(r) : NULL;
	const char *text = j ? json_get_string(j, "timestamp", "") : "";
	char *time = arena_strdup(&f->side->run->arena, text);

	json_free(j);
	if (f->first) {
		f->second = time;
		both_times(f);
	} else {
		f->first = time;
		probe_pause(f->side->run, APART_MS, ask_again, f);
	}
}

static void
ask_health(struct clockface *f)
{
	probe_get(f->side, f->side->run->needs->health, on_health, f);
}

static void
on_settings_open(void *ctx, const struct net_reply *r)
{
	struct cache *k = ctx;

	k->settings = r->fault == NET_OK && r->status == 200 &&
	              answer_header_has(r, "Content-Type", "json");
	judge(k);
}

static void
on_settings(void *ctx, const struct net_reply *r)
{
	struct cache *k = ctx;

	if (r->fault == NET_OK && r->status == 200)
		probe_get(k->side, "/api/config/settings", on_settings_open, k);
	else
		judge(k);
}

void
probe_cache(struct side *s)
{
	struct cache *k = arena_alloc(&s->run->arena, sizeof(*k));

	k->side = s;
	for (int i = 0; i < N_SIDES; i++) {
		k->faces[i].cache = k;
		k->faces[i].side = &s->run->side[i];
	}
	k->left = 1;
	ask_health(&k->faces[FRONT]);
	if (side_auth(s) == AUTH_IN) {
		k->left++;
		probe_ask(s, "/api/config/settings",
		          &(struct net_request){ .done = on_settings, .ctx = k }, true);
	}
}
