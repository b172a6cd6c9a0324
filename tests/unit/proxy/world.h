/*
 * world.h - what the worlds of all proxies share: a certificate, answers, and the steps they lead to.
 *
 * Each proxy's own header adds world_found(), which finds it as detection would, of a given version,
 * without running anything.
 */
#ifndef TESTS_PROXY_WORLD_H
#define TESTS_PROXY_WORLD_H

#include "../judge.h"

#include "base/crypto.h"
#include "proxy/proxy.h"

/* For the tables in a header that not every test reads. */
#define UNUSED __attribute__((unused))

static inline void
world_ipv6(struct tree *t)
{
	tree_write(t, "/proc/net/if_inet6", "00000000000000000000000000000001 01 80 10 80       lo\n");
}

/* A certificate and its key, under any names. */
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

static inline int
world_render(struct steps *out, struct tree *t, const struct proxy_found *f, const struct answers *a, struct err *e)
{
	static struct needs needs; /* with Cloudflare's list, read once */

	if (!needs.quiet && needs_load(&needs, "templates", NULL, e) < 0)
		return -1;

	return f->proxy->render(out, &(struct proxy_context){
		.answers = a, .found = f, .needs = &needs, .templates = "templates", .root = t->root }, e);
}

/* The site: the one file that is written and not made up by us, as a key is. */
static inline const struct step *
world_site(const struct steps *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].kind == STEP_WRITE && !s->v[i].made)
			return &s->v[i];
	fail_msg("no site is written");
	return NULL;
}

#endif
