/*
 * Random answers through Caddy's template: what is not refused reads back, by
 * our reader and by Caddy itself, as the value that was given, and nothing
 * else comes to stand in what Caddy makes of it.
 */
#include "caddy_world.h"

#include "base/json.h"
#include "conf/caddyfile.h"
#include "injection.h"

#define CANNOT "{}\"\\`" /* be said in a Caddyfile, not each in every company */

/* What Caddy makes of a site, as JSON. */
static struct json *
adapted(struct tree *t, const char *site)
{
	static char said[65536];
	struct err e = { 0 };
	struct json *j;
	const char *begin;

	tree_write(t, "/judge.caddy", site);
	if (caddy_judges(t, "adapt", tree_path(t, "/judge.caddy"), said, sizeof(said)) != 0)
		fail_msg("%s", said);
	begin = strstr(said, "{\"apps\"");
	assert_non_null(begin);
	j = json_parse(begin, strcspn(begin, "\n"), "adapted", &e);
	assert_non_null(j);
	return j;
}

struct pair {
	const struct json    *other;
	const struct answers *a, *plain;
};

static void must_agree(const struct json *evil_json, const struct pair *p);

static void
member_must_agree(void *ctx, const char *key, const struct json *value)
{
	const struct pair *p = ctx;

	assert_non_null(json_get(p->other, key));
	must_agree(value, &(struct pair){ json_get(p->other, key), p->a, p->plain });
}

/* The same everywhere but for the two paths, and there exactly what was given. */
static void
must_agree(const struct json *evil_json, const struct pair *p)
{
	const char *text = json_text(evil_json), *plain = json_text(p->other);

	assert_int_equal(json_len(evil_json), json_len(p->other));
	assert_int_equal(json_is_object(evil_json), json_is_object(p->other));
	assert_int_equal(text != NULL, plain != NULL);
	for (size_t i = 0; i < json_len(evil_json); i++)
		must_agree(json_at(evil_json, i),
		           &(struct pair){ json_at(p->other, i), p->a, p->plain });
	json_each(evil_json, member_must_agree, (void *)p);
	if (plain && strcmp(plain, p->plain->certificate) == 0)
		assert_string_equal(text, p->a->certificate);
	else if (plain && strcmp(plain, p->plain->key) == 0)
		assert_string_equal(text, p->a->key);
	else if (plain)
		assert_string_equal(text, plain);
}

static const struct cdy_node *
tls_of(const struct cdy_conf *c)
{
	for (const struct cdy_node *s = c->sites; s; s = s->next)
		if (cdy_child(s, "tls"))
			return cdy_child(s, "tls");
	fail_msg("no tls");
	return NULL;
}

static void
once(struct tree *t, struct proxy_found *f, bool ask_caddy)
{
	struct answers a, plain = { 0 };
	struct steps evil_steps = { 0 }, plain_steps = { 0 };
	struct cdy_conf c = { 0 };
	struct err e = { 0 };
	const char *text;

	injection_begins(t, &a, &proxy_caddy);
	if (world_render(&evil_steps, t, f, &a, &e) < 0) {
		assert_int_equal(e.code, ERR_VALUE);
		if (!strpbrk(a.certificate, CANNOT) && !strpbrk(a.key, CANNOT) &&
		    !(a.config && strpbrk(a.config, CANNOT)))
			fail_msg("%s, %s: %s", a.certificate, a.key, e.msg);
		goto out;
	}
	text = world_site(&evil_steps)->text;
	if (cdy_parse(&c, text, strlen(text), "evil.caddy", &e) < 0)
		fail_msg("%s: %s", a.certificate, e.msg);
	assert_false(c.env);
	assert_int_equal(tls_of(&c)->n_args, 2);
	assert_string_equal(cdy_arg(tls_of(&c), 0), a.certificate);
	assert_string_equal(cdy_arg(tls_of(&c), 1), a.key);
	injection_plain(&plain, &a);
	assert_int_equal(world_render(&plain_steps, t, f, &plain, &e), 0);
	if (ask_caddy) {
		struct json *evil_json = adapted(t, text);
		struct json *plain_json = adapted(t, world_site(&plain_steps)->text);

		must_agree(evil_json, &(struct pair){ plain_json, &a, &plain });
		json_free(evil_json);
		json_free(plain_json);
	}
out:
	cdy_free(&c);
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

	tree_write(t, CADDY_CONFIG, DEBIAN_CADDYFILE);
	world_found(&f, t, "2.6.2");
	injections(t, &f, 150, CADDY, 5, once);
}

/* What stands behind a zero byte in somebody's Caddyfile is not cut off by our line at its end. */
static void
test_a_file_that_is_no_text_stays(void **state)
{
	static const char zero[] = ":80 {\n\trespond ok\n}\n# a \0 b\n:81 {\n\trespond ok\n}\n";
	struct tree *t = *state;

	for (int is_text = 0; is_text < 2; is_text++) {
		char *text = xmalloc(sizeof(zero));
		struct proxy_found f;
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };

		memcpy(text, zero, sizeof(zero));
		if (is_text)
			text[strlen(text)] = '-';
		tree_mkdir(t, CADDY_DIR);
		assert_int_equal(fs_write(tree_path(t, CADDY_CONFIG), text, sizeof(zero) - 1, 0644,
		                          &e), 0);
		world_found(&f, t, "2.6.2");
		parse_answers(&a, "version: 1\norigin: http://127.0.0.1:3000\nproxy: caddy\n"
		              "public: https://chat.example.org\ntls: {mode: auto}\n");
		assert_int_equal(world_render(&steps, t, &f, &a, &e), is_text ? 0 : -1);
		if (is_text) {
			assert_non_null(strstr(world_site(&steps)->text, "reverse_proxy"));
		} else {
			assert_int_equal(e.code, ERR_VALUE);
			assert_string_equal(e.file, CADDY_CONFIG);
		}
		steps_free(&steps);
		answers_free(&a);
		proxy_found_free(&f);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers_stay_values, tree_setup,
		                                tree_teardown),
		cmocka_unit_test_setup_teardown(test_a_file_that_is_no_text_stays, tree_setup,
		                                tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
