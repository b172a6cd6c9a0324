/* Cloudflare without its network: what its answers mean, what is asked of it by what it has, what is to be clicked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "proxy/cloudflare.h"
#include "proxy/front.h"
#include "proxy/npm.h"

static struct json *
parse(const char *text)
{
	struct err e = { 0 };
	struct json *j = json_parse(text, strlen(text), "test", &e);

	if (!j)
		fail_msg("%s: %s", e.msg, text);
	return j;
}

static void
answers_of(struct answers *a, const char *more)
{
	char text[1024];
	struct err e = { 0 };

	snprintf(text, sizeof(text), "version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\n"
	         "proxy: nginx\ncdn: cloudflare\n%s", more);
	answers_init(a);
	if (answers_parse(a, text, strlen(text), "a.yaml", &e) < 0)
		fail_msg("%s", e.msg);
}

#define ENTRY "/zones/0a/rulesets/phases/http_config_settings/entrypoint"

static void
test_answers(void **state)
{
	static const struct { long status; const char *path, *body; int rc; const char *part; } cases[] = {
		{ 200, ENTRY, "{\"success\": true, \"result\": {}}", 0, NULL },
		{ 204, "/zones/0a/rulesets/1/rules/2", NULL, 0, NULL },
		{ 200, ENTRY, NULL, -1, "not Cloudflare" },
		{ 200, ENTRY, "{\"success\": false, \"errors\": []}", -1, "status 200" },
		{ 404, ENTRY, "{\"success\": false, \"errors\": [{\"code\": 10003, \"message\": \"could not find\"}]}", 1, NULL },
		{ 404, "/zones/0a/settings/websockets", "{\"errors\": [{\"message\": \"no route\"}]}", -1, "404: no route" },
		{ 403, ENTRY, "{\"errors\": [{\"message\": \"request is not authorized\"}]}", -1, "Config Rules" },
		{ 403, ENTRY, NULL, -1, "refuses this token" },
		{ 401, ENTRY, "[]", -1, "refuses this token" },
		{ 400, ENTRY, "{\"errors\": [{\"code\": 20217, \"message\": \"too\\u001b[1m many\"}]}", -1, "400: too" },
		{ 429, ENTRY, "{}", -1, "status 429" },
		{ 502, ENTRY, NULL, -1, "status 502" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json *body = cases[i].body ? parse(cases[i].body) : NULL;
		struct err e = { 0 };
		int rc = service_cloudflare.answer(cases[i].status, body, cases[i].path, &e);

		if (rc != cases[i].rc || (cases[i].part && !strstr(e.msg, cases[i].part)) || strchr(e.msg, 033))
			fail_msg("%zu: %d %s", i, rc, e.msg);
		json_free(body);
	}
}

/* The same rule, written down in another order and with more beside it, is the same rule. */
static void
test_members(void **state)
{
	struct json *want = parse("{\"ref\": \"r\", \"action_parameters\": {\"a\": 1, \"b\": {\"c\": 2, \"d\": 3}}, \"gone\": 1}");
	struct json *now = parse("{\"id\": \"x\", \"action_parameters\": {\"z\": 9, \"b\": {\"d\": 3, \"c\": 2}, \"a\": 1}, \"ref\": \"r\"}");
	struct json *members = cloudflare_members(want, now);
	struct buf text = BUF_INIT;

	(void)state;
	json_write(&text, members, false);
	struct json *again = parse(text.s);
	assert_string_equal(text.s, "{\"ref\": \"r\", \"action_parameters\": {\"a\": 1, \"b\": {\"c\": 2, \"d\": 3}, \"z\": 9}, \"gone\": null}");
	json_free(again);
	json_free(want);
	json_free(now);
	json_free(members);
	buf_free(&text);
}

/* "METHOD PATH" of each call that is due. */
static void
due(char *out, size_t size, const char *front, const char *public_url)
{
	struct answers a;
	struct proxy_found f = { .front = parse(front) };
	struct steps steps = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	answers_of(&a, "tls: {mode: auto}\ncloudflare: {token-file: /run/token}\n");
	if (public_url)
		assert_int_equal(answers_set(&a, "public", public_url, &e), 0);
	*out = '\0';
	if (front_render(&steps, &(struct proxy_context){ .answers = &a, .found = &f }, &e) < 0)
		snprintf(out, size, "%s", e.msg);
	for (size_t i = 0; i < steps.n; i++) {
		const struct call *c = steps.v[i].call;

		assert_string_equal(c->base, "https://api.cloudflare.com/client/v4");
		assert_string_equal(c->secret_file, "/run/token");
		n += (size_t)snprintf(out + n, size - n, "%s %s; ", c->method, c->path);
	}
	steps_free(&steps);
	json_free(f.front);
	answers_free(&a);
}

static void
test_what_is_due(void **state)
{
	static const char ours[] =
		"{\"zone\": \"0a\", \"things\": {\"websockets\": {\"value\": \"on\"}, \"pages\": {\"id\": \"c2\", \"rules\": [{\"id\": \"d1\","
		"\"ref\": \"antechamber-chat.example.org-pages\", \"description\": \"OpenChamber: pages reach the browser as they are\","
		"\"expression\": \"(http.host eq \\\"chat.example.org\\\")\", \"action\": \"set_config\", \"enabled\": %s,"
		"\"action_parameters\": {\"rocket_loader\": false, \"automatic_https_rewrites\": false, \"email_obfuscation\": false}}]}}}";
	char got[2048], front[1024];

	(void)state;
	due(got, sizeof(got), "{}", NULL);
	assert_string_equal(got, "PATCH /zones/ZONE/settings/websockets; POST /zones/ZONE/rulesets; POST /zones/ZONE/rulesets; "
	                    "POST /zones/ZONE/rulesets; ");
	/* An entry point may be empty, and somebody else's rule is not ours. */
	due(got, sizeof(got), "{\"zone\": \"0a\", \"things\": {\"websockets\": {\"value\": \"on\"}, \"events\": {\"id\": \"c1\", \"rules\": []},"
	    "\"api\": {\"id\": \"c3\", \"rules\": [{\"id\": \"d3\", \"ref\": \"theirs\"}]}}}", NULL);
	assert_string_equal(got, "POST /zones/0a/rulesets/c1/rules; POST /zones/0a/rulesets/c3/rules; POST /zones/0a/rulesets; ");
	snprintf(front, sizeof(front), ours, "true");
	due(got, sizeof(got), front, NULL);
	assert_string_equal(got, "POST /zones/0a/rulesets; POST /zones/0a/rulesets; ");
	snprintf(front, sizeof(front), ours, "false");
	due(got, sizeof(got), front, NULL);
	assert_string_equal(got, "POST /zones/0a/rulesets; POST /zones/0a/rulesets; PATCH /zones/0a/rulesets/{id}; ");
	due(got, sizeof(got), "{}", "https://192.0.2.7");
	assert_non_null(strstr(got, "names only"));
}

static void
test_unread_is_not_told(void **state)
{
	struct answers a;
	struct proxy_found f = { 0 };
	struct steps steps = { 0 };
	struct err e = { 0 };

	(void)state;
	answers_of(&a, "cloudflare: {token-file: /run/token}\n");
	assert_int_equal(front_render(&steps, &(struct proxy_context){ .answers = &a, .found = &f }, &e), 0);
	assert_int_equal(steps.n, 0);
	answers_free(&a);
}

static void
test_what_is_to_be_clicked(void **state)
{
	static const struct { const char *more, *part; } cases[] = {
		{ "tls: {mode: auto}\n", "Full (strict)" },
		{ "tls: {mode: selfsigned}\n", "choose Full." },
		{ "tls: {mode: upstream}\n", "speaks http itself" },
		{ "tls: {mode: auto}\ncloudflare: {zone: example.org}\n", "the zone example.org:" },
		{ "tls: {mode: auto}\ncloudflare: {token-file: /run/token}\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = { 0 };
		struct answers a;
		bool found = false;

		answers_of(&a, cases[i].more);
		const char **lines = front_by_hand(&arena, &a);
		assert_int_equal(lines != NULL, cases[i].part != NULL);
		for (size_t k = 0; lines && lines[k]; k++)
			found |= strstr(lines[k], cases[i].part) != NULL;
		if (cases[i].part && !found)
			fail_msg("not said: %s", cases[i].part);
		answers_free(&a);
		arena_free(&arena);
	}
}

/* ---- where the token goes ---- */

struct heard {
	struct loop *loop;
	struct err   e;
};

static void
on_opened(void *ctx, const struct json *body, const struct err *e)
{
	struct heard *h = ctx;

	(void)body;
	h->e = e ? *e : (struct err){ 0 };
	loop_stop(h->loop);
}

static void
test_only_https(void **state)
{
	static const struct { const char *base, *part; } cases[] = {
		{ "https://api.cloudflare.com/client/v4", NULL },
		{ "http://127.0.0.1:1", NULL },
		{ "http://api.cloudflare.com/client/v4", "not https" },
		{ "http://192.0.2.1", "not https" },
	};
	struct err e = { 0 };
	struct arena arena = { 0 };
	char *dir = fs_mkdtemp("antechamber-test", &e);
	const char *file = fs_join(&arena, dir, "token");

	(void)state;
	assert_int_equal(fs_write(file, "cfut_x\n", 7, 0600, &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct heard h = { .loop = loop_new() };
		struct net *n = net_new(h.loop);
		const struct client_whose w = { &service_cloudflare, cases[i].base, NULL, file, NULL };
		struct client *c = client_open(h.loop, n, &w, on_opened, &h);

		assert_int_equal(loop_run(h.loop, &e), 0);
		if (cases[i].part ? !strstr(h.e.msg, cases[i].part) : h.e.code != ERR_NONE)
			fail_msg("%s: %s", cases[i].base, h.e.msg);
		client_close(c);
		net_free(n);
		loop_free(h.loop);
	}
	fs_remove_tree(dir, &e);
	arena_free(&arena);
	free(dir);
}

/* What was read of the plan counts more than what somebody said; where neither is, it is not known. */
static void
test_whose_limit(void **state)
{
	static const struct { const char *answers, *read, *name; unsigned megabytes; } cases[] = {
		{ "", "{}", NULL, 0 },
		{ "", "{\"plan\": \"free\"}", "Free", 100 },
		{ "cloudflare: {plan: business}\n", "{}", "Business", 200 },
		{ "cloudflare: {plan: business}\n", "{\"plan\": \"unheard-of\"}", "Business", 200 },
		{ "cloudflare: {plan: business}\n", "{\"plan\": \"pro\"}", "Pro", 100 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json *read = parse(cases[i].read);
		struct answers a;
		unsigned megabytes = 0;

		answers_of(&a, cases[i].answers);
		const char *name = front_limit(&megabytes, &a, read);
		if (megabytes != cases[i].megabytes || (name ? !cases[i].name || strcmp(name, cases[i].name) != 0 : !!cases[i].name))
			fail_msg("%zu: %s %u", i, name ? name : "none", megabytes);
		a.cdn = CDN_NONE;
		assert_null(front_limit(&megabytes, &a, read));
		answers_free(&a);
		json_free(read);
	}
}

/* Whoever is asked for a secret that nobody has is told how this service is given it. */
static void
test_how_it_is_told(void **state)
{
	static const struct { const struct service *service; const char *part; } cases[] = {
		{ &service_cloudflare, "--token-file" }, { &service_npm, "npm.secret-file" },
	};
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct heard h = { .loop = loop_new() };
		struct net *n = net_new(h.loop);
		const struct client_whose w = { cases[i].service, "http://127.0.0.1:1", "a@example.org", NULL, NULL };
		struct client *c = client_open(h.loop, n, &w, on_opened, &h);

		assert_int_equal(loop_run(h.loop, &e), 0);
		if (!strstr(h.e.msg, cases[i].part) || strstr(h.e.msg, cases[!i].part))
			fail_msg("%s: %s", cases[i].service->name, h.e.msg);
		client_close(c);
		net_free(n);
		loop_free(h.loop);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_what_is_due),
		cmocka_unit_test(test_unread_is_not_told),
		cmocka_unit_test(test_what_is_to_be_clicked),
		cmocka_unit_test(test_only_https),
		cmocka_unit_test(test_whose_limit),
		cmocka_unit_test(test_how_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
