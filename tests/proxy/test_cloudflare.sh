#!/bin/sh
# Behind Cloudflare every event stream says no-transform, beside what OpenChamber says itself, and no other answer does.
# shellcheck disable=SC2086,SC2154
. "$(dirname "$0")/private.sh"
need curl openssl haproxy
certificate "$NAME"
cat "$T/$NAME.pem" "$T/$NAME.key" >"$T/both.pem"
password
origin --password-file "$T/password" --pace 10
COOKIE=$(curl -s -o /dev/null -D - -H 'Content-Type: application/json' -d '{"password":"correct horse"}' "$ORIGIN/auth/session" |
	sed -n 's/^[Ss]et-[Cc]ookie: *\([^;]*\).*/\1/p')
EDGE=$(closed_port)
TRIED=0 TLS=

edge() { # edge PROXY LINE...: with TLS ended in front
	HTTP=$(closed_port) one=$1
	shift
	written $one "https://$NAME" 'tls: {mode: upstream}' "listen: {address: 127.0.0.1, http: $HTTP}" "$@"
	set -- $one
	runs $1
}

# What Cloudflare does on the way, by HAProxy on $EDGE: TLS ends there, its own headers, none of X-Accel-Buffering, uploads up
# to 100 MB, quiet for 100 s; it compresses what does not say no-transform, event streams too, which then come one late.
cloud_up() { # cloud_up [SCHEME [LINE...]]: it asks the server by http, or by https at $TLS
	cat >"$T/edge.cfg" <<CFG
defaults
	mode http
	timeout client 100s
	timeout server 100s
	timeout tunnel 100s
	timeout connect 5s
	option http-no-delay
frontend edge
	bind 127.0.0.1:$EDGE ssl crt $T/both.pem alpn h2,http/1.1
	http-request deny deny_status 413 if { req.hdr_val(content-length) gt 104857600 }
	http-request set-header CF-Connecting-IP %[src]
	http-request set-header CF-Visitor "{\"scheme\":\"https\"}"
	http-request set-header CF-Ray 8f1c2d3e4f5a6b7c-FRA
	http-request set-header CDN-Loop cloudflare
	http-request set-header X-Forwarded-Proto ${1:-https}
	http-request set-var(txn.api) bool(true) if { path_beg /api/ }
	http-request add-header X-Forwarded-For %[src]
	http-response set-header server cloudflare
	http-response set-header CF-Ray 8f1c2d3e4f5a6b7c-FRA
	http-response set-header CF-Cache-Status DYNAMIC
	http-response del-header X-Accel-Buffering
	${2:-}
	compression algo gzip
	default_backend server
backend server
	server it 127.0.0.1:$HTTP
CFG
	haproxy -db -f "$T/edge.cfg" >"$T/edge.log" 2>&1 &
	CLOUD=$!
	PIDS="$PIDS $CLOUD"
	wait_for 10 accepts "$EDGE"
}
cloud_down() {
	kill "$CLOUD" 2>/dev/null || :
	wait "$CLOUD" 2>/dev/null || :
}
through() { # through STATUS OPTION...: the whole checklist by the public name
	status=$1
	shift
	run "$status" check --origin "$ORIGIN" --public "https://$NAME" --connect-to "127.0.0.1:$EDGE" --cacert "$T/$NAME.pem" --json \
		--password-file "$T/password" "$@"
}

# cache PATH [BASE]: what its Cache-Control lines say together, word by word.  A stream does not end: its header is enough.
cache() {
	curl -s -o /dev/null -D "$T/header" --max-time 1 -H "Host: $NAME" -H "Cookie: $COOKIE" "${2:-http://127.0.0.1:$HTTP}$1" || [ $? = 28 ] ||
		fail "no answer for $1"
	tr -d '\r' <"$T/header" | sed -n 's/^[Cc]ache-[Cc]ontrol: *//p' | tr ',' '\n' | sed 's/^ *//' | sort -u | tr '\n' ' '
}
is() { [ "$2" = "$3" ] || fail "$PROXY: $1 says \"$2\" instead of \"$3\""; }

for PROXY in nginx caddy haproxy apache; do
	is_here $PROXY || continue
	TRIED=$((TRIED + 1))
	edge $PROXY 'cdn: cloudflare'
	is 'an event stream' "$(cache /api/event)" 'no-cache no-transform '
	is 'the other event stream' "$(cache /api/global/event)" 'no-cache no-transform '
	is 'a stream that says it itself' "$(cache /api/openchamber/events)" 'no-cache no-transform '
	is 'another answer' "$(cache '/?antechamber=echo')" 'no-store '
	is 'a page' "$(cache /)" "$(cache / "$ORIGIN")"
	is 'a page' "$(grep -ic '^content-type: text/html' "$T/header")" 1
	# Every check is green through it; its limits are told where more is asked for.
	cloud_up
	through 0
	ready
	json '.checks[] | select(.id == "gzip.layers" and .target == "public") | .detail | contains("Cloudflare compresses")'
	json '.checks[] | select(.id == "cdn.path" and .target == "public") | .detail | contains("Cloudflare")'
	if [ $PROXY = nginx ]; then
		through 1 --body-size 150M
		broken body-limit body.limit
		json '.checks[] | select(.id == "cdn.limit" and .target == "public") | .status == "warn" and .cause == "cdn-limit"'
	fi
	cloud_down
	proxy_down

	# Nothing in front rewrites anything: nothing is added.
	edge $PROXY 'cdn: none'
	is 'an event stream' "$(cache /api/event)" 'no-cache '
	proxy_down
done

# What it does wrong where something is not as it should be, and that it is found: each beside the healthy ones above.
PROXY=nginx
cloudy() { # cloudy CAUSE CHECK
	through 1
	broken "$1" "$2"
	cloud_down
	proxy_down
}
edge nginx 'cdn: other' "trusted: [127.0.0.1]" # nothing says no-transform
cloud_up
cloudy sse-compressed sse.event
edge nginx 'cdn: cloudflare' "trusted: [192.0.2.7]" # its addresses are not believed
cloud_up
cloudy cdn-flexible ws.event
edge nginx 'cdn: cloudflare' # it says http, as with SSL/TLS on Flexible
cloud_up http
cloudy cdn-flexible ws.event
edge nginx 'cdn: cloudflare' # the API is kept in its cache
cloud_up https 'http-response set-header CF-Cache-Status HIT if { var(txn.api) -m bool }'
cloudy api-cached public.cache
[ $TRIED -gt 0 ] || skip "no proxy is here"
echo "tried: $TRIED proxies"

# What was compressed by other hands is told so anyway: for HAProxy with compression the word is on every answer.
if command -v haproxy >/dev/null; then
	mkdir -p "$R/etc/haproxy"
	printf 'defaults\n\tmode http\n\ttimeout client 60s\n\tcompression algo gzip\n' >"$R/etc/haproxy/haproxy.cfg"
	written haproxy "https://$NAME" 'tls: {mode: upstream}' "listen: {address: 127.0.0.1, http: $HTTP}" 'cdn: cloudflare'
	[ "$(grep -c no-transform "$T/site")" = 1 ] || fail "said twice: $(grep no-transform "$T/site")"
fi
