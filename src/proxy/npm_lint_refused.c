/* npm_lint_refused.c - what nginx refuses in the Advanced text, and the whole host with it. */
#include "proxy/npm_lint.h"

#include <string.h>


/* Modules that Nginx Proxy Manager's own nginx has, and whose directives are not in the book. */
static const char *const modules[] = { "lua_", "brotli", "zstd", "more_", "geoip", "js_", "opentelemetry",
	                               "otel_", "modsecurity", "headers_more", "vhost_traffic", "encrypted_",
	                               "balancer_by_lua", "init_by_lua", "echo", "srcache_", "redis", "memc_" };

static bool
is_of_module(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		if (strncmp(name, modules[i], strlen(modules[i])) == 0)
			return true;
	return strstr(name, "_by_lua") != NULL;
}

static bool
is_location(const struct ngx_directive *d)
{
	return strcmp(d->name, "location") == 0;
}

/* "=" and a path; else nginx keeps prefixes in one tree, with `^~' or without, and quotes mean nothing. */
static bool
is_same_location(const struct ngx_directive *a, const struct ngx_directive *b)
{
	const char *const one = a->n_args == 2 ? a->args[0] : "", *const two = b->n_args == 2 ? b->args[0] : "";

	if (!a->n_args || !b->n_args || *one == '~' || *two == '~' ||
	    strcmp(a->args[a->n_args - 1], b->args[b->n_args - 1]) != 0)
		return false;
	return (strcmp(one, "=") == 0) == (strcmp(two, "=") == 0);
}

/* Something in front of d, or of NPM's behind it, that nginx will not have beside it. */
static const struct ngx_directive *
twin(const struct npm_lint_look *k, const struct ngx_directive *first, const struct ngx_directive *d)
{
	bool behind = false;

	for (const struct ngx_directive *o = first; o; o = o->next) {
		if (o == d) {
			behind = true;
			continue;
		}
		if (strcmp(o->name, d->name) != 0 || (is_location(d) && !is_same_location(o, d)))
			continue;
		if (!behind || !npm_lint_is_theirs(k, o))
			return o;
	}
	return NULL;
}

static void
look_at(struct npm_lint_look *k, const struct npm_known *known, const struct ngx_directive *first,
        const struct ngx_directive *d, bool server)
{
	const struct ngx_directive *other;

	if (server ? !known->server : !known->location) {
		npm_lint_add(k, "wrong-place", d);
		return;
	}
	if (!known->once && !is_location(d) && strcmp(d->name, "proxy_pass") != 0)
		return;
	other = twin(k, first, d);
	if (!other)
		return;
	if (is_location(d))
		npm_lint_add(k, "duplicate-location", d);
	else
		npm_lint_add(k, npm_lint_is_theirs(k, other) ? "duplicate-directive" : "duplicate-npm", d);
}

/* Less is allowed there, and less still at the level of the server. */
static void
look_in_if(struct npm_lint_look *k, const struct npm_known *known, const struct ngx_directive *d)
{
	if (d->parent->parent == k->server ? !known->server_if : !known->location_if)
		npm_lint_add(k, "wrong-in-if", d);
}

/* Blocks that hold directives of nginx; types {} and the like hold words. */
static bool
holds_directives(const struct ngx_directive *d)
{
	return is_location(d) || strcmp(d->name, "if") == 0 || strcmp(d->name, "limit_except") == 0;
}

static void
look_inside(struct npm_lint_look *k, const struct npm_book *b, const struct ngx_directive *block)
{
	const bool server = strcmp(block->name, "server") == 0;

	for (const struct ngx_directive *d = block->child; d; d = d->next) {
		if (!npm_lint_is_theirs(k, d))
			continue;
		const struct npm_known *known = npm_book_find(b, d->name);

		if (known)
			npm_lint_args(k, b, known, d);
		else if (!is_of_module(d->name))
			npm_lint_add(k, "unknown-directive", d);
		if (known && strcmp(block->name, "if") == 0)
			look_in_if(k, known, d);
		else if (known && strcmp(block->name, "limit_except") != 0) /* there fewer are allowed, and which is nginx's secret */
			look_at(k, known, block->child, d, server);
		if (d->block && holds_directives(d))
			look_inside(k, b, d);
	}
}

int
npm_lint_refused(struct npm_lint_look *k, const char *templates, struct err *e)
{
	struct npm_book b = { 0 };
	int rc = npm_book_read(&b, templates, e);

	if (rc == 0)
		look_inside(k, &b, k->server);
	npm_book_free(&b);
	return rc;
}
