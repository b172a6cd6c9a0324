/* nginx_repair_values.c - what holds bodies back, packs, cuts, keeps or leads them astray. */
#include "proxy/nginx_repair.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "conf/nginx_regex.h"

/* A setting with one value, inherited from outside. */
struct value {
	const char *name, *wanted;
	const char *otherwise; /* what nginx does where nothing is said */
	bool      (*fits)(const char *word, const char *wanted);
	bool        generous;  /* other programs behind the same server may have it too */
};

static bool
fits_word(const char *word, const char *wanted)
{
	return strcasecmp(word, wanted) == 0;
}

/* OpenChamber is never silent for over 30 s; nginx's own 60 s are enough. */
static bool
fits_time(const char *word, const char *wanted)
{
	const size_t n = strlen(word);
	unsigned seconds;

	(void)wanted;
	if (n > 2 && strcmp(word + n - 2, "ms") == 0)
		return n > 6; /* 60000ms is five digits */
	return text_parse_duration(word, &seconds) < 0 || seconds >= 60;
}

/* Never lowered: what lets more through stays. */
static bool
fits_size(const char *word, const char *wanted)
{
	unsigned long long has, wants;

	if (text_parse_size(word, &has) < 0 || text_parse_size(wanted, &wants) < 0)
		return true;
	return has == 0 || has >= wants;
}

/* ---- one value ---- */

const struct ngx_directive *
repair_effective(const struct repair *r, const struct ngx_directive *block, const char *name)
{
	for (; block; block = block->parent)
		for (const struct ngx_directive *d = ngx_child(block, name); d; d = ngx_next(d, name))
			if (!repair_is_out(r, d))
				return d;
	return NULL;
}

const char *
repair_words(struct arena *a, const char *name, const char *const *words, size_t n)
{
	struct buf line = BUF_INIT;
	const char *copy;

	buf_puts(&line, name);
	for (size_t i = 0; i < n; i++) {
		const char *word = words[i];
		const bool plain = *word && !strpbrk(word, " \t\r\n\"';{}#\\");

		buf_puts(&line, plain ? " " : " \"");
		for (; *word; word++) {
			if (!plain && strchr("\"\\", *word))
				buf_putc(&line, '\\');
			buf_putc(&line, *word);
		}
		if (!plain)
			buf_putc(&line, '"');
	}
	buf_putc(&line, ';');
	copy = arena_strdup(a, line.s);
	buf_free(&line);
	return copy;
}

/* What is set on the level of the server, or goes out of a block around it, reached such a block too. */
static bool
loses(const struct repair *r, const struct ngx_directive *block, const char *name,
      const struct ngx_directive **from)
{
	while (block && !ngx_child(block, name))
		block = block->parent;
	*from = block;
	for (const struct ngx_directive *b = block; b && b != r->server; b = b->parent)
		if (b->parent == r->server)
			return repair_is_ours(r, block);
	return true;
}

void
repair_keep_others(struct repair *r, const char *name, const char *otherwise)
{
	for (size_t i = 0; i < r->others.n; i++) {
		const struct ngx_directive *block = r->others.v[i], *from;

		if (ngx_child(block, name) || !loses(r, block, name, &from))
			continue;
		if (!from)
			repair_inside(r, block, otherwise);
		for (const struct ngx_directive *d = from ? ngx_child(from, name) : NULL; d;
		     d = ngx_next(d, name))
			repair_inside(r, block,
			              repair_words(&r->arena, name, d->args, d->n_args));
	}
}

static bool
is_right(const struct repair *r, const struct value *v, const struct ngx_directive *d)
{
	return repair_has_word(r, d) || v->fits(guilty_word(d, 0), v->wanted);
}

static void
correct(struct repair *r, const struct value *v, const struct ngx_directive *block)
{
	for (const struct ngx_directive *d = ngx_child(block, v->name); d; d = ngx_next(d, v->name)) {
		if (d->n_args == 0 || is_right(r, v, d))
			continue;
		if (block == r->server || v->generous) /* raised where it stands, so that it says what is so */
			repair_word(r, d, 0, v->wanted);
		else
			repair_out(r, d);
	}
}

static void
set(struct repair *r, const struct value *v)
{
	bool missing = false, changed = false;

	correct(r, v, r->server);
	for (size_t i = 0; i < r->ours.n; i++)
		correct(r, v, r->ours.v[i]);
	for (size_t i = 0; i < r->passes.n; i++) {
		const struct ngx_directive *d = repair_effective(r, r->passes.v[i], v->name);

		missing |= d ? !is_right(r, v, d) : !v->fits(v->otherwise, v->wanted);
	}
	if (missing)
		repair_line(r, arena_printf(&r->arena, "%s %s;", v->name, v->wanted));
	for (const struct ngx_directive *d = ngx_child(r->server, v->name); d;
	     d = ngx_next(d, v->name))
		changed |= repair_has_word(r, d);
	if ((missing || changed) && !v->generous)
		repair_keep_others(r, v->name,
		                   arena_printf(&r->arena, "%s %s;", v->name, v->otherwise));
}

/* ---- a word of a list ---- */

/* A list loses one word, or the whole line if it was alone. */
static void
drop_from(struct repair *r, const struct ngx_directive *block, const char *name, const char *word)
{
	for (const struct ngx_directive *d = ngx_child(block, name); d; d = ngx_next(d, name))
		for (size_t i = 0; i < d->n_args; i++) {
			if (strcasecmp(d->args[i], word) != 0)
				continue;
			/* add_header has a name and its value; the others name several. */
			if (d->n_args == 1 || strcmp(name, "add_header") == 0)
				repair_out(r, d);
			else
				repair_drop_word(r, d, i);
			break;
		}
}

static void
drop(struct repair *r, const char *name, const char *word)
{
	drop_from(r, r->server, name, word);
	for (size_t i = 0; i < r->ours.n; i++)
		drop_from(r, r->ours.v[i], name, word);
}

/* ---- the causes ---- */

void
repair_buffering(struct repair *r)
{
	static const struct value buffering = { "proxy_buffering", "off", "on", fits_word, false };

	drop(r, "proxy_ignore_headers", "X-Accel-Buffering");
	set(r, &buffering);
}

/* Modules that may not be there are only named where they are named already. */
void
repair_compression(struct repair *r)
{
	static const struct value filters[] = {
		{ "gzip", "off", "off", fits_word, false },
		{ "brotli", "off", "off", fits_word, false },
		{ "zstd", "off", "off", fits_word, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(filters); i++)
		set(r, &filters[i]);
}

/* Hidden further out than the server, it is passed on again here. */
void
repair_encoding(struct repair *r)
{
	const struct ngx_directive *http = r->server->parent;

	drop(r, "proxy_hide_header", "Content-Encoding");
	drop(r, "add_header", "Content-Encoding");
	for (const struct ngx_directive *d = ngx_child(http, "proxy_hide_header"); d;
	     d = ngx_next(d, "proxy_hide_header"))
		if (guilty_has_word(d, "Content-Encoding") &&
		    !ngx_effective(r->server, "proxy_pass_header", "Content-Encoding"))
			repair_line(r, "proxy_pass_header Content-Encoding;");
}

/* Upgrades are HTTP/1.1's own. */
void
repair_version(struct repair *r)
{
	static const struct value version = { "proxy_http_version", "1.1", "1.0", fits_word, true };

	set(r, &version);
}

void
repair_body(struct repair *r)
{
	const unsigned long long least = 100ull << 20, asked = r->context->answers->body;
	const struct value body = {
		"client_max_body_size", nginx_size(&r->arena, asked > least ? asked : least),
		"1m", fits_size, true,
	};

	set(r, &body);
}

void
repair_timeouts(struct repair *r)
{
	const unsigned asked = r->context->answers->stream;
	const char *wanted = arena_printf(&r->arena, "%us", asked >= 60 ? asked : 3600);
	const struct value times[] = {
		{ "proxy_read_timeout", wanted, "60s", fits_time, true },
		{ "proxy_send_timeout", wanted, "60s", fits_time, true },
		{ "send_timeout", wanted, "60s", fits_time, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		set(r, &times[i]);
}

void
repair_cache(struct repair *r)
{
	static const struct value cache = { "proxy_cache", "off", "off", fits_word, false };

	set(r, &cache);
}

/* ---- paths ---- */

/* "http://127.0.0.1:3000/x" without its path, computed or not: nginx passes on what was asked for; NULL: it has none. */
static const char *
without_path(struct arena *a, const char *pass)
{
	const char *host = strstr(pass, "://"), *path = host ? strchr(host + 3, '/') : NULL;

	return path ? arena_strndup(a, pass, (size_t)(path - pass)) : NULL;
}

/* Only a rewrite that turns this very path into another. */
static void
drop_rewrites(struct repair *r, const struct ngx_directive *block, const char *path)
{
	for (const struct ngx_directive *d = ngx_child(block, "rewrite"); d;
	     d = ngx_next(d, "rewrite"))
		if (d->n_args >= 2 && ngx_regex(d->args[0], false, path) == REGEX_YES)
			repair_out(r, d);
}

static void
straighten(struct repair *r, const char *path)
{
	const struct ngx_directive *block = ngx_location_for(r->server, path), *pass;
	struct route route = {
		.conf = r->conf, .url = &r->context->answers->public_url, .path = path,
		.server = r->server, .block = block ? block : r->server,
	};
	const char *short_one;

	pass = guilty_pass(&route);
	if (!pass)
		return;
	short_one = without_path(&r->arena, guilty_word(pass, 0));
	if (short_one && guilty_mangled(&route) == pass)
		repair_word(r, pass, 0, short_one);
	drop_rewrites(r, r->server, path);
	if (block)
		drop_rewrites(r, block, path);
}

void
repair_paths(struct repair *r)
{
	const struct needs *n = r->context->needs;

	straighten(r, n->version);
	straighten(r, n->health);
	straighten(r, n->session);
	straighten(r, n->upload);
	for (size_t i = 0; i < n->n_sockets; i++)
		straighten(r, n->sockets[i].path);
	for (size_t i = 0; i < n->n_streams; i++)
		straighten(r, n->streams[i].path);
}
