/* haproxy_world.h - a HAProxy as it would be found on a machine, and the real one as the judge of a file. */
#ifndef TESTS_HAPROXY_WORLD_H
#define TESTS_HAPROXY_WORLD_H

#include "world.h"

#include "proxy/haproxy.h"

/* What -vv says; %s is the version. */
#define HAPROXY_VV "HAProxy version %s-1+deb 2026/10/17 - https://haproxy.org/\n  OPTIONS = USE_PCRE2=1 USE_OPENSSL=1 USE_LUA=1\n"

/* As detection would leave it, without running anything.  version NULL: not installed. */
static inline void
world_found(struct proxy_found *f, struct tree *t, const char *version)
{
	*f = (struct proxy_found){ .proxy = &proxy_haproxy, .installed = version != NULL };
	f->conf = xcalloc(1, sizeof(struct haproxy_own));
	if (!version)
		return;
	f->binary = arena_strdup(&f->arena, HAPROXY);
	haproxy_read_version(f, arena_printf(&f->arena, HAPROXY_VV, version));
	haproxy_read_config(f, t->root);
}

/* Does HAProxy accept this text, with a certificate wherever it names one of a .pem? */
static inline int
world_accepts(struct tree *t, const char *text, char *said, size_t size)
{
	struct buf b = BUF_INIT, both = BUF_INIT;
	const char *p = text, *hit;
	struct err e = { 0 };

	world_certificate(t, "chat.example.org", "/judge.crt", "/judge.key");
	assert_int_equal(fs_read(&both, tree_path(t, "/judge.crt"), 65536, &e), 0);
	assert_int_equal(fs_read(&both, tree_path(t, "/judge.key"), 65536, &e), 0);
	tree_write(t, "/judge.pem", both.s);
	while ((hit = strstr(p, " crt "))) {
		buf_add(&b, p, (size_t)(hit - p));
		buf_printf(&b, " crt %s", tree_path(t, "/judge.pem"));
		p = hit + 5 + strcspn(hit + 5, " \n");
	}
	buf_puts(&b, p);
	tree_write(t, "/judge.cfg", b.s);
	buf_free(&b);
	buf_free(&both);
	return haproxy_judges(tree_path(t, "/judge.cfg"), said, size);
}

#endif
