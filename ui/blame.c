#include "blame.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/proxy.h"

struct detecting {
	struct loop *loop;
	bool         done;
};

static void
on_detected(void *ctx)
{
	struct detecting *d = ctx;

	d->done = true;
	loop_stop(d->loop);
}

static bool
is_blamable(const struct check_result *r)
{
	return r->target == TARGET_PUBLIC && r->cause && !r->where.file &&
	       (r->status == CHECK_FAIL || r->status == CHECK_WARN);
}

static const char *
route_path(const struct need_route *routes, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(routes[i].id, id))
			return routes[i].path;
	return "/";
}

/* The path whose location decides about this check. */
static const char *
path_of(const struct needs *n, const struct check_result *r)
{
	const char *dot = strchr(r->id, '.');

	switch (r->group) {
	case GROUP_WEBSOCKET:
		return route_path(n->sockets, n->n_sockets, dot ? dot + 1 : "");
	case GROUP_SSE:
		return route_path(n->streams, n->n_streams, dot ? dot + 1 : "");
	case GROUP_TIME:
		return n->n_streams ? n->streams[0].path : "/";
	case GROUP_BODY:
		return n->upload;
	case GROUP_PUBLIC:
	case GROUP_HEADERS:
		return n->version;
	default:
		return "/";
	}
}

/* The address that was really talked to: the site is found by the port of --connect-to. */
static struct url
address_of(const struct options *o)
{
	struct url u = o->public_url;
	const char *colon = o->connect_to ? strrchr(o->connect_to, ':') : NULL;

	if (colon)
		u.port = strtoul(colon + 1, NULL, 10);
	return u;
}

static void
blame_by(const struct proxy_found *f, struct cmd *c, struct check_run *run, const struct url *u)
{
	for (size_t i = 0; i < check_count(run); i++) {
		const struct check_result *r = check_finished(run, i) ? check_at(run, i) : NULL;
		const char *file;
		int line;

		if (r && is_blamable(r) &&
		    f->proxy->blame(f, r->cause->id, u, path_of(&c->needs, r), &file, &line))
			check_set_where(run, r, file, line);
	}
}

int
blame_run(struct cmd *c, struct check_run *run, const struct machine *m, struct err *e)
{
	struct url u = address_of(c->o);
	bool wanted = false;
	int rc = 0;

	for (size_t i = 0; i < check_count(run); i++)
		wanted |= check_finished(run, i) && is_blamable(check_at(run, i));
	for (const struct proxy *const *p = proxies; wanted && rc == 0 && *p; p++) {
		struct proxy_found f = { .proxy = *p };
		struct detecting d = { .loop = c->loop };

		if (!(*p)->blame || !(*p)->detect)
			continue;
		(*p)->detect(c->loop, c->o->root, m, &f, on_detected, &d);
		rc = cmd_wait(c, &d.done, e);
		if (rc == 0 && f.installed && proxy_site_named(&f, u.host, u.port))
			blame_by(&f, c, run, &u);
		proxy_found_free(&f);
	}
	return rc;
}
