/* nginx_repair.c - from causes to files in which they are gone. */
#include "proxy/nginx_repair.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/url.h"
#include "proxy/mend.h"

static void
push(struct directives *list, const struct ngx_directive *d)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == d)
			return;
	if ((list->n & (list->n - 1)) == 0)
		list->v = xreallocarray(list->v, list->n ? 2 * list->n : 1, sizeof(*list->v));
	list->v[list->n++] = d;
}

static bool
has(const struct directives *list, const struct ngx_directive *d)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == d)
			return true;
	return false;
}

bool
repair_is_ours(const struct repair *r, const struct ngx_directive *block)
{
	return has(&r->ours, block);
}

/* ---- where the routes lead ---- */

struct targets {
	char **v;
	size_t n;
};

static void
push_target(struct repair *r, struct targets *t, const char *path)
{
	const struct ngx_directive *block = ngx_location_for(r->server, path), *pass;
	char *target = nginx_leads_to(&r->arena, r->conf, block ? block : r->server, &pass);

	if (target)
		t->v[t->n++] = target;
}

/* Whatever the routes lead to is meant to be OpenChamber. */
static void
find_targets(struct repair *r, struct targets *t)
{
	const struct needs *n = r->context->needs;

	t->v = arena_alloc(&r->arena, (n->n_sockets + n->n_streams + 4) * sizeof(*t->v));
	push_target(r, t, n->version);
	push_target(r, t, n->upload);
	push_target(r, t, n->health);
	for (size_t i = 0; i < n->n_sockets; i++)
		push_target(r, t, n->sockets[i].path);
	for (size_t i = 0; i < n->n_streams; i++)
		push_target(r, t, n->streams[i].path);
}

static bool
is_origin(const struct repair *r, const char *target)
{
	const struct url *origin = &r->context->answers->origin;
	struct url u;
	struct err ignored;

	return url_parse(&u, target, "http", URL_ANY, NULL, &ignored) == 0 &&
	       u.port == origin->port &&
	       (strcmp(u.host, origin->host) == 0 || (url_is_loopback(&u) && url_is_loopback(origin)));
}

static bool
leads_to_us(struct repair *r, const struct targets *t, const struct ngx_directive *block)
{
	const struct ngx_directive *pass;
	const char *target = nginx_leads_to(&r->arena, r->conf, block, &pass);

	for (size_t i = 0; target && i < t->n; i++)
		if (strcmp(t->v[i], target) == 0)
			return true;
	return target && is_origin(r, target);
}

static void
sort_blocks(struct repair *r, const struct targets *t, const struct ngx_directive *block)
{
	if (ngx_child(block, "proxy_pass") && !leads_to_us(r, t, block)) {
		push(&r->others, block);
	} else if (ngx_child(block, "proxy_pass")) {
		push(&r->passes, block);
		for (const struct ngx_directive *b = block; b && b != r->server; b = b->parent)
			push(&r->ours, b);
	}
	for (const struct ngx_directive *d = block->child; d; d = d->next)
		if (d->block && (strcmp(d->name, "location") == 0 || strcmp(d->name, "if") == 0 ||
		                 strcmp(d->name, "limit_except") == 0))
			sort_blocks(r, t, d);
}

/* ---- is there anything to be repaired? ---- */

static bool
is_guilty(struct repair *r, struct route *route, guilty_fn *look, const char *path)
{
	route->path = path;
	route->block = ngx_location_for(r->server, path);
	if (!route->block)
		route->block = r->server;
	return look(route) != NULL;
}

/* A route that the cause can be met on has a line to blame; where no line ever has, it is taken on trust. */
static bool
is_broken(struct repair *r, const char *cause)
{
	guilty_fn *look = guilty_of(cause);
	struct route route = {
		.conf = r->conf, .url = &r->context->answers->public_url, .server = r->server,
	};
	bool broken = !look;

	for (const char **path = mend_routes(&r->arena, r->context->needs, cause); *path && !broken; path++)
		broken = is_guilty(r, &route, look, *path);
	return broken;
}

/* Behind a wrong path no check saw what else gets lost; the configuration tells it. */
static void
repair_hidden(struct repair *r)
{
	if (r->n_edits && (is_broken(r, "ws-upgrade-lost") || is_broken(r, "ws-host-lost")))
		repair_headers(r);
}

static const struct {
	const char *cause;
	remedy_fn  *remedy[2];
} remedies[] = {
	{ "ws-upgrade-lost",       { repair_headers } },
	{ "ws-host-lost",          { repair_headers } },
	{ "ws-port-lost",          { repair_headers } },
	{ "ws-proto-lost",         { repair_headers } },
	{ "ws-origin-refused",     { repair_origin } },
	{ "ws-no-answer",          { repair_paths, repair_hidden } },
	{ "sse-not-stream",        { repair_paths } },
	{ "forwarded-for-lost",    { repair_headers } },
	{ "forwarded-for-trusted", { repair_headers } },
	{ "sse-buffered",          { repair_buffering } },
	{ "sse-compressed",        { repair_compression } },
	{ "gzip-twice",            { repair_encoding, repair_compression } },
	{ "gzip-mislabelled",      { repair_encoding } },
	{ "gzip-added",            { repair_compression } },
	{ "body-limit",            { repair_body } },
	{ "stream-cut",            { repair_timeouts } },
	{ "api-cached",            { repair_cache } },
	{ "path-mangled",          { repair_paths, repair_hidden } },
};

static void
treat(struct repair *r, const char *cause)
{
	for (size_t i = 0; i < ARRAY_LEN(remedies); i++) {
		if (strcmp(remedies[i].cause, cause) != 0 || !is_broken(r, cause))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(remedies[i].remedy); k++)
			if (remedies[i].remedy[k])
				remedies[i].remedy[k](r);
	}
}

/* The site as visitors reach it here: its own listening port may not be the public one. */
static bool
find_server(struct repair *r)
{
	struct url here = mend_here(r->context->answers);
	struct route route = { .conf = r->conf, .url = &here };

	if (!guilty_site(&route))
		return false;
	r->server = route.server;
	return true;
}

int
nginx_repair(struct steps *out, const struct proxy_context *c, const char *const *causes,
             struct err *e)
{
	struct repair r = { .context = c, .conf = nginx_conf(c->found) };
	struct targets t = { 0 };
	int rc = 0;

	if (!find_server(&r))
		return 0;
	find_targets(&r, &t);
	sort_blocks(&r, &t, r.server);
	for (size_t i = 0; causes[i] && r.passes.n; i++)
		treat(&r, causes[i]);
	if (r.n_edits)
		rc = repair_steps(out, &r, e);
	if (rc == 0 && r.n_edits)
		rc = nginx_runs(out, c, e);
	free(r.passes.v);
	free(r.ours.v);
	free(r.others.v);
	free(r.edits);
	arena_free(&r.arena);
	return rc;
}
