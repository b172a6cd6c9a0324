/* test_place.c - what steps 3 and 4 say of the programs and addresses of a server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "setup/advice.h"
#include "setup/state.h"

static struct proxy_listen listens[] = { { .port = 80 }, { .port = 443, .tls = true } };

/* nginx runs with one site; Caddy is not there, and is what was chosen. */
static void
fill(struct setup *s, struct proxy_site *site, struct arena *said)
{
	*site = (struct proxy_site){ .listens = listens, .n_listens = 2 };
	s->say = said;
	s->n_found = 2;
	s->found[0] = (struct proxy_found){ .proxy = proxy_find("nginx"), .installed = true, .running = true, .sites = site, .n_sites = 1 };
	s->found[1] = (struct proxy_found){ .proxy = proxy_find("caddy") };
	s->answers.proxy = (char *)"caddy";
}

static const char *
line_with(const struct setup *s, enum page p, const char *text, enum mark mark)
{
	struct setup_line line[16];
	const size_t n = setup_lines(s, p, line, 16);

	for (size_t i = 0; i < n; i++)
		if (line[i].mark == mark && strstr(line[i].text, text))
			return line[i].text;
	return NULL;
}

static void
test_a_proxy_in_the_way_is_named_first(void **state)
{
	struct setup s = { 0 };
	struct proxy_site site;
	struct arena said = { 0 };
	struct setup_line line[4];

	(void)state;
	fill(&s, &site, &said);
	assert_true(setup_lines(&s, PAGE_PROXY, line, 4) >= 2);
	assert_int_equal(line[0].mark, MARK_WARN);
	assert_string_equal(line[0].text, "nginx has ports 80 and 443 for other sites, so Caddy could not start. Choosing nginx is simpler.");
	assert_non_null(line_with(&s, PAGE_PROXY, "Caddy is not installed", MARK_FAIL));
	/* What only answers for us would let go of them. */
	site.ours = true;
	assert_null(line_with(&s, PAGE_PROXY, "could not start", MARK_WARN));
	site.ours = false;
	s.found[0].running = false;
	assert_null(line_with(&s, PAGE_PROXY, "could not start", MARK_WARN));
	arena_free(&said);
}

/* Where this server has no address of its own, the sentence does not end in a colon with nothing behind it. */
static void
test_no_colon_without_an_address(void **state)
{
	struct setup s = { 0 };
	struct proxy_site site;
	struct arena said = { 0 };
	const char *const none[] = { NULL }, *const one[] = { "192.168.1.20", NULL };
	struct err e = { 0 };

	(void)state;
	fill(&s, &site, &said);
	s.found[1].proxy = proxy_find("npm");
	s.answers.proxy = (char *)"npm";
	assert_int_equal(answers_set(&s.answers, "origin", "http://127.0.0.1:3000", &e), 0);
	s.own_addresses = none;
	for (int own = 0; own < 2; own++, s.own_addresses = one) {
		const char *const *a = setup_advice(&s, PAGE_PROXY);

		assert_non_null(*a);
		for (; *a; a++)
			if ((*a)[strlen(*a) - 1] == ':')
				assert_non_null(setup_literal(a[1] ? a[1] : ""));
	}
	answers_free(&s.answers);
	arena_free(&said);
}

static void
test_an_example_is_told_as_one(void **state)
{
	struct setup s = { .page = PAGE_PUBLIC };
	struct arena said = { 0 };
	char *own[] = { (char *)"192.168.1.7", NULL };

	(void)state;
	s.say = &said;
	assert_non_null(strstr(setup_advice(&s, PAGE_PUBLIC)[0], "for example http://192.168.1.20"));
	s.machine.addresses = own;
	assert_string_equal(setup_literal(setup_advice(&s, PAGE_PUBLIC)[1]), "http://192.168.1.7");
	arena_free(&said);
}

/* No router forwards to 127.0.0.1, and http needs one port. */
static void
test_what_a_router_forwards(void **state)
{
	struct setup s = { .page = PAGE_PUBLIC };
	struct arena said = { 0 };
	char *own[] = { (char *)"192.168.1.7", NULL };
	struct err e = { 0 };

	(void)state;
	s.say = &said;
	assert_int_equal(answers_set(&s.answers, "public", "http://chat.example.org", &e), 0);
	s.answers.has_tls = true;
	s.answers.tls = TLS_NONE;
	s.addresses[s.n_addresses++] = "203.0.113.7";
	assert_null(strstr(setup_advice(&s, PAGE_PUBLIC)[0], "router"));
	s.machine.addresses = own;
	assert_non_null(strstr(setup_advice(&s, PAGE_PUBLIC)[0], "must forward port 80 to 192.168.1.7"));
	s.answers.tls = TLS_SELFSIGNED;
	s.answers.public_url.port = 443;
	assert_non_null(strstr(setup_advice(&s, PAGE_PUBLIC)[0], "must forward ports 80 and 443 to 192.168.1.7"));
	answers_free(&s.answers);
	arena_free(&said);
}

/* What leads to OpenChamber's own port would lead to itself. */
static void
test_the_port_of_openchamber(void **state)
{
	struct setup s = { .page = PAGE_PUBLIC, .resolved = true };
	struct proxy_site site;
	struct arena said = { 0 };
	struct err e = { 0 };

	(void)state;
	fill(&s, &site, &said);
	s.answers.proxy = (char *)"nginx";
	assert_int_equal(answers_set(&s.answers, "origin", "http://127.0.0.1:3000", &e), 0);
	assert_int_equal(answers_set(&s.answers, "public", "http://chat.example.org:3000", &e), 0);
	s.answers.has_tls = true;
	s.answers.tls = TLS_NONE;
	assert_non_null(line_with(&s, PAGE_PUBLIC, "Take :3000 out of the address", MARK_FAIL));
	assert_int_equal(answers_set(&s.answers, "public", "http://chat.example.org:8080", &e), 0);
	assert_null(line_with(&s, PAGE_PUBLIC, "OpenChamber itself", MARK_FAIL));
	assert_int_equal(answers_set(&s.answers, "listen.http", "3000", &e), 0);
	assert_non_null(line_with(&s, PAGE_PUBLIC, "More settings", MARK_FAIL));
	/* On another machine it may have the same. */
	assert_int_equal(answers_set(&s.answers, "origin", "http://192.0.2.7:3000", &e), 0);
	assert_null(line_with(&s, PAGE_PUBLIC, "OpenChamber itself", MARK_FAIL));
	answers_free(&s.answers);
	arena_free(&said);
}

static const char *
advice_with(const struct setup *s, enum page p, const char *text)
{
	for (const char *const *a = setup_advice(s, p); *a; a++)
		if (strstr(*a, text))
			return *a;
	return NULL;
}

/* Of answers that were kept, who begins once more is told where they are. */
static void
test_saved_answers_are_named(void **state)
{
	struct setup s = { 0 };
	struct arena said = { 0 };

	(void)state;
	s.say = &said;
	assert_null(advice_with(&s, PAGE_START, "saved answers"));
	s.answers_path = (char *)"/home/ada/chat.yaml";
	assert_non_null(advice_with(&s, PAGE_START, "saved answers"));
	assert_non_null(advice_with(&s, PAGE_START, "/home/ada/chat.yaml"));
	arena_free(&said);
}

/* What went past the proxy does not count as proof of it, and what could not be done is no pass. */
static void
test_checks_are_counted_apart(void **state)
{
	static const char text[] = "{\"checks\": ["
		"{\"target\": \"proxied\", \"status\": \"pass\"}, {\"target\": \"proxied\", \"status\": \"warn\", \"detail\": \"d\"},"
		"{\"target\": \"proxied\", \"status\": \"skip\"}, {\"target\": \"direct\", \"status\": \"pass\"}]}";
	struct setup s = { .page = PAGE_RESULT };
	struct arena said = { 0 };
	struct err e = { 0 };

	(void)state;
	s.say = &said;
	s.document = json_parse(text, strlen(text), "test", &e);
	assert_non_null(s.document);
	assert_non_null(line_with(&s, PAGE_RESULT, "2 of 2 checks through the proxy on this server", MARK_PASS));
	assert_non_null(line_with(&s, PAGE_RESULT, "1 of 1 checks directly", MARK_PASS));
	assert_non_null(line_with(&s, PAGE_RESULT, "1 check could not be done", MARK_SKIP));
	json_free(s.document);
	arena_free(&said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_proxy_in_the_way_is_named_first),
		cmocka_unit_test(test_no_colon_without_an_address),
		cmocka_unit_test(test_an_example_is_told_as_one),
		cmocka_unit_test(test_what_a_router_forwards),
		cmocka_unit_test(test_the_port_of_openchamber),
		cmocka_unit_test(test_saved_answers_are_named),
		cmocka_unit_test(test_checks_are_counted_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
