#!/bin/sh
# Behind Cloudflare every event stream says no-transform, beside what OpenChamber says itself, and no other answer does.
# shellcheck disable=SC2086,SC2154
. "$(dirname "$0")/private.sh"
need curl
origin
TRIED=0 TLS=

edge() { # edge PROXY LINE: with TLS ended in front
	HTTP=$(closed_port)
	written $1 "https://$NAME" 'tls: {mode: upstream}' "listen: {address: 127.0.0.1, http: $HTTP}" "$2"
	runs $1
}

# cache PATH [BASE]: what its Cache-Control lines say together, word by word.  A stream does not end: its header is enough.
cache() {
	curl -s -o /dev/null -D "$T/header" --max-time 1 -H "Host: $NAME" "${2:-http://127.0.0.1:$HTTP}$1" || [ $? = 28 ] ||
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
	proxy_down

	# Nothing in front rewrites anything: nothing is added.
	edge $PROXY 'cdn: none'
	is 'an event stream' "$(cache /api/event)" 'no-cache '
	proxy_down
done
[ $TRIED -gt 0 ] || skip "no proxy is here"
echo "tried: $TRIED proxies"

# What was compressed by other hands is told so anyway: for HAProxy with compression the word is on every answer.
if command -v haproxy >/dev/null; then
	mkdir -p "$R/etc/haproxy"
	printf 'defaults\n\tmode http\n\ttimeout client 60s\n\tcompression algo gzip\n' >"$R/etc/haproxy/haproxy.cfg"
	written haproxy "https://$NAME" 'tls: {mode: upstream}' "listen: {address: 127.0.0.1, http: $HTTP}" 'cdn: cloudflare'
	[ "$(grep -c no-transform "$T/site")" = 1 ] || fail "said twice: $(grep no-transform "$T/site")"
fi
