/*
 * nginx_repair_headers.c - all headers in one place.
 *
 * nginx inherits proxy_set_header only where the inner block has none, so a
 * location that sets one loses all others.  Hence none stays in a location:
 * the whole set stands on the level of the server.
 */
#include "proxy/nginx_repair_headers.h"

#include <string.h>
#include <strings.h>

/* What belongs to one kind of request would be wrong on all of them. */
static const char *const of_one_route[] = {
	"Accept", "Accept-Encoding", "Cache-Control", "Content-Type", "Content-Length", "Origin",
	"Range", "TE", "Transfer-Encoding",
};

static enum canon
canon_of(const struct ngx_directive *d)
{
	enum canon i = 0;

	while (i < N_CANON && strcasecmp(guilty_word(d, 0), canon_names[i]) != 0)
		i++;
	return i;
}

/* "$http_sec_websocket_key" for Sec-WebSocket-Key: what arrives by itself. */
static bool
is_as_it_came(const struct ngx_directive *d)
{
	const char *name = guilty_word(d, 0), *v = header_value(d);

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
	const struct ngx_directive *there = header_in(header_outer(r), guilty_word(d, 0));

	if (there && strcmp(header_value(there), header_value(d)) != 0)
		return true;
	for (size_t i = 0; i < r->ours.n; i++) {
		there = header_in(r->ours.v[i], guilty_word(d, 0));
		if (there && strcmp(header_value(there), header_value(d)) != 0)
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
		const struct ngx_directive *d = header_in(block, canon_names[i]);

		if (!d) {
			const char *line = line_of(&r->arena, canon_names[i], w->value[i]);
			if (block == r->server)
				repair_line(r, line);
			else
				repair_inside(r, block, line);
		} else if (!wanted_fits(w, i, header_value(d))) {
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
		if (!is_foreign(d) || header_in(header_outer(r), guilty_word(d, 0)))
			continue;
		repair_line(r, line_of(&r->arena, guilty_word(d, 0), header_value(d)));
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
		const struct ngx_directive *d = header_in(around, canon_names[i]);
		const bool keep = d && wanted_fits(w, i, header_value(d));

		repair_line(r, line_of(&r->arena, canon_names[i],
		                       keep ? header_value(d) : w->value[i]));
	}
	for (const struct ngx_directive *d = around ? ngx_child(around, LIST) : NULL; d;
	     d = ngx_next(d, LIST))
		if (canon_of(d) == N_CANON && strcasecmp(guilty_word(d, 0), "Origin") != 0)
			repair_line(r, line_of(&r->arena, guilty_word(d, 0), header_value(d)));
}

static bool
is_whole(const struct wanted *w, const struct ngx_directive *block)
{
	for (enum canon i = 0; i < N_CANON; i++) {
		const struct ngx_directive *d = block ? header_in(block, canon_names[i]) : NULL;

		if (!d || !wanted_fits(w, i, header_value(d)))
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
			if (is_foreign(d) && !header_in(header_outer(r), guilty_word(d, 0)))
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
	struct wanted w;
	const struct ngx_directive *around = header_outer(r);
	bool changed = false;

	wanted_make(&w, r);
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
