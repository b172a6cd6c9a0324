#include "proxy/cloudflare.h"

#include <stdlib.h>
#include <string.h>

#include "answers/ranges.h"
#include "base/i18n.h"
#include "base/url.h"
#include "proxy/secret.h"

#define API "https://api.cloudflare.com/client/v4"

static const struct cloudflare_thing things[] = {
	{ .name = "websockets", .where = "settings/websockets", .parameters = "\"on\"",
	  .hand = N_("Under Network switch WebSockets on.") },
	{ .name = "ssl", .where = "settings/ssl" },
	{ .name = "events", .phase = "http_response_compression",
	  .where = "rulesets/phases/http_response_compression/entrypoint",
	  .expression = "(http.host eq \"%s\" and http.response.content_type.media_type eq \"text/event-stream\")",
	  .action = "compress_response", .parameters = "{\"algorithms\": [{\"name\": \"none\"}]}",
	  .description = "OpenChamber: events leave the moment they come",
	  .hand = N_("Under Rules make a compression rule that disables compression, with this expression:") },
	{ .name = "api", .phase = "http_request_cache_settings",
	  .where = "rulesets/phases/http_request_cache_settings/entrypoint",
	  .expression = "(http.host eq \"%s\" and starts_with(http.request.uri.path, \"/api/\"))",
	  .action = "set_cache_settings", .parameters = "{\"cache\": false}",
	  .description = "OpenChamber: answers of its API are never kept",
	  .hand = N_("Under Rules make a cache rule that bypasses the cache, with this expression:") },
	{ .name = "pages", .phase = "http_config_settings",
	  .where = "rulesets/phases/http_config_settings/entrypoint",
	  .expression = "(http.host eq \"%s\")", .action = "set_config",
	  .parameters = "{\"automatic_https_rewrites\": false, \"email_obfuscation\": false, \"rocket_loader\": false}",
	  .description = "OpenChamber: pages reach the browser as they are",
	  .hand = N_("Under Rules make a configuration rule without Rocket Loader, Email Obfuscation and Automatic HTTPS Rewrites, with this expression:") },
};

const struct cloudflare_thing *
cloudflare_thing(size_t i)
{
	return i < ARRAY_LEN(things) ? &things[i] : NULL;
}

const char *
cloudflare_expression(struct arena *a, const struct cloudflare_thing *t, const char *host)
{
	const char *at = strstr(t->expression, "%s");

	return arena_printf(a, "%.*s%s%s", (int)(at - t->expression), t->expression, host, at + 2);
}

static const struct {
	const char *name;
	unsigned    megabytes;
} plans[] = {
	[PLAN_FREE]       = { "Free", 100 },
	[PLAN_PRO]        = { "Pro", 100 },
	[PLAN_BUSINESS]   = { "Business", 200 },
	[PLAN_ENTERPRISE] = { "Enterprise", 500 },
};

unsigned
cloudflare_megabytes(enum cloudflare_plan p)
{
	return plans[p].megabytes;
}

const char *
cloudflare_plan_name(enum cloudflare_plan p)
{
	return plans[p].name;
}

/* The token goes nowhere else: what a test names instead must be on loopback. */
const char *
cloudflare_base(void)
{
	const char *other = getenv(CLOUDFLARE_API);
	struct err ignored = { 0 };
	struct url u;

	if (other && url_parse(&u, other, "http", URL_ANY, NULL, &ignored) == 0 && url_is_loopback(&u))
		return other;
	return API;
}

bool
cloudflare_is_told(const struct answers *a)
{
	return a->cdn == CDN_CLOUDFLARE &&
	       (a->cloudflare_token_file || secret_held(service_cloudflare.name));
}

/* ---- the calls ---- */

static char *
text_of(struct arena *a, const struct json *j)
{
	struct buf b = BUF_INIT;
	char *text;

	json_write(&b, j, false);
	text = arena_strdup(a, b.s);
	buf_free(&b);
	return text;
}

static struct json *
parse(const char *text)
{
	struct err e = { 0 };

	return json_parse(text, strlen(text), "cloudflare", &e);
}

struct calling_for {
	struct steps *out;
	struct arena *arena;
	struct call   call;    /* what is common to all */
	const char   *zone, *host;
	const char   *ssl;     /* the mode that is wanted, or NULL */
	const struct json *read; /* by thing; NULL: nothing was read */
};

static void
add_setting(struct calling_for *f, const struct cloudflare_thing *t, const struct json *now)
{
	struct call call = f->call;
	struct json *want, *was;

	if (!now && !t->parameters)
		return; /* nobody knows what to put back */
	want = json_object();
	json_set(want, "value", t->parameters ? parse(t->parameters) : json_string(f->ssl));
	was = now ? cloudflare_members(want, now) : json_object();
	if (!now)
		json_set_string(was, "value", "off");
	call.key = t->name;
	call.is = call.body = text_of(f->arena, want);
	call.was = call.back_body = text_of(f->arena, was);
	call.method = call.back_method = "PATCH";
	call.path = call.back_path = call.look;
	if (strcmp(call.is, call.was) != 0)
		steps_call(f->out, &call);
	json_free(want);
	json_free(was);
}

static struct json *
rule_of(struct calling_for *f, const struct cloudflare_thing *t, const char *ref)
{
	struct json *rule = json_object();

	json_set_string(rule, "ref", ref);
	json_set_string(rule, "description", t->description);
	json_set_string(rule, "expression", cloudflare_expression(f->arena, t, f->host));
	json_set_string(rule, "action", t->action);
	json_set(rule, "action_parameters", parse(t->parameters));
	json_set_bool(rule, "enabled", true);
	return rule;
}

/* Where nothing of this phase was ever set there is no ruleset: it is made with the rule in it. */
static void
make_whole(struct calling_for *f, struct call *call, const struct cloudflare_thing *t,
           const struct json *rule)
{
	struct json *ruleset = json_object(), *rules = json_array();

	json_push(rules, json_copy(rule));
	json_set_string(ruleset, "name", "default");
	json_set_string(ruleset, "kind", "zone");
	json_set_string(ruleset, "phase", t->phase);
	json_set(ruleset, "rules", rules);
	call->path = arena_printf(f->arena, "/zones/%s/rulesets", f->zone);
	call->body = text_of(f->arena, ruleset);
	json_free(ruleset);
}

static void
add_rule(struct calling_for *f, const struct cloudflare_thing *t, const struct json *ruleset)
{
	struct call call = f->call;
	const char *id = json_get_string(ruleset, "id", NULL);
	struct json *want, *was = NULL;
	const struct json *rule;

	call.key = arena_printf(f->arena, "antechamber-%s-%s", f->host, t->name);
	want = rule_of(f, t, call.key);
	rule = cloudflare_rule(ruleset, call.key);
	call.is = call.body = text_of(f->arena, want);
	call.back_path = arena_printf(f->arena, "/zones/%s/rulesets/{id}", f->zone);
	if (rule) {
		was = cloudflare_members(want, rule);
		call.was = call.back_body = text_of(f->arena, was);
		call.method = call.back_method = "PATCH";
		call.path = call.back_path;
	} else {
		call.method = "POST";
		call.back_method = "DELETE";
		if (id)
			call.path = arena_printf(f->arena, "/zones/%s/rulesets/%s/rules", f->zone, id);
		else
			make_whole(f, &call, t, want);
	}
	if (!call.was || strcmp(call.was, call.is) != 0)
		steps_call(f->out, &call);
	json_free(want);
	json_free(was);
}

int
cloudflare_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const struct answers *answers = c->answers;
	const struct json *front = c->found->front;
	struct arena a = { 0 };
	struct calling_for f = { .out = out, .arena = &a, .host = answers->public_url.host,
	                         .zone = json_get_string(front, "zone", "ZONE"),
	                         .read = json_get(front, "things") };
	static const char *const modes[] = { [SSL_KEEP] = NULL, [SSL_FULL] = "full", [SSL_STRICT] = "strict" };

	f.ssl = modes[answers->cloudflare_ssl]; /* nobody asked for another: it stays */

	if (range_is_valid(answers->public_url.host))
		return answers_err(e, answers, "public",
		                   _("Cloudflare stands in front of names only, and this is an address."));
	for (const struct cloudflare_thing *t = things; t < things + ARRAY_LEN(things); t++) {
		f.call = (struct call){
			.service = service_cloudflare.name, .base = cloudflare_base(),
			.secret_file = secret_held(service_cloudflare.name) ? NULL : answers->cloudflare_token_file,
			.look = arena_printf(&a, "/zones/%s/%s", f.zone, t->where),
		};
		if (t->phase)
			add_rule(&f, t, json_get(f.read, t->name));
		else if (t->parameters || f.ssl)
			add_setting(&f, t, json_get(f.read, t->name));
	}
	arena_free(&a);
	return 0;
}
