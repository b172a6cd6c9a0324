/* npm_lint_routes.c - what the Advanced text does to the routes OpenChamber needs. */
#include "proxy/npm_lint.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "proxy/nginx_blame.h"

#define NPM_BODY (2000ull << 20) /* bytes: what NPM allows by itself */

static bool
is_name(const struct ngx_directive *d, const char *name)
{
	return strcmp(d->name, name) == 0;
}

/* ---- the lines alone ---- */

/* What stands between "://" and a port or a path. */
static size_t
host_of(const struct ngx_directive *pass, const char **host)
{
	const char *at = strstr(guilty_word(pass, 0), "://");

	*host = at ? at + 3 : "";
	return **host == '[' ? strcspn(*host, "]/") + 1 : strcspn(*host, ":/");
}

static void
judge_pass(struct npm_lint_look *k, const struct ngx_directive *pass)
{
	static const char *const own[] = { "127.0.0.1", "localhost", "[::1]", "0.0.0.0" };
	const char *host;
	const size_t n = host_of(pass, &host);

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (n == strlen(own[i]) && strncasecmp(host, own[i], n) == 0) {
			npm_lint_add(k, "leads-to-npm", pass);
			return;
		}
	if (n && *host != '[' && !memchr(guilty_word(pass, 0), '$', strlen(guilty_word(pass, 0))) &&
	    strspn(host, "0123456789.") < n)
		npm_lint_add(k, "name-must-resolve", pass);
}

static void
judge_body(struct npm_lint_look *k, const struct ngx_directive *d)
{
	unsigned long long bytes = 0;

	if (text_parse_size(guilty_word(d, 0), &bytes) < 0 || bytes == 0 || bytes >= NPM_BODY)
		return;
	npm_lint_add(k, bytes < k->needs->body ? "body-limit" : "body-lowered", d);
}

/* Does a location of the text take over what stands at the level of the server? */
static bool
is_inherited(const struct npm_lint_look *k, const struct ngx_directive *header)
{
	for (const struct ngx_directive *d = ngx_child(k->server, "location"); d;
	     d = ngx_next(d, "location"))
		if (npm_lint_is_theirs(k, d) && d != header->parent && !ngx_child(d, header->name) &&
		    ngx_child(d, "proxy_pass"))
			return true;
	return false;
}

static void
judge_lines(struct npm_lint_look *k, const struct ngx_directive *block)
{
	const bool server = block == k->server;

	for (const struct ngx_directive *d = block->child; d; d = d->next) {
		if (!npm_lint_is_theirs(k, d))
			continue;
		if (is_name(d, "client_max_body_size"))
			judge_body(k, d);
		else if (is_name(d, "proxy_request_buffering") &&
		         strcasecmp(guilty_word(d, 0), "on") == 0)
			npm_lint_add(k, "body-spooled", d);
		else if (is_name(d, "proxy_pass"))
			judge_pass(k, d);
		else if (is_name(d, "return") && server)
			npm_lint_add(k, "answers-itself", d);
		else if (is_name(d, "proxy_set_header") && server && !is_inherited(k, d))
			npm_lint_add(k, "useless-header", d);
		else if (is_name(d, "location")) {
			npm_lint_add(k, "access-list", d);
			if (ngx_child(d, "add_header") &&
			    !ngx_effective(d, "add_header", "Strict-Transport-Security"))
				npm_lint_add(k, "hsts-lost", ngx_child(d, "add_header"));
			judge_lines(k, d);
		}
	}
}

/* ---- the routes ---- */

/* Which of the doctor's looks at a route is of use here, and under which of our rules. */
static const struct look {
	const char *rule;
	guilty_fn  *guilty;
	bool        sockets, streams; /* else every route */
} looks[] = {
	{ "ws-upgrade-lost",    guilty_no_upgrade,        true,  false },
	{ "ws-host-lost",       guilty_wrong_host,        true,  true },
	{ "ws-proto-lost",      guilty_wrong_proto,       true,  true },
	{ "forwarded-for-lost", guilty_no_forwarded,      true,  true },
	{ "sse-compressed",     guilty_compressed_stream, false, true },
	{ "api-cached",         guilty_cached,            false, true },
	{ "stream-cut",         guilty_cut_short,         true,  true },
	{ "path-mangled",       guilty_mangled,           true,  true },
};

/* Without a word about it OpenChamber's own X-Accel-Buffering lets events through; with the wrong one nothing does. */
static const struct ngx_directive *
held_back(const struct route *r)
{
	const struct ngx_directive *d = guilty_buffered(r);

	return d && is_name(d, "proxy_pass") ? NULL : d;
}

/* With TLS here, $http_x_forwarded_proto is not lost: it is what the sender says. */
static const char *
rule_of(const struct look *look, const struct ngx_directive *d)
{
	return strcmp(look->rule, "ws-proto-lost") == 0 &&
	               strcasecmp(guilty_word(d, 1), "$http_x_forwarded_proto") == 0
	           ? "forwarded-proto-believed"
	           : look->rule;
}

static void
judge_route(struct npm_lint_look *k, const char *path, bool socket, bool stream)
{
	static const struct url url = { .scheme = "https", .host = "chat.example.org", .port = 443 };
	struct route r = { .conf = k->conf, .url = &url, .path = path, .server = k->server };
	const struct ngx_directive *d;

	r.block = ngx_location_for(k->server, path);
	if (!r.block)
		r.block = k->server;
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		if (!((socket && looks[i].sockets) || (stream && looks[i].streams)))
			continue;
		d = looks[i].guilty(&r);
		if (d)
			npm_lint_add(k, rule_of(&looks[i], d), d);
	}
	if (stream && (d = held_back(&r)))
		npm_lint_add(k, "sse-buffered", d);
	if (socket && !k->own_gone && !k->l->websockets && !npm_lint_is_theirs(k, r.block) &&
	    guilty_no_upgrade(&r))
		npm_lint_add(k, "websockets-off", NULL);
}

void
npm_lint_routes(struct npm_lint_look *k)
{
	judge_lines(k, k->server);
	for (size_t i = 0; i < k->needs->n_sockets; i++)
		judge_route(k, k->needs->sockets[i].path, true, false);
	for (size_t i = 0; i < k->needs->n_streams; i++)
		judge_route(k, k->needs->streams[i].path, false, true);
}
