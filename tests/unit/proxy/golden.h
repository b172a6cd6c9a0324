/*
 * golden.h - whole files: answers in tests/golden/PROXY/NAME.yaml, the site they make in NAME with the
 * proxy's ending.  GOLDEN_UPDATE=1 writes that anew; read its diff then.
 */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "world.h"

struct golden {
	const char *name;
	const char *version; /* NULL: not installed */
	const char *file;    /* one that is there, beside what is usual or instead of it; NULL: none */
	const char *text;
	const char *before;  /* HAProxy's own file as it was: one beside the goldens; NULL: none */
	bool        ipv4;    /* the machine has no IPv6 */
	const char *said;    /* what the proxy says of itself; NULL: as Debian's of that version */
};

struct goldens {
	const struct proxy  *proxy;
	const char          *ending; /* with its dot */
	const struct golden *cases;
	size_t               n;
	/* Make a case's machine, and find the proxy there. */
	void (*find)(struct proxy_found *f, struct tree *t, const struct golden *g);
	/* Let the real one judge a site, or say why it cannot: what it minds is a failure. */
	void (*judge)(struct tree *t, const struct golden *g, struct buf *site);
};

static inline const char *
golden_path(struct tree *t, const struct goldens *all, const char *name, const char *ending)
{
	return arena_printf(&t->arena, "tests/golden/%s/%s%s", all->proxy->name, name, ending);
}

static inline void
golden_read(struct buf *out, struct tree *t, const struct goldens *all, const char *name)
{
	struct err e = { 0 };

	if (fs_read(out, golden_path(t, all, name, all->ending), 65536, &e) < 0)
		fail_msg("%s", e.msg);
}

/* The site as it is rendered, and where it goes. */
static inline const char *
golden_render(struct buf *out, struct tree *t, const struct goldens *all, const struct golden *g)
{
	struct answers a;
	struct proxy_found f = { 0 };
	struct steps steps = { 0 };
	struct err e = { 0 };
	const char *path;

	all->find(&f, t, g);
	answers_init(&a);
	if (answers_load(&a, golden_path(t, all, g->name, ".yaml"), &e) < 0 || answers_whole(&a, &e) < 0 ||
	    world_render(&steps, t, &f, &a, &e) < 0)
		fail_msg("%s: %s", g->name, e.msg);
	path = arena_strdup(&t->arena, world_site(&steps)->path);
	buf_puts(out, world_site(&steps)->text);
	steps_free(&steps);
	answers_free(&a);
	proxy_found_free(&f);
	return path;
}

/* Each is rendered as it stands there, byte for byte. */
static inline void
goldens_are_rendered(const struct goldens *all)
{
	for (const struct golden *g = all->cases; g < all->cases + all->n; g++) {
		struct buf got = BUF_INIT, want = BUF_INIT;
		struct err e = { 0 };
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		golden_render(&got, t, all, g);
		if (getenv("GOLDEN_UPDATE"))
			assert_int_equal(fs_write(golden_path(t, all, g->name, all->ending), got.s, got.len, 0644, &e), 0);
		golden_read(&want, t, all, g->name);
		assert_string_equal(got.s, want.s);
		assert_int_equal(got.s[got.len - 1], '\n');
		buf_free(&got);
		buf_free(&want);
		tree_teardown((void **)&t);
	}
}

/* Where one version is written for otherwise than another: a line that only the older has, and one that only the newer. */
struct difference {
	const char *older, *newer;
	const char *gone, *come; /* NULL: none */
};

static inline void
golden_has(struct tree *t, const struct goldens *all, const char *name, const char *line, bool has)
{
	struct buf text = BUF_INIT;

	golden_read(&text, t, all, name);
	if (line && (strstr(text.s, line) != NULL) != has)
		fail_msg("%s %s: %s", name, has ? "lacks" : "has", line);
	buf_free(&text);
}

static inline void
goldens_differ(const struct goldens *all, const struct difference *v, size_t n)
{
	struct tree *t;

	assert_int_equal(tree_setup((void **)&t), 0);
	for (size_t i = 0; i < n; i++) {
		golden_has(t, all, v[i].older, v[i].gone, true);
		golden_has(t, all, v[i].newer, v[i].gone, false);
		golden_has(t, all, v[i].older, v[i].come, false);
		golden_has(t, all, v[i].newer, v[i].come, true);
	}
	tree_teardown((void **)&t);
}

static inline void
goldens_are_accepted(const struct goldens *all)
{
	for (const struct golden *g = all->cases; g < all->cases + all->n; g++) {
		struct buf site = BUF_INIT;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		golden_read(&site, t, all, g->name);
		all->judge(t, g, &site);
		buf_free(&site);
		tree_teardown((void **)&t);
	}
}

#endif
