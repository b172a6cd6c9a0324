/* Whole sites: see golden.h. */
#include "caddy_world.h"
#include "golden.h"

static const struct golden goldens[] = {
	{ "not-installed",        .version = NULL },
	{ "http-2.4",             .version = "v2.4.6 h1:x" },
	{ "http-2.6",             .version = "2.6.2" },
	{ "http-2.7",             .version = "v2.7.6 h1:x" },
	{ "auto-2.6",             .version = "2.6.2" },
	{ "auto-2.10",            .version = "v2.10.0 h1:x" },
	{ "existing-2.4",         .version = "v2.4.6" },
	{ "existing-2.6",         .version = "2.6.2" },
	{ "existing-2.10",        .version = "v2.10.2" },
	{ "selfsigned-2.6",       .version = "2.6.2" },
	{ "upstream-2.4",         .version = "v2.4.6" },
	{ "upstream-2.6",         .version = "2.6.2" },
	{ "upstream-2.7",         .version = "v2.7.0" },
	{ "cloudflare-2.4",       .version = "v2.4.6" },
	{ "cloudflare-2.6",       .version = "2.6.2" },
	{ "cloudflare-2.10",      .version = "v2.10.2" },
	{ "upstream-2.10",        .version = "v2.10.2" },
	{ "http-2.10",            .version = "v2.10.2" },
	{ "tunnel-2.6",           .version = "2.6.2" },
	{ "trusted-2.6",          .version = "2.6.2" },
	{ "port-2.6",             .version = "2.6.2" },
	{ "port-redirect-2.6",    .version = "2.6.2" },
	{ "mapped-port-2.6",      .version = "2.6.2" },
	{ "address-2.6",          .version = "2.6.2",  .file = CADDY_CONFIG, .text = "https://other.example.org {\n\tbind 127.0.0.1\n\trespond ok\n}\n" },
	{ "address-ipv6-2.6",     .version = "2.6.2",  .file = CADDY_CONFIG, .text = "" },
	{ "ipv6-host-2.6",        .version = "2.6.2" },
	{ "https-origin-2.6",     .version = "2.6.2" },
	{ "far-https-origin-2.6", .version = "2.6.2" },
	{ "no-auto-https-2.6",    .version = "2.6.2",  .file = CADDY_CONFIG, .text = "{\n\tauto_https disable_redirects\n}\n" },
	{ "other-ports-2.6",      .version = "2.6.2",  .file = CADDY_CONFIG, .text = "{\n\thttp_port 8080\n\thttps_port 8443\n}\n" },
};

static void
find(struct proxy_found *f, struct tree *t, const struct golden *g)
{
	tree_write(t, CADDY_CONFIG, g->file ? g->text : DEBIAN_CADDYFILE);
	world_found(f, t, g->version);
}

static void
judge(struct tree *t, const struct golden *g, struct buf *site)
{
	char said[65536];

	/* The Caddy here is too old for this line. */
	replace_all(site, "\t\tstream_close_delay 1h\n", "");
	if (world_accepts(t, site->s, said, sizeof(said)) != 0 || strstr(said, "nnecessary"))
		fail_msg("%s: %s", g->name, said);
	/* Its text is as `caddy fmt' would have it. */
	tree_write(t, "/fmt", site->s);
	assert_int_equal(caddy_judges(t, "adapt", tree_path(t, "/fmt"), said, sizeof(said)), 0);
	if (strstr(said, "not formatted"))
		fail_msg("%s: %s", g->name, said);
}

static const struct goldens all = { &proxy_caddy, ".caddy", goldens, ARRAY_LEN(goldens), find, judge };

static void
test_goldens(void **state)
{
	(void)state;
	goldens_are_rendered(&all);
}

static void
test_versions_differ(void **state)
{
	static const struct difference differences[] = {
		{ "existing-2.4",   "existing-2.6",    "request_header -X-Forwarded-For", NULL },
		{ "existing-2.6",   "existing-2.10",   NULL, "stream_close_delay 1h" },
		{ "http-2.6",       "http-2.7",        NULL, "stream_close_delay 1h" },
		{ "upstream-2.4",   "upstream-2.6",    "@strangers not remote_ip", "trusted_proxies " },
		{ "upstream-2.6",   "upstream-2.10",   NULL, "stream_close_delay 1h" },
		{ "cloudflare-2.4", "cloudflare-2.6",  "header_down +Cache-Control", "copy_response" },
		{ "cloudflare-2.6", "cloudflare-2.10", NULL, "stream_close_delay 1h" },
	};

	(void)state;
	goldens_differ(&all, differences, ARRAY_LEN(differences));
}

static void
test_caddy_accepts_them(void **state)
{
	(void)state;
	needs_judge(CADDY);
	goldens_are_accepted(&all);
}

/* The judge would notice: a site with one word spoilt is refused, and one that is not formatted is named. */
static void
test_the_judge_is_awake(void **state)
{
	struct tree *t = *state;
	struct buf text = BUF_INIT;
	char said[65536];

	needs_judge(CADDY);
	golden_read(&text, t, &all, "existing-2.6");
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
		cmocka_unit_test(test_versions_differ),
		cmocka_unit_test(test_caddy_accepts_them),
		cmocka_unit_test_setup_teardown(test_the_judge_is_awake, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
