/* haproxy_site.c - the text of one site: what goes into templates/haproxy. */
#include "proxy/haproxy.h"

#include <string.h>

#include "base/i18n.h"
#include "proxy/front.h"
#include "proxy/values.h"

#define RANGES_A_LINE 8 /* a line of HAProxy's holds 64 words */

/*
 * "%[" begins an expression in many places and nothing takes that meaning
 * away in all of them, so it is refused rather than quoted.
 */
int
haproxy_escape(struct buf *out, const char *value, struct err *e)
{
	bool plain = *value != '\0';

	for (const char *p = value; *p; p++) {
		const unsigned char c = (unsigned char)*p;

		if (c < ' ' || c == 0x7f || (c == '%' && (p[1] == '[' || p[1] == '{')))
			return err_set(e, ERR_VALUE,
			               _("HAProxy cannot take \"%s\" as a value: it has %%[ or a "
			                 "control character."),
			               value);
		if (strchr(" \"'#\\$", c))
			plain = false;
	}
	if (plain)
		buf_puts(out, value);
	else
		values_quote(out, value, "\"\\$");
	return 0;
}

/* Words for our bind lines on one port, a line each; NULL: none. */
static const char *
bind_lines(struct arena *a, const struct proxy_context *c, unsigned port, const char *rest)
{
	const char *address = c->private ? "127.0.0.1" : c->answers->listen_address;

	if (address && strchr(address, ':'))
		return tmpl_raw(a, arena_printf(a, *address == '[' ? "bind %s:%u%s" : "bind [%s]:%u%s",
		                           address, port, rest));
	if (address && strcmp(address, "*") != 0)
		return tmpl_raw(a, arena_printf(a, "bind %s:%u%s", address, port, rest));
	if (!values_listens_ipv6(c))
		return tmpl_raw(a, arena_printf(a, "bind *:%u%s", port, rest));
	return tmpl_raw(a,
	           arena_printf(a, "bind *:%u%s\n\tbind [::]:%u v6only%s", port, rest, port, rest));
}

/* "acl NAME WHAT A B ...", as many lines as it needs; NULL: there are none. */
static const char *
range_lines(struct arena *a, const char *name, const char *what, const char **ranges)
{
	struct buf b = BUF_INIT;
	const char *text;

	if (!ranges || !ranges[0])
		return NULL;
	for (size_t i = 0; ranges[i]; i++) {
		if (i % RANGES_A_LINE == 0)
			buf_printf(&b, "%sacl %s %s", i ? "\n\t" : "", name, what);
		buf_printf(&b, " %s", ranges[i]);
	}
	text = tmpl_raw(a, b.s);
	buf_free(&b);
	return text;
}

/* Does something compress what goes through here, whoever switched it on? */
static bool
is_compressed(const struct haproxy_place *p)
{
	for (const struct hap_section *s = p->conf.first; s; s = s->next)
		if ((hap_is_front(s) || strcmp(s->kind, "defaults") == 0) &&
		    hap_own(s, "compression", "algo"))
			return true;
	return false;
}

int
haproxy_rules(struct buf *out, const struct proxy_context *c, bool rules, bool choice,
              const struct haproxy_route *r, struct err *e)
{
	const bool ends_tls = values_ends_tls(c->answers), use = !ends_tls || r->tls;
	/* Our own frontend has this time for everybody; in theirs only a newer HAProxy can say it. */
	const bool client = rules && use && r->front && haproxy_at_least(c->found, 2, 9);
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	const struct tmpl_value values[] = {
		{ "name",        c->answers->public_url.host },
		{ "host",        values_host(&a, c) },
		{ "stream",      arena_printf(&a, "%u", c->answers->stream) },
		{ "redirect",    rules && ends_tls && r->plain ? "1" : NULL },
		{ "redirect_to", values_redirect(&a, c) },
		{ "tls",         ends_tls ? "1" : NULL },
		{ "use",         choice && use ? "1" : NULL },
		{ "client",      client ? "1" : NULL },
	};
	const int rc = values_template(&text, c, "haproxy/rules.cfg", values, ARRAY_LEN(values),
	                               haproxy_escape, e);

	if (rc == 0 && text.len)
		haproxy_block_put(out, values_address(&a, c), "\t", text.s);
	buf_free(&text);
	arena_free(&a);
	return rc;
}

/* Two of them have no port in common, so their ports make a name. */
static const char *
frontend_name(struct arena *a, const struct haproxy_place *p)
{
	if (p->own_plain && p->own_tls)
		return arena_printf(a, "openchamber_%u_%u", p->plain, p->tls);
	return arena_printf(a, "openchamber_%u", p->own_tls ? p->tls : p->plain);
}

int
haproxy_frontend(struct buf *out, const struct proxy_context *c, const struct haproxy_place *p,
                 const char *crt, struct err *e)
{
	struct arena a = { 0 };
	struct buf quoted = BUF_INIT, rules = BUF_INIT, text = BUF_INIT;
	const struct haproxy_route own = { .plain = p->own_plain, .tls = p->own_tls };
	const char *rest = "";
	int rc = -1;

	if (p->own_tls && haproxy_escape(&quoted, crt, e) < 0)
		goto out;
	if (p->own_tls)
		rest = arena_printf(&a, " ssl crt %s alpn h2,http/1.1", quoted.s);
	if (haproxy_rules(&rules, c, true, true, &own, e) < 0)
		goto out;
	buf_cut(&rules, rules.len - 1); /* the template ends its lines itself */

	const struct tmpl_value values[] = {
		{ "frontend",   frontend_name(&a, p) },
		{ "bind_plain", p->own_plain ? bind_lines(&a, c, p->plain, "") : NULL },
		{ "bind_tls",   p->own_tls ? bind_lines(&a, c, p->tls, rest) : NULL },
		{ "stream",     arena_printf(&a, "%u", c->answers->stream) },
		{ "rules",      tmpl_raw(&a, rules.s) },
	};

	rc = values_template(&text, c, "haproxy/frontend.cfg", values, ARRAY_LEN(values),
	                     haproxy_escape, e);
	if (rc == 0)
		haproxy_block_put_frontend(out, text.s);
out:
	buf_free(&quoted);
	buf_free(&rules);
	buf_free(&text);
	arena_free(&a);
	return rc;
}

int
haproxy_backend(struct buf *out, const struct proxy_context *c, const struct haproxy_place *p,
                struct err *e)
{
	const struct answers *answers = c->answers;
	const char **scheme, **client;
	struct buf text = BUF_INIT;
	struct arena a = { 0 };
	int rc = -1;

	if (values_believed(&scheme, &client, &a, c, e) < 0)
		goto out;

	const struct tmpl_value values[] = {
		{ "name",          answers->public_url.host },
		{ "host",          values_host(&a, c) },
		{ "origin",        values_origin(&a, c) },
		{ "origin_tls",    values_origin_is_tls(c) ? "1" : NULL },
		{ "trusted",       range_lines(&a, "antechamber_front", "src", scheme) },
		{ "trusted_who",   tmpl_raw(&a, front_who(answers)) },
		{ "client",        range_lines(&a, "antechamber_hides", "src", client) },
		{ "client_again",  range_lines(&a, "antechamber_again", "var(txn.antechamber_client) -m ip", client) },
		{ "client_header", tmpl_raw(&a, front_client_header(answers)) },
		{ "many",          answers->cdn == CDN_CLOUDFLARE ? NULL : "1" },
		{ "rewritten",     front_rewrites(answers) && !is_compressed(p) ? "1" : NULL },
		{ "compressed",    is_compressed(p) ? "1" : NULL },
		{ "connect",       arena_printf(&a, "%u", answers->connect) },
		{ "stream",        arena_printf(&a, "%u", answers->stream) },
	};

	rc = values_template(&text, c, "haproxy/backend.cfg", values, ARRAY_LEN(values),
	                     haproxy_escape, e);
	if (rc == 0)
		haproxy_block_put(out, values_address(&a, c), "", text.s);
out:
	buf_free(&text);
	arena_free(&a);
	return rc;
}
