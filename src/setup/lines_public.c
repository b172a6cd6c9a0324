/* lines_public.c - what was seen of the public address: its name, whom it leads to, who has the ports, which site has it. */
#include "setup/public.h"
#include "setup/watch.h"

#include <string.h>

#include "answers/box.h"
#include "apply/guard.h"
#include "base/fs.h"
#include "base/i18n.h"

static void
lines_name(const struct setup *s, struct lines *l)
{
	const struct url *u = &s->answers.public_url;
	bool own = false;

	if (u->ip) {
		line_told(l, MARK_PASS, say(s, _("name: none is needed for the address %s"), u->host));
	} else if (!s->resolved) {
		line_told(l, MARK_NOW, say(s, _("name: looking up %s"), u->host));
		return;
	} else if (!s->n_addresses) {
		if (s->unanswered)
			line_told(l, MARK_SKIP, say(s, by_face(s, _("No name server answered, so the address of %s is not known. You can go on, or press F5 to ask again."),
			          _("name: no name server answered for %s, so its address is not known. You can go on: the checks go straight to this server.")), u->host));
		else
			line_told(l, MARK_WARN, say(s, _("%s has no address yet. You can go on: the checks go straight to this server. People cannot come in until the name is set at your domain's provider."), u->host));
		if (s->answers.cdn == CDN_CLOUDFLARE)
			line_told(l, MARK_PASS, _("host: Cloudflare, which stands in front of this server"));
		return;
	} else {
		line_told(l, MARK_PASS, say(s, _("name: %1$s is %2$s"), u->host, s->addresses[0]));
	}
	for (size_t i = 0; i < s->n_addresses; i++)
		own = own || machine_has_address(&s->machine, s->addresses[i]);
	if (own)
		line_told(l, MARK_PASS, say(s, _("host: %s is an address of this server"), s->addresses[0]));
	else if (s->answers.cdn == CDN_CLOUDFLARE)
		line_told(l, MARK_PASS, _("host: Cloudflare, which stands in front of this server"));
	else
		line_told(l, MARK_SKIP, guard_is_private(u) ? _("host: not an address of this server")
		                                           : _("host: not an address of this server: a router?"));
}

/* Who has the ports, as far as it can be told; without root a listener has no name, but the proxy's files name its ports. */
static const char *
who_listens(const struct proxy_found *f, const unsigned ports[2])
{
	bool has[2] = { !ports[0], !ports[1] };

	for (size_t i = 0; f && f->running && i < f->n_sites; i++)
		for (int p = 0; p < 2; p++)
			has[p] = has[p] || proxy_site_listens(&f->sites[i], ports[p]);
	return has[0] && has[1] && f && f->running ? f->proxy->label : NULL;
}

static bool
is_program_of(const struct proxy_found *f, const char *program)
{
	return (f->box && !f->box->shares_network) || /* what is published is its own */
	       strcmp(program, f->proxy->name) == 0 || (f->binary && strcmp(program, fs_basename(f->binary)) == 0);
}

/* Those of everybody else are left alone. */
static void
lines_practice_ports(const struct setup *s, struct lines *l, const unsigned ports[2])
{
	if (ports[0] && ports[1])
		line_told(l, MARK_PASS, say(s, _("ports: %1$u and %2$u, in practice instead of 80 and 443"), ports[0], ports[1]));
	else
		line_told(l, MARK_PASS, say(s, _("port: %1$u, in practice instead of %2$u"), ports[0] ? ports[0] : ports[1],
		                            ports[0] ? 80u : 443u));
}

/* What leads there would lead to itself. */
static bool
is_origins(const struct setup *s, unsigned port)
{
	const struct url *u = &s->answers.origin;

	return port && s->answers.has_origin && u->port == port &&
	       (url_is_loopback(u) || machine_has_address(&s->machine, u->host));
}

static void
lines_ports(const struct setup *s, struct lines *l)
{
	const struct proxy_found *f = find_proxy(s);
	unsigned ports[2];
	bool open[2];

	if (lines_boxed_ports(s, f, l))
		return;
	answers_ports(&s->answers, &ports[0], &ports[1]);
	if (s->scratch) {
		lines_practice_ports(s, l, ports);
		return;
	}
	for (int p = 0; p < 2; p++) {
		const struct listener *taken = NULL;

		if (is_origins(s, ports[p])) {
			line_told(l, MARK_FAIL, ports[p] == s->answers.public_url.port
			     ? say(s, _("port: OpenChamber itself listens on %1$u. Take :%1$u out of the address above, or write another port."), ports[p])
			     : say(s, _("port: OpenChamber itself listens on %u. Another one can be set under More settings."), ports[p]));
			return;
		}

		for (size_t i = 0; ports[p] && i < s->machine.n_listeners && !taken; i++)
			if (s->machine.listeners[i].port == ports[p])
				taken = &s->machine.listeners[i];
		open[p] = taken != NULL;
		if (taken && *taken->program && f && !is_program_of(f, taken->program)) {
			line_told(l, MARK_WARN, say(s, _("port: %1$u is taken by another program: %2$s"), ports[p], taken->program));
			return;
		}
	}
	if (ports[0] && ports[1] && open[0] && open[1] && who_listens(f, ports)) /* TRANSLATORS: %3$s is a proxy: nginx */
		line_told(l, MARK_PASS, say(s, _("ports: %1$u and %2$u answer here: %3$s"), ports[0], ports[1], who_listens(f, ports)));
	else if (ports[0] && ports[1] && open[0] == open[1])
		line_told(l, MARK_PASS, say(s, open[0] ? _("ports: %1$u and %2$u answer here")
		                            : _("ports: %1$u and %2$u will be opened"), ports[0], ports[1]));
	else
		for (int p = 0; p < 2; p++)
			if (ports[p])
				line_told(l, MARK_PASS, say(s, open[p] ? _("port: %u answers here")
				                            : _("port: %u will be opened"), ports[p]));
}

void
lines_public(const struct setup *s, struct lines *l)
{
	const struct proxy_found *f = find_proxy(s);
	const struct proxy_site *taken;

	if (!s->answers.has_public)
		return;
	lines_name(s, l);
	if (setup_is_told(s))
		lines_told_host(s, l);
	if (certs_kept_by(s) == CERTS_THERE) /* whose ports they are, only its own pages know */
		return;
	lines_ports(s, l);
	if (f) {
		taken = proxy_site_named(f, s->answers.public_url.host, s->answers.public_url.port);
		if (taken_site(s))
			line_told(l, MARK_FAIL, say(s, _("sites: %1$s is already served by %2$s:%3$d"),
			     s->answers.public_url.host, taken->file, taken->line));
		else if (taken && taken == s->existing && setup_set_aside(s))
			line_told(l, MARK_WARN, say(s, _("sites: applying switches off %s"), taken->file));
		else
			line_told(l, MARK_PASS, _("sites: no other site here has this name"));
	}
	if (s->cert_mark != MARK_NONE)
		line_told(l, s->cert_mark, say(s, "%s", s->cert_text));
	lines_today(s, l);
}
