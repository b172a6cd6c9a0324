/* Words, blocks, includes; and whether the real nginx agrees. */
#include "../judge.h"

#include "base/buf.h"
#include "conf/nginx.h"

/* The tree on one line: "a b { c; } d;"; words are shown in brackets where they hold blanks. */
static void
show(struct buf *out, const struct ngx_directive *d)
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

static void
test_words(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "", "" },
		{ "# only a comment", "" },
		{ "a;", "a;" },
		{ "a b c;", "a|b|c;" },
		{ "a\tb\r\nc ;", "a|b|c;" },
		{ "a 'b c' \"d e\";", "a|b c|d e;" },
		{ "a \"\";", "a|;" },
		{ "a b#c;", "a|b#c;" },
		{ "a #b;\n c;", "a|c;" },
		{ "a \"x\\\"y\" 'x\\'y' x\\ y;", "a|x\"y|x'y|x\\ y;" },
		{ "a \\n\\t\\\\ \\d;", "a|\n\t\\|\\d;" },
		{ "a ${b}c;", "a|${b}c;" },
		{ "a \"${b}\";", "a|${b};" },
		{ "a b{c;}", "a|b{c;}" },
		{ "a {b;c{d;}}e;", "a{b;c{d;}}e;" },
		{ "if (\"$a\" ~ b){c;}", "if|(\"$a\"|~|b){c;}" },
		{ "if ($a = \"b\") {c;}", "if|($a|=|b|){c;}" },
		{ "location ~ ^/a}b$ {c;}", "location|~|^/a}b${c;}" },
		{ "location ~ \"^/[0-9]{3}$\" {c;}", "location|~|^/[0-9]{3}${c;}" },
		{ "a 'it''s';", NULL },
		{ "content_by_lua_block { if x then ngx.say(\"}\") end -- }\n local t = {1,{2}} } b;",
		  "content_by_lua_block{}b;" },
		{ "init_by_lua_block { x = [==[ } ]] }]==] --[[ } ]] y = '\\'}' } b;", "init_by_lua_block{}b;" },
		{ "content_by_lua_block { x = {", NULL },
		{ "\xed\x95\x9c\xea\xb8\x80 \xc5\xbc;", "\xed\x95\x9c\xea\xb8\x80|\xc5\xbc;" },
		{ "a", NULL },
		{ "a b", NULL },
		{ "a 'b", NULL },
		{ "a \\", NULL },
		{ "a {", NULL },
		{ "a { b; ", NULL },
		{ "a { b }", NULL },
		{ "}", NULL },
		{ "a; }", NULL },
		{ ";", NULL },
		{ "{", NULL },
		{ "a { ; }", NULL },
		{ "a \"b\"c;", NULL },
		{ "a \"b\"#c\n;", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ngx_conf c;
		struct err e = { 0 };
		struct buf shown = BUF_INIT;
		int rc = ngx_parse(&c, cases[i].text, strlen(cases[i].text), "f.conf", &e);

		if (rc == 0)
			show(&shown, c.top);
		if (rc != (cases[i].want ? 0 : -1) || (rc == 0 && strcmp(shown.s, cases[i].want) != 0))
			fail_msg("%s\n gave %d %s%s", cases[i].text, rc, shown.s, e.msg);
		if (rc < 0) {
			assert_int_equal(e.code, ERR_VALUE);
			assert_string_equal(e.file, "f.conf");
			assert_true(e.line > 0);
		}
		buf_free(&shown);
		ngx_free(&c);
	}
}

static void
test_places(void **state)
{
	static const char text[] = "a;\n  b {\n\tc \"x\n\" y; # e\n  }\n\xed\x95\x9c d;e;\n";
	struct ngx_conf c;
	struct err e = { 0 };
	const struct ngx_directive *d;

	(void)state;
	assert_int_equal(ngx_parse(&c, text, strlen(text), "f", &e), 0);
	d = c.top;
	assert_int_equal(d->line, 1);
	assert_int_equal(d->column, 1);
	d = d->next;
	assert_int_equal(d->line, 2);
	assert_int_equal(d->column, 3);
	assert_null(d->parent);
	assert_int_equal(d->child->line, 3);
	assert_int_equal(d->child->column, 2);
	assert_ptr_equal(d->child->parent, d);
	d = d->next;
	assert_int_equal(d->line, 6);
	assert_int_equal(d->next->column, 5);
	ngx_free(&c);
}

static void
test_errors_name_the_place(void **state)
{
	static const struct { const char *text; int line, column; } cases[] = {
		{ "a;\nb {\n c;\n", 2, 1 },
		{ "a;\n  }", 2, 3 },
		{ "a {\n  b\n}", 2, 3 },
		{ "a\n b\n 'c", 3, 4 },
		{ "a;\n b \"c\"d;", 2, 7 },
		{ ";", 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ngx_conf c;
		struct err e = { 0 };

		assert_int_equal(ngx_parse(&c, cases[i].text, strlen(cases[i].text), "f", &e), -1);
		if (e.line != cases[i].line || e.column != cases[i].column)
			fail_msg("%s: %d:%d %s", cases[i].text, e.line, e.column, e.msg);
		ngx_free(&c);
	}
}

static void
parse_fails(const char *text, size_t len)
{
	struct ngx_conf c;
	struct err e = { 0 };

	assert_int_equal(ngx_parse(&c, text, len, "f", &e), -1);
	assert_int_equal(e.code, ERR_VALUE);
	ngx_free(&c);
}

static char *
repeated(const char *piece, size_t times)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < times; i++)
		buf_puts(&b, piece);
	return buf_detach(&b);
}

static void
test_hostile(void **state)
{
	static const struct { const char *piece; size_t times; } cases[] = {
		{ "a{", 100000 }, { "a;", 300000 }, { "a ", 100000 }, { "a", 5000 }, { "\"", 100001 }, { "{", 10 },
		{ "\\", 100001 }, { "$", 4097 }, { "a_by_lua_block{[[", 5000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = repeated(cases[i].piece, cases[i].times);

		parse_fails(text, strlen(text));
		free(text);
	}
	parse_fails("a\0b;", 4);
	parse_fails("a \"\0\";", 6);
}

/* Whatever bytes come, the reader ends and says yes or no; the seeds cover what the tables do not. */
static void
test_noise(void **state)
{
	static const char letters[] = "ab{}{};;\"'\\$#()~=/ \n\t\r-[]_by_lua_block";
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[64];
		struct ngx_conf c;
		struct err e = { 0 };
		size_t n;

		for (n = 0; n < sizeof(text); n++) {
			seed = seed * 1103515245u + 12345u;
			text[n] = letters[(seed >> 16) % (sizeof(letters) - 1)];
		}
		if (ngx_parse(&c, text, n, "f", &e) < 0)
			assert_int_equal(e.code, ERR_VALUE);
		else
			assert_int_equal(e.code, ERR_NONE);
		ngx_free(&c);
	}
}

static const char head[] = "pid /dev/null;\nerror_log stderr;\nevents {}\n";

/* Text that stands in http{}: does nginx take it, and do we? */
static void
test_nginx_agrees(void **state)
{
	static const char *const cases[] = {
		"server { listen 127.0.0.1:1; server_name a 'b' \"c\"; }",
		"server { listen 127.0.0.1:1; location ~ ^/a}b$ { return 200; } }",
		"server { listen 127.0.0.1:1; location ~ \"^/[0-9]{3}$\" { return 200 \"a\\\"b\"; } }",
		"server { listen 127.0.0.1:1; if ($host = \"a\") { return 301; } }",
		"server { listen 127.0.0.1:1; set $a x; return 200 ${a}b; }",
		"map $host $x { default 1; \"~^a;{}\" 2; }",
		"server{listen 127.0.0.1:1;location /{return 200 a#b;}}#c",
		"server { listen 127.0.0.1:1; return 200 'a''b'; }",
		"server { listen 127.0.0.1:1; return 200 \"a\"b; }",
		"server { listen 127.0.0.1:1;",
		"server { listen 127.0.0.1:1; } }",
		"server { listen 127.0.0.1:1 }",
		"server { ; listen 127.0.0.1:1; }",
		"server { listen 127.0.0.1:1; return 200 \"a; }",
		"{}",
	};
	struct tree *t = *state;
	char said[4096];

	needs_judge(NGINX);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *text = arena_printf(&t->arena, "%shttp {\n%s\n}\n", head, cases[i]);
		struct ngx_conf c;
		struct err e = { 0 };
		int theirs, ours;

		tree_write(t, "/nginx.conf", text);
		theirs = nginx_judges(tree_path(t, "/nginx.conf"), said, sizeof(said));
		ours = ngx_read(&c, t->root, "/nginx.conf", &e);
		if ((theirs == 0) != (ours == 0))
			fail_msg("%s\nnginx: %s\nhere: %s", cases[i], said, e.msg);
		ngx_free(&c);
	}
}

static size_t
count_servers(const struct ngx_conf *c)
{
	size_t n = 0;

	for (const struct ngx_directive *s = ngx_http(c) ? ngx_child(ngx_http(c), "server") : NULL; s;
	     s = ngx_next(s, "server"))
		n++;
	return n;
}

/* The layouts distributions ship; `servers' of them are read. */
static void
test_layouts(void **state)
{
	static const struct { const char *include, *files[4]; size_t servers; const char *first; } cases[] = {
		{ "include /etc/nginx/sites-enabled/*;",
		  { "/etc/nginx/sites-enabled/b", "/etc/nginx/sites-enabled/a.bak", "/etc/nginx/sites-enabled/.hidden" },
		  2, "/etc/nginx/sites-enabled/a.bak" },
		{ "include /etc/nginx/conf.d/*.conf;",
		  { "/etc/nginx/conf.d/b.conf", "/etc/nginx/conf.d/B.conf", "/etc/nginx/conf.d/a.conf.bak" },
		  2, "/etc/nginx/conf.d/B.conf" },
		{ "include http.d/*.conf;", { "/etc/nginx/http.d/default.conf" }, 1, "/etc/nginx/http.d/default.conf" },
		{ "include one.conf;", { "/etc/nginx/one.conf" }, 1, "/etc/nginx/one.conf" },
		{ "include nothing/*.conf;", { NULL }, 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tree *t;
		struct ngx_conf c;
		struct err e = { 0 };

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, "/etc/nginx/nginx.conf", arena_printf(&t->arena, "events {}\nhttp {\n\t%s\n}\n", cases[i].include));
		for (size_t j = 0; j < 4 && cases[i].files[j]; j++)
			tree_write(t, cases[i].files[j], "server { listen 80; }\n");
		if (ngx_read(&c, t->root, "/etc/nginx/nginx.conf", &e) < 0)
			fail_msg("%s: %s", cases[i].include, e.msg);
		assert_int_equal(count_servers(&c), cases[i].servers);
		assert_int_equal(c.n_includes, 1);
		assert_int_equal(c.includes[0].line, 3);
		assert_ptr_equal(c.includes[0].in, ngx_http(&c));
		assert_string_equal(c.files[0], "/etc/nginx/nginx.conf");
		if (cases[i].first)
			assert_string_equal(ngx_child(ngx_http(&c), "server")->file, cases[i].first);
		ngx_free(&c);
		tree_teardown((void **)&t);
	}
	(void)state;
}

/* An include is spliced in where it stands, also inside a server. */
static void
test_include_in_order(void **state)
{
	struct tree *t = *state;
	struct ngx_conf c;
	struct err e = { 0 };
	struct buf shown = BUF_INIT;

	tree_write(t, "/n/nginx.conf", "http { a; server { b; include snip.conf; c; } include more.conf; d; }");
	tree_write(t, "/n/snip.conf", "x; y { z; }");
	tree_write(t, "/n/more.conf", "include last.conf; m;");
	tree_write(t, "/n/last.conf", "l;");
	assert_int_equal(ngx_read(&c, t->root, "/n/nginx.conf", &e), 0);
	show(&shown, c.top);
	assert_string_equal(shown.s, "http{a;server{b;x;y{z;}c;}l;m;d;}");
	assert_string_equal(ngx_child(ngx_child(ngx_http(&c), "server"), "x")->file, "/n/snip.conf");
	assert_ptr_equal(ngx_child(ngx_http(&c), "l")->parent, ngx_http(&c));
	assert_int_equal(c.n_files, 4);
	buf_free(&shown);
	ngx_free(&c);
}

/* Paths in the file may already begin with the root; they are the same files. */
static void
test_root_in_paths(void **state)
{
	struct tree *t = *state;
	struct ngx_conf c;
	struct err e = { 0 };

	tree_write(t, "/etc/nginx/nginx.conf",
	           arena_printf(&t->arena, "http { include %s/etc/nginx/conf.d/*.conf; }", t->root));
	tree_write(t, "/etc/nginx/conf.d/a.conf", "server { }");
	assert_int_equal(ngx_read(&c, t->root, "/etc/nginx/nginx.conf", &e), 0);
	assert_int_equal(count_servers(&c), 1);
	assert_string_equal(c.files[1], "/etc/nginx/conf.d/a.conf");
	ngx_free(&c);
}

static void
test_broken_includes(void **state)
{
	static const struct { const char *main, *other; int line; const char *file; } cases[] = {
		{ "http {\n include missing.conf;\n}", NULL, 2, "/n/nginx.conf" },
		{ "http {\n include nginx.conf;\n}", NULL, 2, "/n/nginx.conf" },
		{ "http {\n include other.conf;\n}", "server {\n", 1, "/n/other.conf" },
		{ "http {\n include other.conf;\n}", "server {} }\n", 1, "/n/other.conf" },
		{ "http {\n include ./;\n}", NULL, 0, "/n/./" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tree *t = *state;
		struct ngx_conf c;
		struct err e = { 0 };

		tree_write(t, "/n/nginx.conf", cases[i].main);
		if (cases[i].other)
			tree_write(t, "/n/other.conf", cases[i].other);
		assert_int_equal(ngx_read(&c, t->root, "/n/nginx.conf", &e), -1);
		if (e.code != ERR_VALUE || e.line != cases[i].line || strcmp(e.file, cases[i].file) != 0)
			fail_msg("%s: %s:%d %s", cases[i].main, e.file, e.line, e.msg);
		ngx_free(&c);
	}
}

static void
test_no_main_file(void **state)
{
	struct tree *t = *state;
	struct ngx_conf c;
	struct err e = { 0 };

	assert_int_equal(ngx_read(&c, t->root, "/etc/nginx/nginx.conf", &e), -1);
	assert_int_equal(e.code, ERR_IO);
	ngx_free(&c);
}

/* What is closed to us is remembered, and the rest is read all the same. */
static void
test_closed_files(void **state)
{
	struct tree *t = *state;
	struct ngx_conf c;
	struct err e = { 0 };
	int status;
	pid_t pid;

	tree_write(t, "/n/nginx.conf", "http { include a.conf; include d/*.conf; server { } }");
	tree_write(t, "/n/a.conf", "server { }");
	tree_write(t, "/n/d/b.conf", "server { }");
	chmod(tree_path(t, "/n/a.conf"), 0);
	chmod(tree_path(t, "/n/d"), 0);
	chmod(t->root, 0755);
	pid = fork(); /* root may read everything, so somebody else looks */
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(9);
		if (ngx_read(&c, t->root, "/n/nginx.conf", &e) < 0)
			_exit(1);
		if (c.n_unreadable != 2 || count_servers(&c) != 1)
			_exit(2);
		if (strcmp(c.unreadable[0], "/n/a.conf") != 0 || strcmp(c.unreadable[1], "/n/d/*.conf") != 0)
			_exit(3);
		ngx_free(&c);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	chmod(tree_path(t, "/n/d"), 0755);
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_huge_file(void **state)
{
	struct tree *t = *state;
	struct ngx_conf c;
	struct err e = { 0 };
	char *text = repeated("# a comment\n", 400000);

	tree_write(t, "/n/big.conf", text);
	free(text);
	tree_write(t, "/n/nginx.conf", "http { include big.conf; }");
	assert_int_equal(ngx_read(&c, t->root, "/n/nginx.conf", &e), -1);
	ngx_free(&c);
	text = repeated("# a comment\n", 300000);
	tree_write(t, "/n/big.conf", text);
	free(text);
	e = (struct err){ 0 };
	assert_int_equal(ngx_read(&c, t->root, "/n/nginx.conf", &e), 0);
	ngx_free(&c);
	tree_write(t, "/n/nginx.conf", "http { include big.conf; include big.conf; include big.conf; include big.conf; "
	                               "include big.conf; }");
	assert_int_equal(ngx_read(&c, t->root, "/n/nginx.conf", &e), -1);
	ngx_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_errors_name_the_place),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_noise),
		cmocka_unit_test_setup_teardown(test_nginx_agrees, tree_setup, tree_teardown),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test_setup_teardown(test_include_in_order, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_root_in_paths, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_broken_includes, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_no_main_file, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_closed_files, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_huge_file, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
