#include "proxy/front.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

#include "answers/ranges.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "proxy/cloudflare.h"

#define OLD_DAYS 180

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

int
front_ranges(const char ***out, struct arena *arena, const char *const *cloudflare,
             const struct answers *a, struct err *e)
{
	const char *const *edge = NULL;
	const char **v;
	size_t n = 0, own = 0, far = 0;

	*out = NULL;
	if (!front_exists(a))
		return 0;
	while (has_own_list(a) && a->trusted[own])
		own++;
	if (!own && a->cdn == CDN_CLOUDFLARE && !(edge = cloudflare))
		return err_set(e, ERR_MISSING, _("The list of Cloudflare's addresses is missing: %s"),
		               "templates/cloudflare/ips");
	while (edge && edge[far])
		far++;
	*out = v = arena_alloc(arena, (own + far + ARRAY_LEN(near) + 1) * sizeof(*v));
	for (size_t i = 0; i < own; i++)
		v[n++] = a->trusted[i];
	for (size_t i = 0; i < far; i++)
		v[n++] = edge[i];
	for (size_t i = 0; !own && a->tls == TLS_UPSTREAM && i < ARRAY_LEN(near); i++)
		v[n++] = near[i];
	return 0;
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

void
front_render_list(struct steps *out, const struct proxy_context *c)
{
	if (front_has_list(c->answers) && c->needs && c->needs->cloudflare_new)
		steps_write(out, RANGES_NEWER, c->needs->cloudflare_new, 0644);
}

bool
front_has_list(const struct answers *a)
{
	return a->cdn == CDN_CLOUDFLARE && !has_own_list(a);
}

bool
front_list_is_old(const struct needs *n)
{
	const time_t now = time(NULL);
	struct tm tm = { 0 };
	int month = 0;

	if (!n->cloudflare)
		return false;
	if (sscanf(n->cloudflare_day, "%d-%d-%d", &tm.tm_year, &month, &tm.tm_mday) != 3)
		return true;
	tm.tm_year -= 1900;
	tm.tm_mon = month - 1;
	return difftime(now, timegm(&tm)) > OLD_DAYS * 86400.0;
}

/* Its names there are ours in small letters. */
static bool
is_read(enum cloudflare_plan *out, const struct json *read)
{
	for (int p = PLAN_FREE; p <= PLAN_ENTERPRISE; p++) {
		*out = (enum cloudflare_plan)p;
		if (strcasecmp(cloudflare_plan_name(*out), json_get_string(read, "plan", "")) == 0)
			return true;
	}
	return false;
}

enum cloudflare_plan
front_plan(const struct answers *a, const struct json *read)
{
	enum cloudflare_plan plan;

	return is_read(&plan, read) ? plan : a->cloudflare_plan;
}

/* The lowest is what the answers have where nobody said anything. */
const char *
front_limit(unsigned *megabytes, const struct answers *a, const struct json *read)
{
	enum cloudflare_plan plan;

	if (a->cdn != CDN_CLOUDFLARE || (!is_read(&plan, read) && (plan = a->cloudflare_plan) == PLAN_FREE))
		return NULL;
	*megabytes = cloudflare_megabytes(plan);
	return cloudflare_plan_name(plan);
}

const char *
front_label(void)
{
	return service_cloudflare.label;
}

const char *
front_env(struct arena *a)
{
	return arena_printf(a, CLOUDFLARE_API "=%s", cloudflare_base());
}

const char **
front_by_hand(struct arena *a, const struct answers *answers)
{
	if (answers->cdn != CDN_CLOUDFLARE || front_is_told(answers))
		return NULL;
	return cloudflare_by_hand(a, answers);
}
