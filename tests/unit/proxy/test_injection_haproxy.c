/*
 * Random answers through HAProxy's templates: what is not refused reads back,
 * by our reader, as the value that was given, nothing else comes to stand in
 * the file, and HAProxy takes it.  The paths of certificates are in it by the
 * name of a link only.
 */
#include "haproxy_world.h"

#include "conf/haproxy.h"
#include "injection.h"

static void
parse(struct hap_conf *c, const char *text)
{
	const struct hap_text one = { .file = "haproxy.cfg", .text = text, .len = strlen(text) };
	struct err e = { 0 };

	*c = (struct hap_conf){ 0 };
	if (hap_parse(c, &one, 1, &e) < 0)
		fail_msg("%s", e.msg);
}

/* The same sections and lines; only the name of the link to the certificate may differ. */
static void
must_be_one_file(const struct hap_conf *a, const struct hap_conf *b)
{
	const struct hap_section *s = a->first, *z = b->first;

	for (; s && z; s = s->next, z = z->next) {
		const struct hap_line *l = s->first, *k = z->first;

		assert_string_equal(s->kind, z->kind);
		assert_string_equal(s->name, z->name);
		for (; l && k; l = l->next, k = k->next) {
			assert_int_equal(l->n_args, k->n_args);
			for (size_t i = 0; i < l->n_args; i++)
				if (i == 0 || strcmp(l->args[i - 1], "crt") != 0)
					assert_string_equal(l->args[i], k->args[i]);
		}
		assert_true(!l && !k);
	}
	assert_true(!s && !z);
}

static void
must_read_back(const struct hap_conf *c, const struct answers *a, struct arena *scratch)
{
	const struct hap_section *back = hap_back_named(
		c, arena_printf(scratch, "openchamber_%s", a->public_url.host));
	const struct hap_line *server;

	assert_non_null(back);
	server = hap_own(back, "server", "openchamber");
	assert_non_null(server);
	assert_string_equal(server->args[2],
	                    arena_printf(scratch, a->origin.ipv6 ? "[%s]:%u" : "%s:%u",
	                                 a->origin.host, a->origin.port));
	assert_string_equal(hap_own(back, "timeout", "connect")->args[2],
	                    arena_printf(scratch, "%us", a->connect));
	assert_string_equal(hap_own(back, "timeout", "tunnel")->args[2],
	                    arena_printf(scratch, "%us", a->stream));
}

static void
once(struct tree *t, struct proxy_found *f, bool ask_haproxy)
{
	struct answers a, plain = { 0 };
	struct steps evil_steps = { 0 }, plain_steps = { 0 };
	struct hap_conf evil_conf, plain_conf;
	struct err e = { 0 };
	char said[8192];

	injection_begins(t, &a, &proxy_haproxy);
	must_set(&a, "files.config", HAPROXY_CONFIG);
	if (ask_haproxy && !a.origin.ip) /* it looks names up */
		must_set(&a, "origin", "http://127.0.0.1:3000");
	injection_plain(&plain, &a);
	if (world_render(&evil_steps, t, f, &a, &e) < 0 ||
	    world_render(&plain_steps, t, f, &plain, &e) < 0)
		fail_msg("%s, %s: %s", a.certificate, a.key, e.msg);
	parse(&evil_conf, world_site(&evil_steps)->text);
	parse(&plain_conf, world_site(&plain_steps)->text);
	must_read_back(&evil_conf, &a, &t->arena);
	must_be_one_file(&evil_conf, &plain_conf);
	if (ask_haproxy &&
	    world_accepts(t, world_site(&evil_steps)->text, said, sizeof(said)) != 0)
		fail_msg("%s: %s", a.certificate, said);
	hap_free(&evil_conf);
	hap_free(&plain_conf);
	steps_free(&evil_steps);
	steps_free(&plain_steps);
	answers_free(&a);
	answers_free(&plain);
}

static void
test_answers_stay_values(void **state)
{
	struct tree *t = *state;
	struct proxy_found f;

	tree_write(t, HAPROXY_CONFIG, "global\n\tmaxconn 100\ndefaults\n\tmode http\n"
	           "\ttimeout connect 5s\n\ttimeout client 30s\n\ttimeout server 30s\n");
	world_found(&f, t, "2.6.12");
	injections(t, &f, 100, HAPROXY, 10, once);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers_stay_values, tree_setup,
		                                tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
