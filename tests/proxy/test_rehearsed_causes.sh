#!/bin/sh
# What only a rehearsal can see, provoked in each proxy by one line of its template that is spoilt; the healthy twin is
# the template as it is. HAProxy and httpd have no row for a body that is held back: of their own they hold one buffer.
# shellcheck disable=SC2016,SC2154
. "$(dirname "$0")/private.sh"
export TMPDIR="$T/tmp"
mkdir "$TMPDIR"
chmod 755 "$T"

rehearses() { # rehearses STATUS
	for _ in 1 2 3; do # on a busy machine two halves of a body may arrive closer together than they were sent
		run "$1" rehearse --answers "$T/a.yaml" --templates "$T/templates" --json
		[ "$1" = 0 ] && [ "$(jq .summary.warn "$T/out")" != 0 ] || break
	done
}

tried=0
while IFS='|' read -r proxy file cause id status spoil; do
	is_here "$proxy" || continue
	rm -rf "$T/templates"
	cp -R templates "$T/templates"
	printf 'version: 1\norigin: http://127.0.0.1:3000\npublic: http://%s\nproxy: %s\ntls: {mode: none}\n' "$NAME" "$proxy" >"$T/a.yaml"
	chmod 600 "$T/a.yaml"
	echo "$proxy: $cause" # the last one is what a failure is about
	if [ "$proxy" != "${last:-}" ]; then
		rehearses 0
		json '.ready == true and .summary.warn == 0'
	fi
	last=$proxy
	sed -i "$spoil" "$T/templates/$file"
	! cmp -s "templates/$file" "$T/templates/$file" || fail "nothing is spoilt by $spoil"
	got=0
	"$BIN" rehearse --answers "$T/a.yaml" --templates "$T/templates" --json >"$T/out" 2>"$T/err" || got=$?
	jq -e --arg id "$id" --arg cause "$cause" --arg status "$status" \
		'.checks[] | select(.id == $id) | .status == $status and .cause == $cause and (.fix | length > 10)' "$T/out" >/dev/null ||
		fail "status $got: $id is $(jq -c --arg id "$id" '.checks[] | select(.id == $id)' "$T/out")"
	tried=$((tried + 1))
done <<'TABLE'
nginx|nginx/site.conf|body-spooled|body.spool|warn|s/proxy_request_buffering off/proxy_request_buffering on/
nginx|nginx/site.conf|forwarded-for-trusted|headers.client|fail|s/X-Forwarded-For $remote_addr/X-Forwarded-For $proxy_add_x_forwarded_for/
nginx|nginx/site.conf|forwarded-for-lost|headers.client|fail|s/X-Forwarded-For $remote_addr/X-Forwarded-For ""/
caddy|caddy/site.caddy|body-spooled|body.spool|warn|s/header_up -X-Real-IP/&\n\t\tbuffer_requests/
caddy|caddy/site.caddy|forwarded-for-trusted|headers.client|fail|s/header_up -X-Real-IP/&\n\t\theader_up X-Forwarded-For {http.request.header.X-Forwarded-For}/
caddy|caddy/site.caddy|forwarded-for-lost|headers.client|fail|s/header_up -X-Real-IP/&\n\t\theader_up -X-Forwarded-For/
haproxy|haproxy/backend.cfg|forwarded-for-trusted|headers.client|fail|s/http-request set-header X-Forwarded-For %\[src\]/option forwardfor/
haproxy|haproxy/backend.cfg|forwarded-for-lost|headers.client|fail|s/set-header X-Forwarded-For %\[src\]/del-header X-Forwarded-For/
apache|apache/site.conf|forwarded-for-trusted|headers.client|fail|/unset X-Forwarded-For early/d
apache|apache/site.conf|forwarded-for-lost|headers.client|fail|s/ProxyAddHeaders On/ProxyAddHeaders Off/
TABLE
[ $tried -gt 0 ] || skip "no proxy is here"
echo "tried: $tried"
