/* nginx_repair_wanted.c - what each header is to say, and what may stay as it is. */
#include "proxy/nginx_repair_headers.h"

#include <string.h>
#include <strings.h>

#include "answers/ranges.h"
#include "base/url.h"
#include "proxy/front.h"

const char *const canon_names[N_CANON] = {
	[HOST]            = "Host",
	[FORWARDED_HOST]  = "X-Forwarded-Host",
	[FORWARDED_PROTO] = "X-Forwarded-Proto",
	[FORWARDED_FOR]   = "X-Forwarded-For",
	[REAL_IP]         = "X-Real-IP",
	[UPGRADE]         = "Upgrade",
	[CONNECTION]      = "Connection",
};

const char *
header_value(const struct ngx_directive *d)
{
	return guilty_word(d, 1);
}

const struct ngx_directive *
header_in(const struct ngx_directive *block, const char *name)
{
	const struct ngx_directive *d = block ? ngx_child(block, LIST) : NULL;

	while (d && strcasecmp(guilty_word(d, 0), name) != 0)
		d = ngx_next(d, LIST);
	return d;
}

const struct ngx_directive *
header_outer(const struct repair *r)
{
	const struct ngx_directive *block = r->server;

	while (block && !ngx_child(block, LIST))
		block = block->parent;
	return block;
}

/* What somebody decided about a header, wherever: outside first, then in any of our blocks. */
static const struct ngx_directive *
decided(const struct repair *r, const char *name)
{
	const struct ngx_directive *d = header_in(header_outer(r), name);

	for (size_t i = 0; !d && i < r->ours.n; i++)
		d = header_in(r->ours.v[i], name);
	return d;
}

/* ---- the values ---- */

static bool
is_front(const struct repair *r)
{
	return strcmp(r->context->answers->public_url.scheme, "https") == 0 &&
	       !guilty_hears_tls(r->server);
}

/* A map of $http_upgrade that says upgrade to those who ask, and no to others. */
static bool
is_upgrade_map(const struct ngx_directive *map)
{
	const struct ngx_directive *asks = map ? ngx_child(map, "default") : NULL;
	const struct ngx_directive *other = map ? ngx_child(map, "") : NULL;

	return asks && other && strcasecmp(guilty_word(map, 0), "$http_upgrade") == 0 &&
	       strcasecmp(guilty_word(asks, 0), "upgrade") == 0 &&
	       strcasecmp(guilty_word(other, 0), "upgrade") != 0;
}

/* One that stands in this site's own file or in the main one: nobody takes it away. */
static const char *
connection_map(struct wanted *w)
{
	struct repair *r = w->r;
	const struct ngx_directive *http = ngx_http(r->conf), *d = decided(r, "Connection");
	const char *name;

	if (*header_value(d) == '$' && is_upgrade_map(guilty_map(r->conf, header_value(d))))
		return header_value(d);
	for (const struct ngx_directive *m = ngx_child(http, "map"); m; m = ngx_next(m, "map"))
		if (m->n_args == 2 && (m->file == r->server->file || m->via == 0) &&
		    is_upgrade_map(m) && guilty_map(r->conf, m->args[1]) == m)
			return m->args[1];
	name = arena_printf(&r->arena, "$antechamber_connection_%s",
	                    nginx_site_id(&r->arena, &r->context->answers->public_url));
	/* Of two maps with one name the last wins: a wrong one that is there keeps its name. */
	while (guilty_map(r->conf, name))
		name = arena_printf(&r->arena, "%s_", name);
	w->maps[w->n_maps++] = arena_printf(&r->arena,
	                                    "# A WebSocket asks for an upgrade, other requests do not.\n"
	                                    "map $http_upgrade %s {\n\tdefault upgrade;\n\t\"\"      close;\n}\n",
	                                    name);
	return name;
}

/*
 * TLS ends in front, and nginx sees http.  The word of what stands there
 * counts if it comes from an address that is believed; nobody else's does.
 */
static const char *
proto_map(struct wanted *w)
{
	struct repair *r = w->r;
	struct answers as_behind = *r->context->answers;
	const char *id = nginx_site_id(&r->arena, &as_behind.public_url);
	const bool realip = nginx_built_with(r->context->found, "--with-http_realip_module");
	struct buf text = BUF_INIT;
	struct err ignored = { 0 };
	const char **ranges;

	as_behind.tls = TLS_UPSTREAM;
	if (front_ranges(&ranges, &r->arena, (const char *const *)r->context->needs->cloudflare, &as_behind, &ignored) < 0) {
		as_behind.cdn = CDN_NONE; /* its list is not there, so it is not believed */
		front_ranges(&ranges, &r->arena, NULL, &as_behind, &ignored);
	}
	buf_printf(&text, "# TLS ends in front of nginx. Believed about that: %s.\n",
	           front_who(&as_behind));
	buf_printf(&text, "geo %s $antechamber_trusted_%s {\n\tdefault 0;\n",
	           realip ? "$realip_remote_addr" : "$remote_addr", id);
	for (const char **range = ranges; *range; range++)
		if (range_is_valid(*range))
			buf_printf(&text, "\t%s 1;\n", *range);
	buf_printf(&text, "}\nmap $antechamber_trusted_%s:$http_x_forwarded_proto $antechamber_proto_%s {\n"
	                  "\tdefault $scheme;\n\t1:http  http;\n\t1:https https;\n}\n", id, id);
	w->maps[w->n_maps++] = arena_strdup(&r->arena, text.s);
	buf_free(&text);
	return arena_printf(&r->arena, "$antechamber_proto_%s", id);
}

/* Whoever made a variable for it knows what stands in front; nobody else does. */
static const char *
proto_value(struct wanted *w)
{
	const struct repair *r = w->r;
	const char *has = header_value(decided(r, "X-Forwarded-Proto"));
	const bool own = *has == '$' && strcasecmp(has, "$scheme") != 0;

	if (!is_front(r))
		return own && strcasecmp(has, "$http_x_forwarded_proto") != 0 ? has : "$scheme";
	return own || strcmp(has, "https") == 0 ? has : proto_map(w);
}

bool
wanted_fits(const struct wanted *w, enum canon i, const char *has)
{
	const struct repair *r = w->r;
	struct buf host = BUF_INIT;
	bool same = strcasecmp(has, w->value[i]) == 0;

	switch (i) {
	case HOST:
	case FORWARDED_HOST:
		url_host(&host, &r->context->answers->public_url);
		same |= strcasecmp(has, host.s) == 0;
		buf_free(&host);
		break;
	case FORWARDED_FOR:
	case REAL_IP:
		/* Behind something else the visitor's address is only in what that says. */
		same |= is_front(r) && *has == '$';
		same |= *has == '$' && !strcasestr(has, "$http_") &&
		        !strcasestr(has, "$proxy_add_x_forwarded_for");
		break;
	case CONNECTION:
		same |= *has == '$' && is_upgrade_map(guilty_map(r->conf, has));
		break;
	case FORWARDED_PROTO:
	case UPGRADE:
	case N_CANON:
		break;
	}
	return same;
}

void
wanted_make(struct wanted *w, struct repair *r)
{
	*w = (struct wanted){
		.r = r,
		.value = {
			[HOST] = "$http_host",
			[FORWARDED_HOST] = "$http_host",
			[FORWARDED_FOR] = "$remote_addr",
			[REAL_IP] = "$remote_addr",
			[UPGRADE] = "$http_upgrade",
		},
	};
	w->value[FORWARDED_PROTO] = proto_value(w);
	w->value[CONNECTION] = connection_map(w);
}
