/*
 * Random answers through nginx's templates: what is not refused reads back,
 * by our reader and by nginx itself, as the value that was given, and nothing
 * else comes to stand in the file.
 */
#include "nginx_world.h"

#include "injection.h"

/* Every directive of the one has its twin in the other; only the words differ. */
static void
must_have_one_shape(const struct ngx_directive *a, const struct ngx_directive *b)
{
	for (; a && b; a = a->next, b = b->next) {
		assert_string_equal(a->name, b->name);
		assert_int_equal(a->n_args, b->n_args);
		assert_int_equal(a->line, b->line);
		must_have_one_shape(a->child, b->child);
	}
	assert_null(a);
	assert_null(b);
}

static const char *
word(const struct ngx_directive *block, const char *name)
{
	const struct ngx_directive *d = ngx_child(block, name);

	assert_non_null(d);
	assert_true(d->n_args >= 1);
	return d->args[d->n_args - 1];
}

static void
must_read_back(const struct ngx_conf *c, const struct answers *a, struct arena *scratch)
{
	const struct ngx_directive *s = NULL, *geo = NULL, *l;
	struct url origin;
	struct err e = { 0 };
	unsigned long long body;

	for (const struct ngx_directive *d = c->top; d; d = d->next) {
		if (strcmp(d->name, "server") == 0 && ngx_child(d, "ssl_certificate"))
			s = d;
		if (strcmp(d->name, "geo") == 0)
			geo = d;
	}
	assert_non_null(s);
	assert_string_equal(word(s, "ssl_certificate"), a->certificate);
	assert_string_equal(word(s, "ssl_certificate_key"), a->key);
	assert_string_equal(word(s, "server_name"), a->public_url.host);
	l = ngx_child(s, "location");
	assert_int_equal(url_parse(&origin, word(l, "proxy_pass"), "https", URL_BASE, NULL, &e), 0);
	assert_string_equal(origin.scheme, a->origin.scheme);
	assert_string_equal(origin.host, a->origin.host);
	assert_int_equal(origin.port, a->origin.port);
	assert_int_equal(text_parse_size(word(l, "client_max_body_size"), &body), 0);
	assert_int_equal(body, a->body);
	assert_string_equal(word(l, "proxy_connect_timeout"),
	                    arena_printf(scratch, "%us", a->connect));
	assert_string_equal(word(l, "proxy_read_timeout"), arena_printf(scratch, "%us", a->stream));
	for (char **range = a->trusted; a->cdn != CDN_NONE && *range; range++)
		assert_string_equal(ngx_child(geo, *range)->args[0], "1");
}

static void
put_main(struct tree *t, const char *site)
{
	struct buf text = BUF_INIT;
	static const char *const names[] = { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" };

	buf_printf(&text, "pid %s/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n",
	           t->root);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		buf_printf(&text, "%s_temp_path %s/%s;\n", names[i], t->root, names[i]);
	buf_printf(&text, "%s}\n", site);
	tree_write(t, "/judge.conf", text.s);
	buf_free(&text);
}

/* nginx opens what it has read; and where that is gone, it names it. */
static void
nginx_must_read_back(struct tree *t, const struct answers *a, const char *site)
{
	const char *conf = tree_path(t, "/judge.conf");
	const char *link = a->certificate;
	char said[8192];

	put_main(t, site);
	if (nginx_judges(conf, said, sizeof(said)) != 0)
		fail_msg("%s: %s", a->certificate, said);
	assert_int_equal(unlink(link), 0);
	assert_int_not_equal(nginx_judges(conf, said, sizeof(said)), 0);
	if (!strstr(said, arena_printf(&t->arena, "certificate \"%s\"", link)))
		fail_msg("not named: %s: %s", link, said);
}

static void
once(struct tree *t, struct proxy_found *f, bool ask_nginx)
{
	struct answers a, plain = { 0 };
	struct steps evil_steps = { 0 }, plain_steps = { 0 };
	struct ngx_conf evil_conf, plain_conf;
	struct err e = { 0 };
	const char *text;

	injection_begins(t, &a, &proxy_nginx);
	must_set(&a, "files.config", "/etc/nginx/conf.d/chat.conf"); /* one that nginx reads */
	if (ask_nginx && !a.origin.ip) /* it looks names up */
		must_set(&a, "origin", "http://127.0.0.1:3000");
	if (world_render(&evil_steps, t, f, &a, &e) < 0) {
		/* nginx has no way to say a $. */
		if (e.code != ERR_VALUE || !(strchr(a.certificate, '$') || strchr(a.key, '$')))
			fail_msg("%s, %s: %s", a.certificate, a.key, e.msg);
		goto out;
	}
	text = world_site(&evil_steps)->text;
	if (ngx_parse(&evil_conf, text, strlen(text), "evil.conf", &e) < 0)
		fail_msg("%s: %s", a.certificate, e.msg);
	must_read_back(&evil_conf, &a, &t->arena);
	if (ask_nginx)
		nginx_must_read_back(t, &a, text);

	injection_plain(&plain, &a);
	assert_int_equal(world_render(&plain_steps, t, f, &plain, &e), 0);
	text = world_site(&plain_steps)->text;
	assert_int_equal(ngx_parse(&plain_conf, text, strlen(text), "plain.conf", &e), 0);
	must_have_one_shape(evil_conf.top, plain_conf.top);
	ngx_free(&evil_conf);
	ngx_free(&plain_conf);
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
	world_found(&f, t, "1.22.1");
	injections(t, &f, 200, NGINX, 4, once);
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
