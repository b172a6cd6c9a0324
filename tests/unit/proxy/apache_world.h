/* apache_world.h - an httpd as it would be found on a machine, and the real one as the judge of a site. */
#ifndef TESTS_APACHE_WORLD_H
#define TESTS_APACHE_WORLD_H

#include "../tree.h"

#include <fcntl.h>

#include "base/crypto.h"
#include "proxy/apache.h"

#define APACHE  "/usr/sbin/apache2"
#define MODULES "/usr/lib/apache2/modules/"
#define UNUSED  __attribute__((unused))

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

/* As detection would leave it, without running anything.  said NULL: not installed. */
static inline void
world_found(struct proxy_found *f, struct tree *t, const char *said)
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

static inline void
world_module(struct tree *t, const char *name, const char *depends, bool has_conf)
{
	tree_write(t, arena_printf(&t->arena, "/etc/apache2/mods-available/%s.load", name),
	           arena_printf(&t->arena, "%s%s%sLoadModule %s_module " MODULES "mod_%s.so\n", *depends ? "# Depends: " : "", depends,
	                        *depends ? "\n" : "", name, name));
	if (has_conf)
		tree_write(t, arena_printf(&t->arena, "/etc/apache2/mods-available/%s.conf", name),
		           strcmp(name, "http2") == 0 ? "Protocols h2 h2c http/1.1\n" : "# nothing\n");
}

static inline void UNUSED
world_enable(struct tree *t, const char *file)
{
	assert_int_equal(symlink(arena_printf(&t->arena, "../mods-available/%s", file),
	                         tree_path(t, arena_printf(&t->arena, "/etc/apache2/mods-enabled/%s", file))), 0);
}

/* As its package leaves it. */
static inline void UNUSED
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

static inline void UNUSED
world_certificate(struct tree *t, const char *host, const char *certificate, const char *key)
{
	struct buf cert_pem = BUF_INIT, key_pem = BUF_INIT;
	struct err e = { 0 };

	assert_int_equal(cert_make(host, 90, &cert_pem, &key_pem, &e), 0);
	tree_write(t, certificate, cert_pem.s);
	tree_write(t, key, key_pem.s);
	buf_free(&cert_pem);
	buf_free(&key_pem);
}

static inline void UNUSED
replace_all(struct buf *b, const char *what, const char *by)
{
	struct buf out = BUF_INIT;
	const char *p = b->s, *hit;

	while ((hit = strstr(p, what))) {
		buf_add(&out, p, (size_t)(hit - p));
		buf_puts(&out, by);
		p = hit + strlen(what);
	}
	buf_puts(&out, p);
	buf_free(b);
	*b = out;
}

/* Run `apache2 -t' on a file; what it says goes to `said'.  Its exit status. */
static inline int UNUSED
apache_judges(const char *conf, char *said, size_t size)
{
	size_t n = 0;
	ssize_t got;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], 2);
		dup2(open("/dev/null", O_WRONLY), 1);
		close(fds[0]);
		close(fds[1]);
		execl(APACHE, "apache2", "-t", "-f", conf, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	while (n + 1 < size && (got = read(fds[0], said + n, size - n - 1)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The value of every line that begins with a directive. */
static inline void UNUSED
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
static inline int UNUSED
world_accepts(struct tree *t, const char *sites, char *said, size_t size)
{
	static const char *const modules[] = { "mpm_event", "authz_core", "alias", "proxy", "proxy_http", "proxy_wstunnel", "headers", "rewrite",
	                                       "env", "setenvif", "socache_shmcb", "ssl", "http2", "reqtimeout", "cache", "deflate", "filter" };
	struct buf text = BUF_INIT, site = BUF_INIT;
	int rc;

	world_certificate(t, "chat.example.org", "/judge.pem", "/judge.key");
	buf_printf(&text, "ServerRoot %1$s\nServerName localhost\nPidFile %1$s/pid\nErrorLog %1$s/log\nDefaultRuntimeDir %1$s\n", t->root);
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		buf_printf(&text, "LoadModule %s_module " MODULES "mod_%s.so\n", modules[i], modules[i]);
	if (!strstr(sites, "Listen"))
		buf_puts(&text, "Listen 20080\n");
	buf_puts(&site, sites);
	replace_values(t, &site, "SSLCertificateFile", "/judge.pem");
	replace_values(t, &site, "SSLCertificateKeyFile", "/judge.key");
	buf_puts(&text, site.s);
	tree_write(t, "/judge.conf", text.s);
	buf_free(&text);
	buf_free(&site);
	rc = apache_judges(tree_path(t, "/judge.conf"), said, size);
	return rc;
}

static inline void UNUSED
needs_apache(void)
{
	if (access(APACHE, X_OK) < 0) {
		print_message("Apache is not installed: nobody to judge\n");
		skip();
	}
}

#endif
