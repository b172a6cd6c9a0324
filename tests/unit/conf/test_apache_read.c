/* Lines, blocks, includes, what is decided while reading; and whether the real httpd reads the same. */
#include "../tree.h"

#include <fcntl.h>

#include "base/buf.h"
#include "conf/apache.h"

#define APACHE "/usr/sbin/apache2"

static const char *const statics[] = { "core_module", "so_module", "http_module", NULL };
static const char *const variables[] = { "RUN=/var/run", "FLAG", NULL };

static void
show(struct buf *out, const struct apa_directive *d)
{
	for (; d; d = d->next) {
		buf_puts(out, d->name);
		for (size_t i = 0; i < d->n_args; i++)
			buf_printf(out, "|%s", d->args[i]);
		assert_null(d->args[d->n_args]);
		if (d->block) {
			buf_puts(out, "{");
			show(out, d->child);
			buf_puts(out, "}");
		} else {
			buf_puts(out, ";");
		}
	}
}

static int
parse(struct apa_conf *c, const char *text, struct err *e)
{
	const struct apa_world w = { .server_root = "/etc/apache2", .modules = statics, .variables = variables, .version = { 2, 4, 41 } };

	return apa_parse(c, &w, text, strlen(text), "x.conf", e);
}

static void
test_words(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "", "" },
		{ "# only\n", "" },
		{ "A b c\n", "A|b|c;" },
		{ "  A\tb  # not a comment\n", "A|b|#|not|a|comment;" },
		{ "A \"b c\" 'd e' f\"g\n", "A|b c|d e|f\"g;" },
		{ "A \"b \\\"c\\\" \\\\ \\d\"\n", "A|b \"c\" \\ \\d;" },
		{ "A b\\\n  c\n", "A|b|c;" },
		{ "A b\\\\\n  c\n", "A|b\\|c;" },
		{ "# x \\\nA b\nC\n", "C;" },
		{ "A b\r\nC\\\r\n d\r\n", "A|b;C|d;" },
		{ "A ${RUN}/x ${FLAG} ${NOPE} ${a:b}\n", "A|/var/run/x|${FLAG}|${NOPE}|${a:b};" },
		{ "Define X y\nA ${X}\nUnDefine X\nA ${X}\n", "Define|X|y;A|y;UnDefine|X;A|${X};" },
		{ "<VirtualHost *:80 [::]:80>\nA\n</VirtualHost>\nB\n", "VirtualHost|*:80|[::]:80{A;}B;" },
		{ "<Location \"/a b\">\n<Limit GET>\nA\n</Limit>\n</location>\n", "Location|/a b{Limit|GET{A;}}" },
		{ "<IfModule http_module>\nA\n</IfModule>\nB\n", "A;B;" },
		{ "<IfModule mod_so.c>\nA\n</IfModule>\n<IfModule http_core.c>\nB\n</IfModule>\n", "A;B;" },
		{ "<IfModule !ssl_module>\nA\n</IfModule>\n<IfModule mod_ssl.c>\nB\n</IfModule>\n", "A;" },
		{ "LoadModule ssl_module modules/mod_ssl.so\n<IfModule mod_ssl.c>\nB\n</IfModule>\n", "LoadModule|ssl_module|modules/mod_ssl.so;B;" },
		{ "<IfModule ssl_module>\n<VirtualHost *:1>\nA\n</VirtualHost>\n<IfModule x>\n</IfModule>\n</IfModule>\nB\n", "B;" },
		{ "<IfDefine FLAG>\nA\n</IfDefine>\n<IfDefine !FLAG>\nB\n</IfDefine>\n<IfDefine NOPE>\nC\n</IfDefine>\n", "A;" },
		{ "<IfVersion >= 2.4.10>\nA\n</IfVersion>\n<IfVersion < 2.4>\nB\n</IfVersion>\n<IfVersion 2.4.41>\nC\n</IfVersion>\n<IfVersion !> 2.2>\nD\n</IfVersion>\n", "A;C;" },
		{ "<IfFile /nope/nope>\nA\n</IfFile>\n", "" },
		{ "<IfDirective SSLEngine>\nA\n</IfDirective>\n", "A;" },
		{ "<VirtualHost *:80>\n<IfModule http_module>\nA\n</IfModule>\nB\n</VirtualHost>\n", "VirtualHost|*:80{A;B;}" },
		{ "<Macro M $x>\n<VirtualHost $x>\n</VirtualHost>\n</Macro>\nA\n", "A;" },
		{ "A", "A;" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf shown = BUF_INIT;
		struct err e = { 0 };
		struct apa_conf c;

		if (parse(&c, cases[i].text, &e) < 0)
			fail_msg("%s: %s", cases[i].text, e.msg);
		show(&shown, c.top);
		assert_string_equal(shown.s, cases[i].want);
		buf_free(&shown);
		apa_free(&c);
	}
}

static void
test_errors(void **state)
{
	static const struct { const char *text; int line; } cases[] = {
		{ "A\n</VirtualHost>\n", 2 }, { "<VirtualHost *:80>\nA\n", 1 }, { "<VirtualHost *:80>\n</Location>\n", 2 },
		{ "<VirtualHost *:80\n", 1 }, { "A\n<>\n", 2 }, { "</>\n", 1 }, { "<IfModule x>\n</VirtualHost>\n</IfModule>\n", 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		struct apa_conf c;

		if (parse(&c, cases[i].text, &e) == 0)
			fail_msg("%s", cases[i].text);
		assert_int_equal(e.code, ERR_VALUE);
		assert_string_equal(e.file, "x.conf");
		assert_int_equal(e.line, cases[i].line);
		apa_free(&c);
	}
	const struct apa_world w = { .server_root = "/" };
	struct err e = { 0 };
	struct apa_conf c;

	assert_int_equal(apa_parse(&c, &w, "A\nB\0C\n", 7, "x.conf", &e), -1);
	assert_int_equal(e.line, 2);
	apa_free(&c);
}

static void
test_files(void **state)
{
	const struct apa_world w = { .root = ((struct tree *)*state)->root, .server_root = "/etc/apache2" };
	struct tree *t = *state;
	struct apa_conf c;
	struct buf shown = BUF_INIT;
	struct err e = { 0 };

	tree_write(t, "/etc/apache2/apache2.conf",
		"IncludeOptional mods/*.load\nInclude ports.conf\nIncludeOptional sites/*.conf\nInclude dir\nIncludeOptional nope.conf\n"
		"<VirtualHost *:81>\nInclude /etc/apache2/part.inc\n</VirtualHost>\nServerRoot /srv\nIncludeOptional nope/*.conf\n");
	tree_write(t, "/etc/apache2/mods/ssl.load", "LoadModule ssl_module modules/mod_ssl.so\n");
	tree_write(t, "/etc/apache2/ports.conf", "Listen 80\n<IfModule ssl_module>\nListen 443\n</IfModule>\n");
	tree_write(t, "/etc/apache2/sites/b.conf", "B\n");
	tree_write(t, "/etc/apache2/sites/a.conf", "A\n");
	tree_write(t, "/etc/apache2/sites/c.conf.bak", "C\n");
	tree_write(t, "/etc/apache2/dir/sub/d.x", "D\n");
	tree_write(t, "/etc/apache2/part.inc", "P\n");
	if (apa_read(&c, &w, "/etc/apache2/apache2.conf", &e) < 0)
		fail_msg("%s", e.msg);
	show(&shown, c.top);
	assert_string_equal(shown.s, "LoadModule|ssl_module|modules/mod_ssl.so;Listen|80;Listen|443;A;B;D;VirtualHost|*:81{P;}ServerRoot|/srv;");
	assert_string_equal(c.server_root, "/srv");
	assert_int_equal(c.n_files, 7);
	assert_string_equal(c.files[1], "/etc/apache2/mods/ssl.load");
	assert_true(apa_has_module(&c, "ssl_module"));
	assert_string_equal(c.modules[0].path, "/etc/apache2/modules/mod_ssl.so");
	assert_int_equal(c.n_includes, 7);
	assert_string_equal(c.includes[2].path, "/etc/apache2/sites/*.conf");
	assert_int_equal(c.includes[2].line, 3);
	assert_true(c.includes[2].top);
	assert_false(c.includes[5].top);
	assert_string_equal(c.includes[6].path, "/srv/nope/*.conf");
	assert_string_equal(apa_top(&c, "Listen")->file, "/etc/apache2/ports.conf");
	buf_free(&shown);
	apa_free(&c);

	tree_write(t, "/etc/apache2/apache2.conf", "Include nope.conf\n");
	assert_int_equal(apa_read(&c, &w, "/etc/apache2/apache2.conf", &e), -1);
	assert_int_equal(e.line, 1);
	apa_free(&c);
	tree_write(t, "/etc/apache2/apache2.conf", "Include apache2.conf\n");
	assert_int_equal(apa_read(&c, &w, "/etc/apache2/apache2.conf", &e), -1);
	apa_free(&c);
}

static void
test_addresses(void **state)
{
	static const struct { const char *word, *want; unsigned port; bool is; } cases[] = {
		{ "443", "*", 443, true }, { "*:443", "*", 443, true }, { "_default_:443", "*", 443, true }, { "*", "*", 0, true },
		{ "*:*", "*", 0, true }, { "192.0.2.1:80", "192.0.2.1", 80, true }, { "192.0.2.1", "192.0.2.1", 0, true },
		{ "[::1]:80", "[::1]", 80, true }, { "[::]:80", "*", 80, true }, { "0.0.0.0:80", "*", 80, true },
		{ "::1", "[::1]", 0, true }, { "chat.example.org:80", "chat.example.org", 80, true },
		{ "", "*", 0, false }, { "99999", "*", 0, false }, { "*:x", "*", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct apa_address a;

		assert_int_equal(apa_address_of(&a, cases[i].word), cases[i].is);
		if (!cases[i].is)
			continue;
		assert_string_equal(a.address, cases[i].want);
		assert_int_equal(a.port, cases[i].port);
	}
}

static void
test_hostile(void **state)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	struct apa_conf c;
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 250000; i++)
		buf_puts(&text, "A b\n");
	assert_int_equal(parse(&c, text.s, &e), -1);
	apa_free(&c);
	buf_cut(&text, 0);
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, "<Location />\n");
	assert_int_equal(parse(&c, text.s, &e), -1);
	apa_free(&c);
	/* A variable that doubles itself with every line. */
	buf_cut(&text, 0);
	buf_puts(&text, "Define x aaaaaaaaaaaaaaaa\n");
	for (int i = 0; i < 64; i++)
		buf_puts(&text, "Define x ${x}${x}\n");
	assert_int_equal(parse(&c, text.s, &e), -1);
	apa_free(&c);
	/* One that is long, and used often. */
	buf_cut(&text, 0);
	buf_puts(&text, "Define x aaaaaaaaaaaaaaaa\n");
	for (int i = 0; i < 16; i++)
		buf_puts(&text, "Define x ${x}${x}\n");
	for (int i = 0; i < 10000; i++)
		buf_puts(&text, "A ${x}\n");
	assert_int_equal(parse(&c, text.s, &e), -1);
	apa_free(&c);
	for (int round = 0; round < 300; round++) {
		static const char *const pieces[] = { "<VirtualHost *:443>\n", "</VirtualHost>\n", "<", ">", "\\", "\n", "\"", "'", "${x}", "${",
			"ServerName chat.example.org\n", "ProxyPass / http://x/\n", "RewriteRule ( x [P]\n", "<Location ~ (>\n", "</Location>\n", "\xff", " ", "Define x y\n" };

		buf_cut(&text, 0);
		for (int i = 0; i < 60; i++) {
			seed = seed * 1103515245 + 12345;
			buf_puts(&text, pieces[(seed >> 16) % ARRAY_LEN(pieces)]);
		}
		if (parse(&c, text.s, &e) == 0) {
			struct arena a = { 0 };
			const char *to;

			apa_passes(&a, &c, apa_vhost_for(&c, NULL, 443, "chat.example.org"), "/api/x", true, &to);
			arena_free(&a);
		}
		apa_free(&c);
	}
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_errors),
		cmocka_unit_test_setup_teardown(test_files, tree_setup, tree_teardown),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
