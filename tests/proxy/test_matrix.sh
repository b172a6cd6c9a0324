#!/bin/sh
# What is written for each proxy, for the one that is here and for the oldest: the whole checklist on http, on TLS with a
# port of its own, and behind another proxy that ends TLS; and beside the last one a twin that believes somebody else.
# shellcheck disable=SC2086,SC2154
. "$(dirname "$0")/private.sh"
need openssl curl
certificate "$NAME"
cat "$T/$NAME.pem" "$T/$NAME.key" >"$T/both.pem"
password
origin --password-file "$T/password" --pace 10
pw="--password-file $T/password"
two_ports
EDGE=$(closed_port)

cell() { # cell PUBLIC OPTION...: everything is right, nothing is warned of
	public=$1
	shift
	run 0 check --origin "$ORIGIN" --public "$public" --cacert "$T/$NAME.pem" --json $pw "$@"
	ready
	for id in public.redirect ws.event ws.global-event ws.terminal ws.dictation sse.event sse.global-event sse.notifications \
		sse.openchamber gzip.encoding gzip.layers body.limit; do
		[ "$(status_of $id public)" = pass ] || fail "$id is $(status_of $id public)"
	done
}
# What OpenChamber is told, whatever a visitor says himself.
told() { # told SCHEME HOST URL OPTION...
	curl -s --cacert "$T/$NAME.pem" -H 'X-Forwarded-For: 203.0.113.66' -H 'X-Forwarded-Host: forged.invalid' \
		-H 'X-Forwarded-Proto: ftp' "$3/?antechamber=echo" "$4" "$5" |
		jq -r '[.headers[] | select(.name | test("^x-forwarded-(for|host|proto)$"; "i")) | .name + " " + (.value | split(",")[0])] |
			sort | join(",") | ascii_downcase' >"$T/told"
	[ "$(cat "$T/told")" = "x-forwarded-for 127.0.0.1,x-forwarded-host $2,x-forwarded-proto $1" ] ||
		fail "OpenChamber is told: $(cat "$T/told")"
}

http() {
	written $1 "http://$NAME:$HTTP" 'tls: {mode: none}' "listen: {address: 127.0.0.1, http: $HTTP}"
	runs $1
	cell "http://$NAME:$HTTP" --connect-to "127.0.0.1:$HTTP"
	told http "$NAME:$HTTP" "http://$NAME:$HTTP" --connect-to "::127.0.0.1:$HTTP"
}
tls() {
	written $1 "https://$NAME:$TLS" "tls: {mode: existing, certificate: $T/$NAME.pem, key: $T/$NAME.key}" \
		"listen: {address: 127.0.0.1, http: $HTTP, https: $TLS}"
	runs $1
	cell "https://$NAME:$TLS" --connect-to "127.0.0.1:$TLS"
	told https "$NAME:$TLS" "https://$NAME:$TLS" --connect-to "::127.0.0.1:$TLS"
}
# TLS ends at $EDGE, by another program, which asks this one at $HTTP.
front() {
	behind $1 127.0.0.1
	cell "https://$NAME" --connect-to "127.0.0.1:$EDGE"
	told https "$NAME" "https://$NAME" --connect-to "::127.0.0.1:$EDGE"
}
stranger() {
	behind $1 192.0.2.7
	run 1 check --origin "$ORIGIN" --public "https://$NAME" --cacert "$T/$NAME.pem" --json $pw --connect-to "127.0.0.1:$EDGE"
	broken ws-proto-lost ws.event
	told http "$NAME" "https://$NAME" --connect-to "::127.0.0.1:$EDGE"
}
behind() { # behind PROXY TRUSTED
	written $1 "https://$NAME" 'tls: {mode: upstream}' 'cdn: other' "trusted: [$2]" "listen: {address: 127.0.0.1, http: $HTTP}"
	runs $1
}

nginx_edge() {
	nginx_up "server { listen 127.0.0.1:$EDGE ssl http2; server_name $NAME; client_max_body_size 0;
		ssl_certificate $T/$NAME.pem; ssl_certificate_key $T/$NAME.key;
		location / { proxy_pass http://127.0.0.1:$HTTP; $headers $rest } }" "$EDGE"
}
caddy_edge() {
	mkdir -p "$T/edge"
	printf '{\n\tadmin off\n\tauto_https off\n\tstorage file_system %s\n}\n' "$T/edge" >"$T/edge/Caddyfile"
	printf 'https://%s:%s {\n\tbind 127.0.0.1\n\ttls %s %s\n\treverse_proxy 127.0.0.1:%s\n}\n' "$NAME" "$EDGE" \
		"$T/$NAME.pem" "$T/$NAME.key" "$HTTP" >>"$T/edge/Caddyfile"
	XDG_CONFIG_HOME="$T/edge" caddy run --config "$T/edge/Caddyfile" --adapter caddyfile >"$T/edge/log" 2>&1 &
	started $! "$EDGE" "$T/edge/log"
}
edge() { # edge PROXY: from now on in front, until it is another's turn
	[ "${EDGE_IS:-}" != "$1" ] || return 0
	proxy_down
	PROXY_PID=${EDGE_PID:-}
	proxy_down
	is_here $1 || skip "$1 is not installed, and has to stand in front"
	"$1_edge"
	EDGE_PID=$PROXY_PID EDGE_IS=$1 PROXY_PID=
}

tried=0
while read -r proxy in_front shapes version said older; do
	is_here $proxy || continue
	rm -rf "$R"
	mkdir "$R"
	[ $version = none ] || installed $proxy "$said" "$older"
	edge $in_front
	for shape in $(echo $shapes | tr , ' '); do
		echo "$proxy, $version: $shape" # the last one is what a failure is about
		$shape $proxy
		tried=$((tried + 1))
	done
done <<'TABLE'
nginx   caddy http,tls,front,stranger here
nginx   caddy http,tls,front,stranger none
caddy   nginx http,tls,front,stranger here
caddy   nginx http,tls,stranger       older 2\.[0-9.]* 2.4.6
haproxy nginx http,tls,front,stranger here
haproxy nginx http,tls,front,stranger none
apache  nginx http,tls,front,stranger here
apache  nginx http,tls,front,stranger older Apache/2\.4\.[0-9]* Apache/2.4.41
TABLE
# A Caddy before 2.5 believes whoever stands in front by itself; the one that is here cannot play that.
[ $tried -gt 0 ] || skip "no proxy is here"
echo "tried: $tried"
