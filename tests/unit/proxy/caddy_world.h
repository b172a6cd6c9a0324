/* caddy_world.h - a Caddy as it would be found on a machine, made of a few files and what it says of its version. */
#ifndef TESTS_CADDY_WORLD_H
#define TESTS_CADDY_WORLD_H

#include "world.h"

#include "proxy/caddy.h"

/* What the Debian package puts there. */
#define DEBIAN_CADDYFILE ":80 {\n\troot * /usr/share/caddy\n\tfile_server\n}\n"

/* As it would be found; version NULL: not installed. */
static inline void
world_found(struct proxy_found *f, struct tree *t, const char *version)
{
	*f = (struct proxy_found){ .proxy = &proxy_caddy, .installed = version != NULL };
	f->conf = xcalloc(1, sizeof(struct caddy_own));
	if (!version)
		return;
	f->binary = arena_strdup(&f->arena, CADDY);
	caddy_read_version(f, version);
	caddy_find_unit(f, t->root);
	caddy_read_config(f, t->root);
}

/* Does Caddy accept this site beside a usual one?  Certificates it names are made, and its storage is the tree's. */
static inline int
world_accepts(struct tree *t, const char *site, char *said, size_t size)
{
	struct buf text = BUF_INIT;
	const char *tls;

	buf_puts(&text, site);
	while ((tls = strstr(text.s, "\ttls /")) || (tls = strstr(text.s, "\ttls \"/")) || (tls = strstr(text.s, "\ttls `/"))) {
		char *line = xstrndup(tls, strcspn(tls, "\n"));

		world_certificate(t, "chat.example.org", "/c.pem", "/c.key");
		replace_all(&text, line, arena_printf(&t->arena, "\ttls  %s/c.pem %s/c.key", t->root, t->root));
		free(line);
	}
	tree_write(t, "/judge/openchamber.caddy", text.s);
	tree_write(t, "/judge/Caddyfile", arena_printf(&t->arena,
		"{\n\tadmin off\n\tstorage file_system %s/storage\n\tskip_install_trust\n}\n:80 {\n\trespond ok\n}\n"
		"import openchamber*.caddy\n", t->root));
	buf_free(&text);
	return caddy_judges(t, "validate", tree_path(t, "/judge/Caddyfile"), said, size);
}

#endif
