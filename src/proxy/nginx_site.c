/* nginx_site.c - the text of one site: what goes into templates/nginx/site.conf. */
#include "proxy/nginx.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "proxy/front.h"
#include "proxy/values.h"

/*
 * nginx has no way to write a literal `$' in most directives, so a value that
 * has one is refused rather than quoted.
 */
int
nginx_escape(struct buf *out, const char *value, struct err *e)
{
	bool plain = *value != '\0';
	size_t quoted = 2;

	for (const char *p = value; *p; p++) {
		const unsigned char c = (unsigned char)*p;

		if (c == '$' || c < ' ' || c == 0x7f)
			return err_set(
			    e, ERR_VALUE,
			    _("nginx cannot take \"%s\" as a value: it has a $ or a control character."),
			    value);
		if (strchr(" \"';{}#\\", c))
			plain = false;
		quoted += c == '"' || c == '\\' ? 2 : 1;
	}
	if (quoted >= NGX_WORD_MAX)
		return err_set(e, ERR_VALUE, _("nginx takes at most %1$d bytes as one value; this one has %2$zu."),
		               NGX_WORD_MAX - 3, quoted - 2);
	if (plain)
		buf_puts(out, value);
	else
		values_quote(out, value, "\"\\");
	return 0;
}

/* Is there a server here that hears IPv6 on this port for both families? */
static bool
taken_by_both(const struct ngx_conf *c, unsigned port)
{
	const struct ngx_directive *http = c ? ngx_http(c) : NULL;

	for (const struct ngx_directive *s = http ? ngx_child(http, "server") : NULL; s;
	     s = ngx_next(s, "server"))
		for (const struct ngx_directive *l = ngx_child(s, "listen"); l;
		     l = ngx_next(l, "listen")) {
			struct ngx_listen there;

			ngx_listen_of(&there, l);
			if (there.both && there.port == port && strcmp(there.address, "[::]") == 0)
				return true;
		}
	return false;
}

/* What stands behind "listen" for one port: each family's word, or NULL. */
static void
listen_words(struct arena *a, const struct proxy_context *c, unsigned port, const char **four,
             const char **six)
{
	const char *address = c->private ? "127.0.0.1" : c->answers->listen_address;

	*four = *six = NULL;
	if (port == 0)
		return;
	if (address && strchr(address, ':')) {
		*six = arena_printf(a, *address == '[' ? "%s:%u" : "[%s]:%u", address, port);
	} else if (address && strcmp(address, "*") != 0) {
		*four = arena_printf(a, "%s:%u", address, port);
	} else {
		if (!taken_by_both(nginx_conf(c->found), port))
			*four = arena_printf(a, "%u", port);
		if (!*four || values_listens_ipv6(c))
			*six = arena_printf(a, "[::]:%u", port);
	}
}

/* There is little room for a name in nginx's hashes, so the ending has eight digits. */
const char *
nginx_site_id(struct arena *a, const struct url *public_url)
{
	char digest[65];

	crypto_sha256(public_url->host, strlen(public_url->host), digest);
	return arena_strndup(a, digest, 8);
}

/* nginx's own units, exact to the byte. */
const char *
nginx_size(struct arena *a, unsigned long long bytes)
{
	static const struct { unsigned long long unit; const char *letter; } units[] = {
		{ 1ull << 30, "g" }, { 1ull << 20, "m" }, { 1ull << 10, "k" }, { 1, "" },
	};

	for (size_t i = 0; bytes && i < ARRAY_LEN(units); i++)
		if (bytes % units[i].unit == 0)
			return arena_printf(a, "%llu%s", bytes / units[i].unit, units[i].letter);
	return "0";
}

static bool
is_set_in_http(const struct proxy_context *c, const char *name)
{
	const struct ngx_conf *conf = c->private ? NULL : nginx_conf(c->found);
	const struct ngx_directive *http = conf ? ngx_http(conf) : NULL;

	return http && ngx_child(http, name);
}

struct trust {
	const char *geo, *realip; /* lines, or NULL: nobody is believed */
};

/*
 * In a rehearsal the checklist itself plays what stands in front, from
 * loopback: its word about the scheme counts, but an address it makes up must
 * still be seen as forged.
 */
static int
trust_lines(struct trust *t, struct arena *a, const struct proxy_context *c, bool has_realip,
            struct err *e)
{
	struct buf geo = BUF_INIT, realip = BUF_INIT;
	const char **ranges;

	*t = (struct trust){ 0 };
	if (values_trusted(&ranges, a, c, !c->private, e) < 0)
		return -1;
	if (!ranges)
		return 0;
	if (c->private)
		buf_puts(&geo, "\n\t127.0.0.0/8 1;");
	for (const char **r = ranges; *r; r++) {
		buf_printf(&geo, "\n\t%s 1;", *r);
		buf_printf(&realip, "\n\tset_real_ip_from %s;", *r);
	}
	t->geo = tmpl_raw(a, geo.s + strlen("\n\t"));
	if (has_realip && realip.len)
		t->realip = tmpl_raw(a, realip.s + strlen("\n\t"));
	buf_free(&geo);
	buf_free(&realip);
	return 0;
}

static const char *
origin_word(struct arena *a, const struct proxy_context *c)
{
	return arena_printf(a, "%s://%s", c->private ? "http" : c->answers->origin.scheme,
	                    values_origin(a, c));
}

/*
 * nginx refuses a server name that does not fit a bucket of its hash, and only
 * http{} can say how large that is, once: so its owner has to.
 */
static int
name_fits(const struct proxy_context *c, const char *name, struct err *e)
{
	const struct ngx_conf *conf = c->private ? NULL : nginx_conf(c->found);
	const struct ngx_directive *http = conf ? ngx_http(conf) : NULL;
	const struct ngx_directive *set = http ? ngx_child(http, "server_names_hash_bucket_size")
	                                       : NULL;
	const size_t word = sizeof(void *),
	             need = 2 * word + (strlen(name) + 2 + word - 1) / word * word;
	unsigned long long have = 64;

	if (!http)
		return 0;
	if (set && set->n_args == 1)
		text_parse_size(set->args[0], &have);
	if (need <= have)
		return 0;
	return err_at(
	    e, ERR_VALUE, http->file, http->line, 0,
	    _("nginx has no room for a name this long. Add server_names_hash_bucket_size %d; to this http block."),
	    need <= 128   ? 128
	    : need <= 256 ? 256
	                  : 512);
}

int
nginx_site(struct buf *out, const struct proxy_context *c, const char *certificate, const char *key,
           struct err *e)
{
	const struct answers *a = c->answers;
	const struct proxy_found *f = c->found;
	const bool has_realip = nginx_built_with(f, "--with-http_realip_module");
	const bool has_http2 = nginx_built_with(f, "--with-http_v2_module");
	const char *four, *six, *redirect4, *redirect6, *host;
	struct arena arena = { 0 };
	unsigned plain, tls;
	struct trust t;
	int rc = -1;

	values_ports(c, &plain, &tls);
	listen_words(&arena, c, tls ? tls : plain, &four, &six);
	listen_words(&arena, c, tls ? plain : 0, &redirect4, &redirect6);
	host = values_host(&arena, c);
	if (trust_lines(&t, &arena, c, has_realip, e) < 0 || name_fits(c, host, e) < 0)
		goto out;

	const struct tmpl_value values[] = {
		{ "address", values_address(&arena, c) },
		{ "id", nginx_site_id(&arena, &a->public_url) },
		{ "host", host },
		{ "origin", origin_word(&arena, c) },
		{ "origin_tls", values_origin_is_tls(c) ? "1" : NULL },
		{ "listen4", four },
		{ "listen6", six },
		{ "redirect", redirect4 || redirect6 ? "1" : NULL },
		{ "redirect4", redirect4 },
		{ "redirect6", redirect6 },
		{ "public_port", values_public_port(&arena, c) },
		{ "acme_root", values_acme_root(c) },
		{ "tls", tls ? "1" : NULL },
		{ "http2_word", tls && has_http2 && !nginx_at_least(f, 1, 25, 1) ? "1" : NULL },
		{ "http2_line", tls && has_http2 && nginx_at_least(f, 1, 25, 1) ? "1" : NULL },
		{ "certificate", certificate },
		{ "key", key },
		{ "trusted", t.geo },
		{ "trusted_who", tmpl_raw(&arena, front_who(a)) },
		{ "trusted_realip", t.realip },
		{ "realip", has_realip ? "1" : NULL },
		{ "client_header", front_client_header(a) },
		{ "rewritten", front_rewrites(a) ? "1" : NULL },
		{ "inherits", nginx_at_least(f, 1, 29, 3) ? "1" : NULL },
		{ "brotli", is_set_in_http(c, "brotli") ? "1" : NULL },
		{ "zstd", is_set_in_http(c, "zstd") ? "1" : NULL },
		{ "body", nginx_size(&arena, a->body) },
		{ "connect", arena_printf(&arena, "%u", a->connect) },
		{ "stream", arena_printf(&arena, "%u", a->stream) },
	};

	rc = values_template(out, c, "nginx/site.conf", values, ARRAY_LEN(values), nginx_escape, e);
out:
	arena_free(&arena);
	return rc;
}
