/* Whole sites: see golden.h. */
#include "apache_world.h"
#include "golden.h"

static const struct golden goldens[] = {
	{ "not-installed",       .version = NULL,     NULL, NULL },
	{ "existing-2.4.6",      .version = "2.4.6",  NULL, NULL },
	{ "existing-2.4.41",     .version = "2.4.41" },
	{ "existing-2.4.57",     .version = "2.4.57" },
	{ "existing-2.4.71",     .version = "2.4.71" },
	{ "http-2.4.71",         .version = "2.4.71" },
	{ "http-2.4.41",         .version = "2.4.41" },
	{ "http-2.4.6",          .version = "2.4.6" },
	{ "upstream-2.4.41",     .version = "2.4.41" },
	{ "cloudflare-2.4.41",   .version = "2.4.41" },
	{ "selfsigned-2.4.71",   .version = "2.4.71" },
	{ "upstream-2.4.71",     .version = "2.4.71" },
	{ "cloudflare-2.4.71",   .version = "2.4.71" },
	{ "trusted-2.4.71",      .version = "2.4.71" },
	{ "port-2.4.71",         .version = "2.4.71" },
	{ "address-2.4.71",      .version = "2.4.71", .file = "/etc/apache2/ports.conf", .text = "Listen 127.0.0.1:8080\n" },
	{ "ipv6-host-2.4.71",    .version = "2.4.71" },
	{ "https-origin-2.4.71", .version = "2.4.71" },
	{ "limits-2.4.71",       .version = "2.4.71" },
	/* Another host has an address of its own on our port. */
	{ "beside-2.4.71",       .version = "2.4.71", .file = "/etc/apache2/sites-enabled/own.conf",
	  .text = "<VirtualHost 192.0.2.7:443 [2001:db8::1]:443 192.0.2.7:80>\nServerName own.example.org\n</VirtualHost>\n" },
};

static void
find(struct proxy_found *f, struct tree *t, const struct golden *g)
{
	world_debian(t);
	if (g->file)
		tree_write(t, g->file, g->text);
	world_found(f, t, g->version);
}

static void
judge(struct tree *t, const struct golden *g, struct buf *site)
{
	char said[4096];

	if (world_accepts(t, site->s, said, sizeof(said)) != 0 || strstr(said, "warn"))
		fail_msg("%s: %s", g->name, said);
}

static const struct goldens all = { &proxy_apache, ".conf", goldens, ARRAY_LEN(goldens), find, judge };

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
		{ "existing-2.4.6",    "existing-2.4.41",   NULL, "Protocols h2 http/1.1" },
		{ "existing-2.4.6",    "existing-2.4.41",   NULL, "RequestHeader set X-Real-IP expr=%{REMOTE_ADDR}" },
		{ "existing-2.4.41",   "existing-2.4.57",   "RewriteRule ^/(.*)$ ws://", "nocanon upgrade=websocket" },
		{ "http-2.4.41",       "http-2.4.71",       "RewriteRule ^/(.*)$ ws://", "nocanon upgrade=websocket" },
		{ "upstream-2.4.41",   "upstream-2.4.71",   "RewriteRule ^/(.*)$ ws://", "nocanon upgrade=websocket" },
		{ "cloudflare-2.4.41", "cloudflare-2.4.71", "RewriteRule ^/(.*)$ ws://", "nocanon upgrade=websocket" },
	};

	(void)state;
	goldens_differ(&all, differences, ARRAY_LEN(differences));
}

static void
test_httpd_accepts_them(void **state)
{
	(void)state;
	needs_judge(APACHE);
	goldens_are_accepted(&all);
}

/* The judge would notice: a site with one word spoilt is refused. */
static void
test_the_judge_is_awake(void **state)
{
	struct tree *t = *state;
	struct buf text = BUF_INIT;
	char said[4096];

	needs_judge(APACHE);
	golden_read(&text, t, &all, "existing-2.4.71");
	replace_all(&text, "AllowEncodedSlashes NoDecode", "AllowEncodedSlashes Maybe");
	assert_int_not_equal(world_accepts(t, text.s, said, sizeof(said)), 0);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goldens),
		cmocka_unit_test(test_versions_differ),
		cmocka_unit_test(test_httpd_accepts_them),
		cmocka_unit_test_setup_teardown(test_the_judge_is_awake, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
