#include "check/run.h"

#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/text.h"

char *
say_clean(struct arena *a, const char *bytes, size_t len, size_t max)
{
	struct buf b = BUF_INIT;
	char *s;

	text_safe(&b, bytes, len, max);
	s = arena_strndup(a, b.s, b.len);
	buf_free(&b);
	return s;
}

char *
answer_header(struct arena *a, const struct net_reply *r, const char *name)
{
	struct buf b = BUF_INIT;
	char *s = net_header(&b, r, name, 0) ? say_clean(a, b.s, b.len, 200) : NULL;

	buf_free(&b);
	return s;
}

bool
answer_header_is(const struct net_reply *r, const char *name, const char *value)
{
	struct buf b = BUF_INIT;
	bool is = net_header(&b, r, name, 0) && !strcasecmp(b.s, value);

	buf_free(&b);
	return is;
}

bool
answer_header_has(const struct net_reply *r, const char *name, const char *part)
{
	struct buf b = BUF_INIT;
	bool has = false;

	for (int i = 0; !has && net_header(&b, r, name, i); i++) {
		has = strcasestr(b.s, part) != NULL;
		buf_cut(&b, 0);
	}
	buf_free(&b);
	return has;
}

struct json *
answer_json(const struct net_reply *r)
{
	struct err e = { 0 };
	struct json *j = json_parse(r->body.s, r->body.len, "answer", &e);

	if (j && json_is_object(j))
		return j;
	json_free(j);
	return NULL;
}

bool
answer_is_openchamber(const struct json *j)
{
	return *json_get_string(j, "openchamberVersion", "") != '\0';
}

char *
answer_name(struct arena *a, const struct net_reply *r)
{
	const char *from = strcasestr(r->body.s, "<title>");
	const char *to = from ? strchr(from + 7, '<') : NULL;
	char *server;

	if (to && to > from + 7)
		return say_clean(a, from + 7, (size_t)(to - from - 7), 40);
	server = answer_header(a, r, "Server");
	if (server && *server)
		return say_clean(a, server, strlen(server), 40);
	return arena_strdup(a, _("a web server"));
}

const char *
answer_cdn(const struct net_reply *r)
{
	/* A header that only this CDN sends. */
	static const struct { const char *header, *part, *name; } known[] = {
		{ "CF-Ray",              "",          "Cloudflare" },
		{ "Server",              "cloudflare", "Cloudflare" },
		{ "X-Amz-Cf-Id",         "",          "Amazon CloudFront" },
		{ "X-Fastly-Request-Id", "",          "Fastly" },
		{ "X-Akamai-Request-Id", "",          "Akamai" },
		{ "Server",              "AkamaiGHost", "Akamai" },
		{ "CDN-RequestId",       "",          "bunny.net" },
		{ "X-Azure-Ref",         "",          "Azure Front Door" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (answer_header_has(r, known[i].header, known[i].part))
			return known[i].name;
	return NULL;
}

char *
say_seconds(struct arena *a, double s)
{
	struct buf b = BUF_INIT;
	char *text;

	text_seconds(&b, s);
	text = arena_strdup(a, b.s);
	buf_free(&b);
	return text;
}

char *
say_wait(struct arena *a, int ms)
{
	return ms % 1000 ? say_seconds(a, ms / 1000.0) : arena_printf(a, "%d", ms / 1000);
}

char *
say_size(struct arena *a, unsigned long long bytes)
{
	struct buf b = BUF_INIT;
	char *text;

	text_size(&b, bytes);
	text = arena_strdup(a, b.s);
	buf_free(&b);
	return text;
}

bool
answer_is_down(long status)
{
	return status == 502 || status == 503 || status == 520 || status == 521 || status == 523 ||
	       status == 530;
}

bool
answer_is_late(long status)
{
	return status == 504 || status == 522 || status == 524;
}

const char *
answer_tls_cause(const struct net_reply *r)
{
	if (r->fault != NET_TLS_VERIFY)
		return "tls-failed";
	switch (r->verify) {
	case 9: case 10: /* X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED */
		return "tls-expired";
	case 2: case 18: case 19: case 20: case 21: /* no issuer, self-signed, cannot be verified */
		return "tls-untrusted";
	default:
		return "tls-name";
	}
}

bool
probe_is_loopback(const char *address)
{
	return !strncmp(address, "127.", 4) || !strcmp(address, "::1") ||
	       !strncmp(address, "::ffff:127.", 11);
}
