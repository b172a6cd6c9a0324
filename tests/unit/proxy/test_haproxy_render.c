/* The steps: which files, which links, which commands; where the site goes; what is refused; a rehearsal. */
#include "../loopback.h"
#include "haproxy_world.h"

#include <signal.h>
#include <sys/stat.h>

static const char https_answers[] =
	"version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\nproxy: haproxy\n"
	"tls: {mode: existing, certificate: /etc/ssl/c.pem, key: /etc/ssl/c.key}\n";
static const char http_answers[] =
	"version: 1\norigin: http://127.0.0.1:3000\npublic: http://chat.example.org\nproxy: haproxy\ntls: {mode: none}\n";
static const char defaults[] = "defaults\n mode http\n timeout connect 5s\n timeout client 50s\n timeout server 50s\n";
static const struct needs needs = { .quiet = 30 };

static void
show_steps(struct buf *out, const struct steps *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct step *t = &s->v[i];

		buf_puts(out, i ? "; " : "");
		if (t->kind == STEP_WRITE)
			buf_printf(out, "write %s %o%s%s", t->path, (unsigned)t->mode, t->made ? " made" : "", t->secret ? " secret" : "");
		if (t->kind == STEP_LINK)
			buf_printf(out, "link %s -> %s", t->path, t->target);
		if (t->kind == STEP_SET_ASIDE)
			buf_printf(out, "aside %s", t->path);
		if (t->kind == STEP_RUN) {
			buf_puts(out, t->role == ROLE_VALIDATE ? "validate" : t->role == ROLE_RELOAD ? "reload" : "run");
			for (const char *const *arg = t->argv; *arg; arg++)
				buf_printf(out, " %s", *arg);
		}
	}
}

static int
render(struct steps *steps, struct tree *t, const struct answers *a, const struct proxy_found *f, struct err *e)
{
	return haproxy_render(steps, &(struct proxy_context){
		.answers = a, .found = f, .needs = &needs, .templates = "templates", .root = t->root }, e);
}

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
		{ "commands: {reload: [rc-service, haproxy, reload]}\n", true, false, NULL,
		  LINKS CFG "validate haproxy -c -f ROOT/etc/haproxy/haproxy.cfg; reload rc-service haproxy reload" },
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
		struct answers a;
		struct proxy_found f;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct buf shown = BUF_INIT;
		int rc;

		parse_answers(&a, arena_printf(&t->arena, "%s%s", https_answers, cases[i].more));
		world_found(&f, t, "2.6.12");
		f.running = cases[i].running;
		f.master = cases[i].running ? 4321 : 0;
		haproxy_own(&f)->master = cases[i].master;
		haproxy_own(&f)->unit = (char *)cases[i].unit;
		rc = render(&steps, t, &a, &f, &e);
		show_steps(&shown, &steps);
		replace_all(&shown, t->root, "ROOT");
		if (rc != (cases[i].want ? 0 : -1) || (cases[i].want && strcmp(shown.s, cases[i].want) != 0))
			fail_msg("case %zu: %d %s", i, rc, rc ? e.msg : shown.s);
		if (rc < 0)
			assert_int_equal(e.code, ERR_VALUE);
		buf_free(&shown);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
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
	assert_int_equal(render(&steps, t, &a, &f, &e), 0);
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
	assert_int_equal(render(&steps, t, &a, &f, &e), 0);
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
		assert_int_equal(render(&steps, t, &a, &f, &e), 0);
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
	assert_int_equal(render(&steps, t, &a, &f, &e), 0);
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
		struct answers a;
		struct proxy_found f;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct tree *t;
		int rc;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, HAPROXY_CONFIG, arena_printf(&t->arena, "%s%s", defaults, p->there));
		parse_answers(&a, arena_printf(&t->arena, "%s%s", p->tls ? https_answers : http_answers, p->more));
		a.reload = false;
		world_found(&f, t, "2.6.12");
		rc = render(&steps, t, &a, &f, &e);
		if (p->refused) {
			assert_int_equal(rc, -1);
			assert_int_equal(e.code, ERR_CONFLICT);
			assert_string_equal(e.file, HAPROXY_CONFIG);
			if (e.line != p->refused)
				fail_msg("case %zu: %s", i, e.msg);
		} else {
			if (rc < 0)
				fail_msg("case %zu: %s", i, e.msg);
			for (size_t k = 0; k < ARRAY_LEN(p->has) && p->has[k]; k++)
				if (!strstr(text_of(&steps, HAPROXY_CONFIG), p->has[k]))
					fail_msg("case %zu lacks %s:\n%s", i, p->has[k], text_of(&steps, HAPROXY_CONFIG));
			for (size_t k = 0; k < ARRAY_LEN(p->has_not) && p->has_not[k]; k++)
				if (strstr(text_of(&steps, HAPROXY_CONFIG), p->has_not[k]))
					fail_msg("case %zu has %s:\n%s", i, p->has_not[k], text_of(&steps, HAPROXY_CONFIG));
		}
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
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
	assert_int_equal(render(&steps, t, &a, &f, &e), 0);
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
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		struct buf text = BUF_INIT;

		buf_puts(&text, https_answers);
		replace_all(&text, "chat.example.org", runs[i].host);
		parse_answers(&a, text.s);
		a.reload = false;
		a.public_url.port = runs[i].port;
		world_found(&f, t, "2.6.12");
		if (render(&steps, t, &a, &f, &e) < 0)
			fail_msg("%s", e.msg);
		buf_cut(&before, 0);
		buf_puts(&before, last.s);
		buf_cut(&last, 0);
		buf_puts(&last, text_of(&steps, HAPROXY_CONFIG));
		tree_write(t, HAPROXY_CONFIG, last.s);
		if (i == 2 || i == 3)
			assert_string_equal(last.s, before.s);
		if (world_accepts(t, last.s, said, sizeof(said)) != 0 || strstr(said, "WARNING"))
			fail_msg("%zu: %s", i, said);
		buf_free(&text);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
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

/* Hostile values straight into the answers, past the fields' own checks. */
static void
test_injection(void **state)
{
	static const char *const evil[] = {
		"a\nb", "a b", "a\"b", "a'b", "a#b", "a\\", "a\x01", "\x01" "b", "../a", "", "a%[src]b", "a$HOME", "a${HOME}", "a b if TRUE", "a\tb",
	};
	struct tree *t = *state;
	struct buf good = BUF_INIT;

	tree_write(t, HAPROXY_CONFIG, defaults);
	for (size_t i = 0; i < 7 * ARRAY_LEN(evil); i++) {
		const char *value = evil[i % ARRAY_LEN(evil)];
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		char *cidrs[] = { (char *)value, NULL };
		char *path = arena_printf(&t->arena, "/etc/ssl/%s", value);
		int rc;

		parse_answers(&a, https_answers);
		a.reload = false;
		if (i == 0) {
			world_found(&f, t, "2.6.12");
			assert_int_equal(render(&steps, t, &a, &f, &e), 0);
			buf_puts(&good, text_of(&steps, HAPROXY_CONFIG));
			steps_free(&steps);
			proxy_found_free(&f);
		}
		switch (i / ARRAY_LEN(evil)) {
		case 0: snprintf(a.public_url.host, sizeof(a.public_url.host), "%s", value); break;
		case 1: snprintf(a.origin.host, sizeof(a.origin.host), "%s", value); break;
		case 2: a.certificate = a.key = path; break;
		case 3: a.key = path; break;
		case 4: a.listen_address = (char *)value; break;
		case 5: a.cdn = CDN_OTHER; a.trusted = cidrs; break;
		case 6: snprintf(a.origin.scheme, sizeof(a.origin.scheme), "%s", value); break;
		}
		world_found(&f, t, "2.6.12");
		rc = render(&steps, t, &a, &f, &e);
		if (rc == 0) {
			/* Only paths may hold such bytes: they are what a link leads to, and stand in no file. */
			assert_true(i / ARRAY_LEN(evil) == 2 || i / ARRAY_LEN(evil) == 3);
			assert_string_equal(text_of(&steps, HAPROXY_CONFIG), good.s);
			assert_string_equal(i / ARRAY_LEN(evil) == 2 ? steps.v[0].target : steps.v[1].target, path);
		} else {
			assert_int_equal(e.code, ERR_VALUE);
		}
		steps_free(&steps);
		proxy_found_free(&f);
		a.trusted = NULL;
		answers_free(&a);
	}
	buf_free(&good);
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
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		struct buf text = BUF_INIT;

		buf_puts(&text, https_answers);
		if (*cases[i].from)
			replace_all(&text, cases[i].from, cases[i].to);
		parse_answers(&a, text.s);
		world_found(&f, t, cases[i].version);
		if (cases[i].options)
			f.options = (char *)cases[i].options;
		render(&steps, t, &a, &f, &e);
		if (e.code != cases[i].code)
			fail_msg("%zu: %s", i, e.msg);
		buf_free(&text);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
	}
}

static void
test_escape(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "example.org", "example.org" }, { "[::1]", "[::1]" }, { "a b", "\"a b\"" }, { "q\"", "\"q\\\"\"" },
		{ "b\\", "\"b\\\\\"" }, { "$host", "\"\\$host\"" }, { "a#b", "\"a#b\"" }, { "it's", "\"it's\"" }, { "", "\"\"" },
		{ "100%", "100%" }, { "\xed\x95\x9c", "\xed\x95\x9c" },
		{ "%[src]", NULL }, { "x%{+Q}o", NULL }, { "a\nb", NULL }, { "a\rb", NULL }, { "\001x", NULL }, { "\x7f", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };
		int rc = proxy_haproxy.escape(&out, cases[i].in, &e);

		assert_int_equal(rc, cases[i].want ? 0 : -1);
		if (cases[i].want)
			assert_string_equal(out.s, cases[i].want);
		else
			assert_int_equal(e.code, ERR_VALUE);
		buf_free(&out);
	}
}

static bool
answers_on(unsigned port, const char *path, char *text, size_t size)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t n = -1;

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
		dprintf(fd, "GET %s HTTP/1.1\r\nHost: chat.example.org:81\r\nConnection: close\r\n\r\n", path);
		n = read(fd, text, size - 1);
	}
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return n > 0;
}

/* The private copy starts, listens where it was told, redirects all but a proof of the name, and ends. */
static void
test_rehearsal(void **state)
{
	struct tree *t = *state;
	struct proxy_private private = { .dir = tree_path(t, "/private dir"), .http = free_port(), .https = free_port() };
	struct proxy_context c = { .templates = "templates", .root = t->root, .private = &private, .needs = &needs };
	struct answers a;
	struct steps steps = { 0 };
	struct err e = { 0 };
	struct proxy_found f;
	char text[2048], proof[2048];
	bool alive = false;
	int status;
	pid_t pid;

	needs_judge(HAPROXY);
	tree_write(t, HAPROXY_CONFIG, "defaults\n mode http\nfrontend w\n bind :80\n bind :443 ssl crt x\n");
	private.upstream = free_port();
	world_certificate(t, "chat.example.org", "/private dir/c.pem", "/private dir/c.key");
	private.certificate = tree_path(t, "/private dir/c.pem");
	private.key = tree_path(t, "/private dir/c.key");
	parse_answers(&a, https_answers);
	world_found(&f, t, "2.6.12");
	c.answers = &a;
	c.found = &f;
	if (haproxy_rehearse(&steps, &c, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(steps.n, 3);
	assert_int_equal(steps.v[0].mode, 0600);
	assert_true(steps.v[0].secret);
	for (size_t i = 0; i < 2; i++)
		tree_write(t, steps.v[i].path, steps.v[i].text);
	assert_int_equal(steps.v[2].kind, STEP_RUN);
	pid = fork();
	if (pid == 0) {
		execv(steps.v[2].argv[0], (char *const *)steps.v[2].argv);
		_exit(127);
	}
	for (int i = 0; i < 500 && !alive; i++) {
		alive = answers_on(private.http, "/x?y=%2F", text, sizeof(text));
		poll(NULL, 0, 10);
	}
	answers_on(private.http, "/.well-known/acme-challenge/x", proof, sizeof(proof));
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(alive);
	assert_non_null(strstr(text, " 301 "));
	assert_non_null(strstr(text, "location: https://chat.example.org/x?y=%2F\r\n"));
	assert_null(strstr(proof, "location"));
	steps_free(&steps);

	f.installed = false;
	assert_int_equal(haproxy_rehearse(&steps, &c, &e), -1);
	assert_int_equal(e.code, ERR_MISSING);
	steps_free(&steps);
	proxy_found_free(&f);
	answers_free(&a);
}

/* A plan is computed twice, the second time by root: both must come to the same. */
static void
test_test_certificate(void **state)
{
	struct tree *t = *state;
	struct answers a;

	tree_write(t, HAPROXY_CONFIG, defaults);
	parse_answers(&a, "version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\nproxy: haproxy\n"
	                  "tls: {mode: selfsigned}\nreload: false\n");
	for (int round = 0; round < 2; round++) {
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		struct buf shown = BUF_INIT;

		world_found(&f, t, "2.6.12");
		assert_int_equal(render(&steps, t, &a, &f, &e), 0);
		show_steps(&shown, &steps);
		const char *want = round ? "link /etc" : "write /etc/antechamber/tls/chat.example.org.key 600 made secret; "
		                                         "write /etc/antechamber/tls/chat.example.org.pem 644 made; link /etc";
		assert_int_equal(strncmp(shown.s, want, strlen(want)), 0);
		assert_non_null(strstr(shown.s, "-> /etc/antechamber/tls/chat.example.org.pem; "));
		assert_non_null(strstr(shown.s, "-> /etc/antechamber/tls/chat.example.org.key; "));
		for (size_t i = 0; i < 2 && round == 0; i++)
			tree_write(t, steps.v[i].path, steps.v[i].text);
		buf_free(&shown);
		steps_free(&steps);
		proxy_found_free(&f);
	}
	answers_free(&a);
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
