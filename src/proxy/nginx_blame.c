/*
 * nginx_blame.c - from a cause to the line of the present configuration that explains it.
 *
 * Each culprit looks at the route's own block by nginx's rules.  A line is
 * named only if it is wrong, or if it is the place where something is missing
 * that nginx does not do by itself; a sound route blames nothing.
 */
#include "proxy/nginx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* The route that is looked at. */
struct route {
	const struct ngx_conf      *conf;
	const struct url           *url;
	const char                 *path;
	const struct ngx_directive *server;
	const struct ngx_directive *block; /* its location, or the server itself */
};

typedef const struct ngx_directive *culprit_fn(const struct route *r);

static const char *
word(const struct ngx_directive *d, size_t i)
{
	return d && i < d->n_args ? d->args[i] : "";
}

static const struct ngx_directive *
header(const struct route *r, const char *name)
{
	return ngx_effective(r->block, "proxy_set_header", name);
}

/* Where the request leaves for OpenChamber; what is missing there is missing on this line. */
static const struct ngx_directive *
passes(const struct route *r)
{
	return ngx_effective(r->block, "proxy_pass", NULL);
}

/* Where a header was lost on its way in; else the proxy_pass that lacks it. */
static const struct ngx_directive *
lost(const struct route *r, const char *name)
{
	const struct ngx_directive *cut = ngx_hides(r->block, "proxy_set_header", name);

	return cut ? cut : passes(r);
}

/* The last map that makes a variable: of two with one name nginx takes the last for every site. */
static const struct ngx_directive *
map_of(const struct route *r, const char *variable)
{
	const struct ngx_directive *http = ngx_http(r->conf), *last = NULL;

	for (const struct ngx_directive *m = http ? ngx_child(http, "map") : NULL; m; m = ngx_next(m, "map"))
		if (m->n_args == 2 && strcasecmp(m->args[1], variable) == 0)
			last = m;
	return last;
}

/* What a map gives to a request that asks for an upgrade. */
static const struct ngx_directive *
map_line(const struct ngx_directive *map, const char *value)
{
	const struct ngx_directive *d = ngx_child(map, value);

	return d ? d : ngx_child(map, "default");
}

static const struct ngx_directive *
no_upgrade(const struct route *r)
{
	const struct ngx_directive *upgrade = header(r, "Upgrade"), *connection = header(r, "Connection"), *map, *line;

	if (!upgrade)
		return lost(r, "Upgrade");
	if (strcmp(word(upgrade, 1), "$http_upgrade") != 0 && strcasecmp(word(upgrade, 1), "websocket") != 0)
		return upgrade;
	if (!connection)
		return lost(r, "Connection");
	if (*word(connection, 1) != '$')
		return strcasestr(word(connection, 1), "upgrade") ? NULL : connection;
	if (strcasecmp(word(connection, 1), "$http_connection") == 0)
		return NULL;
	map = map_of(r, word(connection, 1));
	if (!map)
		return connection;
	if (strcasecmp(map->args[0], "$http_upgrade") != 0)
		return NULL; /* a map of something else: cannot be told from here */
	line = map_line(map, "websocket");
	return line && strcasestr(word(line, 0), "upgrade") ? NULL : line ? line : map;
}

enum host_word { HOST_RIGHT, HOST_WRONG, HOST_UNKNOWN };

/* Does the value give OpenChamber the name people type, with its port? */
static enum host_word
judge_host(const struct route *r, const char *value)
{
	const bool plain = url_port_is_default(r->url);
	struct buf want = BUF_INIT;
	enum host_word answer = HOST_UNKNOWN;

	url_host(&want, r->url);
	if (strcasecmp(value, want.s) == 0 || strcasecmp(value, "$http_host") == 0)
		answer = HOST_RIGHT;
	else if (strcasecmp(value, "$host") == 0)
		answer = plain ? HOST_RIGHT : HOST_WRONG;
	else if (strcasecmp(value, "$host:$server_port") == 0)
		answer = plain ? HOST_WRONG : HOST_RIGHT;
	else if (strcasecmp(value, "$server_name") == 0)
		answer = plain && strcasecmp(word(ngx_child(r->server, "server_name"), 0), r->url->host) == 0
		         ? HOST_RIGHT : HOST_WRONG;
	else if (*value != '$' || strcasecmp(value, "$proxy_host") == 0 || strcasecmp(value, "$host:$proxy_port") == 0)
		answer = HOST_WRONG;
	buf_free(&want);
	return answer;
}

/* X-Forwarded-Host wins in OpenChamber; where it is not set, Host counts. */
static const struct ngx_directive *
wrong_host(const struct route *r)
{
	const struct ngx_directive *d = header(r, "X-Forwarded-Host");

	if (!d)
		d = header(r, "Host");
	if (!d)
		return ngx_hides(r->block, "proxy_set_header", "X-Forwarded-Host") ? lost(r, "X-Forwarded-Host")
		                                                                   : lost(r, "Host");
	return judge_host(r, word(d, 1)) == HOST_WRONG ? d : NULL;
}

static bool
hears_tls(const struct route *r)
{
	for (const struct ngx_directive *l = ngx_child(r->server, "listen"); l; l = ngx_next(l, "listen")) {
		struct ngx_listen there;

		ngx_listen_of(&there, l);
		if (there.tls)
			return true;
	}
	return false;
}

static const struct ngx_directive *
wrong_proto(const struct route *r)
{
	const struct ngx_directive *d = header(r, "X-Forwarded-Proto");
	const char *value = word(d, 1);

	if (!d)
		return lost(r, "X-Forwarded-Proto");
	if (strcasecmp(value, "$scheme") == 0)
		return strcmp(r->url->scheme, "https") == 0 && !hears_tls(r) ? d : NULL;
	if (strcasecmp(value, "$http_x_forwarded_proto") == 0)
		return hears_tls(r) ? d : NULL;
	return *value == '$' || strcmp(value, r->url->scheme) == 0 ? NULL : d;
}

static bool
is_on(const struct ngx_directive *d)
{
	return strcasecmp(word(d, 0), "on") == 0;
}

static const struct ngx_directive *
cached(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "proxy_cache", NULL);

	return d && strcasecmp(word(d, 0), "off") != 0 ? d : NULL;
}

static bool
has_word(const struct ngx_directive *d, const char *wanted)
{
	for (size_t i = 0; d && i < d->n_args; i++)
		if (strcasecmp(d->args[i], wanted) == 0)
			return true;
	return false;
}

/* Of all lines of one list in the block where it is in force, the one that holds a word. */
static const struct ngx_directive *
list_with(const struct route *r, const char *name, const char *wanted)
{
	const struct ngx_directive *d = ngx_effective(r->block, name, NULL);

	while (d && !has_word(d, wanted))
		d = ngx_next(d, name);
	return d;
}

static const struct ngx_directive *
buffered(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "proxy_buffering", NULL);
	const struct ngx_directive *ignored = list_with(r, "proxy_ignore_headers", "X-Accel-Buffering");

	if (d && !is_on(d))
		return cached(r);
	return d ? d : ignored ? ignored : passes(r);
}

/* A filter that is on, and on for this type of answer. */
static const struct ngx_directive *
compresses(const struct route *r, const char *filter, const char *types, const char *type)
{
	const struct ngx_directive *on = ngx_effective(r->block, filter, NULL), *line;

	if (!on || !is_on(on))
		return NULL;
	if (!type)
		return on;
	line = list_with(r, types, type);
	return line ? line : list_with(r, types, "*");
}

static const struct ngx_directive *
compressed(const struct route *r, const char *type)
{
	const struct ngx_directive *d = compresses(r, "gzip", "gzip_types", type);

	if (!d)
		d = compresses(r, "brotli", "brotli_types", type);
	return d ? d : compresses(r, "zstd", "zstd_types", type);
}

static const struct ngx_directive *
compressed_stream(const struct route *r)
{
	return compressed(r, "text/event-stream");
}

static const struct ngx_directive *
compressed_any(const struct route *r)
{
	return compressed(r, NULL);
}

/* nginx compresses again only what it was told not to see as compressed. */
static const struct ngx_directive *
hidden_encoding(const struct route *r)
{
	const struct ngx_directive *d = list_with(r, "proxy_hide_header", "Content-Encoding");

	return d ? d : ngx_effective(r->block, "add_header", "Content-Encoding");
}

static const struct ngx_directive *
twice(const struct route *r)
{
	const struct ngx_directive *d = hidden_encoding(r);

	return d ? d : compressed_any(r);
}

/* OpenChamber takes 100M itself; where nothing is said nginx takes 1m. */
static const struct ngx_directive *
small_body(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "client_max_body_size", NULL);
	unsigned long long bytes = 0;

	if (!d)
		return passes(r);
	if (text_parse_size(word(d, 0), &bytes) < 0 || bytes == 0 || bytes >= 100ull << 20)
		return NULL;
	return d;
}

static const struct ngx_directive *
spooled(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "proxy_request_buffering", NULL);

	return !d ? passes(r) : is_on(d) ? d : NULL;
}

/* OpenChamber is never silent for over 30 s; nginx's own 60 s are enough. */
static const struct ngx_directive *
cut_short(const struct route *r)
{
	static const char *const names[] = { "proxy_read_timeout", "proxy_send_timeout", "send_timeout" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct ngx_directive *d = ngx_effective(r->block, names[i], NULL);
		const char *value = word(d, 0);
		unsigned seconds = 0;

		if (!d)
			continue;
		if (strlen(value) > 2 && strcmp(value + strlen(value) - 2, "ms") == 0)
			seconds = (unsigned)strtoul(value, NULL, 10) / 1000;
		else if (text_parse_duration(value, &seconds) < 0)
			continue;
		if (seconds < 60)
			return d;
	}
	return NULL;
}

/* The line that says where it goes: the proxy_pass, or the first server of the upstream it names. */
static const struct ngx_directive *
leads_elsewhere(const struct route *r)
{
	const struct ngx_directive *pass = passes(r), *http = ngx_http(r->conf);
	const char *name = strstr(word(pass, 0), "://");

	for (const struct ngx_directive *u = http && name ? ngx_child(http, "upstream") : NULL; u; u = ngx_next(u, "upstream"))
		if (strlen(word(u, 0)) == strcspn(name + 3, "/") &&
		    strncmp(word(u, 0), name + 3, strlen(word(u, 0))) == 0 && ngx_child(u, "server"))
			return ngx_child(u, "server");
	return pass;
}

static const struct ngx_directive *
redirect_in(const struct ngx_directive *block)
{
	for (const struct ngx_directive *d = block->child; d; d = d->next) {
		const struct ngx_directive *inside = NULL;

		if (strcmp(d->name, "return") == 0 && (*word(d, 0) == '3' || strncmp(word(d, 0), "http", 4) == 0))
			return d;
		if (strcmp(d->name, "rewrite") == 0 &&
		    (has_word(d, "permanent") || has_word(d, "redirect") || strncmp(word(d, 1), "http", 4) == 0))
			return d;
		if (strcmp(d->name, "if") == 0)
			inside = redirect_in(d);
		if (inside)
			return inside;
	}
	return NULL;
}

/* The server's own redirects come before its locations. */
static const struct ngx_directive *
redirects(const struct route *r)
{
	const struct ngx_directive *d = redirect_in(r->server);

	return d || r->block == r->server ? d : redirect_in(r->block);
}

/* proxy_pass with a path puts it in place of the location's own. */
static const struct ngx_directive *
mangled(const struct route *r)
{
	const struct ngx_directive *pass = passes(r), *rewrite = ngx_child(r->block, "rewrite");
	const char *host = strstr(word(pass, 0), "://"), *uri = host ? strchr(host + 3, '/') : NULL;

	if (uri && strcmp(uri, word(r->block, r->block->n_args - 1)) != 0)
		return pass;
	if (!rewrite)
		rewrite = ngx_child(r->server, "rewrite");
	if (rewrite)
		return rewrite;
	return pass ? NULL : ngx_effective(r->block, "try_files", NULL);
}

/* Another server block answers for the name, or the right one with something of its own. */
static const struct ngx_directive *
other_site(const struct route *r)
{
	if (!ngx_server_has_name(r->server, r->url->host))
		return ngx_child(r->server, "server_name") ? ngx_child(r->server, "server_name") : r->server;
	return passes(r) ? leads_elsewhere(r) : r->block;
}

static const struct ngx_directive *
adds_forwarded(const struct route *r)
{
	const struct ngx_directive *d = header(r, "X-Forwarded-For"), *from;

	if (d && (strcasestr(word(d, 1), "$proxy_add_x_forwarded_for") || strcasestr(word(d, 1), "$http_")))
		return d;
	from = list_with(r, "set_real_ip_from", "0.0.0.0/0");
	return from ? from : list_with(r, "set_real_ip_from", "::/0");
}

static const struct ngx_directive *
no_forwarded(const struct route *r)
{
	return header(r, "X-Forwarded-For") ? NULL : lost(r, "X-Forwarded-For");
}

static const struct ngx_directive *
asks_login(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "auth_request", NULL);

	if (!d || strcasecmp(word(d, 0), "off") == 0)
		d = ngx_effective(r->block, "auth_basic", NULL);
	return d && strcasecmp(word(d, 0), "off") != 0 ? d : NULL;
}

static const struct ngx_directive *
certificate(const struct route *r)
{
	return ngx_effective(r->server, "ssl_certificate", NULL);
}

/* Looking for who takes a name away. */
struct shadow {
	const struct route         *r;
	const struct ngx_directive *wanted; /* the last block with the name: the one that was meant */
	const struct ngx_directive *guilty;
};

static bool
is_on_port(const struct ngx_directive *server, unsigned port)
{
	struct ngx_listen there = { .port = 80 };
	const struct ngx_directive *l = ngx_child(server, "listen");

	if (!l)
		return port == 80;
	for (; l; l = ngx_next(l, "listen")) {
		ngx_listen_of(&there, l);
		if (there.port == port && !there.quic)
			return true;
	}
	return false;
}

static bool
proxies_somewhere(const struct ngx_directive *server)
{
	const struct ngx_directive *at = ngx_location_for(server, "/");

	return ngx_child(at ? at : server, "proxy_pass") != NULL;
}

static void
find_wanted(void *ctx, const struct ngx_directive *server)
{
	struct shadow *s = ctx;

	if (is_on_port(server, s->r->url->port) && ngx_server_has_name(server, s->r->url->host) &&
	    (!s->wanted || proxies_somewhere(server)))
		s->wanted = server;
}

/* On each address that this block names: is it the wanted one that nginx takes there? */
static void
find_guilty(void *ctx, const struct ngx_directive *server)
{
	struct shadow *s = ctx;

	if (s->guilty || server == s->wanted)
		return;
	for (const struct ngx_directive *l = ngx_child(server, "listen"); l && !s->guilty; l = ngx_next(l, "listen")) {
		const struct ngx_directive *chosen;
		struct ngx_listen there;

		ngx_listen_of(&there, l);
		if (there.port != s->r->url->port || there.quic || strcmp(there.address, "127.0.0.1") == 0)
			continue;
		chosen = ngx_server_for(s->r->conf, there.address, there.port, s->r->url->host);
		if (chosen == server)
			s->guilty = ngx_server_has_name(server, s->r->url->host) ? ngx_child(server, "server_name") : l;
	}
}

static const struct ngx_directive *
shadows(const struct route *r)
{
	struct shadow s = { .r = r };

	ngx_each_server(r->conf, find_wanted, &s);
	if (s.wanted)
		ngx_each_server(r->conf, find_guilty, &s);
	return s.guilty;
}

static const struct {
	const char   *cause;
	culprit_fn   *look;
} culprits[] = {
	{ "ws-upgrade-lost",       no_upgrade },
	{ "ws-host-lost",          wrong_host },
	{ "ws-port-lost",          wrong_host },
	{ "ws-proto-lost",         wrong_proto },
	{ "cdn-flexible",          wrong_proto },
	{ "ws-redirected",         redirects },
	{ "redirect-loop",         redirects },
	{ "redirect-away",         redirects },
	{ "sse-buffered",          buffered },
	{ "sse-compressed",        compressed_stream },
	{ "gzip-twice",            twice },
	{ "gzip-mislabelled",      hidden_encoding },
	{ "gzip-added",            compressed_any },
	{ "body-limit",            small_body },
	{ "body-spooled",          spooled },
	{ "stream-cut",            cut_short },
	{ "api-cached",            cached },
	{ "upstream-down",         leads_elsewhere },
	{ "upstream-timeout",      leads_elsewhere },
	{ "upstream-opencode",     leads_elsewhere },
	{ "wrong-instance",        leads_elsewhere },
	{ "wrong-site",            other_site },
	{ "config-shadowed",       shadows },
	{ "path-mangled",          mangled },
	{ "forwarded-for-lost",    no_forwarded },
	{ "forwarded-for-trusted", adds_forwarded },
	{ "auth-layer",            asks_login },
	{ "tls-untrusted",         certificate },
	{ "tls-name",              certificate },
	{ "tls-expired",           certificate },
};

/* Any block with the name: behind a router the public port need not be one of nginx's. */
static void
find_named(void *ctx, const struct ngx_directive *server)
{
	struct route *r = ctx;

	if (ngx_server_has_name(server, r->url->host) && (!r->server || proxies_somewhere(server)))
		r->server = server;
}

bool
nginx_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
            const char *path, const char **file, int *line)
{
	struct route r = { .conf = nginx_conf(f), .url = public_url, .path = path };
	const struct ngx_directive *d = NULL;

	if (!r.conf || !ngx_http(r.conf))
		return false;
	r.server = ngx_server_for(r.conf, NULL, public_url->port, public_url->host);
	if (!r.server)
		ngx_each_server(r.conf, find_named, &r);
	if (!r.server)
		return false;
	r.block = ngx_location_for(r.server, path);
	if (!r.block)
		r.block = r.server;
	for (size_t i = 0; i < ARRAY_LEN(culprits) && !d; i++)
		if (strcmp(culprits[i].cause, cause) == 0)
			d = culprits[i].look(&r);
	if (!d)
		return false;
	*file = d->file;
	*line = d->line;
	return true;
}
