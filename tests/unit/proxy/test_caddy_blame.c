/* From a cause to the guilty line: each broken site beside a healthy twin. */
#include "blame.h"
#include "caddy_world.h"

#define PORT    "https://chat.example.org:8443"
#define BARE    "\treverse_proxy 127.0.0.1:3000\n"
#define PROXY(line) "\treverse_proxy 127.0.0.1:3000 {\n\t\t" line "\n\t}\n"

static const struct guilt {
	const char *cause;
	const char *site;    /* between its braces; it begins on line 2.  With options or addresses: the whole Caddyfile */
	int         line;    /* 0: nothing is to blame */
	const char *url;     /* NULL: BLAME_URL */
	const char *version; /* NULL: 2.6.2 */
	const char *path;    /* NULL: /api/event */
} cases[] = {
	{ "ws-upgrade-lost", PROXY("header_up -Upgrade"), 3, NULL, NULL, NULL },
	{ "ws-upgrade-lost", PROXY("header_up Connection close"), 3, NULL, NULL, NULL },
	{ "ws-upgrade-lost", PROXY("header_up Connection {header.Connection}"), 0, NULL, NULL, NULL },
	{ "ws-upgrade-lost", "\trequest_header -Sec-WebSocket-Key\n" BARE, 2, NULL, NULL, NULL },
	{ "ws-upgrade-lost", "\trequest_header -X-Other\n" BARE, 0, NULL, NULL, NULL },
	{ "ws-upgrade-lost", PROXY("transport http {\n\t\t\tversions h2c 2\n\t\t}"), 4, NULL, NULL, NULL },
	{ "ws-upgrade-lost", PROXY("transport http {\n\t\t\tversions 1.1 2\n\t\t}"), 0, NULL, NULL, NULL },
	{ "ws-upgrade-lost", BARE, 0, NULL, NULL, NULL },

	/* Caddy sets X-Forwarded-Host by itself since 2.5, and that one wins. */
	{ "ws-host-lost", PROXY("header_up Host app.internal"), 0, NULL, NULL, NULL },
	{ "ws-host-lost", PROXY("header_up Host app.internal"), 3, NULL, "v2.4.6", NULL },
	{ "ws-host-lost", PROXY("header_up Host {upstream_hostport}"), 3, NULL, "v2.4.6", NULL },
	{ "ws-host-lost", PROXY("header_up -X-Forwarded-Host\n\t\theader_up Host app.internal"), 4, NULL, NULL, NULL },
	{ "ws-host-lost", PROXY("header_up X-Forwarded-Host app.internal"), 3, NULL, NULL, NULL },
	{ "ws-host-lost", PROXY("header_up X-Forwarded-Host {hostport}"), 0, NULL, NULL, NULL },
	{ "ws-host-lost", PROXY("header_up X-Forwarded-Host chat.example.org"), 0, NULL, NULL, NULL },
	{ "ws-host-lost", PROXY("header_up -X-Forwarded-Host"), 0, NULL, NULL, NULL },
	{ "ws-host-lost", BARE, 0, NULL, NULL, NULL },
	{ "ws-port-lost", PROXY("header_up X-Forwarded-Host {host}"), 3, PORT, NULL, NULL },
	{ "ws-port-lost", PROXY("header_up X-Forwarded-Host {host}"), 0, NULL, NULL, NULL },
	{ "ws-port-lost", PROXY("header_up X-Forwarded-Host {http.request.hostport}"), 0, PORT, NULL, NULL },
	{ "ws-port-lost", PROXY("header_up -X-Forwarded-Host\n\t\theader_up Host {host}"), 4, PORT, NULL, NULL },

	{ "ws-proto-lost", PROXY("header_up X-Forwarded-Proto http"), 3, NULL, NULL, NULL },
	{ "ws-proto-lost", PROXY("header_up -X-Forwarded-Proto"), 3, NULL, NULL, NULL },
	{ "ws-proto-lost", PROXY("header_up X-Forwarded-Proto {scheme}"), 0, NULL, NULL, NULL },
	{ "ws-proto-lost", PROXY("header_up X-Forwarded-Proto https"), 0, NULL, NULL, NULL },
	{ "ws-proto-lost", "http://chat.example.org {\n" BARE "}\n", 2, NULL, NULL, NULL },
	{ "ws-proto-lost", "http://chat.example.org {\n" PROXY("header_up X-Forwarded-Proto {scheme}") "}\n", 3, NULL, NULL, NULL },
	{ "ws-proto-lost", "http://chat.example.org {\n" PROXY("trusted_proxies private_ranges") "}\n", 0, NULL, NULL, NULL },
	{ "ws-proto-lost", "{\n\tservers {\n\t\ttrusted_proxies static 10.0.0.0/8\n\t}\n}\nhttp://chat.example.org {\n" BARE "}\n",
	  0, NULL, "v2.7.6", NULL },
	{ "ws-proto-lost", "http://chat.example.org {\n" BARE "}\n", 0, NULL, "v2.4.6", NULL }, /* it believed anybody */
	{ "ws-proto-lost", "http://chat.example.org {\n" BARE "}\n", 0, "http://chat.example.org", NULL, NULL },
	{ "cdn-flexible", "http://chat.example.org {\n" BARE "}\n", 2, NULL, NULL, NULL },

	{ "ws-no-answer", PROXY("buffer_responses"), 3, NULL, NULL, NULL },
	{ "ws-no-answer", BARE, 0, NULL, NULL, NULL },
	{ "ws-redirected", "\tredir /api/event /x\n" BARE, 2, NULL, NULL, NULL },
	{ "ws-redirected", "\tredir /other /x\n" BARE, 0, NULL, NULL, NULL },
	{ "redirect-loop", "\tredir https://{host}{uri}\n", 2, NULL, NULL, "/" },
	{ "redirect-loop", BARE, 1, NULL, NULL, "/" }, /* a front that speaks http is led to https for ever */
	{ "redirect-loop", "http://chat.example.org {\n" BARE "}\n", 0, NULL, NULL, "/" },
	{ "redirect-away", BARE, 0, NULL, NULL, "/" },

	{ "sse-buffered", "\tencode gzip\n" BARE, 2, NULL, NULL, NULL },
	{ "sse-buffered", "\tencode gzip\n" BARE, 0, NULL, "v2.9.0", NULL },
	{ "sse-buffered", PROXY("buffer_responses"), 3, NULL, NULL, NULL },
	{ "sse-buffered", PROXY("response_buffers 4k"), 3, NULL, "v2.10.0", NULL },
	{ "sse-buffered", BARE, 0, NULL, NULL, NULL },
	{ "sse-compressed", "\tencode gzip\n" BARE, 2, NULL, NULL, NULL },
	{ "sse-compressed", "\tencode /static/* gzip\n" BARE, 0, NULL, NULL, NULL },
	{ "sse-compressed", "\t@notsse not path /api/*\n\tencode @notsse gzip\n" BARE, 0, NULL, NULL, NULL },
	{ "gzip-added", "\thandle {\n\t\tencode zstd gzip\n" BARE "\t}\n", 3, NULL, NULL, NULL },
	{ "gzip-added", "\thandle /other {\n\t\tencode zstd gzip\n\t}\n" BARE, 0, NULL, NULL, NULL },
	{ "gzip-twice", "\tencode gzip\n" PROXY("header_down -Content-Encoding"), 4, NULL, NULL, NULL },
	{ "gzip-twice", "\tencode gzip\n" BARE, 2, NULL, NULL, NULL },
	{ "gzip-twice", BARE, 0, NULL, NULL, NULL },
	{ "gzip-mislabelled", "\theader -Content-Encoding\n" BARE, 2, NULL, NULL, NULL },
	{ "gzip-mislabelled", "\theader {\n\t\t-Server\n\t\t-Content-Encoding\n\t}\n" BARE, 4, NULL, NULL, NULL },
	{ "gzip-mislabelled", "\theader {\n\t\t-Server\n\t}\n" BARE, 0, NULL, NULL, NULL },

	{ "body-limit", "\trequest_body {\n\t\tmax_size 10MB\n\t}\n" BARE, 3, NULL, NULL, NULL },
	{ "body-limit", "\trequest_body max_size 10MB\n" BARE, 2, NULL, NULL, NULL },
	{ "body-limit", "\trequest_body {\n\t\tmax_size 1GiB\n\t}\n" BARE, 0, NULL, NULL, NULL },
	{ "body-limit", "\trequest_body {\n\t\tmax_size 104857600\n\t}\n" BARE, 0, NULL, NULL, NULL },
	{ "body-limit", "\trequest_body /api/fs/* {\n\t\tmax_size 1k\n\t}\n" BARE, 3, NULL, NULL, "/api/fs/upload" },
	{ "body-limit", "\trequest_body /other {\n\t\tmax_size 1k\n\t}\n" BARE, 0, NULL, NULL, "/api/fs/upload" },
	{ "body-limit", "\trequest_body {\n\t\tmax_size nonsense\n\t}\n" BARE, 0, NULL, NULL, NULL },
	{ "body-limit", BARE, 0, NULL, NULL, NULL },
	{ "body-spooled", PROXY("buffer_requests"), 3, NULL, NULL, NULL },
	{ "body-spooled", PROXY("request_buffers 1MB"), 3, NULL, "v2.10.0", NULL },
	{ "body-spooled", BARE, 0, NULL, NULL, NULL },

	{ "stream-cut", PROXY("transport http {\n\t\t\tread_timeout 5s\n\t\t}"), 4, NULL, NULL, NULL },
	{ "stream-cut", PROXY("transport http {\n\t\t\twrite_timeout 500ms\n\t\t}"), 4, NULL, NULL, NULL },
	{ "stream-cut", PROXY("transport http {\n\t\t\tread_timeout 1h30m\n\t\t}"), 0, NULL, NULL, NULL },
	{ "stream-cut", PROXY("transport http {\n\t\t\tread_timeout 3600s\n\t\t}"), 0, NULL, NULL, NULL },
	{ "stream-cut", PROXY("stream_timeout 1m"), 3, NULL, "v2.7.0", NULL },
	{ "stream-cut", PROXY("stream_timeout 24h"), 0, NULL, "v2.7.0", NULL },
	{ "stream-cut", "{\n\tservers {\n\t\ttimeouts {\n\t\t\twrite 30s\n\t\t}\n\t}\n}\nchat.example.org {\n" BARE "}\n", 4, NULL, NULL, NULL },
	{ "stream-cut", "{\n\tservers {\n\t\ttimeouts {\n\t\t\tidle 5m\n\t\t}\n\t}\n}\nchat.example.org {\n" BARE "}\n", 0, NULL, NULL, NULL },
	{ "stream-cut", BARE, 0, NULL, NULL, NULL },
	{ "api-cached", "\tcache\n" BARE, 2, NULL, NULL, NULL },
	{ "api-cached", BARE, 0, NULL, NULL, NULL },

	{ "upstream-down", BARE, 2, NULL, NULL, NULL },
	{ "upstream-timeout", "\treverse_proxy {\n\t\tto 127.0.0.1:1\n\t}\n", 3, NULL, NULL, NULL },
	{ "upstream-opencode", "\treverse_proxy /api/* 127.0.0.1:4096\n" BARE, 2, NULL, NULL, NULL },
	{ "wrong-instance", "\treverse_proxy /api/* 127.0.0.1:4096\n" BARE, 3, NULL, NULL, "/" },
	{ "upstream-down", "\trespond ok\n", 0, NULL, NULL, NULL },
	{ "wrong-site", ":443 {\n\trespond hello\n}\n", 2, NULL, NULL, "/" },
	{ "wrong-site", ":443 {\n}\n", 1, NULL, NULL, "/" },
	{ "wrong-site", "\thandle /x {\n\t}\n\tfile_server\n" , 4, NULL, NULL, "/" },
	{ "path-mangled", "\thandle_path /api/* {\n" BARE "\t}\n", 2, NULL, NULL, NULL },
	{ "path-mangled", "\thandle /api/* {\n\t\turi strip_prefix /api\n" BARE "\t}\n", 3, NULL, NULL, NULL },
	{ "path-mangled", "\trewrite * /app{uri}\n" BARE, 2, NULL, NULL, NULL },
	{ "path-mangled", "\thandle /api/* {\n" BARE "\t}\n", 0, NULL, NULL, NULL },
	{ "path-mangled", "\thandle_path /other/* {\n" BARE "\t}\n" BARE, 0, NULL, NULL, NULL },
	{ "path-mangled", BARE "\tfile_server\n", 0, NULL, NULL, NULL },

	{ "forwarded-for-lost", PROXY("header_up -X-Forwarded-For"), 3, NULL, NULL, NULL },
	{ "forwarded-for-lost", BARE, 0, NULL, NULL, NULL },
	{ "forwarded-for-trusted", PROXY("trusted_proxies 0.0.0.0/0"), 3, NULL, NULL, NULL },
	{ "forwarded-for-trusted", PROXY("trusted_proxies 10.0.0.0/8"), 0, NULL, NULL, NULL },
	{ "forwarded-for-trusted", PROXY("header_up X-Forwarded-For {header.X-Forwarded-For}"), 3, NULL, NULL, NULL },
	{ "forwarded-for-trusted", PROXY("header_up +X-Forwarded-For {remote_host}"), 3, NULL, NULL, NULL },
	{ "forwarded-for-trusted", PROXY("header_up X-Forwarded-For {remote_host}"), 0, NULL, NULL, NULL },
	{ "forwarded-for-trusted", BARE, 2, NULL, "v2.4.6", NULL },
	{ "forwarded-for-trusted", "\trequest_header -X-Forwarded-For\n" BARE, 0, NULL, "v2.4.6", NULL },
	{ "forwarded-for-trusted", BARE, 0, NULL, NULL, NULL },
	{ "auth-layer", "\tbasicauth {\n\t\tbob x\n\t}\n" BARE, 2, NULL, NULL, NULL },
	{ "auth-layer", "\tforward_auth a:1 {\n\t\turi /x\n\t}\n" BARE, 2, NULL, NULL, NULL },
	{ "auth-layer", "\tbasicauth /other {\n\t\tbob x\n\t}\n" BARE, 0, NULL, NULL, NULL },
	{ "tls-untrusted", "\ttls internal\n" BARE, 2, NULL, NULL, NULL },
	{ "tls-name", BARE, 1, NULL, NULL, NULL },

	{ "no-such-cause", BARE, 0, NULL, NULL, NULL },
	{ "upstream-down", "other.example.org {\n" BARE "}\n", 0, NULL, NULL, NULL },
	{ "upstream-down", "{$SITE} {\n" BARE "}\n", 0, NULL, NULL, NULL },
	/* The site is found behind a router that maps the port. */
	{ "upstream-down", "chat.example.org {\n" BARE "}\n", 2, "https://chat.example.org:9443", NULL, NULL },
	/* A Caddyfile that cannot be read explains nothing. */
	{ "upstream-down", "chat.example.org {\n" BARE, 0, NULL, NULL, NULL },
};

/* A site's body gets braces and an address. */
static const char *
whole(struct tree *t, const struct guilt *b)
{
	return *b->site == '\t' ? arena_printf(&t->arena, "%s {\n%s}\n", b->url ? b->url : BLAME_URL, b->site) : b->site;
}

static void
test_blame(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct guilt *b = &cases[i];
		struct proxy_found f;
		struct tree *t;
		const char *file = NULL;
		int line;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, CADDY_CONFIG, whole(t, b));
		world_found(&f, t, b->version ? b->version : "2.6.2");
		line = blamed_line(t, &f, b->cause, b->url, b->path ? b->path : "/api/event", &file);
		if (line != b->line)
			fail_msg("case %zu, %s: line %d\n%s", i, b->cause, line, whole(t, b));
		if (line)
			assert_string_equal(file, CADDY_CONFIG);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

/* The line is named where it stands, be it in a file or a snippet that is imported. */
static void
test_elsewhere(void **state)
{
	struct tree *t = *state;
	struct proxy_found f;
	const char *file;

	tree_write(t, CADDY_CONFIG, "import snippets\nimport sites/*\n");
	tree_write(t, "/etc/caddy/snippets", "(small) {\n\trequest_body {\n\t\tmax_size {args.0}\n\t}\n}\n");
	tree_write(t, "/etc/caddy/sites/chat", "# chat\nchat.example.org {\n\timport small 1MB\n\treverse_proxy 127.0.0.1:3000\n}\n");
	world_found(&f, t, "2.6.2");
	assert_int_equal(blamed_line(t, &f, "body-limit", NULL, "/", &file), 3);
	assert_string_equal(file, "/etc/caddy/snippets");
	assert_int_equal(blamed_line(t, &f, "upstream-down", NULL, "/", &file), 4);
	assert_string_equal(file, "/etc/caddy/sites/chat");
	proxy_found_free(&f);
}

/* What we write ourselves is never to blame, by any cause but those of the world outside. */
static void
test_ours_is_sound(void **state)
{
	static const char *const causes[] = {
		"ws-upgrade-lost", "ws-host-lost", "ws-port-lost", "ws-proto-lost", "ws-redirected", "sse-buffered",
		"sse-compressed", "gzip-twice", "gzip-mislabelled", "gzip-added", "body-limit", "body-spooled", "stream-cut",
		"api-cached", "path-mangled", "forwarded-for-lost", "forwarded-for-trusted", "auth-layer",
	};
	static const char *const names[] = {
		"http-2.4", "http-2.6", "auto-2.6", "auto-2.10", "existing-2.4", "existing-2.6", "upstream-2.4", "upstream-2.6",
		"upstream-2.7", "cloudflare-2.4", "cloudflare-2.6", "port-2.6", "tunnel-2.6",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct buf text = BUF_INIT;
		struct answers a;
		struct proxy_found f;
		struct err e = { 0 };
		struct tree *t;
		const char *file;
		int line;

		assert_int_equal(tree_setup((void **)&t), 0);
		assert_int_equal(fs_read(&text, arena_printf(&t->arena, "tests/golden/caddy/%s.caddy", names[i]), 65536, &e), 0);
		answers_init(&a);
		assert_int_equal(answers_load(&a, arena_printf(&t->arena, "tests/golden/caddy/%s.yaml", names[i]), &e), 0);
		tree_write(t, CADDY_CONFIG, text.s);
		world_found(&f, t, strchr(names[i], '-') + 1);
		assert_int_equal(f.broken.code, ERR_NONE);
		for (size_t k = 0; k < ARRAY_LEN(causes); k++)
			if (proxy_caddy.blame(&f, causes[k], &a.public_url, "/api/event", &file, &line))
				fail_msg("%s: %s is blamed on line %d", names[i], causes[k], line);
		assert_true(proxy_caddy.blame(&f, "upstream-down", &a.public_url, "/api/event", &file, &line));
		buf_free(&text);
		answers_free(&a);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blame),
		cmocka_unit_test_setup_teardown(test_elsewhere, tree_setup, tree_teardown),
		cmocka_unit_test(test_ours_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
