/* nginx_world.h - an nginx as it would be found on a machine, made of a few files and what -V says. */
#ifndef TESTS_NGINX_WORLD_H
#define TESTS_NGINX_WORLD_H

#include "world.h"

#include "proxy/nginx.h"

/* What Debian's binary says; %s is the version. */
#define DEBIAN_V \
	"nginx version: nginx/%s\nbuilt with OpenSSL 3.0.15\nTLS SNI support enabled\n" \
	"configure arguments: --with-cc-opt='-g -O2' --prefix=/usr/share/nginx --conf-path=/etc/nginx/nginx.conf " \
	"--pid-path=/run/nginx.pid --with-http_ssl_module --with-http_realip_module --with-http_v2_module\n"

#define DEBIAN_CONF \
	"user www-data;\nevents {}\nhttp {\n\tgzip on;\n\tinclude /etc/nginx/conf.d/*.conf;\n" \
	"\tinclude /etc/nginx/sites-enabled/*;\n}\n"

/* As a build that says this would be found; NULL: not installed. */
static inline void
world_said(struct proxy_found *f, struct tree *t, const char *said)
{
	*f = (struct proxy_found){ .proxy = &proxy_nginx, .installed = said != NULL };
	f->conf = xcalloc(1, sizeof(struct nginx_own));
	if (!said)
		return;
	f->binary = arena_strdup(&f->arena, NGINX);
	nginx_read_version(f, said);
	f->config = ((struct nginx_own *)f->conf)->default_config;
	nginx_read_config(f, t->root);
}

/* Debian's of a version; NULL: not installed. */
static inline void
world_found(struct proxy_found *f, struct tree *t, const char *version)
{
	world_said(f, t, version ? arena_printf(&t->arena, DEBIAN_V, version) : NULL);
}

static inline void
world_debian(struct tree *t)
{
	tree_write(t, "/etc/nginx/nginx.conf", DEBIAN_CONF);
	tree_mkdir(t, "/etc/nginx/conf.d");
	tree_mkdir(t, "/etc/nginx/sites-available");
	tree_mkdir(t, "/etc/nginx/sites-enabled");
}

/*
 * Does nginx accept these sites together?  Anybody may run this, so each
 * listen line gets a free loopback address and an unprivileged port.
 */
static inline int
world_accepts(struct tree *t, const char *sites, char *said, size_t size)
{
	struct buf text = BUF_INIT;
	const char *p = sites, *hit;

	buf_printf(&text, "pid %s/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n", t->root);
	for (const char *const *name = (const char *const[]){ "client_body", "proxy", "fastcgi", "uwsgi", "scgi", NULL }; *name; name++)
		buf_printf(&text, "%s_temp_path %s/%s;\n", *name, t->root, *name);
	while ((hit = strstr(p, "listen "))) {
		const char *end = hit + 7 + strcspn(hit + 7, " ;"), *digits = end;

		while (digits > hit && digits[-1] >= '0' && digits[-1] <= '9')
			digits--;
		buf_add(&text, p, (size_t)(hit - p));
		buf_printf(&text, "listen 127.0.0.1:%d", 20000 + atoi(digits) + (strchr(hit, ']') && strchr(hit, ']') < end ? 20000 : 0));
		p = end;
	}
	buf_puts(&text, p);
	buf_puts(&text, "}\n");
	if (strstr(text.s, "ssl_certificate")) {
		world_certificate(t, "chat.example.org", "/c.pem", "/c.key");
		for (const char *at; (at = strstr(text.s, "ssl_certificate "));) {
			char *line = xstrndup(at, strcspn(at, "\n"));

			replace_all(&text, line, arena_printf(&t->arena, "ssl_certificate\t%s/c.pem;", t->root));
			free(line);
		}
		for (const char *at; (at = strstr(text.s, "ssl_certificate_key "));) {
			char *line = xstrndup(at, strcspn(at, "\n"));

			replace_all(&text, line, arena_printf(&t->arena, "ssl_certificate_key\t%s/c.key;", t->root));
			free(line);
		}
	}
	tree_write(t, "/judge.conf", text.s);
	buf_free(&text);
	return nginx_judges(tree_path(t, "/judge.conf"), said, size);
}

#endif
