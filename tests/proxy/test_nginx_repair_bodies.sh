#!/bin/sh
# What nginx holds back, packs, cuts, keeps or leads astray is repaired.
# shellcheck disable=SC2016,SC2086,SC2154
. "$(dirname "$0")/repair.sh"

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
# Behind a path that is computed, and wrong, nobody sees the headers that are lost besides: one round mends both.
site 'client_max_body_size 100m;' "$headers $rest" "location ~ ^/api/(.*)\$ { proxy_pass $ORIGIN/\$1; }"
repaired path-mangled
