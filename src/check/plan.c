#include "check/run.h"

#include <string.h>

#include "base/i18n.h"

#define D (1u << TARGET_DIRECT)
#define P (1u << TARGET_PUBLIC)
#define R (1u << TARGET_REHEARSAL)
#define F (P | R)
#define A (D | P | R)

const struct check_kind check_kinds[] = {
	{ .id = "direct.answer", .group = GROUP_DIRECT, .label = N_("OpenChamber answers"),
	  .targets = D, .required = D, .when = AT_ONCE, .start = probe_direct },
	{ .id = "direct.version", .group = GROUP_DIRECT, .label = N_("its version"),
	  .targets = D, .when = AT_ONCE, .start = probe_direct },
	{ .id = "direct.login", .group = GROUP_DIRECT, .label = N_("UI password"),
	  .targets = D, .required = D, .when = AT_ONCE, .start = probe_direct },
	{ .id = "direct.exposure", .group = GROUP_DIRECT,
	  .label = N_("only this server reaches it"),
	  .targets = D, .when = ONCE_ANSWERED, .start = probe_exposure },

	{ .id = "public.name", .group = GROUP_PUBLIC, .label = N_("name"),
	  .targets = P, .required = P, .when = AT_ONCE, .start = probe_public },
	{ .id = "public.port", .group = GROUP_PUBLIC, .label = N_("port"),
	  .targets = P, .required = P, .when = AT_ONCE, .start = probe_public },
	{ .id = "public.tls", .group = GROUP_PUBLIC, .label = N_("TLS certificate"),
	  .targets = P, .required = P, .when = AT_ONCE, .start = probe_public },
	{ .id = "public.redirect", .group = GROUP_PUBLIC, .label = N_("redirects"),
	  .targets = F, .required = F, .when = AT_ONCE, .start = probe_public },
	{ .id = "public.answer", .group = GROUP_PUBLIC, .label = N_("OpenChamber answers"),
	  .targets = F, .required = F, .when = AT_ONCE, .start = probe_public },
	{ .id = "public.instance", .group = GROUP_PUBLIC, .label = N_("the same OpenChamber"),
	  .targets = F, .required = F, .when = AT_ONCE, .start = probe_public },
	{ .id = "public.cache", .group = GROUP_PUBLIC, .label = N_("no cache in between"),
	  .targets = F, .required = F, .when = ONCE_KNOWN, .start = probe_cache },

	{ .group = GROUP_WEBSOCKET, .label = N_("WebSocket"),
	  .targets = A, .required = A, .when = ONCE_KNOWN, .start = probe_sockets },

	{ .group = GROUP_SSE, .label = N_("event stream"),
	  .targets = A, .required = A, .when = ONCE_KNOWN, .start = probe_streams },

	{ .id = "gzip.encoding", .group = GROUP_GZIP, .label = N_("label and body agree"),
	  .targets = A, .required = A, .when = ONCE_ANSWERED, .start = probe_gzip },
	{ .id = "gzip.layers", .group = GROUP_GZIP, .label = N_("compressed once"),
	  .targets = A, .required = A, .when = ONCE_ANSWERED, .start = probe_gzip },

	{ .id = "body.limit", .group = GROUP_BODY, .label = N_("largest upload"),
	  .targets = A, .required = A, .when = ONCE_KNOWN, .start = probe_body },
	{ .id = "body.spool", .group = GROUP_BODY, .label = N_("passed on while it comes"),
	  .targets = F, .when = ONCE_KNOWN, .start = probe_body },

	{ .id = "time.stream", .group = GROUP_TIME, .label = N_("streams stay open"),
	  .targets = F, .required = F, .when = ONCE_KNOWN, .start = probe_time },
	{ .id = "time.idle", .group = GROUP_TIME, .label = N_("quiet streams stay open"),
	  .targets = F, .required = F, .when = ONCE_KNOWN, .start = probe_idle },

	{ .id = "headers.host", .group = GROUP_HEADERS, .label = N_("Host"),
	  .targets = F, .required = R, .when = ONCE_KNOWN, .after = "ws.", .start = probe_headers },
	{ .id = "headers.proto", .group = GROUP_HEADERS, .label = N_("X-Forwarded-Proto"),
	  .targets = F, .required = R, .when = ONCE_KNOWN, .after = "ws.", .start = probe_headers },
	{ .id = "headers.client", .group = GROUP_HEADERS, .label = N_("X-Forwarded-For"),
	  .targets = F, .required = R, .when = ONCE_KNOWN, .start = probe_headers },

	{ .id = "cdn.path", .group = GROUP_CDN, .label = N_("CDN in the path"),
	  .targets = P, .when = ONCE_ANSWERED, .start = probe_cdn },
	{ .id = "cdn.limit", .group = GROUP_CDN, .label = N_("CDN limits"),
	  .targets = P, .when = ONCE_ANSWERED, .start = probe_cdn },
	{ .label = NULL },
};

static const char *
prefix_of(const struct check_kind *k)
{
	return k->group == GROUP_WEBSOCKET ? "ws." : "sse.";
}

static size_t
n_routes(const struct needs *needs, const struct check_kind *k)
{
	if (k->id)
		return 1;
	return k->group == GROUP_WEBSOCKET ? needs->n_sockets : needs->n_streams;
}

static const struct need_route *
route_of(const struct needs *needs, const struct check_kind *k, size_t i)
{
	if (k->id)
		return NULL;
	return k->group == GROUP_WEBSOCKET ? &needs->sockets[i] : &needs->streams[i];
}

static void
add_check(struct check_run *r, struct side *s, const struct check_kind *k, size_t i)
{
	const struct need_route *route = route_of(r->needs, k, i);
	struct check *c = &r->checks[r->n_checks++];

	c->kind = k;
	c->side = s;
	c->route = i;
	c->on = c->shown = true;
	c->result.group = k->group;
	c->result.target = s->target;
	c->result.status = (enum check_status)-1;
	c->result.required = k->required & (1u << s->target) && (!route || route->required);
	c->result.id = k->id;
	c->result.label = _(k->label);
	c->result.detail = "";
	c->result.observed = json_object();
	if (route) {
		c->result.id = arena_printf(&r->arena, "%s%s", prefix_of(k), route->id);
		c->result.label = route->path;
		json_set_string(c->result.observed, "path", route->path);
	}
}

static size_t
count_checks(const struct check_run *r)
{
	size_t n = 0;

	for (const struct check_kind *k = check_kinds; k->label; k++)
		n += n_routes(r->needs, k) * N_SIDES;
	return n;
}

bool
check_id_is_known(const struct needs *needs, const char *id)
{
	for (const struct check_kind *k = check_kinds; k->label; k++) {
		const char *prefix = prefix_of(k);

		if (k->id && !strcmp(k->id, id))
			return true;
		if (k->id || strncmp(id, prefix, strlen(prefix)))
			continue;
		for (size_t i = 0; i < n_routes(needs, k); i++)
			if (!strcmp(route_of(needs, k, i)->id, id + strlen(prefix)))
				return true;
	}
	return false;
}

void
check_put_ids(struct buf *out, const struct needs *needs)
{
	for (const struct check_kind *k = check_kinds; k->label; k++)
		for (size_t i = 0; i < n_routes(needs, k); i++)
			buf_printf(out, "%s%s%s", out->len ? ", " : "", k->id ? "" : prefix_of(k),
			           k->id ? k->id : route_of(needs, k, i)->id);
}

/* Switch on, out of sight, what is drawn on: ids that begin with `prefix', on every side. */
static void
draw_on(struct check_run *r, const char *prefix)
{
	for (size_t i = 0; i < r->n_checks; i++)
		if (!strncmp(r->checks[i].result.id, prefix, strlen(prefix)))
			r->checks[i].on = true;
}

/*
 * What a chosen check needs: the way to its side, what it draws on, and the
 * same check on the direct side, which is what it is measured against.
 */
static void
switch_on_needed(struct check_run *r)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		struct check *c = &r->checks[i];

		if (c->kind->when == AT_ONCE)
			c->on = true;
		if (!c->shown)
			continue;
		if (c->kind->after)
			draw_on(r, c->kind->after);
		if (!c->kind->id || c->kind->group == GROUP_GZIP)
			draw_on(r, c->result.id);
	}
}

static int
choose(struct check_run *r, const char *only, struct err *e)
{
	for (size_t i = 0; i < r->n_checks; i++)
		r->checks[i].on = r->checks[i].shown = false;
	for (const char *p = only; *p; ) {
		size_t len = strcspn(p, ",");
		char *id = arena_strndup(&r->arena, p, len);

		if (*id && !check_id_is_known(r->needs, id))
			return err_set(e, ERR_USAGE, _("There is no check called \"%s\". check --help lists them."),
			               say_clean(&r->arena, id, len, 60));
		for (size_t i = 0; *id && i < r->n_checks; i++)
			if (!strcmp(r->checks[i].result.id, id))
				r->checks[i].on = r->checks[i].shown = true;
		p += len + (p[len] == ',');
	}
	switch_on_needed(r);
	return 0;
}

int
run_plan(struct check_run *r, struct err *e)
{
	r->checks = arena_alloc(&r->arena, count_checks(r) * sizeof(*r->checks));
	for (const struct check_kind *k = check_kinds; k->label; k++)
		for (size_t i = 0; i < n_routes(r->needs, k); i++)
			for (int side = 0; side < N_SIDES; side++)
				if (r->side[side].present &&
				    k->targets & (1u << r->side[side].target))
					add_check(r, &r->side[side], k, i);
	return r->options.only ? choose(r, r->options.only, e) : 0;
}
