/*
 * nginx_repair_headers.c - all headers in one place.
 *
 * nginx inherits proxy_set_header only where the inner block has none, so a
 * location that sets one loses all others.  Hence none stays in a location:
 * the whole set stands on the level of the server.
 */
#include "proxy/nginx_repair.h"

#include <string.h>
#include <strings.h>

#include "base/url.h"
#include "proxy/front.h"

#define LIST "proxy_set_header"

enum canon { HOST, FORWARDED_HOST, FORWARDED_PROTO, FORWARDED_FOR, REAL_IP, UPGRADE, CONNECTION,
             N_CANON };

static const struct {
	const char *name, *value; /* NULL: see below */
} canon[N_CANON] = {
	[HOST]            = { "Host", "$http_host" },
	[FORWARDED_HOST]  = { "X-Forwarded-Host", "$http_host" },
	[FORWARDED_PROTO] = { "X-Forwarded-Proto", NULL },
	[FORWARDED_FOR]   = { "X-Forwarded-For", "$remote_addr" },
	[REAL_IP]         = { "X-Real-IP", "$remote_addr" },
	[UPGRADE]         = { "Upgrade", "$http_upgrade" },
	[CONNECTION]      = { "Connection", NULL },
};

/* What belongs to one kind of request would be wrong on all of them. */
static const char *const of_one_route[] = {
	"Accept", "Accept-Encoding", "Cache-Control", "Content-Type", "Content-Length", "Origin",
	"Range", "TE", "Transfer-Encoding",
};

static const char *
value_of(const struct ngx_directive *d)
{
	return guilty_word(d, 1);
}

static const struct ngx_directive *
header_in(const struct ngx_directive *block, const char *name)
{
	const struct ngx_directive *d = block ? ngx_child(block, LIST) : NULL;

	while (d && strcasecmp(guilty_word(d, 0), name) != 0)
		d = ngx_next(d, LIST);
	return d;
}

/* The server, or what is around it, whichever has headers; NULL: nobody. */
static const struct ngx_directive *
outer(const struct repair *r)
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
	const struct ngx_directive *d = header_in(outer(r), name);

	for (size_t i = 0; !d && i < r->ours.n; i++)
		d = header_in(r->ours.v[i], name);
	return d;
}

static enum canon
canon_of(const struct ngx_directive *d)
{
	enum canon i = 0;

	while (i < N_CANON && strcasecmp(guilty_word(d, 0), canon[i].name) != 0)
		i++;
	return i;
}

/* "$http_sec_websocket_key" for Sec-WebSocket-Key: what arrives by itself. */
static bool
is_as_it_came(const struct ngx_directive *d)
{
	const char *name = guilty_word(d, 0), *v = value_of(d);

	if (strncasecmp(v, "$http_", 6) != 0 || strlen(v + 6) != strlen(name))
		return false;
	for (v += 6; *v; v++, name++)
		if (strncasecmp(v, *name == '-' ? "_" : name, 1) != 0)
			return false;
	return true;
}

static bool
is_of_one_route(const struct ngx_directive *d)
{
	for (size_t i = 0; i < ARRAY_LEN(of_one_route); i++)
		if (strcasecmp(guilty_word(d, 0), of_one_route[i]) == 0)
			return true;
	return false;
}

static bool
is_foreign(const struct ngx_directive *d)
{
	return canon_of(d) == N_CANON && !is_of_one_route(d) && !is_as_it_came(d) && d->n_args == 2;
}

/* ---- the values ---- */

struct wanted {
	struct repair *r;
	const char    *value[N_CANON];
	const char    *maps[2]; /* that some of the values need */
	size_t         n_maps;
};

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

	if (*value_of(d) == '$' && is_upgrade_map(guilty_map(r->conf, value_of(d))))
		return value_of(d);
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
	const char **ranges;

	as_behind.tls = TLS_UPSTREAM;
	ranges = front_ranges(&r->arena, &as_behind);
	buf_printf(&text, "# TLS ends in front of nginx. Believed about that: %s.\n",
	           front_who(&as_behind));
	buf_printf(&text, "geo %s $antechamber_trusted_%s {\n\tdefault 0;\n",
	           realip ? "$realip_remote_addr" : "$remote_addr", id);
	for (const char **range = ranges; *range; range++)
		if (front_range_is_valid(*range))
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
	const char *has = value_of(decided(r, "X-Forwarded-Proto"));
	const bool own = *has == '$' && strcasecmp(has, "$scheme") != 0;

	if (!is_front(r))
		return own && strcasecmp(has, "$http_x_forwarded_proto") != 0 ? has : "$scheme";
	return own || strcmp(has, "https") == 0 ? has : proto_map(w);
}

/* May what is set outside stay as it is? */
static bool
fits(const struct repair *r, enum canon i, const char *has, const char *wanted)
{
	struct buf host = BUF_INIT;
	bool same = strcasecmp(has, wanted) == 0;

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

/* ---- from many places into one ---- */

static const char *
line_of(struct arena *a, const char *name, const char *value)
{
	return repair_words(a, LIST, (const char *const[]){ name, value }, 2);
}

/* Is the same header already said elsewhere, and otherwise? */
static bool
is_disputed(const struct repair *r, const struct ngx_directive *d)
{
	const struct ngx_directive *there = header_in(outer(r), guilty_word(d, 0));

	if (there && strcmp(value_of(there), value_of(d)) != 0)
		return true;
	for (size_t i = 0; i < r->ours.n; i++) {
		there = header_in(r->ours.v[i], guilty_word(d, 0));
		if (there && strcmp(value_of(there), value_of(d)) != 0)
			return true;
	}
	return false;
}

static bool
has_disputed(const struct repair *r, const struct ngx_directive *block)
{
	for (const struct ngx_directive *d = ngx_child(block, LIST); d; d = ngx_next(d, LIST))
		if (is_foreign(d) && is_disputed(r, d))
			return true;
	return false;
}

/* A level that keeps headers of its own has the whole set: wrong ones corrected, missing ones added. */
static bool
complete(struct wanted *w, const struct ngx_directive *block)
{
	struct repair *r = w->r;
	bool changed = false;

	for (enum canon i = 0; i < N_CANON; i++) {
		const struct ngx_directive *d = header_in(block, canon[i].name);

		if (!d) {
			const char *line = line_of(&r->arena, canon[i].name, w->value[i]);
			if (block == r->server)
				repair_line(r, line);
			else
				repair_inside(r, block, line);
		} else if (!fits(r, i, value_of(d), w->value[i])) {
			repair_word(r, d, 1, w->value[i]);
		} else {
			continue;
		}
		changed = true;
	}
	/* Of two with one name nginx sends both. */
	for (const struct ngx_directive *d = ngx_child(block, LIST); d; d = ngx_next(d, LIST))
		if (canon_of(d) < N_CANON && header_in(block, guilty_word(d, 0)) != d) {
			repair_out(r, d);
			changed = true;
		}
	return changed;
}

static bool
empty(struct repair *r, const struct ngx_directive *block)
{
	bool moved = false;

	for (const struct ngx_directive *d = ngx_child(block, LIST); d; d = ngx_next(d, LIST)) {
		repair_out(r, d);
		if (!is_foreign(d) || header_in(outer(r), guilty_word(d, 0)))
			continue;
		repair_line(r, line_of(&r->arena, guilty_word(d, 0), value_of(d)));
		moved = true;
	}
	return moved;
}

/* What is set around the server ends where the server sets one: then it is said here too. */
static void
take_over(struct wanted *w, const struct ngx_directive *around)
{
	struct repair *r = w->r;

	for (enum canon i = 0; i < N_CANON; i++) {
		const struct ngx_directive *d = header_in(around, canon[i].name);
		const bool keep = d && fits(r, i, value_of(d), w->value[i]);

		repair_line(r, line_of(&r->arena, canon[i].name,
		                       keep ? value_of(d) : w->value[i]));
	}
	for (const struct ngx_directive *d = around ? ngx_child(around, LIST) : NULL; d;
	     d = ngx_next(d, LIST))
		if (canon_of(d) == N_CANON && strcasecmp(guilty_word(d, 0), "Origin") != 0)
			repair_line(r, line_of(&r->arena, guilty_word(d, 0), value_of(d)));
}

static bool
is_whole(const struct wanted *w, const struct ngx_directive *block)
{
	for (enum canon i = 0; i < N_CANON; i++) {
		const struct ngx_directive *d = block ? header_in(block, canon[i].name) : NULL;

		if (!d || !fits(w->r, i, value_of(d), w->value[i]))
			return false;
	}
	return true;
}

/* Would emptying our blocks bring a header to the server that is not around it? */
static bool
moves_any(const struct repair *r)
{
	for (size_t i = 0; i < r->ours.n; i++) {
		const struct ngx_directive *d = ngx_child(r->ours.v[i], LIST);

		for (; d && !has_disputed(r, r->ours.v[i]); d = ngx_next(d, LIST))
			if (is_foreign(d) && !header_in(outer(r), guilty_word(d, 0)))
				return true;
	}
	return false;
}

/* Does every route have the whole set already, wherever it stands? */
static bool
is_sound(const struct wanted *w)
{
	for (size_t i = 0; i < w->r->passes.n; i++) {
		const struct ngx_directive *block = w->r->passes.v[i];

		while (block && !ngx_child(block, LIST))
			block = block->parent;
		if (!is_whole(w, block) || (block == w->r->server->parent && header_in(block, "Origin")))
			return false;
	}
	return true;
}

void
repair_headers(struct repair *r)
{
	struct wanted w = { .r = r };
	const struct ngx_directive *around = outer(r);
	bool changed = false;

	for (enum canon i = 0; i < N_CANON; i++)
		w.value[i] = canon[i].value;
	w.value[FORWARDED_PROTO] = proto_value(&w);
	w.value[CONNECTION] = connection_map(&w);
	if (is_sound(&w))
		return;
	for (size_t i = 0; i < w.n_maps; i++)
		repair_before(r, w.maps[i]);
	if (around == r->server) {
		changed = complete(&w, r->server);
	} else if (moves_any(r) || !is_whole(&w, around) || header_in(around, "Origin")) {
		take_over(&w, around);
		changed = true;
	}
	for (size_t i = 0; i < r->ours.n; i++) {
		const struct ngx_directive *block = r->ours.v[i];

		if (!ngx_child(block, LIST))
			continue;
		if (has_disputed(r, block))
			complete(&w, block);
		else
			changed |= empty(r, block);
	}
	if (changed)
		repair_keep_others(r, LIST, LIST " Host $proxy_host;\n" LIST " Connection close;");
	repair_version(r);
}

static void
drop_origin(struct repair *r, const struct ngx_directive *block)
{
	for (const struct ngx_directive *d = ngx_child(block, LIST); d; d = ngx_next(d, LIST))
		if (strcasecmp(guilty_word(d, 0), "Origin") == 0)
			repair_out(r, d);
}

/* OpenChamber compares what the browser said; nobody else's word helps. */
void
repair_origin(struct repair *r)
{
	drop_origin(r, r->server);
	for (size_t i = 0; i < r->ours.n; i++)
		drop_origin(r, r->ours.v[i]);
	repair_headers(r);
}
