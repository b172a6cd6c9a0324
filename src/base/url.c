#include "base/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/i18n.h"
#include "base/text.h"

#define MAX_TEXT 2000

/* For a refusal. */
struct parse {
	const char *text; /* cleaned, for messages */
	struct err *e;
};

static int
refuse(const struct parse *p, const char *sentence)
{
	return err_set(p->e, ERR_VALUE, sentence, p->text);
}

static bool
is_default(const char *scheme, unsigned port)
{
	return port == (strcmp(scheme, "https") == 0 ? 443u : 80u);
}

static bool
is_ipv4(const char *host)
{
	struct in_addr addr;

	return inet_pton(AF_INET, host, &addr) == 1;
}

static bool
is_ipv6(const char *host)
{
	struct in6_addr addr;

	return inet_pton(AF_INET6, host, &addr) == 1;
}

static bool
is_label(const char *s, size_t n)
{
	if (n == 0 || n > 63 || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!(s[i] >= 'a' && s[i] <= 'z') && !(s[i] >= 'A' && s[i] <= 'Z') &&
		    !(s[i] >= '0' && s[i] <= '9') && s[i] != '-' && s[i] != '_')
			return false;
	return true;
}

/* 1.2.3, 0x7f.1 or 12345: programs disagree about what such a name means. */
static bool
looks_like_number(const char *host)
{
	const char *last = strrchr(host, '.');

	last = last ? last + 1 : host;
	return last[strspn(last, "0123456789")] == '\0' ||
	       (last[0] == '0' && (last[1] == 'x' || last[1] == 'X'));
}

bool
url_host_is_valid(const char *host)
{
	size_t len = strlen(host);

	if (is_ipv4(host) || is_ipv6(host))
		return true;
	if (len == 0 || len > 253 || looks_like_number(host))
		return false;
	for (const char *s = host;;) {
		const size_t n = strcspn(s, ".");

		if (!is_label(s, n))
			return false;
		if (s[n] == '\0')
			return true;
		s += n + 1;
	}
}

/* Move past "scheme://" if there is one. */
static int
parse_scheme(struct url *u, const char **s, const char *otherwise, const struct parse *p)
{
	const char *sep = strstr(*s, "://");
	const size_t n = sep ? (size_t)(sep - *s) : 0;

	if (!sep || strcspn(*s, "/?#") < n) {
		snprintf(u->scheme, sizeof(u->scheme), "%s", otherwise);
		return 0;
	}
	if (!(n == 4 && strncasecmp(*s, "http", 4) == 0) &&
	    !(n == 5 && strncasecmp(*s, "https", 5) == 0))
		return refuse(p, _("\"%s\" does not begin with http:// or https://"));
	snprintf(u->scheme, sizeof(u->scheme), "%s", n == 4 ? "http" : "https");
	u->scheme_given = true;
	*s = sep + 3;
	return 0;
}

/* The port behind `s' up to `end'; an empty one ("host:") is the default, as in browsers. */
static int
parse_port(struct url *u, const char *s, const char *end, const struct parse *p)
{
	unsigned port = 0;

	if (s == end)
		return 0;
	for (; s < end; s++) {
		if (*s < '0' || *s > '9')
			return refuse(p, _("the port of \"%s\" is not a number"));
		port = port * 10 + (unsigned)(*s - '0');
		if (port > 65535)
			break;
	}
	if (port < 1 || port > 65535)
		return refuse(p, _("the port of \"%s\" is not between 1 and 65535"));
	u->port = port;
	return 0;
}

static int
parse_host(struct url *u, const char *s, size_t n, const struct parse *p)
{
	if (n == 0)
		return refuse(p, _("\"%s\" has no host name"));
	if (n > 1 && s[n - 1] == '.')
		n--; /* "example.org." is the same name */
	if (n >= sizeof(u->host))
		return refuse(p, _("the host name of \"%s\" is too long"));
	for (size_t i = 0; i < n; i++)
		u->host[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] - 'A' + 'a') : s[i];
	u->host[n] = '\0';
	u->ip = u->ipv6 || is_ipv4(u->host);
	if (!u->ip && !u->ipv6 && looks_like_number(u->host))
		return refuse(p, _("\"%s\" is not an address. One looks like chat.example.org or "
		                   "192.168.1.20."));
	if (u->ipv6 ? !is_ipv6(u->host) : !url_host_is_valid(u->host))
		return refuse(p, _("\"%s\" has a host name with wrong characters. One looks like chat.example.org."));
	return 0;
}

static int
parse_authority(struct url *u, const char *s, const char *end, const struct parse *p)
{
	const char *colon;

	if (memchr(s, '@', (size_t)(end - s)))
		return refuse(p, _("\"%s\" has a user name or a password. Write the address without it."));
	if (*s == '[') {
		const char *close = memchr(s, ']', (size_t)(end - s));

		if (!close || (close + 1 < end && close[1] != ':'))
			return refuse(p, _("\"%s\" has a host name with wrong characters. One looks like chat.example.org."));
		u->ipv6 = true;
		if (parse_host(u, s + 1, (size_t)(close - s) - 1, p) < 0)
			return -1;
		return close + 1 < end ? parse_port(u, close + 2, end, p) : 0;
	}
	colon = memchr(s, ':', (size_t)(end - s));
	if (colon && memchr(colon + 1, ':', (size_t)(end - colon) - 1))
		return refuse(p, _("an IPv6 address in \"%s\" needs brackets, as in [::1]"));
	if (parse_host(u, s, (size_t)((colon ? colon : end) - s), p) < 0)
		return -1;
	return colon ? parse_port(u, colon + 1, end, p) : 0;
}

static int
parse_path(struct url *u, const char *s, const char *otherwise, enum url_kind kind, const struct parse *p)
{
	const char *query = strchr(s, '?');

	if (strchr(s, '#'))
		return refuse(p, _("\"%s\" has a part behind #. Write the address without it."));
	if (kind == URL_BASE && query)
		return refuse(p, _("\"%s\" has a part behind ?. Write the address without it."));
	if (kind == URL_BASE && *s && strcmp(s, "/") != 0)
		return refuse(p, otherwise && strcmp(otherwise, "http") == 0
		              ? _("\"%s\" has a path. Write it without, for example http://127.0.0.1:3000")
		              : _("\"%s\" has a path. Write only the name, and the port if it is not usual."));
	if (kind == URL_BASE)
		return 0;
	if (snprintf(u->path, sizeof(u->path), "%s%s", *s == '?' ? "/" : "", s) >=
	    (int)sizeof(u->path))
		return refuse(p, _("the path of \"%s\" is too long"));
	return 0;
}

static int
parse(struct url *u, const char *s, const char *otherwise, enum url_kind kind,
      const struct parse *p)
{
	const char *end;

	if (!*s)
		return err_set(p->e, ERR_VALUE,
			       _("an address is needed, as in https://chat.example.org"));
	if (strlen(s) > MAX_TEXT)
		return refuse(p, _("\"%s\" is too long for an address"));
	for (const char *c = s; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("\\\"<>^`{|}", *c))
			return refuse(p, _("\"%s\" has characters that no address can have. One looks like https://chat.example.org."));
	if (parse_scheme(u, &s, otherwise, p) < 0)
		return -1;
	u->port = strcmp(u->scheme, "https") == 0 ? 443 : 80;
	end = s + strcspn(s, "/?#");
	if (parse_authority(u, s, end, p) < 0)
		return -1;
	return parse_path(u, end, otherwise, kind, p);
}

int
url_parse(struct url *u, const char *text, const char *otherwise, enum url_kind kind,
          const char *what, struct err *e)
{
	struct buf shown = BUF_INIT, trimmed = BUF_INIT;
	struct url result = { 0 };
	const char *at;
	struct parse p;
	int rc;

	while (*text == ' ')
		text++;
	buf_puts(&trimmed, text);
	while (trimmed.len && trimmed.s[trimmed.len - 1] == ' ')
		buf_cut(&trimmed, trimmed.len - 1);
	at = strrchr(trimmed.s, '@'); /* what stands before it may be a password: never shown */
	if (at)
		buf_puts(&shown, "...");
	text_safe(&shown, at ? at : trimmed.s, strlen(at ? at : trimmed.s), 120);
	p = (struct parse){ shown.s, e };
	rc = parse(&result, trimmed.s, otherwise, kind, &p);
	if (rc == 0)
		*u = result;
	else if (what)
		err_set(e, ERR_VALUE, "%s: %s", what, e->msg);
	buf_free(&shown);
	buf_free(&trimmed);
	return rc;
}

bool
url_port_is_default(const struct url *u)
{
	return is_default(u->scheme, u->port);
}

void
url_host(struct buf *out, const struct url *u)
{
	buf_printf(out, u->ipv6 ? "[%s]" : "%s", u->host);
	if (!url_port_is_default(u))
		buf_printf(out, ":%u", u->port);
}

void
url_base(struct buf *out, const struct url *u)
{
	buf_printf(out, "%s://", u->scheme);
	url_host(out, u);
}

bool
url_is_loopback(const struct url *u)
{
	struct in_addr v4;
	struct in6_addr v6;
	const size_t n = strlen(u->host);

	if (inet_pton(AF_INET, u->host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, u->host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6) ||
		       (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
	return strcmp(u->host, "localhost") == 0 ||
	       (n > 10 && strcmp(u->host + n - 10, ".localhost") == 0);
}
