/* What is found: by running a binary on trees of our own; what its words mean; what a reload would meet. */
#include "caddy_world.h"
#include "detect.h"

#include <pwd.h>
#include <signal.h>

/* A program that says what a Caddy of another version would say. */
static void
fake_caddy(struct tree *t, const char *said)
{
	fake_program(t, "/usr/bin/caddy", arena_printf(&t->arena, "cat <<'END'\n%s\nEND", said));
}

static void
test_versions(void **state)
{
	static const struct { const char *said, *version; unsigned v[3]; bool trusts, delays; } cases[] = {
		{ "v2.4.6 h1:HGkGICFGvyrodcqOOclHKfvJC0qTU7vny/7FhYp9hNw=", "2.4.6", { 2, 4, 6 }, false, false },
		{ "v2.5.0 h1:x", "2.5.0", { 2, 5, 0 }, true, false },
		{ "2.6.2", "2.6.2", { 2, 6, 2 }, true, false },
		{ "v2.7.0-beta.1 h1:x", "2.7.0", { 2, 7, 0 }, true, true },
		{ "v2.10.2 h1:x", "2.10.2", { 2, 10, 2 }, true, true },
		{ "(devel)", NULL, { 2, 10, 0 }, true, true },
		{ "3", "3", { 3, 0, 0 }, true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proxy_found f;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		fake_caddy(t, cases[i].said);
		detect(&proxy_caddy, &f, t->root);
		assert_true(f.installed);
		assert_false(f.running);
		if (cases[i].version)
			assert_string_equal(f.version, cases[i].version);
		else
			assert_null(f.version);
		assert_memory_equal(f.v, cases[i].v, sizeof(f.v));
		assert_int_equal(caddy_at_least(&f, 2, 5, 0), cases[i].trusts);
		assert_int_equal(caddy_at_least(&f, 2, 7, 0), cases[i].delays);
		assert_string_equal(f.config, CADDY_CONFIG);
		assert_int_equal(f.broken.code, ERR_IO); /* its main file is not there */
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
	assert_true(caddy_at_least(NULL, 2, 6, 2));
	assert_false(caddy_at_least(NULL, 2, 6, 3));
}

static void
test_not_there(void **state)
{
	not_there(*state, &proxy_caddy, "/usr/bin/caddy");
}

/* The real one, on this machine as it is. */
static void
test_real(void **state)
{
	struct proxy_found f;

	(void)state;
	needs_judge(CADDY);
	detect(&proxy_caddy, &f, NULL);
	assert_true(f.installed);
	assert_int_equal(f.v[0], 2);
	assert_non_null(f.config);
	proxy_found_free(&f);
}

/* Which file it reads, by its unit; what was added to the unit later counts more. */
static void
test_units(void **state)
{
	static const struct { const char *file, *unit, *drop_in, *config; bool known, foreign; } cases[] = {
		{ NULL, NULL, NULL, CADDY_CONFIG, false, false },
		{ "/lib/systemd/system/caddy.service", "[Service]\nUser=caddy\nExecStart=/usr/bin/caddy run --environ --config /etc/caddy/Caddyfile\n",
		  NULL, CADDY_CONFIG, true, false },
		{ "/usr/lib/systemd/system/caddy.service", "ExecStart=/usr/bin/caddy run --config=/srv/web/Caddyfile.live\n", NULL,
		  "/srv/web/Caddyfile.live", true, false },
		{ "/etc/systemd/system/caddy.service", "ExecStart=caddy run -c \"/srv/my web/Caddyfile\"\n", NULL,
		  "/srv/my web/Caddyfile", true, false },
		{ "/lib/systemd/system/caddy.service", "ExecStart=/usr/bin/caddy run --config /etc/caddy/Caddyfile\n",
		  "[Service]\nExecStart=\nExecStart=/usr/bin/caddy run --config /etc/caddy/caddy.json\n", "/etc/caddy/caddy.json", true, true },
		{ "/lib/systemd/system/caddy.service", "ExecStart=/usr/bin/caddy run --config /etc/c.yaml --adapter yaml\n", NULL,
		  "/etc/c.yaml", true, true },
		{ "/lib/systemd/system/caddy.service", "ExecStart=/usr/bin/caddy run --config /etc/sites --adapter caddyfile\n", NULL,
		  "/etc/sites", true, false },
		{ "/lib/systemd/system/caddy.service", "ExecStart=/usr/bin/caddy run --config /etc/my.caddyfile\n", NULL,
		  "/etc/my.caddyfile", true, false },
		{ "/lib/systemd/system/caddy.service", "ExecStart=/usr/bin/caddy run --config relative\n", NULL, CADDY_CONFIG, true, false },
		{ "/lib/systemd/system/caddy.service", "ExecStart=/usr/bin/caddy run --config\n", NULL, CADDY_CONFIG, true, false },
		{ "/lib/systemd/system/caddy.service", "", NULL, CADDY_CONFIG, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proxy_found f;
		const struct caddy_own *own;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		fake_caddy(t, "2.6.2");
		if (cases[i].file)
			tree_write(t, cases[i].file, cases[i].unit);
		if (cases[i].drop_in)
			tree_write(t, "/etc/systemd/system/caddy.service.d/override.conf", cases[i].drop_in);
		tree_write(t, cases[i].config, cases[i].foreign ? "{}" : DEBIAN_CADDYFILE);
		detect(&proxy_caddy, &f, t->root);
		own = f.conf;
		if (strcmp(f.config, cases[i].config) != 0 || own->foreign != cases[i].foreign)
			fail_msg("%zu: %s", i, f.config);
		assert_int_equal(own->unit != NULL, cases[i].known);
		if (i == 1)
			assert_string_equal(f.user, "caddy");
		else
			assert_null(f.user);
		assert_int_equal(f.broken.code, cases[i].foreign ? ERR_VALUE : ERR_NONE);
		assert_int_equal(f.n_sites, cases[i].foreign ? 0 : 1);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

static void
test_sites(void **state)
{
	struct tree *t = *state;
	struct proxy_found f;
	const struct proxy_site *s;
	struct url origin;
	struct err e = { 0 };

	fake_caddy(t, "v2.8.4 h1:x");
	tree_write(t, "/etc/caddy/Caddyfile",
	           "{\n\tadmin off\n\thttp_port 8080\n\tstorage file_system {\n\t\troot /srv/caddy\n\t}\n}\n"
	           "(tls) {\n\ttls /c.pem /c.key\n}\nimport conf.d/*.caddy\nimport one.caddy\n");
	tree_write(t, "/etc/caddy/conf.d/chat.caddy",
	           "chat.example.org, www.example.org, http://chat.example.org {\n\timport tls\n\tbind 10.0.0.1 ::1\n"
	           "\thandle /api/* {\n\t\treverse_proxy 127.0.0.1:1\n\t}\n\treverse_proxy {\n\t\tto localhost:3000 localhost:3001\n\t}\n}\n");
	tree_write(t, "/etc/caddy/conf.d/ours.caddy",
	           "# OpenChamber at http://two.example.org behind Caddy. Written by antechamber.\n"
	           "http://two.example.org:9000 {\n\treverse_proxy :4000\n}\n");
	tree_write(t, "/etc/caddy/conf.d/rest.caddy",
	           ":8080 {\n\tfile_server\n}\n{$SITE} {\n\treverse_proxy unix//run/x\n}\nx.example.org {\n\ttls a@example.org\n"
	           "\treverse_proxy https://10.0.0.2\n}\ny.example.org {\n\treverse_proxy * h2c://[::1]:5000\n}\n");
	tree_write(t, "/etc/caddy/one.caddy", "z.example.org {\n\treverse_proxy {$UP}\n}\n");
	detect(&proxy_caddy, &f, t->root);
	assert_int_equal(f.broken.code, ERR_NONE);
	assert_string_equal(f.site_dir, "/etc/caddy/conf.d");
	assert_null(f.link_dir);
	assert_string_equal(f.layout, "/etc/caddy/Caddyfile:11");
	assert_int_equal(f.n_sites, 7);
	assert_true(caddy_conf(&f)->env);
	assert_string_equal(caddy_storage(&t->arena, &f), "/srv/caddy");
	s = &f.sites[0];
	assert_string_equal(s->names[0], "chat.example.org");
	assert_string_equal(s->names[1], "www.example.org");
	assert_null(s->names[2]);
	assert_string_equal(s->file, "/etc/caddy/conf.d/chat.caddy");
	assert_int_equal(s->line, 1);
	assert_int_equal(s->n_listens, 4);
	assert_string_equal(s->listens[0].address, "10.0.0.1");
	assert_string_equal(s->listens[1].address, "[::1]");
	assert_int_equal(s->listens[1].port, 443);
	assert_true(s->listens[1].tls);
	assert_int_equal(s->listens[2].port, 8080);
	assert_false(s->listens[2].tls);
	assert_string_equal(s->upstream, "http://localhost:3000");
	assert_int_equal(s->upstream_line, 8);
	assert_string_equal(s->certificate, "/c.pem");
	assert_string_equal(s->key, "/c.key");
	assert_false(s->ours);
	s = &f.sites[1];
	assert_true(s->ours);
	assert_string_equal(s->upstream, "http://localhost:4000");
	assert_int_equal(s->listens[0].port, 9000);
	assert_string_equal(s->listens[0].address, "*");
	assert_null(f.sites[2].names[0]);
	assert_null(f.sites[2].upstream);
	assert_null(f.sites[3].names[0]);
	assert_int_equal(f.sites[3].n_listens, 0);
	assert_null(f.sites[3].upstream);
	assert_string_equal(f.sites[4].upstream, "https://10.0.0.2:443");
	assert_null(f.sites[4].certificate);
	assert_string_equal(f.sites[5].upstream, "http://[::1]:5000");
	assert_null(f.sites[6].upstream);
	assert_ptr_equal(proxy_site_named(&f, "Chat.example.org", 443), &f.sites[0]);
	assert_null(proxy_site_named(&f, "chat.example.org", 80));
	assert_int_equal(url_parse(&origin, "http://127.0.0.1:3000", "http", URL_BASE, "origin", &e), 0);
	assert_ptr_equal(proxy_site_leading_to(&f, &origin), &f.sites[0]);
	proxy_found_free(&f);
}

static void
test_layouts(void **state)
{
	static const struct { const char *caddyfile, *dir, *site_dir, *layout; } cases[] = {
		{ "", NULL, "/etc/caddy", NULL },
		{ "import sites/*\n", "/etc/caddy/sites", "/etc/caddy/sites", "/etc/caddy/Caddyfile:1" },
		{ "import sites/*\n", NULL, "/etc/caddy", NULL }, /* not there */
		{ "import vhosts/*.vhost\nimport conf/*.conf\n", "/etc/caddy/conf", "/etc/caddy/conf", "/etc/caddy/Caddyfile:2" },
		{ "a.org {\n\timport rules/*.caddy\n}\n", "/etc/caddy/rules", "/etc/caddy", NULL }, /* inside a site */
		{ "import openchamber*.caddy\n", NULL, "/etc/caddy", "/etc/caddy/Caddyfile:1" },
		{ "import /srv/*.caddyfile\n", "/srv", "/srv", "/etc/caddy/Caddyfile:1" },
		{ "import one.caddy\n", NULL, NULL, NULL }, /* broken: it is not there */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proxy_found f;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		fake_caddy(t, "2.6.2");
		tree_write(t, "/etc/caddy/Caddyfile", cases[i].caddyfile);
		if (cases[i].dir)
			tree_mkdir(t, cases[i].dir);
		detect(&proxy_caddy, &f, t->root);
		if (cases[i].site_dir)
			assert_string_equal(f.site_dir, cases[i].site_dir);
		else
			assert_int_equal(f.broken.code, ERR_VALUE);
		assert_int_equal(f.layout != NULL, cases[i].layout != NULL);
		if (f.layout)
			assert_string_equal(f.layout, cases[i].layout);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

static void
test_complaints(void **state)
{
	static const struct complaint cases[] = {
		{ "{\"level\":\"info\",\"msg\":\"using\"}\nError: adapting config using caddyfile: /etc/caddy/Caddyfile:12: unrecognized directive: respnd\n",
		  "/etc/caddy/Caddyfile", "Caddy says: unrecognized directive: respnd", 12 },
		{ "Error: adapting config using caddyfile: parsing caddyfile tokens for 'reverse_proxy': /etc/caddy/a.caddy:3 - "
		  "Error during parsing: unrecognized subdirective stream_close_delay\n",
		  "/etc/caddy/a.caddy", "Caddy says: unrecognized subdirective stream_close_delay", 3 },
		{ "Error: adapting config using caddyfile: parsing caddyfile tokens for 'tls': wrong argument count or unexpected line "
		  "ending after 'tls', at /etc/caddy/a.caddy:7 import chain: ['/etc/caddy/Caddyfile:9 (import)']\n",
		  "/etc/caddy/a.caddy", "wrong argument count", 7 },
		{ "Error: adapting config using caddyfile: unrecognized thing, at Caddyfile:7\n", "Caddyfile", "unrecognized thing", 7 },
		{ "Error: Caddyfile:2 - Syntax error: Unexpected token 'ok', expecting '}'\n", "Caddyfile", "Syntax error", 2 },
		{ "Error: adapting config using caddyfile: ambiguous site definition: a.example.org\n", "", "ambiguous", 0 },
		{ "Error: loading http app module: open /nope.pem: no such file or directory\n", "", "/nope.pem", 0 },
		{ "Error: sending configuration to instance: caddy responded with error: HTTP 400: {\"error\":\"loading config: listening on "
		  ":18090: listen tcp 127.0.0.1:18090: bind: address already in use\"}\n\n",
		  "", "Caddy says: loading config: listening on :18090", 0 },
		{ "Error: sending configuration to instance: performing request: Post \"http://localhost:2019/load\": dial tcp "
		  "[::1]:2019: connect: connection refused\n", "", "connection refused", 0 },
		{ "{\"msg\":\"using\"}\nError: loading initial config: listening on :18090: bind: address already in use\n"
		  "Error: caddy process exited with error: exit status 1\n",
		  "", "Caddy says: loading initial config: listening on :18090", 0 },
		{ "Error: caddy process exited with error: exit status 1\n", "", "exit status 1", 0 },
		{ "Error: /etc/caddy/Caddyfile:4294967297: no line\n", "/etc/caddy/Caddyfile", "no line", 0 },
		{ "Error: one\nError: two\n", "", "Caddy says: two", 0 },
		{ "Error: \x1b[31mred\n", "", "red", 0 },
		{ "Error: ", "", "", 0 },
		{ "Valid configuration\n", NULL, NULL, 0 },
		{ "{\"msg\":\"Error: x\"}\n", NULL, NULL, 0 },
		{ "", NULL, NULL, 0 },
	};

	(void)state;
	complaints_hold(&proxy_caddy, cases, ARRAY_LEN(cases));
}

/* What the real one complains of is understood, wherever it stands. */
static void
test_real_complaints(void **state)
{
	static const struct { const char *text; const char *file; int line; } cases[] = {
		{ "a.org {\n\trespnd ok\n}\n", "/Caddyfile", 2 },
		{ "a.org {\n\treverse_proxy x {\n\t\tnonsense\n\t}\n}\n", "/Caddyfile", 3 },
		{ "a.org {\n}\nimport gone\n", "/Caddyfile", 0 },
		{ "import bad*.caddy\n", "/bad1.caddy", 2 },
		{ "a.org {\n}\na.org {\n}\n", NULL, 0 },
	};
	struct tree *t = *state;
	char said[65536];

	needs_judge(CADDY);
	tree_write(t, "/bad1.caddy", "b.org {\n\tnonsense\n}\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };

		tree_write(t, "/Caddyfile", cases[i].text);
		assert_int_not_equal(caddy_judges(t, "adapt", tree_path(t, "/Caddyfile"), said, sizeof(said)), 0);
		assert_true(proxy_caddy.complaint(said, &e));
		if (strcmp(e.file, cases[i].file ? tree_path(t, cases[i].file) : "") != 0 || (cases[i].line && e.line != cases[i].line))
			fail_msg("%s:%d %s", e.file, e.line, e.msg);
	}
}

static void
test_clash(void **state)
{
	static const struct { const char *options, *answers; struct listener there; const char *says; } cases[] = {
		{ "", "", { .address = "0.0.0.0", .port = 443, .program = "caddy" }, NULL },
		{ "", "", { .address = "0.0.0.0", .port = 443, .program = "nginx" }, "Port 443 is taken by nginx" },
		{ "", "", { .address = "::", .port = 80, .ipv6 = true, .program = "apache2" }, "Port 80 is taken by apache2" },
		{ "", "", { .address = "10.0.0.1", .port = 443, .program = "nginx" }, "Port 443" },
		{ "", "", { .address = "0.0.0.0", .port = 443, .program = "" }, NULL },
		{ "", "", { .address = "0.0.0.0", .port = 8080, .program = "nginx" }, NULL },
		{ "", "listen: {address: 10.0.0.2}\n", { .address = "10.0.0.1", .port = 443, .program = "nginx" }, NULL },
		{ "", "listen: {address: 10.0.0.1}\n", { .address = "10.0.0.1", .port = 443, .program = "nginx" }, "Port 443" },
		{ "", "listen: {address: \"::1\"}\n", { .address = "::1", .port = 443, .ipv6 = true, .program = "nginx" }, "Port 443" },
		/* Beside another port Caddy still opens its http port, to lead from there to https. */
		{ "", "public: https://chat.example.org:8443\n", { .address = "0.0.0.0", .port = 80, .program = "nginx" },
		  "auto_https disable_redirects" },
		{ "{\n\tauto_https disable_redirects\n}\n", "public: https://chat.example.org:8443\n",
		  { .address = "0.0.0.0", .port = 80, .program = "nginx" }, NULL },
		{ "{\n\thttp_port 8080\n}\n", "public: https://chat.example.org:8443\n",
		  { .address = "0.0.0.0", .port = 80, .program = "nginx" }, NULL },
		{ "", "public: http://chat.example.org:8080\ntls: {mode: none}\n", { .address = "0.0.0.0", .port = 80, .program = "nginx" }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct listener there = cases[i].there;
		struct machine m = { .listeners = &there, .n_listeners = 1 };
		struct proxy_found f;
		struct answers a;
		struct err e = { 0 };
		struct tree *t;
		int rc;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, CADDY_CONFIG, cases[i].options);
		world_found(&f, t, "2.6.2");
		parse_answers(&a, arena_printf(&t->arena, "version: 1\norigin: http://127.0.0.1:3000\nproxy: caddy\n%s%s%s",
		                               strstr(cases[i].answers, "public:") ? "" : "public: https://chat.example.org\n",
		                               strstr(cases[i].answers, "tls:") ? "" : "tls: {mode: auto}\n", cases[i].answers));
		rc = proxy_caddy.clash(&(struct proxy_context){ .answers = &a, .found = &f, .root = t->root }, &m, &e);
		if (rc != (cases[i].says ? -1 : 0) || (rc < 0 && !strstr(e.msg, cases[i].says)))
			fail_msg("case %zu: %d %s", i, rc, e.msg);
		if (rc < 0)
			assert_int_equal(e.code, ERR_CONFLICT);
		answers_free(&a);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

/* ---- a running one ---- */

/* Found by the file it reads; its certificates and authority are waited for where it keeps them. */
static void
test_running(void **state)
{
	struct tree *t = *state;
	struct proxy_found f = { 0 };
	struct answers a;
	struct proxy_context c = { .answers = &a, .found = &f };
	const char *conf = tree_path(t, "/etc/caddy/Caddyfile"), *data = tree_path(t, "/data");
	unsigned https = free_port();
	int status;
	pid_t pid;

	needs_judge(CADDY);
	parse_answers(&a, "version: 1\norigin: http://127.0.0.1:3000\nproxy: caddy\npublic: https://chat.example.org\ntls: {mode: selfsigned}\n");
	tree_mkdir(t, "/usr/bin");
	assert_int_equal(symlink(CADDY, tree_path(t, "/usr/bin/caddy")), 0);
	tree_write(t, "/etc/caddy/Caddyfile", arena_printf(&t->arena,
		"{\n\tadmin off\n\thttps_port %u\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n"
		"https://chat.example.org {\n\tbind 127.0.0.1\n\ttls internal\n\trespond ok\n}\n", https));
	tree_mkdir(t, "/data/caddy");
	pid = fork();
	if (pid == 0) {
		setenv("XDG_DATA_HOME", data, 1);
		setenv("XDG_CONFIG_HOME", t->root, 1);
		freopen("/dev/null", "w", stderr);
		execl(CADDY, "caddy", "run", "--config", conf, "--adapter", "caddyfile", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && !f.running; i++) {
		proxy_found_free(&f);
		poll(NULL, 0, 10);
		detect(&proxy_caddy, &f, t->root);
	}
	assert_true(f.running);
	assert_int_equal(f.master, pid);
	assert_string_equal(f.config, "/etc/caddy/Caddyfile");
	assert_string_equal(f.user, getpwuid(geteuid())->pw_name);
	assert_null(((struct caddy_own *)f.conf)->unit);
	assert_string_equal(caddy_storage(&t->arena, &f), arena_printf(&t->arena, "%s/caddy", data));
	for (int i = 0; i < 500 && proxy_caddy.ready(&c) == PROOF_WAIT; i++)
		poll(NULL, 0, 10);
	assert_int_equal(proxy_caddy.ready(&c), PROOF_DONE);
	assert_true(fs_exists(proxy_caddy.authority(&t->arena, &c)));
	snprintf(a.public_url.host, sizeof(a.public_url.host), "other.example.org");
	assert_int_equal(proxy_caddy.ready(&c), PROOF_WAIT); /* nobody makes that one */
	a.tls = TLS_EXISTING;
	assert_int_equal(proxy_caddy.ready(&c), PROOF_DONE);
	assert_null(proxy_caddy.authority(&t->arena, &c));
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	proxy_found_free(&f);
	detect(&proxy_caddy, &f, t->root);
	assert_false(f.running);
	proxy_found_free(&f);
	answers_free(&a);
}

static void
test_reload_closes(void **state)
{
	static const struct { const char *version, *caddyfile; bool closes; } cases[] = {
		{ "2.6.2", "a.org {\n\trespond ok\n}\n", true },
		{ "2.7.0", "a.org {\n\trespond ok\n}\n", false },
		{ "2.7.0", "a.org {\n\treverse_proxy x\n}\n", true },
		{ "2.7.0", "a.org {\n\thandle {\n\t\treverse_proxy x {\n\t\t\tstream_close_delay 1h\n\t\t}\n\t}\n}\n", false },
		{ "2.7.0", "a.org {\n\treverse_proxy x {\n\t\tstream_close_delay 1h\n\t}\n}\nb.org {\n\troute {\n\t\treverse_proxy x\n\t}\n}\n", true },
		{ "2.7.0", "a.org {\n", true }, /* cannot be read */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proxy_found f;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, CADDY_CONFIG, cases[i].caddyfile);
		world_found(&f, t, cases[i].version);
		assert_int_equal(proxy_caddy.reload_closes(&f), cases[i].closes);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

static void
test_table_entry(void **state)
{
	(void)state;
	assert_string_equal(proxy_caddy.name, "caddy");
	assert_int_equal(proxy_caddy.caps, PROXY_FILES | PROXY_AUTO_TLS | PROXY_REHEARSE);
	assert_null(proxy_caddy.proof);
	assert_non_null(proxy_caddy.fix("ws-upgrade-lost"));
	assert_null(proxy_caddy.fix("no-such-cause"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test_setup_teardown(test_not_there, tree_setup, tree_teardown),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_units),
		cmocka_unit_test_setup_teardown(test_sites, tree_setup, tree_teardown),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_complaints),
		cmocka_unit_test_setup_teardown(test_real_complaints, tree_setup, tree_teardown),
		cmocka_unit_test(test_clash),
		cmocka_unit_test_setup_teardown(test_running, tree_setup, tree_teardown),
		cmocka_unit_test(test_reload_closes),
		cmocka_unit_test(test_table_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
