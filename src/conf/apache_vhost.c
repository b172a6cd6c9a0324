/* apache_vhost.c - who answers a request, and what holds for it, as far as the text alone can tell. */
#include "conf/apache.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/nginx_regex.h"

bool
apa_is(const struct apa_directive *d, const char *name)
{
	return strcasecmp(d->name, name) == 0;
}

const char *
apa_word(const struct apa_directive *d, size_t i)
{
	return d && i < d->n_args ? d->args[i] : "";
}

static const struct apa_directive *
first_of(const struct apa_directive *d, const char *name)
{
	while (d && !apa_is(d, name))
		d = d->next;
	return d;
}

const struct apa_directive *
apa_child(const struct apa_directive *block, const char *name)
{
	return block ? first_of(block->child, name) : NULL;
}

const struct apa_directive *
apa_next(const struct apa_directive *d, const char *name)
{
	return first_of(d->next, name);
}

const struct apa_directive *
apa_top(const struct apa_conf *c, const char *name)
{
	return first_of(c->top, name);
}

bool
apa_address_of(struct apa_address *out, const char *word)
{
	const char *colon = strrchr(word, ':'), *bracket = strrchr(word, ']'), *port = NULL;
	unsigned char raw[16];
	size_t len = strlen(word);
	char *end;

	*out = (struct apa_address){ .address = "*" };
	if (*word && !word[strspn(word, "0123456789")]) {
		port = word;
		len = 0;
	} else if (colon && colon > bracket && (bracket || strchr(word, ':') == colon)) {
		port = colon + 1;
		len = (size_t)(colon - word);
	}
	if (port && strcmp(port, "*") != 0) {
		const unsigned long n = strtoul(port, &end, 10);

		if (!*port || *end || n < 1 || n > 65535)
			return false;
		out->port = (unsigned)n;
	}
	if (len >= sizeof(out->address))
		return false;
	if (len)
		snprintf(out->address, sizeof(out->address), "%.*s", (int)len, word);
	if (strcasecmp(out->address, "_default_") == 0 || strcmp(out->address, "0.0.0.0") == 0 ||
	    strcmp(out->address, "[::]") == 0)
		snprintf(out->address, sizeof(out->address), "*");
	if (inet_pton(AF_INET6, out->address, raw) == 1) {
		char bare[64];

		snprintf(bare, sizeof(bare), "%s", out->address);
		snprintf(out->address, sizeof(out->address), "[%.61s]", bare);
	}
	return len > 0 || port;
}

void
apa_each_vhost(const struct apa_conf *c, apa_vhost_fn *fn, void *ctx)
{
	for (const struct apa_directive *v = apa_top(c, "VirtualHost"); v;
	     v = apa_next(v, "VirtualHost"))
		fn(ctx, v);
}

/* "https://chat.example.org:8443" names chat.example.org. */
static bool
is_name(const char *word, const char *host, bool wildcard)
{
	const char *scheme = strstr(word, "://"), *start = scheme ? scheme + 3 : word;
	char name[300];
	char *colon;

	snprintf(name, sizeof(name), "%s", start);
	colon = strrchr(name, ':');
	if (colon && (!strchr(name, '[') || colon > strrchr(name, ']')) && colon[1] &&
	    !colon[1 + strspn(colon + 1, "0123456789")])
		*colon = '\0';
	if (strcasecmp(name, host) == 0)
		return true;
	return wildcard && strpbrk(name, "*?") && fnmatch(name, host, FNM_CASEFOLD) == 0;
}

bool
apa_vhost_has_name(const struct apa_directive *vhost, const char *host)
{
	const struct apa_directive *last = NULL;

	for (const struct apa_directive *d = apa_child(vhost, "ServerName"); d;
	     d = apa_next(d, "ServerName"))
		last = d;
	if (last && is_name(apa_word(last, 0), host, false))
		return true;
	for (const struct apa_directive *d = apa_child(vhost, "ServerAlias"); d;
	     d = apa_next(d, "ServerAlias"))
		for (size_t i = 0; i < d->n_args; i++)
			if (is_name(d->args[i], host, true))
				return true;
	return false;
}

bool
apa_vhost_has_port(const struct apa_directive *vhost, unsigned port)
{
	struct apa_address a;

	for (size_t i = 0; i < vhost->n_args; i++)
		if (apa_address_of(&a, vhost->args[i]) && (a.port == port || a.port == 0))
			return true;
	return false;
}

/* How well an address of a virtual host fits where a request came in: 0 not, 1 as any, 2 as this one. */
static int
fit(const struct apa_directive *vhost, const char *address, unsigned port)
{
	int best = 0;

	for (size_t i = 0; i < vhost->n_args; i++) {
		struct apa_address a;

		if (!apa_address_of(&a, vhost->args[i]) || (a.port != port && a.port != 0))
			continue;
		if (strcmp(a.address, "*") == 0)
			best = best ? best : 1;
		else if (!address || !*address || strcasecmp(a.address, address) == 0)
			best = 2;
	}
	return best;
}

const struct apa_directive *
apa_vhost_for(const struct apa_conf *c, const char *address, unsigned port, const char *host)
{
	const struct apa_directive *first = NULL;
	int best = 0;

	/* Where the address is not known, one of its own is no better than any. */
	for (const struct apa_directive *v = apa_top(c, "VirtualHost"); v;
	     v = apa_next(v, "VirtualHost")) {
		const int n = fit(v, address, port);

		best = n > best ? n : best;
	}
	if (!address || !*address)
		best = best ? 1 : 0;
	for (const struct apa_directive *v = apa_top(c, "VirtualHost"); v && best;
	     v = apa_next(v, "VirtualHost")) {
		if (fit(v, address, port) < best)
			continue;
		if (apa_vhost_has_name(v, host))
			return v;
		first = first ? first : v;
	}
	return first;
}

/* ---- what holds for a path ---- */

/* Does a <Location> or <LocationMatch> take in this path? */
static bool
takes_in(const struct apa_directive *d, const char *path)
{
	const char *word = apa_word(d, 0);
	const size_t n = strlen(word);

	if (apa_is(d, "LocationMatch"))
		return ngx_regex(word, false, path) == REGEX_YES;
	if (!apa_is(d, "Location"))
		return false;
	if (strcmp(word, "~") == 0)
		return ngx_regex(apa_word(d, 1), false, path) == REGEX_YES;
	if (strpbrk(word, "*?["))
		return fnmatch(word, path, FNM_PATHNAME) == 0;
	return strncmp(path, word, n) == 0 &&
	       (!path[n] || path[n] == '/' || (n && word[n - 1] == '/'));
}

static bool
fits(const struct apa_directive *d, const char *name, const char *key)
{
	if (!apa_is(d, name))
		return false;
	/* "Header always set X ..." and "RequestHeader set X ...": what is set is the key. */
	for (size_t i = 0; key && i < d->n_args && i < 3; i++)
		if (strcasecmp(d->args[i], key) == 0)
			return true;
	return !key;
}

static const struct apa_directive *
last_in(const struct apa_directive *first, const char *path, const char *name, const char *key)
{
	const struct apa_directive *direct = NULL, *inside = NULL;

	for (const struct apa_directive *d = first; d; d = d->next) {
		if (fits(d, name, key))
			direct = d;
		if (!takes_in(d, path))
			continue;
		for (const struct apa_directive *e = d->child; e; e = e->next)
			if (fits(e, name, key))
				inside = e;
	}
	return inside ? inside : direct;
}

const struct apa_directive *
apa_effective(const struct apa_conf *c, const struct apa_directive *vhost, const char *path,
              const char *name, const char *key)
{
	const struct apa_directive *d = vhost ? last_in(vhost->child, path, name, key) : NULL;

	return d ? d : last_in(c->top, path, name, key);
}

/* ---- where it leads ---- */

/* The first member of <Proxy balancer://NAME>; the address itself if it is none. */
static const char *
member(const struct apa_conf *c, const struct apa_directive *vhost, const char *to)
{
	const struct apa_directive *const where[] = { vhost ? vhost->child : NULL, c->top };
	static const char scheme[] = "balancer://";
	size_t n = sizeof(scheme) - 1;

	if (strncasecmp(to, scheme, n) != 0)
		return to;
	n += strcspn(to + n, "/");
	for (size_t i = 0; i < ARRAY_LEN(where); i++)
		for (const struct apa_directive *p = first_of(where[i], "Proxy"); p;
		     p = apa_next(p, "Proxy"))
			if (strncasecmp(apa_word(p, 0), to, n) == 0 &&
			    strlen(apa_word(p, 0)) <= n + 1 && apa_child(p, "BalancerMember"))
				return apa_word(apa_child(p, "BalancerMember"), 0);
	return to;
}

static bool
has_flag(const char *flags, char letter)
{
	for (const char *p = flags; *p; p++)
		if ((p == flags || p[-1] == '[' || p[-1] == ',') &&
		    (*p == letter || *p == letter + 32) &&
		    (p[1] == ']' || p[1] == ',' || strncasecmp(p, "proxy", 5) == 0))
			return true;
	return false;
}

/* A rewrite to another server, not only for others than this request. */
static bool
rewrites(const struct apa_directive *d, const char *path, bool websocket)
{
	const char *to = apa_word(d, 1);

	if (!apa_is(d, "RewriteRule") || !has_flag(apa_word(d, 2), 'P'))
		return false;
	if (strncasecmp(to, "ws", 2) == 0 && !websocket)
		return false;
	return ngx_regex(apa_word(d, 0), false, path) == REGEX_YES;
}

/* Does the path lie below the first word of a ProxyPass? */
static bool
is_below(const char *path, const char *prefix)
{
	const size_t n = strlen(prefix);

	return strncmp(path, prefix, n) == 0 &&
	       (!path[n] || path[n] == '/' || path[n] == '?' || (n && prefix[n - 1] == '/'));
}

static const struct apa_directive *
passed_by(const struct apa_directive *first, const char *path, bool websocket, const char **to)
{
	const struct apa_directive *location = NULL;

	for (const struct apa_directive *d = first; d; d = d->next)
		if (rewrites(d, path, websocket)) {
			*to = apa_word(d, 1);
			return d;
		}
	/* The innermost <Location> speaks before any list. */
	for (const struct apa_directive *d = first; d; d = d->next)
		for (const struct apa_directive *e = takes_in(d, path) ? d->child : NULL; e;
		     e = e->next)
			if (apa_is(e, "ProxyPass") || apa_is(e, "ProxyPassMatch")) {
				location = e;
				*to = apa_word(e, 0);
			}
	if (location)
		return location;
	for (const struct apa_directive *d = first; d; d = d->next) {
		const bool match = apa_is(d, "ProxyPassMatch");

		if ((apa_is(d, "ProxyPass") && is_below(path, apa_word(d, 0))) ||
		    (match && ngx_regex(apa_word(d, 0), false, path) == REGEX_YES)) {
			*to = apa_word(d, 1);
			return d;
		}
	}
	return NULL;
}

const struct apa_directive *
apa_passes(struct arena *a, const struct apa_conf *c, const struct apa_directive *vhost,
           const char *path, bool websocket, const char **to)
{
	const struct apa_directive *d =
		passed_by(vhost ? vhost->child : c->top, path, websocket, to);

	/* Without a word of its own a virtual host inherits the list of the main server. */
	if (!d && vhost)
		d = passed_by(c->top, path, websocket, to);
	if (!d || strcmp(*to, "!") == 0)
		return NULL;
	*to = arena_strdup(a, member(c, vhost, *to));
	return d;
}
