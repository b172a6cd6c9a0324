#include "proxy/apache.h"

#include <string.h>

#include "base/i18n.h"

static const struct {
	const char *cause, *fix;
} fixes[] = {
	{ "ws-upgrade-lost",       N_("Add upgrade=websocket to ProxyPass. Before 2.4.47: a RewriteRule to ws:// for Upgrade: websocket.") },
	{ "ws-host-lost",          N_("Set ProxyPreserveHost On, and do not set Host or X-Forwarded-Host.") },
	{ "ws-port-lost",          N_("Set ProxyPreserveHost On, and do not set X-Forwarded-Host: mod_proxy keeps the port.") },
	{ "ws-proto-lost",         N_("Set RequestHeader X-Forwarded-Proto to https. Where TLS ends in front, take it from there.") },
	{ "ws-redirected",         N_("Let WebSocket paths through without Redirect or RewriteRule: browsers do not follow.") },
	{ "sse-buffered",          N_("Take out output filters that wait, and CacheEnable, for this site.") },
	{ "sse-compressed",        N_("Add SetEnv no-gzip 1, or take text/event-stream out of DEFLATE.") },
	{ "gzip-twice",            N_("Add SetEnv no-gzip 1, and do not unset Content-Encoding.") },
	{ "gzip-mislabelled",      N_("Do not unset or set Content-Encoding.") },
	{ "gzip-added",            N_("Add SetEnv no-gzip 1: OpenChamber compresses by itself.") },
	{ "body-limit",            N_("Raise LimitRequestBody, or the limit of mod_security.") },
	{ "body-spooled",          N_("Take out proxy-sendcl, and let mod_security not read bodies of this site.") },
	{ "stream-cut",            N_("Raise timeout= of ProxyPass.") },
	{ "api-cached",            N_("Add CacheDisable / for this site.") },
	{ "upstream-down",         N_("Correct ProxyPass, or start OpenChamber where it leads. SELinux may forbid the way: setsebool -P httpd_can_network_connect 1.") },
	{ "upstream-timeout",      N_("Look at where ProxyPass leads: something accepts there and says nothing.") },
	{ "upstream-opencode",     N_("Lead ProxyPass to OpenChamber's port, not to OpenCode's.") },
	{ "wrong-instance",        N_("Lead ProxyPass to the OpenChamber you mean.") },
	{ "wrong-site",            N_("Give the right virtual host this ServerName and this address.") },
	{ "config-shadowed",       N_("Give both virtual hosts the same address, and take the name out of the other one.") },
	{ "config-needs-restart",  N_("Restart Apache instead of reloading it: its addresses change.") },
	{ "config-invalid",        N_("Correct the line Apache names, then run apachectl configtest.") },
	{ "path-mangled",          N_("Let the path of ProxyPass and of its target end alike: both with a /.") },
	{ "redirect-loop",         N_("Redirect to https only in the virtual host of plain http.") },
	{ "cdn-flexible",          N_("Take X-Forwarded-Proto from the CDN's addresses, or let the CDN speak https.") },
	{ "forwarded-for-lost",    N_("Set ProxyAddHeaders On.") },
	{ "forwarded-for-trusted", N_("Add RequestHeader unset X-Forwarded-For early: mod_proxy only adds.") },
	{ "auth-layer",            N_("Take out AuthType for this site: OpenChamber has its own login.") },
	{ "tls-untrusted",         N_("Point SSLCertificateFile to the full chain.") },
	{ "tls-name",              N_("Point SSLCertificateFile to a certificate with this name.") },
	{ "tls-expired",           N_("Renew the certificate, then reload Apache.") },
};

static const char *
apache_fix(const char *cause)
{
	for (size_t i = 0; i < ARRAY_LEN(fixes); i++)
		if (strcmp(fixes[i].cause, cause) == 0)
			return fixes[i].fix;
	return NULL;
}

const struct proxy proxy_apache = {
	.name          = "apache",
	.label         = "Apache",
	.package       = "apache2",
	.users         = { "www-data", "apache" },
	.caps          = PROXY_FILES | PROXY_REHEARSE,
	.boxed         = &(const struct proxy_boxed){ { "apache2", "httpd" }, NULL },
	.detect        = apache_detect,
	.forget        = apache_forget,
	.render        = apache_render,
	.runs          = apache_runs,
	.rehearse      = apache_rehearse,
	.complaint     = apache_complaint,
	.clash         = apache_clash,
	.signature     = "Apache",
	.before_reload = apache_before_reload,
	.proof         = apache_proof,
	.leave         = apache_leave,
	.reload_word   = "graceful",
	.fix           = apache_fix,
	.blame         = apache_blame,
	.limits        = apache_limits,
	.repair        = apache_repair,
	.escape        = apache_escape,
};
