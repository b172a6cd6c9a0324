#include "check/run.h"

#include <string.h>

#include "base/i18n.h"

#define D (1u << TARGET_DIRECT)
#define P (1u << TARGET_PUBLIC)
#define R (1u << TARGET_REHEARSAL)

const struct check_kind check_kinds[] = {
	{ "direct.answer", GROUP_DIRECT, N_("OpenChamber answers"), D, D, AT_ONCE, NULL,
	  probe_direct },
	{ "direct.version", GROUP_DIRECT, N_("its version"), D, 0, AT_ONCE, NULL, probe_direct },
	{ "direct.login", GROUP_DIRECT, N_("UI password"), D, D, AT_ONCE, NULL, probe_direct },
	{ "direct.exposure", GROUP_DIRECT, N_("only this server reaches it"), D, 0, ONCE_ANSWERED,
	  NULL,
	  probe_exposure },

	{ "public.name", GROUP_PUBLIC, N_("name"), P, P, AT_ONCE, NULL, probe_public },
	{ "public.port", GROUP_PUBLIC, N_("port"), P, P, AT_ONCE, NULL, probe_public },
	{ "public.tls", GROUP_PUBLIC, N_("TLS certificate"), P, P, AT_ONCE, NULL, probe_public },
	{ "public.redirect", GROUP_PUBLIC, N_("redirects"), P | R, P | R, AT_ONCE, NULL,
	  probe_public },
	{ "public.answer", GROUP_PUBLIC, N_("OpenChamber answers"), P | R, P | R, AT_ONCE, NULL,
	  probe_public },
	{ "public.instance", GROUP_PUBLIC, N_("the same OpenChamber"), P | R, P | R, AT_ONCE, NULL,
	  probe_public },
	{ "public.cache", GROUP_PUBLIC, N_("no cache in between"), P | R, P | R, ONCE_KNOWN, NULL,
	  probe_cache },

	{ NULL, GROUP_WEBSOCKET, N_("WebSocket"), D | P | R, D | P | R, ONCE_KNOWN, NULL,
	  probe_sockets },
	{ NULL, GROUP_SSE, N_("event stream"), D | P | R, D | P | R, ONCE_KNOWN, NULL,
	  probe_streams },

	{ "gzip.encoding", GROUP_GZIP, N_("label and body agree"), D | P | R, D | P | R,
	  ONCE_ANSWERED, NULL,
	  probe_gzip },
	{ "gzip.layers", GROUP_GZIP, N_("compressed once"), D | P | R, D | P | R, ONCE_ANSWERED,
	  NULL, probe_gzip },

	{ "body.limit", GROUP_BODY, N_("largest upload"), D | P | R, D | P | R, ONCE_KNOWN, NULL,
	  probe_body },
	{ "body.spool", GROUP_BODY, N_("passed on while it comes"), P | R, 0, ONCE_KNOWN, NULL,
	  probe_body },

	{ "time.stream", GROUP_TIME, N_("streams stay open"), P | R, P | R, ONCE_KNOWN, NULL,
	  probe_time },
	{ "time.idle", GROUP_TIME, N_("quiet streams stay open"), P | R, P | R, ONCE_KNOWN, NULL,
	  probe_idle },

	{ "headers.host", GROUP_HEADERS, N_("Host"), P | R, R, ONCE_KNOWN, "ws.", probe_headers },
	{ "headers.proto", GROUP_HEADERS, N_("X-Forwarded-Proto"), P | R, R, ONCE_KNOWN, "ws.",
	  probe_headers },
	{ "headers.client", GROUP_HEADERS, N_("X-Forwarded-For"), P | R, R, ONCE_KNOWN, NULL,
	  probe_headers },

	{ "cdn.path", GROUP_CDN, N_("CDN in the path"), P, 0, ONCE_ANSWERED, NULL, probe_cdn },
	{ "cdn.limit", GROUP_CDN, N_("CDN limits"), P, 0, ONCE_ANSWERED, NULL, probe_cdn },
	{ .label = NULL },
};

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
		c->result.id = arena_printf(&r->arena, "%s.%s",
		                            k->group == GROUP_WEBSOCKET ? "ws" : "sse", route->id);
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
		const char *prefix = k->group == GROUP_WEBSOCKET ? "ws." : "sse.";

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
			return err_set(e, ERR_USAGE, _("There is no check called \"%s\"."),
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
