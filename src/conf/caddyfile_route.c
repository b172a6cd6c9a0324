/* caddyfile_route.c - which site answers a name, and which of its directives a path. */
#include "conf/caddyfile.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- addresses ---- */

static unsigned
port_option(const struct cdy_conf *c, const char *name, unsigned otherwise)
{
	const unsigned long port = strtoul(cdy_arg(cdy_child(c->options, name), 0), NULL, 10);

	return port > 0 && port < 65536 ? (unsigned)port : otherwise;
}

unsigned
cdy_http_port(const struct cdy_conf *c)
{
	return port_option(c, "http_port", 80);
}

unsigned
cdy_https_port(const struct cdy_conf *c)
{
	return port_option(c, "https_port", 443);
}

static bool
take_port(struct cdy_address *out, const char *text)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || (*end && *end != '/') || port == 0 || port > 65535)
		return false;
	out->port = (unsigned)port;
	return true;
}

static bool
take_host(struct cdy_address *out, const char *text)
{
	const char *end = *text == '[' ? strchr(text, ']') : text + strcspn(text, ":/");
	const char *begin = text + (*text == '[');

	if (!end || (size_t)(end - begin) >= sizeof(out->host))
		return false;
	for (size_t i = 0; begin + i < end; i++)
		out->host[i] = (char)tolower((unsigned char)begin[i]);
	end += *end == ']';
	return *end != ':' || take_port(out, end + 1);
}

/* Caddy turns https on by itself wherever there is a name, unless it is told not to. */
static bool
is_tls(const struct cdy_conf *c, const struct cdy_node *site, const struct cdy_address *a)
{
	const bool off = strcmp(cdy_arg(cdy_child(c->options, "auto_https"), 0), "off") == 0;

	if (a->port == cdy_http_port(c))
		return false;
	if (a->port == cdy_https_port(c) || cdy_child(site, "tls"))
		return true;
	return *a->host && !off;
}

void
cdy_address(struct cdy_address *out, const struct cdy_conf *c, const struct cdy_node *site,
	    size_t i)
{
	const char *text = cdy_arg(site, i);
	const bool http = strncasecmp(text, "http://", 7) == 0;
	const bool https = strncasecmp(text, "https://", 8) == 0;

	*out = (struct cdy_address){ 0 };
	out->known = !strchr(text, '{') && take_host(out, text + (http ? 7 : https ? 8 : 0));
	out->tls = !http && (https || is_tls(c, site, out));
	if (out->port == 0)
		out->port = out->tls ? cdy_https_port(c) : cdy_http_port(c);
}

/* How well an address fits a name: 0 not at all. */
static int
fits(const char *pattern, const char *host)
{
	const char *rest = strchr(host, '.');

	if (*pattern == '\0' || strcmp(pattern, "*") == 0)
		return 1;
	if (strcasecmp(pattern, host) == 0)
		return 3;
	return strncmp(pattern, "*.", 2) == 0 && rest && strcasecmp(pattern + 1, rest) == 0 ? 2 : 0;
}

const struct cdy_node *
cdy_site_for(const struct cdy_conf *c, unsigned port, const char *host)
{
	const struct cdy_node *best = NULL;
	int best_fit = 0;

	for (const struct cdy_node *s = c->sites; s; s = s->next)
		for (size_t i = 0; i < s->n_args; i++) {
			struct cdy_address a;
			int fit;

			cdy_address(&a, c, s, i);
			fit = a.known && a.port == port ? fits(a.host, host) : 0;
			if (fit > best_fit) {
				best = s;
				best_fit = fit;
			}
		}
	return best;
}

/* ---- matchers ---- */

static bool
path_matches(const char *pattern, const char *path)
{
	const size_t n = strlen(pattern), len = strlen(path);
	const char *star = strchr(pattern, '*');

	if (!star)
		return strcasecmp(pattern, path) == 0;
	if (star == pattern + n - 1)
		return strncasecmp(pattern, path, n - 1) == 0;
	if (star == pattern && !strchr(pattern + 1, '*'))
		return len >= n - 1 && strcasecmp(path + len - (n - 1), pattern + 1) == 0;
	return fnmatch(pattern, path, FNM_PATHNAME | FNM_CASEFOLD) == 0;
}

static enum cdy_match
any_path(const char *const *patterns, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (path_matches(patterns[i], path))
			return CDY_YES;
	return CDY_NO;
}

static enum cdy_match
both(enum cdy_match a, enum cdy_match b)
{
	if (a == CDY_NO || b == CDY_NO)
		return CDY_NO;
	return a == CDY_YES && b == CDY_YES ? CDY_YES : CDY_MAYBE;
}

static enum cdy_match
opposite(enum cdy_match a)
{
	return a == CDY_YES ? CDY_NO : a == CDY_NO ? CDY_YES : CDY_MAYBE;
}

static enum cdy_match all_of(const struct cdy_node *block, const char *path);

/* "path /a /b", "not path /a", "not { ... }"; anything else depends on more than the path. */
static enum cdy_match
condition(const char *kind, const char *const *args, size_t n, const struct cdy_node *d,
	  const char *path)
{
	bool turned = false;
	enum cdy_match m = CDY_MAYBE;

	for (; strcmp(kind, "not") == 0 && n > 0; args++, n--) {
		turned = !turned;
		kind = args[0];
	}
	if (strcmp(kind, "path") == 0)
		m = any_path(args, n, path);
	else if (strcmp(kind, "not") == 0)
		m = opposite(all_of(d, path));
	return turned ? opposite(m) : m;
}

static enum cdy_match
all_of(const struct cdy_node *block, const char *path)
{
	enum cdy_match m = CDY_YES, paths = CDY_YES;
	bool seen = false;

	for (const struct cdy_node *d = block->child; d; d = d->next) {
		const enum cdy_match one = condition(d->name, d->args, d->n_args, d, path);

		/* Several lines of paths are one list. */
		if (strcmp(d->name, "path") == 0)
			paths = seen && paths == CDY_YES ? CDY_YES : one;
		else
			m = both(m, one);
		seen |= strcmp(d->name, "path") == 0;
	}
	return both(m, paths);
}

bool
cdy_has_matcher(const struct cdy_node *d)
{
	const char *first = cdy_arg(d, 0);

	return *first == '/' || *first == '@' || strcmp(first, "*") == 0;
}

enum cdy_match
cdy_matches(const struct cdy_node *d, const char *path)
{
	const char *first = cdy_arg(d, 0);

	if (!cdy_has_matcher(d) || strcmp(first, "*") == 0)
		return CDY_YES;
	if (*first == '/')
		return path_matches(first, path) ? CDY_YES : CDY_NO;
	for (const struct cdy_node *b = d->parent; b; b = b->parent) {
		const struct cdy_node *m = cdy_child(b, first);

		if (m)
			return !m->n_args
			       ? all_of(m, path)
			       : condition(m->args[0], m->args + 1, m->n_args - 1, m, path);
	}
	return CDY_MAYBE;
}

/* ---- what answers ---- */

/* In the order Caddy sorts them; handle and handle_path are one group. */
static const char *const order[][2] = {
	{ "redir" }, { "handle", "handle_path" }, { "route" }, { "abort" }, { "error" },
	{ "respond" }, { "metrics" }, { "reverse_proxy" }, { "php_fastcgi" }, { "file_server" },
	{ "acme_server" },
};

static const struct cdy_node *answers_in(const struct cdy_node *block, const char *path,
					 enum cdy_match least);

static bool
is_one_of(const char *name, const char *const names[2])
{
	return strcmp(name, names[0]) == 0 || (names[1] && strcmp(name, names[1]) == 0);
}

static bool
sees(const struct cdy_node *d, const char *path, enum cdy_match least)
{
	const enum cdy_match m = cdy_matches(d, path);

	return m == CDY_YES || (m == CDY_MAYBE && least == CDY_MAYBE);
}

/* Of one kind the longest path comes first, and last what has no matcher. */
static size_t
rank(const struct cdy_node *d)
{
	const char *first = cdy_arg(d, 0);

	return !cdy_has_matcher(d) ? 0 : *first == '/' ? 2 + strlen(first) : 1;
}

static const struct cdy_node *
best_of(const struct cdy_node *block, const char *const names[2], const char *path,
	enum cdy_match least)
{
	const struct cdy_node *best = NULL;

	for (const struct cdy_node *d = block->child; d; d = d->next)
		if (is_one_of(d->name, names) && sees(d, path, least) &&
		    (!best || rank(d) > rank(best)))
			best = d;
	return best;
}

/* What a handle or route leads to; anything else answers by itself. */
static const struct cdy_node *
inside(const struct cdy_node *d, const char *path, enum cdy_match least)
{
	const char *prefix = cdy_arg(d, 0);
	const size_t n = strcspn(prefix, "*");

	if (strcmp(d->name, "handle_path") == 0 && n > 1 && strncasecmp(prefix, path, n) == 0)
		path += path[n - 1] == '/' ? n - 1 : n;
	if (strcmp(d->name, "handle") == 0 || strcmp(d->name, "handle_path") == 0 ||
	    strcmp(d->name, "route") == 0)
		return answers_in(d, path, least);
	return d;
}

/* In a route things are taken as they stand. */
static const struct cdy_node *
answers_in_order(const struct cdy_node *block, const char *path, enum cdy_match least)
{
	for (const struct cdy_node *d = block->child; d; d = d->next)
		for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
			const struct cdy_node *a = NULL;

			if (is_one_of(d->name, order[i]) && sees(d, path, least))
				a = inside(d, path, least);
			if (a)
				return a;
		}
	return NULL;
}

static const struct cdy_node *
answers_in(const struct cdy_node *block, const char *path, enum cdy_match least)
{
	if (strcmp(block->name, "route") == 0)
		return answers_in_order(block, path, least);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const struct cdy_node *d = best_of(block, order[i], path, least);
		const struct cdy_node *a = d ? inside(d, path, least) : NULL;

		if (a)
			return a;
	}
	return NULL;
}

/* What only perhaps sees the path counts where nothing else does. */
const struct cdy_node *
cdy_answers(const struct cdy_node *site, const char *path)
{
	const struct cdy_node *sure = answers_in(site, path, CDY_YES);

	return sure ? sure : answers_in(site, path, CDY_MAYBE);
}

const struct cdy_node *
cdy_in_force(const struct cdy_node *at, const char *name, const char *path)
{
	for (const struct cdy_node *b = at->parent ? at->parent : at; b; b = b->parent)
		for (const struct cdy_node *d = cdy_child(b, name); d; d = cdy_next(d, name))
			if (cdy_matches(d, path) != CDY_NO)
				return d;
	return NULL;
}
