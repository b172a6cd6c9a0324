/* taken.c - who has the public name already: another site here, which is repaired, set aside or left its name; whoever answers at it today. */
#include "setup/lines.h"
#include "setup/public.h"
#include "setup/repair.h"

#include <string.h>

#include "base/i18n.h"

enum { TAKEN_REPAIR, TAKEN_ASIDE, TAKEN_RENAME, N_TAKEN };

const struct proxy_site *
taken_site(const struct setup *s)
{
	const struct proxy_found *f = find_proxy(s);
	const struct proxy_site *site = f && s->answers.has_public && certs_kept_by(s) != CERTS_THERE
		? proxy_site_named(f, s->answers.public_url.host, s->answers.public_url.port) : NULL;

	return site && !site->ours && site != s->existing ? site : NULL;
}

/* The one that has it, and was chosen to be set aside. */
const struct proxy_site *
taken_aside(const struct setup *s)
{
	return s->existing_chosen && setup_set_aside(s) ? s->existing : NULL;
}

/* One that leads elsewhere is another site, and nothing about OpenChamber could be repaired in it. */
static bool
may_repair(const struct setup *s, const struct proxy_site *site)
{
	struct proxy_found one = *find_proxy(s);

	one.sites = (struct proxy_site *)site;
	one.n_sites = 1;
	return s->answers.has_origin && proxy_site_leading_to(&one, &s->answers.origin);
}

size_t
taken_list(const struct setup *s, struct setup_choice *out, size_t max)
{
	const struct proxy_site *aside = taken_aside(s), *site = aside ? aside : taken_site(s);
	const bool repair = site && may_repair(s, site);

	if (!site || max < N_TAKEN)
		return 0;
	out[TAKEN_REPAIR] = (struct setup_choice){ .label = _("repair that one"), .possible = repair, .chosen = repair && !aside,
		.state = repair ? "" : _("not possible: it does not lead to OpenChamber"), .mark = repair ? MARK_NONE : MARK_SKIP };
	out[TAKEN_ASIDE] = (struct setup_choice){ .label = _("set it aside"), .state = _("it stops answering; undo brings it back"), .possible = true, .chosen = aside };
	out[TAKEN_RENAME] = (struct setup_choice){ .label = _("take another name"), .state = by_face(s, _("write the other name above"), _("it is asked for next")), .possible = true, .chosen = !repair && !aside };
	return N_TAKEN;
}

/* From now on it is the site that is there already. */
static void
adopt(struct setup *s, const struct proxy_site *site, enum start_choice start)
{
	runs_forget_proxied(s);
	s->existing = site;
	s->existing_in = find_proxy(s);
	s->existing_chosen = arena_strdup(&s->keep, site->file);
	s->start = start;
	s->start_moved = true;
}

/* The last row takes back what was chosen, and is a way to the field, which a face goes. */
int
taken_choose(struct setup *s, size_t i, struct err *e)
{
	const struct proxy_site *aside = taken_aside(s), *site = aside ? aside : taken_site(s);

	if (i == TAKEN_REPAIR && !may_repair(s, site))
		return err_set(e, ERR_VALUE, _("That site does not lead to OpenChamber, so there is nothing to repair for it."));
	if (i == TAKEN_RENAME) {
		runs_forget_proxied(s);
		taken_forget(s);
		return 0;
	}
	if (i == TAKEN_ASIDE && aside)
		return 0;
	adopt(s, site, i == TAKEN_REPAIR ? START_REPAIR : START_ANEW);
	if (i == TAKEN_REPAIR)
		repair_look(s);
	setup_open(s, i == TAKEN_REPAIR ? PAGE_REPAIR : s->page);
	return 0;
}

/* The name is another one now. */
void
taken_forget(struct setup *s)
{
	if (!s->existing_chosen)
		return;
	s->existing_chosen = NULL;
	find_existing(s);
}

/* What was chosen among all that was found once is chosen among what is found now. */
void
taken_find(struct setup *s)
{
	const struct proxy_found *f = find_proxy(s);

	for (size_t i = 0; f && s->existing_chosen && i < f->n_sites; i++)
		if (strcmp(f->sites[i].file, s->existing_chosen) == 0) {
			s->existing = &f->sites[i];
			s->existing_in = f;
			return;
		}
}

/* Who answers at the address before anything is changed: information, never a mark; nothing where nobody does. */
void
lines_today(const struct setup *s, struct lines *l)
{
	const struct check_result *answer = run_result(s, WAY_TODAY, "public.answer");
	const struct check_result *same = run_result(s, WAY_TODAY, "public.instance");

	if (!answer || answer->status == CHECK_SKIP)
		return;
	if (answer->status == CHECK_FAIL)
		/* What was asked is a path of OpenChamber's; of the site that stands there its status says nothing. */
		line_add(l, MARK_NONE, "", taken_site(s) ? _("today: another site answers there, not OpenChamber")
		         : s->existing ? _("today: no OpenChamber answers there")
		         : _("today: no OpenChamber answers there yet, as is normal before step 11"), "");
	else
		line_add(l, MARK_NONE, "", !same || same->status == CHECK_SKIP ? _("today: an OpenChamber answers there")
		         : same->status == CHECK_PASS ? _("today: the same OpenChamber answers there already")
		         : _("today: another OpenChamber answers there"), "");
}
