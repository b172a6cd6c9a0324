/* The steps: which file, which link, which commands; what is refused; two sites side by side; a rehearsal. */
#include "nginx_world.h"
#include "render.h"

static const char https_answers[] = HTTPS_ANSWERS("nginx");

struct layout {
	const char *include;      /* inside http{} */
	const char *dirs[3];
	const char *file, *text;  /* something that is there already; NULL: nothing */
	const char *more;         /* lines more of answers */
	const char *want;         /* NULL: refused */
};

#define TEST_RUN "; validate nginx -t -c ROOT/etc/nginx/nginx.conf"
#define RUNS TEST_RUN "; reload nginx -c ROOT/etc/nginx/nginx.conf"
#define OURS "# OpenChamber at https://%s behind nginx. Written by antechamber.\nserver { server_name %s; }\n"

static const struct layout layouts[] = {
	{ "include /etc/nginx/conf.d/*.conf; include /etc/nginx/sites-enabled/*;",
	  { "/etc/nginx/conf.d", "/etc/nginx/sites-available", "/etc/nginx/sites-enabled" }, NULL, NULL, "",
	  "write /etc/nginx/sites-available/openchamber.conf 644; "
	  "link /etc/nginx/sites-enabled/openchamber.conf -> ../sites-available/openchamber.conf" RUNS },
	{ "include /etc/nginx/conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "",
	  "write /etc/nginx/conf.d/openchamber.conf 644" RUNS },
	{ "include http.d/*.conf;", { "/etc/nginx/http.d" }, NULL, NULL, "",
	  "write /etc/nginx/http.d/openchamber.conf 644" RUNS },
	/* sites-enabled alone: the file itself goes there */
	{ "include sites-enabled/*;", { "/etc/nginx/sites-enabled" }, NULL, NULL, "",
	  "write /etc/nginx/sites-enabled/openchamber.conf 644" RUNS },
	/* a pattern that would not read our name, a directory that is not there, the wrong block */
	{ "include vhosts/*.vhost; include gone/*.conf; include conf.d/*.conf;", { "/etc/nginx/vhosts", "/etc/nginx/conf.d" },
	  NULL, NULL, "", "write /etc/nginx/conf.d/openchamber.conf 644" RUNS },
	{ "server { include conf.d/*.conf; }", { "/etc/nginx/conf.d" }, NULL, NULL, "", NULL },
	{ "", { "/etc/nginx/conf.d" }, NULL, NULL, "", NULL },
	/* the name is taken: by another file, by our own for this host, by our own for another */
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, "/etc/nginx/conf.d/openchamber.conf", "server { }\n", "",
	  "write /etc/nginx/conf.d/openchamber-chat.example.org.conf 644" RUNS },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, "/etc/nginx/conf.d/openchamber.conf",
	  "# OpenChamber at http://chat.example.org:8080 behind nginx. Written by antechamber.\n", "",
	  "write /etc/nginx/conf.d/openchamber.conf 644" RUNS },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, "/etc/nginx/conf.d/openchamber.conf",
	  "# OpenChamber at https://chat.example.org.uk behind nginx. Written by antechamber.\n", "",
	  "write /etc/nginx/conf.d/openchamber-chat.example.org.conf 644" RUNS },
	/* a place of the user's own */
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "files: {config: /etc/nginx/conf.d/oc.conf}\n",
	  "write /etc/nginx/conf.d/oc.conf 644" RUNS },
	{ "include sites-enabled/*;", { "/etc/nginx/sites-available", "/etc/nginx/sites-enabled" }, NULL, NULL,
	  "files: {config: /etc/nginx/sites-available/oc}\n",
	  "write /etc/nginx/sites-available/oc 644; link /etc/nginx/sites-enabled/oc -> ../sites-available/oc" RUNS },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "files: {config: /etc/nginx/conf.d/oc.off}\n", NULL },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "files: {config: /etc/nginx/nginx.conf}\n", NULL },
	/* commands of the user's own; no reload */
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL,
	  "commands: {validate: [docker, exec, web, nginx, -t], reload: [docker, exec, web, nginx, -s, reload]}\n",
	  "write /etc/nginx/conf.d/openchamber.conf 644; validate docker exec web nginx -t; reload docker exec web nginx -s reload" },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "reload: false\n",
	  "write /etc/nginx/conf.d/openchamber.conf 644" TEST_RUN },
};

static void
test_layouts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
		const struct layout *l = &layouts[i];
		struct rendering r = RENDERING;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, "/etc/nginx/nginx.conf", arena_printf(&t->arena, "events {}\nhttp {\n%s\n}\n", l->include));
		for (size_t j = 0; j < ARRAY_LEN(l->dirs) && l->dirs[j]; j++)
			tree_mkdir(t, l->dirs[j]);
		if (l->file)
			tree_write(t, l->file, l->text);
		parse_answers(&r.a, arena_printf(&t->arena, "%s%s", https_answers, l->more));
		world_found(&r.f, t, "1.22.1");
		rendering_make(&r, t);
		if (r.rc != (l->want ? 0 : -1) || (l->want && strcmp(r.shown.s, l->want) != 0))
			fail_msg("case %zu: %d %s\n%s", i, r.rc, r.rc ? r.e.msg : r.shown.s, l->want);
		if (!l->want)
			assert_int_equal(r.e.code, ERR_VALUE);
		if (r.f.layout)
			assert_string_equal(r.f.layout, "/etc/nginx/nginx.conf:3");
		rendering_free(&r);
		tree_teardown((void **)&t);
	}
}

/* Which command makes it read the file: by how it runs. */
static void
test_commands(void **state)
{
	static const struct { bool installed, running; const char *unit, *binary, *config, *want; } cases[] = {
		{ false, false, NULL, NULL, NULL, "validate nginx -t; reload systemctl reload nginx" },
		{ true, true, NULL, "/usr/sbin/nginx", "/etc/nginx/nginx.conf", "validate nginx -t; reload nginx -s reload" },
		{ true, true, "nginx", "/usr/sbin/nginx", "/etc/nginx/nginx.conf",
		  "validate nginx -t; reload systemctl reload nginx" },
		{ true, true, NULL, "/opt/nginx/sbin/nginx", "/opt/nginx/conf/nginx.conf",
		  "validate /opt/nginx/sbin/nginx -t -c /opt/nginx/conf/nginx.conf; "
		  "reload /opt/nginx/sbin/nginx -s reload -c /opt/nginx/conf/nginx.conf" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nginx_own own = { .default_config = (char *)"/etc/nginx/nginx.conf", .unit = (char *)cases[i].unit };
		struct proxy_found f = {
			.installed = cases[i].installed, .running = cases[i].running, .binary = (char *)cases[i].binary,
			.config = (char *)cases[i].config, .site_dir = (char *)"/nowhere", .conf = &own,
		};
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct buf shown = BUF_INIT;
		const char *commands;

		parse_answers(&a, https_answers);
		assert_int_equal(nginx_render(&steps, &(struct proxy_context){
			.answers = &a, .found = &f, .templates = "templates" }, &e), 0);
		show_steps(&shown, &steps);
		commands = strstr(shown.s, "validate");
		assert_non_null(commands);
		if (strncmp(commands, cases[i].want, strcspn(cases[i].want, ";")) != 0 ||
		    (cases[i].running && strcmp(commands, cases[i].want) != 0))
			fail_msg("%zu: %s", i, commands);
		buf_free(&shown);
		steps_free(&steps);
		answers_free(&a);
	}
}

/* Only paths may hold such bytes: then they read back as given, and the rest is as it was. */
static void
only_a_path(struct tree *t, const struct hostile *h, const struct steps *s)
{
	const char *text = world_site(s)->text;
	const struct ngx_directive *server;
	struct ngx_conf c;
	struct err e = { 0 };
	char said[4096];

	assert_true(h->field == IN_CERTIFICATE || h->field == IN_KEY);
	assert_int_equal(ngx_parse(&c, text, strlen(text), "site", &e), 0);
	server = ngx_next(ngx_next(c.top, "server"), "server");
	assert_string_equal(ngx_child(server, h->field == IN_CERTIFICATE ? "ssl_certificate" : "ssl_certificate_key")->args[0], h->path);
	assert_null(server->next);
	if (world_accepts(t, text, said, sizeof(said)) != 0)
		fail_msg("%s: %s", h->value, said);
	ngx_free(&c);
}

static void
test_injection(void **state)
{
	static const char *const evil[] = {
		"a;}", "a{", "$host", "a\nb", "a b", "a\"b", "a'b", "a#b", "a\\", "a\x01", "\x01" "b;", "../a", "", "a;\tb",
	};
	struct tree *t = *state;

	needs_judge(NGINX);
	world_debian(t);
	hostile_values(t, https_answers, "1.22.1", world_found, evil, ARRAY_LEN(evil), only_a_path);
}

static void
test_refusals(void **state)
{
	static const struct { const char *from, *to; enum err_code code; } cases[] = {
		{ "", "", ERR_NONE },
		{ "mode: existing", "mode: certbot", ERR_VALUE },
		{ "mode: existing", "mode: auto", ERR_VALUE },
		{ "mode: existing", "mode: none", ERR_VALUE },
		{ "mode: existing", "mode: selfsigned", ERR_NONE },
		{ "chat.example.org", "a-name-that-is-much-too-long-for-a-hash-bucket.example.org", ERR_VALUE },
		{ "chat.example.org", "a-name-that-just-fits-in.hash-bucket.example.o", ERR_NONE },
		{ "chat.example.org", "a-name-that-just-fits-in.hash-bucket.example.or", ERR_VALUE },
	};
	struct tree *t = *state;
	char said[4096];

	needs_judge(NGINX);
	world_debian(t);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rendering r = RENDERING;

		parse_answers_with(&r.a, https_answers, cases[i].from, cases[i].to);
		world_found(&r.f, t, "1.22.1");
		rendering_make(&r, t);
		if (r.e.code != cases[i].code)
			fail_msg("%s: %s", cases[i].to, r.e.msg);
		/* nginx is the judge of what fits. */
		if (strstr(cases[i].to, "hash-bucket"))
			assert_int_equal(world_accepts(t, arena_printf(&t->arena, "server { listen 80; server_name %s; } server { listen 80; server_name x; }", cases[i].to),
			                               said, sizeof(said)) == 0, r.e.code == ERR_NONE);
		rendering_free(&r);
	}
}

static void
test_two_sites(void **state)
{
	static const char *const hosts[] = { "chat.example.org", "talk.example.org" };
	struct tree *t = *state;
	struct buf both = BUF_INIT;
	char said[4096];

	needs_judge(NGINX);
	world_debian(t);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct rendering r = RENDERING;
		const struct step *site;

		parse_answers_with(&r.a, https_answers, "chat.example.org", hosts[i]);
		r.a.cdn = CDN_CLOUDFLARE;
		world_found(&r.f, t, "1.22.1");
		rendering_make(&r, t);
		assert_int_equal(r.rc, 0);
		site = world_site(&r.steps);
		assert_string_equal(site->path, i == 0 ? "/etc/nginx/sites-available/openchamber.conf"
		                                       : "/etc/nginx/sites-available/openchamber-talk.example.org.conf");
		tree_write(t, site->path, site->text);
		assert_int_equal(symlink(tree_path(t, site->path),
		                         tree_path(t, steps_find(&r.steps, STEP_LINK, ROLE_NONE)->path)), 0);
		buf_puts(&both, site->text);
		rendering_free(&r);
	}
	if (world_accepts(t, both.s, said, sizeof(said)) != 0 || strstr(said, "[warn]"))
		fail_msg("%s", said);
	buf_free(&both);
}

/* A plan is computed twice, the second time by root: both must come to the same. */
static void
test_test_certificate(void **state)
{
	static const char first[] =
		"write /etc/antechamber/tls/chat.example.org.key 600 made secret; "
		"write /etc/antechamber/tls/chat.example.org.pem 644 made; write /etc/nginx/sites-available/openchamber.conf 644";
	struct tree *t = *state;

	world_debian(t);
	for (int round = 0; round < 3; round++) {
		struct rendering r = RENDERING;

		parse_answers_with(&r.a, https_answers, EXISTING, "mode: selfsigned");
		world_found(&r.f, t, "1.22.1");
		rendering_make(&r, t);
		assert_int_equal(r.rc, 0);
		if (round == 1)
			assert_int_equal(strncmp(r.shown.s, "write /etc/nginx/", 17), 0);
		else
			assert_int_equal(strncmp(r.shown.s, first, strlen(first)), 0);
		if (round == 0) {
			assert_int_equal(cert_key_matches(r.steps.v[1].text, r.steps.v[0].text, &r.e), 0);
			tree_write(t, r.steps.v[0].path, r.steps.v[0].text);
			tree_write(t, r.steps.v[1].path, r.steps.v[1].text);
		} else {
			world_certificate(t, "other.example.org", "/etc/antechamber/tls/chat.example.org.pem", "/k");
		}
		rendering_free(&r);
	}
}

/* Plain http leads to https, and it ends as it was asked to. */
static void
test_rehearsal(void **state)
{
	struct tree *t = *state;
	struct rehearsal r = { .status = 0 };

	needs_judge(NGINX);
	world_debian(t);
	rehearse(&r, t, https_answers, "1.22.1", world_found);
	assert_non_null(strstr(r.said, " 301 "));
	assert_non_null(strstr(r.said, "Location: https://chat.example.org/x?y=%2F\r\n"));
	assert_null(strstr(r.proof, "Location"));
	assert_true(WIFEXITED(r.status) && WEXITSTATUS(r.status) == 0);
	steps_free(&r.steps);
}

static void
test_escape(void **state)
{
	static const struct escape cases[] = {
		{ "example.org", "example.org" }, { "a b", "\"a b\"" }, { "x;} evil {", "\"x;} evil {\"" }, { "q\"", "\"q\\\"\"" },
		{ "b\\", "\"b\\\\\"" }, { "", "\"\"" }, { "\xed\x95\x9c", "\xed\x95\x9c" },
		{ "$host", NULL }, { "a\nb", NULL }, { "a\rb", NULL }, { "\001x", NULL }, { "\x7f", NULL },
	};

	(void)state;
	escapes_hold(&proxy_nginx, cases, ARRAY_LEN(cases));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_commands),
		cmocka_unit_test_setup_teardown(test_injection, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_refusals, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_two_sites, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_test_certificate, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_rehearsal, tree_setup, tree_teardown),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
