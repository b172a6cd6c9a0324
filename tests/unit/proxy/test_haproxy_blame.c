/* From a cause to a line: each broken file beside a healthy twin, which blames nothing. */
#include <limits.h>

#include "haproxy_world.h"
#include "blame.h"

/* Line 1 to 5; what follows begins on line 6. */
#define DEFAULTS "defaults\n mode http\n timeout connect 5s\n timeout client 1h\n timeout server 1h\n"

/* A frontend and a backend in which nothing is wrong; X stands in the frontend (line 9), Y in the backend (line 18). */
#define SITE(x, y) \
	"frontend f\n" \
	" bind :80\n" \
	" bind :443 ssl crt a.pem\n" \
	x "\n" \
	" acl chat req.hdr(host),host_only -i chat.example.org\n" \
	" use_backend app if chat\n" \
	"backend app\n" \
	" option http-no-delay\n" \
	" http-request set-header X-Forwarded-Host %[req.hdr(host)]\n" \
	" http-request set-header X-Forwarded-Proto https if { ssl_fc }\n" \
	" http-request set-header X-Forwarded-Proto http unless { ssl_fc }\n" \
	" http-request set-header X-Forwarded-For %[src]\n" \
	y "\n" \
	" timeout tunnel 1h\n" \
	" server app 127.0.0.1:3000\n"

static const struct blame cases[] = {
	{ "ws-upgrade-lost", "/api/event/ws", DEFAULTS SITE("", ""), 0, NULL },
	{ "ws-upgrade-lost", "/api/event/ws", DEFAULTS SITE("", " http-request del-header Upgrade"), 18, NULL },
	{ "ws-upgrade-lost", "/api/event/ws", DEFAULTS SITE(" http-request set-header Connection close", ""), 9, NULL },
	{ "ws-upgrade-lost", "/api/event/ws", DEFAULTS SITE(" http-request set-header Connection close if { path /x }", ""), 0, NULL },
	{ "ws-host-lost", "/", DEFAULTS SITE("", ""), 0, NULL },
	{ "ws-host-lost", "/", DEFAULTS SITE("", " http-request set-header X-Forwarded-Host app.internal"), 18, NULL },
	{ "ws-host-lost", "/", DEFAULTS SITE("", " http-request set-header X-Forwarded-Host chat.example.org"), 0, NULL },
	{ "ws-port-lost", "/", DEFAULTS SITE("", " http-request set-header X-Forwarded-Host %[req.hdr(host),field(1,:)]"), 18, "https://chat.example.org:8443" },
	{ "ws-port-lost", "/", DEFAULTS SITE("", " http-request set-header X-Forwarded-Host %[req.hdr(host),field(1,:)]"), 0, NULL },
	{ "ws-port-lost", "/", DEFAULTS SITE("", ""), 0, "https://chat.example.org:8443" },
	{ "ws-proto-lost", "/", DEFAULTS SITE("", ""), 0, NULL },
	{ "ws-proto-lost", "/", DEFAULTS SITE("", ""), 0, "http://chat.example.org" },
	{ "ws-proto-lost", "/", DEFAULTS SITE("", " http-request set-header X-Forwarded-Proto http"), 18, NULL },
	{ "ws-proto-lost", "/", DEFAULTS SITE("", " http-request del-header X-Forwarded-Proto"), 18, NULL },
	{ "ws-proto-lost", "/", DEFAULTS "frontend f\n bind :443 ssl crt a.pem\n default_backend app\nbackend app\n server app 127.0.0.1:3000\n", 10, NULL },
	{ "ws-proto-lost", "/", DEFAULTS "frontend f\n bind :80\n default_backend app\nbackend app\n server app 127.0.0.1:3000\n", 0, "http://chat.example.org" },
	{ "cdn-flexible", "/", DEFAULTS SITE("", " http-request set-header X-Forwarded-Proto http"), 18, NULL },
	{ "ws-redirected", "/api/event/ws", DEFAULTS SITE(" http-request redirect scheme https if !{ ssl_fc }", ""), 9, "http://chat.example.org" },
	{ "ws-redirected", "/api/event/ws", DEFAULTS SITE(" http-request redirect scheme https if !{ ssl_fc }", ""), 0, NULL },
	{ "redirect-loop", "/", DEFAULTS SITE(" http-request redirect scheme https code 301", ""), 9, NULL },
	{ "redirect-loop", "/", DEFAULTS SITE(" http-request redirect scheme https unless { ssl_fc }", ""), 0, NULL },
	{ "redirect-away", "/", DEFAULTS SITE(" redirect location https://elsewhere.example.org if chat", ""), 9, NULL },
	{ "sse-buffered", "/api/event", DEFAULTS SITE("", ""), 0, "http://chat.example.org" },
	{ "sse-buffered", "/api/event", DEFAULTS SITE("", " no option http-no-delay"), 6, "http://chat.example.org" },
	{ "sse-buffered", "/api/event", DEFAULTS SITE(" option http-no-delay", " no option http-no-delay"), 0, "http://chat.example.org" },
	{ "sse-compressed", "/api/event", DEFAULTS SITE("", ""), 0, NULL },
	{ "sse-compressed", "/api/event", DEFAULTS SITE(" compression algo gzip", ""), 9, NULL },
	{ "sse-compressed", "/api/event", DEFAULTS SITE(" compression algo gzip", " compression type text/html text/"), 18, NULL },
	{ "sse-compressed", "/api/event", DEFAULTS SITE(" compression algo gzip", " compression type text/html"), 0, NULL },
	{ "gzip-added", "/", DEFAULTS SITE(" compression algo gzip", ""), 9, NULL },
	{ "gzip-added", "/", DEFAULTS SITE("", ""), 0, NULL },
	{ "gzip-twice", "/", DEFAULTS SITE(" compression algo gzip", " http-response del-header Content-Encoding"), 18, NULL },
	{ "gzip-twice", "/", DEFAULTS SITE("", ""), 0, NULL },
	{ "gzip-mislabelled", "/", DEFAULTS SITE("", " http-response del-header Content-Encoding"), 18, NULL },
	{ "gzip-mislabelled", "/", DEFAULTS SITE("", ""), 0, NULL },
	{ "body-limit", "/api/fs/upload", DEFAULTS SITE(" http-request deny deny_status 413 if { req.hdr_val(content-length) gt 1048576 }", ""), 9, NULL },
	{ "body-limit", "/api/fs/upload", DEFAULTS SITE(" acl big req.body_size gt 1048576", " http-request deny if { path /x }"), 0, NULL },
	{ "body-limit", "/api/fs/upload", DEFAULTS SITE(" acl big req.hdr_val(content-length) gt 1048576\n http-request deny if big", ""), 10, NULL },
	{ "body-limit", "/api/fs/upload", DEFAULTS SITE("", ""), 0, NULL },
	{ "body-spooled", "/api/fs/upload", DEFAULTS SITE(" option http-buffer-request", ""), 9, NULL },
	{ "body-spooled", "/api/fs/upload", DEFAULTS SITE("", " http-request wait-for-body time 10s"), 18, NULL },
	{ "body-spooled", "/api/fs/upload", DEFAULTS SITE("", ""), 0, NULL },
	{ "stream-cut", "/api/event", DEFAULTS SITE("", ""), 0, NULL },
	{ "stream-cut", "/api/event", DEFAULTS SITE("", " timeout server 50s"), 18, NULL },
	{ "stream-cut", "/api/event", DEFAULTS SITE(" timeout client 30s", ""), 9, NULL },
	{ "stream-cut", "/api/event/ws", DEFAULTS SITE(" timeout client 30s", ""), 0, NULL },
	{ "stream-cut", "/api/event/ws", DEFAULTS SITE("", " timeout tunnel 30s\n#"), 0, NULL },
	{ "stream-cut", "/api/event/ws", "defaults\n mode http\n timeout client 50s\n timeout server 40s\nfrontend f\n bind :443 ssl crt x\n default_backend b\nbackend b\n server s 127.0.0.1:1\n", 4, NULL },
	{ "api-cached", "/api/x", DEFAULTS SITE("", " http-request cache-use c"), 18, NULL },
	{ "api-cached", "/api/x", DEFAULTS SITE("", " http-request cache-use c if { path_beg /static }"), 0, NULL },
	{ "upstream-down", "/", DEFAULTS SITE("", ""), 20, NULL },
	{ "upstream-timeout", "/", DEFAULTS SITE("", ""), 20, NULL },
	{ "upstream-opencode", "/", DEFAULTS SITE("", ""), 20, NULL },
	{ "wrong-instance", "/", DEFAULTS SITE("", ""), 20, NULL },
	{ "wrong-site", "/", DEFAULTS "frontend f\n bind :443 ssl crt x\n use_backend a if { hdr(host) -i other }\n default_backend b\nbackend a\nbackend b\n", 9, NULL },
	{ "wrong-site", "/", DEFAULTS "frontend f\n bind :443 ssl crt x\n use_backend a if { hdr(host) -i other }\nbackend a\n", 6, NULL },
	{ "config-shadowed", "/", DEFAULTS SITE("", ""), 0, NULL },
	{ "config-shadowed", "/", DEFAULTS SITE("", "") "frontend g\n bind :8080\n bind *:443 ssl crt x\n", 23, NULL },
	{ "config-shadowed", "/", DEFAULTS SITE("", "") "frontend g\n bind 127.0.0.1:443 ssl crt x\n", 0, NULL },
	{ "config-shadowed", "/", DEFAULTS SITE(" use_backend other if { hdr_end(host) -i .example.org }", "") "backend other\n", 9, NULL },
	{ "path-mangled", "/api/x", DEFAULTS SITE("", " http-request replace-path /api/(.*) /\\1"), 18, NULL },
	{ "path-mangled", "/api/x", DEFAULTS SITE("", " http-request set-path /x if { path_beg /y }"), 0, NULL },
	{ "forwarded-for-lost", "/", DEFAULTS SITE("", " http-request del-header X-Forwarded-For"), 18, NULL },
	{ "forwarded-for-lost", "/", DEFAULTS SITE("", ""), 0, NULL },
	{ "forwarded-for-lost", "/", DEFAULTS "frontend f\n bind :443 ssl crt x\n default_backend b\nbackend b\n server s 127.0.0.1:1\n", 10, NULL },
	{ "forwarded-for-trusted", "/", DEFAULTS SITE("", ""), 0, NULL },
	{ "forwarded-for-trusted", "/", DEFAULTS "frontend f\n bind :443 ssl crt x\n option forwardfor\n default_backend b\nbackend b\n server s 127.0.0.1:1\n", 8, NULL },
	{ "forwarded-for-trusted", "/", DEFAULTS SITE("", " http-request set-header X-Forwarded-For %[req.hdr(X-Forwarded-For)],%[src]"), 18, NULL },
	{ "auth-layer", "/", DEFAULTS SITE(" http-request auth unless { path /x }", ""), 9, NULL },
	{ "auth-layer", "/", DEFAULTS SITE(" http-request auth if { path /x }", ""), 0, NULL },
	{ "tls-name", "/", DEFAULTS SITE("", ""), 8, NULL },
	{ "tls-expired", "/", DEFAULTS SITE("", ""), 8, NULL },
	{ "tls-untrusted", "/", DEFAULTS SITE("", ""), 8, NULL },
	/* Behind a router: the public port is none of HAProxy's. */
	{ "upstream-down", "/", DEFAULTS SITE("", ""), 20, "https://chat.example.org:9443" },
	{ "no-such-cause", "/", DEFAULTS SITE("", ""), 0, NULL },
	{ "upstream-down", "/", "global\n", 0, NULL },
};

static void
test_blame(void **state)
{
	(void)state;
	blames_hold(cases, ARRAY_LEN(cases), HAPROXY_CONFIG, "2.6.12", world_found);
}

static void
test_fixes(void **state)
{
	(void)state;
	blames_have_fixes(cases, ARRAY_LEN(cases), &proxy_haproxy);
}

static void
test_limits(void **state)
{
	limits_are(*state, HAPROXY_CONFIG, DEFAULTS SITE("", " timeout server 24h"), "2.6.12", world_found, 0, 86400);
	limits_are(*state, HAPROXY_CONFIG, "global\n", "2.6.12", world_found, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_limits, tree_setup, tree_teardown),
		cmocka_unit_test(test_blame),
		cmocka_unit_test(test_fixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
