/* npm_render.c - the requests that make the answers true in Nginx Proxy Manager. */
#include "proxy/npm.h"

#include <string.h>

#include "base/i18n.h"
#include "proxy/front.h"
#include "proxy/values.h"

#define CERTIFICATE_SECONDS 900 /* certbot runs inside the request; NPM itself waits that long */
#define X_FORWARDED_HOST    "proxy_set_header X-Forwarded-Host $http_host;"
#define OWN_BODY_LIMIT      (2000ull << 20) /* what NPM allows by itself; never less */

/* ---- which way ---- */

static bool
is_at_least(const unsigned v[3], unsigned minor)
{
	return v[0] > 2 || (v[0] == 2 && v[1] >= minor);
}

/*
 * Its own location passes Host without the port, adds to X-Forwarded-For,
 * which OpenChamber believes, and before 2.14 knows its own scheme only.  A
 * custom location replaces X-Forwarded-For, but never passes a scheme on.
 */
enum npm_way
npm_way(const struct answers *a, bool access_list)
{
	if (!access_list)
		return NPM_OWN_LOCATION;
	return a->tls == TLS_UPSTREAM && a->has_tls ? NPM_NO_WAY : NPM_CUSTOM;
}

/* ---- the text ---- */

/* Every value is checked before; what could end a comment or a directive never comes here. */
static int
escape(struct buf *out, const char *value, struct err *e)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                           "0123456789.:/[]-_|";

	if (value[strspn(value, fine)])
		return err_set(e, ERR_VALUE, _("\"%s\" cannot stand in nginx's text."), value);
	buf_puts(out, value);
	return 0;
}

static const char *
believed(struct arena *a, const char *const *ranges)
{
	struct buf b = BUF_INIT;
	const char *text;

	if (!ranges)
		return NULL;
	for (const char *const *r = ranges; *r; r++)
		buf_printf(&b, "%sset_real_ip_from %s;", r == ranges ? "" : "\n", *r);
	text = tmpl_raw(a, b.s);
	buf_free(&b);
	return text;
}

/* The paths of the event streams, as a choice of a regular expression. */
static const char *
streams(struct arena *a, const struct needs *needs)
{
	const char *text = "";

	for (size_t i = 0; i < needs->n_streams; i++)
		text = arena_printf(a, "%s%s%s", text, i ? "|" : "", needs->streams[i].path);
	return *text ? text : NULL;
}

int
npm_advanced(struct buf *out, const struct proxy_context *c, enum npm_way way, struct err *e)
{
	const struct answers *a = c->answers;
	struct arena arena = { 0 };
	const unsigned long long body = a->body > OWN_BODY_LIMIT ? a->body : OWN_BODY_LIMIT;
	const char **ranges;

	if (values_trusted(&ranges, &arena, c, !c->private, e) < 0) {
		arena_free(&arena);
		return -1;
	}
	const struct tmpl_value values[] = {
		{ "address", values_address(&arena, c) },
		{ "body", body % (1 << 20) ? arena_printf(&arena, "%llu", body)
		                           : arena_printf(&arena, "%llum", body >> 20) },
		{ "connect", arena_printf(&arena, "%us", a->connect) },
		{ "stream", arena_printf(&arena, "%us", a->stream) },
		{ "location", way == NPM_OWN_LOCATION ? "yes" : NULL },
		{ "trusted", believed(&arena, ranges) },
		{ "trusted_who", tmpl_raw(&arena, front_who(a)) },
		{ "client_header", front_client_header(a) },
		{ "rehearsed", c->private ? "yes" : NULL },
		{ "streams", front_rewrites(a) ? streams(&arena, c->needs) : NULL },
	};
	int rc = values_template(out, c, "npm/advanced.conf", values, ARRAY_LEN(values), escape, e);

	arena_free(&arena);
	return rc;
}

/* ---- what the host is to be ---- */

static void
put_forward(struct json *out, const struct url *origin)
{
	struct arena a = { 0 };
	const char *host = origin->ipv6 ? arena_printf(&a, "[%s]", origin->host) : origin->host;

	json_set_string(out, "forward_scheme", origin->scheme);
	json_set_string(out, "forward_host", host);
	json_set_int(out, "forward_port", origin->port);
	arena_free(&a);
}

/* Custom locations somebody made stay, in what the API takes back; one for `/' would take ours away. */
static struct json *
locations(const struct proxy_context *c, const struct json *host, enum npm_way way)
{
	static const char *const taken[] = {
		"path", "forward_scheme", "forward_host", "forward_port", "forward_path",
		"advanced_config",
	};
	const struct json *list = json_get(host, "locations");
	struct json *out = json_array();

	if (way == NPM_CUSTOM) {
		struct json *ours = json_object();
		json_set_string(ours, "path", "/");
		put_forward(ours, &c->answers->origin);
		json_set_string(ours, "advanced_config", X_FORWARDED_HOST);
		json_push(out, ours);
	}
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *one = json_at(list, i);
		struct json *copy = json_object();

		for (size_t k = 0; k < ARRAY_LEN(taken); k++)
			if (json_get(one, taken[k]))
				json_set(copy, taken[k], json_copy(json_get(one, taken[k])));
		if (strcmp(json_get_string(one, "path", "/"), "/") != 0)
			json_push(out, copy);
		else
			json_free(copy);
	}
	return out;
}

static struct json *
wanted(const struct proxy_context *c, const struct json *host, enum npm_way way, const char *text)
{
	struct json *j = json_object();

	put_forward(j, &c->answers->origin);
	json_set_bool(j, "allow_websocket_upgrade", true);
	json_set_bool(j, "block_exploits", false);
	json_set_bool(j, "caching_enabled", false);
	json_set_string(j, "advanced_config", text);
	json_set(j, "locations", locations(c, host, way));
	return j;
}

/* ---- the requests ---- */

static const char *
text_of(struct arena *a, const struct json *j)
{
	struct buf b = BUF_INIT;

	json_write(&b, j, false);
	const char *s = arena_strdup(a, b.s);
	buf_free(&b);
	return s;
}

static struct call
call_of(const struct proxy_context *c, struct arena *a)
{
	const struct answers *answers = c->answers;

	return (struct call){
		.service = service_npm.name,
		.base = answers->npm_url ? answers->npm_url : "http://127.0.0.1:81",
		.identity = answers->npm_identity,
		.secret_file = answers->npm_secret_file,
		.key = answers->public_url.host,
		.look = arena_printf(a, "/api/nginx/proxy-hosts?query=%s",
		                     answers->public_url.host),
		.path = "/api/nginx/proxy-hosts/{id}",
		.back_path = "/api/nginx/proxy-hosts/{id}",
	};
}

static void
copy_member(void *ctx, const char *key, const struct json *value)
{
	json_set(ctx, key, json_copy(value));
}

/* Without a certificate: asked for at once it would lose Force SSL and HTTP/2, also when it is given. */
static void
add_create(struct steps *out, const struct proxy_context *c, struct arena *a,
           const struct json *want)
{
	struct call call = call_of(c, a);
	struct json *body = json_object(), *names = json_array();

	json_push(names, json_string(call.key));
	json_set(body, "domain_names", names);
	json_each(want, copy_member, body);
	call.method = "POST";
	call.path = "/api/nginx/proxy-hosts";
	call.is = call.body = text_of(a, body);
	call.back_method = "DELETE";
	steps_call(out, &call);
	json_free(body);
}

struct changing {
	const struct json *now;  /* the same members as they are */
	struct json       *was, *is;
};

static void
keep_changed(void *ctx, const char *key, const struct json *value)
{
	struct changing *c = ctx;
	const struct json *now = json_get(c->now, key);
	struct arena a = { 0 };

	if (strcmp(text_of(&a, value), text_of(&a, now)) != 0) {
		json_set(c->was, key, json_copy(now));
		json_set(c->is, key, json_copy(value));
	}
	arena_free(&a);
}

/* A request that sets these members of the host, or as many of them as differ from `now'; none: no step. */
static void
add_update(struct steps *out, struct arena *a, struct call *call, const struct json *want,
           const struct json *now, const struct json *more)
{
	struct changing c = { .now = now, .was = json_object(), .is = json_object() };
	struct json *body;

	json_each(want, keep_changed, &c);
	call->was = text_of(a, c.was);
	call->is = text_of(a, c.is);
	if (strcmp(call->is, "{}") != 0) {
		body = json_object();
		json_each(c.is, copy_member, body);
		json_each(more, copy_member, body);
		call->method = call->back_method = "PUT";
		call->body = text_of(a, body);
		call->back_body = call->was;
		steps_call(out, call);
		json_free(body);
	}
	json_free(c.was);
	json_free(c.is);
}

static void
add_host(struct steps *out, const struct proxy_context *c, struct arena *a, const struct json *host,
         const struct json *want)
{
	struct call call = call_of(c, a);

	if (!host) {
		add_create(out, c, a, want);
		return;
	}
	struct json *now = npm_members(want, host, NULL);
	add_update(out, a, &call, want, now, NULL);
	json_free(now);
}

/* A host that is switched off is not tried by its nginx before it is on. */
static void
add_enable(struct steps *out, const struct proxy_context *c, struct arena *a,
           const struct json *host)
{
	struct call call = call_of(c, a);

	if (!host || !json_get(host, "enabled") || npm_flag(host, "enabled"))
		return;
	call.method = call.back_method = "POST";
	call.path = "/api/nginx/proxy-hosts/{id}/enable";
	call.back_path = "/api/nginx/proxy-hosts/{id}/disable";
	call.was = "{\"enabled\": false}";
	call.is = "{\"enabled\": true}";
	steps_call(out, &call);
}

/* ---- the certificate ---- */

bool
npm_ends_tls(const struct answers *a)
{
	return a->has_tls && a->tls != TLS_NONE && a->tls != TLS_UPSTREAM;
}

/* Before 2.13 the request itself says who is told of a certificate that expires. */
static struct json *
new_certificate(const struct proxy_context *c)
{
	struct json *more = json_object(), *meta = json_object();

	if (!is_at_least(c->found->v, 13)) {
		json_set_string(meta, "letsencrypt_email", c->answers->npm_identity);
		json_set_bool(meta, "letsencrypt_agree", true);
		json_set_bool(meta, "dns_challenge", false);
		json_set(more, "meta", meta);
	} else
		json_free(meta);
	return more;
}

/* What the host before it has: also what one has that was created a step ago. */
static struct json *
now_of(const struct json *want, const struct json *host)
{
	struct json *none = json_object(), *now;

	now = npm_members(want, host ? host : none, host ? host : none);
	json_free(none);
	return now;
}

static int
add_certificate(struct steps *out, const struct proxy_context *c, struct arena *a,
                const struct npm_own *own, struct err *e)
{
	const struct json *host = own ? own->host : NULL;
	const long long has = json_get_int(host, "certificate_id", 0);
	const long long id = has > 0 ? has : own ? own->certificate : 0;
	struct json *want = json_object(), *more = NULL;
	struct call call = call_of(c, a);

	if (!npm_ends_tls(c->answers)) {
		/* Whoever ends TLS in front speaks http to it, which is not to be sent away. */
		json_set_bool(want, "ssl_forced", false);
		if (!host)
			goto out;
	} else if (id > 0) {
		json_set_int(want, "certificate_id", id);
	} else if (c->answers->tls == TLS_EXISTING) {
		json_free(want);
		return answers_err(e, c->answers, "tls.mode",
		                   _("Nginx Proxy Manager has no certificate for %s. Choose auto, or upload one there."),
		                   call.key);
	} else if (own && !own->may_certify) {
		json_free(want);
		return answers_err(e, c->answers, "tls.mode",
		                   _("This user of Nginx Proxy Manager may not ask for certificates."));
	} else {
		json_set_string(want, "certificate_id", "new");
		call.seconds = CERTIFICATE_SECONDS;
		more = new_certificate(c);
	}
	if (npm_ends_tls(c->answers)) {
		/* It sends visitors to port 443, whatever port the address has. */
		if (url_port_is_default(&c->answers->public_url))
			json_set_bool(want, "ssl_forced", true);
		json_set_bool(want, "http2_support", true);
	}
	struct json *now = now_of(want, host);
	add_update(out, a, &call, want, now, more);
	json_free(now);
out:
	json_free(want);
	json_free(more);
	return 0;
}

int
npm_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const struct npm_own *own = c->found->conf;
	const struct json *host = own ? own->host : NULL;
	const enum npm_way way = npm_way(c->answers, json_get_int(host, "access_list_id", 0) != 0);
	struct buf text = BUF_INIT;
	struct arena a = { 0 };
	int rc = -1;

	if (npm_check(c, own, way, e) == 0 && npm_advanced(&text, c, way, e) == 0) {
		struct json *want = wanted(c, host, way, text.s);

		add_host(out, c, &a, host, want);
		add_enable(out, c, &a, host);
		json_free(want);
		rc = add_certificate(out, c, &a, own, e);
	}
	buf_free(&text);
	arena_free(&a);
	return rc;
}
