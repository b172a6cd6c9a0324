/* apache_site.c - the text of one site: what goes into templates/apache/site.conf. */
#include "proxy/apache.h"

#include <string.h>

#include "base/i18n.h"
#include "proxy/front.h"
#include "proxy/values.h"

#define BODY_MAX 2147483647ull /* a larger limit httpd does not take: then none */

/*
 * httpd puts variables in place of ${NAME} before it looks at quotes, and
 * expressions begin with %{: neither has a way to be meant as it stands.
 */
int
apache_escape(struct buf *out, const char *value, struct err *e)
{
	bool plain = *value != '\0';

	for (const char *p = value; *p; p++) {
		const unsigned char c = (unsigned char)*p;

		if (c < ' ' || c == 0x7f || ((c == '$' || c == '%') && p[1] == '{'))
			return err_set(e, ERR_VALUE,
			               _("Apache cannot take \"%s\" as a value: it has ${, %%{ or "
			                 "a control character."),
			               value);
		if (strchr(" \"'\\<>#", c))
			plain = false;
	}
	if (plain)
		buf_puts(out, value);
	else
		values_quote(out, value, "\"\\");
	return 0;
}

/* SetEnvIfExpr "%{CONN_REMOTE_ADDR} -ipmatch '10.0.0.0/8'" NAME, one a range; NULL: there are none. */
static const char *
range_lines(struct arena *a, const char *name, const char **ranges)
{
	struct buf b = BUF_INIT;
	const char *text = NULL;

	for (size_t i = 0; ranges && ranges[i]; i++)
		buf_printf(&b, "%sSetEnvIfExpr \"%%{CONN_REMOTE_ADDR} -ipmatch '%s'\" %s",
		           i ? "\n\t" : "", ranges[i], name);
	if (b.len)
		text = tmpl_raw(a, b.s);
	buf_free(&b);
	return text;
}

int
apache_site(struct buf *out, const struct proxy_context *c, const struct apache_modules *m,
            const struct apache_place *p, const char *certificate, const char *key, struct err *e)
{
	const struct answers *answers = c->answers;
	const bool tls = p->tls != NULL, cloudflare = answers->cdn == CDN_CLOUDFLARE;
	const char **scheme, **client;
	struct arena a = { 0 };
	int rc = -1;

	if (values_believed(&scheme, &client, &a, c, e) < 0)
		goto out;

	const char *origin = values_origin(&a, c);
	const bool origin_tls = values_origin_is_tls(c);
	const struct tmpl_value values[] = {
		{ "address",       tmpl_raw(&a, values_address(&a, c)) },
		{ "host_name",     answers->public_url.ipv6 ? NULL : answers->public_url.host },
		{ "host_six",      answers->public_url.ipv6 ? values_host(&a, c) : NULL },
		{ "listens",       p->listens },
		{ "redirect",      tls && p->plain ? "1" : NULL },
		{ "plain",         tls ? p->plain : NULL },
		{ "addresses",     tls ? p->tls : p->plain },
		{ "redirect_to",   arena_printf(&a, "%s/", values_redirect(&a, c)) },
		{ "acme_root",     arena_printf(&a, "%s/.well-known/acme-challenge", values_acme_root(c)) },
		{ "acme_url",      "/.well-known/acme-challenge" },
		{ "tls",           tls ? "1" : NULL },
		{ "http2",         m->http2 ? "1" : NULL },
		{ "http1",         !m->http2 && tls && apache_at_least(c->found, 4, 17) ? "1" : NULL },
		{ "certificate",   certificate },
		{ "key",           key },
		{ "scheme",        tls ? "https" : "http" },
		{ "trusted",       range_lines(&a, "antechamber_front", scheme) },
		{ "trusted_who",   tmpl_raw(&a, front_who(answers)) },
		/* In a rehearsal the checklist is believed about the scheme, and must not be about the visitor. */
		{ "hides",         c->private ? range_lines(&a, "antechamber_hides", client) : NULL },
		{ "hider",         c->private ? "antechamber_hides" : "antechamber_front" },
		{ "cloudflare",    cloudflare ? "1" : NULL },
		{ "forwarded",     cloudflare ? NULL : "1" },
		{ "rewritten",     front_rewrites(answers) ? "1" : NULL },
		{ "origin",        arena_printf(&a, "%s://%s/", origin_tls ? "https" : "http", origin) },
		{ "origin_tls",    origin_tls ? "1" : NULL },
		{ "upgrade",       apache_has_upgrade(c->found) ? "1" : NULL },
		{ "socket",        arena_printf(&a, "%s://%s/$1", origin_tls ? "wss" : "ws", origin) },
		{ "body",          arena_printf(&a, "%llu", answers->body > BODY_MAX ? 0 : answers->body) },
		{ "connect",       arena_printf(&a, "%u", answers->connect) },
		{ "stream",        arena_printf(&a, "%u", answers->stream) },
		{ "real_ip",       apache_at_least(c->found, 4, 10) ? "1" : NULL },
	};

	rc = values_template(out, c, "apache/site.conf", values, ARRAY_LEN(values), apache_escape, e);
out:
	arena_free(&a);
	return rc;
}
