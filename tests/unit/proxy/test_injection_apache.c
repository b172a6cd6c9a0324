/*
 * Random answers through Apache's template: what is not refused reads back, by
 * our reader and by httpd itself, as the value that was given, and nothing
 * else comes to stand in the file.
 */
#include "apache_world.h"

#include "injection.h"

static void
parse(struct apa_conf *c, const char *text)
{
	static const char *const modules[] = { "core_module", "so_module", "ssl_module",
	                                       "proxy_module", "headers_module",
	                                       "rewrite_module", NULL };
	static const char *const none[] = { NULL };
	const struct apa_world world = { .server_root = "/etc/apache2", .modules = modules,
	                                 .variables = none, .version = { 2, 4, 57 } };
	struct err e = { 0 };

	*c = (struct apa_conf){ 0 };
	if (apa_parse(c, &world, text, strlen(text), "site.conf", &e) < 0)
		fail_msg("%s", e.msg);
}

/* Every directive of the one has its twin in the other; only the two paths differ. */
static void
must_be_one_file(const struct apa_directive *a, const struct apa_directive *b)
{
	for (; a && b; a = a->next, b = b->next) {
		assert_string_equal(a->name, b->name);
		assert_int_equal(a->n_args, b->n_args);
		assert_int_equal(a->line, b->line);
		for (size_t i = 0; i < a->n_args; i++)
			if (!apa_is(a, "SSLCertificateFile") && !apa_is(a, "SSLCertificateKeyFile"))
				assert_string_equal(a->args[i], b->args[i]);
		must_be_one_file(a->child, b->child);
	}
	assert_true(!a && !b);
}

static void
must_read_back(const struct apa_conf *c, const struct answers *a)
{
	const struct apa_directive *site = NULL;

	for (const struct apa_directive *d = c->top; d; d = d->next)
		if (apa_child(d, "SSLCertificateFile"))
			site = d;
	assert_non_null(site);
	assert_string_equal(apa_word(apa_child(site, "SSLCertificateFile"), 0), a->certificate);
	assert_string_equal(apa_word(apa_child(site, "SSLCertificateKeyFile"), 0), a->key);
	assert_true(apa_vhost_has_name(site, a->public_url.host));
}

/* Its log writes the rest as \xNN, and two slashes as one. */
static bool
is_logged_plainly(const char *s)
{
	if (strstr(s, "//"))
		return false;
	for (; *s; s++)
		if (*s < ' ' || *s > '~' || strchr("\\\"", *s))
			return false;
	return true;
}

/* httpd opens what it has read; and where that is gone, it names it. */
static void
httpd_must_read_back(struct tree *t, const struct answers *a, const char *site)
{
	static const char *const modules[] = {
		"mpm_event", "authz_core", "alias", "proxy", "proxy_http", "proxy_wstunnel", "headers",
		"rewrite", "env", "setenvif", "socache_shmcb", "ssl", "http2", "reqtimeout",
	};
	const char *conf = tree_path(t, "/judge.conf");
	struct buf text = BUF_INIT;
	char said[8192];

	buf_printf(&text, "ServerRoot %1$s\nServerName localhost\nPidFile %1$s/pid\n"
	           "ErrorLog %1$s/log\nDefaultRuntimeDir %1$s\n", t->root);
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		buf_printf(&text, "LoadModule %1$s_module " APACHE_MODULES "mod_%1$s.so\n", modules[i]);
	buf_printf(&text, "%s%s", strstr(site, "Listen") ? "" : "Listen 20080\n", site);
	tree_write(t, "/judge.conf", text.s);
	buf_free(&text);
	if (apache_judges(conf, said, sizeof(said)) != 0)
		fail_msg("%s: %s", a->certificate, said);
	assert_int_equal(unlink(a->certificate), 0);
	assert_int_not_equal(apache_judges(conf, said, sizeof(said)), 0);
	if (is_logged_plainly(a->certificate) &&
	    !strstr(said, arena_printf(&t->arena, "'%s'", a->certificate)))
		fail_msg("not named: %s: %s", a->certificate, said);
}

static bool
has_what_apache_cannot_say(const char *s)
{
	return strstr(s, "${") || strstr(s, "%{");
}

static void
once(struct tree *t, struct proxy_found *f, bool ask_httpd)
{
	struct answers a, plain = { 0 };
	struct steps evil_steps = { 0 }, plain_steps = { 0 };
	struct apa_conf evil_conf, plain_conf;
	struct err e = { 0 };

	injection_begins(t, &a, &proxy_apache);
	/* One that it reads. */
	must_set(&a, "files.config", "/etc/apache2/sites-available/chat.conf");
	if (world_render(&evil_steps, t, f, &a, &e) < 0) {
		if (e.code != ERR_VALUE || !(has_what_apache_cannot_say(a.certificate) ||
		                             has_what_apache_cannot_say(a.key)))
			fail_msg("%s, %s: %s", a.certificate, a.key, e.msg);
		goto out;
	}
	injection_plain(&plain, &a);
	assert_int_equal(world_render(&plain_steps, t, f, &plain, &e), 0);
	parse(&evil_conf, world_site(&evil_steps)->text);
	parse(&plain_conf, world_site(&plain_steps)->text);
	must_read_back(&evil_conf, &a);
	must_be_one_file(evil_conf.top, plain_conf.top);
	if (ask_httpd)
		httpd_must_read_back(t, &a, world_site(&evil_steps)->text);
	apa_free(&evil_conf);
	apa_free(&plain_conf);
out:
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

	world_debian(t);
	world_found(&f, t, "2.4.57");
	injections(t, &f, 100, APACHE, 5, once);
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
