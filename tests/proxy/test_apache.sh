#!/bin/sh
# The same causes behind Apache, where they show differently.
# shellcheck disable=SC2086
. "$(dirname "$0")/lib.sh"
need apache2 openssl curl
certificate "$NAME"
two_ports
origin --misbehave hang
HANGING=${ORIGIN#http://}
password
origin --password-file "$T/password"
pw="--password-file $T/password"
modules=/usr/lib/apache2/modules

apache_up() { # apache_up TEXT: of both virtual hosts
	proxy_down
	{
		echo "ServerRoot $T
ServerName localhost
PidFile $T/apache.pid
ErrorLog $T/apache.log
Listen 127.0.0.1:@HTTP@
Listen 127.0.0.1:@TLS@ https
DefaultRuntimeDir $T"
		for m in mpm_event authz_core env headers proxy proxy_http ssl http2 deflate filter; do
			[ ! -f "$modules/mod_$m.so" ] || echo "LoadModule ${m}_module $modules/mod_$m.so"
		done
		[ "$(id -u)" != 0 ] || echo "User www-data
Group www-data"
		echo "<VirtualHost *:@HTTP@>
ServerName $NAME
$1
</VirtualHost>
<VirtualHost *:@TLS@>
ServerName $NAME
SSLEngine on
SSLCertificateFile @T@/$NAME.pem
SSLCertificateKeyFile @T@/$NAME.key
Protocols h2 http/1.1
$1
</VirtualHost>"
	} | fill >"$T/apache.conf"
	/usr/sbin/apache2 -f "$T/apache.conf" -DFOREGROUND >"$T/apache.start" 2>&1 &
	started $! "$HTTP" "$T/apache.start"
}
headers='ProxyRequests Off
ProxyPreserveHost On
RequestHeader unset X-Forwarded-Host early
RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}
SetEnv no-gzip 1'

apache_up "$headers
ProxyPass / http://@ORIGIN@/ upgrade=websocket timeout=3600"
check_http 0 $pw; ready
check_tls 0 $pw; ready

apache_up "$headers
ProxyPass / http://@ORIGIN@/ timeout=3600"
check_http 1 $pw; broken ws-upgrade-lost ws.event

apache_up "$(echo "$headers" | sed 's/ProxyPreserveHost On/ProxyPreserveHost Off/')
RequestHeader set X-Forwarded-Host app.internal
ProxyPass / http://@ORIGIN@/ upgrade=websocket timeout=3600"
check_http 1 $pw; broken ws-host-lost ws.event

apache_up "$(echo "$headers" | sed '/X-Forwarded-Proto/d')
RequestHeader set X-Forwarded-Proto http
ProxyPass / http://@ORIGIN@/ upgrade=websocket timeout=3600"
check_tls 1 $pw; broken ws-proto-lost ws.event

# DEFLATE reaches the event streams.
apache_up "$(echo "$headers" | sed '/no-gzip/d')
SetOutputFilter DEFLATE
ProxyPass / http://@ORIGIN@/ upgrade=websocket timeout=3600"
check_tls 1 $pw; broken sse-compressed sse.event

# Down is 503 at once; a silent one is 502, and late.
OTHER=127.0.0.1:$(closed_port)
apache_up "$headers
ProxyPass / http://@OTHER@/ upgrade=websocket"
check_http 1; broken upstream-down public.answer
OTHER=$HANGING
apache_up "$headers
ProxyPass / http://@OTHER@/ upgrade=websocket timeout=2"
check_http 1 --timeout 4; broken upstream-timeout public.answer
