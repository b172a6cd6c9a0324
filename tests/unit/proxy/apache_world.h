/* apache_world.h - an httpd as it would be found on a machine, and the real one as the judge of a site. */
#ifndef TESTS_APACHE_WORLD_H
#define TESTS_APACHE_WORLD_H

#include "world.h"

#include "proxy/apache.h"

/* What Debian's -V says; %s is the version. */
#define DEBIAN_V \
	"Server version: Apache/%s (Debian)\nServer built:   2026-11-12T08:58:41\n" \
	" -D HTTPD_ROOT=\"/etc/apache2\"\n -D SERVER_CONFIG_FILE=\"apache2.conf\"\n"
#define REDHAT_V \
	"Server version: Apache/%s (Red Hat Enterprise Linux)\n -D HTTPD_ROOT=\"/etc/httpd\"\n -D SERVER_CONFIG_FILE=\"conf/httpd.conf\"\n"
#define ALPINE_V \
	"Server version: Apache/%s (Unix)\n -D HTTPD_ROOT=\"/var/www\"\n -D SERVER_CONFIG_FILE=\"/etc/apache2/httpd.conf\"\n"

#define DEBIAN_STATICS "Compiled in modules:\n  core.c\n  mod_so.c\n  http_core.c\n  mod_log_config.c\n  mod_version.c\n  mod_unixd.c\n"

static const char debian_conf[] UNUSED =
	"DefaultRuntimeDir ${APACHE_RUN_DIR}\nUser ${APACHE_RUN_USER}\nIncludeOptional mods-enabled/*.load\nIncludeOptional mods-enabled/*.conf\n"
	"Include ports.conf\n<Directory />\n\tRequire all denied\n</Directory>\nIncludeOptional conf-enabled/*.conf\nIncludeOptional sites-enabled/*.conf\n";

/* As a build that says this would be found; NULL: not installed. */
static inline void
world_said(struct proxy_found *f, struct tree *t, const char *said)
{
	*f = (struct proxy_found){ .proxy = &proxy_apache, .installed = said != NULL };
	f->conf = xcalloc(1, sizeof(struct apache_own));
	if (!said)
		return;
	f->binary = arena_strdup(&f->arena, APACHE);
	apache_read_version(f, said);
	apache_read_statics(f, DEBIAN_STATICS);
	apache_own(f)->control = "/usr/sbin/apachectl";
	f->config = apache_own(f)->default_config;
	apache_read_config(f, t->root);
}

/* Debian's of a version; NULL: not installed. */
static inline void
world_found(struct proxy_found *f, struct tree *t, const char *version)
{
	world_said(f, t, version ? arena_printf(&t->arena, DEBIAN_V, version) : NULL);
}

static inline void
world_module(struct tree *t, const char *name, const char *depends, bool has_conf)
{
	tree_write(t, arena_printf(&t->arena, "/etc/apache2/mods-available/%s.load", name),
	           arena_printf(&t->arena, "%s%s%sLoadModule %s_module " APACHE_MODULES "mod_%s.so\n", *depends ? "# Depends: " : "", depends,
	                        *depends ? "\n" : "", name, name));
	if (has_conf)
		tree_write(t, arena_printf(&t->arena, "/etc/apache2/mods-available/%s.conf", name),
		           strcmp(name, "http2") == 0 ? "Protocols h2 h2c http/1.1\n" : "# nothing\n");
}

static inline void
world_enable(struct tree *t, const char *file)
{
	assert_int_equal(symlink(arena_printf(&t->arena, "../mods-available/%s", file),
	                         tree_path(t, arena_printf(&t->arena, "/etc/apache2/mods-enabled/%s", file))), 0);
}

/* As its package leaves it. */
static inline void
world_debian(struct tree *t)
{
	static const char *const enabled[] = { "alias", "authz_core", "deflate", "env", "filter", "mime", "mpm_event", "reqtimeout", "setenvif" };

	tree_write(t, "/etc/apache2/apache2.conf", debian_conf);
	tree_write(t, "/etc/apache2/envvars", "export APACHE_RUN_USER=www-data\nexport APACHE_RUN_DIR=/var/run/apache2$SUFFIX\nexport LANG=C\n: ${X:=y}\n");
	tree_write(t, "/etc/apache2/ports.conf", "Listen 80\n\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n");
	for (const char *const *d = (const char *const[]){ "mods-enabled", "conf-enabled", "conf-available", "sites-available", "sites-enabled", NULL }; *d; d++)
		tree_mkdir(t, arena_printf(&t->arena, "/etc/apache2/%s", *d));
	for (size_t i = 0; i < ARRAY_LEN(enabled); i++) {
		world_module(t, enabled[i], "", false);
		world_enable(t, arena_printf(&t->arena, "%s.load", enabled[i]));
	}
	world_module(t, "proxy", "", true);
	world_module(t, "proxy_http", "proxy", false);
	world_module(t, "proxy_wstunnel", "proxy", false);
	world_module(t, "headers", "", false);
	world_module(t, "rewrite", "", false);
	world_module(t, "http2", "", true);
	world_module(t, "socache_shmcb", "", false);
	world_module(t, "ssl", "setenvif mime socache_shmcb", true);
}

/* The value of every line that begins with a directive. */
static inline void
replace_values(struct tree *t, struct buf *b, const char *directive, const char *by)
{
	struct buf out = BUF_INIT;

	for (const char *p = b->s; *p;) {
		const size_t len = strcspn(p, "\n"), blanks = strspn(p, " \t"), n = strlen(directive);

		if (strncmp(p + blanks, directive, n) == 0 && p[blanks + n] == ' ')
			buf_printf(&out, "%s %s", directive, tree_path(t, by));
		else
			buf_add(&out, p, len);
		if (p[len])
			buf_putc(&out, '\n');
		p += len + (p[len] == '\n');
	}
	buf_free(b);
	*b = out;
}

/* Does httpd accept these sites together, with a certificate of our own? */
static inline int
world_accepts(struct tree *t, const char *sites, char *said, size_t size)
{
	static const char *const modules[] = { "mpm_event", "authz_core", "alias", "proxy", "proxy_http", "proxy_wstunnel", "headers", "rewrite",
	                                       "env", "setenvif", "socache_shmcb", "ssl", "http2", "reqtimeout", "cache", "deflate", "filter" };
	struct buf text = BUF_INIT, site = BUF_INIT;

	world_certificate(t, "chat.example.org", "/judge.pem", "/judge.key");
	buf_printf(&text, "ServerRoot %1$s\nServerName localhost\nPidFile %1$s/pid\nErrorLog %1$s/log\nDefaultRuntimeDir %1$s\n", t->root);
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		buf_printf(&text, "LoadModule %s_module " APACHE_MODULES "mod_%s.so\n", modules[i], modules[i]);
	if (!strstr(sites, "Listen"))
		buf_puts(&text, "Listen 20080\n");
	buf_puts(&site, sites);
	replace_values(t, &site, "SSLCertificateFile", "/judge.pem");
	replace_values(t, &site, "SSLCertificateKeyFile", "/judge.key");
	buf_puts(&text, site.s);
	tree_write(t, "/judge.conf", text.s);
	buf_free(&text);
	buf_free(&site);
	return apache_judges(tree_path(t, "/judge.conf"), said, size);
}

#endif
