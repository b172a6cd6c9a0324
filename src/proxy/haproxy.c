#include "proxy/haproxy.h"

#include <string.h>

#include "base/i18n.h"

static const struct {
	const char *cause, *fix;
} fixes[] = {
	{ "ws-upgrade-lost",       N_("Take out the rules that change Upgrade or Connection, and option httpclose.") },
	{ "ws-host-lost",          N_("Set X-Forwarded-Host to %[req.hdr(host)], and do not change Host.") },
	{ "ws-port-lost",          N_("Set X-Forwarded-Host to %[req.hdr(host)]: it keeps the port.") },
	{ "ws-proto-lost",         N_("Set X-Forwarded-Proto to https if { ssl_fc }. Where TLS ends in front, take it from there.") },
	{ "ws-redirected",         N_("Let WebSocket paths through without a redirect: browsers do not follow.") },
	{ "sse-buffered",          N_("Set option http-no-delay in the frontend or the backend.") },
	{ "sse-compressed",        N_("Take out compression, or name its types without text/event-stream.") },
	{ "gzip-twice",            N_("Take out compression, and do not hide Content-Encoding.") },
	{ "gzip-mislabelled",      N_("Do not hide or add Content-Encoding.") },
	{ "gzip-added",            N_("Take out compression: OpenChamber compresses by itself.") },
	{ "body-limit",            N_("Take out the rule that denies large bodies: HAProxy has no limit of its own.") },
	{ "body-spooled",          N_("Set no option http-buffer-request, and do not wait for the body.") },
	{ "stream-cut",            N_("Raise timeout client, timeout server and timeout tunnel.") },
	{ "api-cached",            N_("Take out http-request cache-use for this site.") },
	{ "upstream-down",         N_("Correct the server line, or start OpenChamber where it leads. SELinux may forbid the way: setsebool -P haproxy_connect_any 1.") },
	{ "upstream-timeout",      N_("Look at where the server line leads: something accepts there and says nothing.") },
	{ "upstream-opencode",     N_("Lead the server line to OpenChamber's port, not to OpenCode's.") },
	{ "wrong-instance",        N_("Lead the server line to the OpenChamber you mean.") },
	{ "wrong-site",            N_("Add a use_backend for this name before the rules that take it now.") },
	{ "config-shadowed",       N_("Let one frontend alone have the address: HAProxy spreads requests among two by chance.") },
	{ "config-invalid",        N_("Correct the line HAProxy names, then run haproxy -c again.") },
	{ "path-mangled",          N_("Take out the rules that change the path.") },
	{ "redirect-loop",         N_("Redirect to https only unless { ssl_fc }.") },
	{ "cdn-flexible",          N_("Take X-Forwarded-Proto from the CDN's addresses, or let the CDN speak https.") },
	{ "forwarded-for-lost",    N_("Set X-Forwarded-For to %[src].") },
	{ "forwarded-for-trusted", N_("Set X-Forwarded-For to %[src] instead of option forwardfor, which only adds.") },
	{ "auth-layer",            N_("Take out http-request auth for this site: OpenChamber has its own login.") },
	{ "tls-untrusted",         N_("Point crt to the full chain with its key.") },
	{ "tls-name",              N_("Add a crt with this name to the bind line.") },
	{ "tls-expired",           N_("Renew the certificate, then reload HAProxy.") },
};

static const char *
haproxy_fix(const char *cause)
{
	for (size_t i = 0; i < ARRAY_LEN(fixes); i++)
		if (strcmp(fixes[i].cause, cause) == 0)
			return fixes[i].fix;
	return NULL;
}

const struct proxy proxy_haproxy = {
	.name          = "haproxy",
	.label         = "HAProxy",
	.users         = { "haproxy" },
	.caps          = PROXY_FILES | PROXY_REHEARSE,
	.boxed         = &(const struct proxy_boxed){ { "haproxy" }, NULL },
	.detect        = haproxy_detect,
	.forget        = haproxy_forget,
	.render        = haproxy_render,
	.runs          = haproxy_runs,
	.rehearse      = haproxy_rehearse,
	.complaint     = haproxy_complaint,
	.clash         = haproxy_clash,
	.before_reload = haproxy_before_reload,
	.proof         = haproxy_proof,
	.reload_closes = haproxy_reload_closes,
	.leave         = haproxy_leave,
	.fix           = haproxy_fix,
	.blame         = haproxy_blame,
	.limits        = haproxy_limits,
	.repair        = haproxy_repair,
	.escape        = haproxy_escape,
};
