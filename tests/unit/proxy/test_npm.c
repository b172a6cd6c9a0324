/* What Nginx Proxy Manager answers, version by version, and which way the headers go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/npm.h"

#define HOSTS "/api/nginx/proxy-hosts"

static struct json *
parsed(const char *text)
{
	struct err e = { 0 };

	return text ? json_parse(text, strlen(text), "answer", &e) : NULL;
}

static const struct {
	const char   *path;
	long          status;
	const char   *body; /* NULL: no JSON at all */
	enum err_code code;
	const char   *says;
} answers_seen[] = {
	{ HOSTS, 200, "[]", ERR_NONE, "" },
	/* What is looked for comes in a list: another program's answer is no sign that it is not there. */
	{ HOSTS "?query=chat.example.org", 200, "[]", ERR_NONE, "" },
	{ HOSTS "?query=chat.example.org", 200, "{\"status\":\"OK\"}", ERR_NET, "200" },
	{ HOSTS, 201, "{\"id\":7}", ERR_NONE, "" },
	{ HOSTS "/7", 200, "true", ERR_NONE, "" },
	/* No right: 404 with the path, 403 before 2.13 and after 2.15.1, a token that is over. */
	{ HOSTS, 404, "{\"error\":{\"code\":404,\"message\":\"Not Found - /nginx/proxy-hosts\"}}", ERR_VALUE, "no right" },
	{ HOSTS, 403, "{\"error\":{\"code\":403,\"message\":\"Permission Denied\"}}", ERR_VALUE, "no right" },
	{ HOSTS, 400, "{\"error\":{\"code\":400,\"message\":\"Token has expired\",\"message_i18n\":{\"a\":1}}}", ERR_VALUE, "no right" },
	{ HOSTS "/999", 404, "{\"error\":{\"code\":404,\"message\":\"Not Found - 999\"}}", ERR_VALUE, "Not Found - 999" },
	{ HOSTS, 400, "{\"error\":{\"code\":400,\"message\":\"chat.example.org is already in use\"}}", ERR_VALUE, "already in use" },
	/* No code in 2.12 and before; not JSON at all from what stands in front. */
	{ HOSTS, 500, "{\"error\":{\"message\":\"Internal Error\"}}", ERR_NET, "500: Internal Error" },
	{ HOSTS, 502, NULL, ERR_NET, "502" },
	{ HOSTS, 200, NULL, ERR_NET, "200" },
	{ HOSTS, 500, "{\"error\":{\"message\":\"a\\u001b[31mb\"}}", ERR_NET, "a?[31mb" },
	{ "/api/tokens", 400, "{\"error\":{\"code\":400,\"message\":\"Invalid email or password\",\"message_i18n\":\"error.invalid-auth\"}}", ERR_VALUE, "let this login in" },
	{ "/api/tokens", 401, "{\"error\":{\"code\":401,\"message\":\"No relevant user found\"}}", ERR_VALUE, "No relevant user" },
	{ "/api/tokens/2fa", 400, "{\"error\":{\"code\":400,\"message\":\"Invalid verification code\"}}", ERR_VALUE, "verification code" },
	{ "/api/tokens", 404, NULL, ERR_NET, "is not Nginx Proxy Manager" },
};

static void
test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers_seen); i++) {
		struct json *body = parsed(answers_seen[i].body);
		struct err e = { 0 };
		int rc = service_npm.answer(answers_seen[i].status, body, answers_seen[i].path, &e);

		assert_int_equal(rc, answers_seen[i].code == ERR_NONE ? 0 : -1);
		assert_int_equal(e.code, answers_seen[i].code);
		if (!strstr(e.msg, answers_seen[i].says))
			fail_msg("%zu: %s", i, e.msg);
		json_free(body);
	}
}

static void
test_state(void **state)
{
	static const char *const lists[] = {
		/* 2.11: 1 and 0; 2.12 and later: true and false. */
		"[{\"id\":6,\"domain_names\":[\"chat.example.org.uk\"]},"
		"{\"id\":7,\"domain_names\":[\"x.org\",\"CHAT.example.org\"],\"allow_websocket_upgrade\":1,\"ssl_forced\":0,"
		"\"certificate_id\":\"0\",\"advanced_config\":null,\"locations\":null}]",
		"[{\"id\":7,\"domain_names\":[\"chat.example.org\"],\"allow_websocket_upgrade\":true,\"ssl_forced\":false,"
		"\"certificate_id\":0,\"advanced_config\":\"\",\"locations\":[]}]",
	};
	struct call c = {
		.key = "chat.example.org",
		.was = "{\"certificate_id\":0}",
		.is = "{\"allow_websocket_upgrade\":true,\"ssl_forced\":true,\"certificate_id\":\"new\",\"advanced_config\":\"x\",\"locations\":[]}",
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct json *body = parsed(lists[i]);
		struct service_state now;
		struct buf text = BUF_INIT;

		service_npm.state(&now, &a, &c, body);
		assert_string_equal(now.id, "7");
		json_write(&text, now.fields, false);
		assert_string_equal(text.s, "{\"allow_websocket_upgrade\": true, \"ssl_forced\": false, \"certificate_id\": 0, "
		                            "\"advanced_config\": \"\", \"locations\": []}");
		buf_free(&text);
		json_free(now.fields);
		json_free(body);
	}

	/* A certificate that came is the new one that was asked for; the name alone is not the host. */
	struct json *body = parsed("[{\"id\":7,\"domain_names\":[\"chat.example.org\"],\"certificate_id\":31}]");
	struct service_state now;
	service_npm.state(&now, &a, &c, body);
	assert_string_equal(json_get_string(now.fields, "certificate_id", ""), "new");
	json_free(now.fields);
	json_free(body);
	body = parsed("[{\"id\":7,\"domain_names\":[\"mychat.example.org\"]}]");
	service_npm.state(&now, &a, &c, body);
	assert_null(now.fields);
	json_free(body);
	arena_free(&a);
}

static void
test_judge(void **state)
{
	static const struct {
		const char *host;
		int         rc;
	} seen[] = {
		{ "\"meta\":{\"nginx_online\":true,\"nginx_err\":null}", 0 },
		{ "\"meta\":{}", 1 }, /* it was answered before its nginx was asked */
		{ "\"meta\":{\"nginx_online\":false,\"nginx_err\":\"nginx: [emerg] x\"}", -1 },
		{ "\"enabled\":false,\"meta\":{\"nginx_online\":false,\"nginx_err\":\"old\"}", 0 }, /* stale */
		{ "\"enabled\":1,\"meta\":{\"nginx_online\":false,\"nginx_err\":\"new\"}", -1 },
	};
	const struct call c = { .key = "chat.example.org" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
		struct err e = { 0 };
		char text[300];

		snprintf(text, sizeof(text), "[{\"id\":7,\"domain_names\":[\"chat.example.org\"],%s}]", seen[i].host);
		struct json *body = parsed(text);
		assert_int_equal(service_npm.judge(&c, body, &e), seen[i].rc);
		json_free(body);
	}
}

static void
test_way(void **state)
{
	static const struct {
		const char  *public_url;
		enum tls_mode tls;
		bool         list;
		enum npm_way way;
	} cases[] = {
		{ "https://chat.example.org", TLS_AUTO, false, NPM_OWN_LOCATION },
		{ "https://chat.example.org", TLS_AUTO, true, NPM_CUSTOM },
		{ "https://chat.example.org:8443", TLS_AUTO, true, NPM_CUSTOM },
		{ "https://chat.example.org", TLS_UPSTREAM, false, NPM_OWN_LOCATION },
		{ "https://chat.example.org", TLS_UPSTREAM, true, NPM_NO_WAY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct answers a;
		struct err e = { 0 };

		answers_init(&a);
		assert_int_equal(answers_set(&a, "public", cases[i].public_url, &e), 0);
		a.has_tls = true;
		a.tls = cases[i].tls;
		assert_int_equal(npm_way(&a, cases[i].list), cases[i].way);
		answers_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
