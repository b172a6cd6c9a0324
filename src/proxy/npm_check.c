/* npm_check.c - what cannot be made of the answers in Nginx Proxy Manager, and what can instead. */
#include "proxy/npm.h"

#include <string.h>

#include "base/i18n.h"

static int
check_origin(const struct proxy_context *c, const struct npm_own *own, struct err *e)
{
	const struct url *origin = &c->answers->origin;
	struct buf offers = BUF_INIT;
	int rc = 0;

	if (!url_host_is_valid(origin->host))
		rc = answers_err(e, c->answers, "origin",
		                 _("OpenChamber's address is not answered, or its name has wrong characters."));
	else if (url_is_loopback(origin)) {
		for (size_t i = 0; own && own->addresses && own->addresses[i] && i < 3; i++)
			buf_printf(&offers, "%shttp://%s:%u", i ? ", " : "", own->addresses[i],
			           origin->port);
		if (offers.len)
			rc = answers_err(e, c->answers, "origin",
			                 _("%1$s is Nginx Proxy Manager's own container, not this server. Let OpenChamber listen on an address of this server: %2$s"),
			                 origin->host, offers.s);
		else
			rc = answers_err(e, c->answers, "origin",
			                 _("%s is Nginx Proxy Manager's own container, not this server. Name an address that reaches OpenChamber from there."),
			                 origin->host);
	}
	buf_free(&offers);
	return rc;
}

static int
check_tls(const struct answers *a, struct err *e)
{
	const bool https = strcmp(a->public_url.scheme, "https") == 0;

	if (a->tls == TLS_SELFSIGNED && a->has_tls)
		return answers_err(e, a, "tls.mode",
		                   _("Nginx Proxy Manager makes no certificate of its own. Choose auto or existing."));
	if (a->tls == TLS_EXISTING && a->has_tls && (a->certificate || a->key))
		return answers_err(e, a, "tls.certificate",
		                   _("Nginx Proxy Manager keeps its certificates itself. Upload it there, and leave this out."));
	if (https && (!a->has_tls || a->tls == TLS_NONE))
		return answers_err(e, a, "tls.mode", _("Without TLS the public address begins with http://."));
	return 0;
}

int
npm_check(const struct proxy_context *c, const struct npm_own *own, enum npm_way way, struct err *e)
{
	const struct answers *a = c->answers;

	if (!a->has_public || !url_host_is_valid(a->public_url.host) || a->public_url.ipv6)
		return answers_err(e, a, "public",
		                   _("The public address is not answered, or its name has wrong characters."));
	if (check_origin(c, own, e) < 0 || check_tls(a, e) < 0)
		return -1;
	if (own && own->taken_by && !own->host)
		return answers_err(e, a, "public",
		                   _("Nginx Proxy Manager has this name among its %s. Remove it there first."),
		                   strcmp(own->taken_by, "dead-hosts") == 0 ? "404 Hosts" :
		                   "Redirection Hosts");
	if (way == NPM_NO_WAY)
		return answers_err(e, a, "public",
		                   _("This host has an access list, which cannot be kept where TLS ends in front. Remove the list, or let TLS end there."));
	return 0;
}
