/* ours.c - what was set up here with sudo, as somebody without root sees it: root's run is offered in place of this one. */
#include "setup/session.h"
#include "setup/state.h"

#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/self.h"
#include "proxy/served.h"

#define MAX_GIVEN 32

static bool
has_tls(const struct proxy_site *site)
{
	for (size_t i = 0; i < site->n_listens; i++)
		if (site->listens[i].tls)
			return true;
	return false;
}

/* One that carries our mark, rather that of the address than the one which only leads there. */
static const struct proxy_site *
site_of_ours(const struct setup *s)
{
	const struct proxy_site *found = NULL;

	for (size_t i = 0; i < s->n_found; i++)
		for (size_t k = 0; k < s->found[i].n_sites; k++) {
			const struct proxy_site *site = &s->found[i].sites[k];

			if (site->ours && (!found || (has_tls(site) && !has_tls(found))))
				found = site;
		}
	return found;
}

/* What root has done here only root can change, and only root sees what it was. */
const char *
ours_address(const struct setup *s)
{
	const struct proxy_site *site;
	struct answers a;
	const char *text;

	if (geteuid() == 0 || s->later || s->o.practice || s->scratch || s->o.answers || s->detecting)
		return NULL;
	site = site_of_ours(s);
	if (!site)
		return NULL;
	answers_init(&a);
	served_address(&a, site);
	text = a.has_public ? address_text(s, &a.public_url) : NULL;
	answers_free(&a);
	return text;
}

/* Before what was found has chosen, or a run that was broken off. */
void
ours_suggest(struct setup *s)
{
	if (ours_address(s) && !s->resume && (!s->start_moved || s->start == START_RESUME)) {
		s->start = START_OURS;
		s->start_moved = true;
	}
}

const char *
ours_label(const struct setup *s)
{
	return s->machine.sudo ? _("change, repair, undo or remove it (sudo asks for your password)")
	                       : _("change, repair, undo or remove it (needs root)");
}

const char *
ours_command(const struct setup *s)
{
	return say(s, "%s%s", machine_as_root(&s->machine), self_command());
}

int
ours_choose(struct setup *s, struct err *e)
{
	if (s->machine.sudo)
		return 0; /* the face hands over */
	s->root_command = arena_strdup(&s->keep, ours_command(s));
	return err_set(e, ERR_VALUE, _("This needs root. Leave with q and run the command as root."));
}

const char *
ours_told(const struct setup *s)
{
	const char *address = ours_address(s);

	if (address) /* TRANSLATORS: %s is an address */
		return say(s, _("OpenChamber is already set up here: %s."), address);
	if (!session_is_roots(s))
		return NULL;
	/* TRANSLATORS: %s is a command */
	return say(s, s->machine.sudo ? _("This program was used here with sudo. To see what it did: %s")
	                              : _("This program was used here as root. To see what it did: %s"), ours_command(s));
}

/* ---- root's run ---- */

const char *const *
setup_as_root_argv(const struct setup *s, bool in_lines)
{
	const char **v = arena_alloc(s->say, (MAX_GIVEN + 6) * sizeof(*v));
	size_t n = 0;

	v[n++] = "sudo";
	v[n++] = s->o.self;
	for (const char *const *given = s->o.given; given && *given && n < MAX_GIVEN; given++) {
		in_lines = in_lines && strcmp(*given, "--plain") != 0;
		v[n++] = *given;
	}
	v[n++] = "--lang"; /* the last one counts */
	v[n++] = i18n_language();
	if (in_lines)
		v[n++] = "--plain";
	v[n] = NULL;
	return v;
}

const char *
setup_as_root_command(const struct setup *s, bool in_lines)
{
	return command_text(s, setup_as_root_argv(s, in_lines));
}
