/* cloudflare_service.c - how Cloudflare lets in, answers, and shows a setting or a rule. */
#include "proxy/cloudflare.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

/* ---- letting in ---- */

/* Whether it may do what it is for is seen by the first question; some tokens may not even ask about themselves. */
static void
log_in(struct client *s, const char *secret)
{
	struct err e = { 0 };

	err_set(&e, ERR_VALUE,
	        _("The file of the Cloudflare token holds something else. Its first line is to be the token alone."));
	client_let_in_by_token(s, secret, &e);
}

/* ---- what its answers mean ---- */

static const char *
message(struct arena *a, const struct json *body)
{
	return service_said(a, json_get_string(json_at(json_get(body, "errors"), 0), "message", ""));
}

/* A missing right comes with a code or without, so the status alone counts. */
static int
answer(long status, const struct json *body, const char *path, struct err *e)
{
	struct arena a = { 0 };
	const char *said = message(&a, body);
	int rc = -1;

	/* A page in its place is no answer: what it does not show would count as not there. */
	if (status == 204 || (status >= 200 && status < 300 && json_get_bool(body, "success", false)))
		rc = 0;
	else if (status >= 200 && status < 300 && !body)
		err_set(e, ERR_NET, _("What answered is not Cloudflare: it sent a page. A network on the way may ask for a login."));
	else if (status == 404 && strstr(path, "/entrypoint"))
		rc = 1;
	else if (status == 401 || status == 403)
		err_set(e, ERR_VALUE,
		        _("Cloudflare refuses this token (status %ld). It needs Zone Read, and Edit for Zone Settings, Response Compression, Cache Rules, Config Rules."),
		        status);
	else if (*said)
		err_set(e, status < 500 ? ERR_VALUE : ERR_NET,
		        _("Cloudflare answered with status %1$ld: %2$s"), status, said);
	else
		err_set(e, ERR_NET, _("Cloudflare answered with status %ld."), status);
	arena_free(&a);
	return rc;
}

/* ---- a setting, a rule ---- */

struct ordering {
	struct json       *out;
	const struct json *now, *wanted;
};

static struct json *
ordered(const struct json *wanted, const struct json *now);

static void
put_wanted(void *ctx, const char *key, const struct json *wanted)
{
	struct ordering *o = ctx;
	const struct json *now = json_get(o->now, key);

	if (now)
		json_set(o->out, key, ordered(wanted, now));
}

static void
put_rest(void *ctx, const char *key, const struct json *now)
{
	struct ordering *o = ctx;

	if (!json_get(o->wanted, key))
		json_set(o->out, key, json_copy(now));
}

/* The same value, with the members of objects in the order of another. */
static struct json *
ordered(const struct json *wanted, const struct json *now)
{
	struct ordering o = { .now = now, .wanted = wanted };

	if (!json_is_object(now) || !json_is_object(wanted))
		return json_copy(now);
	o.out = json_object();
	json_each(wanted, put_wanted, &o);
	json_each(now, put_rest, &o);
	return o.out;
}

static void
put_member(void *ctx, const char *key, const struct json *wanted)
{
	struct ordering *o = ctx;
	const struct json *now = json_get(o->now, key);

	json_set(o->out, key, now ? ordered(wanted, now) : json_null());
}

struct json *
cloudflare_members(const struct json *wanted, const struct json *thing)
{
	struct ordering o = { .out = json_object(), .now = thing };

	json_each(wanted, put_member, &o);
	return o.out;
}

const struct json *
cloudflare_rule(const struct json *ruleset, const char *ref)
{
	const struct json *rules = json_get(ruleset, "rules");

	for (size_t i = 0; i < json_len(rules); i++)
		if (strcmp(json_get_string(json_at(rules, i), "ref", ""), ref) == 0)
			return json_at(rules, i);
	return NULL;
}

/*
 * Of a rule `{id}' is RULESET/rules/RULE: where none was, the ruleset is only known after it was made.
 * It is RULESET where the call made that and nobody else has a rule in it: both go at once.
 */
static const char *
rule_id(struct arena *a, const struct call *c, const struct json *ruleset, const struct json *rule)
{
	const char *id = json_get_string(ruleset, "id", "");
	const size_t len = strlen(c->path);
	const bool made = len > 9 && strcmp(c->path + len - 9, "/rulesets") == 0;

	if (made && json_len(json_get(ruleset, "rules")) == 1)
		return arena_strdup(a, id);
	return arena_printf(a, "%s/rules/%s", id, json_get_string(rule, "id", ""));
}

static void
state(struct service_state *out, struct arena *a, const struct call *c, const struct json *body)
{
	const struct json *result = json_get(body, "result"), *thing = result;
	const char *like = c->is ? c->is : c->was;
	struct err e = { 0 };

	*out = (struct service_state){ 0 };
	if (strstr(c->look, "/entrypoint"))
		thing = cloudflare_rule(result, c->key);
	if (!thing || !like)
		return;
	struct json *wanted = json_parse(like, strlen(like), c->key, &e);
	out->fields = cloudflare_members(wanted, thing);
	if (thing != result)
		out->id = rule_id(a, c, result, thing);
	json_free(wanted);
}

static int
judge(const struct call *c, const struct json *body, struct err *e)
{
	(void)c;
	(void)body;
	(void)e;
	return 0;
}

/* Rulesets alone can be asked whether they would take a change: syntax, plan, number of rules, rights. */
static const char *
try_path(struct arena *a, const struct call *c)
{
	return strstr(c->path, "/rulesets") ? arena_printf(a, "%s?dry_run=true", c->path) : NULL;
}

const struct service service_cloudflare = {
	.name       = "cloudflare",
	.label      = "Cloudflare",
	.timeout_ms = 30000,
	.settle_ms  = 0,
	.tls_only   = true,
	.secret_by  = "--token-file FILE",
	.pages      = "https://dash.cloudflare.com",
	.log_in     = log_in,
	.answer     = answer,
	.state      = state,
	.judge      = judge,
	.try_path   = try_path,
};
