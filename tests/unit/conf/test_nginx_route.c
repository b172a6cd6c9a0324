/* Which server, which location, which directive: by table, and the running nginx asked the same questions. */
#include "../judge.h"
#include "../loopback.h"

#include <signal.h>

#include "conf/nginx.h"

static const char site[] =
	"pid %1$s/pid;\nerror_log %1$s/log;\ndaemon off;\nmaster_process off;\nevents {}\n"
	"http {\naccess_log off;\n"
	"client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f; uwsgi_temp_path %1$s/u;"
	"scgi_temp_path %1$s/s;\n"
	"server { listen *:%2$u; server_name first; return 200 first; }\n"
	"server { listen %2$u default_server; server_name ''; return 200 default; }\n"
	"server { listen %2$u; server_name a.example.org .both.org; return 200 exact; }\n"
	"server { listen %2$u; server_name a.example.org; return 200 second; }\n"
	"server { listen %2$u; server_name *.example.org; return 200 head; }\n"
	"server { listen %2$u; server_name *.deep.example.org; return 200 deep; }\n"
	"server { listen %2$u; server_name mail.*; return 200 tail; }\n"
	"server { listen %2$u; server_name mail.example.*; return 200 longtail; }\n"
	"server { listen %2$u; server_name ~^www\\d+\\.example\\.net$; return 200 regex; }\n"
	"server { listen %2$u; server_name \"~^(?<who>[a-z]{2,5})\\.example\\.(net|com)$\"; return 200 named; }\n"
	"server { listen %2$u; server_name ~^www7; return 200 late; }\n"
	"server { listen 127.0.0.2:%2$u; server_name only; return 200 only; }\n"
	"server { listen 127.0.0.2:%2$u; server_name a.example.org; return 200 there; }\n"
	"server { listen %2$u; server_name loc;\n"
	"  location / { return 200 root; }\n"
	"  location = / { return 200 equal; }\n"
	"  location =/glued { return 200 glued; }\n"
	"  location /api { return 200 api; }\n"
	"  location /api/event/ { return 200 event; }\n"
	"  location ^~ /api/final { return 200 final; }\n"
	"  location ~ ^/api/(event|global/event)$ { return 200 sse; }\n"
	"  location ~ ^/api/terminal/.+/stream$ { return 200 stream; }\n"
	"  location ~* \\.PNG$ { return 200 png; }\n"
	"  location ~ \\.png$ { return 200 late; }\n"
	"  location /nest { return 200 nest;\n"
	"    location /nest/in { return 200 in; }\n"
	"    location = /nest/eq.png { return 200 nesteq; }\n"
	"    location ~ deep$ { return 200 nestdeep; } }\n"
	"  location ^~ /noregex { return 200 noregex; location /noregex/x { return 200 noregexx; } }\n"
	"  location @named { return 200 never; }\n"
	"}\n"
	"server { listen %2$u; server_name bare; return 200 bare; }\n"
	"}\n";

static const struct question { const char *address, *host, *path, *want; } questions[] = {
	{ "127.0.0.1", "first", "/", "first" },
	{ "127.0.0.1", "nobody", "/", "default" },
	{ "127.0.0.1", "a.example.org", "/", "exact" },
	{ "127.0.0.1", "A.Example.ORG", "/", "exact" },
	{ "127.0.0.1", "both.org", "/", "exact" },
	{ "127.0.0.1", "x.y.both.org", "/", "exact" },
	{ "127.0.0.1", "notboth.org", "/", "default" },
	{ "127.0.0.1", "b.example.org", "/", "head" },
	{ "127.0.0.1", "b.c.example.org", "/", "head" },
	{ "127.0.0.1", "example.org", "/", "default" },
	{ "127.0.0.1", "x.deep.example.org", "/", "deep" },
	{ "127.0.0.1", "mail.com", "/", "tail" },
	{ "127.0.0.1", "mail.example.com", "/", "longtail" },
	{ "127.0.0.1", "mail.example.org", "/", "head" },
	{ "127.0.0.1", "www12.example.net", "/", "regex" },
	{ "127.0.0.1", "abc.example.com", "/", "named" },
	{ "127.0.0.1", "abcdefg.example.com", "/", "default" },
	{ "127.0.0.1", "www7.example.net", "/", "regex" },
	{ "127.0.0.1", "www7.other", "/", "late" },
	{ "127.0.0.2", "a.example.org", "/", "there" },
	{ "127.0.0.2", "first", "/", "only" },
	{ "127.0.0.3", "first", "/", "first" },
	{ "127.0.0.1", "loc", "/", "equal" },
	{ "127.0.0.1", "loc", "/x", "root" },
	{ "127.0.0.1", "loc", "/?q=/api", "equal" },
	{ "127.0.0.1", "loc", "/glued", "glued" },
	{ "127.0.0.1", "loc", "/api", "api" },
	{ "127.0.0.1", "loc", "/apis", "api" },
	{ "127.0.0.1", "loc", "/api/event", "sse" },
	{ "127.0.0.1", "loc", "/api/event/ws", "event" },
	{ "127.0.0.1", "loc", "/api/global/event", "sse" },
	{ "127.0.0.1", "loc", "/api/global/event?x=1", "sse" },
	{ "127.0.0.1", "loc", "/api/terminal/7/stream", "stream" },
	{ "127.0.0.1", "loc", "/api/terminal//stream", "api" },
	{ "127.0.0.1", "loc", "/api/final/x.png", "final" },
	{ "127.0.0.1", "loc", "/x.png", "png" },
	{ "127.0.0.1", "loc", "/api/x.PnG", "png" },
	{ "127.0.0.1", "loc", "/nest", "nest" },
	{ "127.0.0.1", "loc", "/nest/in", "in" },
	{ "127.0.0.1", "loc", "/nest/in.png", "png" },
	{ "127.0.0.1", "loc", "/nest/eq.png", "nesteq" },
	{ "127.0.0.1", "loc", "/nest/deep", "nestdeep" },
	{ "127.0.0.1", "loc", "/noregex/a.png", "noregex" },
	{ "127.0.0.1", "loc", "/noregex/x.png", "noregexx" },
	{ "127.0.0.1", "bare", "/any", "bare" },
};

static const char *
our_answer(const struct ngx_conf *c, unsigned port, const struct question *q)
{
	const struct ngx_directive *server = ngx_server_for(c, q->address, port, q->host), *at;

	assert_non_null(server);
	at = ngx_location_for(server, q->path);
	return ngx_child(at ? at : server, "return")->args[1];
}

static void
test_choices(void **state)
{
	struct ngx_conf c;
	struct err e = { 0 };
	char *text = xasprintf(site, "/t", 8080u);

	(void)state;
	assert_int_equal(ngx_parse(&c, text, strlen(text), "site", &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		const char *answer = our_answer(&c, 8080, &questions[i]);

		if (strcmp(answer, questions[i].want) != 0)
			fail_msg("%s %s%s: %s, not %s", questions[i].address, questions[i].host, questions[i].path, answer,
			         questions[i].want);
	}
	assert_null(ngx_server_for(&c, "127.0.0.1", 81, "first"));
	free(text);
	ngx_free(&c);
}

static void
test_nginx_chooses_the_same(void **state)
{
	struct tree *t = *state;
	const unsigned port = free_port();
	const char *conf = tree_path(t, "/nginx.conf");
	char text[4096], *wrong = NULL;
	int status;
	pid_t pid;

	needs_judge(NGINX);
	tree_write(t, "/nginx.conf", arena_printf(&t->arena, site, t->root, port));
	pid = fork();
	if (pid == 0) {
		execl(NGINX, "nginx", "-c", conf, "-e", tree_path(t, "/log"), (char *)NULL);
		_exit(127);
	}
	ask_patiently(&(struct request){ .port = port }, text, sizeof(text));
	for (size_t i = 0; i < ARRAY_LEN(questions) && !wrong; i++) {
		const struct request r = { .port = port, .to = questions[i].address, .host = questions[i].host, .path = questions[i].path };

		if (!ask(&r, text, sizeof(text)) || strcmp(body_of(text), questions[i].want) != 0)
			wrong = arena_printf(&t->arena, "%s %s%s: nginx says %s, the table %s", r.to, r.host, r.path, body_of(text),
			                     questions[i].want);
	}
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	if (wrong)
		fail_msg("%s", wrong);
}

static void
test_addresses(void **state)
{
	static const char text[] =
		"http {\n"
		"server { listen 192.168.1.20:443 ssl; server_name cloud; }\n"
		"server { listen 443 ssl http2; listen [::]:443 ssl; server_name chat; }\n"
		"server { listen [::1]:443 ssl; server_name six; }\n"
		"server { listen [::]:81 ipv6only=off; server_name dual; }\n"
		"server { listen 443 quic; server_name udp; }\n"
		"server { server_name plain; }\n"
		"server { listen unix:/run/x.sock; server_name sock; }\n"
		"}\n";
	static const struct { const char *address; unsigned port; const char *host, *want; } cases[] = {
		{ "192.168.1.20", 443, "chat", "cloud" },
		{ "10.0.0.1", 443, "cloud", "chat" },
		{ "127.0.0.1", 443, "chat", "chat" },
		{ "::1", 443, "chat", "six" },
		{ "[::1]", 443, "chat", "six" },
		{ "0:0:0:0:0:0:0:1", 443, "chat", "six" },
		{ "2001:db8::1", 443, "x", "chat" },
		{ "10.0.0.1", 81, "x", "dual" },
		{ "fe80::1", 81, "x", "dual" },
		{ "10.0.0.1", 80, "x", "plain" },
		{ "::1", 80, "x", NULL },
		{ NULL, 443, "chat", "chat" },
		{ NULL, 443, "cloud", "cloud" },
		{ "", 443, "six", "six" },
		{ NULL, 0, "sock", NULL },
		{ NULL, 443, "udp", "cloud" },
	};
	struct ngx_conf c;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(ngx_parse(&c, text, strlen(text), "f", &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct ngx_directive *s = ngx_server_for(&c, cases[i].address, cases[i].port, cases[i].host);
		const char *name = s ? ngx_child(s, "server_name")->args[0] : NULL;

		if ((name == NULL) != (cases[i].want == NULL) || (name && strcmp(name, cases[i].want) != 0))
			fail_msg("%s:%u %s: %s", cases[i].address ? cases[i].address : "any", cases[i].port, cases[i].host, name);
	}
	ngx_free(&c);
}

static void
test_listen(void **state)
{
	static const struct { const char *text, *address; unsigned port; bool tls, http2, is_default, ipv6; } cases[] = {
		{ "listen 80;", "*", 80, false, false, false, false },
		{ "listen *:8080 default_server;", "*", 8080, false, false, true, false },
		{ "listen 0.0.0.0:80 default;", "*", 80, false, false, true, false },
		{ "listen 10.0.0.1;", "10.0.0.1", 80, false, false, false, false },
		{ "listen 10.0.0.1:443 ssl http2;", "10.0.0.1", 443, true, true, false, false },
		{ "listen [::]:443 ssl;", "[::]", 443, true, false, false, true },
		{ "listen [0:0::1];", "[::1]", 80, false, false, false, true },
		{ "listen localhost:81;", "localhost", 81, false, false, false, false },
		{ "listen unix:/run/n.sock;", "unix:/run/n.sock", 0, false, false, false, false },
		{ "ssl on; listen 443;", "*", 443, true, false, false, false },
		{ "listen;", "*", 80, false, false, false, false },
		{ "listen [;", "[", 80, false, false, false, true },
		{ "listen 99999999999999999999;", "*", 0, false, false, false, false },
		{ "listen 10.0.0.1:65536;", "10.0.0.1", 0, false, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = xasprintf("server { %s }", cases[i].text);
		struct ngx_conf c;
		struct err e = { 0 };
		struct ngx_listen l;

		assert_int_equal(ngx_parse(&c, text, strlen(text), "f", &e), 0);
		ngx_listen_of(&l, ngx_child(c.top, "listen"));
		assert_string_equal(l.address, cases[i].address);
		assert_int_equal(l.port, cases[i].port);
		assert_int_equal(l.tls, cases[i].tls);
		assert_int_equal(l.http2, cases[i].http2);
		assert_int_equal(l.default_server, cases[i].is_default);
		assert_int_equal(l.ipv6, cases[i].ipv6);
		free(text);
		ngx_free(&c);
	}
}

/* The structure of the documented example: locations of its own that lose what the server sets. */
static const char documented[] =
	"http {\n"
	"server {\n"
	"listen 80;\n"
	"server_name chat.example.org;\n"
	"client_max_body_size 50M;\n"                          /* 5 */
	"proxy_http_version 1.1;\n"
	"proxy_set_header Connection \"\";\n"
	"proxy_set_header Host $host;\n"
	"proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n"
	"proxy_set_header X-Forwarded-Proto $scheme;\n"        /* 10 */
	"gzip off;\n"
	"location = /api/event/ws {\n"
	"proxy_pass http://127.0.0.1:3000;\n"
	"proxy_set_header Upgrade $http_upgrade;\n"
	"proxy_set_header Connection \"upgrade\";\n"           /* 15 */
	"proxy_buffering off;\n"
	"proxy_read_timeout 3600s;\n"
	"}\n"
	"location ~ ^/api/(event|global/event|notifications/stream|openchamber/events)$ {\n"
	"proxy_pass http://127.0.0.1:3000;\n"                  /* 20 */
	"proxy_set_header Accept \"text/event-stream\";\n"
	"proxy_buffering off;\n"
	"}\n"
	"location /api { proxy_pass http://127.0.0.1:3000; proxy_read_timeout 3600s; }\n"
	"location / { proxy_pass http://127.0.0.1:3000; }\n"   /* 25 */
	"}\n"
	"}\n";

static void
test_in_force(void **state)
{
	static const struct { const char *path, *name, *key; int line; } cases[] = {
		{ "/api/event/ws", "proxy_set_header", "upgrade", 14 },
		{ "/api/event/ws", "proxy_set_header", "Connection", 15 },
		{ "/api/event/ws", "proxy_set_header", "Host", 0 },
		{ "/api/event/ws", "client_max_body_size", NULL, 5 },
		{ "/api/event/ws", "proxy_pass", NULL, 13 },
		{ "/api/event/ws", "proxy_buffering", NULL, 16 },
		{ "/api/event", "proxy_set_header", "Accept", 21 },
		{ "/api/event", "proxy_set_header", "Host", 0 },
		{ "/api/version", "proxy_set_header", "Host", 8 },
		{ "/api/version", "proxy_set_header", "Upgrade", 0 },
		{ "/api/version", "proxy_buffering", NULL, 0 },
		{ "/", "proxy_read_timeout", NULL, 0 },
		{ "/", "gzip", NULL, 11 },
		{ "/", "server_name", NULL, 0 },
		{ "/", "listen", NULL, 0 },
	};
	static const struct { const char *path, *key; int line; } cuts[] = {
		{ "/api/event/ws", "Host", 14 }, { "/api/event/ws", "X-Forwarded-Proto", 14 }, { "/api/event/ws", "Upgrade", 0 },
		{ "/api/event/ws", "X-Real-IP", 0 }, { "/api/event", "Host", 21 }, { "/api/version", "Host", 0 },
		{ "/", "Upgrade", 0 },
	};
	struct ngx_conf c;
	struct err e = { 0 };
	const struct ngx_directive *server, *d;

	(void)state;
	assert_int_equal(ngx_parse(&c, documented, strlen(documented), "chat.conf", &e), 0);
	server = ngx_server_for(&c, NULL, 80, "chat.example.org");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		d = ngx_effective(ngx_location_for(server, cases[i].path), cases[i].name, cases[i].key);
		if ((d ? d->line : 0) != cases[i].line)
			fail_msg("%s %s %s: line %d", cases[i].path, cases[i].name, cases[i].key, d ? d->line : 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		d = ngx_hides(ngx_location_for(server, cuts[i].path), "proxy_set_header", cuts[i].key);
		if ((d ? d->line : 0) != cuts[i].line)
			fail_msg("cut %s %s: line %d", cuts[i].path, cuts[i].key, d ? d->line : 0);
	}
	assert_true(ngx_server_has_name(server, "Chat.example.org"));
	assert_false(ngx_server_has_name(server, "example.org"));
	ngx_free(&c);
}

/* What cannot be said in POSIX, or would take for ever, matches nothing and ends. */
static void
test_strange_expressions(void **state)
{
	static const char *const patterns[] = {
		"~^(?!www)x", "~(?i)x", "~^((x{1,99}){1,99}){1,99}$", "~(x)\\1", "~[", "~(", "~*", "~x{99999}", "~x\\\\", "~[[:alpha:]]",
		"~(((((((((((((((((((((((((((((((((((((((((((x",
		/* The C library's compiler would take all memory for these. */
		"~x++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++",
		"~(((((((((((((((((((((((((((((x+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		char *text = xasprintf("http { server { server_name '%s'; } server { server_name z; } }", patterns[i]);
		struct ngx_conf c;
		struct err e = { 0 };

		assert_int_equal(ngx_parse(&c, text, strlen(text), "f", &e), 0);
		assert_false(ngx_server_has_name(ngx_child(ngx_http(&c), "server"), "xxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
		free(text);
		ngx_free(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choices),
		cmocka_unit_test_setup_teardown(test_nginx_chooses_the_same, tree_setup, tree_teardown),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_listen),
		cmocka_unit_test(test_in_force),
		cmocka_unit_test(test_strange_expressions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
