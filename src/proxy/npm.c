#include "proxy/npm.h"

#include <string.h>

#include "base/i18n.h"

static const struct {
	const char *cause, *fix;
} fixes[] = {
	{ "ws-upgrade-lost",      N_("Switch Websockets Support on in the proxy host, and let no location of your own take its place.") },
	{ "ws-host-lost",         N_("Remove every location and proxy_set_header from the Advanced text: the host's own location sets them all.") },
	{ "ws-port-lost",         N_("Add a custom location / whose own text sets X-Forwarded-Host to $http_host.") },
	{ "ws-proto-lost",        N_("Update to 2.14, which passes X-Forwarded-Proto on, or let TLS end in Nginx Proxy Manager.") },
	{ "forwarded-for-trusted", N_("Nginx Proxy Manager itself adds to X-Forwarded-For. A location / of your own in the Advanced text can replace it.") },
	{ "sse-buffered",         N_("Write proxy_buffering off; into the Advanced text.") },
	{ "sse-compressed",       N_("Write gzip off; into the Advanced text.") },
	{ "gzip-twice",           N_("Write gzip off; into the Advanced text.") },
	{ "gzip-added",           N_("Write gzip off; into the Advanced text.") },
	{ "body-limit",           N_("Remove client_max_body_size from the Advanced text, or raise it: without it the limit is 2000m.") },
	{ "body-spooled",         N_("Write proxy_request_buffering off; into the Advanced text.") },
	{ "stream-cut",           N_("Write proxy_read_timeout 3600s; and proxy_send_timeout 3600s; into the Advanced text.") },
	{ "api-cached",           N_("Switch Cache Assets off in the proxy host.") },
	{ "upstream-down",        N_("Name an address in Forward Hostname that leads from its container to OpenChamber; 127.0.0.1 is the container.") },
	{ "wrong-site",           N_("Look whether the host is online in its list: what its nginx refuses is answered by the default page.") },
	{ "redirect-loop",        N_("Switch Force SSL off where something in front ends TLS.") },
	{ "auth-layer",           N_("Remove the access list from the proxy host: OpenChamber has its own login.") },
	{ "tls-untrusted",        N_("Give the proxy host a certificate under SSL.") },
	{ "tls-name",             N_("Give the proxy host a certificate for this name under SSL.") },
	{ "tls-expired",          N_("Renew the certificate under SSL Certificates.") },
};

static const char *
npm_fix(const char *cause)
{
	for (size_t i = 0; i < ARRAY_LEN(fixes); i++)
		if (strcmp(fixes[i].cause, cause) == 0)
			return fixes[i].fix;
	return NULL;
}

/* It may run on another machine: then its sites are asked there. */
static const char *
npm_serves_at(struct arena *a, const struct proxy_context *c)
{
	struct url u;
	struct err ignored = { 0 };

	const char *listen = c->answers->listen_address;

	if (!c->answers->npm_url || (listen && strcmp(listen, "*") != 0) ||
	    url_parse(&u, c->answers->npm_url, "http", URL_ANY, NULL, &ignored) < 0 ||
	    url_is_loopback(&u))
		return NULL;
	return arena_strdup(a, u.host);
}

const struct proxy proxy_npm = {
	.name      = "npm",
	.label     = "Nginx Proxy Manager",
	.caps      = PROXY_API | PROXY_AUTO_TLS | PROXY_REHEARSE,
	.detect    = npm_detect,
	.forget    = npm_forget,
	.read      = npm_read,
	.render    = npm_render,
	.by_hand   = npm_by_hand,
	.settings  = npm_settings,
	.rehearse  = npm_rehearse,
	.serves_at = npm_serves_at,
	.fix       = npm_fix,
};
