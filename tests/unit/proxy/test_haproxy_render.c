/* The steps: which files, which links, which commands; where the site goes; what is refused; a rehearsal. */
#include "haproxy_world.h"
#include "render.h"

static const char https_answers[] = HTTPS_ANSWERS("haproxy");
static const char http_answers[] = HTTP_ANSWERS("haproxy");
static const char defaults[] = "defaults\n mode http\n timeout connect 5s\n timeout client 50s\n timeout server 50s\n";
static const struct needs needs = { .quiet = 30 };

static const char *
text_of(const struct steps *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].kind == STEP_WRITE && strcmp(s->v[i].path, path) == 0)
			return s->v[i].text;
	return NULL;
}

#define LINKS \
	"link /etc/haproxy/antechamber/chat.example.org-38bad94f.pem -> /etc/ssl/c.pem; " \
	"link /etc/haproxy/antechamber/chat.example.org-38bad94f.pem.key -> /etc/ssl/c.key; "
#define CFG   "write /etc/haproxy/haproxy.cfg 644; "

static void
test_steps(void **state)
{
	static const struct {
		const char *more;  /* lines more of answers */
		bool        running, master;
		const char *unit, *want;
	} cases[] = {
		{ "", true, true, "haproxy.service", LINKS CFG "validate haproxy -c -f ROOT/etc/haproxy/haproxy.cfg; reload systemctl reload haproxy.service" },
		{ "", true, true, NULL, LINKS CFG "validate haproxy -c -f ROOT/etc/haproxy/haproxy.cfg; reload kill -USR2 4321" },
		{ "", true, false, NULL, NULL },
		{ "commands: {reload: [r.rc-service, haproxy, reload]}\n", true, false, NULL,
		  LINKS CFG "validate haproxy -c -f ROOT/etc/haproxy/haproxy.cfg; reload r.rc-service haproxy reload" },
		{ "", false, false, NULL, LINKS CFG "validate haproxy -c -f ROOT/etc/haproxy/haproxy.cfg; reload service haproxy start" },
		{ "commands: {validate: [docker, exec, h, haproxy, -c], reload: [docker, kill, -s, USR2, h]}\n", false, false, NULL,
		  LINKS CFG "validate docker exec h haproxy -c; reload docker kill -s USR2 h" },
		{ "reload: false\n", true, true, NULL, LINKS CFG "validate haproxy -c -f ROOT/etc/haproxy/haproxy.cfg" },
		{ "files: {config: /etc/haproxy/haproxy.cfg}\nreload: false\n", true, true, NULL, LINKS CFG "validate haproxy -c -f ROOT/etc/haproxy/haproxy.cfg" },
		{ "files: {config: /etc/haproxy/other.cfg}\n", true, true, NULL, NULL },
	};
	struct tree *t = *state;

	tree_write(t, HAPROXY_CONFIG, defaults);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rendering r = RENDERING;

		parse_answers(&r.a, arena_printf(&t->arena, "%s%s", https_answers, cases[i].more));
		world_found(&r.f, t, "2.6.12");
		r.f.running = cases[i].running;
		r.f.master = cases[i].running ? 4321 : 0;
		haproxy_own(&r.f)->master = cases[i].master;
		haproxy_own(&r.f)->unit = (char *)cases[i].unit;
		rendering_make(&r, t);
		if (r.rc != (cases[i].want ? 0 : -1) || (cases[i].want && strcmp(r.shown.s, cases[i].want) != 0))
			fail_msg("case %zu: %d %s", i, r.rc, r.rc ? r.e.msg : r.shown.s);
		if (r.rc < 0)
			assert_int_equal(r.e.code, ERR_VALUE);
		rendering_free(&r);
	}
}

/* A certificate that holds its key, or has it beside it, needs no link; one that changed sets the old links aside. */
static void
test_links(void **state)
{
	struct tree *t = *state;
	struct answers a;
	struct proxy_found f;
	struct steps steps = { 0 };
	struct err e = { 0 };
	struct buf shown = BUF_INIT;

	tree_write(t, HAPROXY_CONFIG, defaults);
	tree_write(t, "/etc/haproxy/antechamber/chat.example.org-00000000.pem", "");
	tree_write(t, "/etc/haproxy/antechamber/chat.example.org-00000000.pem.key", "");
	tree_write(t, "/etc/haproxy/antechamber/other.example.org-00000000.pem", "");
	parse_answers(&a, https_answers);
	world_found(&f, t, "2.6.12");
	f.running = haproxy_own(&f)->master = true;
	a.reload = false;
	assert_int_equal(world_render(&steps, t, &f, &a, &e), 0);
	show_steps(&shown, &steps);
	replace_all(&shown, t->root, "");
	assert_string_equal(shown.s,
		"aside /etc/haproxy/antechamber/chat.example.org-00000000.pem; "
		"aside /etc/haproxy/antechamber/chat.example.org-00000000.pem.key; " LINKS CFG "validate haproxy -c -f /etc/haproxy/haproxy.cfg");
	assert_non_null(strstr(text_of(&steps, HAPROXY_CONFIG), " crt /etc/haproxy/antechamber "));
	steps_free(&steps);

	/* A file that holds its key needs one link; where it is read already, none. */
	a.key = a.certificate;
	buf_cut(&shown, 0);
	assert_int_equal(world_render(&steps, t, &f, &a, &e), 0);
	show_steps(&shown, &steps);
	assert_null(strstr(shown.s, ".pem.key ->"));
	assert_non_null(strstr(shown.s, ".pem -> /etc/ssl/c.pem; "));
	steps_free(&steps);
	for (size_t i = 0; i < 3; i++) {
		static const char *const words[] = { "/etc/ssl/c.pem", "/etc/ssl/", "/etc/ssl" };

		proxy_found_free(&f);
		tree_write(t, HAPROXY_CONFIG, arena_printf(&t->arena, "%sfrontend w\n bind :443 ssl crt %s\n", defaults, words[i]));
		world_found(&f, t, "2.6.12");
		f.running = haproxy_own(&f)->master = true;
		a.key = i == 1 ? (char *)"/etc/ssl/c.pem.key" : a.certificate;
		buf_cut(&shown, 0);
		assert_int_equal(world_render(&steps, t, &f, &a, &e), 0);
		show_steps(&shown, &steps);
		assert_null(strstr(shown.s, "link"));
		assert_null(strstr(text_of(&steps, HAPROXY_CONFIG), "#-"));
		steps_free(&steps);
	}
	proxy_found_free(&f);
	tree_write(t, HAPROXY_CONFIG, defaults);
	world_found(&f, t, "2.6.12");
	f.running = haproxy_own(&f)->master = true;

	/* Started with the root in front of its paths, it is told them so. */
	haproxy_own(&f)->rooted = true;
	a.key = (char *)"/etc/ssl/c.key";
	assert_int_equal(world_render(&steps, t, &f, &a, &e), 0);
	assert_non_null(strstr(text_of(&steps, HAPROXY_CONFIG),
	                       arena_printf(&t->arena, " crt %s/etc/haproxy/antechamber ", t->root)));
	steps_free(&steps);
	buf_free(&shown);
	proxy_found_free(&f);
	answers_free(&a);
}

/* Where the site goes: what is there, what our text must hold and must not, or the line that is refused. */
struct place {
	const char *there;
	bool        tls;
	const char *more;     /* answers */
	const char *has[3], *has_not[3];
	int         refused;  /* line; 0: accepted */
};

#define OWN_443 "bind *:443 ssl"
#define USE     "use_backend openchamber_chat.example.org if { req.hdr(host),host_only -i chat.example.org } { ssl_fc }\n"

static const struct place places[] = {
	{ "frontend w\n bind :81\n default_backend x\nbackend x\n", true, "", { OWN_443, "bind *:80\n" }, { NULL }, 0 },
	{ "frontend w\n bind :80\n default_backend x\nbackend x\n", true, "", { OWN_443, "!{ path_beg /.well-known" }, { "bind *:80\n" }, 0 },
	{ "frontend w\n bind :443 ssl crt a.pem\n default_backend x\nbackend x\n", true, "",
	  { "\t#- bind :443 ssl crt a.pem\n", "bind :443 ssl crt a.pem crt /etc/haproxy/antechamber/chat", USE }, { OWN_443 }, 0 },
	{ "frontend w\n bind :443 ssl crt /etc/haproxy/antechamber/\n default_backend x\nbackend x\n", true, "", { USE }, { "#-", OWN_443 }, 0 },
	{ "frontend w\n bind :443 ssl crt /etc/haproxy/antechamber\n default_backend x\nbackend x\n", true, "", { USE }, { "#-", OWN_443 }, 0 },
	{ "frontend w\n bind \"127.0.0.1:443\" ssl crt a.pem # ours 'x\n default_backend x\nbackend x\n", true, "",
	  { "\t#- bind \"127.0.0.1:443\" ssl crt a.pem # ours 'x\n", " bind \"127.0.0.1:443\" ssl crt a.pem crt /etc", OWN_443 }, { NULL }, 0 },
	{ "frontend w\n bind :::443 v4v6 ssl crt a.pem\n default_backend x\nbackend x\n", true, "", { USE }, { OWN_443 }, 0 },
	{ "frontend w\n bind [::]:443 v6only ssl crt a.pem\n default_backend x\nbackend x\n", true, "listen: {address: 192.0.2.1}\n",
	  { "bind 192.0.2.1:443 ssl" }, { "#-" }, 0 },
	{ "frontend w\n bind 192.0.2.9:443 ssl crt a.pem\n default_backend x\nbackend x\n", true, "listen: {address: 192.0.2.1}\n",
	  { "bind 192.0.2.1:443 ssl" }, { "#-" }, 0 },
	{ "frontend w\n bind 192.0.2.1:443 ssl crt a.pem\n default_backend x\nbackend x\n", true, "listen: {address: 192.0.2.1}\n",
	  { "#- bind 192.0.2.1:443", USE }, { "\tbind 192.0.2.1:443" }, 0 },
	{ "frontend w\n bind :8000-8500 ssl crt a.pem\n default_backend x\nbackend x\n", true, "listen: {https: 8443}\n", { USE }, { "bind *:8443" }, 0 },
	{ "frontend w\n bind :80\n use_backend x if { path /x }\n default_backend x\nbackend x\n", false, "",
	  { "host_only -i chat.example.org }\n\t# OpenChamber at http://chat.example.org: end.\n use_backend x" }, { "bind *:80", "redirect" }, 0 },
	{ "listen w\n bind :80\n server x 127.0.0.1:1\n", false, "", { "end.\n server x 127.0.0.1:1\n" }, { "bind *:80" }, 0 },
	{ "frontend w\n bind :80\n", false, "", { " bind :80\n\t# OpenChamber at" }, { "bind *:80" }, 0 },
	/* What cannot be shared. */
	{ "frontend w\n mode tcp\n bind :443\n default_backend x\nbackend x\n", true, "", { NULL }, { NULL }, 8 },
	{ "frontend w\n mode tcp\n bind 127.0.0.1:443\n default_backend x\nbackend x\n", true, "", { OWN_443 }, { USE "x" }, 0 },
	{ "frontend w\n bind :443\n default_backend x\nbackend x\n", true, "", { NULL }, { NULL }, 7 },
	{ "frontend w\n bind :80 ssl crt a.pem\n default_backend x\nbackend x\n", false, "", { NULL }, { NULL }, 7 },
	{ "frontend w\n bind :80\n timeout client 20s\n default_backend x\nbackend x\n", false, "", { NULL }, { NULL }, 8 },
	{ "frontend w\n bind :80\n timeout client 31s\n default_backend x\nbackend x\n", false, "", { "use_backend openchamber" }, { NULL }, 0 },
};

static void
test_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const struct place *p = &places[i];
		struct rendering r = RENDERING;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, HAPROXY_CONFIG, arena_printf(&t->arena, "%s%s", defaults, p->there));
		parse_answers(&r.a, arena_printf(&t->arena, "%s%s", p->tls ? https_answers : http_answers, p->more));
		r.a.reload = false;
		world_found(&r.f, t, "2.6.12");
		rendering_make(&r, t);
		if (p->refused) {
			assert_int_equal(r.rc, -1);
			assert_int_equal(r.e.code, ERR_CONFLICT);
			assert_string_equal(r.e.file, HAPROXY_CONFIG);
			if (r.e.line != p->refused)
				fail_msg("case %zu: %s", i, r.e.msg);
		} else {
			if (r.rc < 0)
				fail_msg("case %zu: %s", i, r.e.msg);
			for (size_t k = 0; k < ARRAY_LEN(p->has) && p->has[k]; k++)
				if (!strstr(text_of(&r.steps, HAPROXY_CONFIG), p->has[k]))
					fail_msg("case %zu lacks %s:\n%s", i, p->has[k], text_of(&r.steps, HAPROXY_CONFIG));
			for (size_t k = 0; k < ARRAY_LEN(p->has_not) && p->has_not[k]; k++)
				if (strstr(text_of(&r.steps, HAPROXY_CONFIG), p->has_not[k]))
					fail_msg("case %zu has %s:\n%s", i, p->has_not[k], text_of(&r.steps, HAPROXY_CONFIG));
		}
		rendering_free(&r);
		tree_teardown((void **)&t);
	}
}

/* A frontend in a second file is edited there; ours goes into the main one. */
static void
test_two_files(void **state)
{
	struct tree *t = *state;
	struct answers a;
	struct proxy_found f;
	struct steps steps = { 0 };
	struct err e = { 0 };
	struct buf shown = BUF_INIT;

	tree_write(t, HAPROXY_CONFIG, defaults);
	tree_write(t, "/etc/haproxy/conf.d/web.cfg", "frontend w\n bind :80\n default_backend x\nbackend x\n");
	tree_write(t, "/etc/haproxy/conf.d/zoo.cfg", "backend zoo\n");
	tree_write(t, "/lib/systemd/system/haproxy.service", "Environment=\"CFGDIR=/etc/haproxy/conf.d\"\n");
	parse_answers(&a, http_answers);
	a.reload = false;
	world_found(&f, t, "2.6.12");
	assert_string_equal(haproxy_own(&f)->files[1], "/etc/haproxy/conf.d");
	assert_int_equal(f.n_sites, 1);
	assert_int_equal(world_render(&steps, t, &f, &a, &e), 0);
	show_steps(&shown, &steps);
	replace_all(&shown, t->root, "");
	assert_string_equal(shown.s, "write /etc/haproxy/haproxy.cfg 644; write /etc/haproxy/conf.d/web.cfg 644; "
	                             "validate haproxy -c -f /etc/haproxy/haproxy.cfg -f /etc/haproxy/conf.d");
	assert_null(strstr(text_of(&steps, HAPROXY_CONFIG), "\nfrontend"));
	assert_non_null(strstr(text_of(&steps, "/etc/haproxy/conf.d/web.cfg"), "use_backend openchamber_chat.example.org"));
	steps_free(&steps);

	/* If that file will be gone, the port is nobody's. */
	assert_int_equal(haproxy_render(&steps, &(struct proxy_context){
		.answers = &a, .found = &f, .needs = &needs, .templates = "templates", .root = t->root,
		.set_aside = "/etc/haproxy/conf.d/web.cfg" }, &e), 0);
	assert_null(text_of(&steps, "/etc/haproxy/conf.d/web.cfg"));
	assert_non_null(strstr(text_of(&steps, HAPROXY_CONFIG), "\nfrontend openchamber_80\n"));
	buf_free(&shown);
	steps_free(&steps);
	proxy_found_free(&f);
	answers_free(&a);
}

/*
 * Two names of ours share one frontend; the first is then moved to another
 * port, which leaves the second as it was; a run again changes nothing.
 */
static void
test_two_hosts(void **state)
{
	static const struct { const char *host; unsigned port; } runs[] = {
		{ "chat.example.org", 443 }, { "talk.example.org", 443 }, { "chat.example.org", 443 },
		{ "talk.example.org", 443 }, { "chat.example.org", 8443 },
	};
	struct tree *t = *state;
	struct buf last = BUF_INIT, before = BUF_INIT;
	char said[4096];

	needs_judge(HAPROXY);
	tree_write(t, HAPROXY_CONFIG, defaults);
	for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
		struct rendering r = RENDERING;

		parse_answers_with(&r.a, https_answers, "chat.example.org", runs[i].host);
		r.a.reload = false;
		r.a.public_url.port = runs[i].port;
		world_found(&r.f, t, "2.6.12");
		rendering_make(&r, t);
		if (r.rc < 0)
			fail_msg("%s", r.e.msg);
		buf_cut(&before, 0);
		buf_puts(&before, last.s);
		buf_cut(&last, 0);
		buf_puts(&last, text_of(&r.steps, HAPROXY_CONFIG));
		tree_write(t, HAPROXY_CONFIG, last.s);
		if (i == 2 || i == 3)
			assert_string_equal(last.s, before.s);
		if (world_accepts(t, last.s, said, sizeof(said)) != 0 || strstr(said, "WARNING"))
			fail_msg("%zu: %s", i, said);
		rendering_free(&r);
	}
	assert_non_null(strstr(last.s, "backend openchamber_talk.example.org\n"));
	assert_non_null(strstr(last.s, "\nfrontend openchamber_80_443\n"));
	assert_non_null(strstr(last.s, "\nfrontend openchamber_8443\n"));
	assert_null(strstr(strstr(last.s, "\nfrontend openchamber_80_443\n") + 1, "\nfrontend openchamber_80_443\n"));
	assert_non_null(strstr(last.s, "OpenChamber at https://chat.example.org:8443: begin"));
	assert_null(strstr(last.s, "OpenChamber at https://chat.example.org: begin"));
	buf_free(&last);
	buf_free(&before);
}

static void
test_blocks(void **state)
{
	static const char text[] = "a\n\t# OpenChamber at https://chat.example.org: begin. Written by antechamber.\n"
	                           "\t#-\tbind :1 # x\n\tbind :1 crt y\n\t# OpenChamber at https://chat.example.org: end.\nb\n";
	static const struct { const char *host, *want; } cases[] = {
		{ "chat.example.org", "a\n\tbind :1 # x\nb\n" }, { "CHAT.example.org", "a\n\tbind :1 # x\nb\n" },
		{ "chat.example.or", text }, { "chat.example.org.uk", text }, { "example.org", text },
	};
	static const char both[] =
		"a\n# OpenChamber's own frontend: begin. Written by antechamber.\nfrontend f\n"
		"\t# OpenChamber at http://x: begin. Written by antechamber.\n\tuse_backend x\n\t# OpenChamber at http://x: end.\n"
		"\t# OpenChamber at http://y:81: begin. Written by antechamber.\n\tuse_backend y\n\t# OpenChamber at http://y:81: end.\n"
		"# OpenChamber's own frontend: end.\n# OpenChamber at http://x: begin. Written by antechamber.\nbackend x\n"
		"# OpenChamber at http://x: end.\nb";
	struct haproxy_spots spots = { .n = 0 };
	struct buf out = BUF_INIT, rest = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_cut(&out, 0);
		assert_int_equal(haproxy_block_strip(&out, &spots, text, cases[i].host, "f", &e), 0);
		assert_string_equal(out.s, cases[i].want);
	}
	assert_int_equal(spots.n, 0);
	/* The frontend stays for the other name, and goes with it. */
	buf_cut(&out, 0);
	assert_int_equal(haproxy_block_strip(&out, &spots, both, "x", "f", &e), 0);
	assert_string_equal(out.s,
		"a\n# OpenChamber's own frontend: begin. Written by antechamber.\nfrontend f\n"
		"\t# OpenChamber at http://y:81: begin. Written by antechamber.\n\tuse_backend y\n\t# OpenChamber at http://y:81: end.\n"
		"# OpenChamber's own frontend: end.\nb");
	assert_int_equal(spots.n, 2);
	assert_int_equal(spots.v[0].kind, HAPROXY_SPOT_CHOICE);
	assert_int_equal(spots.v[0].line, 4);
	assert_int_equal(spots.v[1].kind, HAPROXY_SPOT_BACKEND);
	assert_int_equal(spots.v[1].line, 8);
	spots.n = 0;
	assert_int_equal(haproxy_block_strip(&rest, &spots, out.s, "y", "f", &e), 0);
	assert_string_equal(rest.s, "a\nb");
	assert_int_equal(spots.n, 1);
	assert_int_equal(spots.v[0].kind, HAPROXY_SPOT_FRONTEND);
	assert_int_equal(spots.v[0].line, 2);
	assert_true(haproxy_block_has(both, 3));
	assert_true(haproxy_block_has(both, 7));
	assert_false(haproxy_block_has(both, 14));
	buf_free(&rest);
	assert_false(haproxy_block_has(text, 1));
	assert_true(haproxy_block_has(text, 4));
	assert_false(haproxy_block_has(text, 6));
	/* Its end was taken away: nobody knows how far it went. */
	buf_cut(&out, 0);
	assert_int_equal(haproxy_block_strip(&out, &spots, "a\n# OpenChamber at http://x: begin. Written by antechamber.\nb\n", "x", "f", &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_int_equal(e.line, 2);
	buf_free(&out);
}

/* Only paths may hold such bytes: they are what a link leads to, and stand in no file. */
static void
only_a_link(struct tree *t, const struct hostile *h, const struct steps *s)
{
	struct rendering good = RENDERING;

	assert_true(h->field == IN_CERTIFICATE || h->field == IN_KEY);
	assert_string_equal(s->v[h->field == IN_CERTIFICATE ? 0 : 1].target, h->path);
	parse_answers(&good.a, https_answers);
	world_found(&good.f, t, "2.6.12");
	rendering_make(&good, t);
	assert_int_equal(good.rc, 0);
	assert_string_equal(text_of(s, HAPROXY_CONFIG), text_of(&good.steps, HAPROXY_CONFIG));
	rendering_free(&good);
}

static void
test_injection(void **state)
{
	static const char *const evil[] = {
		"a\nb", "a b", "a\"b", "a'b", "a#b", "a\\", "a\x01", "\x01" "b", "../a", "", "a%[src]b", "a$HOME", "a${HOME}", "a b if TRUE", "a\tb",
	};
	struct tree *t = *state;

	tree_write(t, HAPROXY_CONFIG, defaults);
	hostile_values(t, https_answers, "2.6.12", world_found, evil, ARRAY_LEN(evil), only_a_link);
}

/* HAProxy is the judge of the quotes: it looks for a file of exactly that name. */
static void
test_quotes(void **state)
{
	static const char *const names[] = {
		"plain.pem", "a b.pem", "a\"b.pem", "it's.pem", "a#b.pem", "a\\b.pem", "a$HOME.pem", "a${HOME}.pem", "a if TRUE.pem", "100%.pem",
	};
	struct tree *t = *state;
	struct buf pem = BUF_INIT, text = BUF_INIT;
	struct err e = { 0 };
	char said[4096];

	needs_judge(HAPROXY);
	world_certificate(t, "chat.example.org", "/judge.crt", "/judge.key");
	assert_int_equal(fs_read(&pem, tree_path(t, "/judge.crt"), 65536, &e), 0);
	assert_int_equal(fs_read(&pem, tree_path(t, "/judge.key"), 65536, &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		tree_write(t, arena_printf(&t->arena, "/etc/%s", names[i]), pem.s);
		buf_cut(&text, 0);
		buf_printf(&text, "%sfrontend f\n bind :1 ssl crt ", defaults);
		assert_int_equal(haproxy_escape(&text, tree_path(t, arena_printf(&t->arena, "/etc/%s", names[i])), &e), 0);
		buf_puts(&text, " alpn h2\n");
		tree_write(t, "/judge.cfg", text.s);
		if (haproxy_judges(tree_path(t, "/judge.cfg"), said, sizeof(said)) != 0)
			fail_msg("%s: %s", names[i], said);
	}
	buf_free(&pem);
	buf_free(&text);
}

static void
test_refusals(void **state)
{
	static const struct { const char *from, *to, *version, *options; enum err_code code; } cases[] = {
		{ "", "", "2.6.12", NULL, ERR_NONE },
		{ "mode: existing", "mode: certbot", "2.6.12", NULL, ERR_VALUE },
		{ "mode: existing", "mode: auto", "2.6.12", NULL, ERR_VALUE },
		{ "mode: existing", "mode: none", "2.6.12", NULL, ERR_VALUE },
		{ "mode: existing", "mode: selfsigned", "2.6.12", NULL, ERR_NONE },
		{ "", "", "2.4.9", NULL, ERR_VALUE },
		{ "", "", "2.6.12", "USE_PCRE2=1", ERR_MISSING },
		{ "", "", NULL, NULL, ERR_NONE },
	};
	struct tree *t = *state;

	tree_write(t, HAPROXY_CONFIG, defaults);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rendering r = RENDERING;

		parse_answers_with(&r.a, https_answers, cases[i].from, cases[i].to);
		world_found(&r.f, t, cases[i].version);
		if (cases[i].options)
			r.f.options = (char *)cases[i].options;
		rendering_make(&r, t);
		if (r.e.code != cases[i].code)
			fail_msg("%zu: %s", i, r.e.msg);
		rendering_free(&r);
	}
}

static void
test_escape(void **state)
{
	static const struct escape cases[] = {
		{ "example.org", "example.org" }, { "[::1]", "[::1]" }, { "a b", "\"a b\"" }, { "q\"", "\"q\\\"\"" },
		{ "b\\", "\"b\\\\\"" }, { "$host", "\"\\$host\"" }, { "a#b", "\"a#b\"" }, { "it's", "\"it's\"" }, { "", "\"\"" },
		{ "100%", "100%" }, { "\xed\x95\x9c", "\xed\x95\x9c" },
		{ "%[src]", NULL }, { "x%{+Q}o", NULL }, { "a\nb", NULL }, { "a\rb", NULL }, { "\001x", NULL }, { "\x7f", NULL },
	};

	(void)state;
	escapes_hold(&proxy_haproxy, cases, ARRAY_LEN(cases));
}

/* All but a proof of the name leads to https. */
static void
test_rehearsal(void **state)
{
	struct tree *t = *state;
	struct rehearsal r = { .status = 0 };

	needs_judge(HAPROXY);
	tree_write(t, HAPROXY_CONFIG, "defaults\n mode http\nfrontend w\n bind :80\n bind :443 ssl crt x\n");
	rehearse(&r, t, https_answers, "2.6.12", world_found);
	assert_int_equal(r.steps.v[0].mode, 0600);
	assert_true(r.steps.v[0].secret);
	assert_non_null(strstr(r.said, " 301 "));
	assert_non_null(strstr(r.said, "location: https://chat.example.org/x?y=%2F\r\n"));
	assert_null(strstr(r.proof, "location"));
	steps_free(&r.steps);

	/* The checklist plays what stands in front: its word about the scheme counts. */
	rehearse(&r, t, HTTPS_ANSWERS("haproxy") "cdn: other\ntrusted: [10.0.0.0/8]\n", "2.6.12", world_found);
	assert_non_null(strstr(r.steps.v[1].text, "acl antechamber_front src 127.0.0.0/8\n"));
	steps_free(&r.steps);
}

/* A plan is computed twice, the second time by root: both must come to the same. */
static void
test_test_certificate(void **state)
{
	struct tree *t = *state;

	tree_write(t, HAPROXY_CONFIG, defaults);
	for (int round = 0; round < 2; round++) {
		struct rendering r = RENDERING;

		parse_answers_with(&r.a, https_answers, EXISTING, "mode: selfsigned");
		r.a.reload = false;
		world_found(&r.f, t, "2.6.12");
		rendering_make(&r, t);
		assert_int_equal(r.rc, 0);
		const char *want = round ? "link /etc" : "write /etc/antechamber/tls/chat.example.org.key 600 made secret; "
		                                         "write /etc/antechamber/tls/chat.example.org.pem 644 made; link /etc";
		assert_int_equal(strncmp(r.shown.s, want, strlen(want)), 0);
		assert_non_null(strstr(r.shown.s, "-> /etc/antechamber/tls/chat.example.org.pem; "));
		assert_non_null(strstr(r.shown.s, "-> /etc/antechamber/tls/chat.example.org.key; "));
		for (size_t i = 0; i < 2 && round == 0; i++)
			tree_write(t, r.steps.v[i].path, r.steps.v[i].text);
		rendering_free(&r);
	}
}

#define TREE(f) cmocka_unit_test_setup_teardown(f, tree_setup, tree_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TREE(test_steps),
		TREE(test_links),
		cmocka_unit_test(test_places),
		TREE(test_two_files),
		TREE(test_two_hosts),
		cmocka_unit_test(test_blocks),
		TREE(test_injection),
		TREE(test_quotes),
		TREE(test_refusals),
		cmocka_unit_test(test_escape),
		TREE(test_rehearsal),
		TREE(test_test_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
