/* The steps: which file, which line, which commands; what is refused and where; two sites side by side; a rehearsal. */
#include "caddy_world.h"
#include "render.h"

static const char https_answers[] = HTTPS_ANSWERS("caddy");

/* ---- where it goes ---- */

#define ON "ROOT/etc/caddy/Caddyfile --adapter caddyfile"
#define TEST_RUN "; validate caddy validate --config " ON
#define RUNS TEST_RUN "; reload caddy start --config " ON
#define OURS "# OpenChamber at https://%s behind Caddy. Written by antechamber.\n%s {\n\treverse_proxy 127.0.0.1:1\n}\n"
#define LINE "\n# OpenChamber; antechamber put it there.\nimport openchamber*.caddy\n"

static const struct layout {
	const char *caddyfile;
	const char *file, *text;  /* something else that is there; a path that ends in / is a directory */
	const char *more;         /* lines more of answers */
	const char *want;         /* the steps, or, where it is refused, what is said: "!..." */
	const char *added;        /* behind the old Caddyfile; NULL: it is not written */
} layouts[] = {
	{ DEBIAN_CADDYFILE, NULL, NULL, "", "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, LINE },
	{ "", NULL, NULL, "", "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, LINE + 1 },
	{ "a.org {\n}", NULL, NULL, "", "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, "\n" LINE },
	{ "a.org {\n}\n# the end \\", NULL, NULL, "", "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, "\n" LINE },
	/* what is imported already needs no line */
	{ "import sites/*\n", "/etc/caddy/sites/", NULL, "", "write /etc/caddy/sites/openchamber.caddy 644" RUNS, NULL },
	{ "import conf.d/*.conf\n", "/etc/caddy/conf.d/", NULL, "", "write /etc/caddy/conf.d/openchamber.conf 644" RUNS, NULL },
	{ "import openchamber*.caddy\n", NULL, NULL, "", "write /etc/caddy/openchamber.caddy 644" RUNS, NULL },
	{ "import gone/*\n", NULL, NULL, "", "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, LINE },
	{ "a.org {\n\timport openchamber*.caddy\n}\n", NULL, NULL, "",
	  "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, LINE },
	/* the name is taken: by another's file, by our own for this host, by our own for another */
	{ DEBIAN_CADDYFILE, "/etc/caddy/openchamber.caddy", "a.org {\n}\n", "",
	  "write /etc/caddy/openchamber-chat.example.org.caddy 644; write /etc/caddy/Caddyfile 644" RUNS,
	  "\n# OpenChamber; antechamber put it there.\nimport openchamber-chat.example.org*.caddy\n" },
	{ "import openchamber*.caddy\n", "/etc/caddy/openchamber.caddy",
	  "# OpenChamber at http://chat.example.org:8080 behind Caddy. Written by antechamber.\nchat.example.org {\n}\n", "",
	  "write /etc/caddy/openchamber.caddy 644" RUNS, NULL },
	{ "import openchamber*.caddy\n", "/etc/caddy/openchamber.caddy",
	  "# OpenChamber at https://chat.example.org.uk behind Caddy. Written by antechamber.\n", "",
	  "write /etc/caddy/openchamber-chat.example.org.caddy 644" RUNS, NULL },
	/* a star must not bring in what was left out */
	{ DEBIAN_CADDYFILE, "/etc/caddy/openchamber-old.caddy", "a.org {\n}\n", "",
	  "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS,
	  "\n# OpenChamber; antechamber put it there.\nimport openchamber.caddy\n" },
	/* a place of the user's own */
	{ DEBIAN_CADDYFILE, "/etc/caddy/my/", NULL, "files: {config: /etc/caddy/my/oc}\n",
	  "write /etc/caddy/my/oc 644; write /etc/caddy/Caddyfile 644" RUNS,
	  "\n# OpenChamber; antechamber put it there.\nimport my/oc*\n" },
	{ DEBIAN_CADDYFILE, NULL, NULL, "files: {config: \"/srv/two words.caddy\"}\n",
	  "write /srv/two words.caddy 644; write /etc/caddy/Caddyfile 644" RUNS,
	  "\n# OpenChamber; antechamber put it there.\nimport \"/srv/two words*.caddy\"\n" },
	{ "import sites/*\n", "/etc/caddy/sites/", NULL, "files: {config: /etc/caddy/sites/oc}\n", "write /etc/caddy/sites/oc 644" RUNS, NULL },
	{ DEBIAN_CADDYFILE, NULL, NULL, "files: {config: /etc/caddy/Caddyfile}\n", "!never overwritten", NULL },
	/* commands of the user's own; no reload */
	{ "import openchamber*.caddy\n", NULL, NULL,
	  "commands: {validate: [docker, exec, web, caddy, validate], reload: [docker, exec, web, caddy, reload]}\n",
	  "write /etc/caddy/openchamber.caddy 644; validate docker exec web caddy validate; reload docker exec web caddy reload", NULL },
	{ "import openchamber*.caddy\n", NULL, NULL, "reload: false\n", "write /etc/caddy/openchamber.caddy 644" TEST_RUN, NULL },
	/* only the service knows its environment, so only it can judge */
	{ "{$SITE} {\n}\n", NULL, NULL, "",
	  "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644; reload caddy start --config " ON, LINE },
	/* nothing can follow */
	{ "a.org\nrespond ok\n", NULL, NULL, "", "!/etc/caddy/Caddyfile:1:1: This site has no braces", NULL },
	{ "# x\n:80\n", NULL, NULL, "", "!Put { behind :80", NULL },
	{ "import sites/*\n", "/etc/caddy/sites/a", "a.org\nrespond ok\n", "", "!/etc/caddy/sites/a:1:1: This site has no braces", NULL },
	/* the address is taken */
	{ "a.org {\n}\nb.org, chat.example.org {\n}\n", NULL, NULL, "", "!/etc/caddy/Caddyfile:3:1: chat.example.org is served here already", NULL },
	{ "import sites/*\n", "/etc/caddy/sites/a", "https://Chat.example.org:443 {\n}\n", "", "!/etc/caddy/sites/a:1:1: chat.example.org is", NULL },
	{ "http://chat.example.org {\n}\n", NULL, NULL, "", "!/etc/caddy/Caddyfile:1:1: chat.example.org is", NULL },
	{ "chat.example.org:8443 {\n}\n*.example.org {\n}\n:443 {\n}\n", NULL, NULL, "",
	  "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, LINE },
	/* two sites on one port hide each other unless both listen everywhere */
	{ "a.org {\n\tbind 10.0.0.1\n}\n", NULL, NULL, "", "!/etc/caddy/Caddyfile:1: This site listens on 10.0.0.1 port 443 alone", NULL },
	{ "a.org {\n}\n", NULL, NULL, "listen: {address: 10.0.0.1}\n", "!/etc/caddy/Caddyfile:1: This site listens on all addresses", NULL },
	{ "a.org {\n\tbind 10.0.0.1\n}\n", NULL, NULL, "listen: {address: 10.0.0.1}\n",
	  "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, LINE },
	{ "{\n\tdefault_bind 10.0.0.1\n}\na.org {\n}\n", NULL, NULL, "",
	  "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, LINE },
	{ "a.org:8443 {\n\tbind 10.0.0.1\n}\n", NULL, NULL, "",
	  "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, LINE },
	/* broken already */
	{ "a.org {\n", NULL, NULL, "", "!/etc/caddy/Caddyfile:1:1: The block that begins here", NULL },
	/* no certificates */
	{ "{\n\tauto_https off\n}\n", NULL, NULL, "tls: {mode: auto}\n", "!/etc/caddy/Caddyfile:2:2: With this line Caddy gets no", NULL },
	{ "{\n\tauto_https disable_certs\n}\n", NULL, NULL, "tls: {mode: selfsigned}\n", "!/etc/caddy/Caddyfile:2:2: With this line", NULL },
	{ "{\n\tauto_https off\n}\n", NULL, NULL, "", "write /etc/caddy/openchamber.caddy 644; write /etc/caddy/Caddyfile 644" RUNS, LINE },
	{ DEBIAN_CADDYFILE, NULL, NULL, "tls: {mode: certbot}\n", "!gets certificates by itself", NULL },
};

static void
test_layouts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
		const struct layout *l = &layouts[i];
		struct rendering r = RENDERING;
		struct buf text = BUF_INIT;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, CADDY_CONFIG, l->caddyfile);
		if (l->file && l->text)
			tree_write(t, l->file, l->text);
		else if (l->file)
			tree_mkdir(t, l->file);
		buf_puts(&text, https_answers);
		if (strstr(l->more, "tls:"))
			buf_cut(&text, (size_t)(strstr(text.s, "tls:") - text.s));
		buf_puts(&text, l->more);
		parse_answers(&r.a, text.s);
		world_found(&r.f, t, "2.6.2");
		rendering_make(&r, t);
		if (*l->want == '!' ? r.rc == 0 || !strstr(r.e.msg, l->want + 1) : r.rc < 0 || strcmp(r.shown.s, l->want) != 0)
			fail_msg("case %zu: %d %s\n%s\n%s", i, r.rc, r.e.msg, r.shown.s, l->want);
		if (r.rc < 0)
			assert_int_equal(r.e.code, ERR_VALUE);
		if (r.rc == 0 && l->added) {
			assert_string_equal(r.steps.v[1].path, CADDY_CONFIG);
			assert_int_equal(strncmp(r.steps.v[1].text, l->caddyfile, strlen(l->caddyfile)), 0);
			assert_string_equal(r.steps.v[1].text + strlen(l->caddyfile), l->added);
		}
		buf_free(&text);
		rendering_free(&r);
		tree_teardown((void **)&t);
	}
}

/* Done twice, nothing is left to be done; gone again, the line that stays behind harms nobody. */
static void
test_again(void **state)
{
	struct tree *t = *state;
	struct answers a;
	struct proxy_found f;
	struct steps first = { 0 }, second = { 0 };
	struct err e = { 0 };
	char said[65536];

	tree_write(t, CADDY_CONFIG, "{\n\tadmin off\n}\n" DEBIAN_CADDYFILE);
	world_found(&f, t, "2.6.2");
	parse_answers(&a, "version: 1\norigin: http://127.0.0.1:3000\npublic: http://chat.example.org\nproxy: caddy\ntls: {mode: none}\n");
	assert_int_equal(world_render(&first, t, &f, &a, &e), 0);
	tree_write(t, first.v[0].path, first.v[0].text);
	tree_write(t, first.v[1].path, first.v[1].text);
	proxy_found_free(&f);
	world_found(&f, t, "2.6.2");
	assert_int_equal(f.n_sites, 2);
	assert_true(f.sites[1].ours);
	assert_false(f.sites[0].ours);
	assert_int_equal(world_render(&second, t, &f, &a, &e), 0);
	assert_int_equal(second.v[0].kind, STEP_WRITE);
	assert_string_equal(second.v[0].path, first.v[0].path);
	assert_string_equal(second.v[0].text, first.v[0].text);
	assert_int_equal(second.v[1].kind, STEP_RUN);
	if (judge_is_here(CADDY)) {
		assert_int_equal(caddy_judges(t, "validate", tree_path(t, CADDY_CONFIG), said, sizeof(said)), 0);
		assert_int_equal(unlink(tree_path(t, first.v[0].path)), 0);
		assert_int_equal(caddy_judges(t, "validate", tree_path(t, CADDY_CONFIG), said, sizeof(said)), 0);
	}
	steps_free(&first);
	steps_free(&second);
	proxy_found_free(&f);
	answers_free(&a);
}

/* What will be set aside is not in the way, unless Caddy could not do without it. */
static void
test_set_aside(void **state)
{
	static const struct { const char *caddyfile, *aside, *says; } cases[] = {
		{ "import sites/*\n", "/etc/caddy/sites/old", NULL },
		{ "import sites/*\n", NULL, "is served here already" },
		{ "import sites/*\n", "/etc/caddy/sites/another", "is served here already" },
		{ "import sites/old\n", "/etc/caddy/sites/old", "/etc/caddy/Caddyfile:1: /etc/caddy/sites/old is named here" },
		{ "import sites/*\n", "/etc/caddy/Caddyfile", "cannot be set aside" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct answers a;
		struct proxy_found f;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct tree *t;
		int rc;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, CADDY_CONFIG, cases[i].caddyfile);
		tree_write(t, "/etc/caddy/sites/old", "chat.example.org {\n\tbind 10.0.0.1\n}\n");
		parse_answers(&a, https_answers);
		world_found(&f, t, "2.6.2");
		rc = caddy_render(&steps, &(struct proxy_context){ .answers = &a, .found = &f, .needs = &(const struct needs){ .port = 0 }, .templates = "templates",
		                  .root = t->root, .set_aside = cases[i].aside }, &e);
		if (rc != (cases[i].says ? -1 : 0) || (rc < 0 && !strstr(e.msg, cases[i].says)))
			fail_msg("%zu: %s", i, e.msg);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
		tree_teardown((void **)&t);
	}
}

/* Caddy does not run as root: a key it may not read is said before anything is written. */
static void
test_closed_key(void **state)
{
	static const struct { mode_t dir, file, link_dir; const char *user, *closed; } cases[] = {
		{ 0755, 0644, 0755, "nobody", NULL },
		{ 0755, 0640, 0755, "nobody", "/etc/le/live/c.key" },
		{ 0755, 0600, 0755, "root", NULL },
		{ 0755, 0600, 0755, "no-such-user-here", NULL },
		{ 0755, 0600, 0755, NULL, NULL },
		{ 0700, 0644, 0755, "nobody", "/etc/le/archive" },
		{ 0755, 0644, 0700, "nobody", "/etc/le/live" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rendering r = RENDERING;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, CADDY_CONFIG, DEBIAN_CADDYFILE);
		tree_write(t, "/etc/le/archive/c.key", "x");
		tree_write(t, "/etc/ssl/c.pem", "x");
		tree_mkdir(t, "/etc/le/live");
		assert_int_equal(symlink("../archive/c.key", tree_path(t, "/etc/le/live/c.key")), 0);
		assert_int_equal(chmod(t->root, 0755), 0);
		assert_int_equal(chmod(tree_path(t, "/etc/le/archive/c.key"), cases[i].file), 0);
		assert_int_equal(chmod(tree_path(t, "/etc/le/archive"), cases[i].dir), 0);
		assert_int_equal(chmod(tree_path(t, "/etc/le/live"), cases[i].link_dir), 0);
		parse_answers(&r.a, https_answers);
		r.a.key = (char *)"/etc/le/live/c.key";
		world_found(&r.f, t, "2.6.2");
		r.f.user = (char *)cases[i].user;
		rendering_make(&r, t);
		if (r.rc != (cases[i].closed ? -1 : 0))
			fail_msg("%zu: %s", i, r.e.msg);
		if (r.rc < 0) {
			const char *says = arena_printf(&t->arena, "tls.key: Caddy runs as nobody and may not read %s. ",
			                                cases[i].closed);

			if (!strstr(r.e.msg, says) && !strstr(r.e.msg, arena_printf(&t->arena, "%s. ", tree_path(t, cases[i].closed))))
				fail_msg("%zu: %s", i, r.e.msg);
		}
		rendering_free(&r);
		tree_teardown((void **)&t);
	}
}

/* Which command makes it read the file: by how it runs. */
static void
test_commands(void **state)
{
	static const struct { bool installed, running; const char *unit, *binary, *caddyfile, *want, *version, *admin; } cases[] = {
		{ false, false, NULL, NULL, "", "validate caddy validate --config /etc/caddy/Caddyfile --adapter caddyfile; "
		  "reload systemctl reload caddy", NULL, NULL },
		{ true, true, NULL, "/usr/bin/caddy", "", "validate caddy validate --config /etc/caddy/Caddyfile --adapter caddyfile; "
		  "reload caddy reload --config /etc/caddy/Caddyfile --adapter caddyfile", NULL, NULL },
		/* The endpoint is where the environment says, for those that ask it, unless the file says it. */
		{ true, true, NULL, "/usr/bin/caddy", "", "validate caddy validate --config /etc/caddy/Caddyfile --adapter caddyfile; "
		  "reload caddy reload --config /etc/caddy/Caddyfile --adapter caddyfile --address unix//run/caddy.sock",
		  "2.6.3", "unix//run/caddy.sock" },
		{ true, true, NULL, "/usr/bin/caddy", "", "validate caddy validate --config /etc/caddy/Caddyfile --adapter caddyfile; "
		  "reload caddy reload --config /etc/caddy/Caddyfile --adapter caddyfile", "2.6.2", "unix//run/caddy.sock" },
		{ true, true, NULL, "/usr/bin/caddy", "{\n\tadmin :2020\n}\n", "validate caddy validate --config /etc/caddy/Caddyfile "
		  "--adapter caddyfile; reload caddy reload --config /etc/caddy/Caddyfile --adapter caddyfile",
		  "2.10.0", "unix//run/caddy.sock" },
		{ true, true, "caddy.service", "/usr/bin/caddy", "", "validate caddy validate --config /etc/caddy/Caddyfile "
		  "--adapter caddyfile; reload systemctl reload caddy.service", NULL, NULL },
		{ true, true, "caddy.service", "/opt/caddy", "{\n\tadmin off\n}\n", "validate /opt/caddy validate --config "
		  "/etc/caddy/Caddyfile --adapter caddyfile; reload systemctl restart caddy.service", NULL, NULL },
		{ true, true, NULL, "/opt/caddy", "{\n\tadmin off\n}\n", NULL, NULL, NULL },
		{ true, false, NULL, "/opt/caddy", "{\n\tadmin off\n}\n", "validate /opt/caddy validate --config "
		  "/etc/caddy/Caddyfile --adapter caddyfile; reload /opt/caddy start --config /etc/caddy/Caddyfile --adapter caddyfile", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rendering r = RENDERING;
		const char *commands;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, CADDY_CONFIG, cases[i].caddyfile);
		world_found(&r.f, t, cases[i].version ? cases[i].version : cases[i].installed ? "2.6.2" : NULL);
		if (cases[i].installed) {
			((struct caddy_own *)r.f.conf)->admin = (char *)cases[i].admin;
			r.f.binary = (char *)cases[i].binary;
			r.f.running = cases[i].running;
			((struct caddy_own *)r.f.conf)->unit = (char *)cases[i].unit;
		}
		parse_answers(&r.a, https_answers);
		rendering_make(&r, t);
		replace_all(&r.shown, "ROOT", "");
		commands = strstr(r.shown.s, "validate");
		if (cases[i].want ? r.rc < 0 || strcmp(commands, cases[i].want) != 0 : r.rc == 0 || !strstr(r.e.msg, "Caddyfile:2:2"))
			fail_msg("%zu: %s %s", i, r.shown.s, r.e.msg);
		rendering_free(&r);
		tree_teardown((void **)&t);
	}
}

/* Only paths may hold such bytes, then they read back as given; a name may be a word like import. */
static void
only_a_path(struct tree *t, const struct hostile *h, const struct steps *s)
{
	const char *text = world_site(s)->text;
	const struct cdy_node *tls;
	struct cdy_conf c;
	struct err e = { 0 };
	char said[65536];

	if (cdy_parse(&c, text, strlen(text), "site", &e) < 0)
		fail_msg("%s", e.msg);
	tls = cdy_child(c.sites->next, "tls");
	if (h->field == IN_CERTIFICATE || h->field == IN_KEY)
		assert_string_equal(cdy_arg(tls, h->field == IN_KEY), h->path);
	else
		assert_true(strcmp(h->value, "import") == 0 || strcmp(h->value, "*") == 0 || (h->field == IN_TRUSTED && !*h->value));
	assert_null(c.sites->next->next);
	assert_string_equal(cdy_arg(tls->next, 0), h->field == IN_ORIGIN ? arena_printf(&t->arena, "%s:3000", h->value) :
	                    strcmp(tls->next->name, "reverse_proxy") == 0 ? "127.0.0.1:3000" : cdy_arg(tls->next, 0));
	cdy_free(&c);
	if (judge_is_here(CADDY)) {
		tree_write(t, "/judge", text);
		if (caddy_judges(t, "adapt", tree_path(t, "/judge"), said, sizeof(said)) != 0)
			fail_msg("%s: %s", h->value, said);
	}
}

static void
test_injection(void **state)
{
	static const char *const evil[] = {
		"a}", "a{", "{host}", "{$HOME}", "a\nb", "a b", "a\"b", "a'b", "a#b", "#a", "a\\", "a\x01", "\x01" "b}", "../a", "",
		"a`b", "a\"`b", "<<a", "a\xc2\xa0" "b", "a,", "import", "@a", "*",
	};
	struct tree *t = *state;

	tree_write(t, CADDY_CONFIG, DEBIAN_CADDYFILE);
	assert_true(hostile_values(t, https_answers, "2.6.2", world_found, evil, ARRAY_LEN(evil), only_a_path) > 20);
}

static void
test_two_sites(void **state)
{
	static const char *const hosts[] = { "chat.example.org", "talk.example.org" };
	struct tree *t = *state;
	char said[65536];

	tree_write(t, CADDY_CONFIG, "{\n\tadmin off\n}\n" DEBIAN_CADDYFILE);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct rendering r = RENDERING;

		parse_answers(&r.a, arena_printf(&t->arena, "version: 1\norigin: http://127.0.0.1:3000\npublic: https://%s\n"
		                               "proxy: caddy\ntls: {mode: upstream}\ncdn: cloudflare\n", hosts[i]));
		world_found(&r.f, t, "2.6.2");
		rendering_make(&r, t);
		assert_int_equal(r.rc, 0);
		assert_string_equal(r.steps.v[0].path, i == 0 ? "/etc/caddy/openchamber.caddy"
		                                            : "/etc/caddy/openchamber-talk.example.org.caddy");
		tree_write(t, r.steps.v[0].path, r.steps.v[0].text);
		if (i == 0)
			tree_write(t, r.steps.v[1].path, r.steps.v[1].text);
		else
			assert_int_equal(r.steps.v[1].kind, STEP_RUN); /* the star reads both */
		rendering_free(&r);
	}
	if (judge_is_here(CADDY) && caddy_judges(t, "validate", tree_path(t, CADDY_CONFIG), said, sizeof(said)) != 0)
		fail_msg("%s", said);
}

/* Plain http leads to https, and it ends as it was asked to. */
static void
test_rehearsal(void **state)
{
	static const char *const modes[] = { ANSWERS("caddy", "https://chat.example.org", "mode: auto"),
	                                     ANSWERS("caddy", "https://chat.example.org", "mode: selfsigned") };
	struct tree *t = *state;

	needs_judge(CADDY);
	tree_write(t, CADDY_CONFIG, DEBIAN_CADDYFILE);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct rehearsal r = { .status = 0 };

		rehearse(&r, t, modes[i], "2.6.2", world_found);
		assert_non_null(strstr(r.said, " 308 "));
		assert_non_null(strstr(r.said, "Location: https://chat.example.org/x?y=%2F\r\n"));
		assert_true(WIFEXITED(r.status) && WEXITSTATUS(r.status) == 0);
		steps_free(&r.steps);
	}
}

static void
test_escape(void **state)
{
	static const struct escape cases[] = {
		{ "example.org", "example.org" }, { "a b", "\"a b\"" }, { "a#b", "a#b" }, { "#b", "\"#b\"" }, { "q\"", "`q\"`" },
		{ "b\\", "`b\\`" }, { "", "\"\"" }, { "a`b", "\"a`b\"" }, { "\xed\x95\x9c", "\"\xed\x95\x9c\"" }, { "<a", "\"<a\"" },
		{ "{host}", NULL }, { "a}", NULL }, { "a\nb", NULL }, { "a\rb", NULL }, { "\001x", NULL }, { "\x7f", NULL },
		{ "a\"`", NULL }, { "<<END", NULL },
	};

	(void)state;
	escapes_hold(&proxy_caddy, cases, ARRAY_LEN(cases));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test_setup_teardown(test_again, tree_setup, tree_teardown),
		cmocka_unit_test(test_set_aside),
		cmocka_unit_test(test_closed_key),
		cmocka_unit_test(test_commands),
		cmocka_unit_test_setup_teardown(test_injection, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_two_sites, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_rehearsal, tree_setup, tree_teardown),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
