/* help.c - what F1 says of a step, and the glossary. */
#include "setup/state.h"

#include "base/i18n.h"
#include "base/mem.h"

#define MAX_HELP 11

const char *const *
setup_help(const struct setup *s, enum page p)
{
	const char **v = arena_alloc(s->say, (MAX_HELP + 1) * sizeof(*v));
	struct setup_failure f;
	size_t n = 0;

	if (s->o.broken && (p == PAGE_START || p == PAGE_REPAIR)) {
		struct setup_practice place;

		setup_practice_place(s, &place);
		v[n++] = say(s, _("To mend this practice by hand, edit %s and make its nginx read it:"), place.site);
		v[n++] = place.reload;
	}
	v[n++] = _(pages[p].what);
	if (pages[p].choice)
		v[n++] = _(pages[p].choice);
	v[n++] = _(pages[p].breaks);
	v[n++] = _(pages[p].proves);
	if (setup_failure(s, p, &f)) {
		/* TRANSLATORS: %1$s is a whole sentence, %2$s a stable id such as ws-host-lost */
		v[n++] = say(s, _("Cause  %1$s (%2$s)"), f.what, f.cause);
		if (f.file)
			v[n++] = say(s, _("Where  %1$s:%2$d"), f.file, f.line);
		if (f.file && f.text)
			v[n++] = f.text;
		v[n++] = f.fix;
	}
	return v;
}

size_t
setup_glossary(struct setup_term *out, size_t max)
{
	static const struct setup_term terms[] = {
		{ N_("reverse proxy"), N_("The program that answers the world and hands each request on to OpenChamber.") },
		{ N_("direct access"), N_("Talking to OpenChamber's own port, without any proxy.") },
		{ N_("WebSocket"), N_("A connection that stays open, on which both sides talk.") },
		{ N_("upgrade (WebSocket)"), N_("The request by which an ordinary connection becomes a WebSocket.") },
		{ N_("event stream (SSE)"), N_("One answer that never ends, with one event after another inside.") },
		{ N_("buffering"), N_("Holding an answer back until there is much of it.") },
		{ N_("request body"), N_("What a request carries: an upload, an attachment.") },
		{ N_("read timeout"), N_("How long a proxy waits on a connection on which nothing is said.") },
		{ N_("header"), N_("A line above a request or an answer, such as Host.") },
		{ N_("upstream"), N_("The program a proxy hands requests on to; here OpenChamber.") },
		{ N_("certificate"), N_("What proves to a browser that this server owns the name.") },
		{ N_("rehearsal"), N_("The new configuration in a private copy of the proxy, before anything is written.") },
		{ N_("reload"), N_("Telling a proxy to read its configuration again, without stopping it.") },
		{ N_("port forwarding"), N_("The entry in a router that lets the internet in to this server.") },
	};
	size_t n = 0;

	for (; n < ARRAY_LEN(terms) && n < max; n++)
		out[n] = (struct setup_term){ _(terms[n].term), _(terms[n].meaning) };
	return n;
}
