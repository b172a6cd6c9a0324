#include "proxy/cloudflare_ips.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answers/ranges.h"
#include "base/i18n.h"
#include "proxy/cloudflare.h"

#define MAX_BODY   65536
#define MAX_RANGES 128
#define TIMEOUT_MS 15000

struct cloudflare_asking {
	struct net   *net;
	struct needs *needs;
	unsigned      request;
	void        (*done)(void *ctx, const struct err *e);
	void         *ctx;
};

static bool
is_among(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

static size_t
length(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

size_t
cloudflare_ips_beyond(const char *const *list, const char *const *other)
{
	size_t n = 0;

	for (size_t i = 0; list && list[i]; i++)
		n += !is_among(other, length(other), list[i]);
	return n;
}

static size_t
of_family(const char *const *list, bool six)
{
	size_t n = 0;

	for (; list && *list; list++)
		n += (strchr(*list, ':') != NULL) == six;
	return n;
}

static int
take_family(const char **v, size_t *n, struct arena *a, const struct json *from, bool six, struct err *e)
{
	if (!json_is_array(from))
		return err_set(e, ERR_NET, _("What answered is not Cloudflare's list of addresses."));
	for (size_t i = 0; i < json_len(from); i++) {
		const char *text = json_text(json_at(from, i));

		if (*n == MAX_RANGES)
			return err_set(e, ERR_VALUE, _("Cloudflare's answer has more than %d networks, which is not believed."), MAX_RANGES);
		if (!text || (strchr(text, ':') != NULL) != six || !range_is_public(text))
			return err_set(e, ERR_VALUE, _("Cloudflare's answer names \"%s\", which is not believed to be its network."),
			               text ? service_said(a, text) : "");
		if (is_among(v, *n, text))
			return err_set(e, ERR_VALUE, _("Cloudflare's answer names %s twice, which is not believed."), text);
		v[(*n)++] = arena_strdup(a, text);
	}
	return 0;
}

int
cloudflare_ips_judge(const char ***out, struct arena *a, const struct json *body,
                     const char *const *known, struct err *e)
{
	const struct json *result = json_get(body, "result");
	const char **v = arena_alloc(a, (MAX_RANGES + 1) * sizeof(*v));
	size_t n = 0;

	*out = NULL;
	if (!json_get_bool(body, "success", false))
		return err_set(e, ERR_NET, _("What answered is not Cloudflare's list of addresses."));
	if (take_family(v, &n, a, json_get(result, "ipv4_cidrs"), false, e) < 0 ||
	    take_family(v, &n, a, json_get(result, "ipv6_cidrs"), true, e) < 0)
		return -1;
	v[n] = NULL;
	for (int six = 0; six < 2; six++)
		if (!of_family(v, six) || 2 * of_family(v, six) < of_family(known, six))
			return err_set(e, ERR_VALUE, _("Cloudflare's answer has only %1$zu networks, where %2$zu are known."),
			               n, length(known));
	*out = v;
	return 0;
}

/* As templates/cloudflare/ips is written. */
static void
take(struct needs *needs, const char **v)
{
	const time_t now = time(NULL);
	struct buf text = BUF_INIT;
	struct tm tm;
	char day[16] = "";

	if (gmtime_r(&now, &tm))
		strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	buf_printf(&text, "# " PROXY_MARK ": the addresses Cloudflare asks from, a range a line.\n"
	           "# Source: %s/ips\n# Date: %s\n", cloudflare_base(), day);
	for (size_t i = 0; v[i]; i++)
		buf_printf(&text, "%s\n", v[i]);
	needs->cloudflare = v;
	needs->cloudflare_day = arena_strdup(&needs->arena, day);
	needs->cloudflare_new = arena_strdup(&needs->arena, text.s);
	buf_free(&text);
}

static int
judge(struct needs *needs, const struct net_reply *r, struct err *e)
{
	struct err ignored = { 0 };
	const char **v;

	if (r->fault != NET_OK)
		return err_set(e, ERR_NET, _("Cloudflare's list was not fetched: nothing answers as expected at %s."), cloudflare_base());
	if (r->status != 200)
		return err_set(e, ERR_NET, _("Cloudflare's list was not fetched: status %ld."), r->status);
	struct json *body = json_parse(r->body.s, r->body.len, "ips", &ignored);
	const int rc = cloudflare_ips_judge(&v, &needs->arena, body, (const char *const *)needs->cloudflare, e);
	json_free(body);
	if (rc == 0)
		take(needs, v);
	return rc;
}

static void
on_reply(void *ctx, const struct net_reply *r)
{
	const struct cloudflare_asking a = *(struct cloudflare_asking *)ctx;
	struct err e = { 0 };
	const int rc = judge(a.needs, r, &e);

	free(ctx);
	a.done(a.ctx, rc < 0 ? &e : NULL);
}

struct cloudflare_asking *
cloudflare_ips_ask(struct net *n, struct needs *needs,
                   void (*done)(void *ctx, const struct err *e), void *ctx)
{
	struct cloudflare_asking *a = xcalloc(1, sizeof(*a));
	char *url = xasprintf("%s/ips", cloudflare_base());

	*a = (struct cloudflare_asking){ .net = n, .needs = needs, .done = done, .ctx = ctx };
	a->request = net_start(n, &(struct net_request){
		.url = url, .timeout_ms = TIMEOUT_MS, .max_body = MAX_BODY, .done = on_reply, .ctx = a });
	free(url);
	return a;
}

void
cloudflare_ips_stop(struct cloudflare_asking *a)
{
	if (!a)
		return;
	net_cancel(a->net, a->request);
	free(a);
}
