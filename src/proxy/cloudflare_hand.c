/* cloudflare_hand.c - the same settings as a person makes them, without a token. */
#include "proxy/cloudflare.h"

#include <string.h>

#include "base/i18n.h"

#define MAX_LINES 16

static const char *
encryption(const struct answers *a)
{
	if (a->tls == TLS_UPSTREAM || strcmp(a->public_url.scheme, "http") == 0)
		return _("Under SSL/TLS only Flexible or a tunnel reaches this server: it speaks http itself.");
	if (a->tls == TLS_SELFSIGNED)
		return _("Under SSL/TLS choose Full. With Flexible browsers go in circles: this server leads http to https.");
	return _("Under SSL/TLS choose Full (strict). With Flexible browsers go in circles: this server leads http to https.");
}

const char **
cloudflare_by_hand(struct arena *a, const struct answers *answers)
{
	const char **v = arena_alloc(a, MAX_LINES * sizeof(*v)), *host = answers->public_url.host;
	const struct cloudflare_thing *t;
	size_t n = 0;

	if (answers->cloudflare_zone)
		v[n++] = arena_printf(a, _("Without a token nothing is set at Cloudflare. Open dash.cloudflare.com and there the zone %s:"),
		                      answers->cloudflare_zone);
	else
		v[n++] = _("Without a token nothing is set at Cloudflare. Open dash.cloudflare.com and there the zone of this name:");
	for (size_t i = 0; (t = cloudflare_thing(i)); i++) {
		if (!t->hand)
			continue;
		v[n++] = _(t->hand);
		if (t->phase)
			v[n++] = cloudflare_expression(a, t, host);
	}
	v[n++] = encryption(answers);
	if (answers->cloudflare_plan != PLAN_FREE) /* TRANSLATORS: %2$s is a plan of Cloudflare: Pro */
		v[n++] = arena_printf(a, _("Uploads end at %1$u MB with the plan %2$s."),
		                      cloudflare_megabytes(answers->cloudflare_plan),
		                      cloudflare_plan_name(answers->cloudflare_plan));
	else
		v[n++] = _("Uploads end at 100 MB with the plans Free and Pro, 200 MB with Business, 500 MB with Enterprise.");
	v[n++] = _("To have it done next time, put an API token into a file and name it as cloudflare.token-file.");
	v[n] = NULL;
	return v;
}
