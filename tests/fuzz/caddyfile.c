/*
 * Caddyfiles: a tree, or a refusal with its place.  Whatever it is, every
 * question about it has an answer.
 */
#include "fuzz.h"

#include "conf/caddyfile.h"

static const char *const paths[] = { "/", "/api/global/event/ws", "/auth/session",
                                     "/a b/../c", "" };

static void
must_be_whole(const struct cdy_node *n, const struct cdy_node *parent, int depth)
{
	assert(depth < 1000);
	for (; n; n = n->next) {
		assert(n->parent == parent);
		assert(n->name && n->line >= 1);
		assert(!n->args[n->n_args]);
		for (size_t i = 0; i < ARRAY_LEN(paths); i++)
			cdy_matches(n, paths[i]);
		must_be_whole(n->child, n, depth + 1);
	}
}

static void
ask_site(const struct cdy_conf *c, const struct cdy_node *site)
{
	for (size_t i = 0; i < site->n_args; i++) {
		struct cdy_address a;

		cdy_address(&a, c, site, i);
		assert(a.port <= 65535);
	}
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const struct cdy_node *n = cdy_answers(site, paths[i]);

		if (n) {
			cdy_in_force(n, "encode", paths[i]);
			cdy_in_force(n, "header_up", paths[i]);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cdy_conf c = { 0 };
	struct err e = { 0 };

	if (cdy_parse(&c, (const char *)data, size, "Caddyfile", &e) < 0) {
		assert(e.code == ERR_VALUE);
		must_be_a_sentence(&e);
	} else {
		if (c.options)
			must_be_whole(c.options->child, c.options, 0);
		must_be_whole(c.sites, NULL, 0);
		assert(cdy_http_port(&c) <= 65535 && cdy_https_port(&c) <= 65535);
		cdy_site_for(&c, 443, "chat.example.org");
		cdy_site_for(&c, 80, "");
		for (const struct cdy_node *s = c.sites; s; s = s->next)
			ask_site(&c, s);
	}
	cdy_free(&c);
	return 0;
}
