/*
 * Whole files: answers in tests/golden/apache/NAME.yaml, the site they make in
 * NAME.conf.  GOLDEN_UPDATE=1 writes NAME.conf anew; read its diff then.
 */
#include "apache_world.h"

#define DIR "tests/golden/apache/"

static const struct golden {
	const char *name;
	const char *version; /* NULL: not installed */
	const char *file;    /* something more that is there, or NULL */
	const char *text;
} goldens[] = {
	{ "not-installed",       NULL,     NULL, NULL },
	{ "existing-2.4.6",      "2.4.6",  NULL, NULL },
	{ "existing-2.4.41",     "2.4.41", NULL, NULL },
	{ "existing-2.4.57",     "2.4.57", NULL, NULL },
	{ "existing-2.4.71",     "2.4.71", NULL, NULL },
	{ "http-2.4.71",         "2.4.71", NULL, NULL },
	{ "http-2.4.41",         "2.4.41", NULL, NULL },
	{ "selfsigned-2.4.71",   "2.4.71", NULL, NULL },
	{ "upstream-2.4.71",     "2.4.71", NULL, NULL },
	{ "cloudflare-2.4.71",   "2.4.71", NULL, NULL },
	{ "trusted-2.4.71",      "2.4.71", NULL, NULL },
	{ "port-2.4.71",         "2.4.71", NULL, NULL },
	{ "address-2.4.71",      "2.4.71", "/etc/apache2/ports.conf", "Listen 127.0.0.1:8080\n" },
	{ "ipv6-host-2.4.71",    "2.4.71", NULL, NULL },
	{ "https-origin-2.4.71", "2.4.71", NULL, NULL },
	{ "limits-2.4.71",       "2.4.71", NULL, NULL },
	/* Another host has an address of its own on our port. */
	{ "beside-2.4.71",       "2.4.71", "/etc/apache2/sites-enabled/own.conf",
	  "<VirtualHost 192.0.2.7:443 [2001:db8::1]:443 192.0.2.7:80>\nServerName own.example.org\n</VirtualHost>\n" },
};

static void
render(struct buf *out, struct tree *t, const struct golden *g)
{
	struct answers a;
	struct proxy_found f = { 0 };
	struct steps steps = { 0 };
	struct err e = { 0 };
	const struct step *site = NULL;

	world_debian(t);
	if (g->file)
		tree_write(t, g->file, g->text);
	world_found(&f, t, g->version ? arena_printf(&t->arena, DEBIAN_V, g->version) : NULL);
	answers_init(&a);
	if (answers_load(&a, arena_printf(&t->arena, DIR "%s.yaml", g->name), &e) < 0 || answers_whole(&a, &e) < 0 ||
	    apache_render(&steps, &(struct proxy_context){
		    .answers = &a, .found = &f, .templates = "templates", .root = t->root }, &e) < 0)
		fail_msg("%s: %s", g->name, e.msg);
	for (size_t i = 0; i < steps.n; i++)
		if (steps.v[i].kind == STEP_WRITE && !steps.v[i].made)
			site = &steps.v[i];
	buf_puts(out, site->text);
	steps_free(&steps);
	answers_free(&a);
	proxy_found_free(&f);
}

static void
test_goldens(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
		const struct golden *g = &goldens[i];
		struct buf got = BUF_INIT, want = BUF_INIT;
		struct err e = { 0 };
		struct tree *t;
		const char *path;

		assert_int_equal(tree_setup((void **)&t), 0);
		path = arena_printf(&t->arena, DIR "%s.conf", g->name);
		render(&got, t, g);
		if (getenv("GOLDEN_UPDATE"))
			assert_int_equal(fs_write(path, got.s, got.len, 0644, &e), 0);
		if (fs_read(&want, path, 65536, &e) < 0)
			fail_msg("%s", e.msg);
		assert_string_equal(got.s, want.s);
		buf_free(&got);
		buf_free(&want);
		tree_teardown((void **)&t);
	}
}

static void
test_httpd_accepts_them(void **state)
{
	needs_apache();
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
		struct buf text = BUF_INIT;
		struct err e = { 0 };
		struct tree *t;
		char said[4096];

		assert_int_equal(tree_setup((void **)&t), 0);
		assert_int_equal(fs_read(&text, arena_printf(&t->arena, DIR "%s.conf", goldens[i].name), 65536, &e), 0);
		if (world_accepts(t, text.s, said, sizeof(said)) != 0 || strstr(said, "warn"))
			fail_msg("%s: %s", goldens[i].name, said);
		buf_free(&text);
		tree_teardown((void **)&t);
	}
}

/* The judge would notice: a site with one word spoilt is refused. */
static void
test_the_judge_is_awake(void **state)
{
	struct tree *t = *state;
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	char said[4096];

	needs_apache();
	assert_int_equal(fs_read(&text, DIR "existing-2.4.71.conf", 65536, &e), 0);
	replace_all(&text, "AllowEncodedSlashes NoDecode", "AllowEncodedSlashes Maybe");
	assert_int_not_equal(world_accepts(t, text.s, said, sizeof(said)), 0);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goldens),
		cmocka_unit_test(test_httpd_accepts_them),
		cmocka_unit_test_setup_teardown(test_the_judge_is_awake, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
