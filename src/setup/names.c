/* names.c - what the public address could be: names that stand on this server already, the best one first. */
#include "setup/public.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "apply/guard.h"
#include "base/i18n.h"

#define MAX_NAMES 6

struct found_name {
	const char *address; /* with its scheme */
	const char *why;     /* translated */
	bool        best;    /* good enough to stand in the field unasked */
};

struct names {
	const struct setup *s;
	struct found_name  *v;
	size_t              n;
};

static void
add(struct names *l, const char *name, bool plain, bool best, const char *why)
{
	const char *address;

	if (l->n == MAX_NAMES || !name || !url_host_is_valid(name))
		return;
	address = say(l->s, "%s://%s", plain ? "http" : "https", name);
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].address, address) == 0)
			return;
	l->v[l->n++] = (struct found_name){ address, why, best };
}

/* What a site here answers to is no name for another one. */
static bool
is_served(const struct setup *s, const char *name)
{
	for (size_t i = 0; i < s->n_found; i++)
		for (size_t k = 0; k < s->found[i].n_sites; k++)
			for (char **n = s->found[i].sites[k].names; *n; n++)
				if (strcasecmp(*n, name) == 0)
					return true;
	return false;
}

static bool
has_wildcard_below(const struct cert *c, const char *name)
{
	for (size_t i = 0; i < c->n_names; i++)
		if (strncmp(c->names[i], "*.", 2) == 0 && strcasecmp(c->names[i] + 2, name) == 0)
			return true;
	return false;
}

/* What a certificate may be there for: neither another site's name, nor one that stands beside its own wildcard. */
static void
add_certificates(struct names *l)
{
	for (size_t i = 0; i < l->s->n_certs; i++) {
		const struct cert *c = &l->s->certs[i].cert;

		for (size_t k = 0; l->s->certs[i].known && k < c->n_names; k++)
			if (c->names[k][0] != '*' && strchr(c->names[k], '.') && !is_served(l->s, c->names[k]) &&
			    !has_wildcard_below(c, c->names[k]))
				add(l, c->names[k], false, true, _("the name in a certificate here"));
	}
}

static void
add_own(struct names *l)
{
	const struct setup *s = l->s;
	const char *name = s->machine.hostname ? s->machine.hostname : "";
	struct url u = { .scheme = "https" };
	bool private;

	if (strchr(name, '.') && strlen(name) < sizeof(u.host)) {
		snprintf(u.host, sizeof(u.host), "%s", name);
		private = guard_is_private(&u);
		if (!is_served(s, name))
			add(l, name, private, !private, _("this server's own name"));
	}
	if (s->machine.addresses && s->machine.addresses[0] && !strchr(s->machine.addresses[0], ':'))
		add(l, s->machine.addresses[0], true, false, _("this server's own address"));
}

static size_t
find(const struct setup *s, struct found_name out[MAX_NAMES])
{
	struct names l = { .s = s, .v = out };
	const struct proxy_site *site = s->existing;

	for (char **name = site ? site->names : NULL; name && *name; name++)
		add(&l, *name, site->n_listens && !site->listens[0].tls, true, _("a site here leads from it to OpenChamber"));
	add_certificates(&l);
	if (!s->scratch)
		add_own(&l);
	return l.n;
}

void
names_suggest(struct setup *s)
{
	struct found_name v[MAX_NAMES];
	const size_t n = find(s, v);
	struct err e = { 0 };

	for (size_t i = 0; i < n && !s->answers.has_public; i++)
		if (v[i].best && answers_set(&s->answers, "public", v[i].address, &e) == 0)
			follow_scheme(s);
}

const char *
names_why(const struct setup *s)
{
	struct found_name v[MAX_NAMES];
	const size_t n = find(s, v);

	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].address, setup_public_base(s)) == 0)
			return v[i].why;
	return "";
}

size_t
names_list(const struct setup *s, struct setup_choice *out, size_t max)
{
	struct found_name v[MAX_NAMES];
	const size_t n = find(s, v);
	size_t k = 0;

	for (; k < n && k < max; k++)
		out[k] = (struct setup_choice){ .label = v[k].address, .state = "", .possible = true };
	return k;
}

bool
setup_may_offer(const struct setup *s)
{
	struct setup_choice c[1];

	return s->page == PAGE_PUBLIC && names_list(s, c, 1);
}

void
setup_offer(struct setup *s, bool open)
{
	s->names_shown = open && setup_may_offer(s);
}
