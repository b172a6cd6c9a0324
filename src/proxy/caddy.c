#include "proxy/caddy.h"

#include <string.h>

#include "base/i18n.h"

static const struct {
	const char *cause, *fix;
} fixes[] = {
	{ "ws-upgrade-lost",       N_("Let reverse_proxy pass Upgrade and Connection on: it does so unless header_up removes them.") },
	{ "ws-host-lost",          N_("Remove the header_up lines for Host and X-Forwarded-Host: Caddy passes both on by itself.") },
	{ "ws-port-lost",          N_("Remove the header_up line, or use {hostport} instead of {host}: it keeps the port.") },
	{ "ws-proto-lost",         N_("Remove header_up X-Forwarded-Proto. Where TLS ends in front, add its addresses as trusted_proxies.") },
	{ "ws-redirected",         N_("Let WebSocket paths through without redir: browsers do not follow.") },
	{ "ws-no-answer",          N_("Remove response buffers from reverse_proxy: a WebSocket's answer never ends.") },
	{ "sse-buffered",          N_("Remove encode and response buffers from this site: Caddy passes events on at once by itself.") },
	{ "sse-compressed",        N_("Remove encode from this site, or let it skip text/event-stream.") },
	{ "gzip-twice",            N_("Remove encode from this site, and do not remove Content-Encoding.") },
	{ "gzip-mislabelled",      N_("Do not remove or add Content-Encoding.") },
	{ "gzip-added",            N_("Remove encode from this site: OpenChamber compresses by itself.") },
	{ "body-limit",            N_("Raise max_size of request_body, or remove it: Caddy has no limit of its own.") },
	{ "body-spooled",          N_("Remove request_buffers from reverse_proxy.") },
	{ "stream-cut",            N_("Remove read_timeout, write_timeout and stream_timeout: Caddy has no such limits of its own.") },
	{ "api-cached",            N_("Remove cache from this site.") },
	{ "upstream-down",         N_("Correct the address behind reverse_proxy, or start OpenChamber where it leads.") },
	{ "upstream-timeout",      N_("Look at where reverse_proxy leads: something accepts there and says nothing.") },
	{ "upstream-opencode",     N_("Lead reverse_proxy to OpenChamber's port, not to OpenCode's.") },
	{ "wrong-instance",        N_("Lead reverse_proxy to the OpenChamber you mean.") },
	{ "wrong-site",            N_("Give this name a site of its own that leads to OpenChamber.") },
	{ "config-needs-restart",  N_("Restart Caddy instead of reloading it.") },
	{ "config-invalid",        N_("Correct the line Caddy names, then run caddy validate.") },
	{ "path-mangled",          N_("Use handle instead of handle_path, and drop uri and rewrite.") },
	{ "redirect-loop",         N_("Begin the site's address with http:// where something in front ends TLS.") },
	{ "cdn-flexible",          N_("Add the CDN's addresses as trusted_proxies, or let the CDN speak https.") },
	{ "forwarded-for-lost",    N_("Remove the header_up line for X-Forwarded-For: Caddy sets it by itself.") },
	{ "forwarded-for-trusted", N_("Let trusted_proxies hold only what really stands in front, and remove header_up X-Forwarded-For.") },
	{ "auth-layer",            N_("Remove basic_auth or forward_auth from this site: OpenChamber has its own login.") },
	{ "tls-untrusted",         N_("Remove tls internal, so that Caddy gets a real certificate, or name one with its full chain.") },
	{ "tls-name",              N_("Let Caddy get the certificate by itself, or name one that has this name.") },
	{ "tls-expired",           N_("Renew the certificate, then reload Caddy.") },
};

static const char *
caddy_fix(const char *cause)
{
	for (size_t i = 0; i < ARRAY_LEN(fixes); i++)
		if (strcmp(fixes[i].cause, cause) == 0)
			return fixes[i].fix;
	return NULL;
}

/* No before_reload and no proof: see caddy_proof.c. */
const struct proxy proxy_caddy = {
	.name          = "caddy",
	.label         = "Caddy",
	.users         = { "caddy" },
	.caps          = PROXY_FILES | PROXY_AUTO_TLS | PROXY_REHEARSE,
	.boxed         = &(const struct proxy_boxed){ { "caddy" }, NULL },
	.detect        = caddy_detect,
	.forget        = caddy_forget,
	.render        = caddy_render,
	.runs          = caddy_runs,
	.rehearse      = caddy_rehearse,
	.complaint     = caddy_complaint,
	.clash         = caddy_clash,
	.look          = caddy_look,
	.take          = caddy_take,
	.ready         = caddy_ready,
	.ready_seconds = 60, /* an authority on the internet looks at this server first */
	.authority     = caddy_authority,
	.reload_closes = caddy_reload_closes,
	.start_keeps_output = true,
	.fix           = caddy_fix,
	.blame         = caddy_blame,
	.repair        = caddy_repair,
	.escape        = caddy_escape,
};
