#!/bin/sh
# What is put into Nginx Proxy Manager, in the server block it writes around it (as measured on 2.15.1), run by a real nginx:
# the whole checklist on http and on TLS with HTTP/2, the usual port and another, Force SSL, an access list.
# shellcheck disable=SC1091,SC2016,SC2154
. "$(dirname "$0")/../npm/lib.sh"
. tests/proxy/lib.sh
need nginx openssl curl
certificate "$NAME"
password
behind_up
origin --password-file "$T/password" --pace 10
two_ports
npm_up 2.15.1

texts() { # texts PUBLIC TLS: what its API would be sent: the Advanced text, and custom locations
	answers "$@"
	answers_for 0 print --json
	jq -r '[.calls[].body.advanced_config // empty] | first' "$T/out" >"$T/advanced"
	jq -c '[.calls[].body.locations // empty] | (first // []) | .[]' "$T/out" >"$T/locations"
	grep -q 'Written by antechamber' "$T/advanced" || fail "there is no text: $(cat "$T/out")"
}

switched='proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; proxy_http_version 1.1;'
hsts='add_header Strict-Transport-Security $hsts_header always;'
list='satisfy all; allow 127.0.0.1; deny all;'
custom() { # its _location.conf
	while read -r one; do
		echo "location $(echo "$one" | jq -r .path) { $(echo "$one" | jq -r '.advanced_config // ""')"
		echo "proxy_set_header Host \$host; proxy_set_header X-Forwarded-Scheme \$scheme; proxy_set_header X-Forwarded-Proto \$scheme;
			proxy_set_header X-Forwarded-For \$remote_addr; proxy_set_header X-Real-IP \$remote_addr;
			proxy_pass http://@ORIGIN@; $access $force $hsts $switched }"
	done <"$T/locations"
}
own() { # its location / with conf.d/include/proxy.conf, unless the text takes its place
	! grep -q '^location / {' "$T/advanced" && [ ! -s "$T/locations" ] || return 0
	echo "location / { $access $hsts $switched
		add_header X-Served-By \$host; proxy_set_header Host \$host; proxy_set_header X-Forwarded-Scheme \$x_forwarded_scheme;
		proxy_set_header X-Forwarded-Proto \$x_forwarded_proto; proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
		proxy_set_header X-Real-IP \$remote_addr; proxy_pass \$forward_scheme://\$server:\$port\$request_uri; }"
}
host_up() { # host_up [ACCESS [FORCE]]
	access=${1:-} force=${2:-}
	nginx_up "client_max_body_size 2000m; proxy_connect_timeout 90s; proxy_send_timeout 90s; proxy_read_timeout 90s;
		proxy_http_version 1.1; keepalive_timeout 90s; gzip on; gzip_proxied any;
		set_real_ip_from 10.0.0.0/8; set_real_ip_from 172.16.0.0/12; set_real_ip_from 192.168.0.0/16;
		real_ip_header X-Real-IP; real_ip_recursive on;
		map \$http_x_forwarded_proto \$x_forwarded_proto { \"http\" \"http\"; \"https\" \"https\"; default \$scheme; }
		map \$http_x_forwarded_scheme \$x_forwarded_scheme { \"http\" \"http\"; \"https\" \"https\"; default \$scheme; }
		map \$scheme \$hsts_header { https \"max-age=63072000; preload\"; }
		server {
			set \$forward_scheme http; set \$server \"127.0.0.1\"; set \$port ${ORIGIN##*:};
			$listen
			$hsts
			$force
			$switched
			$(cat "$T/advanced")
			$(custom)
			$(own)
		}"
}
cell() { # cell PUBLIC PORT
	run 0 check --origin "$ORIGIN" --public "$1" --connect-to "127.0.0.1:$2" --cacert "$T/$NAME.pem" --password-file "$T/password" \
		--json
	ready
	for id in public.redirect ws.event ws.global-event ws.terminal ws.dictation sse.event sse.global-event sse.notifications \
		sse.openchamber gzip.encoding gzip.layers body.limit; do
		[ "$(status_of $id public)" = pass ] || fail "$1: $id is $(status_of $id public)"
	done
}
told() { # told URL OPTION...: the visitor OpenChamber is told of, whatever one says himself
	curl -s --cacert "$T/$NAME.pem" -H 'X-Forwarded-For: 203.0.113.66' "$@" | jq -r '[.headers[] | select(.name == "X-Forwarded-For") | .value] | first'
}
forces='set $test ""; if ($scheme = "http") { set $test "H"; } if ($test = H) { return 301 https://$host$request_uri; }'

# An own location /: http, TLS on another port, TLS on the usual one with Force SSL.
texts "http://$NAME:$HTTP" none
host_up
cell "http://$NAME:$HTTP" "$HTTP"
texts "https://$NAME:$TLS" auto
host_up
cell "https://$NAME:$TLS" "$TLS"
texts "https://$NAME" auto
host_up '' "$forces"
cell "https://$NAME" "$TLS"
[ "$(told "https://$NAME/?antechamber=echo" --connect-to "::127.0.0.1:$TLS")" = 127.0.0.1 ] || fail "a forged sender is believed"
[ "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' --connect-to "::127.0.0.1:$HTTP" "http://$NAME/x")" = "301 https://$NAME/x" ] ||
	fail "nobody is sent to https"

# An access list stays in force: then it is a custom location, on both ports too.
old_host false 3
texts "https://$NAME:$TLS" auto
[ -s "$T/locations" ] || fail "there is no custom location: $(cat "$T/out")"
host_up "$list"
cell "https://$NAME:$TLS" "$TLS"
[ "$(curl -sk -o /dev/null -w '%{http_code}' --interface 127.0.0.2 --connect-to "::127.0.0.1:$TLS" "https://$NAME/health")" = 403 ] ||
	fail "the access list lets a stranger in"
texts "https://$NAME" auto
host_up "$list" "$forces"
cell "https://$NAME" "$TLS"
[ "$(told "https://$NAME/?antechamber=echo" --connect-to "::127.0.0.1:$TLS")" = 127.0.0.1 ] || fail "a forged sender is believed"

# Its own location alone, as somebody leaves it who pastes nothing: cut after 90 s at most, and on another port no socket opens.
: >"$T/advanced"
: >"$T/locations"
host_up
run 1 check --origin "$ORIGIN" --public "https://$NAME:$TLS" --connect-to "127.0.0.1:$TLS" --cacert "$T/$NAME.pem" \
	--password-file "$T/password" --json
[ "$(status_of ws.event public)" = fail ] || fail "ws.event is $(status_of ws.event public)"
