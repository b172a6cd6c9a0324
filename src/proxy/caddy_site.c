/* caddy_site.c - the text of one site: what goes into templates/caddy/site.caddy. */
#include "proxy/caddy.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "proxy/front.h"
#include "proxy/values.h"

/* How long WebSockets live on after a reload. */
#define CLOSE_DELAY "1h"

/*
 * Caddy replaces {placeholders} and {$VARIABLES} even inside quotes, so a value
 * that has a brace is refused rather than quoted.  In double quotes a backslash
 * before a quote cannot be written, in backquotes a backquote.
 */
int
caddy_escape(struct buf *out, const char *value, struct err *e)
{
	const bool back = strpbrk(value, "\"\\") != NULL;
	bool plain = *value != '\0' && *value != '#' && *value != '<' && !back;

	for (const char *p = value; *p; p++) {
		const unsigned char c = (unsigned char)*p;

		if (c == '{' || c == '}' || c < ' ' || c == 0x7f || (back && c == '`'))
			return err_set(e, ERR_VALUE, _("Caddy cannot take \"%s\" as a value: it has a brace, a quote or a control character."),
			               value);
		/* Beyond ASCII there are blanks that end a word. */
		if (c == ' ' || c == '`' || c >= 0x80)
			plain = false;
	}
	if (strncmp(value, "<<", 2) == 0)
		return err_set(e, ERR_VALUE, _("Caddy cannot take \"%s\" as a value: it begins like a block of text."), value);
	buf_puts(out, plain ? "" : back ? "`" : "\"");
	buf_puts(out, value);
	buf_puts(out, plain ? "" : back ? "`" : "\"");
	return 0;
}

void
caddy_listen_port(const struct proxy_context *c, unsigned *plain, unsigned *tls)
{
	const enum tls_mode mode = c->answers->tls;

	if (c->private) {
		*plain = c->private->http;
		*tls = c->private->https;
	} else {
		answers_ports(c->answers, plain, tls);
	}
	if (mode == TLS_NONE || mode == TLS_UPSTREAM) {
		*plain = *plain ? *plain : *tls;
		*tls = 0;
	}
}

/* The ports that need no number: those of the Caddyfile, or, in a rehearsal, its own. */
static void
usual_ports(const struct proxy_context *c, unsigned *http, unsigned *https)
{
	const struct cdy_conf *conf = c->private ? NULL : caddy_conf(c->found);

	*http = conf ? cdy_http_port(conf) : c->private ? c->private->http : 80;
	*https = conf ? cdy_https_port(conf) : c->private ? c->private->https : 443;
}

static const char *
auto_https(const struct proxy_context *c)
{
	const struct cdy_conf *conf = c->private ? NULL : caddy_conf(c->found);

	return conf ? cdy_arg(cdy_child(conf->options, "auto_https"), 0) : "";
}

bool
caddy_leads_to_https(const struct proxy_context *c)
{
	unsigned plain, tls;

	caddy_listen_port(c, &plain, &tls);
	return tls && strcmp(auto_https(c), "off") != 0 &&
	       strcmp(auto_https(c), "disable_redirects") != 0;
}

/*
 * Caddy's own redirect will do, unless the public port is not the one it
 * listens on, or somebody who renews certificates must get in by plain http.
 */
static bool
needs_redirect(const struct proxy_context *c)
{
	unsigned plain, tls, http, https;

	caddy_listen_port(c, &plain, &tls);
	usual_ports(c, &http, &https);
	if (!plain || !tls)
		return false;
	if (c->answers->tls == TLS_EXISTING || !caddy_leads_to_https(c) || plain != http)
		return true;
	if (c->private)
		answers_ports(c->answers, &plain, &tls);
	return tls != c->answers->public_url.port;
}

static const char *
address(struct arena *a, const struct proxy_context *c, bool tls, unsigned port)
{
	const char *host = values_host(a, c);
	unsigned http, https;

	usual_ports(c, &http, &https);
	if (port == (tls ? https : http))
		return arena_printf(a, "%s://%s", tls ? "https" : "http", host);
	return arena_printf(a, "%s://%s:%u", tls ? "https" : "http", host, port);
}

static const char *
bind_word(struct arena *a, const struct proxy_context *c)
{
	const char *word = c->private ? "127.0.0.1" : c->answers->listen_address;

	if (!word || strcmp(word, "*") == 0)
		return NULL;
	return *word == '[' ? arena_strndup(a, word + 1, strcspn(word + 1, "]")) : word;
}

static const char *
origin_word(struct arena *a, const struct proxy_context *c)
{
	return arena_printf(a, "%s%s", values_origin_is_tls(c) ? "https://" : "", values_origin(a, c));
}

/* Nobody checks the name of a certificate that this server shows itself. */
static bool
is_unverified(const struct proxy_context *c)
{
	return values_origin_is_tls(c) && url_is_loopback(&c->answers->origin);
}

/*
 * In a rehearsal the checklist asks from loopback as a visitor would: what it
 * makes up must be seen as forged, so loopback is not believed there.
 */
static int
trusted_words(const char **words, struct arena *a, const struct proxy_context *c, struct err *e)
{
	const char **ranges;
	struct buf b = BUF_INIT;

	if (values_trusted(&ranges, a, c, !c->private, e) < 0)
		return -1;
	for (; ranges && *ranges; ranges++)
		buf_printf(&b, " %s", *ranges);
	*words = b.len ? tmpl_raw(a, b.s + 1) : NULL;
	buf_free(&b);
	return 0;
}

int
caddy_site(struct buf *out, const struct proxy_context *c, const char *certificate, const char *key,
	   struct err *e)
{
	const struct answers *a = c->answers;
	struct arena arena = { 0 };
	const char *trusted;
	unsigned plain, tls;
	int rc = -1;

	caddy_listen_port(c, &plain, &tls);
	if (trusted_words(&trusted, &arena, c, e) < 0)
		goto out;

	const struct tmpl_value values[] = {
		{ "address",            values_address(&arena, c) },
		{ "by_hand",            c->found && c->found->installed ? NULL : "1" },
		{ "site",               address(&arena, c, tls != 0, tls ? tls : plain) },
		{ "redirect",           needs_redirect(c) ? address(&arena, c, false, plain) : NULL },
		{ "bind",               bind_word(&arena, c) },
		{ "acme_root",          a->tls == TLS_EXISTING ? values_acme_root(c) : NULL },
		{ "certificate",        tls ? certificate : NULL },
		{ "key",                tls ? key : NULL },
		{ "internal",           tls && !certificate && a->tls == TLS_SELFSIGNED ? "1" : NULL },
		{ "trusted",            trusted },
		{ "trusted_who",        tmpl_raw(&arena, front_who(a)) },
		{ "cloudflare",         a->cdn == CDN_CLOUDFLARE ? "1" : NULL },
		{ "believes_all",       caddy_at_least(c->found, 2, 5, 0) ? NULL : "1" },
		{ "rewritten",          front_rewrites(a) ? "1" : NULL },
		{ "copies_response",    caddy_at_least(c->found, 2, 5, 0) ? "1" : NULL },
		{ "origin",             origin_word(&arena, c) },
		{ "stream_close_delay", caddy_at_least(c->found, 2, 7, 0) ? CLOSE_DELAY : NULL },
		{ "unverified",         is_unverified(c) ? "1" : NULL },
	};

	rc = values_template(out, c, "caddy/site.caddy", values, ARRAY_LEN(values), caddy_escape, e);
out:
	arena_free(&arena);
	return rc;
}
