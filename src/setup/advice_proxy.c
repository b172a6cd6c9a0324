/* advice_proxy.c - what is said under steps 3 and 4: the proxy, and the address that people will use. */
#include "setup/advice.h"
#include "setup/repair.h"

#include <string.h>

#include "apply/guard.h"
#include "base/i18n.h"

/* Its container reaches OpenChamber by an address of this server only. */
static void
advise_reachable(const struct setup *s, struct advice *a)
{
	const char *example = say(s, "http://172.17.0.1:%u", s->answers.origin.port);
	size_t n = 0;

	for (const char *const *own = s->own_addresses; own && *own; own++)
		n += !strchr(*own, ':');
	if (n) {
		advise(a, _("Let OpenChamber listen on an address of this server, and write that address in step 2:"));
		for (const char *const *own = s->own_addresses; own && *own; own++)
			if (!strchr(*own, ':'))
				advise_literal(s, a, say(s, "http://%s:%u", *own, s->answers.origin.port));
	} else { /* TRANSLATORS: %s is an address, of Docker's own network */
		advise(a, say(s, _("Let OpenChamber listen on an address that the container reaches, for example %s, and write that address in step 2."), example));
	}
	advise(a, _("Press Esc to go to step 2."));
}

static void
advise_pasted(const struct setup *s, struct advice *a)
{
	if (setup_is_told(s) && told_advice(s)) {
		advise(a, told_advice(s));
	} else if (!setup_pastes(s) && !setup_is_told(s)) {
		advise(a, s->scratch ? _("Empty its pages' address, or choose another proxy.")
		                     : _("Choose another proxy, or leave with q and use the answers file."));
	} else if (setup_origin_is_container(s)) {
		advise_reachable(s, a);
	} else if (!told_is_asked(s)) {
		advise(a, _("Its text is rehearsed here as well, in a private nginx."));
		advise(a, _("Press Enter for the public address."));
	}
}

void
advise_proxy(const struct setup *s, struct advice *a)
{
	const struct proxy_found *f = find_proxy(s);

	if (s->by_hand) {
		advise(a, _("For another proxy nothing is written. You get the values to set by hand, and the live checks afterwards."));
		advise(a, _("Press Enter for the public address."));
	} else if (!f) {
		advise(a, _("Choose a proxy with Up and Down, then press Enter."));
	} else if (f->proxy->by_hand) {
		advise_pasted(s, a);
	} else if (f->broken.code != ERR_NONE) {
		advise(a, say(s, _("It was so before: nothing here has changed it, and %s goes on with what it read at its start."), f->proxy->label));
		advise(a, by_face(s, _("Correct that line in a second SSH session, then press F5."),
		                  _("Correct that line in a second SSH session, then choose it once more.")));
	} else if (!f->installed && !f->box) {
		advise(a, by_face(s, _("When it is installed, this step passes by itself. F5 looks at once."),
		                  _("When it is installed, choose it once more.")));
	} else {
		if (f->box)
			advise(a, boxed_sentence(s, f));
		else if (f->running)
			advise(a, say(s, _("%s is suggested because it already answers here."), f->proxy->label));
		else if (!install_obstacle(s, f))
			advise(a, say(s, _("%s is installed. It is started with the new configuration when you apply."), f->proxy->label));
		advise(a, f->box && setup_mark(s, PAGE_PROXY) == MARK_FAIL ? by_face(s, _("Change that in a second SSH session, then press F5."),
		          _("Change that in a second SSH session, then choose it once more.")) : _("Press Enter for the public address."));
	}
}

/* An address of this server that others can reach; NULL: it has none. */
static const char *
own_address(const struct setup *s)
{
	for (char **own = s->machine.addresses; own && *own; own++)
		if (!strchr(*own, ':'))
			return *own;
	return NULL;
}

static void
advise_router(const struct setup *s, struct advice *a)
{
	unsigned ports[2];

	answers_ports(&s->answers, &ports[0], &ports[1]);
	if (!own_address(s))
		return;
	if (ports[0] && ports[1])
		advise(a, say(s, _("Your router must forward ports %1$u and %2$u to %3$s. That cannot be seen from in here."), ports[0], ports[1], own_address(s)));
	else
		advise(a, say(s, _("Your router must forward port %1$u to %2$s. That cannot be seen from in here."), ports[0] + ports[1], own_address(s)));
}

void
advise_public(const struct setup *s, struct advice *a)
{
	bool own = false;

	if (!s->answers.has_public) {
		if (own_address(s)) {
			advise(a, _("Write the name people will use. Without a domain, http:// and this server's own address work inside your home network:"));
			advise_literal(s, a, say(s, "http://%s", own_address(s)));
		} else {
			advise(a, _("Write the name people will use. Without a domain, http:// and this server's own address work inside your home network, for example http://192.168.1.20."));
		}
		return;
	}
	if (!s->answers.has_tls) {
		advise(a, _("Choose a certificate with Up and Down, then press Enter."));
		return;
	}
	for (size_t i = 0; i < s->n_addresses; i++)
		own = own || machine_has_address(&s->machine, s->addresses[i]);
	if (s->n_addresses && !own && !s->o.practice && !guard_is_private(&s->answers.public_url))
		advise_router(s, a);
	advise(a, replaced_advice(s));
	advise(a, s->by_hand ? _("Press Enter to go on.") : setup_may_leave(s, PAGE_PUBLIC) ? _("Press Enter: the rehearsal starts, and nothing is written.") : _("The rehearsal starts when nothing fails here."));
}
