/* Which virtual host answers, what holds there, where it leads: told from the text, and the real httpd as the judge. */
#include "../judge.h"
#include "../loopback.h"

#include <signal.h>

#include "base/buf.h"
#include "conf/apache.h"

/* What "X-Say:" says in the answer; "" without. */
static const char *
said_in(struct tree *t, const char *answer)
{
	const char *mark = strstr(answer, "X-Say: ");

	return mark ? arena_strndup(&t->arena, mark + 7, strcspn(mark + 7, "\r\n")) : "";
}

/* P is the port; each virtual host says its letter on each of its paths. */
static const char config[] =
	"Header always set X-Say main\n"
	"<VirtualHost *:P>\n ServerName first.example.org\n Header always set X-Say a\n"
	" <Location /deep>\n  Header always set X-Say a-deep\n </Location>\n"
	" <LocationMatch \"^/re[0-9]\">\n  Header always set X-Say a-re\n </LocationMatch>\n"
	" <Location /deep/er>\n  Header always set X-Say a-deeper\n </Location>\n</VirtualHost>\n"
	"<VirtualHost *:P>\n ServerName chat.example.org\n ServerAlias www.chat.example.org *.wild.example.org\n Header always set X-Say b\n</VirtualHost>\n"
	"<VirtualHost *:P>\n ServerName chat.example.org\n Header always set X-Say c\n</VirtualHost>\n"
	"<VirtualHost 127.0.0.1:Q>\n ServerName only.example.org\n Header always set X-Say d\n</VirtualHost>\n"
	"<VirtualHost *:Q>\n ServerName chat.example.org\n Header always set X-Say e\n</VirtualHost>\n";

static const struct { bool second; const char *host, *path, *want; } requests[] = {
	{ false, "first.example.org", "/", "a" }, { false, "chat.example.org", "/", "b" }, { false, "CHAT.example.org", "/", "b" },
	{ false, "www.chat.example.org", "/", "b" }, { false, "x.wild.example.org", "/", "b" }, { false, "other.example.org", "/", "a" },
	{ false, "first.example.org", "/deep", "a-deep" }, { false, "first.example.org", "/deep/x", "a-deep" },
	{ false, "first.example.org", "/deeper", "a" }, { false, "first.example.org", "/deep/er", "a-deeper" },
	{ false, "first.example.org", "/re7x", "a-re" },
	{ true, "chat.example.org", "/", "d" }, { true, "only.example.org", "/", "d" },
};

static const char *
with_ports(struct tree *t, unsigned p, unsigned q)
{
	struct buf b = BUF_INIT;
	const char *text;

	for (const char *c = config; *c; c++) {
		if (c > config && c[-1] == ':' && (*c == 'P' || *c == 'Q') && c[1] == '>')
			buf_printf(&b, "%u", *c == 'P' ? p : q);
		else
			buf_putc(&b, *c);
	}
	text = arena_strdup(&t->arena, b.s);
	buf_free(&b);
	return text;
}

static void
test_told(void **state)
{
	struct tree *t = *state;
	const char *text = with_ports(t, 81, 82);
	const struct apa_world w = { .server_root = "/" };
	struct apa_conf c;
	struct err e = { 0 };

	assert_int_equal(apa_parse(&c, &w, text, strlen(text), "x", &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		const struct apa_directive *v = apa_vhost_for(&c, "127.0.0.1", requests[i].second ? 82 : 81, requests[i].host);
		const struct apa_directive *d = apa_effective(&c, v, requests[i].path, "Header", "X-Say");

		assert_non_null(v);
		assert_non_null(d);
		if (strcmp(apa_word(d, 3), requests[i].want) != 0)
			fail_msg("%s%s: %s", requests[i].host, requests[i].path, apa_word(d, 3));
	}
	assert_null(apa_vhost_for(&c, "127.0.0.1", 83, "chat.example.org"));
	assert_string_equal(apa_word(apa_effective(&c, NULL, "/", "Header", "X-Say"), 3), "main");
	/* Where the address is not known, none is better than another. */
	assert_string_equal(apa_word(apa_child(apa_vhost_for(&c, NULL, 82, "chat.example.org"), "ServerName"), 0), "chat.example.org");
	apa_free(&c);
}

static void
test_httpd_agrees(void **state)
{
	struct tree *t = *state;
	const unsigned p = free_port(), q = free_port();
	struct buf conf = BUF_INIT;
	char answer[4096];
	size_t wrong = 0;
	int status;
	pid_t pid;

	needs_judge(APACHE);
	buf_printf(&conf, "ServerRoot %1$s\nServerName x\nPidFile %1$s/pid\nErrorLog %1$s/log\nDefaultRuntimeDir %1$s\n"
	                  "Listen 127.0.0.1:%2$u\nListen 127.0.0.1:%3$u\n", t->root, p, q);
	if (geteuid() == 0)
		buf_puts(&conf, "User nobody\nGroup nogroup\n");
	for (const char *const *m = (const char *const[]){ "mpm_event", "authz_core", "headers", NULL }; *m; m++)
		buf_printf(&conf, "LoadModule %s_module " APACHE_MODULES "mod_%s.so\n", *m, *m);
	buf_puts(&conf, with_ports(t, p, q));
	tree_write(t, "/a.conf", conf.s);
	buf_free(&conf);
	pid = fork();
	if (pid == 0) {
		execl(APACHE, "apache2", "-f", tree_path(t, "/a.conf"), "-DFOREGROUND", (char *)NULL);
		_exit(127);
	}
	ask_patiently(&(struct request){ .port = p }, answer, sizeof(answer));
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		const struct request r = { .port = requests[i].second ? q : p, .host = requests[i].host, .path = requests[i].path };

		if (!ask(&r, answer, sizeof(answer)) || strcmp(said_in(t, answer), requests[i].want) != 0) {
			print_message("%s%s: httpd says \"%s\"\n", r.host, r.path, said_in(t, answer));
			wrong++;
		}
	}
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(wrong, 0);
}

static void
test_leads(void **state)
{
	static const struct { const char *lines, *path; bool websocket; const char *to; int line; } cases[] = {
		{ "ProxyPass / http://127.0.0.1:3000/\n", "/api/x", false, "http://127.0.0.1:3000/", 1 },
		{ "ProxyPass /api !\nProxyPass / http://127.0.0.1:3000/\n", "/api/x", false, NULL, 0 },
		{ "ProxyPass /api !\nProxyPass / http://127.0.0.1:3000/\n", "/apis", false, "http://127.0.0.1:3000/", 2 },
		{ "ProxyPass /other http://x/\n", "/", false, NULL, 0 },
		{ "ProxyPassMatch ^/api/(.*)$ http://y/$1\nProxyPass / http://x/\n", "/api/z", false, "http://y/$1", 1 },
		{ "<Location />\nProxyPass http://x:1/\n</Location>\n", "/api", false, "http://x:1/", 2 },
		{ "<Location />\nProxyPass http://x:1/\n</Location>\n<Location /api/>\nProxyPass http://x:2/\n</Location>\n", "/api/q", false, "http://x:2/", 5 },
		{ "RewriteRule ^/(.*)$ ws://x:1/$1 [P,L]\nProxyPass / http://x:2/\n", "/q", true, "ws://x:1/$1", 1 },
		{ "RewriteRule ^/(.*)$ ws://x:1/$1 [P,L]\nProxyPass / http://x:2/\n", "/q", false, "http://x:2/", 2 },
		{ "RewriteRule ^/(.*)$ https://x/$1 [R=301,L]\nProxyPass / http://x:2/\n", "/q", false, "http://x:2/", 2 },
		{ "ProxyPass / balancer://app/\n<Proxy balancer://app>\nBalancerMember http://127.0.0.1:3000\n</Proxy>\n", "/", false, "http://127.0.0.1:3000", 1 },
		{ "ProxyPass / balancer://gone/\n", "/", false, "balancer://gone/", 1 },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		const bool inside = i % 2;
		char *text = xasprintf(inside ? "<VirtualHost *:80>\n%s</VirtualHost>\n" : "%s<VirtualHost *:80>\n</VirtualHost>\n", cases[i / 2].lines);
		const struct apa_world w = { .server_root = "/" };
		const struct apa_directive *d;
		struct arena a = { 0 };
		struct apa_conf c;
		struct err e = { 0 };
		const char *to = NULL;

		assert_int_equal(apa_parse(&c, &w, text, strlen(text), "x", &e), 0);
		d = apa_passes(&a, &c, apa_top(&c, "VirtualHost"), cases[i / 2].path, cases[i / 2].websocket, &to);
		if ((d != NULL) != (cases[i / 2].to != NULL))
			fail_msg("%s", text);
		if (d) {
			assert_string_equal(to, cases[i / 2].to);
			assert_int_equal(d->line, cases[i / 2].line + inside);
		}
		arena_free(&a);
		apa_free(&c);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_told, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_httpd_agrees, tree_setup, tree_teardown),
		cmocka_unit_test(test_leads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
