#include "answers/answers.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers/fields.h"
#include "base/i18n.h"

void
answers_init(struct answers *a)
{
	*a = (struct answers){ .body = 100ull << 20, .stream = 3600, .connect = 30, .reload = true };
	a->listen_address = arena_strdup(&a->arena, "*");
	a->places = arena_alloc(&a->arena, N_ANSWERS * sizeof(*a->places));
}

void
answers_free(struct answers *a)
{
	arena_free(&a->arena);
	*a = (struct answers){ 0 };
}

void
answers_copy(struct answers *to, const struct answers *from)
{
	answers_init(to);
	for (const struct answer_field *f = answer_fields; f->key; f++)
		field_copy(to, from, f);
	to->file = arena_strdup(&to->arena, from->file);
	if (from->places)
		memcpy(to->places, from->places, N_ANSWERS * sizeof(*to->places));
}

int
answers_set(struct answers *a, const char *key, const char *text, struct err *e)
{
	const struct answer_field *f = field_find(key);
	char *trimmed;
	size_t n;
	int rc;

	if (!f)
		return err_set(e, ERR_VALUE, _("there is no answer called \"%s\""), key);
	text += strspn(text, " \t");
	for (n = strlen(text); n && strchr(" \t", text[n - 1]); n--)
		;
	trimmed = xstrndup(text, n);
	rc = field_set(a, f, trimmed, e);
	mem_wipe(trimmed, n); /* a password typed into the wrong field */
	free(trimmed);
	if (rc == 0 && a->places)
		/* The file says something else now. */
		a->places[field_index(f)] = (struct answer_place){ 0 };
	return rc;
}

void
answers_get(struct buf *out, const struct answers *a, const char *key)
{
	const struct answer_field *f = field_find(key);

	if (f)
		field_get(out, a, f);
}

bool
answers_place(const struct answers *a, const char *key, int *line, int *column)
{
	const struct answer_field *f = field_find(key);
	const struct answer_place *p = f && a->places ? &a->places[field_index(f)] : NULL;

	*line = p ? p->line : 0;
	*column = p ? p->column : 0;
	return *line > 0;
}

int
answers_err(struct err *e, const struct answers *a, const char *key, const char *fmt, ...)
{
	char sentence[sizeof(e->msg)];
	int line, column;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	if (!a->file)
		return err_set(e, ERR_VALUE, "%s: %s", key, sentence);
	answers_place(a, key, &line, &column);
	return err_at(e, ERR_VALUE, a->file, line, column, "%s: %s", key, sentence);
}

/* The first answer that a configuration cannot do without and that is missing. */
static const char *
missing(const struct answers *a)
{
	if (!a->has_origin)
		return "origin";
	if (!a->has_public)
		return "public";
	if (!a->proxy)
		return "proxy";
	/* Plain http needs no certificate, and for a tunnel Cloudflare has it. */
	if (!a->has_tls && strcmp(a->public_url.scheme, "https") == 0 &&
	    strcmp(a->proxy, "cloudflared") != 0)
		return "tls.mode";
	/* Nginx Proxy Manager keeps its certificates itself. */
	if (a->has_tls && a->tls == TLS_EXISTING && strcmp(a->proxy, "npm") != 0)
		return !a->certificate ? "tls.certificate" : !a->key ? "tls.key" : NULL;
	if (a->cdn == CDN_OTHER && !a->trusted)
		return "trusted";
	return NULL;
}

int
answers_whole(const struct answers *a, struct err *e)
{
	const bool https = a->has_public && strcmp(a->public_url.scheme, "https") == 0;
	const char *key = missing(a);
	unsigned http_port, https_port;

	if (key)
		return answers_err(e, a, key, _("this answer is needed and not there"));
	if (a->has_tls && a->tls == TLS_NONE && https)
		return answers_err(
		    e, a, "tls.mode",
		    _("\"none\" means http, but the public address begins with https"));
	if (a->has_tls && a->tls != TLS_NONE && !https)
		return answers_err(
		    e, a, "tls.mode",
		    _("only \"none\" goes with a public address that begins with http://"));
	answers_ports(a, &http_port, &https_port);
	if (http_port && http_port == https_port)
		return answers_err(e, a, "listen.http",
				   _("http and https cannot both listen on port %u"), http_port);
	return 0;
}

void
answers_ports(const struct answers *a, unsigned *http, unsigned *https)
{
	const bool tls = a->has_tls && a->tls != TLS_NONE && a->tls != TLS_UPSTREAM;

	*http = *https = 0;
	if (tls) {
		*https = a->listen_https ? a->listen_https : a->public_url.port;
		/* Port 80 only leads to 443; beside an unusual port it may be somebody else's. */
		*http = a->listen_http ? a->listen_http : *https == 443 ? 80 : 0;
	} else if (a->has_tls && a->tls == TLS_UPSTREAM) {
		*http = a->listen_http ? a->listen_http : 80;
	} else {
		*http = a->listen_http ? a->listen_http : a->public_url.port;
	}
}
