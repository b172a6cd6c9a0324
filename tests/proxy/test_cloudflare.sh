#!/bin/sh
# Behind Cloudflare every event stream says no-transform, beside what OpenChamber says itself, and no other answer does.
# shellcheck disable=SC2086,SC2154
. "$(dirname "$0")/lib.sh"
need curl
export PATH="$PATH:/usr/sbin"
origin
R=$T/root
M=/usr/lib/apache2/modules
mkdir "$R" "$T/nginx" "$T/nginx/logs"
TRIED=0 TLS=

written() { # written PROXY LINE: what is written for it, in $T/site
	HTTP=$(closed_port) # TLS ends in front
	cat >"$T/a.yaml" <<YAML
version: 1
origin: $ORIGIN
public: https://$NAME
proxy: $1
tls: {mode: upstream}
listen: {address: 127.0.0.1, http: $HTTP}
$2
YAML
	run 0 print --answers "$T/a.yaml" --root "$R" --json
	jq -r '.files[0].text' "$T/out" >"$T/site"
}
nginx_runs() { nginx_up "add_header X-Theirs kept; include $T/site;"; }
caddy_runs() {
	printf '{\n\tadmin off\n\tgrace_period 1ms\n\tstorage file_system %s\n}\nimport %s\n' "$T/storage" "$T/site" >"$T/Caddyfile"
	XDG_CONFIG_HOME="$T/caddy" caddy run --config "$T/Caddyfile" --adapter caddyfile >"$T/log" 2>&1 &
	started $! "$HTTP" "$T/log"
}
haproxy_runs() {
	{ printf 'defaults\n\tmode http\n\ttimeout client 60s\n'; cat "$T/site"; } >"$T/haproxy.cfg"
	haproxy -db -f "$T/haproxy.cfg" >"$T/log" 2>&1 &
	started $! "$HTTP" "$T/log"
}
apache2_runs() {
	{
		for m in alias authz_core env filter headers mpm_event proxy proxy_http proxy_wstunnel reqtimeout rewrite setenvif; do
			echo "LoadModule ${m}_module $M/mod_$m.so"
		done
		printf 'ServerName localhost\nPidFile %s/pid\nErrorLog %s/log\nDefaultRuntimeDir %s\n' "$T" "$T" "$T"
		[ "$(id -u)" != 0 ] || printf 'User nobody\nGroup nogroup\n'
		cat "$T/site"
	} >"$T/httpd.conf"
	apache2 -d "$T" -f "$T/httpd.conf" -DFOREGROUND >"$T/log" 2>&1 &
	started $! "$HTTP" "$T/log"
}

# cache PATH [BASE]: what its Cache-Control lines say together, word by word.  A stream does not end: its header is enough.
cache() {
	curl -s -o /dev/null -D "$T/header" --max-time 1 -H "Host: $NAME" "${2:-http://127.0.0.1:$HTTP}$1" || [ $? = 28 ] ||
		fail "no answer for $1"
	tr -d '\r' <"$T/header" | sed -n 's/^[Cc]ache-[Cc]ontrol: *//p' | tr ',' '\n' | sed 's/^ *//' | sort -u | tr '\n' ' '
}
is() { [ "$2" = "$3" ] || fail "$PROXY: $1 says \"$2\" instead of \"$3\""; }

for PROXY in nginx caddy haproxy apache2; do
	command -v $PROXY >/dev/null || continue
	[ $PROXY != apache2 ] || [ -d $M ] || continue
	TRIED=$((TRIED + 1))
	written ${PROXY%2} 'cdn: cloudflare'
	${PROXY}_runs
	is 'an event stream' "$(cache /api/event)" 'no-cache no-transform '
	is 'the other event stream' "$(cache /api/global/event)" 'no-cache no-transform '
	is 'a stream that says it itself' "$(cache /api/openchamber/events)" 'no-cache no-transform '
	is 'another answer' "$(cache '/?antechamber=echo')" 'no-store '
	is 'a page' "$(cache /)" "$(cache / "$ORIGIN")"
	is 'a page' "$(grep -ic '^content-type: text/html' "$T/header")" 1
	proxy_down

	# Nothing in front rewrites anything: nothing is added.
	written ${PROXY%2} 'cdn: none'
	${PROXY}_runs
	is 'an event stream' "$(cache /api/event)" 'no-cache '
	proxy_down
done
[ $TRIED -gt 0 ] || skip "no proxy is here"
echo "tried: $TRIED proxies"

# What was compressed by other hands is told so anyway: for HAProxy with compression the word is on every answer.
if command -v haproxy >/dev/null; then
	mkdir -p "$R/etc/haproxy"
	printf 'defaults\n\tmode http\n\ttimeout client 60s\n\tcompression algo gzip\n' >"$R/etc/haproxy/haproxy.cfg"
	written haproxy 'cdn: cloudflare'
	[ "$(grep -c no-transform "$T/site")" = 1 ] || fail "said twice: $(grep no-transform "$T/site")"
fi
