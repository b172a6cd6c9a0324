/* addresses.c - the list of Cloudflare's addresses: the known one, of a day that is told, or today's. */
#include "setup/lines.h"

#include "base/i18n.h"
#include "proxy/front.h"

static const char *
known_day(const struct setup *s)
{
	return s->asked_addresses ? s->known_day : s->needs.cloudflare_day;
}

bool
addresses_are_asked(const struct setup *s)
{
	return s->asking_addresses != NULL;
}

bool
addresses_are_new(const struct setup *s)
{
	return s->needs.cloudflare_new && front_has_list(&s->answers);
}

size_t
addresses_list(const struct setup *s, struct setup_choice *out, size_t max)
{
	const bool today = s->asking_addresses || s->needs.cloudflare_new;

	if (!front_may_tell(s) || !front_has_list(&s->answers) || !s->needs.cloudflare || max < 1 ||
	    (!s->asked_addresses && !front_list_is_old(&s->needs)))
		return 0;
	out[0] = (struct setup_choice){ .label = say(s, _("the known ones, of %s"), known_day(s)), .state = "", .possible = true, .chosen = !today };
	if (max < 2)
		return 1;
	out[1] = (struct setup_choice){ .label = _("today's, asked over the internet"), .state = "", .possible = true, .chosen = today };
	return 2;
}

/* What was made with the others goes. */
static void
changed(struct setup *s)
{
	plan_forget(s);
	runs_forget_proxied(s);
	setup_open(s, s->page);
	setup_tell(s);
}

static void
told(void *ctx, const struct err *e)
{
	struct setup *s = ctx;

	s->asking_addresses = NULL;
	s->addresses_err = e ? *e : (struct err){ 0 };
	changed(s);
}

static void
ask(struct setup *s)
{
	if (!s->asked_addresses) {
		s->known_addresses = s->needs.cloudflare;
		s->known_day = s->needs.cloudflare_day;
	}
	s->asked_addresses = true;
	s->addresses_err = (struct err){ 0 };
	s->asking_addresses = cloudflare_ips_ask(s->net, &s->needs, told, s);
}

void
addresses_choose(struct setup *s, size_t i)
{
	if (i == 1 && !s->asking_addresses && !s->needs.cloudflare_new) {
		ask(s);
	} else if (i == 0 && s->asked_addresses) {
		addresses_stop(s);
		s->addresses_err = (struct err){ 0 };
		s->needs.cloudflare = s->known_addresses;
		s->needs.cloudflare_day = s->known_day;
		s->needs.cloudflare_new = NULL;
		changed(s);
	}
}

void
addresses_stop(struct setup *s)
{
	cloudflare_ips_stop(s->asking_addresses);
	s->asking_addresses = NULL;
}

void
lines_addresses(const struct setup *s, struct lines *l)
{
	const char *const *now = (const char *const *)s->needs.cloudflare, *const *before = (const char *const *)s->known_addresses;

	if (!front_has_list(&s->answers) || !now)
		return;
	if (s->asking_addresses)
		line_told(l, MARK_NOW, say(s, _("asking %s"), front_label()));
	else if (s->addresses_err.code != ERR_NONE) {
		line_told(l, MARK_WARN, say(s, "%s", s->addresses_err.msg));
		line_told(l, MARK_PASS, say(s, _("addresses: the list of %s stays"), known_day(s)));
	} else if (s->needs.cloudflare_new)
		line_told(l, MARK_PASS, say(s, _("addresses: of today; new: %1$zu, gone: %2$zu"), cloudflare_ips_beyond(now, before),
		                            cloudflare_ips_beyond(before, now)));
	else if (!front_list_is_old(&s->needs))
		line_told(l, MARK_PASS, say(s, _("addresses: Cloudflare's list of %s"), known_day(s)));
}
