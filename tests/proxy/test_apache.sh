#!/bin/sh
# Every cause that Apache can provoke: it is named, and the guilty line; beside each a healthy twin.
# shellcheck disable=SC2086,SC2016,SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/causes.sh"
need apache2 openssl curl
MODULES=/usr/lib/apache2/modules
[ -d $MODULES ] || skip "Apache's modules are not where Debian has them"
certificate "$NAME"
certificate other.example.org
two_ports
R=$T/root
CONF=$R/etc/apache2/apache2.conf PUBLIC=https://$NAME:$TLS
mkdir -p "$R/etc/apache2" "$T/cache" "$T/page"
chmod 777 "$T/cache"
echo Welcome >"$T/page/index.html"
strangers
password
origin --password-file "$T/password" --pace 15
pw="--password-file $T/password"
CERTIFICATE=$NAME

site() { # site LINES [MORE]: the virtual host with TLS, and what stands before it
	proxy_down
	{
		echo "ServerRoot $R/etc/apache2
ServerName localhost
PidFile $T/apache.pid
ErrorLog $T/apache.log
Listen 127.0.0.1:@HTTP@
Listen 127.0.0.1:@TLS@ https
DefaultRuntimeDir $T"
		for m in mpm_event alias authn_core authz_core auth_basic authn_file authz_user cache cache_disk deflate dir env filter \
			headers http2 mime proxy proxy_http ratelimit rewrite ssl; do
			echo "LoadModule ${m}_module $MODULES/mod_$m.so"
		done
		echo 'TypesConfig /dev/null'
		[ "$(id -u)" != 0 ] || printf 'User www-data\nGroup www-data\n'
		echo "${2:-}"
		echo "<VirtualHost *:@TLS@>
ServerName $NAME
SSLEngine on
SSLCertificateFile @T@/$CERTIFICATE.pem
SSLCertificateKeyFile @T@/$CERTIFICATE.key
Protocols h2 http/1.1
$1
</VirtualHost>"
	} | fill >"$CONF"
	apache2 -d "$R/etc/apache2" -f "$CONF" -DFOREGROUND >"$T/apache.start" 2>&1 &
	started $! "$HTTP" "$T/apache.start"
}
PATH=$PATH:/usr/sbin

headers='ProxyPreserveHost On
RequestHeader unset X-Forwarded-Host early
RequestHeader set X-Forwarded-Proto https'
pass='ProxyPass / http://@ORIGIN@/ upgrade=websocket timeout=3600'
plain="$headers
SetEnv no-gzip 1"
with() { # with LINES: beside what it needs
	printf '%s\n' "$plain" "$@" "$pass"
}

site "$(with '')"
looks 0 $pw --deep; ready

# WebSockets
site "$plain
ProxyPass / http://@ORIGIN@/ timeout=3600"
names ws-upgrade-lost ws.event 'ProxyPass / http'
site "$(with 'RequestHeader set X-Forwarded-Host app.internal')"
names ws-host-lost ws.event 'X-Forwarded-Host app.internal'
site "$(with 'ProxyAddHeaders Off' "RequestHeader set X-Forwarded-Host $NAME")"
names ws-port-lost ws.event "X-Forwarded-Host $NAME"
site "$(with 'ProxyAddHeaders Off' 'RequestHeader set X-Forwarded-Host expr=%{HTTP_HOST}')"; well
site "$(with 'RequestHeader set X-Forwarded-Proto http')"
names ws-proto-lost ws.event 'X-Forwarded-Proto http'
site "$(with '' | sed '/X-Forwarded-Proto/d')"
names ws-proto-lost ws.event 'ProxyPass / http'
site "$(with 'RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}')"; well
site "$(with 'RequestHeader set Origin https://evil.example')"
names ws-origin-refused ws.event ''
site "$(with 'RewriteEngine On' 'RewriteRule ^/api/(global/)?event/ws$ https://other.example.org/ [R=302,L]')"
names ws-redirected ws.event 'RewriteRule'
site "$(with 'RewriteEngine On' 'RewriteRule ^/other/ https://other.example.org/ [R=302,L]')"; well
site "$(with '<Location /api/event/ws>' 'Require all denied' '</Location>')"
names ws-refused ws.event ''
site "$(with 'ProxyPass /api/event/ws http://@ORIGIN@/api/nowhere/ws upgrade=websocket')"
names ws-no-answer ws.event '' --timeout 1

# Streams and compression
site "$(with '<Location /api/event>' 'SetOutputFilter RATE_LIMIT' 'SetEnv rate-limit 1' '</Location>')"
looks 0 $pw; warned sse-buffered sse.event; place sse.event 'SetOutputFilter RATE_LIMIT' # late; httpd holds nothing back for good
site "$(with '<Location /other>' 'SetOutputFilter RATE_LIMIT' 'SetEnv rate-limit 1' '</Location>')"; well
site "$headers
SetOutputFilter DEFLATE
$pass"
names sse-compressed sse.event 'SetOutputFilter DEFLATE'
site "$(with 'SetOutputFilter DEFLATE')"; well # no-gzip spares it
site "$(with 'RewriteEngine On' 'RewriteRule ^/api/event$ - [R=404,L]')"
names sse-not-stream sse.event ''
site "$headers
AddOutputFilterByType DEFLATE application/json
$pass"
looks 0 $pw; warned gzip-added gzip.layers; place gzip.layers 'AddOutputFilterByType'
# Twice it never is: mod_deflate leaves alone what is compressed, and a header is unset behind it.
site "$(with 'Header unset Content-Encoding')"
names gzip-mislabelled gzip.encoding 'Header unset Content-Encoding'
site "$(with 'Header unset X-Powered-By')"; well

# Times and bodies; httpd does not hold what it passes on to LimitRequestBody.
site "$plain
ProxyPass / http://@ORIGIN@/ upgrade=websocket timeout=1"
names stream-cut time.stream 'timeout=1' --deep
site "$(with 'RewriteEngine On' 'RewriteCond expr "%{HTTP:Content-Length} -gt 1048576"' 'RewriteRule ^ - [R=413,L]')"
names body-limit body.limit 'RewriteRule'
site "$(with 'LimitRequestBody 0')"; well
site "$(with "CacheRoot $T/cache" 'CacheEnable disk /health' 'CacheIgnoreCacheControl On' 'CacheStoreNoStore On' 'CacheStorePrivate On' \
	'CacheIgnoreNoLastMod On' 'CacheDefaultExpire 60')"
names api-cached public.cache 'CacheEnable disk'
site "$(with "CacheRoot $T/cache" 'CacheEnable disk /other')"; well

# Where it leads
OTHER=$DEAD
pass='ProxyPass / http://@OTHER@/ upgrade=websocket timeout=2'
site "$(with '')"
looks 1; broken upstream-down public.answer; place public.answer 'ProxyPass /'
OTHER=$HANGING; site "$(with '')" # 502, and late
looks 1 --timeout 4; broken upstream-timeout public.answer; place public.answer 'ProxyPass /'
OTHER=$OPENCODE; site "$(with '')"
looks 1; broken upstream-opencode public.answer; place public.answer 'ProxyPass /'
OTHER=$INSTANCE; site "$(with '')"
looks 1 $pw; broken wrong-instance public.instance; place public.instance 'ProxyPass /'
pass='ProxyPass / http://@ORIGIN@/ upgrade=websocket timeout=3600'
page="DocumentRoot $T/page
<Directory $T/page>
Require all granted
</Directory>"
site "$page"
looks 1; broken wrong-site public.answer; place public.answer '<VirtualHost'
site "$(with '')" "<VirtualHost *:@TLS@>
ServerName $NAME
SSLEngine on
SSLCertificateFile @T@/$NAME.pem
SSLCertificateKeyFile @T@/$NAME.key
$page
</VirtualHost>"
looks 1; broken wrong-site public.answer; place public.answer '<VirtualHost'
site "$(with '')" "<VirtualHost *:@TLS@>
ServerName other.example.org
SSLEngine on
SSLCertificateFile @T@/other.example.org.pem
SSLCertificateKeyFile @T@/other.example.org.key
</VirtualHost>"; well
site "$plain
ProxyPass /api/ http://@ORIGIN@/ upgrade=websocket
$pass"
looks 1; broken path-mangled public.answer; place public.answer 'ProxyPass /api/'
site "$(with '<Location />' 'AuthType Basic' 'AuthName closed' 'AuthUserFile /dev/null' 'Require valid-user' '</Location>')"
looks 1; broken auth-layer public.answer; place public.answer 'AuthType Basic'
site "$(with 'RewriteEngine On' 'RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]')"
looks 1; broken redirect-loop public.redirect; place public.redirect 'RewriteRule'
site "$(with '<Location />' 'Redirect / https://elsewhere.example.org/' '</Location>')"
looks 1; broken redirect-away public.redirect; place public.redirect 'Redirect /'

# The certificate
CERTIFICATE=other.example.org
site "$(with '')"
looks 1; broken tls-untrusted public.tls; place public.tls 'SSLCertificateFile'
looks 1 --cacert "$T/other.example.org.pem"; broken tls-name public.tls; place public.tls 'SSLCertificateFile'
CERTIFICATE=old
expired_certificate "$NAME" old
site "$(with '')"
looks 1 --cacert "$T/old.pem"; broken tls-expired public.tls; place public.tls 'SSLCertificateFile'
