/* Can the origin be reached from elsewhere, beside the proxy? */
#include "check/run.h"

#include <string.h>
#include <strings.h>

#include "base/i18n.h"

struct exposure {
	struct side *side;
	size_t       left;  /* addresses still to answer */
	const char  *open;  /* where it answers, "http://192.168.1.20:3000" */
};

struct knock {
	struct exposure *x;
	const char      *url; /* without a path */
};

static void
judge(struct exposure *x)
{
	struct check *c = check_on(x->side, "direct.exposure");

	note_bool(c, "exposed", x->open != NULL);
	if (x->open)
		check_blame(c, CHECK_WARN, "origin-exposed", _("%s answers without the proxy."),
		            x->open);
	else
		check_pass(c, _("Only this server can reach it."));
}

static void
on_answer(void *ctx, const struct net_reply *r)
{
	struct knock *k = ctx;
	struct json *j = answer_json(r);

	if (j && answer_is_openchamber(j) && !k->x->open)
		k->x->open = k->url;
	json_free(j);
	if (--k->x->left == 0)
		judge(k->x);
}

/* An address that means something only on this machine or on one of its links. */
static bool
is_near(const char *address)
{
	return probe_is_loopback(address) || !strncasecmp(address, "fe80:", 5);
}

static void
knock(struct exposure *x, const char *address)
{
	struct side *s = x->side;
	struct arena *a = &s->run->arena;
	struct knock *k = arena_alloc(a, sizeof(*k));

	k->x = x;
	k->url = arena_printf(a, strchr(address, ':') ? "%s://[%s]:%u" : "%s://%s:%u",
	                      s->url.scheme, address, s->url.port);
	x->left++;
	probe_ask(s, NULL, &(struct net_request){
		.url = arena_printf(a, "%s%s", k->url, s->run->needs->version), .where = s->where,
		.timeout_ms = run_timeout(s->run) < 1000 ? run_timeout(s->run) : 1000,
		.done = on_answer, .ctx = k }, false);
}

void
probe_exposure(struct side *s)
{
	const struct check_options *o = &s->run->options;
	struct check *c = check_on(s, "direct.exposure");
	struct exposure *x = arena_alloc(&s->run->arena, sizeof(*x));

	x->side = s;
	if (!url_is_loopback(&s->url)) {
		bool own = false;

		for (size_t i = 0; o->own_addresses && o->own_addresses[i]; i++)
			own = own || !strcmp(o->own_addresses[i], s->url.host);
		if (own) {
			x->open = s->base;
			judge(x);
		} else {
			check_moot(c,
			           _("It runs on another machine; who can reach it there is not "
			             "seen from here."));
		}
		return;
	}
	if (o->exposure_known) {
		x->open = o->origin_on_lan ? s->base : NULL;
		note_bool(c, "exposed", o->origin_on_lan);
		if (o->origin_on_lan)
			check_blame(c, CHECK_WARN, "origin-exposed",
			            _("It listens on other addresses than loopback, port "
			              "%u."), s->url.port);
		else
			check_pass(c, _("Only this server can reach it."));
		return;
	}
	if (!o->own_addresses) {
		check_moot(c, _("The addresses of this server are not known."));
		return;
	}
	x->left = 1;
	for (size_t i = 0; o->own_addresses[i]; i++)
		if (!is_near(o->own_addresses[i]))
			knock(x, o->own_addresses[i]);
	if (--x->left == 0)
		judge(x);
}
