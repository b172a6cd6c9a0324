#include "proxy/nginx.h"

#include <string.h>

#include "base/i18n.h"

static const struct {
	const char *cause, *fix;
} fixes[] = {
	{ "ws-upgrade-lost",       N_("Set Upgrade to $http_upgrade and Connection to a map of it, where the other headers are set.") },
	{ "ws-host-lost",          N_("Set Host and X-Forwarded-Host to $http_host, and no header in inner locations.") },
	{ "ws-port-lost",          N_("Use $http_host instead of $host: it keeps the port.") },
	{ "ws-proto-lost",         N_("Set X-Forwarded-Proto to $scheme. Where TLS ends in front, take it from there.") },
	{ "ws-redirected",         N_("Let WebSocket paths through without return or rewrite: browsers do not follow.") },
	{ "sse-buffered",          N_("Set proxy_buffering off, and do not ignore X-Accel-Buffering.") },
	{ "sse-compressed",        N_("Set gzip off, or take text/event-stream out of gzip_types.") },
	{ "gzip-twice",            N_("Set gzip off, and do not hide Content-Encoding.") },
	{ "gzip-mislabelled",      N_("Do not hide or add Content-Encoding.") },
	{ "gzip-added",            N_("Set gzip off: OpenChamber compresses by itself.") },
	{ "body-limit",            N_("Raise client_max_body_size.") },
	{ "body-spooled",          N_("Set proxy_request_buffering off.") },
	{ "stream-cut",            N_("Raise proxy_read_timeout and proxy_send_timeout.") },
	{ "api-cached",            N_("Set proxy_cache off.") },
	{ "upstream-down",         N_("Correct proxy_pass, or start OpenChamber where it leads.") },
	{ "upstream-timeout",      N_("Look at where proxy_pass leads: something accepts there and says nothing.") },
	{ "upstream-opencode",     N_("Lead proxy_pass to OpenChamber's port, not to OpenCode's.") },
	{ "wrong-instance",        N_("Lead proxy_pass to the OpenChamber you mean.") },
	{ "wrong-site",            N_("Give the right server block this server_name and this listen address.") },
	{ "config-shadowed",       N_("Give the new site the same listen address, and take the name out of the other one.") },
	{ "config-needs-restart",  N_("Restart nginx instead of reloading it: its listening addresses change.") },
	{ "config-invalid",        N_("Correct the line nginx names, then run nginx -t.") },
	{ "path-mangled",          N_("End proxy_pass with the port, without a path, and drop the rewrite.") },
	{ "redirect-loop",         N_("Redirect to https only where nginx itself answers plain http.") },
	{ "cdn-flexible",          N_("Take X-Forwarded-Proto from the CDN's addresses, or let the CDN speak https.") },
	{ "forwarded-for-lost",    N_("Set X-Forwarded-For to $remote_addr.") },
	{ "forwarded-for-trusted", N_("Set X-Forwarded-For to $remote_addr instead of adding to what the visitor sent.") },
	{ "auth-layer",            N_("Turn auth_basic or auth_request off for this site: OpenChamber has its own login.") },
	{ "tls-untrusted",         N_("Point ssl_certificate to the full chain.") },
	{ "tls-name",              N_("Point ssl_certificate to a certificate with this name.") },
	{ "tls-expired",           N_("Renew the certificate, then reload nginx.") },
};

static const char *
nginx_fix(const char *cause)
{
	for (size_t i = 0; i < ARRAY_LEN(fixes); i++)
		if (strcmp(fixes[i].cause, cause) == 0)
			return fixes[i].fix;
	return NULL;
}

const struct proxy proxy_nginx = {
	.name          = "nginx",
	.label         = "nginx",
	.users         = { "nginx", "www-data" },
	.caps          = PROXY_FILES | PROXY_REHEARSE,
	.boxed         = &(const struct proxy_boxed){ { "nginx" }, "/data/nginx/proxy_host" /* Nginx Proxy Manager */ },
	.detect        = nginx_detect,
	.forget        = nginx_forget,
	.render        = nginx_render,
	.runs          = nginx_runs,
	.rehearse      = nginx_rehearse,
	.complaint     = nginx_complaint,
	.clash         = nginx_clash,
	.signature     = "nginx",
	.before_reload = nginx_before_reload,
	.proof         = nginx_proof,
	.reload_closes = nginx_reload_closes,
	.stop          = (const char *const[]){ "-s", "stop", NULL },
	.reload        = (const char *const[]){ "-s", "reload", NULL },
	.fix           = nginx_fix,
	.blame         = nginx_blame,
	.limits        = nginx_limits,
	.repair        = nginx_repair,
	.escape        = nginx_escape,
};
