/* Each text has its finding at its line and column, its healthy twin none; and a real nginx refuses what is said to go offline. */
#include "../judge.h"

#include "base/buf.h"
#include "proxy/npm_lint.h"

#define OWN  "proxy_pass $forward_scheme://$server:$port; "
#define SETS "proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; " \
	     "proxy_set_header X-Forwarded-Proto $scheme; "
#define LIFT "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; "

static const struct text {
	const char *rule;
	int         line, column;
	bool        switched_off; /* Websockets Support */
	const char *broken, *healthy;
} texts[] = {
	{ "syntax", 2, 1, false, "gzip off;\nproxy_buffering off\n", "gzip off;\nproxy_buffering off;\n" },
	{ "syntax", 1, 1, false, "location /api {\n" OWN "\n", "location /api {\n" OWN "\n}\n" },
	{ "syntax", 2, 1, false, "gzip off;\n}\nlocation /x {\n" OWN, "gzip off;\n" },
	{ "unknown-directive", 2, 3, false, "gzip off;\n  proxy_bufering off;\n", "gzip off;\n  proxy_buffering off;\n" },
	{ "wrong-place", 1, 1, false, "proxy_pass http://192.0.2.1:3000;\n", "set $x http://192.0.2.1:3000;\n" },
	{ "wrong-place", 1, 1, false, "map $http_upgrade $c { default upgrade; }\n", "# map\n" },
	{ "wrong-place", 2, 1, false, "\nserver { listen 81; }\n", "\n" },
	{ "wrong-place", 2, 20, false, "location /x {\nserver_tokens off; listen 81; }\n", NULL },
	{ "value-kind", 1, 1, false, "client_max_body_size abc;\n", "client_max_body_size 2g;\n" },
	{ "value-kind", 1, 1, false, "client_body_buffer_size 1g;\n", "client_body_buffer_size 1M;\n" },
	{ "value-kind", 2, 1, false, "\nproxy_buffering maybe;\n", "\nproxy_buffering OFF;\n" },
	{ "value-kind", 1, 1, false, "proxy_read_timeout 30m1h;\n", "proxy_read_timeout '1h 30m';\n" },
	{ "value-kind", 1, 1, false, "ssl_session_timeout 500ms;\n", "ssl_session_timeout 1M2w;\n" },
	{ "value-kind", 1, 1, false, "proxy_buffers 8k 8;\n", "proxy_buffers 8 8k;\n" },
	{ "value-kind", 1, 1, false, "proxy_next_upstream error never;\n", "proxy_next_upstream error TIMEOUT;\n" },
	{ "value-kind", 1, 1, false, "proxy_buffering $host;\n", "limit_rate $host;\n" },
	{ "value-kind", 1, 22, false, "if ($http_upgrade) { gzip maybe; }\n", NULL },
	{ "value-kind", 2, 1, false, "location /x { " OWN "\nproxy_read_timeout soon; }\n",
	  "location /x { " OWN "\nproxy_read_timeout 5m; }\n" },
	{ "value-count", 1, 1, false, "proxy_read_timeout;\n", "proxy_read_timeout 3600;\n" },
	{ "value-count", 1, 1, false, "client_max_body_size 10m 20m;\n", "client_max_body_size \"20m\";\n" },
	{ "value-count", 1, 1, false, "set $x;\n", "set $x '';\n" },
	{ "value-count", 1, 1, false, "location = /x y { " OWN "}\n", "location = /x { " OWN "}\n" },
	{ "block", 1, 1, false, "gzip off { }\n", "gzip off;\n" },
	{ "block", 1, 1, false, "location /x;\n", "location /x { " OWN "}\n" },
	{ "semicolon", 2, 1, false, "client_max_body_size 10m\nproxy_buffering off;\n",
	  "client_max_body_size 10m;\nproxy_buffering off;\n" },
	{ "semicolon", 4, 3, false, "set $x 'a\nb' # gzip off\n# gzip\n  gzip off;\n", "set $x 'a\ngzip off' # gzip off\n;\n" },
	{ "semicolon", 2, 1, false, "proxy_buffering off\nlocation /x { " OWN "}\n",
	  "proxy_buffering\noff; location /x { " OWN "}\n" },
	{ "swallowed", 2, 1, false, "gzip_types text/css\nproxy_buffering off;\n", "gzip_types text/css\napplication/json;\n" },
	{ "duplicate-npm", 1, 1, false, "proxy_http_version 1.1;\n", "proxy_request_buffering off;\n" },
	{ "duplicate-directive", 2, 1, false, "gzip off;\ngzip off;\n", "gzip off;\ngzip_vary off;\n" },
	{ "duplicate-directive", 3, 1, true, "proxy_http_version 1.1;\n\nproxy_http_version 1.1;\n",
	  NULL },
	{ "duplicate-location", 1, 1, false, "location ^~ / { " OWN "}\n", "location / { " SETS LIFT OWN "}\n" },
	{ "duplicate-location", 1, 1, false, "location \"/\" { " OWN "}\n", "location = / { " SETS LIFT OWN "}\n" },
	{ "duplicate-location", 2, 1, false, "location /x { " OWN "}\nlocation ^~ /x { " OWN "}\n",
	  "location /x { " OWN "}\nlocation = /x { " OWN "}\n" },
	{ "location-dropped", 1, 6, false, "# a; location / {\n", "# location / {\n" },
	{ "leads-to-npm", 2, 1, false, "location /api/x {\nproxy_pass http://127.0.0.1:3000; }\n",
	  "location /api/x {\nproxy_pass http://192.0.2.1:3000; }\n" },
	{ "leads-to-npm", 1, 17, false, "location /api { proxy_pass http://[::1]:3000; }\n", NULL },
	{ "answers-itself", 1, 1, false, "return 301 https://other.example.org;\n",
	  "if ($scheme = gopher) { return 301 https://other.example.org; }\n" },
	{ "path-mangled", 2, 1, false, "location /api {" SETS LIFT "\nproxy_pass http://192.0.2.1:3000/; }\n",
	  "location /api {" SETS LIFT "\nproxy_pass http://192.0.2.1:3000; }\n" },
	{ "ws-upgrade-lost", 2, 1, false, "location /api {\n" SETS OWN "}\n", "location /api {\n" SETS LIFT OWN "}\n" },
	{ "ws-host-lost", 2, 1, false, "location = /api/event/ws {\n" OWN LIFT "}\n",
	  "location = /api/event/ws {\n" SETS OWN LIFT "}\n" },
	{ "ws-proto-lost", 2, 1, false, "location = /api/event/ws {\n" OWN "proxy_set_header Host $host; " LIFT "}\n", NULL },
	{ "forwarded-proto-believed", 1, 28, false,
	  "location = /api/event/ws { proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; "
	  "proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; " LIFT OWN "}\n", NULL },
	{ "forwarded-for-lost", 1, 17, false, "location /api { " OWN "proxy_set_header Host $host; " LIFT "}\n", NULL },
	{ "sse-buffered", 2, 1, false, "\nproxy_buffering on;\n", "\nproxy_buffering off;\n" },
	{ "sse-buffered", 1, 1, false, "proxy_ignore_headers X-Accel-Buffering;\n", "proxy_ignore_headers Expires;\n" },
	{ "sse-compressed", 1, 10, false, "gzip on; gzip_types text/event-stream;\n", "gzip on; gzip_types text/css;\n" },
	{ "api-cached", 2, 1, false, "\nproxy_cache public;\n", "\nproxy_cache off;\n" },
	{ "stream-cut", 1, 1, false, "proxy_read_timeout 10s;\n", "proxy_read_timeout 3600s;\n" },
	{ "body-limit", 1, 1, false, "client_max_body_size 50M;\n", "client_max_body_size 0;\n" },
	{ "body-lowered", 1, 1, false, "client_max_body_size 1000M;\n", "client_max_body_size 2000m;\n" },
	{ "body-spooled", 1, 1, false, "proxy_request_buffering on;\n", "proxy_request_buffering off;\n" },
	{ "access-list", 3, 1, false, "gzip off;\n\nlocation = /x { " OWN "}\n", "gzip off;\n" },
	{ "hsts-lost", 1, 17, false, "location = /x { add_header A b; " OWN "}\n", "add_header A b;\n" },
	{ "name-must-resolve", 1, 17, false, "location = /x { proxy_pass http://openchamber:3000; }\n",
	  "location = /x { set $to openchamber; proxy_pass http://$to:3000; }\n" },
	{ "useless-header", 1, 1, false, "proxy_set_header X-Real-IP $remote_addr;\n",
	  "proxy_set_header X-Real-IP $remote_addr; location = /x { " OWN "}\n" },
	{ "wrong-in-if", 1, 22, false, "if ($http_upgrade) { proxy_set_header Connection upgrade; }\n",
	  "set $c ''; if ($http_upgrade) { set $c upgrade; }\n" },
	{ "wrong-in-if", 2, 27, false, "location = /x { " OWN "\nif ($host = a) { gzip on; proxy_buffering off; } }\n",
	  "location = /x { " OWN "\nif ($host = a) { gzip on; add_header A b; expires 1h; } }\n" },
	{ "wrong-in-if", 1, 22, false, "if ($http_upgrade) { add_header A b; }\n", "if ($http_upgrade) { rewrite ^/a$ /b; }\n" },
	{ "unknown-variable", 2, 1, false, "location = /x { " OWN "\nproxy_set_header Connection $connection_upgrade; }\n",
	  "set $connection_upgrade upgrade;\nlocation = /x { " OWN "\nproxy_set_header Connection $connection_upgrade; }\n" },
	{ "unknown-variable", 1, 1, false, "set $x $hots;\n", "set $x $HOST$http_any$arg_one$cookie_b;\n" },
	{ "unknown-variable", 1, 1, false, "add_header A \"${sheme}\" always;\n", "add_header A \"${scheme}x\" always;\n" },
	{ "unknown-variable", 1, 1, false, "if ($is_mobile) { return 403; }\n", "if ($http_user_agent ~ \"^M(?<is_mobile>.)$\") { set $y $is_mobile$1; }\n" },
	{ "unknown-variable", 1, 17, false, "location = /x { proxy_pass http://$backend:3000; }\n",
	  "location ~ ^/(?<backend>a) { proxy_pass http://$backend:3000; }\n" },
	{ "unknown-variable", 1, 1, false, "set $price '5 $';\n", "set $price '$5';\n" },
	{ "unknown-variable", 1, 1, false, "return 301 $schema://$host;\n", "rewrite ^/a$ /$uri;\n" },
	{ "buffer-sizes", 1, 1, false, "proxy_buffer_size 128k;\n",
	  "proxy_buffer_size 128k;\nproxy_buffers 4 128k;\nproxy_busy_buffers_size 128k;\n" },
	{ "buffer-sizes", 1, 1, false, "proxy_buffers 1 8k;\n", "proxy_buffers 3 8k;\n" },
	{ "buffer-sizes", 1, 1, false, "proxy_busy_buffers_size 2k;\n", "proxy_busy_buffers_size 28k;\n" },
	{ "buffer-sizes", 1, 1, false, "proxy_busy_buffers_size 32k;\n", "proxy_buffers 16 4k; proxy_busy_buffers_size 60k;\n" },
	{ "buffer-sizes", 1, 1, false, "proxy_temp_file_write_size 1k;\n", "proxy_temp_file_write_size 4k;\n" },
	{ "buffer-sizes", 1, 1, false, "proxy_max_temp_file_size 1k;\n", "proxy_max_temp_file_size 0;\n" },
	{ "buffer-sizes", 2, 17, false, "proxy_buffers 4 16k;\nlocation = /x { proxy_buffer_size 64k; " OWN "}\n",
	  "proxy_buffers 4 64k;\nlocation = /x { proxy_buffer_size 64k; " OWN "}\n" },
	{ "error-code", 1, 1, false, "error_page 200 /x;\n", "error_page 404 502 =200 /x;\n" },
	{ "error-code", 1, 1, false, "error_page 404 50x /x;\n", "error_page 599 /x;\n" },
	{ "value-kind", 1, 1, false, "gzip_comp_level 10;\n", "gzip_comp_level 9;\n" },
	{ "websockets-off", 0, 0, true, "gzip off;\n", "location / { " SETS LIFT OWN "}\n" },
};

static void
lint(struct npm_lint *l, const struct needs *needs, const char *text, bool switched_off)
{
	struct err e = { 0 };

	*l = (struct npm_lint){ .websockets = !switched_off };
	assert_int_equal(npm_lint_text(l, "templates", needs, text, strlen(text), &e), 0);
}

static const struct npm_finding *
found(const struct npm_lint *l, const char *rule)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].rule->id, rule) == 0)
			return &l->v[i];
	return NULL;
}

static void
needs_read(struct needs *needs)
{
	struct err e = { 0 };

	*needs = (struct needs){ 0 };
	assert_int_equal(needs_load(needs, "templates", NULL, &e), 0);
}

static void
each_rule_finds_its_text(void **state)
{
	struct needs needs;
	struct npm_lint l;

	(void)state;
	needs_read(&needs);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct text *t = &texts[i];
		lint(&l, &needs, t->broken, t->switched_off);
		const struct npm_finding *f = found(&l, t->rule);
		if (!f)
			fail_msg("%s is not found in: %s", t->rule, t->broken);
		if (f->line != t->line || f->column != t->column)
			fail_msg("%s at %d:%d instead of %d:%d", t->rule, f->line, f->column, t->line, t->column);
		npm_lint_free(&l);
		if (!t->healthy)
			continue;
		lint(&l, &needs, t->healthy, t->switched_off);
		if (found(&l, t->rule))
			fail_msg("%s is found in the twin: %s", t->rule, t->healthy);
		npm_lint_free(&l);
	}
	needs_free(&needs);
}

/* What Nginx Proxy Manager itself answers to each of these was measured. */
static void
own_location_is_left_out(void **state)
{
	static const struct { bool drops; const char *text; } asked[] = {
		{ true, "location / {" }, { true, "location /{" }, { true, "location /\n{" }, { true, "\t location / {" },
		{ true, "gzip off; location / {" }, { true, "# x; location / {" }, { true, "LOCATION / {" },
		{ false, "location = / {" }, { false, "location ~ / {" }, { false, "location /api {" },
		{ false, "# location / {" }, { false, "location ^~ / {" }, { false, "location \"/\" {" },
		{ false, "} location / {" }, { false, "" }, { false, "location" }, { false, "location /" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		if (npm_drops_location(asked[i].text, strlen(asked[i].text)) != asked[i].drops)
			fail_msg("wrong about: %s", asked[i].text);
}

/* ---- the same asked of a real nginx ---- */

static char said[2000]; /* by nginx */

static bool
nginx_takes(struct tree *t, const char *text, bool switched_off)
{
	struct buf conf = BUF_INIT;
	struct arena a = { 0 };
	struct err e = { 0 };
	const struct npm_frame frame = {
		.scheme = "http", .host = "192.0.2.10", .port = 3000, .name = "chat.example.org",
		.listen = arena_printf(&a, "    listen unix:%s/socket;", t->root),
		.websockets = !switched_off, .text = text, .len = strlen(text),
	};
	size_t at;

	buf_printf(&conf, "pid %s/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n"
	           "proxy_cache_path %s/cache keys_zone=public:1m;\n", t->root, t->root);
	assert_int_equal(npm_compose(&conf, "templates", &frame, &at, &e), 0);
	buf_puts(&conf, "}\n");
	tree_write(t, "/nginx.conf", conf.s);
	bool takes = nginx_judges(tree_path(t, "/nginx.conf"), said, sizeof(said)) == 0;
	unlink(tree_path(t, "/socket"));
	buf_free(&conf);
	arena_free(&a);
	return takes;
}

static void
nginx_agrees(void **state)
{
	struct needs needs;
	struct npm_lint l;
	struct tree *t = *state;

	needs_judge(NGINX);
	needs_read(&needs);
	for (size_t i = 0; i < 2 * ARRAY_LEN(texts); i++) {
		const struct text *one = &texts[i / 2];
		const char *text = i % 2 ? one->healthy : one->broken;
		if (!text || strcmp(one->rule, "name-must-resolve") == 0)
			continue;
		lint(&l, &needs, text, one->switched_off);
		if (nginx_takes(t, text, one->switched_off) == npm_lint_has(&l, NPM_OFFLINE))
			fail_msg("nginx does not agree about: %s", text);
		npm_lint_free(&l);
	}
	needs_free(&needs);
}

/* More or fewer values than the table has, and a word that no kind of value takes: each line of it is asked about. */
static void
refuse_alike(struct tree *t, const struct needs *needs, const char *text)
{
	struct npm_lint l;

	lint(&l, needs, text, true);
	if (!npm_lint_has(&l, NPM_OFFLINE))
		fail_msg("taken: %s", text);
	if (nginx_takes(t, text, true))
		fail_msg("nginx takes: %s", text);
	if (strstr(said, "unknown directive"))
		print_message("this nginx does not know: %s", text);
	else if (!strstr(said, "invalid") && !strstr(said, "must be"))
		fail_msg("nginx refuses for another reason: %s: %s", text, said);
	npm_lint_free(&l);
}

static void
nginx_agrees_with_each_line(void **state)
{
	struct npm_book book = { 0 };
	struct arena a = { 0 };
	struct needs needs;
	struct err e = { 0 };
	int asked = 0;

	needs_judge(NGINX);
	needs_read(&needs);
	assert_int_equal(npm_book_read(&book, "templates", &e), 0);
	for (size_t i = 0; i < book.n; i++) {
		const struct npm_known *d = &book.v[i];
		const char *fmt = d->server ? "%s%s;\n" : "location /zz { %s%s; }\n", *values = " _";
		if (!d->counts || d->block)
			continue;
		for (size_t n = 0; n < 9; n++)
			if (!npm_book_counts(d, n)) {
				refuse_alike(*state, &needs, arena_printf(&a, fmt, d->name, &" _ _ _ _ _ _ _ _"[16 - 2 * n]));
				asked++;
				break;
			}
		if (!d->kinds[0] || strcmp(d->kinds[0], "any") == 0)
			continue;
		while (!npm_book_counts(d, strlen(values) / 2))
			values = arena_printf(&a, "%s _", values);
		refuse_alike(*state, &needs, arena_printf(&a, fmt, d->name, values));
		asked++;
	}
	assert_true(asked > 500);
	npm_book_free(&book);
	needs_free(&needs);
	arena_free(&a);
}

/* What may stand in an if: each line of the table is asked about, in an if of a location. */
static void
nginx_agrees_about_ifs(void **state)
{
	struct npm_book book = { 0 };
	struct arena a = { 0 };
	struct needs needs;
	struct npm_lint l;
	struct err e = { 0 };
	int refused = 0;

	needs_judge(NGINX);
	needs_read(&needs);
	assert_int_equal(npm_book_read(&book, "templates", &e), 0);
	for (size_t i = 0; i < book.n; i++) {
		const struct npm_known *d = &book.v[i];
		const char *text = arena_printf(&a, "location /zz { if ($host) { %s; } }\n", d->name);

		if (!d->server && !d->location)
			continue;
		lint(&l, &needs, text, true);
		nginx_takes(*state, text, true);
		const bool ours = found(&l, "wrong-in-if") != NULL, theirs = strstr(said, "not allowed here") != NULL;
		if (ours != theirs && !strstr(said, "unknown directive"))
			fail_msg("%s%s", text, said);
		refused += ours;
		npm_lint_free(&l);
	}
	assert_true(refused > 200);
	npm_book_free(&book);
	needs_free(&needs);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_finds_its_text),
		cmocka_unit_test(own_location_is_left_out),
		cmocka_unit_test_setup_teardown(nginx_agrees, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(nginx_agrees_about_ifs, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(nginx_agrees_with_each_line, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
