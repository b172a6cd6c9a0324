/* The steps: which modules, which file, which link, which commands; ports; what is refused; a rehearsal. */
#include "apache_world.h"
#include "render.h"

static const struct needs nothing;

static const char https_answers[] = HTTPS_ANSWERS("apache");
static const char http_answers[] = HTTP_ANSWERS("apache");

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
	  { "/etc/httpd/conf.d/welcome.conf", "" } }, https_answers, "", NULL, ERR_MISSING, "the module ssl, which this needs. Install it: dnf install mod_ssl" },
	{ "RHEL, a module that is not loaded", REDHAT_V, { { "/etc/httpd/conf/httpd.conf", REDHAT_CONF }, { "/etc/httpd/conf.modules.d/00.conf", "" },
	  { "/etc/httpd/conf.d/welcome.conf", "" } }, http_answers, "", NULL, ERR_MISSING,
	  "the module proxy, which this needs. Load it in /etc/httpd/conf/httpd.conf: LoadModule proxy_module modules/mod_proxy.so" },
	{ "Alpine without apache2-proxy", ALPINE_V, { { "/etc/apache2/httpd.conf", "ServerRoot /var/www\nListen 80\nIncludeOptional /etc/apache2/conf.d/*.conf\n" },
	  { "/etc/apache2/conf.d/default.conf", "" } }, http_answers, "", NULL, ERR_MISSING, "the module proxy, which this needs. Install it: apk add apache2-proxy" },
	{ "Alpine without apache2-ssl", ALPINE_V, { { "/etc/apache2/httpd.conf", "ServerRoot /var/www\nListen 80\n" REDHAT_MODULES "IncludeOptional /etc/apache2/conf.d/*.conf\n" },
	  { "/etc/apache2/conf.d/default.conf", "" } }, https_answers, "", NULL, ERR_MISSING, "the module ssl, which this needs. Install it: apk add apache2-ssl" },
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
		struct rendering r = RENDERING;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		for (size_t k = 0; k < 8 && l->files[k][0]; k++)
			tree_write(t, l->files[k][0], l->files[k][1]);
		parse_answers(&r.a, arena_printf(&t->arena, "%s%s", l->answers, l->more));
		r.a.reload = false;
		world_said(&r.f, t, arena_printf(&t->arena, l->says, "2.4.62"));
		if (r.f.broken.code)
			fail_msg("%s: %s", l->name, r.f.broken.msg);
		rendering_make(&r, t);
		if (r.rc != (l->want ? 0 : -1) || (l->want && strncmp(r.shown.s, l->want, strlen(l->want)) != 0) || (l->want && r.shown.s[strlen(l->want)] != ';'))
			fail_msg("%s: %d %s", l->name, r.rc, r.rc ? r.e.msg : r.shown.s);
		if (!l->want) {
			assert_int_equal(r.e.code, l->refused);
			if (!strstr(r.e.msg, l->sentence))
				fail_msg("%s: %s", l->name, r.e.msg);
		}
		rendering_free(&r);
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
		struct rendering r = RENDERING;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		world_debian(t);
		for (size_t k = 0; k < 4 && cases[i].enabled[k]; k++)
			world_enable(t, cases[i].enabled[k]);
		if (cases[i].removed)
			assert_int_equal(unlink(tree_path(t, arena_printf(&t->arena, "/etc/apache2/mods-available/%s.load", cases[i].removed))), 0);
		parse_answers(&r.a, arena_printf(&t->arena, "%s%s", cases[i].answers, cases[i].more));
		r.a.reload = false;
		world_found(&r.f, t, cases[i].version);
		assert_string_equal(r.f.site_dir, "/etc/apache2/sites-available");
		assert_string_equal(r.f.link_dir, "/etc/apache2/sites-enabled");
		assert_string_equal(r.f.layout, "/etc/apache2/apache2.conf:10");
		rendering_make(&r, t);
		if (!cases[i].want) {
			assert_int_equal(r.rc, -1);
			assert_int_equal(r.e.code, ERR_MISSING);
			assert_non_null(strstr(r.e.msg, "a2enmod headers"));
		} else if (r.rc < 0 || strncmp(r.shown.s, cases[i].want, strlen(cases[i].want)) != 0) {
			fail_msg("case %zu: %s\n%s", i, r.rc < 0 ? r.e.msg : r.shown.s, cases[i].want);
		}
		rendering_free(&r);
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
		struct rendering r = RENDERING;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		world_debian(t);
		tree_write(t, "/etc/apache2/ports.conf", cases[i].ports);
		parse_answers(&r.a, arena_printf(&t->arena, "%s%s", cases[i].answers, cases[i].more));
		world_found(&r.f, t, "2.4.71");
		rendering_make(&r, t);
		if (cases[i].refused) {
			assert_int_equal(r.rc, -1);
			assert_int_equal(r.e.code, ERR_CONFLICT);
			assert_string_equal(r.e.file, "/etc/apache2/ports.conf");
			assert_int_equal(r.e.line, cases[i].refused);
		} else {
			if (r.rc < 0)
				fail_msg("case %zu: %s", i, r.e.msg);
			if (!strstr(world_site(&r.steps)->text, cases[i].has) || (cases[i].has_not && strstr(world_site(&r.steps)->text, cases[i].has_not)))
				fail_msg("case %zu:\n%s", i, world_site(&r.steps)->text);
			/* A second time: what our own file opens is not counted, so it stays. */
			tree_write(t, "/etc/apache2/sites-available/openchamber.conf", world_site(&r.steps)->text);
			assert_int_equal(symlink("../sites-available/openchamber.conf", tree_path(t, "/etc/apache2/sites-enabled/openchamber.conf")), 0);
			const char *first = arena_strdup(&t->arena, world_site(&r.steps)->text);
			steps_free(&r.steps);
			proxy_found_free(&r.f);
			world_found(&r.f, t, "2.4.71");
			rendering_make(&r, t);
			assert_int_equal(r.rc, 0);
			if (strcmp(world_site(&r.steps)->text, first) != 0)
				fail_msg("case %zu, again:\n%s", i, world_site(&r.steps)->text);
		}
		rendering_free(&r);
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
			.answers = &a, .found = &f, .needs = &nothing, .templates = "templates", .root = t->root, .set_aside = aside[i] }, &e), 0);
		assert_int_equal(strstr(world_site(&steps)->text, "\nListen 8080\n") != NULL, i > 0);
		assert_int_equal(strstr(world_site(&steps)->text, "<VirtualHost *:8080>") != NULL, i > 0);
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
		if (apache_render(&steps, &(struct proxy_context){ .answers = &a, .found = &f, .needs = &nothing, .templates = "templates" }, &e) < 0)
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

/* Only paths may hold such bytes: then they read back as given, and the rest is as it was. */
static void
only_a_path(struct tree *t, const struct hostile *h, const struct steps *s)
{
	const char *text = world_site(s)->text, *name = h->field == IN_CERTIFICATE ? "SSLCertificateFile" : "SSLCertificateKeyFile";
	const struct apa_world w = { .server_root = "/" };
	const struct apa_directive *host;
	struct apa_conf c;
	struct err e = { 0 };
	char said[4096];

	assert_true(h->field == IN_CERTIFICATE || h->field == IN_KEY);
	assert_int_equal(apa_parse(&c, &w, text, strlen(text), "site", &e), 0);
	host = apa_next(apa_top(&c, "VirtualHost"), "VirtualHost");
	assert_string_equal(apa_word(apa_child(host, name), 0), h->path);
	assert_null(apa_top(&c, "Listen"));
	assert_null(host->next);
	apa_free(&c);
	if (world_accepts(t, text, said, sizeof(said)) != 0)
		fail_msg("%s: %s", h->value, said);
}

static void
test_injection(void **state)
{
	static const char *const evil[] = {
		"a\nb", "a b", "a\"b", "a'b", "a#b", "a\\", "a>", "<a", "a\x01", "\x01" "b", "../a", "", "${HOME}", "%{HTTP_HOST}", "a$b", "a\tb", "$1", "a/>\nListen 1",
	};
	struct tree *t = *state;

	needs_judge(APACHE);
	world_debian(t);
	hostile_values(t, https_answers, "2.4.71", world_found, evil, ARRAY_LEN(evil), only_a_path);
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
	static const struct escape cases[] = {
		{ "example.org", "example.org" }, { "a b", "\"a b\"" }, { "q\"", "\"q\\\"\"" }, { "b\\", "\"b\\\\\"" }, { "", "\"\"" }, { "a>", "\"a>\"" },
		{ "a$b", "a$b" }, { "100%", "100%" }, { "\xed\x95\x9c", "\xed\x95\x9c" },
		{ "${x}", NULL }, { "a%{x}", NULL }, { "a\nb", NULL }, { "a\rb", NULL }, { "\001x", NULL }, { "\x7f", NULL },
	};

	(void)state;
	escapes_hold(&proxy_apache, cases, ARRAY_LEN(cases));
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
		struct rendering r = RENDERING;

		parse_answers_with(&r.a, https_answers, cases[i].from, cases[i].to);
		world_found(&r.f, t, cases[i].version);
		rendering_make(&r, t);
		if (r.e.code != cases[i].code)
			fail_msg("%zu: %s", i, r.e.msg);
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

	needs_judge(APACHE);
	world_debian(t);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct rendering r = RENDERING;
		const struct step *site;

		parse_answers_with(&r.a, https_answers, "chat.example.org", hosts[i]);
		r.a.cdn = CDN_CLOUDFLARE;
		r.a.public_url.port = 8443;
		world_found(&r.f, t, "2.4.71");
		rendering_make(&r, t);
		assert_int_equal(r.rc, 0);
		site = world_site(&r.steps);
		assert_string_equal(site->path, i == 0 ? "/etc/apache2/sites-available/openchamber.conf"
		                                       : "/etc/apache2/sites-available/openchamber-talk.example.org.conf");
		tree_write(t, site->path, site->text);
		assert_int_equal(symlink(arena_printf(&t->arena, "../sites-available/%s", fs_basename(site->path)),
		                         tree_path(t, arena_printf(&t->arena, "/etc/apache2/sites-enabled/%s", fs_basename(site->path)))), 0);
		buf_puts(&both, site->text);
		rendering_free(&r);
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

	world_debian(t);
	for (const char *const *m = (const char *const[]){ "proxy.load", "proxy_http.load", "headers.load", "ssl.load", "http2.load", NULL }; *m; m++)
		world_enable(t, *m);
	for (int round = 0; round < 2; round++) {
		struct rendering r = RENDERING;
		const char *want = round ? strstr(first, "write /etc/apache2") : first;

		parse_answers_with(&r.a, https_answers, EXISTING, "mode: selfsigned");
		world_found(&r.f, t, "2.4.71");
		rendering_make(&r, t);
		assert_int_equal(r.rc, 0);
		if (strncmp(r.shown.s, want, strlen(want)) != 0)
			fail_msg("%s", r.shown.s);
		for (size_t i = 0; i < 2 && round == 0; i++)
			tree_write(t, r.steps.v[i].path, r.steps.v[i].text);
		rendering_free(&r);
	}
}

/* All but a proof of the name leads to https. */
static void
test_rehearsal(void **state)
{
	struct tree *t = *state;
	struct rehearsal r = { .status = 0 };

	needs_judge(APACHE);
	world_debian(t);
	rehearse(&r, t, https_answers, "2.4.71", world_found);
	assert_non_null(strstr(r.said, " 301 "));
	assert_non_null(strstr(r.said, "Location: https://chat.example.org/x?y=%2F\r\n"));
	assert_null(strstr(r.proof, "Location"));
	steps_free(&r.steps);

	/* The checklist plays what stands in front: its word about the scheme counts. */
	rehearse(&r, t, HTTPS_ANSWERS("apache") "cdn: other\ntrusted: [10.0.0.0/8]\n", "2.4.71", world_found);
	assert_non_null(strstr(r.steps.v[0].text, "-ipmatch '127.0.0.0/8'\" antechamber_front\n"));
	steps_free(&r.steps);
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
