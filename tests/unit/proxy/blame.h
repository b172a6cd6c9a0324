/* blame.h - from a cause to a line: each broken configuration beside a healthy twin, which blames nothing. */
#ifndef TESTS_BLAME_H
#define TESTS_BLAME_H

#include "world.h"

#include "base/url.h"

#define BLAME_URL "https://chat.example.org"

/* The line that a cause is blamed on, 0: none; `file' is from the tree's arena. */
static inline int
blamed_line(struct tree *t, const struct proxy_found *f, const char *cause, const char *public_url, const char *path,
            const char **file)
{
	const char *where = NULL;
	struct url u;
	struct err e = { 0 };
	int line = 0;

	assert_int_equal(url_parse(&u, public_url ? public_url : BLAME_URL, "https", URL_BASE, NULL, &e), 0);
	if (!f->proxy->blame(f, cause, &u, path, &where, &line)) {
		assert_int_equal(line, 0);
		return 0;
	}
	assert_true(line > 0);
	assert_non_null(where);
	*file = arena_strdup(&t->arena, where);
	return line;
}

/* What one file says of uploads and of silence. */
static inline void
limits_are(struct tree *t, const char *config, const char *text, const char *version,
           void (*world)(struct proxy_found *f, struct tree *t, const char *version), unsigned long long body, unsigned stream)
{
	struct proxy_limits limits = { 0 };
	struct proxy_found f;
	struct needs needs;
	struct url u;
	struct err e = { 0 };

	assert_int_equal(needs_load(&needs, "templates", NULL, &e), 0);
	assert_int_equal(url_parse(&u, BLAME_URL, "https", URL_BASE, NULL, &e), 0);
	tree_write(t, config, text);
	world(&f, t, version);
	f.proxy->limits(&f, &u, &needs, &limits);
	if (limits.body != body || limits.stream != stream)
		fail_msg("%s\n%llu, %u", text, limits.body, limits.stream);
	proxy_found_free(&f);
	needs_free(&needs);
}

struct blame {
	const char *cause, *path;
	const char *text; /* of the one file */
	int         line; /* 0: nothing is blamed */
	const char *url;  /* NULL: BLAME_URL */
};

/* Each of them, alone in the proxy's file. */
static inline void
blames_hold(const struct blame *cases, size_t n, const char *file, const char *version,
            void (*find)(struct proxy_found *f, struct tree *t, const char *version))
{
	for (const struct blame *b = cases; b < cases + n; b++) {
		struct proxy_found f;
		struct tree *t;
		const char *where = NULL;
		int line;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, file, b->text);
		find(&f, t, version);
		if (f.broken.code)
			fail_msg("case %zu: %s", (size_t)(b - cases), f.broken.msg);
		line = blamed_line(t, &f, b->cause, b->url, b->path, &where);
		if (line != b->line)
			fail_msg("case %zu, %s: line %d instead of %d", (size_t)(b - cases), b->cause, line, b->line);
		if (line)
			assert_string_equal(where, file);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

/* Each cause that is blamed has a fix in the proxy's own words. */
static inline void
blames_have_fixes(const struct blame *cases, size_t n, const struct proxy *p)
{
	for (const struct blame *b = cases; b < cases + n; b++)
		if (b->line && strcmp(b->cause, "redirect-away") != 0 && !p->fix(b->cause))
			fail_msg("%s has no fix", b->cause);
	assert_null(p->fix("no-such-cause"));
}

#endif
