/* Words, sites, imports, and what serves a path; and whether the real Caddy agrees. */
#include "../judge.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "conf/caddyfile.h"

/* The tree on one line: "a.org: dir arg { inner; }; "; words with blanks stand in brackets. */
static void
show(struct buf *out, const struct cdy_node *d)
{
	for (; d; d = d->next) {
		const bool site = d->parent == NULL;

		if (!site)
			buf_puts(out, d->name);
		for (size_t i = 0; i < d->n_args; i++) {
			const bool blanks = strpbrk(d->args[i], " \t\n") || !*d->args[i];

			buf_printf(out, blanks ? "%s[%s]" : "%s%s", site && i == 0 ? "" : " ", d->args[i]);
		}
		if (d->block || site) {
			buf_puts(out, " { ");
			show(out, d->child);
			buf_puts(out, "}");
		}
		buf_puts(out, "; ");
	}
}

static const struct { const char *text, *want; } trees[] = {
	{ "", "" },
	{ "# nothing\n", "" },
	{ "a.org {\n\trespond ok\n}\n", "a.org { respond ok; }; " },
	{ "a.org {\r\n\trespond ok\r\n}\r\n", "a.org { respond ok; }; " },
	{ "\xef\xbb\xbf" "a.org {\n}\n", "a.org { }; " },
	{ "a.org\nrespond ok\nencode gzip\n", "a.org { respond ok; encode gzip; }; " },
	{ "a.org", "a.org { }; " },
	{ "a.org, b.org,\nc.org {\n}\nd.org e.org {\n}\n", "a.org b.org c.org { }; d.org e.org { }; " },
	{ "{\n\tadmin off\n}\na.org {\n}\n", "a.org { }; " },
	{ "a.org {\n\trespond \"one two\"\n}\n", "a.org { respond [one two]; }; " },
	{ "a.org {\n\trespond \"a \\\"b\\\" \\n\"\n}\n", "a.org { respond [a \"b\" \\n]; }; " },
	{ "a.org {\n\trespond `a \"b\" \\`\n}\n", "a.org { respond [a \"b\" \\]; }; " },
	{ "a.org {\n\trespond \"two\nlines\" 200\n}\n", "a.org { respond [two\nlines] 200; }; " },
	{ "a.org {\n\trespond a#b # c\n}\n", "a.org { respond a#b; }; " },
	{ "a.org {\n\trespond \"#\" \"\"\n}\n", "a.org { respond # []; }; " },
	{ "a.org {\n\trespond one \\\n\t\ttwo\n\trespond three\n}\n", "a.org { respond one two; respond three; }; " },
	{ "a.org {\n\theader {\n\t\t-Server\n\t\tX y\n\t}\n\trespond ok\n}\n", "a.org { header { -Server; X y; }; respond ok; }; " },
	{ "a.org {\n\t@x {\n\t\tpath /a\n\t}\n\trespond @x {$A}\n}\n", "a.org { @x { path /a; }; respond @x {$A}; }; " },
	{ "{$SITE:a b} {\n\trespond {$X:two words} b\n}\n", "[{$SITE:a b}] { respond [{$X:two words}] b; }; " },
	{ "a.org {\n\tredir https://{host}{uri}\n}\n", "a.org { redir https://{host}{uri}; }; " },
	{ "a.org {\n\trespond <<END\n\t\ta { b\n\t\tEND\n\tencode gzip\n}\n", "a.org { respond [\t\ta { b\n\t\t]; encode gzip; }; " },
	{ "a.org {\n\trespond <<\n}\n", "a.org { respond <<; }; " },
	{ "(s) {\n\trespond ok\n}\na.org {\n\timport s\n}\n", "a.org { respond ok; }; " },
	{ "(s) {\n\trespond {args.0} {args[1]} {args.7} {args}\n}\na.org {\n\timport s x \"y z\"\n}\n",
	  "a.org { respond x [y z] {args.7} {args}; }; " },
	{ "(s) {\n\ta.org {\n\t\trespond ok\n\t}\n}\nimport s\nb.org {\n}\n", "a.org { respond ok; }; b.org { }; " },
	{ "&(r) {\n\trespond ok\n}\na.org {\n\tinvoke r\n}\n", "a.org { respond ok; }; " },
	{ "a.org {\n\thandle /x {\n\t\timport some/file\n\t}\n\trespond ok\n}\n", "a.org { handle /x { }; respond ok; }; " },
	{ "(s) {\n}\n", "" },
	{ "a.org {\n\trespond \"{\" `}`\n}\n", "a.org { respond { }; }; " },
	{ "a.org {\n\trespond\xc2\xa0ok\xe3\x80\x80no\n}\n", "a.org { respond ok no; }; " },
	{ "a.org {\n\trespond \"not closed\n", NULL },
	{ "a.org {\n\trespond ok\n", NULL },
	{ "a.org {\n}\n}\n", NULL },
	{ "}\n", NULL },
	{ "a.org {\n}\n{\n}\n", NULL },
	{ "a.org {\n\t{\n}\n", NULL },
	{ "(s) {\n\trespond ok\n", NULL },
	{ "a.org {\n\timport\n}\n", NULL },
	{ "a.org {\n\tinvoke nothing\n}\n", NULL },
	{ "a.org {\n\trespond <<END\n\tx\n}\n", NULL },
};

static void
test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(trees); i++) {
		struct cdy_conf c;
		struct err e = { 0 };
		struct buf got = BUF_INIT;
		int rc = cdy_parse(&c, trees[i].text, strlen(trees[i].text), "Caddyfile", &e);

		if (rc == 0)
			show(&got, c.sites);
		if (rc != (trees[i].want ? 0 : -1) || (rc == 0 && strcmp(got.s, trees[i].want) != 0))
			fail_msg("%s\n%s\n%s", trees[i].text, rc ? e.msg : got.s, trees[i].want);
		if (rc < 0) {
			assert_int_equal(e.code, ERR_VALUE);
			assert_string_equal(e.file, "Caddyfile");
			assert_true(e.line > 0 && e.column > 0);
		}
		buf_free(&got);
		cdy_free(&c);
	}
}

static void
test_places(void **state)
{
	static const char text[] =
		"{\n\thttp_port 8080\n}\n"
		"a.org,\nb.org {\n"                       /* 4 */
		"\t\xc3\xa9 one \\\n\t\ttwo\n"            /* 6 */
		"\trespond \"a\nb\" # x\n"                /* 8 */
		"\tencode gzip {\n\t\tlevel 5\n\t}\n}\n"; /* 10 */
	struct cdy_conf c;
	const struct cdy_node *d;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(cdy_parse(&c, text, strlen(text), "f", &e), 0);
	assert_int_equal(c.options->line, 1);
	assert_int_equal(cdy_child(c.options, "http_port")->line, 2);
	assert_int_equal(cdy_http_port(&c), 8080);
	assert_int_equal(cdy_https_port(&c), 443);
	assert_int_equal(c.sites->line, 4);
	d = c.sites->child;
	assert_int_equal(d->line, 6);
	assert_int_equal(d->column, 2);
	assert_int_equal(d->n_args, 2);
	assert_int_equal(cdy_child(c.sites, "respond")->line, 8);
	d = cdy_child(c.sites, "encode");
	assert_int_equal(d->line, 10);
	assert_int_equal(d->child->line, 11);
	assert_int_equal(d->child->column, 3);
	assert_ptr_equal(d->child->parent, d);
	assert_string_equal(cdy_arg(d, 0), "gzip");
	assert_string_equal(cdy_arg(d, 9), "");
	assert_string_equal(cdy_arg(NULL, 0), "");
	assert_null(cdy_child(NULL, "x"));
	assert_null(c.braceless);
	cdy_free(&c);
}

/* Whole files: the reader takes what Caddy takes, and refuses what Caddy refuses. */
static const char *const judged[] = {
	"a.org {\n\trespond ok\n}\n",
	"a.org\nrespond ok\n",
	"a.org\n",
	"a.org, b.org,\nc.org {\n\trespond ok\n}\n",
	"{\n\tadmin off\n}\na.org {\n\trespond ok\n}\n",
	"a.org {\n\trespond \"one \\\"two\\\"\"\n}\nb.org {\n\trespond `x\"y`\n}\n",
	"a.org {\n\trespond one \\\n\t\t200\n}\n",
	"(s) {\n\trespond {args.0}\n}\na.org {\n\timport s ok\n}\n",
	"(s) {\n\ta.org {\n\t\trespond ok\n\t}\n}\nimport s\n",
	"a.org {\n\t@x {\n\t\tpath /a /b\n\t\tnot path /c\n\t}\n\trespond @x ok\n}\n",
	"a.org {\n\thandle_path /x/* {\n\t\trespond ok\n\t}\n\troute {\n\t\trespond ok\n\t}\n}\n",
	"a.org {\n\trespond ok\n}\nimport nothing/*.caddy\n",
	"a.org {\n\trespond ok\n}\nimport nothing.caddy\n",
	"a.org {\n\trespond ok\n",
	"a.org {\n\trespond ok\n}\n}\n",
	"a.org {\n\timport\n}\n",
	"{$NOT_SET:a.org} {\n\trespond \"{$NOT_SET:two words}\"\n}\n",
	"a.org {\n\theader {\n\t\t-Server\n\t}\n\trespond ok\n}\n\n\n# end",
};

static void
test_caddy_agrees(void **state)
{
	struct tree *t = *state;
	char said[65536];
	size_t taken = 0;

	if (!judge_is_here(CADDY))
		skip();
	for (size_t i = 0; i < ARRAY_LEN(judged); i++) {
		struct cdy_conf c;
		struct err e = { 0 };
		int ours, theirs;

		tree_write(t, "/etc/caddy/Caddyfile", judged[i]);
		ours = cdy_read(&c, t->root, "/etc/caddy/Caddyfile", &e);
		theirs = caddy_judges(t, "adapt", tree_path(t, "/etc/caddy/Caddyfile"), said, sizeof(said));
		if ((ours == 0) != (theirs == 0))
			fail_msg("%s\nours: %s\nCaddy: %s", judged[i], e.msg, said);
		taken += ours == 0;
		cdy_free(&c);
	}
	assert_true(taken > 10 && taken < ARRAY_LEN(judged));
}

/* ---- imports ---- */

static void
test_imports(void **state)
{
	struct tree *t = *state;
	struct cdy_conf c;
	struct buf got = BUF_INIT;
	struct err e = { 0 };

	tree_write(t, "/etc/caddy/Caddyfile", "import snippets/*.caddy\nimport sites/*\nimport empty/*\nimport /etc/caddy/last\n");
	tree_write(t, "/etc/caddy/snippets/s.caddy", "(s) {\n\timport rules {args.0}\n}\n");
	tree_write(t, "/etc/caddy/snippets/rules", "respond {args.0}\n");
	tree_write(t, "/etc/caddy/sites/2", "b.org {\n\timport s two\n}\n");
	tree_write(t, "/etc/caddy/sites/1", "a.org {\n\timport s one\n}\n");
	tree_write(t, "/etc/caddy/last", "c.org {\n}\n");
	if (cdy_read(&c, t->root, "/etc/caddy/Caddyfile", &e) < 0)
		fail_msg("%s", e.msg);
	show(&got, c.sites);
	assert_string_equal(got.s, "a.org { respond one; }; b.org { respond two; }; c.org { }; ");
	assert_string_equal(c.sites->file, "/etc/caddy/sites/1");
	assert_string_equal(c.sites->child->file, "/etc/caddy/snippets/rules");
	assert_int_equal(c.sites->child->line, 1);
	assert_int_equal(c.n_files, 7); /* rules is read each time it is imported */
	assert_string_equal(c.imports[1].pattern, "sites/*");
	assert_string_equal(c.imports[1].file, "/etc/caddy/Caddyfile");
	assert_int_equal(c.imports[1].line, 2);
	assert_true(c.imports[1].top);
	assert_string_equal(c.imports[2].pattern, "rules");
	assert_false(c.imports[2].top);
	buf_free(&got);
	cdy_free(&c);
}

static void
test_bad_imports(void **state)
{
	static const struct { const char *text; int line; const char *says; } cases[] = {
		{ "a.org {\n}\nimport gone\n", 3, "cannot be read" },
		{ "import dir\n", 0, "something else" },
		{ "import Caddyfile\n", 1, "itself" },
		{ "(a) {\n\timport a\n\timport a\n}\nb.org {\n\timport a\n}\n", 0, "" },
		{ "(a) {\n\tx {args.0}{args.0}\n\timport a {args.0}{args.0}\n}\nb.org {\n\timport a 0123456789\n}\n", 3, "itself" },
		{ "import broken\n", 1, "never closed" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cdy_conf c;
		struct err e = { 0 };
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_mkdir(t, "/etc/caddy/dir");
		tree_write(t, "/etc/caddy/broken", "a.org {\n");
		tree_write(t, "/etc/caddy/Caddyfile", cases[i].text);
		assert_int_equal(cdy_read(&c, t->root, "/etc/caddy/Caddyfile", &e), -1);
		assert_int_equal(e.code, ERR_VALUE);
		if (!strstr(e.msg, cases[i].says) || (cases[i].line && e.line != cases[i].line))
			fail_msg("%zu: %s", i, e.msg);
		assert_null(strstr(e.file, t->root));
		cdy_free(&c);
		tree_teardown((void **)&t);
	}
}

static void
test_closed_to_us(void **state)
{
	struct tree *t = *state;
	const bool root = geteuid() == 0; /* who reads everything */
	struct cdy_conf c;
	struct err e = { 0 };
	int rc;

	tree_write(t, "/etc/caddy/Caddyfile", "import secret\nb.org {\n}\n");
	tree_write(t, "/etc/caddy/secret", "a.org {\n}\n");
	assert_int_equal(chmod(tree_path(t, "/etc/caddy/secret"), 0), 0);
	assert_int_equal(chmod(t->root, 0755), 0);
	if (root)
		assert_int_equal(seteuid(65534), 0);
	rc = cdy_read(&c, t->root, "/etc/caddy/Caddyfile", &e);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(rc, 0);
	assert_int_equal(c.n_unreadable, 1);
	assert_string_equal(c.unreadable[0], "/etc/caddy/secret");
	assert_string_equal(c.sites->name, "b.org");
	cdy_free(&c);
}

static void
test_braceless(void **state)
{
	static const struct { const char *text; bool braceless, env; } cases[] = {
		{ "a.org {\n}\n", false, false }, { "a.org\nrespond ok\n", true, false }, { "a.org", true, false },
		{ ":80\n\nrespond {$X}\n", true, true }, { "a.org {\n\trespond {uri}\n}\n", false, false },
		{ "# {$X}\na.org {\n}\n", false, false }, { "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cdy_conf c;
		struct err e = { 0 };

		assert_int_equal(cdy_parse(&c, cases[i].text, strlen(cases[i].text), "f", &e), 0);
		assert_int_equal(c.braceless != NULL, cases[i].braceless);
		assert_int_equal(c.env, cases[i].env);
		cdy_free(&c);
	}
}

/* ---- addresses ---- */

static const struct { const char *address, *host; unsigned port; bool tls, known; } addresses[] = {
	{ "a.example.org",             "a.example.org", 443,  true,  true },
	{ "A.Example.org",             "a.example.org", 443,  true,  true },
	{ "http://a.example.org",      "a.example.org", 80,   false, true },
	{ "https://a.example.org",     "a.example.org", 443,  true,  true },
	{ "a.example.org:80",          "a.example.org", 80,   false, true },
	{ "a.example.org:8443",        "a.example.org", 8443, true,  true },
	{ "http://a.example.org:8080", "a.example.org", 8080, false, true },
	{ "https://a.example.org:80",  "a.example.org", 80,   true,  true },
	{ ":80",                       "",              80,   false, true },
	{ ":8080",                     "",              8080, false, true },
	{ ":443",                      "",              443,  true,  true },
	{ "http://",                   "",              80,   false, true },
	{ "*.example.org",             "*.example.org", 443,  true,  true },
	{ "[::1]:8080",                "::1",           8080, true,  true },
	{ "http://[::1]",              "::1",           80,   false, true },
	{ "localhost/path",            "localhost",     443,  true,  true },
	{ "{$SITE}",                   "",              80,   false, false },
	{ "{$SITE}:8080",              "",              80,   false, false },
};

static void
test_addresses(void **state)
{
	struct tree *t = *state;
	char said[65536];

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		const char *text = arena_printf(&t->arena, "%s {\n\trespond ok\n}\n", addresses[i].address);
		struct cdy_conf c;
		struct cdy_address a;
		struct err e = { 0 };

		assert_int_equal(cdy_parse(&c, text, strlen(text), "f", &e), 0);
		cdy_address(&a, &c, c.sites, 0);
		assert_int_equal(a.known, addresses[i].known);
		if (a.known && (strcmp(a.host, addresses[i].host) != 0 || a.port != addresses[i].port || a.tls != addresses[i].tls))
			fail_msg("%s: %s %u %d", addresses[i].address, a.host, a.port, a.tls);
		cdy_free(&c);
		/* Caddy refuses https on its http port, and listens where we say on all others. */
		if (!a.known || !judge_is_here(CADDY) || (a.tls && a.port == 80))
			continue;
		tree_write(t, "/Caddyfile", text);
		if (caddy_judges(t, "adapt", tree_path(t, "/Caddyfile"), said, sizeof(said)) != 0 ||
		    !strstr(said, arena_printf(&t->arena, "\"listen\":[\":%u\"]", a.port)))
			fail_msg("%s: %s", addresses[i].address, said);
	}
}

static void
test_ports_of_options(void **state)
{
	static const char text[] = "{\n\thttp_port 8080\n\thttps_port 8443\n\tauto_https off\n}\n"
	                           "a.org {\n}\nb.org:8080 {\n}\nc.org:9000 {\n}\nd.org:9000 {\n\ttls internal\n}\n";
	static const struct { unsigned port; bool tls; } want[] = { { 8080, false }, { 8080, false }, { 9000, false }, { 9000, true } };
	struct cdy_conf c;
	const struct cdy_node *s;
	struct err e = { 0 };
	size_t i = 0;

	(void)state;
	assert_int_equal(cdy_parse(&c, text, strlen(text), "f", &e), 0);
	for (s = c.sites; s; s = s->next, i++) {
		struct cdy_address a;

		cdy_address(&a, &c, s, 0);
		assert_int_equal(a.port, want[i].port);
		assert_int_equal(a.tls, want[i].tls);
	}
	assert_int_equal(i, ARRAY_LEN(want));
	cdy_free(&c);
}

/* ---- what serves what ---- */

static void
test_site_for(void **state)
{
	static const char text[] = ":443 {\n}\n*.org {\n}\na.org, c.net {\n}\nhttp://a.org {\n}\n:80 {\n}\nd.net:8443 {\n}\n";
	static const struct { unsigned port; const char *host; int line; } cases[] = {
		{ 443, "a.org", 5 }, { 443, "A.ORG", 5 }, { 443, "b.org", 3 }, { 443, "x.b.org", 1 }, { 443, "c.net", 5 },
		{ 80, "a.org", 7 }, { 80, "b.org", 9 }, { 8443, "d.net", 11 }, { 8443, "a.org", 0 }, { 81, "a.org", 0 },
	};
	struct cdy_conf c;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(cdy_parse(&c, text, strlen(text), "f", &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct cdy_node *s = cdy_site_for(&c, cases[i].port, cases[i].host);

		if ((s ? s->line : 0) != cases[i].line)
			fail_msg("%s:%u: %d", cases[i].host, cases[i].port, s ? s->line : 0);
	}
	cdy_free(&c);
}

static const struct { const char *body, *path; int line; } routes[] = {
	/* The site's address stands on line 1, its directives begin on line 2. */
	{ "reverse_proxy a", "/", 2 },
	{ "respond /x no\nreverse_proxy a", "/x", 2 },
	{ "respond /x no\nreverse_proxy a", "/X", 2 },
	{ "respond /x no\nreverse_proxy a", "/x/y", 3 },
	{ "respond /x* no\nreverse_proxy a", "/x/y", 2 },
	{ "respond *.js no\nreverse_proxy a", "/a.js", 2 },
	{ "respond /a/*/c no\nreverse_proxy a", "/a/b/c", 2 },
	{ "respond /a/*/c no\nreverse_proxy a", "/a/b/x/c", 3 },
	{ "reverse_proxy b\nreverse_proxy /api/* a", "/api/event", 3 },
	{ "reverse_proxy /api/* a\nreverse_proxy /api/event b", "/api/event", 3 },
	{ "reverse_proxy /api/* a", "/", 0 },
	{ "file_server\nreverse_proxy a", "/", 3 },
	{ "reverse_proxy a\nredir /x /y", "/x", 3 },
	{ "handle {\nreverse_proxy b\n}\nhandle /api/* {\nreverse_proxy a\n}", "/api/x", 6 },
	{ "handle {\nreverse_proxy b\n}\nhandle /api/* {\nreverse_proxy a\n}", "/", 3 },
	{ "handle_path /api/* {\nreverse_proxy /event a\nfile_server\n}\nreverse_proxy b", "/api/event", 3 },
	{ "handle_path /api/* {\nreverse_proxy /event a\nfile_server\n}\nreverse_proxy b", "/api/x", 4 },
	{ "handle /api/* {\nencode gzip\n}\nreverse_proxy b", "/api/x", 5 },
	{ "route {\nreverse_proxy a\nrespond no\n}", "/", 3 },
	{ "route /x {\nrespond no\n}\nreverse_proxy a", "/", 5 },
	{ "route {\nhandle /x {\nrespond no\n}\nreverse_proxy a\n}", "/", 6 },
	{ "@api path /api/*\nreverse_proxy @api a\nrespond no", "/api/x", 4 },
	{ "@api path /api/*\nreverse_proxy @api a\nfile_server", "/api/x", 3 },
	{ "@api path /api/*\nreverse_proxy @api a\nfile_server", "/x", 4 },
	{ "@no not path /api/*\nreverse_proxy @no b\nreverse_proxy a", "/api/x", 4 },
	{ "@no not not path /api/*\nreverse_proxy @no b\nreverse_proxy a", "/api/x", 3 },
	{ "@no {\nnot {\npath /api/*\n}\n}\nreverse_proxy @no b\nreverse_proxy a", "/x", 7 },
	{ "@ws {\nheader Connection *Upgrade*\npath /api/*\n}\nreverse_proxy @ws a", "/api/x", 6 },
	{ "@ws {\nheader Connection *Upgrade*\npath /api/*\n}\nreverse_proxy @ws a", "/x", 0 },
	{ "@ws {\nheader Connection *Upgrade*\n}\nreverse_proxy @ws b\nreverse_proxy a", "/api/x", 6 },
	{ "@p {\npath /a\npath /b\n}\nrespond @p no\nreverse_proxy a", "/b", 6 },
	{ "reverse_proxy * a", "/x", 2 },
	{ "reverse_proxy @unknown a", "/x", 2 },
	{ "root * /srv\nphp_fastcgi b", "/x", 3 },
	{ "encode gzip", "/x", 0 },
};

static void
test_routes(void **state)
{
	struct tree *t = *state;

	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		const char *text = arena_printf(&t->arena, "a.org {\n%s\n}\n", routes[i].body);
		struct cdy_conf c;
		struct err e = { 0 };
		const struct cdy_node *d;

		assert_int_equal(cdy_parse(&c, text, strlen(text), "f", &e), 0);
		d = cdy_answers(c.sites, routes[i].path);
		if ((d ? d->line : 0) != routes[i].line)
			fail_msg("%s %s: %d", routes[i].body, routes[i].path, d ? d->line : 0);
		cdy_free(&c);
	}
}

static void
test_in_force(void **state)
{
	static const char text[] = "a.org {\n\tencode /static/* gzip\n\thandle /api/* {\n\t\trequest_body {\n\t\t\tmax_size 1MB\n\t\t}\n"
	                           "\t\treverse_proxy a\n\t}\n\thandle {\n\t\tencode zstd\n\t\treverse_proxy b\n\t}\n}\n";
	struct cdy_conf c;
	struct err e = { 0 };
	const struct cdy_node *api, *rest;

	(void)state;
	assert_int_equal(cdy_parse(&c, text, strlen(text), "f", &e), 0);
	api = cdy_answers(c.sites, "/api/x");
	rest = cdy_answers(c.sites, "/static/x");
	assert_null(cdy_in_force(api, "encode", "/api/x"));
	assert_int_equal(cdy_in_force(api, "request_body", "/api/x")->line, 4);
	assert_null(cdy_in_force(rest, "request_body", "/x"));
	assert_int_equal(cdy_in_force(rest, "encode", "/static/x")->line, 10);
	assert_int_equal(cdy_in_force(c.sites, "encode", "/static/x")->line, 2);
	assert_null(cdy_in_force(c.sites, "encode", "/x"));
	cdy_free(&c);
}

/* ---- hostile ---- */

static void
parse_hostile(const char *text, size_t len)
{
	struct cdy_conf c;
	struct err e = { 0 };

	if (cdy_parse(&c, text, len, "f", &e) == 0)
		cdy_answers(c.sites ? c.sites : &(struct cdy_node){ .name = "" }, "/x");
	else
		assert_int_equal(e.code, ERR_VALUE);
	cdy_free(&c);
}

static void
test_hostile(void **state)
{
	static const char *const pieces[] = { "{\n", "}\n", "a {\n", "x ", "\"", "`", "\\", "<<A\n", "{$", "import x\n", "(a) {\n",
	                                      "not ", "@", ",", "\n", "\xff\xfe", "\xe3\x80", "#", "handle {\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct buf b = BUF_INIT;

		for (int n = 0; n < 50000; n++)
			buf_puts(&b, pieces[i]);
		parse_hostile(b.s, b.len);
		buf_cut(&b, 0);
		buf_puts(&b, "a.org {\n");
		for (size_t n = 0; n < 3000; n++)
			buf_puts(&b, pieces[(n * 7 + n * n + i) % ARRAY_LEN(pieces)]);
		parse_hostile(b.s, b.len);
		buf_free(&b);
	}
	parse_hostile("a\0b {\n}\n", 8);
	parse_hostile("a.org {\n\t@x not not not not\n\trespond @x {\n\t}\n}\n", 46);
}

/* Every beginning of a real file: half a word, half a quote, half a block. */
static void
test_cut_short(void **state)
{
	static const char text[] = "\xef\xbb\xbf{\n\tadmin off\n}\n(s) {\n\trespond \"x {args.0}\"\n}\na.org, b.org {\n\timport s `y`\n"
	                           "\trespond <<END\n\tz\n\tEND\n\theader {\n\t\t-Server\n\t}\n\tredir {$X:a b}\\\n\t302\n}\n";

	(void)state;
	for (size_t len = 0; len <= sizeof(text) - 1; len++) {
		char *exact = xmalloc(len ? len : 1); /* so that a sanitizer sees one byte too many */

		memcpy(exact, text, len);
		parse_hostile(exact, len);
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_places),
		cmocka_unit_test_setup_teardown(test_caddy_agrees, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_imports, tree_setup, tree_teardown),
		cmocka_unit_test(test_bad_imports),
		cmocka_unit_test_setup_teardown(test_closed_to_us, tree_setup, tree_teardown),
		cmocka_unit_test(test_braceless),
		cmocka_unit_test_setup_teardown(test_addresses, tree_setup, tree_teardown),
		cmocka_unit_test(test_ports_of_options),
		cmocka_unit_test(test_site_for),
		cmocka_unit_test_setup_teardown(test_routes, tree_setup, tree_teardown),
		cmocka_unit_test(test_in_force),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
