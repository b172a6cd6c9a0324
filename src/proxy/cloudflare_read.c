/* cloudflare_read.c - what is there now: the zone, its setting, the rules of each phase. */
#include "proxy/cloudflare.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

struct reading {
	struct client_reading base;
	const struct answers *answers;
	struct proxy_found   *found;
	struct arena          arena;
	const char           *name;   /* the zone that is asked for */
	const char           *zone;   /* its id */
	const char           *plan;   /* "free"; "" where it is not said */
	struct json          *things; /* by name; what is not there is left out */
	size_t                at;
};

static void
drop(void *reading)
{
	struct reading *r = reading;

	json_free(r->things);
	arena_free(&r->arena);
	free(r);
}

static void
keep(struct reading *r)
{
	struct json *front = json_object();

	json_set_string(front, "zone", r->zone);
	json_set_string(front, "name", r->name);
	json_set_string(front, "plan", r->plan);
	json_set(front, "things", r->things);
	r->things = NULL;
	json_free(r->found->front);
	r->found->front = front;
	client_reading_end(&r->base, NULL);
}

static void ask_thing(struct reading *r);

static void
on_thing(void *ctx, const struct json *body, const struct err *e)
{
	struct reading *r = ctx;

	if (e) {
		client_reading_end(&r->base, e);
		return;
	}
	if (body)
		json_set(r->things, cloudflare_thing(r->at)->name, json_copy(json_get(body, "result")));
	r->at++;
	ask_thing(r);
}

static void
ask_thing(struct reading *r)
{
	const struct cloudflare_thing *t = cloudflare_thing(r->at);

	if (!t) {
		keep(r);
		return;
	}
	client_ask(r->base.client, "GET", arena_printf(&r->arena, "/zones/%s/%s", r->zone, t->where),
	            NULL, 0, on_thing, r);
}

/* An id becomes part of a path, whatever was answered. */
static bool
is_id(const char *s)
{
	return *s && !s[strspn(s, "0123456789abcdefABCDEF")];
}

static void ask_zone(struct reading *r);

static void
on_zone(void *ctx, const struct json *body, const struct err *e)
{
	struct reading *r = ctx;
	const struct json *zone = json_at(json_get(body, "result"), 0);
	const char *id = json_get_string(zone, "id", "");
	const char *dot = strchr(r->name, '.');
	struct err why = { 0 };

	if (e) {
		client_reading_end(&r->base, e);
	} else if (is_id(id)) {
		r->zone = arena_strdup(&r->arena, id);
		r->plan = service_said(&r->arena, json_get_string(json_get(zone, "plan"), "legacy_id", ""));
		ask_thing(r);
	} else if (!r->answers->cloudflare_zone && dot && strchr(dot + 1, '.')) {
		r->name = dot + 1; /* it is found by its own name only */
		ask_zone(r);
	} else {
		answers_err(&why, r->answers, "cloudflare.zone",
		            _("This token of Cloudflare shows no active zone named %s."), r->name);
		client_reading_end(&r->base, &why);
	}
}

static void
ask_zone(struct reading *r)
{
	client_ask(r->base.client, "GET",
	            arena_printf(&r->arena, "/zones?name=%s&status=active", r->name), NULL, 0,
	            on_zone, r);
}

static void
on_opened(void *ctx, const struct json *body, const struct err *e)
{
	struct reading *r = ctx;

	(void)body;
	if (e)
		client_reading_end(&r->base, e);
	else
		ask_zone(r);
}

void
cloudflare_read(struct loop *l, struct net *n, const char *root, const struct answers *a,
                struct proxy_found *f, void (*done)(void *ctx, const struct err *e), void *ctx)
{
	struct reading *r = xcalloc(1, sizeof(*r));
	const struct client_whose w = { &service_cloudflare, cloudflare_base(), NULL,
	                                 a->cloudflare_token_file, root };

	*r = (struct reading){ .base = { .loop = l, .drop = drop, .done = done, .ctx = ctx },
	                       .answers = a, .found = f, .things = json_object() };
	r->name = arena_strdup(&r->arena, a->cloudflare_zone ? a->cloudflare_zone : a->public_url.host);
	r->base.client = client_open(l, n, &w, on_opened, r);
}
