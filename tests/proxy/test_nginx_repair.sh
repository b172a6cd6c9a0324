#!/bin/sh
# What nginx does to headers and sockets is repaired; a sound site is left alone.
# shellcheck disable=SC2016,SC2086,SC2154
. "$(dirname "$0")/repair.sh"

site 'client_max_body_size 100m;' "$headers $rest"
cp "$site" "$T/healthy"
doctor 0 --deep
json '.findings == [] and .ready'
doctor 0 --fix --yes
json '.changed == false'
cmp -s "$site" "$T/healthy" || fail "a healthy one is changed"

site 'client_max_body_size 100m;' "$(without Upgrade) $rest"
repaired ws-upgrade-lost
site 'client_max_body_size 100m;' "$(echo "$headers" | sed 's/\$http_host/$proxy_host/g') $rest"
repaired ws-host-lost
site "client_max_body_size 100m; $headers" "$rest" "location /api { proxy_pass $ORIGIN; $rest proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection \$up; proxy_set_header X-One 1; }"
repaired ws-host-lost
grep -q 'proxy_set_header X-One 1;' "$T/after" || fail "a header of somebody else is gone"
site "client_max_body_size 100m;" "$(echo "$headers" | sed 's/\$http_host/$host/g') $rest"
repaired ws-port-lost
site 'client_max_body_size 100m;' "$(without X-Forwarded-Proto) $rest"
repaired ws-proto-lost
site 'client_max_body_size 100m;' "$headers $rest proxy_set_header Origin https://evil.example;"
repaired ws-origin-refused
site 'client_max_body_size 100m;' "$headers $rest" "location = /api/event/ws { proxy_pass $ORIGIN/api/nowhere/ws; $headers $rest }"
repaired ws-no-answer 1 --timeout 1

# What only an echo shows: who the visitor is, and that nobody can say so himself.
seen_client() {
	curl -sk --resolve "$NAME:$TLS:127.0.0.1" -H 'X-Forwarded-For: 203.0.113.66' "$public/?antechamber=echo" |
		jq -r '[.headers[] | select(.name | ascii_downcase == "x-forwarded-for") | .value] | join("|")'
}
site 'client_max_body_size 100m;' "$(echo "$headers" | sed 's/X-Forwarded-For \$remote_addr/X-Forwarded-For $proxy_add_x_forwarded_for/') $rest"
[ "$(seen_client)" = '203.0.113.66, 127.0.0.1' ] || fail "the broken one is not broken: $(seen_client)"
doctor 0 --fix --yes
json '[.findings[].cause] == ["forwarded-for-trusted"]'
[ "$(seen_client)" = 127.0.0.1 ] || fail "the visitor is $(seen_client)"
site 'client_max_body_size 100m;' "$(without X-Forwarded-For) $rest"
doctor 0 --fix --yes
json '[.findings[].cause] == ["forwarded-for-lost"]'
[ "$(seen_client)" = 127.0.0.1 ] || fail "the visitor is $(seen_client)"
