#!/bin/sh
# What Caddy, Apache and HAProxy do to OpenChamber is repaired by doctor --fix: shown, checked, reloaded, gone, and undone; a sound site is left alone.
# shellcheck disable=SC2016,SC2086,SC2154
. "$(dirname "$0")/lib.sh"
need caddy apache2 haproxy openssl curl
MODULES=/usr/lib/apache2/modules
[ -d $MODULES ] || skip "Apache's modules are not where Debian has them"
PATH=$PATH:/usr/sbin
certificate "$NAME"
cat "$T/$NAME.pem" "$T/$NAME.key" >"$T/both"
chmod 755 "$T"
two_ports
R=$T/root
mkdir -p "$R/etc/caddy" "$R/etc/apache2" "$R/etc/haproxy" "$R/var" "$T/cache"
password
origin --password-file "$T/password" --pace 10
ADMIN=$(closed_port)
PUBLIC=https://$NAME:$TLS

caddy_site() { # LINES [GLOBAL-LINES]
	cat <<CONF
{
	admin 127.0.0.1:$ADMIN
	grace_period 1ms
	auto_https disable_redirects
	http_port $HTTP
	https_port $TLS
	storage file_system $R/var/caddy
	skip_install_trust
	${2:-}
}
http://shop.example.org:$HTTP {
	bind 127.0.0.1
	respond shop
}
https://$NAME:$TLS {
	bind 127.0.0.1
	tls $T/$NAME.pem $T/$NAME.key
	$1
}
CONF
}
caddy_run() { XDG_CONFIG_HOME="$T/caddy" exec caddy run --config "$CONF" --adapter caddyfile; }
haproxy_site() { # FRONTEND-LINES [BACKEND-LINES] [DEFAULTS-LINES] [MORE]
	cat <<CONF
global
	hard-stop-after 1ms
defaults
	mode http
	timeout client 3600s
	timeout connect 5s
	timeout server 3600s
	timeout tunnel 3600s
	option http-no-delay
	${3:-}
frontend in
	bind 127.0.0.1:$HTTP
	bind 127.0.0.1:$TLS ssl crt $T/both alpn h2,http/1.1
	$1
	default_backend app
backend app
	${2:-}
	server app ${ORIGIN#http://}
${4:-}
CONF
}
haproxy_run() { exec haproxy -W -f "$CONF"; }
apache_site() { # LINES [MORE]
	echo "ServerRoot $R/etc/apache2
ServerName localhost
PidFile $T/apache.pid
ErrorLog $T/apache.log
GracefulShutdownTimeout 1
Listen 127.0.0.1:$HTTP
Listen 127.0.0.1:$TLS https
DefaultRuntimeDir $T"
	for m in mpm_event alias authz_core cache cache_disk deflate env filter headers http2 mime proxy proxy_http ratelimit ssl; do
		echo "LoadModule ${m}_module $MODULES/mod_$m.so"
	done
	echo 'TypesConfig /dev/null'
	[ "$(id -u)" != 0 ] || printf 'User www-data\nGroup www-data\n'
	cat <<CONF
${2:-}
<VirtualHost *:$TLS>
	ServerName $NAME
	SSLEngine on
	SSLCertificateFile $T/$NAME.pem
	SSLCertificateKeyFile $T/$NAME.key
	Protocols h2 http/1.1
	$1
</VirtualHost>
CONF
}
apache_run() { exec apache2 -d "$R/etc/apache2" -f "$CONF" -DFOREGROUND; }

site() { # site LINES...: the proxy $P anew, with them
	proxy_down
	rm -rf "$T/apache.pid" "$R/var/lib/antechamber" "${XDG_STATE_HOME:-$HOME/.local/state}/antechamber"
	"${P}_site" "$@" >"$CONF"
	cp "$CONF" "$T/site"
	"${P}_run" >"$T/$P.out" 2>&1 </dev/null &
	started $! "$HTTP" "$T/$P.out"
}
doctor() { # doctor STATUS OPTION...
	status=$1
	shift
	run "$status" doctor --proxy "$P" --root "$R" --origin "$ORIGIN" --public "$PUBLIC" --cacert "$T/$NAME.pem" \
		--password-file "$T/password" --json "$@"
}
repaired() { # repaired CAUSE [LINE [OPTION...]]: it goes away, and the file has the line then ("-LINE": has it no more)
	cause=$1 line=${2:-}
	shift
	[ $# = 0 ] || shift
	doctor 0 --fix --yes "$@"
	json ".outcome == \"kept\" and .summary.fail == 0 and ([.findings[] | select(.cause == \"$cause\" and .diff)] | length == 1)"
	cmp -s "$CONF" "$T/site" && fail "$cause: nothing was changed"
	case $line in
	-*) ! grep -qF -- "${line#-}" "$CONF" || fail "$P $cause: still there: $line" ;;
	*) grep -qF -- "$line" "$CONF" || fail "$P $cause: not there: $line: $(diff "$T/site" "$CONF")" ;;
	esac
	# What fails is seen to be gone before it is kept; what only the configuration tells is asked for once more.
	if jq -e ".findings[] | select(.cause == \"$cause\" and .status == \"warn\")" "$T/out" >"$T/warned"; then
		doctor 0 "$@"
		json "[.findings[].cause] | index(\"$cause\") == null"
	fi
	[ "$undone" != "$P" ] || return 0
	undone=$P
	run 0 rollback --root "$R"
	cmp -s "$CONF" "$T/site" || fail "$cause: not put back: $(diff "$T/site" "$CONF")"
}
undone= # the proxy whose repair was undone: once each
well() { # a sound one is left alone
	doctor 0 --fix --yes
	json '.changed == false and .findings == []'
	cmp -s "$CONF" "$T/site" || fail "$P: a sound one is changed: $(diff "$T/site" "$CONF")"
}
left_alone() { # left_alone CAUSE: named, and no change for it: it would be for others too
	doctor "${2:-1}"
	json "[.findings[] | select(.cause == \"$1\" and (.diff | not))] | length == 1"
}

P=caddy CONF=$R/etc/caddy/Caddyfile
proxy() { printf 'reverse_proxy %s {\n\t\t%s\n\t}' "${ORIGIN#http://}" "$1"; }
site "reverse_proxy ${ORIGIN#http://}"
well
site "$(proxy 'header_up -Upgrade')"
repaired ws-upgrade-lost '-header_up'
site "$(proxy 'header_up X-Forwarded-Host app.internal # why')"
repaired ws-host-lost '-app.internal'
site "$(proxy 'header_up X-Forwarded-Host {host}')"
repaired ws-port-lost '-{host}'
site "$(proxy 'header_up X-Forwarded-Proto http')"
repaired ws-proto-lost '-X-Forwarded-Proto'
site "$(proxy buffer_responses)"
repaired ws-no-answer '-buffer_responses' --timeout 1
site "encode /api/event* {
		gzip
		minimum_length 1
		match {
			header Content-Type text/event-stream*
		}
	}
	reverse_proxy ${ORIGIN#http://}"
repaired sse-compressed '-gzip'
site "$(proxy 'header_down -Content-Encoding')"
repaired gzip-mislabelled '-header_down'
site "$(proxy 'header_up X-Forwarded-For {header.X-Forwarded-For}')"
repaired forwarded-for-trusted '-X-Forwarded-For'
site "$(proxy 'header_up -X-Forwarded-For')"
repaired forwarded-for-lost '-X-Forwarded-For'
site "$(proxy 'transport http {
			read_timeout 20s
		}')"
repaired stream-cut '-read_timeout'
site "import plain
	reverse_proxy ${ORIGIN#http://}" "}
(plain) {
	request_header -Upgrade
"
left_alone ws-upgrade-lost

P=haproxy CONF=$R/etc/haproxy/haproxy.cfg
plain='http-request set-header X-Forwarded-Proto https if { ssl_fc }
	http-request set-header X-Forwarded-Host %[req.hdr(host)]
	http-request set-header X-Forwarded-For %[src]'
with() { printf '%s\n' "$plain" "$@"; }
other='backend other
	server other 127.0.0.1:9'
site "$plain"
well
site "$(with 'http-request del-header Upgrade')"
repaired ws-upgrade-lost '-del-header'
site "$(with 'http-request set-header X-Forwarded-Host app.internal # why')"
repaired ws-host-lost '-app.internal'
site "$(with 'http-request set-header X-Forwarded-Host %[req.hdr(host),field(1,:)]')"
repaired ws-port-lost '-field(1,:)'
site "$(echo "$plain" | sed 1d)"
repaired ws-proto-lost 'X-Forwarded-Proto %[ssl_fc,iif(https,http)]'
site "$(with 'http-request set-header X-Forwarded-Proto http' 'use_backend other if { path_beg /other }')" '' '' "$other"
repaired ws-proto-lost 'X-Forwarded-Proto %[ssl_fc,iif(https,http)]'
site "$(with 'compression algo gzip')"
repaired sse-compressed '-compression'
site "$plain" '' 'compression algo gzip'
left_alone sse-compressed
site "$plain" 'http-response del-header Content-Encoding'
repaired gzip-mislabelled '-Content-Encoding'
site "$plain" 'timeout server 20s # short'
repaired stream-cut 'timeout server 3600s # short'
site "$plain" '' 'timeout server 20s'
repaired stream-cut '	timeout server 3600s'
site "$(with 'http-request deny deny_status 413 if { req.hdr_val(content-length) gt 1048576 }')"
repaired body-limit 'gt 104857600 }'
site "$(with 'http-request deny deny_status 413 if { req.hdr_val(content-length) gt 1048576 }' 'use_backend other if { path_beg /other }')" '' '' "$other"
left_alone body-limit
site "$(echo "$plain" | sed '$d')"
repaired forwarded-for-trusted 'X-Forwarded-For %[src]'
site "$(echo "$plain" | sed '$d')" '' 'option forwardfor'
repaired forwarded-for-trusted 'del-header X-Forwarded-For'
site "$(with 'http-request del-header X-Forwarded-For')"
repaired forwarded-for-lost 'X-Forwarded-For %[src]'

P=apache CONF=$R/etc/apache2/apache2.conf
headers='ProxyPreserveHost On
	RequestHeader unset X-Forwarded-For early
	RequestHeader unset X-Forwarded-Host early
	RequestHeader set X-Forwarded-Proto https'
pass="ProxyPass / $ORIGIN/ upgrade=websocket timeout=3600"
plain="$headers
	SetEnv no-gzip 1"
with() { printf '%s\n' "$plain" "$@" "	$pass"; }
site "$(with '')"
well
site "$plain
	ProxyPass / $ORIGIN/ timeout=3600"
repaired ws-upgrade-lost 'timeout=3600 upgrade=websocket'
site "$(with 'RequestHeader set X-Forwarded-Host app.internal')"
repaired ws-host-lost '-app.internal'
site "$(with 'ProxyAddHeaders Off' "RequestHeader set X-Forwarded-Host $NAME")"
repaired ws-port-lost "-X-Forwarded-Host $NAME"
site "$(with 'RequestHeader set X-Forwarded-Proto http')"
repaired ws-proto-lost "RequestHeader set X-Forwarded-Proto https"
site "$(with '' | sed '/X-Forwarded-Proto/d')"
repaired ws-proto-lost "RequestHeader set X-Forwarded-Proto https"
site "$headers
	SetOutputFilter DEFLATE
	$pass"
repaired sse-compressed 'SetEnv no-gzip 1'
site "$headers
	$pass" 'SetOutputFilter DEFLATE'
repaired sse-compressed 'SetEnv no-gzip 1'
site "$(with 'Header unset Content-Encoding')"
repaired gzip-mislabelled '-Content-Encoding'
site "$plain
	ProxyPass / $ORIGIN/ upgrade=websocket timeout=20"
repaired stream-cut 'upgrade=websocket timeout=3600'
site "$plain
	ProxyPass / $ORIGIN/ upgrade=websocket" 'ProxyTimeout 20'
repaired stream-cut '	ProxyTimeout 3600'
site "$(with '' | sed '/X-Forwarded-For/d')"
repaired forwarded-for-trusted 'RequestHeader unset X-Forwarded-For early'
site "$plain
	ProxyPass / $ORIGIN/ \\
		timeout=3600"
left_alone ws-upgrade-lost
