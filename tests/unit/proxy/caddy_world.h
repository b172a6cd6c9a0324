/* caddy_world.h - a Caddy as it would be found on a machine, made of a few files and what it says of its version. */
#ifndef TESTS_CADDY_WORLD_H
#define TESTS_CADDY_WORLD_H

#include "../caddy_judge.h"

#include "base/crypto.h"
#include "proxy/caddy.h"

/* What the Debian package puts there. */
#define DEBIAN_CADDYFILE ":80 {\n\troot * /usr/share/caddy\n\tfile_server\n}\n"

/* As detection would leave it, without running anything. */
static inline void
world_found(struct proxy_found *f, struct tree *t, const char *version)
{
	*f = (struct proxy_found){ .proxy = &proxy_caddy, .installed = true };
	f->conf = xcalloc(1, sizeof(struct caddy_own));
	f->binary = arena_strdup(&f->arena, "/usr/bin/caddy");
	caddy_read_version(f, version);
	caddy_find_unit(f, t->root);
	caddy_read_config(f, t->root);
}

static inline void
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

static inline void
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

static inline void
parse_answers(struct answers *a, const char *text)
{
	struct err e = { 0 };

	answers_init(a);
	if (answers_parse(a, text, strlen(text), "a.yaml", &e) < 0)
		fail_msg("%s", e.msg);
}

/* Does Caddy accept this site beside a usual one?  Certificates it names are made, and its storage is the tree's. */
static inline int
world_accepts(struct tree *t, const char *site, char *said, size_t size)
{
	struct buf text = BUF_INIT;
	const char *tls;
	int rc;

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
	rc = caddy_judges(t, "validate", tree_path(t, "/judge/Caddyfile"), said, size);
	return rc;
}

#endif
