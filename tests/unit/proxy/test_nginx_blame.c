/* From a cause to file:line: each broken configuration has its line, each sound twin none. */
#include <limits.h>

#include "blame.h"
#include "nginx_world.h"

#define HOST  "chat.example.org"
#define SHELL "location / { proxy_pass http://127.0.0.1:3000; "

struct guilt {
	const char *cause, *path;
	const char *public_url;
	int         line;        /* 0: nothing to blame */
	const char *text;        /* stands in http{}; line 1 is its first */
};

static const struct guilt cases[] = {
	/* the documented example: its WebSocket location loses Host and the rest */
	{ "ws-host-lost", "/api/event/ws", "http://" HOST, 6,
	  "server {\nserver_name " HOST ";\nproxy_set_header Host $host;\nproxy_set_header X-Forwarded-Proto $scheme;\n"
	  "location = /api/event/ws { proxy_pass http://127.0.0.1:3000;\nproxy_set_header Upgrade $http_upgrade;\n"
	  "proxy_set_header Connection \"upgrade\"; }\n}\n" },
	{ "ws-proto-lost", "/api/event/ws", "http://" HOST, 5,
	  "server {\nserver_name " HOST ";\nproxy_set_header X-Forwarded-Proto $scheme;\nlocation = /api/event/ws {\n"
	  "proxy_set_header Upgrade $http_upgrade;\nproxy_pass http://127.0.0.1:3000; }\n}\n" },
	{ "ws-host-lost", "/api/event/ws", "http://" HOST, 2,
	  "server { server_name " HOST ";\n" SHELL "} }" },
	{ "ws-host-lost", "/api/event/ws", "http://" HOST, 2,
	  "server { server_name " HOST ";\n" SHELL "proxy_set_header Host $proxy_host; } }" },
	{ "ws-host-lost", "/api/event/ws", "http://" HOST, 3,
	  "server { server_name " HOST ";\n" SHELL "proxy_set_header Host $host;\nproxy_set_header X-Forwarded-Host inner; } }" },
	{ "ws-host-lost", "/api/event/ws", "http://" HOST, 0,
	  "server { server_name " HOST ";\n" SHELL "proxy_set_header Host $host; } }" },
	{ "ws-host-lost", "/api/event/ws", "http://" HOST, 0,
	  "server { server_name " HOST ";\nproxy_set_header Host " HOST ";\n" SHELL "} }" },
	{ "ws-port-lost", "/api/event/ws", "http://" HOST ":8080", 2,
	  "server { listen 8080; server_name " HOST ";\nproxy_set_header Host $host;\n" SHELL "} }" },
	{ "ws-port-lost", "/api/event/ws", "http://" HOST ":8080", 0,
	  "server { listen 8080; server_name " HOST ";\nproxy_set_header Host $http_host;\n" SHELL "} }" },
	{ "ws-port-lost", "/api/event/ws", "http://" HOST ":8080", 0,
	  "server { listen 8080; server_name " HOST ";\nproxy_set_header Host $host:$server_port;\n" SHELL "} }" },
	{ "ws-port-lost", "/api/event/ws", "http://" HOST, 2,
	  "server { server_name " HOST ";\nproxy_set_header Host $host:$server_port;\n" SHELL "} }" },
	{ "ws-proto-lost", "/api/event/ws", "https://" HOST, 2,
	  "server { listen 80; server_name " HOST ";\nproxy_set_header X-Forwarded-Proto $scheme;\n" SHELL "} }" },
	{ "ws-proto-lost", "/api/event/ws", "https://" HOST, 0,
	  "server { listen 443 ssl; server_name " HOST ";\nproxy_set_header X-Forwarded-Proto $scheme;\n" SHELL "} }" },
	{ "ws-proto-lost", "/api/event/ws", "https://" HOST, 2,
	  "server { listen 443 ssl; server_name " HOST ";\nproxy_set_header X-Forwarded-Proto http;\n" SHELL "} }" },
	{ "ws-proto-lost", "/api/event/ws", "https://" HOST, 2,
	  "server { listen 443 ssl; server_name " HOST ";\nproxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;\n" SHELL "} }" },
	{ "cdn-flexible", "/api/event/ws", "https://" HOST, 2,
	  "server { listen 80; server_name " HOST ";\nproxy_set_header X-Forwarded-Proto $scheme;\n" SHELL "} }" },

	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 2,
	  "server { server_name " HOST ";\n" SHELL "proxy_set_header Host $http_host; } }" },
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 4,
	  "server { server_name " HOST "; proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;\n"
	  "location / {\nproxy_set_header Host $http_host;\nproxy_pass http://127.0.0.1:3000; } }" },
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 3,
	  "server { server_name " HOST "; proxy_set_header Upgrade $http_upgrade;\n"
	  "\nproxy_set_header Connection \"\";\n" SHELL "} }" },
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 2,
	  "server { server_name " HOST "; proxy_set_header Upgrade $http_upgrade;\n" SHELL "} }" },
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 2,
	  "server { server_name " HOST ";\nproxy_set_header Upgrade \"\"; proxy_set_header Connection upgrade;\n" SHELL "} }" },
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 0,
	  "server { server_name " HOST "; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"Upgrade\";" SHELL "} }" },
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 0,
	  "map $http_upgrade $c { default upgrade; '' close; }\n"
	  "server { server_name " HOST "; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c;" SHELL "} }" },
	/* the same name twice: the second map wins for every site */
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 2,
	  "map $http_upgrade $c { default upgrade; '' close; }\nmap $http_upgrade $c { default close; }\n"
	  "server { server_name " HOST "; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c;" SHELL "} }" },
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 1,
	  "server { server_name " HOST "; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $gone;" SHELL "} }" },
	/* a variable that the server itself sets, with the upgrade and without */
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 0,
	  "server { server_name " HOST "; set $c ''; if ($http_upgrade) { set $c upgrade; }\n"
	  "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c;" SHELL "} }" },
	{ "ws-upgrade-lost", "/api/event/ws", "http://" HOST, 2,
	  "server { server_name " HOST "; set $c close;\n"
	  "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c;" SHELL "} }" },

	{ "ws-redirected", "/api/event/ws", "http://" HOST, 2,
	  "server { server_name " HOST ";\nreturn 301 https://$host$request_uri; }" },
	{ "ws-redirected", "/api/event/ws", "http://" HOST, 3,
	  "server { server_name " HOST ";\nif ($scheme = http) {\nreturn 301 https://$host$request_uri; }" SHELL "} }" },
	{ "redirect-loop", "/", "http://" HOST, 2,
	  "server { server_name " HOST ";\nlocation / { rewrite ^ https://$host$request_uri permanent; } }" },
	{ "redirect-loop", "/", "http://" HOST, 0, "server { server_name " HOST ";\n" SHELL "} }" },

	{ "sse-buffered", "/api/event", "http://" HOST, 2,
	  "server { server_name " HOST ";\nproxy_buffering on;" SHELL "} }" },
	{ "sse-buffered", "/api/event", "http://" HOST, 1,
	  "proxy_ignore_headers Cache-Control X-Accel-Buffering;\nserver { server_name " HOST ";\n" SHELL "} }" },
	{ "sse-buffered", "/api/event", "http://" HOST, 2,
	  "server { server_name " HOST ";\n" SHELL "} }" },
	{ "sse-buffered", "/api/event", "http://" HOST, 2,
	  "server { server_name " HOST ";\n" SHELL "} location /other { proxy_buffering off; } }" },
	{ "sse-buffered", "/api/event", "http://" HOST, 0,
	  "server { server_name " HOST ";\n" SHELL "proxy_buffering off; } }" },
	{ "sse-compressed", "/api/event", "http://" HOST, 2,
	  "gzip on;\ngzip_types text/plain text/event-stream;\nserver { server_name " HOST ";\n" SHELL "} }" },
	{ "sse-compressed", "/api/event", "http://" HOST, 1,
	  "gzip on; gzip_types *;\nserver { server_name " HOST ";\n" SHELL "} }" },
	{ "sse-compressed", "/api/event", "http://" HOST, 2,
	  "brotli on;\nbrotli_types text/event-stream;\nserver { server_name " HOST ";\n" SHELL "} }" },
	{ "sse-compressed", "/api/event", "http://" HOST, 0,
	  "gzip on; gzip_types *;\nserver { server_name " HOST "; gzip off;\n" SHELL "} }" },
	{ "sse-compressed", "/api/event", "http://" HOST, 0,
	  "gzip on;\nserver { server_name " HOST ";\n" SHELL "} }" },
	{ "gzip-added", "/", "http://" HOST, 1, "gzip on;\nserver { server_name " HOST ";\n" SHELL "} }" },
	{ "gzip-added", "/", "http://" HOST, 0, "gzip on;\nserver { server_name " HOST "; gzip off;\n" SHELL "} }" },
	{ "gzip-twice", "/", "http://" HOST, 3,
	  "gzip on;\nserver { server_name " HOST ";\nproxy_hide_header Content-Encoding;" SHELL "} }" },
	{ "gzip-twice", "/", "http://" HOST, 0, "server { server_name " HOST ";\n" SHELL "} }" },
	{ "gzip-mislabelled", "/", "http://" HOST, 2,
	  "server { server_name " HOST ";\nproxy_hide_header content-encoding;" SHELL "} }" },
	{ "gzip-mislabelled", "/", "http://" HOST, 2,
	  "server { server_name " HOST ";\nadd_header Content-Encoding gzip;" SHELL "} }" },
	{ "gzip-mislabelled", "/", "http://" HOST, 0, "gzip on; server { server_name " HOST ";\n" SHELL "} }" },

	{ "body-limit", "/api/fs/upload", "http://" HOST, 2,
	  "server { server_name " HOST ";\nclient_max_body_size 50M;" SHELL "} }" },
	{ "body-limit", "/api/fs/upload", "http://" HOST, 2, "server { server_name " HOST ";\n" SHELL "} }" },
	{ "body-limit", "/api/fs/upload", "http://" HOST, 0,
	  "client_max_body_size 1m; server { server_name " HOST ";\n" SHELL "client_max_body_size 100m; } }" },
	{ "body-limit", "/api/fs/upload", "http://" HOST, 0,
	  "server { server_name " HOST ";\n" SHELL "client_max_body_size 0; } }" },
	{ "body-spooled", "/api/fs/upload", "http://" HOST, 2, "server { server_name " HOST ";\n" SHELL "} }" },
	{ "body-spooled", "/api/fs/upload", "http://" HOST, 2,
	  "server { server_name " HOST ";\nproxy_request_buffering on;" SHELL "} }" },
	{ "body-spooled", "/api/fs/upload", "http://" HOST, 0,
	  "server { server_name " HOST ";\nproxy_request_buffering off;" SHELL "} }" },
	{ "stream-cut", "/api/event", "http://" HOST, 1,
	  "proxy_read_timeout 5s;\nserver { server_name " HOST ";\n" SHELL "} }" },
	{ "stream-cut", "/api/event", "http://" HOST, 1,
	  "send_timeout 500ms;\nserver { server_name " HOST ";\n" SHELL "proxy_read_timeout 1h; } }" },
	{ "stream-cut", "/api/event", "http://" HOST, 0,
	  "proxy_read_timeout 5s;\nserver { server_name " HOST ";\n" SHELL "proxy_read_timeout 3600s; } }" },
	{ "api-cached", "/api/config/settings", "http://" HOST, 2,
	  "server { server_name " HOST ";\nproxy_cache zone;" SHELL "} }" },
	{ "api-cached", "/api/config/settings", "http://" HOST, 0,
	  "proxy_cache zone; server { server_name " HOST ";\n" SHELL "proxy_cache off; } }" },

	{ "upstream-down", "/", "http://" HOST, 2, "server { server_name " HOST ";\n" SHELL "} }" },
	{ "upstream-down", "/", "http://" HOST, 2,
	  "upstream app {\nserver 127.0.0.1:3999; }\nserver { server_name " HOST ";\nlocation / { proxy_pass http://app; } }" },
	{ "upstream-down", "/", "http://" HOST, 0, "server { server_name " HOST "; root /var/www; }" },
	{ "upstream-timeout", "/", "http://" HOST, 2, "server { server_name " HOST ";\n" SHELL "} }" },
	{ "upstream-opencode", "/", "http://" HOST, 2, "server { server_name " HOST ";\n" SHELL "} }" },
	{ "wrong-instance", "/", "http://" HOST, 2, "server { server_name " HOST ";\n" SHELL "} }" },
	{ "wrong-site", "/", "http://" HOST, 2,
	  "server {\nserver_name _; root /var/www; }\nserver { listen 81; server_name " HOST "; " SHELL "} }" },
	{ "wrong-site", "/", "http://" HOST, 2,
	  "server { server_name " HOST ";\nlocation / { root /var/www; } }" },
	{ "wrong-site", "/", "http://" HOST, 3,
	  "server {\nserver_name " HOST ";\n" SHELL "} }" },

	{ "config-shadowed", "/", "https://" HOST, 2,
	  "server {\nlisten 192.168.1.20:443 ssl;\nserver_name cloud; }\n"
	  "server { listen 443 ssl; server_name " HOST "; " SHELL "} }" },
	{ "config-shadowed", "/", "http://" HOST, 2,
	  "server {\nserver_name " HOST "; root /var/www; }\nserver { server_name " HOST "; " SHELL "} }" },
	{ "config-shadowed", "/", "https://" HOST, 0,
	  "server { listen 192.168.1.20:443 ssl; server_name cloud; }\n"
	  "server { listen 443 ssl; listen 192.168.1.20:443 ssl; server_name " HOST "; " SHELL "} }" },
	{ "config-shadowed", "/", "http://" HOST, 0,
	  "server { server_name cloud; }\nserver { server_name " HOST "; " SHELL "} }" },

	{ "path-mangled", "/api/version", "http://" HOST, 2,
	  "server { server_name " HOST ";\nlocation /api/ { proxy_pass http://127.0.0.1:3000/; } }" },
	{ "path-mangled", "/api/version", "http://" HOST, 2,
	  "server { server_name " HOST ";\nlocation / { proxy_pass http://127.0.0.1:3000/chat/; } }" },
	{ "path-mangled", "/api/version", "http://" HOST, 2,
	  "server { server_name " HOST ";\nlocation / { rewrite ^/api/(.*) /$1 break; proxy_pass http://127.0.0.1:3000; } }" },
	{ "path-mangled", "/api/version", "http://" HOST, 2,
	  "server { server_name " HOST ";\nlocation / { try_files $uri /index.html; } }" },
	{ "path-mangled", "/api/version", "http://" HOST, 0,
	  "server { server_name " HOST ";\nlocation / { proxy_pass http://127.0.0.1:3000/; } }" },
	{ "path-mangled", "/api/version", "http://" HOST, 0,
	  "server { server_name " HOST ";\nlocation /api/ { proxy_pass http://127.0.0.1:3000/api/; } }" },

	{ "forwarded-for-lost", "/", "http://" HOST, 2, "server { server_name " HOST ";\n" SHELL "} }" },
	{ "forwarded-for-lost", "/", "http://" HOST, 0,
	  "server { server_name " HOST ";\nproxy_set_header X-Forwarded-For $remote_addr;" SHELL "} }" },
	{ "forwarded-for-trusted", "/", "http://" HOST, 2,
	  "server { server_name " HOST ";\nproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" SHELL "} }" },
	{ "forwarded-for-trusted", "/", "http://" HOST, 2,
	  "server { server_name " HOST ";\nset_real_ip_from 10.0.0.1; set_real_ip_from 0.0.0.0/0;"
	  "proxy_set_header X-Forwarded-For $remote_addr;" SHELL "} }" },
	{ "forwarded-for-trusted", "/", "http://" HOST, 0,
	  "server { server_name " HOST ";\nproxy_set_header X-Forwarded-For $remote_addr;" SHELL "} }" },
	{ "auth-layer", "/", "http://" HOST, 1, "auth_basic closed; server { server_name " HOST ";\n" SHELL "} }" },
	{ "auth-layer", "/", "http://" HOST, 2, "server { server_name " HOST ";\nauth_request /check;" SHELL "} }" },
	{ "auth-layer", "/", "http://" HOST, 0, "auth_basic closed; server { server_name " HOST "; auth_basic off;\n" SHELL "} }" },
	{ "tls-name", "/", "https://" HOST, 2,
	  "server { listen 443 ssl; server_name " HOST ";\nssl_certificate /c.pem;" SHELL "} }" },
	{ "tls-expired", "/", "https://" HOST, 1,
	  "ssl_certificate /c.pem; server { listen 443 ssl; server_name " HOST ";\n" SHELL "} }" },
	{ "tls-untrusted", "/", "https://" HOST, 0, "server { listen 443; server_name " HOST ";\n" SHELL "} }" },
	/* what cannot be told from the files */
	{ "name-unresolved", "/", "http://" HOST, 0, "server { server_name " HOST ";\n" SHELL "} }" },
	{ "ws-host-lost", "/", "http://" HOST ":9", 0, "server { server_name other;\n" SHELL "} }" },
	{ "ws-host-lost", "/", "http://" HOST, 0, "" },
};

/* The line that a cause is blamed on in the file of a site. */
static int
look(struct tree *t, const struct guilt *g, const char *text)
{
	const char *file = NULL;
	struct proxy_found f;
	int line;

	tree_write(t, "/etc/nginx/nginx.conf", "events {}\nhttp {\ninclude /etc/nginx/conf.d/*.conf;\n}\n");
	tree_write(t, "/etc/nginx/conf.d/chat.conf", text);
	world_found(&f, t, "1.22.1");
	if (f.broken.code != ERR_NONE)
		fail_msg("%s: %s", text, f.broken.msg);
	line = blamed_line(t, &f, g->cause, g->public_url, g->path, &file);
	if (line)
		assert_string_equal(file, "/etc/nginx/conf.d/chat.conf");
	proxy_found_free(&f);
	return line;
}

static void
test_guilty_lines(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const int line = look(*state, &cases[i], cases[i].text);

		if (line != cases[i].line)
			fail_msg("%s on\n%s\nblames line %d, not %d", cases[i].cause, cases[i].text, line, cases[i].line);
	}
}

/* Every cause that has a line has a broken case and a sound twin above. */
static void
test_every_cause_has_its_twin(void **state)
{
	static const char *const wanted[] = {
		"ws-upgrade-lost", "ws-host-lost", "ws-port-lost", "ws-proto-lost", "sse-buffered", "sse-compressed", "gzip-twice",
		"gzip-mislabelled", "gzip-added", "body-limit", "body-spooled", "stream-cut", "api-cached", "upstream-down",
		"config-shadowed", "path-mangled", "forwarded-for-lost", "forwarded-for-trusted", "auth-layer", "redirect-loop",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		bool broken = false, sound = false;

		for (size_t j = 0; j < ARRAY_LEN(cases); j++)
			if (strcmp(cases[j].cause, wanted[i]) == 0) {
				broken |= cases[j].line > 0;
				sound |= cases[j].line == 0;
			}
		if (!broken || !sound)
			fail_msg("%s", wanted[i]);
	}
}

/* What we write ourselves blames nothing, whatever the cause, on every route. */
static void
test_ours_is_innocent(void **state)
{
	static const char *const causes[] = {
		"ws-upgrade-lost", "ws-host-lost", "ws-port-lost", "ws-proto-lost", "ws-redirected", "redirect-loop", "sse-buffered",
		"sse-compressed", "gzip-twice", "gzip-mislabelled", "gzip-added", "body-limit", "body-spooled", "stream-cut",
		"api-cached", "config-shadowed", "path-mangled", "forwarded-for-lost", "forwarded-for-trusted", "auth-layer",
	};
	static const char *const paths[] = { "/", "/api/event/ws", "/api/event", "/api/fs/upload", "/api/version" };
	static const struct { const char *golden, *url; } sites[] = {
		{ "existing-1.22", "https://" HOST }, { "upstream-1.22", "https://" HOST }, { "cloudflare-1.22", "https://" HOST },
		{ "http-1.22", "http://" HOST }, { "port-1.22", "https://" HOST ":8443" }, { "trusted-1.22", "https://" HOST },
	};

	for (size_t s = 0; s < ARRAY_LEN(sites); s++) {
		struct tree *t = *state;
		struct buf text = BUF_INIT;
		struct err e = { 0 };

		assert_int_equal(fs_read(&text, arena_printf(&t->arena, "tests/golden/nginx/%s.conf", sites[s].golden), 65536, &e), 0);
		for (size_t i = 0; i < ARRAY_LEN(causes); i++)
			for (size_t j = 0; j < ARRAY_LEN(paths); j++) {
				struct guilt g = { .cause = causes[i], .path = paths[j], .public_url = sites[s].url };
				const int line = look(t, &g, text.s);

				if (line)
					fail_msg("%s %s %s blames line %d", sites[s].golden, causes[i], paths[j], line);
			}
		buf_free(&text);
	}
}

/* What is written about uploads and silence: at the route, in its server, around it; what a site without its own would inherit. */
static void
test_limits(void **state)
{
	static const struct { const char *text; bool site; unsigned long long body; unsigned stream; } sites[] = {
		{ "server { server_name " HOST ";\n" SHELL "} }", true, 0, 0 },
		{ "client_max_body_size 500m;\nproxy_read_timeout 2h;\nserver { server_name " HOST ";\n" SHELL "} }", true, 500ull << 20, 7200 },
		{ "client_max_body_size 500m;\nserver { server_name " HOST "; client_max_body_size 1g;\n" SHELL "proxy_send_timeout 90s; } }",
		  true, 1ull << 30, 90 },
		{ "server { server_name " HOST "; client_max_body_size 1g;\n" SHELL "client_max_body_size 0; } }", true, ULLONG_MAX, 0 },
		{ "server { server_name " HOST "; client_max_body_size 1g; proxy_read_timeout 2h;\n"
		  "location /api { proxy_pass http://127.0.0.1:3000; client_max_body_size 2g; proxy_read_timeout 3h; } }", true, 2ull << 30, 10800 },
		{ "server { server_name " HOST "; client_max_body_size 1g; }\nproxy_send_timeout 2h;", false, 0, 7200 },
		{ "client_max_body_size many;\nproxy_read_timeout soon;", false, 0, 0 },
		{ "", false, 0, 0 },
	};
	struct needs needs;
	struct err e = { 0 };
	struct url u;

	assert_int_equal(needs_load(&needs, "templates", NULL, &e), 0);
	assert_int_equal(url_parse(&u, "http://" HOST, "http", URL_BASE, "public", &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(sites); i++) {
		struct proxy_limits limits = { 0 };
		struct proxy_found f;

		tree_write(*state, "/etc/nginx/nginx.conf", "events {}\nhttp {\ninclude /etc/nginx/conf.d/*.conf;\n}\n");
		tree_write(*state, "/etc/nginx/conf.d/chat.conf", sites[i].text);
		world_found(&f, *state, "1.22.1");
		nginx_limits(&f, sites[i].site ? &u : NULL, &needs, &limits);
		if (limits.body != sites[i].body || limits.stream != sites[i].stream)
			fail_msg("%s: %llu, %u", sites[i].text, limits.body, limits.stream);
		proxy_found_free(&f);
	}
	needs_free(&needs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_limits, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_guilty_lines, tree_setup, tree_teardown),
		cmocka_unit_test(test_every_cause_has_its_twin),
		cmocka_unit_test_setup_teardown(test_ours_is_innocent, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
