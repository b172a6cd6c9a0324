/*
 * cloudflare.c - a stand-in for Cloudflare's API version 4: one zone, its settings, its rulesets, on a port of its own.
 *
 *	cloudflare DIRECTORY
 *
 * says "listening on http://127.0.0.1:PORT".  One thread, one request at a
 * time.  Each request's method, path and body is a line of DIRECTORY/log; the
 * zone is DIRECTORY/zone.json, read before every request and written before
 * the answer to one that may change it.  A knob is a file DIRECTORY/NAME:
 *
 *	no-right   a change of rules is refused with 403 and no code, tried or done
 *	refuse-at  holds N: the Nth change from now on is refused with 400
 *	fail-at    holds N: the Nth change from now on is stored and answered with 502 and a page
 *	limit-at, codeless-at, garbage-at
 *	           hold N: the Nth request from now on is answered with 429 and a wait of minutes, with 403
 *	           and no code, with 200 and a page; nothing of it is done
 *	busy       the next request is answered with 429 and Retry-After: 1
 *	race       zone.json is replaced by this file before the next change that is no trial
 *	ips, ips-status
 *	           what GET /ips answers, to anybody, and with which status (200); without `ips' there is no such path
 *
 * As documented: no entry point is 404 with code 10003, a second one 400 with
 * code 20217; ten rules a phase (Free); members of a rule come back in another
 * order, with more beside them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../standin.h"

#define TOKEN     "cfut_stand-in-0123456789"
#define ZONE      "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
#define MAX_RULES 10

static struct json *zone;
static bool trial; /* of this request: nothing is kept */

/* ---- files ---- */

static void
load(void)
{
	json_free(zone);
	zone = stored("zone.json");
	if (!zone)
		exit(3);
}

/* ---- answers ---- */

static void
say(const struct request *r, int status, const char *type, const char *more, const char *text)
{
	if (strcmp(r->method, "GET") != 0 && !trial)
		store("zone.json", zone);
	dprintf(r->fd, "HTTP/1.1 %d X\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
	        status, type, more, strlen(text), text);
}

static void
answer(const struct request *r, const struct json *result)
{
	struct json *j = json_object();
	struct buf b = BUF_INIT;

	json_set_bool(j, "success", true);
	json_set(j, "errors", json_array());
	json_set(j, "messages", json_array());
	json_set(j, "result", trial || !result ? json_null() : json_copy(result));
	json_write(&b, j, false);
	if (counted("fail-at"))
		say(r, 502, "text/html", "", "<html>502 Bad Gateway</html>");
	else
		say(r, 200, "application/json", "", b.s);
	buf_free(&b);
	json_free(j);
}

static void
refuse(const struct request *r, int status, int code, const char *message)
{
	struct json *j = json_object(), *e = json_object(), *errors = json_array();
	struct buf b = BUF_INIT;

	if (code)
		json_set_int(e, "code", code);
	json_set_string(e, "message", message);
	json_push(errors, e);
	json_set_bool(j, "success", false);
	json_set(j, "errors", errors);
	json_set(j, "messages", json_array());
	json_set(j, "result", json_null());
	json_write(&b, j, false);
	load(); /* nothing of it is kept */
	say(r, status, "application/json", "", b.s);
	buf_free(&b);
	json_free(j);
}

/* ---- rules ---- */

static char *
fresh_id(void)
{
	static char id[33];
	const long long n = json_get_int(zone, "next", 1);

	json_set_int(zone, "next", n + 1);
	snprintf(id, sizeof(id), "%032llx", 0xf000 + n);
	return id;
}

struct turning {
	const char *keys[16];
	size_t      n;
};

static void
take_key(void *ctx, const char *key, const struct json *value)
{
	struct turning *t = ctx;

	(void)value;
	if (t->n < 16)
		t->keys[t->n++] = key;
}

static struct json *
turned(const struct json *object)
{
	struct turning t = { .n = 0 };
	struct json *out = json_object();

	json_each(object, take_key, &t);
	while (t.n--)
		json_set(out, t.keys[t.n], json_copy(json_get(object, t.keys[t.n])));
	return out;
}

/* What is stored for a rule that was sent; NULL: it is none. */
static struct json *
rule_of(const struct json *sent, const char *id)
{
	struct json *rule = json_object();
	char *own = xstrdup(id);

	if (!*json_get_string(sent, "expression", "") || !*json_get_string(sent, "action", "") ||
	    !json_is_object(json_get(sent, "action_parameters"))) {
		json_free(rule);
		free(own);
		return NULL;
	}
	json_set_string(rule, "id", own);
	json_set_string(rule, "version", "1");
	json_set_bool(rule, "enabled", json_get_bool(sent, "enabled", true));
	json_set(rule, "action_parameters", turned(json_get(sent, "action_parameters")));
	json_set_string(rule, "action", json_get_string(sent, "action", ""));
	json_set_string(rule, "description", json_get_string(sent, "description", ""));
	json_set_string(rule, "expression", json_get_string(sent, "expression", ""));
	json_set_string(rule, "last_updated", "2026-11-22T20:32:24.238Z");
	json_set_string(rule, "ref", json_get_string(sent, "ref", own));
	free(own);
	return rule;
}

static struct json *
rulesets(void)
{
	return (struct json *)json_get(zone, "rulesets");
}

struct finding {
	const char  *id;
	struct json *found;
};

static void
has_id(void *ctx, const char *phase, const struct json *ruleset)
{
	struct finding *f = ctx;

	(void)phase;
	if (strncmp(json_get_string(ruleset, "id", "-"), f->id, 32) == 0)
		f->found = (struct json *)ruleset;
}

struct keeping {
	const char  *id;
	struct json *kept;
};

static void
keep_other(void *ctx, const char *phase, const struct json *ruleset)
{
	struct keeping *k = ctx;

	if (strcmp(json_get_string(ruleset, "id", "-"), k->id) != 0)
		json_set(k->kept, phase, json_copy(ruleset));
}

static void
make_ruleset(const struct request *r)
{
	const char *phase = json_get_string(r->body, "phase", "");
	const struct json *sent = json_get(r->body, "rules");
	struct json *ruleset, *rules, *rule = NULL;

	if (json_get(rulesets(), phase)) {
		refuse(r, 400, 20217, "'zone' is not a valid value for kind because exceeded maximum number of zone rulesets");
		return;
	}
	ruleset = json_object();
	rules = json_array();
	json_set_string(ruleset, "id", fresh_id());
	json_set_string(ruleset, "kind", "zone");
	json_set_string(ruleset, "phase", phase);
	for (size_t i = 0; i < json_len(sent); i++)
		if ((rule = rule_of(json_at(sent, i), fresh_id())))
			json_push(rules, rule);
	json_set(ruleset, "rules", rules);
	json_set(rulesets(), phase, ruleset);
	if (rule)
		answer(r, ruleset);
	else
		refuse(r, 400, 20127, "a rule is wrong");
}

static void
change_rules(const struct request *r, struct json *ruleset, const char *rule_id)
{
	const struct json *old = json_get(ruleset, "rules");
	struct json *rules = json_array(), *rule = NULL;
	const bool post = strcmp(r->method, "POST") == 0;
	bool known = post;

	if (strcmp(r->method, "DELETE") != 0 && !(rule = rule_of(r->body, post ? fresh_id() : rule_id)))
		known = false;
	for (size_t i = 0; i < json_len(old); i++) {
		const bool this = rule_id && strcmp(json_get_string(json_at(old, i), "id", ""), rule_id) == 0;

		known |= this;
		if (!this)
			json_push(rules, json_copy(json_at(old, i)));
		else if (rule)
			json_push(rules, json_copy(rule));
	}
	if (post && rule)
		json_push(rules, json_copy(rule));
	json_free(rule);
	json_set(ruleset, "rules", rules);
	if (!known)
		refuse(r, 404, 20120, "there is no such rule");
	else if (json_len(rules) > MAX_RULES)
		refuse(r, 400, 20026, "exceeded maximum number of rules in the phase: 10");
	else
		answer(r, ruleset);
}

static void
drop_ruleset(const struct request *r, const struct json *ruleset)
{
	struct json *kept = json_object();

	json_each(rulesets(), keep_other, &(struct keeping){ json_get_string(ruleset, "id", ""), kept });
	json_set(zone, "rulesets", kept);
	if (counted("fail-at"))
		say(r, 502, "text/html", "", "<html>502 Bad Gateway</html>");
	else
		say(r, 204, "application/json", "", "");
}

static void
on_rulesets(const struct request *r, char *rest)
{
	char *phase = strncmp(rest, "/phases/", 8) == 0 ? rest + 8 : NULL;
	char *rules = strstr(rest, "/rules"), *query = strchr(rest, '?');
	struct finding f = { .id = rest + 1 };

	if (query)
		*query = '\0';
	if (phase) {
		*strchrnul(phase, '/') = '\0';
		if (json_get(rulesets(), phase))
			answer(r, json_get(rulesets(), phase));
		else
			refuse(r, 404, 10003, "could not find entrypoint ruleset in the phase");
		return;
	}
	if (knob("no-right")) {
		refuse(r, 403, 0, "request is not authorized");
		return;
	}
	if (!*rest) {
		make_ruleset(r);
		return;
	}
	json_each(rulesets(), has_id, &f);
	if (f.found && !rules && strcmp(r->method, "DELETE") == 0)
		drop_ruleset(r, f.found);
	else if (!f.found || !rules)
		refuse(r, 404, 10003, "there is no such ruleset");
	else
		change_rules(r, f.found, rules[6] == '/' ? rules + 7 : NULL);
}

/* ---- the rest ---- */

static void
on_setting(const struct request *r, const char *name)
{
	struct json *settings = (struct json *)json_get(zone, "settings"), *result = json_object();

	if (strcmp(r->method, "PATCH") == 0)
		json_set(settings, name, json_copy(json_get(r->body, "value")));
	json_set_string(result, "id", name);
	json_set(result, "value", json_copy(json_get(settings, name)));
	json_set_bool(result, "editable", true);
	answer(r, result);
	json_free(result);
}

static void
find_zone(const struct request *r)
{
	struct json *list = json_array(), *one, *plan;

	if (strstr(r->path, "?name=example.org&")) {
		one = json_object();
		json_set_string(one, "id", ZONE);
		json_set_string(one, "name", "example.org");
		plan = json_object();
		json_set_string(plan, "legacy_id", json_get_string(zone, "plan", "free"));
		json_set(one, "plan", plan);
		json_push(list, one);
	}
	answer(r, list);
	json_free(list);
}

static bool
is_disturbed(const struct request *r)
{
	const bool changes = strcmp(r->method, "GET") != 0 && !trial;

	if (once("busy"))
		say(r, 429, "application/json", "Retry-After: 1\r\n", "{\"success\":false}");
	else if (changes && counted("refuse-at"))
		refuse(r, 400, 20000, "not today");
	else if (counted("limit-at"))
		say(r, 429, "application/json", "Retry-After: 300\r\n", "{\"success\":false}");
	else if (counted("codeless-at"))
		refuse(r, 403, 0, "request is not authorized");
	else if (counted("garbage-at"))
		say(r, 200, "text/html", "", "<html>Sign in to this network</html>");
	else
		return false;
	return true;
}

/* Told to everybody: what a test wrote, with the status it wrote beside. */
static void
on_ips(struct request *r)
{
	struct buf body = BUF_INIT, status = BUF_INIT;
	struct arena a = { 0 };
	struct err e = { 0 };

	if (fs_read(&body, fs_join(&a, dir, "ips"), 1 << 20, &e) < 0)
		refuse(r, 404, 7000, "No route for that URI");
	else
		say(r, fs_read(&status, fs_join(&a, dir, "ips-status"), 16, &e) < 0 ? 200 : atoi(status.s), "application/json", "", body.s);
	buf_free(&body);
	buf_free(&status);
	arena_free(&a);
}

static void
handle(struct request *r)
{
	static const char base[] = "/zones/" ZONE;
	char *rest = r->path + strlen(base);

	if (strcmp(r->path, "/ips") == 0)
		on_ips(r);
	else if (!r->authorised)
		refuse(r, 403, 10000, "Authentication error");
	else if (is_disturbed(r))
		return;
	else if (strncmp(r->path, "/zones?", 7) == 0)
		find_zone(r);
	else if (strncmp(r->path, base, strlen(base)) != 0)
		refuse(r, 404, 7003, "Could not route, perhaps your object identifier is wrong");
	else if (strncmp(rest, "/settings/", 10) == 0)
		on_setting(r, rest + 10);
	else if (strncmp(rest, "/rulesets", 9) == 0)
		on_rulesets(r, rest + 9);
	else
		refuse(r, 404, 7000, "No route for that URI");
}

static void
on_request(struct request *r)
{
	trial = strstr(r->path, "?dry_run=true") != NULL;
	if (strcmp(r->method, "GET") != 0 && !trial)
		put_file("race", "zone.json");
	load();
	note(r, true);
	handle(r);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	dir = argv[1];
	return standin_run("0", TOKEN, on_request);
}
