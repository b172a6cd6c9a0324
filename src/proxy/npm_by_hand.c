/* npm_by_hand.c - a proxy host that a person makes in Nginx Proxy Manager's own pages, and its rehearsal. */
#include "proxy/npm.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/nginx.h"
#include "proxy/npm_lint.h"

bool
npm_by_hand(const struct answers *a)
{
	return !a->npm_url && !a->npm_identity && !a->npm_secret_file;
}

/*
 * By hand nobody knows its version, its access list or whether all switches were set: the location
 * of our own works with all of them, and it alone replaces X-Forwarded-For.
 */
static enum npm_way
way_of(const struct proxy_context *c)
{
	if (npm_by_hand(c->answers))
		return NPM_OWN_LOCATION;
	const struct npm_own *own = c->found ? c->found->conf : NULL;
	const struct json *host = own ? own->host : NULL;

	return npm_way(c->answers, json_get_int(host, "access_list_id", 0) != 0);
}

/* ---- what to set ---- */

static void
set(struct proxy_by_hand *out, const char *page, const char *name, const char *value)
{
	if (out->n < ARRAY_LEN(out->v))
		out->v[out->n++] = (struct proxy_setting){ page, name, value };
}

/* It sends visitors to port 443, whatever port the address has. */
static bool
forces_tls(const struct answers *a)
{
	return npm_ends_tls(a) && url_port_is_default(&a->public_url);
}

static void
set_tls(struct proxy_by_hand *out, const struct answers *a)
{
	const char *on = _("switched on"), *off = _("switched off");

	if (!npm_ends_tls(a)) {
		set(out, "SSL", "SSL Certificate", _("None: it does not end TLS here"));
		set(out, "SSL", "Force SSL", off);
		return;
	}
	set(out, "SSL", "SSL Certificate",
	    a->tls == TLS_EXISTING ? _("the one you have for this name; upload it under Certificates first")
	                           : _("Request a new one, unless it has one for this name"));
	set(out, "SSL", "Force SSL", forces_tls(a) ? on : off);
	set(out, "SSL", "HTTP/2 Support", on);
}

int
npm_settings(struct proxy_by_hand *out, const struct proxy_context *c, struct err *e)
{
	const struct answers *a = c->answers;
	const enum npm_way way = way_of(c);
	struct buf text = BUF_INIT;
	const char *on = _("switched on"), *off = _("switched off");

	*out = (struct proxy_by_hand){ 0 };
	if (npm_check(c, NULL, way, e) < 0 || npm_advanced(&text, c, way, e) < 0) {
		buf_free(&text);
		return -1;
	}
	set(out, "Details", "Domain Names", arena_strdup(&out->arena, a->public_url.host));
	set(out, "Details", "Scheme", arena_strdup(&out->arena, a->origin.scheme));
	set(out, "Details", "Forward Hostname / IP",
	    a->origin.ipv6 ? arena_printf(&out->arena, "[%s]", a->origin.host)
	                   : arena_strdup(&out->arena, a->origin.host));
	set(out, "Details", "Forward Port", arena_printf(&out->arena, "%u", a->origin.port));
	set(out, "Details", "Cache Assets", off);
	set(out, "Details", "Block Common Exploits", off);
	set(out, "Details", "Websockets Support", on);
	if (way == NPM_OWN_LOCATION)
		set(out, "Details", "Access List",
		    _("None: this text goes past it"));
	set(out, "Custom locations", "/", _("None: remove it if there is one"));
	set_tls(out, a);
	out->text = (struct proxy_setting){ "Advanced", "Custom Nginx Configuration",
		                            arena_strdup(&out->arena, text.s) };
	buf_free(&text);
	return 0;
}

/* ---- the rehearsal ---- */

static const char *
listen_lines(struct arena *a, const struct proxy_context *c)
{
	const struct proxy_private *p = c->private;
	struct buf lines = BUF_INIT;

	if (p->http)
		buf_printf(&lines, "    listen 127.0.0.1:%u;\n", p->http);
	if (p->https)
		buf_printf(&lines, "    listen 127.0.0.1:%u ssl;\n    ssl_certificate %s;\n    ssl_certificate_key %s;\n",
		           p->https, p->certificate, p->key);
	buf_cut(&lines, lines.len ? lines.len - 1 : 0);
	const char *s = arena_strdup(a, lines.s);
	buf_free(&lines);
	return s;
}

int
npm_rehearse(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const struct npm_own *own = c->found->conf;
	const enum npm_way way = way_of(c);
	struct arena a = { 0 };
	/* Its own nginx is in its container: the one of this machine stands in. */
	struct proxy_found nginx = { .proxy = &proxy_nginx, .installed = true,
		                     .binary = fs_which(&a, c->root, "nginx") };
	struct proxy_context context = *c;
	struct buf text = BUF_INIT, site = BUF_INIT;
	size_t at;
	int rc = -1;

	context.found = &nginx;
	if (!nginx.binary)
		err_set(e, ERR_MISSING,
		        _("nginx is not installed, so there is nothing to rehearse with."));
	else if (way == NPM_CUSTOM)
		err_set(e, ERR_MISSING,
		        _("A custom location of Nginx Proxy Manager cannot be rehearsed. Apply verifies it."));
	else if (npm_check(c, own, way, e) == 0 && npm_advanced(&text, c, way, e) == 0) {
		const struct npm_frame frame = {
			.scheme = "http", .host = "127.0.0.1", .port = c->private->upstream,
			.name = c->answers->public_url.host, .listen = listen_lines(&a, c),
			.websockets = true, .force_ssl = forces_tls(c->answers), .text = text.s, .len = text.len,
		};
		if (npm_compose(&site, c->templates, &frame, &at, e) == 0)
			rc = nginx_run_private(out, &context, site.s, e);
	}
	buf_free(&text);
	buf_free(&site);
	arena_free(&a);
	return rc;
}
