/* From a cause to a line: each broken file beside a healthy twin, which blames nothing. */
#include <limits.h>

#include "apache_world.h"
#include "blame.h"

/* A virtual host in which nothing is wrong; X stands on line 11. */
#define SITE(x) \
	"Listen 443\nListen 80\n" \
	"<VirtualHost *:443>\n" \
	" ServerName chat.example.org\n" \
	" SSLEngine on\n" \
	" SSLCertificateFile /c.pem\n" \
	" ProxyPreserveHost On\n" \
	" RequestHeader unset X-Forwarded-For early\n" \
	" RequestHeader set X-Forwarded-Proto https\n" \
	" SetEnv no-gzip 1\n" \
	x "\n" \
	" ProxyPass / http://127.0.0.1:3000/ upgrade=websocket timeout=3600\n" \
	"</VirtualHost>\n"

/* Bare: with nothing but a name and a way; X stands on line 3. */
#define BARE(port, x) \
	"Listen " port "\n<VirtualHost *:" port ">\n" x "\n ServerName chat.example.org\n ProxyPass / http://127.0.0.1:3000/\n</VirtualHost>\n"

static const struct blame cases[] = {
	{ "ws-upgrade-lost", "/api/event/ws", SITE(""), 0, NULL },
	{ "ws-upgrade-lost", "/api/event/ws", BARE("443", ""), 5, NULL },
	{ "ws-upgrade-lost", "/api/event/ws", BARE("443", " RewriteRule ^/(.*)$ ws://127.0.0.1:3000/$1 [P,L]"), 0, NULL },
	{ "ws-upgrade-lost", "/api/event/ws", SITE(" RequestHeader unset Upgrade"), 11, NULL },
	{ "ws-host-lost", "/", SITE(""), 0, NULL },
	{ "ws-host-lost", "/", SITE(" RequestHeader set X-Forwarded-Host app.internal"), 11, NULL },
	{ "ws-host-lost", "/", SITE(" RequestHeader set X-Forwarded-Host expr=%{HTTP_HOST}"), 0, NULL },
	{ "ws-host-lost", "/", SITE(" RequestHeader set Host app.internal"), 11, NULL },
	{ "ws-host-lost", "/", BARE("443", " ProxyAddHeaders Off"), 3, NULL },
	{ "ws-port-lost", "/", BARE("8443", " RequestHeader set X-Forwarded-Host chat.example.org"), 3, "https://chat.example.org:8443" },
	{ "ws-port-lost", "/", BARE("443", " RequestHeader set X-Forwarded-Host chat.example.org"), 0, NULL },
	{ "ws-proto-lost", "/", SITE(""), 0, NULL },
	{ "ws-proto-lost", "/", SITE(" RequestHeader set X-Forwarded-Proto http"), 11, NULL },
	{ "ws-proto-lost", "/", SITE(" RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}"), 0, NULL },
	{ "ws-proto-lost", "/", BARE("443", " RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}"), 3, NULL },
	{ "ws-proto-lost", "/", BARE("443", ""), 5, NULL },
	{ "ws-proto-lost", "/", BARE("80", ""), 0, "http://chat.example.org" },
	{ "cdn-flexible", "/", BARE("443", " RequestHeader set X-Forwarded-Proto http"), 3, NULL },
	{ "ws-redirected", "/api/event/ws", SITE(" RewriteRule ^/(.*)$ https://x/$1 [R=301,L]"), 11, NULL },
	{ "redirect-loop", "/", SITE(" Redirect permanent / https://chat.example.org/"), 11, NULL },
	{ "redirect-loop", "/", SITE(" <IfModule core_module>\n <Location />\n RedirectMatch ^ https://x/\n </Location>\n </IfModule>"), 13, NULL },
	{ "redirect-loop", "/", SITE(""), 0, NULL },
	{ "redirect-away", "/", SITE(" RedirectTemp / https://elsewhere.example.org/"), 11, NULL },
	{ "sse-buffered", "/api/event", SITE(" SetOutputFilter BUFFER"), 11, NULL },
	{ "sse-buffered", "/api/event", SITE(" AddOutputFilterByType SUBSTITUTE text/html"), 0, NULL },
	{ "sse-compressed", "/api/event", SITE(" SetOutputFilter DEFLATE"), 0, NULL },
	{ "sse-compressed", "/api/event", BARE("443", " SetOutputFilter DEFLATE"), 3, NULL },
	{ "sse-compressed", "/api/event", BARE("443", " SetOutputFilter INFLATE;DEFLATE"), 3, NULL },
	{ "sse-compressed", "/api/event", BARE("443", " SetOutputFilter INFLATE"), 0, NULL },
	{ "sse-compressed", "/api/event", BARE("443", " AddOutputFilterByType DEFLATE text/html text/event-stream"), 3, NULL },
	{ "sse-compressed", "/api/event", BARE("443", " AddOutputFilterByType DEFLATE text/html"), 0, NULL },
	{ "sse-compressed", "/api/event", BARE("443", " AddOutputFilterByType BROTLI_COMPRESS text/event-stream"), 3, NULL },
	{ "gzip-added", "/", BARE("443", " AddOutputFilterByType DEFLATE text/html"), 3, NULL },
	{ "gzip-added", "/", SITE(""), 0, NULL },
	{ "gzip-twice", "/", SITE(" Header unset Content-Encoding"), 11, NULL },
	{ "gzip-twice", "/", SITE(""), 0, NULL },
	{ "gzip-mislabelled", "/", SITE(" Header always set Content-Encoding gzip"), 11, NULL },
	{ "gzip-mislabelled", "/", SITE(""), 0, NULL },
	{ "body-limit", "/api/fs/upload", SITE(" LimitRequestBody 1048576"), 11, NULL },
	{ "body-limit", "/api/fs/upload", SITE(" LimitRequestBody 0"), 0, NULL },
	{ "body-limit", "/api/fs/upload", SITE(" LimitRequestBody 104857600"), 0, NULL },
	{ "body-limit", "/api/fs/upload", "LimitRequestBody 1000\n" SITE(""), 1, NULL },
	{ "body-limit", "/api/fs/upload", SITE(" <Location /api>\n LimitRequestBody 1000\n </Location>"), 12, NULL },
	{ "body-limit", "/api/fs/upload", SITE(" <Location /other>\n LimitRequestBody 1000\n </Location>"), 0, NULL },
	{ "body-spooled", "/api/fs/upload", SITE(" SetEnv proxy-sendcl 1"), 11, NULL },
	{ "body-spooled", "/api/fs/upload", SITE(" SecRequestBodyAccess On"), 11, NULL },
	{ "body-spooled", "/api/fs/upload", SITE(""), 0, NULL },
	{ "stream-cut", "/api/event", SITE(""), 0, NULL },
	{ "stream-cut", "/api/event", "Timeout 5\n" SITE(""), 0, NULL },
	{ "stream-cut", "/api/event", "Timeout 5\n" BARE("443", ""), 1, NULL },
	{ "stream-cut", "/api/event", "Timeout 5\n" BARE("443", " ProxyTimeout 3600"), 0, NULL },
	{ "stream-cut", "/api/event", "Listen 443\n<VirtualHost *:443>\nServerName chat.example.org\nProxyPass / http://x/ timeout=30\n</VirtualHost>\n", 4, NULL },
	{ "api-cached", "/api/x", SITE(" CacheEnable disk /"), 11, NULL },
	{ "api-cached", "/api/x", SITE(""), 0, NULL },
	{ "upstream-down", "/", SITE(""), 12, NULL },
	{ "upstream-timeout", "/", SITE(""), 12, NULL },
	{ "upstream-opencode", "/", SITE(""), 12, NULL },
	{ "wrong-instance", "/", SITE(""), 12, NULL },
	{ "wrong-site", "/", "Listen 443\n<VirtualHost *:443>\n ServerName other.example.org\n</VirtualHost>\n", 3, NULL },
	{ "wrong-site", "/", SITE(""), 12, NULL },
	{ "config-shadowed", "/", SITE(""), 0, NULL },
	{ "config-shadowed", "/", "<VirtualHost *:443>\n ServerName chat.example.org\n</VirtualHost>\n" SITE(""), 2, NULL },
	{ "config-shadowed", "/", SITE("") "<VirtualHost 192.0.2.1:443>\n ServerName own.example.org\n</VirtualHost>\n", 14, NULL },
	{ "config-shadowed", "/", "<VirtualHost *:443>\n ServerName other.example.org\n</VirtualHost>\n" SITE(""), 0, NULL },
	{ "path-mangled", "/api/x", SITE(""), 0, NULL },
	{ "path-mangled", "/api/x", SITE(" ProxyPass /api http://127.0.0.1:3000/"), 11, NULL },
	{ "path-mangled", "/api/x", SITE(" ProxyPass /api http://127.0.0.1:3000/api"), 0, NULL },
	{ "path-mangled", "/api/x", SITE(" <Location /api>\n ProxyPass http://127.0.0.1:3000/v1\n </Location>"), 12, NULL },
	{ "forwarded-for-lost", "/", SITE(""), 0, NULL },
	{ "forwarded-for-lost", "/", BARE("443", " ProxyAddHeaders Off"), 3, NULL },
	{ "forwarded-for-lost", "/", SITE(" ProxyAddHeaders Off\n RequestHeader set X-Forwarded-For expr=%{REMOTE_ADDR}"), 0, NULL },
	{ "forwarded-for-trusted", "/", SITE(""), 0, NULL },
	{ "forwarded-for-trusted", "/", BARE("443", ""), 5, NULL },
	{ "forwarded-for-trusted", "/", SITE(" RequestHeader append X-Forwarded-For %{REMOTE_ADDR}s"), 11, NULL },
	{ "forwarded-for-trusted", "/", SITE(" RemoteIPTrustedProxy 0.0.0.0/0"), 11, NULL },
	{ "auth-layer", "/", SITE(" <Location />\n AuthType Basic\n Require valid-user\n </Location>"), 12, NULL },
	{ "auth-layer", "/", SITE(" <Location /other>\n AuthType Basic\n </Location>"), 0, NULL },
	{ "auth-layer", "/", SITE(" AuthType None"), 0, NULL },
	{ "tls-name", "/", SITE(""), 6, NULL },
	{ "tls-expired", "/", SITE(""), 6, NULL },
	{ "tls-untrusted", "/", SITE(""), 6, NULL },
	/* Behind a router: the public port is none of Apache's. */
	{ "upstream-down", "/", SITE(""), 12, "https://chat.example.org:9443" },
	{ "no-such-cause", "/", SITE(""), 0, NULL },
	{ "upstream-down", "/", "Listen 80\n", 0, NULL },
};

static void
test_blame(void **state)
{
	(void)state;
	blames_hold(cases, ARRAY_LEN(cases), APACHE_CONFIG, "2.4.71", world_found);
}

static void
test_fixes(void **state)
{
	(void)state;
	blames_have_fixes(cases, ARRAY_LEN(cases), &proxy_apache);
}

static void
test_limits(void **state)
{
	limits_are(*state, APACHE_CONFIG, SITE(""), "2.4.71", world_found, 0, 3600);
	limits_are(*state, APACHE_CONFIG, SITE(" LimitRequestBody 524288000"), "2.4.71", world_found, 500ull << 20, 3600);
	limits_are(*state, APACHE_CONFIG, SITE(" LimitRequestBody 0"), "2.4.71", world_found, ULLONG_MAX, 3600);
	limits_are(*state, APACHE_CONFIG, BARE("443", " ProxyTimeout 7200"), "2.4.71", world_found, 0, 7200);
	limits_are(*state, APACHE_CONFIG, "Listen 80\n", "2.4.71", world_found, 0, 0);
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
