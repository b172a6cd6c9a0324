/*
 * apache_blame.c - from a cause to the line of the present configuration that explains it.
 *
 * A line is named only if it is wrong, or if it is the place where something
 * is missing that httpd does not do by itself; a sound route blames nothing.
 */
#include "proxy/apache_blame.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct apa_directive *
apache_holds(const struct apache_way *r, const char *name)
{
	return apa_effective(r->conf, r->vhost, r->path, name, NULL);
}

bool
apache_is_on(const struct apa_directive *d)
{
	return d && strcasecmp(apa_word(d, 0), "on") == 0;
}

static const struct apa_directive *
leads(const struct apache_way *r)
{
	return r->pass;
}

/* ---- what answers ---- */

static bool
has_flag(const char *flags, const char *flag)
{
	const char *p = strcasestr(flags, flag);

	return p && (p == flags || p[-1] == '[' || p[-1] == ',');
}

/* R alone is a redirect; R=404 and the like only an answer. */
static bool
redirects(const struct apa_directive *d)
{
	static const char *const names[] = { "Redirect", "RedirectMatch", "RedirectPermanent",
		                             "RedirectTemp" };
	static const char *const flags[] = { "R]", "R,", "R=3", "R=permanent", "R=temp", "R=seeother",
		                             "redirect" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (apa_is(d, names[i]))
			return true;
	for (size_t i = 0; apa_is(d, "RewriteRule") && i < ARRAY_LEN(flags); i++)
		if (has_flag(apa_word(d, 2), flags[i]))
			return true;
	return false;
}

static bool
refuses_bodies(const struct apa_directive *d)
{
	return apa_is(d, "RewriteRule") && has_flag(apa_word(d, 2), "R=413");
}

static const struct apa_directive *
first_that(bool (*is)(const struct apa_directive *d), const struct apa_directive *d)
{
	for (; d; d = d->next) {
		const struct apa_directive *inside =
			d->block && !apa_is(d, "VirtualHost") ? first_that(is, d->child) : NULL;

		if (is(d) || inside)
			return is(d) ? d : inside;
	}
	return NULL;
}

static const struct apa_directive *
redirected(const struct apache_way *r)
{
	return first_that(redirects, r->vhost ? r->vhost->child : r->conf->top);
}

/* A ProxyPass whose path and target do not end alike puts one in place of the other. */
static const struct apa_directive *
mangled(const struct apache_way *r)
{
	const char *host = r->to ? strstr(r->to, "://") : NULL,
		   *uri = host ? strchr(host + 3, '/') : NULL;
	const char *prefix = r->pass && apa_is(r->pass, "ProxyPass") && r->pass->n_args > 1
	                             ? apa_word(r->pass, 0)
	                             : "/";

	if (!r->pass)
		return NULL;
	if (r->pass->parent && (apa_is(r->pass->parent, "Location")) && r->pass->n_args > 0 &&
	    strstr(apa_word(r->pass, 0), "://"))
		prefix = apa_word(r->pass->parent, 0);
	if (!apa_is(r->pass, "ProxyPass"))
		return NULL;
	return strcmp(uri ? uri : "", prefix) == 0 || (!uri && strcmp(prefix, "/") == 0) ? NULL
	                                                                                 : r->pass;
}

/* Another host answers for the name, or the right one with something of its own. */
static const struct apa_directive *
other_site(const struct apache_way *r)
{
	if (!r->vhost)
		return r->pass;
	if (!apa_vhost_has_name(r->vhost, r->url->host))
		return apa_child(r->vhost, "ServerName") ? apa_child(r->vhost, "ServerName")
		                                         : r->vhost;
	return r->pass ? r->pass : r->vhost;
}

static const struct apa_directive *
asks_login(const struct apache_way *r)
{
	const struct apa_directive *d = apache_holds(r, "AuthType");

	return d && strcasecmp(apa_word(d, 0), "none") != 0 ? d : NULL;
}

static const struct apa_directive *
certificate(const struct apache_way *r)
{
	return apache_holds(r, "SSLCertificateFile");
}

/* ---- what changes it on the way ---- */

/* Is a filter switched off by a variable, as mod_deflate and mod_brotli take it? */
static bool
is_spared(const struct apache_way *r, const char *variable)
{
	return apa_effective(r->conf, r->vhost, r->path, "SetEnv", variable) != NULL;
}

static bool
names_filter(const char *word, const char *filter)
{
	const size_t n = strlen(filter);

	for (const char *p = word; (p = strcasestr(p, filter)) != NULL; p++)
		if ((p == word || p[-1] == ';') && (!p[n] || p[n] == ';'))
			return true;
	return false;
}

/* The line that puts a filter on answers of this type; type NULL: on any. */
static const struct apa_directive *
filtered(const struct apache_way *r, const char *filter, const char *type)
{
	const struct apa_directive *set = apache_holds(r, "SetOutputFilter");
	const struct apa_directive *by_type =
		apa_effective(r->conf, r->vhost, r->path, "AddOutputFilterByType", filter);

	if (set && names_filter(apa_word(set, 0), filter))
		return set;
	for (size_t i = 1; by_type && i < by_type->n_args; i++)
		if (!type || strcasecmp(by_type->args[i], type) == 0)
			return by_type;
	return NULL;
}

static const struct apa_directive *
compressed(const struct apache_way *r, const char *type)
{
	static const struct { const char *filter, *spares; } filters[] = {
		{ "DEFLATE", "no-gzip" }, { "BROTLI_COMPRESS", "no-brotli" },
	};

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		const struct apa_directive *d = filtered(r, filters[i].filter, type);

		if (d && !is_spared(r, filters[i].spares))
			return d;
	}
	return NULL;
}

static const struct apa_directive *
compressed_stream(const struct apache_way *r)
{
	return compressed(r, "text/event-stream");
}

static const struct apa_directive *
compressed_any(const struct apache_way *r)
{
	return compressed(r, NULL);
}

static const struct apa_directive *
twice(const struct apache_way *r)
{
	const struct apa_directive *d = apache_hidden_encoding(r);

	return d ? d : compressed_any(r);
}

/* Filters that wait for more before they let anything go. */
static const struct apa_directive *
buffered(const struct apache_way *r)
{
	static const char *const filters[] = { "BUFFER", "SUBSTITUTE", "SED", "CACHE", "RATE_LIMIT" };
	const struct apa_directive *d = NULL;

	for (size_t i = 0; i < ARRAY_LEN(filters) && !d; i++)
		d = filtered(r, filters[i], "text/event-stream");
	return d ? d : apache_holds(r, "CacheEnable");
}

static const struct apa_directive *
cached(const struct apache_way *r)
{
	return apache_holds(r, "CacheEnable");
}

/* OpenChamber takes 100M itself. */
static const struct apa_directive *
small_body(const struct apache_way *r)
{
	static const char *const names[] = { "LimitRequestBody", "SecRequestBodyLimit" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct apa_directive *d = apache_holds(r, names[i]);
		const unsigned long long bytes = d ? strtoull(apa_word(d, 0), NULL, 10) : 0;

		if (bytes > 0 && bytes < 100ull << 20)
			return d;
	}
	return first_that(refuses_bodies, r->vhost ? r->vhost->child : r->conf->top);
}

static const struct apa_directive *
spooled(const struct apache_way *r)
{
	const struct apa_directive *d =
		apa_effective(r->conf, r->vhost, r->path, "SetEnv", "proxy-sendcl");
	const struct apa_directive *reads = apache_holds(r, "SecRequestBodyAccess");

	return d ? d : apache_is_on(reads) ? reads : NULL;
}

/* "30", "30s", "5min", "100ms": seconds. */
static double
seconds_of(const char *text)
{
	static const struct { const char *unit; double seconds; } units[] = {
		{ "", 1 }, { "s", 1 }, { "ms", 0.001 }, { "mi", 60 }, { "min", 60 }, { "h", 3600 },
	};
	char *end;
	const unsigned long long n = strtoull(text, &end, 10);

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (end != text && strcasecmp(end, units[i].unit) == 0)
			return (double)n * units[i].seconds;
	return 0;
}

static bool
is_short(const char *text)
{
	const double seconds = seconds_of(text);

	return seconds > 0 && seconds < 60;
}

/* OpenChamber is never silent for over 30 s; a minute is enough.  What stands with ProxyPass wins. */
static const struct apa_directive *
cut_short(const struct apache_way *r)
{
	static const char *const names[] = { "ProxyTimeout", "Timeout" };

	for (size_t i = 0; r->pass && i < r->pass->n_args; i++)
		if (strncasecmp(r->pass->args[i], "timeout=", 8) == 0)
			return is_short(r->pass->args[i] + 8) ? r->pass : NULL;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct apa_directive *d = apache_holds(r, names[i]);

		if (d)
			return is_short(apa_word(d, 0)) ? d : NULL;
	}
	return NULL;
}

/* ---- who takes the name away ---- */

struct shadow {
	const struct apache_way    *r;
	const struct apa_directive *wanted; /* that was meant: has the name, and leads somewhere */
	const struct apa_directive *guilty;
};

static void
find_wanted(void *ctx, const struct apa_directive *vhost)
{
	struct shadow *s = ctx;
	const char *to;

	if (apa_vhost_has_port(vhost, s->r->url->port) &&
	    apa_vhost_has_name(vhost, s->r->url->host) &&
	    (!s->wanted || apa_passes(s->r->arena, s->r->conf, vhost, "/", false, &to)))
		s->wanted = vhost;
}

/* On each address that this host names: is it the wanted one that answers there? */
static void
find_guilty(void *ctx, const struct apa_directive *vhost)
{
	struct shadow *s = ctx;

	for (size_t i = 0; i < vhost->n_args && !s->guilty && vhost != s->wanted; i++) {
		struct apa_address at;

		if (!apa_address_of(&at, vhost->args[i]) ||
		    (at.port && at.port != s->r->url->port) || strcmp(at.address, "127.0.0.1") == 0)
			continue;
		if (apa_vhost_for(s->r->conf, strcmp(at.address, "*") == 0 ? NULL : at.address,
		                  s->r->url->port, s->r->url->host) == vhost)
			s->guilty = apa_vhost_has_name(vhost, s->r->url->host) &&
			                            apa_child(vhost, "ServerName")
			                    ? apa_child(vhost, "ServerName")
			                    : vhost;
	}
}

static const struct apa_directive *
shadows(const struct apache_way *r)
{
	struct shadow s = { .r = r };

	apa_each_vhost(r->conf, find_wanted, &s);
	if (s.wanted)
		apa_each_vhost(r->conf, find_guilty, &s);
	return s.guilty;
}

static const struct {
	const char        *cause;
	apache_culprit_fn *look;
} culprits[] = {
	{ "ws-upgrade-lost",       apache_no_upgrade },
	{ "ws-host-lost",          apache_wrong_host },
	{ "ws-port-lost",          apache_wrong_host },
	{ "ws-proto-lost",         apache_wrong_proto },
	{ "cdn-flexible",          apache_wrong_proto },
	{ "ws-redirected",         redirected },
	{ "redirect-loop",         redirected },
	{ "redirect-away",         redirected },
	{ "sse-buffered",          buffered },
	{ "sse-compressed",        compressed_stream },
	{ "gzip-twice",            twice },
	{ "gzip-mislabelled",      apache_hidden_encoding },
	{ "gzip-added",            compressed_any },
	{ "body-limit",            small_body },
	{ "body-spooled",          spooled },
	{ "stream-cut",            cut_short },
	{ "api-cached",            cached },
	{ "upstream-down",         leads },
	{ "upstream-timeout",      leads },
	{ "upstream-opencode",     leads },
	{ "wrong-instance",        leads },
	{ "wrong-site",            other_site },
	{ "config-shadowed",       shadows },
	{ "path-mangled",          mangled },
	{ "forwarded-for-lost",    apache_no_forwarded },
	{ "forwarded-for-trusted", apache_adds_forwarded },
	{ "auth-layer",            asks_login },
	{ "tls-untrusted",         certificate },
	{ "tls-name",              certificate },
	{ "tls-expired",           certificate },
};

/* Any host with the name: behind a router the public port need not be one of httpd's. */
static void
find_named(void *ctx, const struct apa_directive *vhost)
{
	struct apache_way *r = ctx;
	const char *to;

	if (apa_vhost_has_name(vhost, r->url->host) &&
	    (!r->vhost || apa_passes(r->arena, r->conf, vhost, "/", false, &to)))
		r->vhost = vhost;
}

const struct apa_directive *
apache_find_guilty(struct apache_way *r, struct arena *a, const struct proxy_found *f, const char *cause,
                   const struct url *here, const char *path)
{
	*r = (struct apache_way){ .arena = a, .conf = apache_conf(f), .url = here, .path = path };
	if (!r->conf)
		return NULL;
	r->vhost = apa_vhost_for(r->conf, NULL, here->port, here->host);
	if (!r->vhost)
		apa_each_vhost(r->conf, find_named, r);
	r->pass = apa_passes(a, r->conf, r->vhost, path, strstr(path, "/ws") != NULL, &r->to);
	for (size_t i = 0; i < ARRAY_LEN(culprits); i++)
		if (strcmp(culprits[i].cause, cause) == 0)
			return culprits[i].look(r);
	return NULL;
}

bool
apache_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
             const char *path, const char **file, int *line)
{
	struct arena a = { 0 };
	struct apache_way r;
	const struct apa_directive *d = apache_find_guilty(&r, &a, f, cause, public_url, path);

	if (d) {
		*file = d->file;
		*line = d->line;
	}
	arena_free(&a);
	return d != NULL;
}

void
apache_limits(const struct proxy_found *f, const struct url *url, const struct needs *needs, struct proxy_limits *out)
{
	const struct apa_directive *d;
	struct arena a = { 0 };
	struct apache_way r;

	if (!url)
		return;
	apache_find_guilty(&r, &a, f, "", url, needs->upload);
	d = r.conf ? apache_holds(&r, "LimitRequestBody") : NULL;
	if (d)
		out->body = strtoull(apa_word(d, 0), NULL, 10);
	if (d && strcmp(apa_word(d, 0), "0") == 0)
		out->body = ULLONG_MAX;
	for (size_t i = 0; r.conf && r.pass && i < r.pass->n_args; i++)
		if (strncasecmp(r.pass->args[i], "timeout=", 8) == 0)
			out->stream = (unsigned)seconds_of(r.pass->args[i] + 8);
	d = r.conf && !out->stream ? apache_holds(&r, "ProxyTimeout") : NULL;
	if (d)
		out->stream = (unsigned)seconds_of(apa_word(d, 0));
	arena_free(&a);
}
