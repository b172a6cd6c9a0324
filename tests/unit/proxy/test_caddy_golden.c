/*
 * Whole files: answers in tests/golden/caddy/NAME.yaml, the site they make in
 * NAME.caddy.  GOLDEN_UPDATE=1 writes NAME.caddy anew; read its diff then.
 */
#include "caddy_world.h"

#define DIR "tests/golden/caddy/"

static const struct golden {
	const char *name;
	const char *version; /* NULL: not installed */
	const char *conf;    /* the Caddyfile; NULL: as Debian's */
} goldens[] = {
	{ "not-installed",        NULL,     NULL },
	{ "http-2.4",             "v2.4.6 h1:x", NULL },
	{ "http-2.6",             "2.6.2",  NULL },
	{ "http-2.7",             "v2.7.6 h1:x", NULL },
	{ "auto-2.6",             "2.6.2",  NULL },
	{ "auto-2.10",            "v2.10.0 h1:x", NULL },
	{ "existing-2.4",         "v2.4.6", NULL },
	{ "existing-2.6",         "2.6.2",  NULL },
	{ "existing-2.10",        "v2.10.2", NULL },
	{ "selfsigned-2.6",       "2.6.2",  NULL },
	{ "upstream-2.4",         "v2.4.6", NULL },
	{ "upstream-2.6",         "2.6.2",  NULL },
	{ "upstream-2.7",         "v2.7.0", NULL },
	{ "cloudflare-2.4",       "v2.4.6", NULL },
	{ "cloudflare-2.6",       "2.6.2",  NULL },
	{ "tunnel-2.6",           "2.6.2",  NULL },
	{ "trusted-2.6",          "2.6.2",  NULL },
	{ "port-2.6",             "2.6.2",  NULL },
	{ "port-redirect-2.6",    "2.6.2",  NULL },
	{ "mapped-port-2.6",      "2.6.2",  NULL },
	{ "address-2.6",          "2.6.2",  "https://other.example.org {\n\tbind 127.0.0.1\n\trespond ok\n}\n" },
	{ "address-ipv6-2.6",     "2.6.2",  "" },
	{ "ipv6-host-2.6",        "2.6.2",  NULL },
	{ "https-origin-2.6",     "2.6.2",  NULL },
	{ "far-https-origin-2.6", "2.6.2",  NULL },
	{ "no-auto-https-2.6",    "2.6.2",  "{\n\tauto_https disable_redirects\n}\n" },
	{ "other-ports-2.6",      "2.6.2",  "{\n\thttp_port 8080\n\thttps_port 8443\n}\n" },
};

static void
render(struct buf *out, struct tree *t, const struct golden *g)
{
	struct answers a;
	struct proxy_found f = { 0 };
	struct steps steps = { 0 };
	struct err e = { 0 };

	tree_write(t, CADDY_CONFIG, g->conf ? g->conf : DEBIAN_CADDYFILE);
	if (g->version)
		world_found(&f, t, g->version);
	answers_init(&a);
	if (answers_load(&a, arena_printf(&t->arena, DIR "%s.yaml", g->name), &e) < 0 || answers_whole(&a, &e) < 0 ||
	    caddy_render(&steps, &(struct proxy_context){
		    .answers = &a, .found = &f, .templates = "templates", .root = t->root }, &e) < 0)
		fail_msg("%s: %s", g->name, e.msg);
	buf_puts(out, steps_find(&steps, STEP_WRITE, ROLE_NONE)->text);
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
		path = arena_printf(&t->arena, DIR "%s.caddy", g->name);
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
test_caddy_accepts_them(void **state)
{
	(void)state;
	if (!has_caddy())
		skip();
	for (size_t i = 0; i < ARRAY_LEN(goldens); i++) {
		struct buf text = BUF_INIT;
		struct err e = { 0 };
		struct tree *t;
		char said[65536];

		assert_int_equal(tree_setup((void **)&t), 0);
		assert_int_equal(fs_read(&text, arena_printf(&t->arena, DIR "%s.caddy", goldens[i].name), 65536, &e), 0);
		/* The Caddy here is too old for this line. */
		replace_all(&text, "\t\tstream_close_delay 1h\n", "");
		if (world_accepts(t, text.s, said, sizeof(said)) != 0 || strstr(said, "nnecessary"))
			fail_msg("%s: %s", goldens[i].name, said);
		/* Its text is as `caddy fmt' would have it. */
		tree_write(t, "/fmt", text.s);
		assert_int_equal(caddy_judges(t, "adapt", tree_path(t, "/fmt"), said, sizeof(said)), 0);
		if (strstr(said, "not formatted"))
			fail_msg("%s: %s", goldens[i].name, said);
		buf_free(&text);
		tree_teardown((void **)&t);
	}
}

/* The judge would notice: a site with one word spoilt is refused, and one that is not formatted is named. */
static void
test_the_judge_is_awake(void **state)
{
	struct tree *t = *state;
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	char said[65536];

	if (!has_caddy())
		skip();
	assert_int_equal(fs_read(&text, DIR "existing-2.6.caddy", 65536, &e), 0);
	replace_all(&text, "header_up -X-Real-IP", "header_upp -X-Real-IP");
	assert_int_not_equal(world_accepts(t, text.s, said, sizeof(said)), 0);
	replace_all(&text, "\t\theader_upp", "header_up");
	tree_write(t, "/fmt", text.s);
	assert_int_equal(caddy_judges(t, "adapt", tree_path(t, "/fmt"), said, sizeof(said)), 0);
	assert_non_null(strstr(said, "not formatted"));
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goldens),
		cmocka_unit_test(test_caddy_accepts_them),
		cmocka_unit_test_setup_teardown(test_the_judge_is_awake, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
