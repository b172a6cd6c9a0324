/* The table of causes, the document of --json, and rules that need no network. */
#include "fixture.h"

#include "check/probe_public.h"

/* Every name of the contract; one that is dropped or misspelt breaks somebody's script. */
static const char *const names[] = {
	"origin-refused", "origin-timeout", "origin-other", "origin-opencode", "origin-silent",
	"origin-unresolved",
	"password-wrong",
	"password-locked", "name-unresolved", "name-unanswered", "public-refused", "public-timeout", "tls-untrusted",
	"tls-name",
	"tls-expired", "tls-failed", "redirect-loop", "redirect-away", "upstream-down",
	"upstream-timeout",
	"upstream-opencode", "wrong-site", "wrong-instance", "path-mangled", "auth-layer",
	"bot-layer",
	"ws-upgrade-lost", "ws-host-lost", "ws-port-lost", "ws-proto-lost", "ws-origin-refused",
	"ws-redirected",
	"ws-no-answer", "ws-refused", "sse-buffered", "sse-compressed", "sse-not-stream",
	"stream-cut", "gzip-twice",
	"gzip-mislabelled", "gzip-added", "api-cached", "body-limit", "body-spooled",
	"forwarded-for-lost",
	"forwarded-for-trusted", "cdn-limit", "cdn-flexible", "config-invalid", "config-shadowed",
	"config-needs-restart", "public-half", "unprotected", "origin-exposed",
};

static int
longest_sentence(const char *text)
{
	int words = 0, longest = 0;

	for (const char *p = text; *p; p++) {
		bool starts = *p != ' ' && (p == text || p[-1] == ' ');

		words += starts;
		longest = words > longest ? words : longest;
		if ((*p == '.' || *p == ';' || *p == ':') && (p[1] == ' ' || !p[1]))
			words = 0;
	}
	return longest;
}

static void
test_causes(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!cause_find(names[i]))
			fail_msg("%s is missing", names[i]);
	assert_null(cause_find("nothing"));
	assert_null(cause_find(NULL));
	for (const struct cause *c = causes; c->id; c++, n++) {
		const char *const texts[] = { c->sentence, c->why, c->fix };

		assert_ptr_equal(cause_find(c->id), c); /* no second one of that name */
		for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
			assert_non_null(texts[i]);
			if (longest_sentence(texts[i]) > 20)
				fail_msg("%s: more than 20 words: %s", c->id, texts[i]);
			for (const char *p = texts[i]; *p; p++)
				assert_true(*p >= ' ' && *p < 0x7f);
		}
		for (const struct cause *d = causes; d != c; d++)
			assert_int_not_equal(c->order, d->order);
		assert_int_equal(sign_sentence(c->sign) == NULL, c->sign == SIGN_NONE);
	}
	assert_int_equal(n, ARRAY_LEN(names));
}

static void
test_ids(void **state)
{
	static const char *const ids[] = {
		"direct.answer", "direct.version", "direct.login", "direct.exposure", "public.name",
		"public.port",
		"public.tls", "public.redirect", "public.answer", "public.instance", "public.cache",
		"ws.event",
		"ws.global-event", "ws.terminal", "ws.dictation", "sse.event", "sse.global-event",
		"sse.notifications",
		"sse.openchamber", "gzip.encoding", "gzip.layers", "body.limit", "body.spool",
		"time.stream", "time.idle",
		"headers.host", "headers.proto", "headers.client", "cdn.path", "cdn.limit",
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		assert_true(check_id_is_known(&w->needs, ids[i]));
	assert_false(check_id_is_known(&w->needs, "ws."));
	assert_false(check_id_is_known(&w->needs, "ws.nothing"));
	assert_false(check_id_is_known(&w->needs, "event"));
	assert_false(check_id_is_known(&w->needs, ""));
}

static void
test_one_family_only(void **state)
{
	static const struct { enum net_fault four, six; const char *works; } cases[] = {
		{ NET_OK, NET_OK, NULL },
		{ NET_OK, NET_REFUSED, "4" },
		{ NET_OK, NET_NO_CONNECT, "4" },
		{ NET_REFUSED, NET_OK, "6" },
		{ NET_NO_CONNECT, NET_TLS_VERIFY, "6" },
		{ NET_REFUSED, NET_REFUSED, NULL },
		{ NET_OK, NET_UNREACHABLE, NULL },     /* this machine has no IPv6 itself */
		{ NET_REFUSED, NET_UNREACHABLE, NULL },
		{ NET_SILENT, NET_REFUSED, "4" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *works = public_half(cases[i].four, cases[i].six);

		assert_int_equal(works == NULL, cases[i].works == NULL);
		if (works)
			assert_string_equal(works, cases[i].works);
	}
}

static bool
has(const struct json *list, const char *text)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (!strcmp(json_text(json_at(list, i)), text))
			return true;
	return false;
}

static const struct json *
check_in(const struct json *doc, const char *id, const char *target)
{
	const struct json *list = json_get(doc, "checks");

	for (size_t i = 0; i < json_len(list); i++)
		if (!strcmp(json_get_string(json_at(list, i), "id", ""), id) &&
		    !strcmp(json_get_string(json_at(list, i), "target", ""), target))
			return json_at(list, i);
	fail_msg("no %s %s", id, target);
	return NULL;
}

static void
test_the_document(void **state)
{
	static const struct rule lost[] = {
		{ .path = "/", .drop = { "Upgrade", "Connection" },
		  .set = { "Connection: close" } }, { 0 } };
	struct world *w = *state;
	const struct json *c, *verdict;
	struct json *doc;

	world_origin(w, 0, PASSWORD);
	w->opt.password = PASSWORD;
	world_front(w, lost);
	run_all(w);
	check_set_where(w->run, result(w, "ws.event", TARGET_PUBLIC), "/etc/nginx/conf.d/oc.conf",
	                12);
	doc = check_json(w->run, "check");
	assert_int_equal(json_get_int(doc, "schema", 0), 1);
	assert_string_equal(json_get_string(json_get(doc, "tool"), "name", ""), "antechamber");
	assert_string_equal(json_get_string(doc, "command", ""), "check");
	assert_non_null(strstr(json_get_string(json_get(doc, "targets"), "origin", ""),
	                       "http://127.0.0.1:"));
	assert_non_null(strstr(json_get_string(json_get(doc, "targets"), "public", ""),
	                       "http://127.0.0.1:"));
	assert_int_equal(json_len(json_get(doc, "checks")), check_count(w->run));
	c = check_in(doc, "ws.event", "public");
	assert_string_equal(json_get_string(c, "group", ""), "websocket");
	assert_string_equal(json_get_string(c, "status", ""), "fail");
	assert_string_equal(json_get_string(c, "cause", ""), "ws-upgrade-lost");
	assert_true(*json_get_string(c, "detail", ""));
	assert_true(*json_get_string(c, "fix", ""));
	assert_string_equal(json_get_string(json_get(c, "where"), "file", ""),
	                    "/etc/nginx/conf.d/oc.conf");
	assert_int_equal(json_get_int(json_get(c, "where"), "line", 0), 12);
	assert_int_equal(json_get_int(json_get(c, "observed"), "status", 0), 200);
	c = check_in(doc, "ws.event", "direct");
	assert_string_equal(json_get_string(c, "status", ""), "pass");
	assert_null(json_get(c, "cause"));
	assert_null(json_get(c, "fix"));
	assert_null(json_get(c, "where"));
	assert_true(json_is_object(json_get(c, "observed")));
	assert_int_equal(json_get_int(json_get(doc, "summary"), "fail", 0), 3);
	assert_int_equal(json_get_int(json_get(doc, "summary"), "warn", 0), 1);
	verdict = json_get(doc, "verdict");
	assert_string_equal(json_get_string(verdict, "cause", ""), "ws-upgrade-lost");
	assert_int_equal(json_len(json_get(verdict, "checks")), 3);
	assert_true(has(json_get(verdict, "checks"), "ws.terminal"));
	assert_false(json_get_bool(doc, "ready", true));
	assert_true(has(json_get(doc, "blockers"), "ws.event"));
	assert_false(has(json_get(doc, "blockers"), "ws.dictation"));
	json_free(doc);
}

static void
test_a_healthy_document(void **state)
{
	struct world *w = *state;
	struct json *doc;

	world_origin(w, 0, PASSWORD);
	w->opt.password = PASSWORD;
	run_all(w);
	doc = check_json(w->run, "check");
	assert_non_null(json_get(doc, "verdict"));
	assert_null(json_get(json_get(doc, "verdict"), "cause"));
	assert_true(json_get_bool(doc, "ready", false));
	assert_int_equal(json_len(json_get(doc, "blockers")), 0);
	assert_null(json_get(json_get(doc, "targets"), "public"));
	json_free(doc);
}

/* What a server says of itself is cleaned before it is shown. */
static void
test_hostile_words(void **state)
{
	static const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: "
	                           "close\r\n\r\n"
		"<title>\033]0;owned\007\xe2\x80\xae\xff me</title>";
	struct world *w = *state;
	const struct check_result *c;
	struct json *doc;
	struct buf b = BUF_INIT;

	world_origin(w, 0, NULL);
	world_front(w, (const struct rule[]){ { .path = "/", .act = CANNED, .canned = page },
	                                      { 0 } });
	run_all(w);
	c = result(w, "public.answer", TARGET_PUBLIC);
	for (const char *p = c->detail; *p; p++)
		assert_true(*p >= ' ' && (unsigned char)*p < 0x7f);
	doc = check_json(w->run, "check");
	json_write(&b, doc, false);
	assert_null(strstr(b.s, "\\u001"));
	assert_null(strstr(b.s, "\xe2\x80\xae"));
	json_free(doc);
	buf_free(&b);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_up, world_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes), T(test_ids), cmocka_unit_test(test_one_family_only),
		T(test_the_document),
		T(test_a_healthy_document), T(test_hostile_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
