/* replaced.c - another address than that of the last run: does it take its place, and what is said of that. */
#include "setup/state.h"

#include <string.h>
#include <strings.h>

#include "apply/replace.h"
#include "base/i18n.h"

/* What the run began with, and whether that could give way. */
void
replaced_note(struct setup *s)
{
	s->before_url = s->answers.public_url;
	s->before_proxy = arena_strdup(&s->keep, s->answers.proxy);
	s->may_replace = s->answers.proxy && replace_is_possible(s->o.root, s->answers.proxy, &s->before_url);
}

static bool
is_another(const struct setup *s)
{
	return s->later && s->before_proxy && s->answers.has_public && !s->by_hand &&
	       strcasecmp(s->before_url.host, s->answers.public_url.host) != 0;
}

static bool
may_give_way(const struct setup *s)
{
	return is_another(s) && s->may_replace && s->answers.proxy && strcmp(s->answers.proxy, s->before_proxy) == 0;
}

const struct url *
replaced_url(const struct setup *s)
{
	return may_give_way(s) && !s->keeps_both ? &s->before_url : NULL;
}

const char *
replaced_base(const struct setup *s)
{
	return address_text(s, &s->before_url);
}

bool
replaced_stays(const struct setup *s)
{
	return is_another(s) && !replaced_url(s);
}

const char *
replaced_advice(const struct setup *s)
{
	/* TRANSLATORS: %s is an address */
	return is_another(s) && !may_give_way(s)
	     ? say(s, _("%s stays open as well. To close it, remove everything first, then set up the new address."), replaced_base(s)) : NULL;
}

size_t
replaced_list(const struct setup *s, struct setup_choice *out, size_t max)
{
	if (!may_give_way(s) || max < 2)
		return 0;
	/* TRANSLATORS: %s is an address */
	out[0] = (struct setup_choice){ .label = say(s, _("close %s"), replaced_base(s)), .state = "",
		.chosen = !s->keeps_both, .possible = true };
	/* TRANSLATORS: %s is an address */
	out[1] = (struct setup_choice){ .label = say(s, _("keep %s as well"), replaced_base(s)), .state = "",
		.chosen = s->keeps_both, .possible = true };
	return 2;
}

void
replaced_choose(struct setup *s, size_t i)
{
	s->keeps_both = i == 1;
	plan_forget(s);
}
