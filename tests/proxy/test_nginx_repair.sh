#!/bin/sh
# Each cause that nginx's files can be repaired of: named, repaired, gone when asked again, and put back.
# shellcheck disable=SC2016,SC2086
. "$(dirname "$0")/../apply/lib.sh"
password
origin --password-file "$T/password" --pace 10
pw="--password-file $T/password"
server_up
site=$R/etc/nginx/sites-enabled/chat
headers='proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Host $http_host;
	proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Real-IP $remote_addr;
	proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $up;'
rest='proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 3600s; proxy_send_timeout 3600s;'

workers_are_new() { for pid in $old; do ! kill -0 "$pid" 2>/dev/null || return 1; done; }
site() { # site LINES LOCATION-LINES [LOCATIONS] [IN-HTTP]
	cat >"$T/site" <<CONF
map \$http_upgrade \$up { default upgrade; "" close; }
${4:-}
server {
	listen 127.0.0.1:$HTTP;
	listen 127.0.0.1:$TLS ssl;
	ssl_certificate $R/etc/ssl/cert.pem;
	ssl_certificate_key $R/etc/ssl/key.pem;
	server_name $NAME;
	$1
	location / {
		proxy_pass $ORIGIN;
		$2
	}
	${3:-}
}
CONF
	cp "$T/site" "$site"
	old=$(pgrep -P "$NGINX" | sort)
	nginx -s reload -e "$T/reload.log" -c "$R/etc/nginx/nginx.conf" 2>"$T/reload.log" || fail "$(cat "$T/reload.log" "$site")"
	wait_for 5 workers_are_new
}
public="https://$NAME:$TLS"
doctor() { # doctor STATUS OPTION...
	status=$1
	shift
	run "$status" doctor --root "$R" --origin "$ORIGIN" --public "$public" --cacert "$R/etc/ssl/cert.pem" $pw --json "$@"
}
repaired() { # repaired CAUSE [STATUS] [OPTION...]: of the site that is up
	cause=$1
	status=${2:-1}
	[ $# -lt 2 ] || shift
	shift
	doctor "$status" "$@"
	json ".findings | map(select(.cause == \"$cause\")) | length == 1 and (.[0] | (.diff // .settledBy) and (.places | length > 0 or \"$cause\" == \"ws-origin-refused\" or \"$cause\" == \"ws-no-answer\"))"
	doctor 0 --fix "$@"
	json '.outcome == "kept" and .summary.fail == 0'
	cp "$site" "$T/after"
	doctor 0 "$@"
	json '.findings == []'
	run 0 rollback --root "$R"
	cmp -s "$site" "$T/site" || fail "$cause: not put back: $(diff "$T/site" "$site")"
}

site 'client_max_body_size 100m;' "$headers $rest"
cp "$site" "$T/healthy"
doctor 0 --deep
json '.findings == [] and .ready'
doctor 0 --fix
json '.changed == false'
cmp -s "$site" "$T/healthy" || fail "a healthy one is changed"

without() { echo "$headers" | sed "s/proxy_set_header $1 [^;]*;//"; }
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

site 'client_max_body_size 100m;' "$headers proxy_ignore_headers X-Accel-Buffering Expires; proxy_read_timeout 3600s;"
repaired sse-buffered
grep -q 'proxy_ignore_headers Expires;' "$T/after" || fail "the rest of a list is gone"
site 'client_max_body_size 100m; gzip on; gzip_min_length 1; gzip_proxied any; gzip_types text/event-stream;' "$headers $rest"
repaired sse-compressed
site 'client_max_body_size 100m;' "$headers proxy_buffering off; proxy_read_timeout 1s;"
repaired stream-cut 1 --deep
repaired stream-cut 0
site 'client_max_body_size 100m; gzip on; gzip_min_length 1; gzip_proxied any; gzip_types *;' "$headers $rest proxy_hide_header Content-Encoding;" \
	"location ~ ^/api/.*(event|stream) { proxy_pass $ORIGIN; $headers $rest gzip off; }"
repaired gzip-twice
site 'client_max_body_size 100m;' "$headers $rest proxy_hide_header Content-Encoding;"
repaired gzip-mislabelled
site 'client_max_body_size 100m;' "$headers $rest" '' 'proxy_hide_header Content-Encoding;'
repaired gzip-mislabelled
site 'client_max_body_size 100m; gzip on; gzip_min_length 1; gzip_proxied any; gzip_types application/json;' "$headers $rest"
repaired gzip-added 0
site 'client_max_body_size 1m;' "$headers $rest"
repaired body-limit
site 'client_max_body_size 100m; proxy_cache z; proxy_cache_valid 200 1m; proxy_ignore_headers Cache-Control Expires Set-Cookie Vary;' \
	"$headers proxy_read_timeout 3600s;" '' "proxy_cache_path $R/cache keys_zone=z:1m;"
repaired api-cached
site 'client_max_body_size 100m;' "$headers $rest" "location /api/ { proxy_pass $ORIGIN/; $headers $rest }"
repaired path-mangled
site 'client_max_body_size 100m;' "$headers $rest rewrite ^/api/(.*) /\$1 break;"
repaired path-mangled

# What only an echo shows: who the visitor is, and that nobody can say so himself.
seen_client() {
	curl -sk --resolve "$NAME:$TLS:127.0.0.1" -H 'X-Forwarded-For: 203.0.113.66' "$public/?antechamber=echo" |
		jq -r '[.headers[] | select(.name | ascii_downcase == "x-forwarded-for") | .value] | join("|")'
}
site 'client_max_body_size 100m;' "$(echo "$headers" | sed 's/X-Forwarded-For \$remote_addr/X-Forwarded-For $proxy_add_x_forwarded_for/') $rest"
[ "$(seen_client)" = '203.0.113.66, 127.0.0.1' ] || fail "the broken one is not broken: $(seen_client)"
doctor 0 --fix
json '[.findings[].cause] == ["forwarded-for-trusted"]'
[ "$(seen_client)" = 127.0.0.1 ] || fail "the visitor is $(seen_client)"
site 'client_max_body_size 100m;' "$(without X-Forwarded-For) $rest"
doctor 0 --fix
json '[.findings[].cause] == ["forwarded-for-lost"]'
[ "$(seen_client)" = 127.0.0.1 ] || fail "the visitor is $(seen_client)"
