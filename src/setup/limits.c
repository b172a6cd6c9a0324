/* limits.c - uploads and quiet streams: what today's configuration allows is not lowered unasked. */
#include "setup/state.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"

/* What an answer can hold at most. */
#define MOST_BODY   (1ull << 40)
#define MOST_STREAM (24u * 86400)

/* Of the site that leads to OpenChamber, else of what every site of the chosen proxy inherits. */
static void
look(struct setup *s)
{
	const struct proxy_site *site = s->existing;
	const struct proxy_found *f = site ? s->existing_in : find_proxy(s);
	struct url u = { .scheme = "https", .port = 443 };

	s->today_limits = (struct proxy_limits){ 0 };
	if (!f || !f->installed || !f->proxy->limits)
		return;
	if (site && site->names && *site->names)
		snprintf(u.host, sizeof(u.host), "%s", *site->names);
	if (site && site->n_listens)
		u.port = site->listens[0].port;
	f->proxy->limits(f, site ? &u : NULL, &s->needs, &s->today_limits);
}

static unsigned long long
at_most(unsigned long long a, unsigned long long most)
{
	return a < most ? a : most;
}

/* As long as nothing was answered about them. */
void
limits_find(struct setup *s)
{
	struct answers *a = &s->answers;
	unsigned long long body = s->needs.body;
	unsigned stream = s->needs.stream;

	look(s);
	if (s->limits_answered || s->o.answers || s->later)
		return;
	if (s->today_limits.body > body)
		body = at_most(s->today_limits.body, MOST_BODY);
	if (s->today_limits.stream > stream)
		stream = (unsigned)at_most(s->today_limits.stream, MOST_STREAM);
	if (a->body == body && a->stream == stream)
		return;
	runs_forget_proxied(s);
	a->body = body;
	a->stream = stream;
}

static const char *
hint_body(const struct setup *s)
{
	const unsigned long long mine = s->answers.body, today = s->today_limits.body;

	if (mine < today && today == ULLONG_MAX && mine < MOST_BODY)
		return _("Less than today, where there is no limit.");
	if (mine < today && today < MOST_BODY)
		return say(s, _("Less than today's configuration allows (%s)."), size_text(s, today));
	if (today == ULLONG_MAX)
		return _("No limit today, so a very large one. OpenChamber itself stops at 100M.");
	if (mine == today && mine > s->needs.body)
		return _("As much as today. OpenChamber itself stops at 100M.");
	if (mine > s->needs.body)
		return _("OpenChamber itself stops at 100M.");
	if (body_is_less(s))
		return _("Less than OpenChamber takes (100M).");
	return _("OpenChamber itself takes 100M at most");
}

static const char *
hint_stream(const struct setup *s)
{
	const unsigned mine = s->answers.stream, today = s->today_limits.stream;

	if (mine < today && mine < MOST_STREAM)
		return say(s, _("Less than today's configuration allows (%s)."), say(s, "%us", today));
	if (mine == today && mine > s->needs.stream)
		return _("As long as today. Its documentation asks for 1 hour.");
	if (mine < s->needs.stream)
		return _("Less than its documentation asks for (1 hour).");
	return mine == s->needs.stream ? _("1 hour, as its documentation asks") : "";
}

const char *
limits_hint(const struct setup *s, const char *key)
{
	return strcmp(key, "limits.body") == 0 ? hint_body(s) : strcmp(key, "limits.stream") == 0 ? hint_stream(s) : "";
}

/* Is less let through than OpenChamber takes?  That may be wanted, but is said. */
bool
body_is_less(const struct setup *s)
{
	return s->answers.body < s->needs.body;
}

const char *
body_said(const struct setup *s)
{
	/* TRANSLATORS: both are sizes, like 10M */
	return say(s, _("The proxy lets through up to %1$s; OpenChamber would take %2$s."), size_text(s, s->answers.body),
	           size_text(s, s->needs.body));
}
