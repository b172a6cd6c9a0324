#include "proxy/hand.h"

#include <string.h>

#include "base/i18n.h"
#include "proxy/values.h"

static const struct hand hands[] = {
	{ "traefik",     "Traefik",     "/etc/traefik/dynamic/openchamber.yml",               "hand/traefik.yml" },
	{ "lighttpd",    "lighttpd",    "/etc/lighttpd/conf-available/50-openchamber.conf",   "hand/lighttpd.conf" },
	{ "cloudflared", "cloudflared", "/etc/cloudflared/config.yml",                        "hand/cloudflared.yml" },
};

const struct hand *
hand_find(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(hands); i++)
		if (strcmp(hands[i].name, name) == 0)
			return &hands[i];
	return NULL;
}

/* All of these have another word for what would have to be quoted: it is refused. */
static int
plain(struct buf *out, const char *value, struct err *e)
{
	if (strpbrk(value, "\"\\$`\n"))
		return err_set(e, ERR_VALUE, _("\"%s\" cannot be written here: it has a quote, a backslash or a $."), value);
	buf_puts(out, value);
	return 0;
}

/* A dot in a pattern is any byte; "[::1]" has brackets too. */
static const char *
pattern(struct arena *a, const char *host)
{
	struct buf b = BUF_INIT;
	const char *text;

	for (; *host; host++)
		buf_printf(&b, strchr(".[]", *host) ? "[%c]" : "%c", *host);
	text = arena_strdup(a, b.s);
	buf_free(&b);
	return text;
}

static int
trusted_list(const char **out, struct arena *a, const struct proxy_context *c, struct err *e)
{
	const char **ranges;
	struct buf b = BUF_INIT;

	if (values_trusted(&ranges, a, c, true, e) < 0)
		return -1;
	for (; ranges && *ranges; ranges++)
		buf_printf(&b, "%s%s", b.len ? ", " : "", *ranges);
	*out = b.len ? tmpl_raw(a, b.s) : NULL;
	buf_free(&b);
	return 0;
}

int
hand_render(struct buf *out, const struct hand *h, const struct proxy_context *c, struct err *e)
{
	const struct answers *a = c->answers;
	const bool existing = a->tls == TLS_EXISTING;
	struct arena arena = { 0 };
	struct buf origin = BUF_INIT;
	const char *trusted;
	int rc = -1;

	url_base(&origin, &a->origin);
	if (trusted_list(&trusted, &arena, c, e) == 0) {
		const struct tmpl_value values[] = {
			{ "address",      values_address(&arena, c) },
			{ "host",         values_host(&arena, c) },
			{ "host_pattern", tmpl_raw(&arena, pattern(&arena, values_host(&arena, c))) },
			{ "origin",       origin.s },
			{ "origin_host",  a->origin.host },
			{ "origin_port",  arena_printf(&arena, "%u", a->origin.port) },
			{ "stream",       arena_printf(&arena, "%u", a->stream) },
			{ "connect",      arena_printf(&arena, "%u", a->connect) },
			{ "tls",          a->tls != TLS_NONE && a->tls != TLS_UPSTREAM ? "1" : NULL },
			{ "certificate",  existing ? a->certificate : NULL },
			{ "key",          existing ? a->key : NULL },
			{ "trusted",      trusted },
		};

		rc = values_template(out, c, h->template, values, ARRAY_LEN(values), plain, e);
	}
	buf_free(&origin);
	arena_free(&arena);
	return rc;
}
