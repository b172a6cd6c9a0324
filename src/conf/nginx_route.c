/* Which server and which location nginx would choose. */
#include "conf/nginx.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/nginx_regex.h"

const struct ngx_directive *
ngx_next(const struct ngx_directive *d, const char *name)
{
	for (d = d->next; d && strcmp(d->name, name) != 0;)
		d = d->next;
	return d;
}

const struct ngx_directive *
ngx_child(const struct ngx_directive *block, const char *name)
{
	const struct ngx_directive *d = block->child;

	return !d || strcmp(d->name, name) == 0 ? d : ngx_next(d, name);
}

const struct ngx_directive *
ngx_http(const struct ngx_conf *c)
{
	const struct ngx_directive *d = c->top;

	while (d && (strcmp(d->name, "http") != 0 || !d->block))
		d = d->next;
	return d;
}

void
ngx_each_server(const struct ngx_conf *c, ngx_server_fn *fn, void *ctx)
{
	const struct ngx_directive *http = ngx_http(c);

	for (const struct ngx_directive *s = http ? ngx_child(http, "server") : NULL; s;
	     s = ngx_next(s, "server"))
		if (s->block)
			fn(ctx, s);
}

static void
listen_address(struct ngx_listen *out, const char *s, size_t len)
{
	struct in6_addr six;
	char text[64];

	if (len >= sizeof(text))
		len = sizeof(text) - 1;
	memcpy(text, s, len);
	text[len] = '\0';
	out->ipv6 = *text == '[';
	if (out->ipv6) {
		char *close = strchr(text, ']');

		if (close)
			*close = '\0';
		if (inet_pton(AF_INET6, text + 1, &six) == 1) {
			char shortest[INET6_ADDRSTRLEN];

			inet_ntop(AF_INET6, &six, shortest, sizeof(shortest));
			snprintf(out->address, sizeof(out->address), "[%s]", shortest);
			return;
		}
	}
	snprintf(out->address, sizeof(out->address), "%s",
	         strcmp(text, "0.0.0.0") == 0 || !*text ? "*" : text);
}

/* One that no socket can have is none; nginx refuses it. */
static unsigned
port_of(const char *digits)
{
	const unsigned long port = strtoul(digits, NULL, 10);

	return port <= 65535 ? (unsigned)port : 0;
}

void
ngx_listen_of(struct ngx_listen *out, const struct ngx_directive *listen)
{
	const char *where = listen->n_args ? listen->args[0] : "";
	const char *colon = strrchr(where, ':');
	const struct ngx_directive *ssl = listen->parent ? ngx_child(listen->parent, "ssl") : NULL;

	*out = (struct ngx_listen){ .address = "*", .port = 80 };
	if (strncmp(where, "unix:", 5) == 0) {
		snprintf(out->address, sizeof(out->address), "%.63s", where);
		out->port = 0;
	} else if (*where && where[strspn(where, "0123456789")] == '\0') {
		out->port = port_of(where);
	} else if (colon && (*where != '[' || colon[-1] == ']')) {
		listen_address(out, where, (size_t)(colon - where));
		out->port = port_of(colon + 1);
	} else {
		listen_address(out, where, strlen(where));
	}
	out->tls = ssl && ssl->n_args == 1 && strcmp(ssl->args[0], "on") == 0;
	for (size_t i = 1; i < listen->n_args; i++) {
		const char *word = listen->args[i];

		out->tls |= strcmp(word, "ssl") == 0;
		out->http2 |= strcmp(word, "http2") == 0;
		out->quic |= strcmp(word, "quic") == 0;
		out->default_server |= strcmp(word, "default_server") == 0 ||
		                       strcmp(word, "default") == 0;
		out->both |= out->ipv6 && strcmp(word, "ipv6only=off") == 0;
	}
}

/* How well a listen directive fits a connection's own end; nginx takes only the best. */
enum fit { FIT_NONE, FIT_DUAL, FIT_WILDCARD, FIT_EXACT };

struct search {
	const char *address, *host;
	unsigned    port;
	enum fit    want;     /* second round: only listens that fit so */
	enum fit    best_fit; /* first round */
	int         best_kind;
	size_t      best_length;
	const struct ngx_directive *by_name, *by_default, *first;
};

static enum fit
fit_of(const struct search *q, const struct ngx_listen *l)
{
	const bool want6 = q->address && strchr(q->address, ':');
	struct ngx_listen wanted = { 0 };

	if (l->port != q->port || l->quic || l->port == 0)
		return FIT_NONE;
	if (!q->address || !*q->address)
		return FIT_EXACT;
	if (want6 && *q->address != '[') {
		char bracketed[80];

		snprintf(bracketed, sizeof(bracketed), "[%s]", q->address);
		listen_address(&wanted, bracketed, strlen(bracketed));
	} else {
		listen_address(&wanted, q->address, strlen(q->address));
	}
	if (strcmp(wanted.address, l->address) == 0)
		return FIT_EXACT;
	if (strcmp(l->address, want6 ? "[::]" : "*") == 0)
		return FIT_WILDCARD;
	return l->both && strcmp(l->address, "[::]") == 0 ? FIT_DUAL : FIT_NONE;
}

/* The best fit of all its listens; nginx listens on port 80 where none is written. */
static enum fit
server_fit(const struct search *q, const struct ngx_directive *server, bool *is_default)
{
	const struct ngx_directive *l = ngx_child(server, "listen");
	struct ngx_listen there = { .address = "*", .port = 80 };
	enum fit best = FIT_NONE;

	*is_default = false;
	if (!l)
		return fit_of(q, &there);
	for (; l; l = ngx_next(l, "listen")) {
		enum fit f;

		ngx_listen_of(&there, l);
		f = fit_of(q, &there);
		*is_default |= f == q->want && there.default_server;
		best = f > best ? f : best;
	}
	return best;
}

enum { NAME_NONE, NAME_REGEX, NAME_TAIL, NAME_HEAD, NAME_EXACT };

/* Which kind of name matches the host, and how much of it. */
static int
name_kind(const char *name, const char *host, size_t *length)
{
	const size_t n = strlen(name), h = strlen(host);

	*length = n;
	if (*name == '~') {
		bool upper = false;

		for (const char *p = name; *p; p++)
			upper |= *p >= 'A' && *p <= 'Z';
		return ngx_regex(name + 1, upper, host) == REGEX_YES ? NAME_REGEX : NAME_NONE;
	}
	if (strcasecmp(name, host) == 0 || (*name == '.' && strcasecmp(name + 1, host) == 0))
		return NAME_EXACT;
	if (*name == '*' && name[1] == '.')
		name++;
	if (*name == '.') {
		const size_t tail = strlen(name);

		return h > tail && strcasecmp(host + h - tail, name) == 0 ? NAME_HEAD : NAME_NONE;
	}
	if (n > 2 && strcmp(name + n - 2, ".*") == 0)
		return h > n - 1 && strncasecmp(host, name, n - 1) == 0 ? NAME_TAIL : NAME_NONE;
	return NAME_NONE;
}

static void
consider_names(struct search *q, const struct ngx_directive *server)
{
	for (const struct ngx_directive *d = ngx_child(server, "server_name"); d;
	     d = ngx_next(d, "server_name")) {
		for (size_t i = 0; i < d->n_args; i++) {
			size_t length;
			int kind = name_kind(d->args[i], q->host, &length);

			/* Of equals the first wins, as in nginx, which warns and ignores. */
			if (kind < q->best_kind || kind == NAME_NONE)
				continue;
			if (kind == q->best_kind &&
			    (kind == NAME_EXACT || kind == NAME_REGEX || length <= q->best_length))
				continue;
			q->best_kind = kind;
			q->best_length = length;
			q->by_name = server;
		}
	}
}

static void
find_fit(void *ctx, const struct ngx_directive *server)
{
	struct search *q = ctx;
	bool ignored;
	enum fit f = server_fit(q, server, &ignored);

	if (f > q->best_fit)
		q->best_fit = f;
}

static void
find_server(void *ctx, const struct ngx_directive *server)
{
	struct search *q = ctx;
	bool is_default;

	if (server_fit(q, server, &is_default) != q->want)
		return;
	if (!q->first)
		q->first = server;
	if (is_default && !q->by_default)
		q->by_default = server;
	consider_names(q, server);
}

const struct ngx_directive *
ngx_server_for(const struct ngx_conf *c, const char *address, unsigned port, const char *host)
{
	struct search q = { .address = address, .host = host ? host : "", .port = port };

	ngx_each_server(c, find_fit, &q);
	q.want = q.best_fit;
	if (q.want == FIT_NONE)
		return NULL;
	ngx_each_server(c, find_server, &q);
	return q.by_name ? q.by_name : q.by_default ? q.by_default : q.first;
}

bool
ngx_server_has_name(const struct ngx_directive *server, const char *host)
{
	struct search q = { .host = host };

	consider_names(&q, server);
	return q.best_kind != NAME_NONE;
}

enum { LOC_PREFIX, LOC_EXACT, LOC_FINAL /* ^~ */, LOC_REGEX, LOC_REGEX_ANYCASE, LOC_NAMED };

/* nginx also takes the modifier glued to the path: "location =/path". */
static int
location_kind(const struct ngx_directive *loc, const char **what)
{
	static const struct { const char *sign; int kind; } kinds[] = {
		{ "^~", LOC_FINAL }, { "~*", LOC_REGEX_ANYCASE }, { "~", LOC_REGEX },
		{ "=", LOC_EXACT }, { "@", LOC_NAMED },
	};
	const char *first = loc->n_args ? loc->args[0] : "";

	*what = first;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i].sign);

		if (strncmp(first, kinds[i].sign, n) != 0)
			continue;
		*what = loc->n_args > 1 ? loc->args[1] : first + n;
		return kinds[i].kind;
	}
	return LOC_PREFIX;
}

/*
 * As ngx_http_core_find_location(): an exact one ends the search; else the
 * longest prefix is looked into, and then the expressions of this level are
 * tried unless that prefix says ^~.  True: nothing further out may change it.
 */
static bool
find_location(const struct ngx_directive *block, const char *path,
              const struct ngx_directive **found)
{
	const struct ngx_directive *prefix = NULL;
	size_t longest = 0;
	bool no_regex = false;
	const char *what;

	for (const struct ngx_directive *l = ngx_child(block, "location"); l;
	     l = ngx_next(l, "location")) {
		int kind = location_kind(l, &what);

		if (kind == LOC_EXACT && strcmp(what, path) == 0) {
			*found = l;
			return true;
		}
		if ((kind == LOC_PREFIX || kind == LOC_FINAL) &&
		    strncmp(path, what, strlen(what)) == 0 && (!prefix || strlen(what) > longest)) {
			prefix = l;
			longest = strlen(what);
			no_regex = kind == LOC_FINAL;
		}
	}
	if (prefix) {
		*found = prefix;
		if (find_location(prefix, path, found))
			return true;
	}
	for (const struct ngx_directive *l = ngx_child(block, "location"); l && !no_regex;
	     l = ngx_next(l, "location")) {
		int kind = location_kind(l, &what);

		if ((kind != LOC_REGEX && kind != LOC_REGEX_ANYCASE) ||
		    ngx_regex(what, kind == LOC_REGEX_ANYCASE, path) != REGEX_YES)
			continue;
		*found = l;
		find_location(l, path, found);
		return true;
	}
	return false;
}

const struct ngx_directive *
ngx_location_for(const struct ngx_directive *server, const char *path)
{
	const struct ngx_directive *found = NULL;
	char plain[1024];

	snprintf(plain, sizeof(plain), "%.*s", (int)strcspn(path, "?#"), path);
	find_location(server, plain, &found);
	return found;
}
