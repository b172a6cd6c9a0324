#include "proxy/front.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "proxy/cloudflare.h"

/* https://www.cloudflare.com/ips/; unchanged since 2021. */
static const char *const cloudflare[] = {
	"173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22",
	"141.101.64.0/18", "108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20",
	"197.234.240.0/22", "198.41.128.0/17", "162.158.0.0/15", "104.16.0.0/13",
	"104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22", "2400:cb00::/32",
	"2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32",
	"2a06:98c0::/29", "2c0f:f248::/32",
};

/* Loopback and the ranges nobody routes: a tunnel, a router or another machine at home. */
static const char *const near[] = {
	"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7",
};

bool
front_exists(const struct answers *a)
{
	return a->tls == TLS_UPSTREAM || a->cdn != CDN_NONE;
}

static bool
has_own_list(const struct answers *a)
{
	return a->trusted && a->trusted[0];
}

const char **
front_ranges(struct arena *arena, const struct answers *a)
{
	size_t own = 0, n = 0;
	const char **v;

	if (!front_exists(a))
		return NULL;
	while (has_own_list(a) && a->trusted[own])
		own++;
	v = arena_alloc(arena, (own + ARRAY_LEN(cloudflare) + ARRAY_LEN(near) + 1) * sizeof(*v));
	for (size_t i = 0; i < own; i++)
		v[n++] = a->trusted[i];
	if (own)
		return v;
	if (a->cdn == CDN_CLOUDFLARE)
		for (size_t i = 0; i < ARRAY_LEN(cloudflare); i++)
			v[n++] = cloudflare[i];
	if (a->tls == TLS_UPSTREAM)
		for (size_t i = 0; i < ARRAY_LEN(near); i++)
			v[n++] = near[i];
	return v;
}

const char *
front_who(const struct answers *a)
{
	if (has_own_list(a))
		return "the addresses named as trusted";
	if (a->cdn == CDN_CLOUDFLARE && a->tls == TLS_UPSTREAM)
		return "Cloudflare, and every program or machine on loopback and private addresses";
	if (a->cdn == CDN_CLOUDFLARE)
		return "Cloudflare";
	if (a->tls == TLS_UPSTREAM)
		return "every program or machine on loopback and private addresses";
	return "nobody: no trusted address is named";
}

const char *
front_client_header(const struct answers *a)
{
	return a->cdn == CDN_CLOUDFLARE ? "CF-Connecting-IP" : "X-Forwarded-For";
}

bool
front_rewrites(const struct answers *a)
{
	return a->cdn == CDN_CLOUDFLARE;
}

bool
front_is_told(const struct answers *a)
{
	return cloudflare_is_told(a);
}

void
front_read(struct loop *l, struct net *n, const char *root, const struct answers *a,
           struct proxy_found *f, void (*done)(void *ctx, const struct err *e), void *ctx)
{
	cloudflare_read(l, n, root, a, f, done, ctx);
}

int
front_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	return front_is_told(c->answers) && c->found->front ? cloudflare_render(out, c, e) : 0;
}

const char **
front_by_hand(struct arena *a, const struct answers *answers)
{
	if (answers->cdn != CDN_CLOUDFLARE || front_is_told(answers))
		return NULL;
	return cloudflare_by_hand(a, answers);
}

bool
front_range_is_valid(const char *text)
{
	const char *slash = strchr(text, '/');
	const size_t len = slash ? (size_t)(slash - text) : strlen(text);
	const int bits = strchr(text, ':') ? 128 : 32;
	unsigned char address[16];
	char host[64];

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(bits == 128 ? AF_INET6 : AF_INET, host, address) != 1)
		return false;
	if (!slash)
		return true;
	if (!slash[1] || strlen(slash + 1) > 3 || slash[1 + strspn(slash + 1, "0123456789")])
		return false;
	return atoi(slash + 1) <= bits;
}
