#!/bin/sh
# Every way in which nginx loses a WebSocket has its own name.
# shellcheck disable=SC2016
. "$(dirname "$0")/lib.sh"
need nginx openssl curl
certificate "$NAME"
two_ports
password
origin --password-file "$T/password"
pw="--password-file $T/password"

site() { # site HEADERS [LOCATIONS]
	nginx_up "server { $listen client_max_body_size 100m;
		location / { proxy_pass http://@ORIGIN@; $1 $rest }
		${2:-}
	}"
}

# The healthy one, with and without the password, http and TLS.
site "$headers"
check_http 0 $pw; ready
check_tls 0 $pw; ready
check_tls 0; healthy
[ "$(status_of ws.event public)" = pass ] || fail "without the password the upgrade is not proved"

# No Upgrade headers: told with and without the password.
site "$(echo "$headers" | sed 's/proxy_set_header Upgrade[^;]*;//; s/proxy_set_header Connection[^;]*;//')"
check_http 1 $pw; broken ws-upgrade-lost ws.event
check_http 1; broken ws-upgrade-lost ws.event
json '.checks | map(select(.group == "sse" and .status == "fail")) | length == 0'

# Host and X-Forwarded-Host lost: OpenChamber sees its own address.
site "$(echo "$headers" | sed 's/proxy_set_header Host[^;]*;//; s/proxy_set_header X-Forwarded-Host[^;]*;//')"
check_tls 1 $pw; broken ws-host-lost ws.event

# The port lost: $host where the address has one.
site "$(echo "$headers" | sed 's/\$http_host/$host/g')"
run 1 check --origin "$ORIGIN" --public "http://$NAME:8080" --connect-to "127.0.0.1:$HTTP" --json $pw
broken ws-port-lost ws.event
check_http 0 $pw; ready # without a port there is nothing to lose
site "$headers"
run 0 check --origin "$ORIGIN" --public "http://$NAME:8080" --connect-to "127.0.0.1:$HTTP" --json $pw
ready

# The scheme lost: told with the password, and over TLS without it too.
site "$(echo "$headers" | sed 's/proxy_set_header X-Forwarded-Proto[^;]*;//')"
check_tls 1 $pw; broken ws-proto-lost ws.event
check_tls 1; broken ws-proto-lost ws.event
check_http 0 $pw; ready

# Another Origin arrives than was sent.
site "$headers proxy_set_header Origin https://evil.example;"
check_tls 1 $pw; broken ws-origin-refused ws.event

# One location answers by itself.
site "$headers" 'location = /api/event/ws { return 301 https://$host$request_uri; }'
check_http 1 $pw; broken ws-redirected ws.event
[ "$(status_of ws.terminal public)" = pass ] || fail "a route that works is accused"
site "$headers" 'location = /api/event/ws { return 404; }'
check_http 1 $pw; broken ws-refused ws.event
site "$headers" "location = /api/event/ws { proxy_pass http://@ORIGIN@/api/nowhere/ws; $headers $rest }"
check_http 1 $pw --timeout 1; broken ws-no-answer ws.event

# An optional route can only warn.
site "$headers" 'location = /api/dictation/ws { return 404; }'
check_http 0 $pw
warned ws-refused ws.dictation
