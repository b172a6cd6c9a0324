/* haproxy_bind.c - where a section listens. */
#include "conf/haproxy.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
has_word(const struct hap_line *l, const char *word)
{
	for (size_t i = 2; i < l->n_args; i++)
		if (strcmp(l->args[i], word) == 0)
			return true;
	return false;
}

/* "8000-8010" or "80"; false: no port. */
static bool
read_ports(struct hap_bind *b, const char *text)
{
	char *end;

	if (!*text || text[strspn(text, "0123456789-")])
		return false;
	b->first = b->last = (unsigned)strtoul(text, &end, 10);
	if (*end == '-')
		b->last = (unsigned)strtoul(end + 1, &end, 10);
	return !*end && b->first > 0 && b->first <= b->last && b->last <= 65535;
}

static bool
is_ipv6(const char *host)
{
	unsigned char raw[16];

	return inet_pton(AF_INET6, host, raw) == 1;
}

/* "[::1]", "::1", "*", "", "10.0.0.1", a name: as it is shown, with brackets around IPv6. */
static bool
read_host(struct hap_bind *b, const char *host, size_t len)
{
	char bare[56];

	if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	}
	if (len >= sizeof(bare))
		return false;
	snprintf(bare, sizeof(bare), "%.*s", (int)len, host);
	if (strchr(bare, '$'))
		return false;
	b->ipv6 = b->ipv6 || is_ipv6(bare);
	if (!*bare || strcmp(bare, "*") == 0 || strcmp(bare, "0.0.0.0") == 0)
		snprintf(b->address, sizeof(b->address), "%s", b->ipv6 ? "[::]" : "*");
	else if (is_ipv6(bare))
		snprintf(b->address, sizeof(b->address), "[%s]", bare);
	else
		snprintf(b->address, sizeof(b->address), "%s", bare);
	return true;
}

enum kind { BIND_TCP, BIND_OTHER, BIND_UNKNOWN };

static enum kind
read_address(struct hap_bind *b, const char *text)
{
	static const char *const others[] = { "unix@",     "abns@",  "abnsz@", "fd@",
		                              "sockpair@", "udp@",   "udp4@",  "udp6@",
		                              "quic4@",    "quic6@", "rhttp@", "rev@" };
	const char *colon;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (strncmp(text, others[i], strlen(others[i])) == 0)
			return BIND_OTHER;
	if (*text == '/')
		return BIND_OTHER;
	if (strncmp(text, "ipv6@", 5) == 0 || strncmp(text, "tcp6@", 5) == 0)
		b->ipv6 = true;
	if (strncmp(text, "ipv4@", 5) == 0 || strncmp(text, "ipv6@", 5) == 0 ||
	    strncmp(text, "tcp", 3) == 0)
		text = strchr(text, '@') ? strchr(text, '@') + 1 : text;
	colon = strrchr(text, ':');
	if (!colon || !read_ports(b, colon + 1) || !read_host(b, text, (size_t)(colon - text)))
		return BIND_UNKNOWN;
	return BIND_TCP;
}

size_t
hap_each_bind(const struct hap_section *s, hap_bind_fn *fn, void *ctx)
{
	size_t unknown = 0;

	for (const struct hap_line *l = s->first; l; l = l->next) {
		char *list, *rest = NULL;

		if (strcmp(l->args[0], "bind") != 0 || l->n_args < 2)
			continue;
		list = xstrdup(l->args[1]);
		for (char *one = strtok_r(list, ",", &rest); one;
		     one = strtok_r(NULL, ",", &rest)) {
			struct hap_bind b = { .line = l, .tls = has_word(l, "ssl") };
			const enum kind kind = read_address(&b, one);

			b.both = b.ipv6 && strcmp(b.address, "[::]") == 0 && !has_word(l, "v6only");
			if (kind == BIND_TCP)
				fn(ctx, &b);
			unknown += kind == BIND_UNKNOWN;
		}
		free(list);
	}
	return unknown;
}
