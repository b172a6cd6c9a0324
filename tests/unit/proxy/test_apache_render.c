/* The steps: which modules, which file, which link, which commands; ports; what is refused; a rehearsal. */
#include "../loopback.h"
#include "apache_world.h"

#include <signal.h>
#include <sys/stat.h>

static const char https_answers[] =
	"version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\nproxy: apache\n"
	"tls: {mode: existing, certificate: /etc/ssl/c.pem, key: /etc/ssl/c.key}\n";
static const char http_answers[] =
	"version: 1\norigin: http://127.0.0.1:3000\npublic: http://chat.example.org\nproxy: apache\ntls: {mode: none}\n";

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
	return apache_render(steps, &(struct proxy_context){
		.answers = a, .found = f, .templates = "templates", .root = t->root }, e);
}

static const char *
site_text(const struct steps *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].kind == STEP_WRITE && !s->v[i].made)
			return s->v[i].text;
	return NULL;
}

/* A layout: its files, and the steps it leads to. */
struct layout {
	const char *name, *says;
	const char *files[8][2];
	const char *answers, *more;
	const char *want; /* NULL: refused */
	enum err_code refused;
	const char *sentence;
};

#define RUNS "; validate /usr/sbin/apache2 -f ROOT%s -t; reload /usr/sbin/apache2 -f ROOT%s -k graceful"
#define REDHAT_CONF \
	"ServerRoot \"/etc/httpd\"\nListen 80\nInclude conf.modules.d/*.conf\nUser apache\n<Directory />\nRequire all denied\n</Directory>\n" \
	"IncludeOptional conf.d/*.conf\n"
#define REDHAT_MODULES \
	"LoadModule mpm_event_module modules/mod_mpm_event.so\nLoadModule alias_module modules/mod_alias.so\nLoadModule authz_core_module modules/mod_authz_core.so\n" \
	"LoadModule env_module modules/mod_env.so\nLoadModule headers_module modules/mod_headers.so\nLoadModule setenvif_module modules/mod_setenvif.so\n" \
	"LoadModule rewrite_module modules/mod_rewrite.so\nLoadModule proxy_module modules/mod_proxy.so\nLoadModule proxy_http_module modules/mod_proxy_http.so\n" \
	"LoadModule proxy_wstunnel_module modules/mod_proxy_wstunnel.so\n"
#define REDHAT_SSL "LoadModule ssl_module modules/mod_ssl.so\n"

static const struct layout layouts[] = {
	{ "RHEL, http", REDHAT_V, { { "/etc/httpd/conf/httpd.conf", REDHAT_CONF }, { "/etc/httpd/conf.modules.d/00.conf", REDHAT_MODULES },
	  { "/etc/httpd/conf.d/welcome.conf", "" } }, http_answers, "", "write /etc/httpd/conf.d/openchamber.conf 644", ERR_NONE, NULL },
	{ "RHEL, https with mod_ssl", REDHAT_V, { { "/etc/httpd/conf/httpd.conf", REDHAT_CONF }, { "/etc/httpd/conf.modules.d/00.conf", REDHAT_MODULES REDHAT_SSL },
	  { "/etc/httpd/conf.d/ssl.conf", "Listen 443 https\n<VirtualHost _default_:443>\n</VirtualHost>\n" } }, https_answers, "",
	  "write /etc/httpd/conf.d/openchamber.conf 644", ERR_NONE, NULL },
	{ "RHEL, https without mod_ssl", REDHAT_V, { { "/etc/httpd/conf/httpd.conf", REDHAT_CONF }, { "/etc/httpd/conf.modules.d/00.conf", REDHAT_MODULES },
	  { "/etc/httpd/conf.d/welcome.conf", "" } }, https_answers, "", NULL, ERR_MISSING, "the module ssl, which this needs. Install it (a package may be called mod_ssl)" },
	{ "Alpine", ALPINE_V, { { "/etc/apache2/httpd.conf", "ServerRoot /var/www\nListen 80\n" REDHAT_MODULES "IncludeOptional /etc/apache2/conf.d/*.conf\n" },
	  { "/etc/apache2/conf.d/default.conf", "" } }, http_answers, "", "write /etc/apache2/conf.d/openchamber.conf 644", ERR_NONE, NULL },
	{ "no directory", ALPINE_V, { { "/etc/apache2/httpd.conf", "Listen 80\n" REDHAT_MODULES } }, http_answers, "", NULL, ERR_VALUE, "IncludeOptional conf.d/*.conf" },
	{ "a name that is taken", ALPINE_V, { { "/etc/apache2/httpd.conf", "ServerRoot /var/www\nListen 80\n" REDHAT_MODULES "IncludeOptional /etc/apache2/conf.d/*.conf\n" },
	  { "/etc/apache2/conf.d/openchamber.conf", "# theirs\n" } }, http_answers, "", "write /etc/apache2/conf.d/openchamber-chat.example.org.conf 644", ERR_NONE, NULL },
	{ "our own again", ALPINE_V, { { "/etc/apache2/httpd.conf", "ServerRoot /var/www\nListen 80\n" REDHAT_MODULES "IncludeOptional /etc/apache2/conf.d/*.conf\n" },
	  { "/etc/apache2/conf.d/openchamber.conf", "# OpenChamber at http://chat.example.org:81 behind Apache. Written by antechamber.\nListen 81\n" } }, http_answers, "",
	  "write /etc/apache2/conf.d/openchamber.conf 644", ERR_NONE, NULL },
	{ "a file of their own", ALPINE_V, { { "/etc/apache2/httpd.conf", "ServerRoot /var/www\nListen 80\n" REDHAT_MODULES "IncludeOptional /etc/apache2/conf.d/*.conf\n" },
	  { "/etc/apache2/conf.d/x.conf", "" } }, http_answers, "files: {config: /etc/apache2/conf.d/oc.conf}\n", "write /etc/apache2/conf.d/oc.conf 644", ERR_NONE, NULL },
	{ "one that is not read", ALPINE_V, { { "/etc/apache2/httpd.conf", "ServerRoot /var/www\nListen 80\n" REDHAT_MODULES "IncludeOptional /etc/apache2/conf.d/*.conf\n" },
	  { "/etc/apache2/conf.d/x.conf", "" } }, http_answers, "files: {config: /etc/apache2/conf.d/oc.off}\n", NULL, ERR_VALUE, "reads no file called" },
	{ "the main file", ALPINE_V, { { "/etc/apache2/httpd.conf", "ServerRoot /var/www\nListen 80\n" REDHAT_MODULES "IncludeOptional /etc/apache2/conf.d/*.conf\n" },
	  { "/etc/apache2/conf.d/x.conf", "" } }, http_answers, "files: {config: /etc/apache2/httpd.conf}\n", NULL, ERR_VALUE, "never overwritten" },
};

static void
test_layouts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
		const struct layout *l = &layouts[i];
		struct answers a;
		struct proxy_found f;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct buf shown = BUF_INIT;
		struct tree *t;
		int rc;

		assert_int_equal(tree_setup((void **)&t), 0);
		for (size_t k = 0; k < 8 && l->files[k][0]; k++)
			tree_write(t, l->files[k][0], l->files[k][1]);
		parse_answers(&a, arena_printf(&t->arena, "%s%s", l->answers, l->more));
		a.reload = false;
		world_said(&f, t, arena_printf(&t->arena, l->says, "2.4.62"));
		if (f.broken.code)
			fail_msg("%s: %s", l->name, f.broken.msg);
		rc = render(&steps, t, &a, &f, &e);
		show_steps(&shown, &steps);
		if (rc != (l->want ? 0 : -1) || (l->want && strncmp(shown.s, l->want, strlen(l->want)) != 0) || (l->want && shown.s[strlen(l->want)] != ';'))
			fail_msg("%s: %d %s", l->name, rc, rc ? e.msg : shown.s);
		if (!l->want) {
			assert_int_equal(e.code, l->refused);
			if (!strstr(e.msg, l->sentence))
				fail_msg("%s: %s", l->name, e.msg);
		}
		buf_free(&shown);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
		tree_teardown((void **)&t);
	}
}

#define MOD(file) "link /etc/apache2/mods-enabled/" file " -> ../mods-available/" file "; "
#define BASE_MODS MOD("proxy.load") MOD("proxy.conf") MOD("proxy_http.load") MOD("headers.load")
#define SITE_STEPS \
	"write /etc/apache2/sites-available/openchamber.conf 644; " \
	"link /etc/apache2/sites-enabled/openchamber.conf -> ../sites-available/openchamber.conf; "

/* What is switched on, as a2enmod does it, dependencies first; http2.conf would touch every other site. */
static void
test_modules(void **state)
{
	static const struct { const char *version, *answers, *more; const char *enabled[4], *removed; const char *want; } cases[] = {
		{ "2.4.71", http_answers, "", { NULL }, NULL, BASE_MODS SITE_STEPS },
		{ "2.4.71", https_answers, "", { NULL }, NULL, BASE_MODS MOD("socache_shmcb.load") MOD("ssl.load") MOD("ssl.conf") MOD("http2.load") SITE_STEPS },
		{ "2.4.71", https_answers, "", { "proxy.load", "proxy_http.load", "headers.load", "ssl.load" }, NULL, MOD("http2.load") SITE_STEPS },
		{ "2.4.41", http_answers, "", { NULL }, NULL, BASE_MODS MOD("proxy_wstunnel.load") MOD("rewrite.load") SITE_STEPS },
		{ "2.4.71", https_answers, "cdn: cloudflare\n", { "proxy.load", "proxy_http.load", "headers.load", "ssl.load" }, "http2", SITE_STEPS },
		{ "2.4.71", http_answers, "", { NULL }, "headers", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct answers a;
		struct proxy_found f;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct buf shown = BUF_INIT;
		struct tree *t;
		int rc;

		assert_int_equal(tree_setup((void **)&t), 0);
		world_debian(t);
		for (size_t k = 0; k < 4 && cases[i].enabled[k]; k++)
			world_enable(t, cases[i].enabled[k]);
		if (cases[i].removed)
			assert_int_equal(unlink(tree_path(t, arena_printf(&t->arena, "/etc/apache2/mods-available/%s.load", cases[i].removed))), 0);
		parse_answers(&a, arena_printf(&t->arena, "%s%s", cases[i].answers, cases[i].more));
		a.reload = false;
		world_found(&f, t, cases[i].version);
		assert_string_equal(f.site_dir, "/etc/apache2/sites-available");
		assert_string_equal(f.link_dir, "/etc/apache2/sites-enabled");
		assert_string_equal(f.layout, "/etc/apache2/apache2.conf:10");
		rc = render(&steps, t, &a, &f, &e);
		show_steps(&shown, &steps);
		if (!cases[i].want) {
			assert_int_equal(rc, -1);
			assert_int_equal(e.code, ERR_MISSING);
			assert_non_null(strstr(e.msg, "a2enmod headers"));
		} else if (rc < 0 || strncmp(shown.s, cases[i].want, strlen(cases[i].want)) != 0) {
			fail_msg("case %zu: %s\n%s", i, rc < 0 ? e.msg : shown.s, cases[i].want);
		}
		buf_free(&shown);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
		tree_teardown((void **)&t);
	}
}

/* Each port is opened once: by a Listen of theirs, or by one of ours. */
static void
test_listens(void **state)
{
	static const struct { const char *ports, *answers, *more, *has, *has_not; int refused; } cases[] = {
		{ "Listen 80\n<IfModule ssl_module>\nListen 443\n</IfModule>\n", https_answers, "", "<VirtualHost *:443>", "\nListen", 0 },
		{ "Listen 80\n", https_answers, "", "\nListen 443\n", "Listen 80", 0 },
		{ "", http_answers, "", "\nListen 80\n", "443", 0 },
		{ "Listen [::]:80\n", http_answers, "", "<VirtualHost *:80>", "\nListen", 0 },
		{ "Listen 127.0.0.1:80\n", http_answers, "", NULL, NULL, 1 },
		{ "Listen 80\n", http_answers, "listen: {address: 192.0.2.1}\n", NULL, NULL, 1 },
		{ "Listen 192.0.2.1:80\n", http_answers, "listen: {address: 192.0.2.1}\n", "<VirtualHost *:80>", "\nListen", 0 },
		{ "Listen 192.0.2.9:80\n", http_answers, "listen: {address: 192.0.2.1}\n", "\nListen 192.0.2.1:80\n", NULL, 0 },
		{ "Listen 81\n", http_answers, "listen: {address: \"2001:db8::1\"}\n", "\nListen [2001:db8::1]:80\n", NULL, 0 },
		{ "Listen 80\n", http_answers, "listen: {http: 8080}\n", "\nListen 8080\n", "Listen 80\n", 0 },
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
		world_debian(t);
		tree_write(t, "/etc/apache2/ports.conf", cases[i].ports);
		parse_answers(&a, arena_printf(&t->arena, "%s%s", cases[i].answers, cases[i].more));
		world_found(&f, t, "2.4.71");
		rc = render(&steps, t, &a, &f, &e);
		if (cases[i].refused) {
			assert_int_equal(rc, -1);
			assert_int_equal(e.code, ERR_CONFLICT);
			assert_string_equal(e.file, "/etc/apache2/ports.conf");
			assert_int_equal(e.line, cases[i].refused);
		} else {
			if (rc < 0)
				fail_msg("case %zu: %s", i, e.msg);
			if (!strstr(site_text(&steps), cases[i].has) || (cases[i].has_not && strstr(site_text(&steps), cases[i].has_not)))
				fail_msg("case %zu:\n%s", i, site_text(&steps));
			/* A second time: what our own file opens is not counted, so it stays. */
			tree_write(t, "/etc/apache2/sites-available/openchamber.conf", site_text(&steps));
			assert_int_equal(symlink("../sites-available/openchamber.conf", tree_path(t, "/etc/apache2/sites-enabled/openchamber.conf")), 0);
			char *first = xstrdup(site_text(&steps));
			steps_free(&steps);
			proxy_found_free(&f);
			world_found(&f, t, "2.4.71");
			assert_int_equal(render(&steps, t, &a, &f, &e), 0);
			if (strcmp(site_text(&steps), first) != 0)
				fail_msg("case %zu, again:\n%s", i, site_text(&steps));
			free(first);
		}
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
		tree_teardown((void **)&t);
	}
}

/* A file that will be gone opens no port, and answers for no address. */
static void
test_set_aside(void **state)
{
	struct tree *t = *state;
	struct answers a;
	struct proxy_found f;
	struct err e = { 0 };

	world_debian(t);
	tree_write(t, "/etc/apache2/sites-available/old.conf",
	           "Listen 8080\n<VirtualHost 192.0.2.7:8080>\nServerName chat.example.org\n</VirtualHost>\n");
	world_enable(t, "proxy.load");
	assert_int_equal(symlink("../sites-available/old.conf", tree_path(t, "/etc/apache2/sites-enabled/old.conf")), 0);
	parse_answers(&a, http_answers);
	a.listen_http = 8080;
	world_found(&f, t, "2.4.71");
	for (size_t i = 0; i < 3; i++) {
		static const char *const aside[] = { NULL, "/etc/apache2/sites-enabled/old.conf", "/etc/apache2/sites-available/old.conf" };
		struct steps steps = { 0 };

		assert_int_equal(apache_render(&steps, &(struct proxy_context){
			.answers = &a, .found = &f, .templates = "templates", .root = t->root, .set_aside = aside[i] }, &e), 0);
		assert_int_equal(strstr(site_text(&steps), "\nListen 8080\n") != NULL, i > 0);
		assert_int_equal(strstr(site_text(&steps), "<VirtualHost *:8080>") != NULL, i > 0);
		steps_free(&steps);
	}
	proxy_found_free(&f);
	answers_free(&a);
}

static void
test_commands(void **state)
{
	static const struct { bool installed, running; const char *unit, *binary, *config, *control, *more, *want; } cases[] = {
		{ false, false, NULL, NULL, NULL, NULL, "", "validate apachectl configtest; reload systemctl reload apache2" },
		{ true, true, NULL, "/usr/sbin/apache2", "/etc/apache2/apache2.conf", "/usr/sbin/apachectl", "", "validate apachectl configtest; reload apachectl graceful" },
		{ true, true, "apache2.service", "/usr/sbin/apache2", "/etc/apache2/apache2.conf", "/usr/sbin/apachectl", "",
		  "validate apachectl configtest; reload systemctl reload apache2.service" },
		{ true, true, NULL, "/usr/sbin/httpd", "/etc/apache2/apache2.conf", NULL, "",
		  "validate httpd -f /etc/apache2/apache2.conf -t; reload httpd -f /etc/apache2/apache2.conf -k graceful" },
		{ true, true, NULL, "/opt/httpd/bin/httpd", "/opt/httpd/conf/httpd.conf", "/opt/httpd/bin/apachectl", "",
		  "validate /opt/httpd/bin/httpd -f /opt/httpd/conf/httpd.conf -t; reload /opt/httpd/bin/httpd -f /opt/httpd/conf/httpd.conf -k graceful" },
		{ true, true, NULL, "/usr/sbin/apache2", "/etc/apache2/apache2.conf", "/usr/sbin/apachectl",
		  "commands: {validate: [docker, exec, web, httpd, -t], reload: [docker, kill, -s, USR1, web]}\n",
		  "validate docker exec web httpd -t; reload docker kill -s USR1 web" },
		{ true, true, NULL, "/usr/sbin/apache2", "/etc/apache2/apache2.conf", "/usr/sbin/apachectl", "reload: false\n", "validate apachectl configtest" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct apache_own own = { .default_config = (char *)"/etc/apache2/apache2.conf", .unit = (char *)cases[i].unit, .control = cases[i].control };
		struct proxy_found f = {
			.proxy = &proxy_apache, .installed = cases[i].installed, .running = cases[i].running, .binary = (char *)cases[i].binary,
			.config = (char *)cases[i].config, .site_dir = (char *)"/nowhere", .conf = &own, .v = { 2, 4, 71 },
		};
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct buf shown = BUF_INIT, text = BUF_INIT;
		const char *commands;

		buf_printf(&text, "%s%s", http_answers, cases[i].more);
		parse_answers(&a, text.s);
		if (apache_render(&steps, &(struct proxy_context){ .answers = &a, .found = &f, .templates = "templates" }, &e) < 0)
			fail_msg("%zu: %s", i, e.msg);
		show_steps(&shown, &steps);
		commands = strstr(shown.s, "validate");
		assert_non_null(commands);
		if (strcmp(commands, cases[i].want) != 0)
			fail_msg("%zu: %s", i, commands);
		buf_free(&shown);
		buf_free(&text);
		steps_free(&steps);
		answers_free(&a);
	}
}

/* Hostile values straight into the answers, past the fields' own checks. */
static void
test_injection(void **state)
{
	static const char *const evil[] = {
		"a\nb", "a b", "a\"b", "a'b", "a#b", "a\\", "a>", "<a", "a\x01", "\x01" "b", "../a", "", "${HOME}", "%{HTTP_HOST}", "a$b", "a\tb", "$1", "a/>\nListen 1",
	};
	struct tree *t = *state;
	char said[4096];

	needs_judge(APACHE);
	world_debian(t);
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
		switch (i / ARRAY_LEN(evil)) {
		case 0: snprintf(a.public_url.host, sizeof(a.public_url.host), "%s", value); break;
		case 1: snprintf(a.origin.host, sizeof(a.origin.host), "%s", value); break;
		case 2: a.certificate = path; break;
		case 3: a.key = path; break;
		case 4: a.listen_address = (char *)value; break;
		case 5: a.cdn = CDN_OTHER; a.trusted = cidrs; break;
		case 6: snprintf(a.origin.scheme, sizeof(a.origin.scheme), "%s", value); break;
		}
		world_found(&f, t, "2.4.71");
		rc = render(&steps, t, &a, &f, &e);
		if (rc == 0) {
			const char *text = site_text(&steps), *name = i / ARRAY_LEN(evil) == 2 ? "SSLCertificateFile" : "SSLCertificateKeyFile";
			const struct apa_world w = { .server_root = "/" };
			const struct apa_directive *host;
			struct apa_conf c;

			/* Only paths may hold such bytes: then they read back as given, and the rest is as it was. */
			assert_true(i / ARRAY_LEN(evil) == 2 || i / ARRAY_LEN(evil) == 3);
			assert_int_equal(apa_parse(&c, &w, text, strlen(text), "site", &e), 0);
			host = apa_next(apa_top(&c, "VirtualHost"), "VirtualHost");
			assert_string_equal(apa_word(apa_child(host, name), 0), path);
			assert_null(apa_top(&c, "Listen"));
			assert_null(host->next);
			apa_free(&c);
			if (world_accepts(t, text, said, sizeof(said)) != 0)
				fail_msg("%s: %s", value, said);
		} else {
			assert_int_equal(e.code, ERR_VALUE);
		}
		steps_free(&steps);
		proxy_found_free(&f);
		a.trusted = NULL;
		answers_free(&a);
	}
}

/* httpd is the judge of the quotes: it looks for a file of exactly that name. */
static void
test_quotes(void **state)
{
	static const char *const names[] = { "plain.pem", "a b.pem", "a\"b.pem", "it's.pem", "a#b.pem", "a\\b.pem", "a\\", "a$b.pem", "a>b.pem", "100%.pem", "'x'.pem" };
	struct tree *t = *state;
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	char said[4096];

	needs_judge(APACHE);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *path = arena_printf(&t->arena, "/inc/%s", names[i]);

		tree_write(t, path, "Nonsense here\n");
		buf_cut(&text, 0);
		buf_printf(&text, "ServerRoot %1$s\nServerName x\nDefaultRuntimeDir %1$s\nLoadModule mpm_event_module " APACHE_MODULES "mod_mpm_event.so\n"
		                  "LoadModule authz_core_module " APACHE_MODULES "mod_authz_core.so\nListen 20080\nInclude ", t->root);
		assert_int_equal(apache_escape(&text, tree_path(t, path), &e), 0);
		buf_puts(&text, "\n");
		tree_write(t, "/judge.conf", text.s);
		assert_int_not_equal(apache_judges(tree_path(t, "/judge.conf"), said, sizeof(said)), 0);
		/* It was found and read: the complaint is of what stands inside. */
		if (!strstr(said, "Nonsense"))
			fail_msg("%s: %s", names[i], said);
	}
	buf_free(&text);
}

static void
test_escape(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "example.org", "example.org" }, { "a b", "\"a b\"" }, { "q\"", "\"q\\\"\"" }, { "b\\", "\"b\\\\\"" }, { "", "\"\"" }, { "a>", "\"a>\"" },
		{ "a$b", "a$b" }, { "100%", "100%" }, { "\xed\x95\x9c", "\xed\x95\x9c" },
		{ "${x}", NULL }, { "a%{x}", NULL }, { "a\nb", NULL }, { "a\rb", NULL }, { "\001x", NULL }, { "\x7f", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };
		int rc = proxy_apache.escape(&out, cases[i].in, &e);

		assert_int_equal(rc, cases[i].want ? 0 : -1);
		if (cases[i].want)
			assert_string_equal(out.s, cases[i].want);
		else
			assert_int_equal(e.code, ERR_VALUE);
		buf_free(&out);
	}
}

static void
test_refusals(void **state)
{
	static const struct { const char *from, *to, *version; enum err_code code; } cases[] = {
		{ "", "", "2.4.71", ERR_NONE },
		{ "mode: existing", "mode: certbot", "2.4.71", ERR_VALUE },
		{ "mode: existing", "mode: auto", "2.4.71", ERR_VALUE },
		{ "mode: existing", "mode: none", "2.4.71", ERR_VALUE },
		{ "mode: existing", "mode: selfsigned", "2.4.71", ERR_NONE },
		{ "", "", "2.2.34", ERR_VALUE },
		{ "", "", "2.4.4", ERR_VALUE },
		{ "", "", "2.4.6", ERR_NONE },
		{ "proxy: apache", "proxy: apache\ncdn: cloudflare", "2.4.6", ERR_VALUE },
		{ "proxy: apache", "proxy: apache\ncdn: cloudflare", "2.4.10", ERR_NONE },
	};
	struct tree *t = *state;

	world_debian(t);
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
test_two_sites(void **state)
{
	static const char *const hosts[] = { "chat.example.org", "talk.example.org" };
	struct tree *t = *state;
	struct buf both = BUF_INIT;
	char said[4096];

	needs_judge(APACHE);
	world_debian(t);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		struct buf text = BUF_INIT;
		const struct step *site;

		buf_puts(&text, https_answers);
		replace_all(&text, "chat.example.org", hosts[i]);
		parse_answers(&a, text.s);
		a.cdn = CDN_CLOUDFLARE;
		a.public_url.port = 8443;
		world_found(&f, t, "2.4.71");
		assert_int_equal(render(&steps, t, &a, &f, &e), 0);
		site = steps_find(&steps, STEP_WRITE, ROLE_NONE);
		assert_string_equal(site->path, i == 0 ? "/etc/apache2/sites-available/openchamber.conf"
		                                       : "/etc/apache2/sites-available/openchamber-talk.example.org.conf");
		tree_write(t, site->path, site->text);
		assert_int_equal(symlink(arena_printf(&t->arena, "../sites-available/%s", fs_basename(site->path)),
		                         tree_path(t, arena_printf(&t->arena, "/etc/apache2/sites-enabled/%s", fs_basename(site->path)))), 0);
		buf_puts(&both, site->text);
		buf_free(&text);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
	}
	/* The port is opened by the first, and only there. */
	assert_non_null(strstr(both.s, "\nListen 8443\n"));
	assert_null(strstr(strstr(both.s, "\nListen 8443\n") + 1, "\nListen 8443\n"));
	if (world_accepts(t, both.s, said, sizeof(said)) != 0 || strstr(said, "warn"))
		fail_msg("%s", said);
	buf_free(&both);
}

/* A plan is computed twice, the second time by root: both must come to the same. */
static void
test_test_certificate(void **state)
{
	static const char first[] = "write /etc/antechamber/tls/chat.example.org.key 600 made secret; "
	                            "write /etc/antechamber/tls/chat.example.org.pem 644 made; write /etc/apache2/sites-available/openchamber.conf 644; ";
	struct tree *t = *state;
	struct answers a;

	world_debian(t);
	for (const char *const *m = (const char *const[]){ "proxy.load", "proxy_http.load", "headers.load", "ssl.load", "http2.load", NULL }; *m; m++)
		world_enable(t, *m);
	parse_answers(&a, "version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\nproxy: apache\n"
	                  "tls: {mode: selfsigned}\n");
	for (int round = 0; round < 2; round++) {
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		struct buf shown = BUF_INIT;
		const char *want = round ? strstr(first, "write /etc/apache2") : first;

		world_found(&f, t, "2.4.71");
		assert_int_equal(render(&steps, t, &a, &f, &e), 0);
		show_steps(&shown, &steps);
		if (strncmp(shown.s, want, strlen(want)) != 0)
			fail_msg("%s", shown.s);
		for (size_t i = 0; i < 2 && round == 0; i++)
			tree_write(t, steps.v[i].path, steps.v[i].text);
		buf_free(&shown);
		steps_free(&steps);
		proxy_found_free(&f);
	}
	answers_free(&a);
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
	struct proxy_context c = { .templates = "templates", .root = t->root, .private = &private };
	struct answers a;
	struct steps steps = { 0 };
	struct err e = { 0 };
	struct proxy_found f;
	char text[2048], proof[2048];
	bool alive = false;
	int status;
	pid_t pid;

	needs_judge(APACHE);
	world_debian(t);
	private.upstream = free_port();
	world_certificate(t, "chat.example.org", "/private dir/c.pem", "/private dir/c.key");
	private.certificate = tree_path(t, "/private dir/c.pem");
	private.key = tree_path(t, "/private dir/c.key");
	parse_answers(&a, https_answers);
	world_found(&f, t, "2.4.71");
	c.answers = &a;
	c.found = &f;
	if (apache_rehearse(&steps, &c, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(steps.n, 3);
	for (size_t i = 0; i < 2; i++)
		tree_write(t, steps.v[i].path, steps.v[i].text);
	if (geteuid() == 0) { /* a rehearsal is nobody's */
		assert_int_equal(chown(private.dir, 65534, 65534), 0);
		assert_int_equal(chmod(t->root, 0755), 0);
		assert_int_equal(chown(private.key, 65534, 65534), 0);
	}
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(126);
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
	assert_non_null(strstr(text, "Location: https://chat.example.org/x?y=%2F\r\n"));
	assert_null(strstr(proof, "Location"));
	steps_free(&steps);

	f.installed = false;
	assert_int_equal(apache_rehearse(&steps, &c, &e), -1);
	assert_int_equal(e.code, ERR_MISSING);
	steps_free(&steps);
	proxy_found_free(&f);
	answers_free(&a);
}

#define TREE(f) cmocka_unit_test_setup_teardown(f, tree_setup, tree_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_listens),
		TREE(test_set_aside),
		cmocka_unit_test(test_commands),
		TREE(test_injection),
		TREE(test_quotes),
		cmocka_unit_test(test_escape),
		TREE(test_refusals),
		TREE(test_two_sites),
		TREE(test_test_certificate),
		TREE(test_rehearsal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
