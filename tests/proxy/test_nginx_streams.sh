#!/bin/sh
# Event streams, compression, body sizes and waiting behind nginx.
# shellcheck disable=SC2016,SC2086
. "$(dirname "$0")/lib.sh"
need nginx openssl curl
certificate "$NAME"
two_ports
password
origin --password-file "$T/password" --pace 10
pw="--password-file $T/password"

site() { # site LINES LOCATION-LINES [LOCATIONS]
	nginx_up "server { $listen $1
		location / { proxy_pass http://@ORIGIN@; $headers $2 }
		${3:-}
	}"
}

site 'client_max_body_size 100m;' "$rest"
check_tls 0 $pw; ready
check_tls 0 $pw --deep; ready

# Buffering shows only over TLS with HTTP/1.1: it must be found there, and nobody accused on http.
site 'client_max_body_size 100m;' 'proxy_ignore_headers X-Accel-Buffering; proxy_read_timeout 3600s;'
check_tls 1 $pw; broken sse-buffered sse.event
site 'client_max_body_size 100m;' 'proxy_read_timeout 3600s;' # nginx's defaults honour the app's own header
check_tls 0 $pw; healthy

site 'client_max_body_size 100m; gzip on; gzip_min_length 1; gzip_proxied any; gzip_types text/event-stream;' "$rest"
check_tls 1 $pw; broken sse-compressed sse.event
site 'client_max_body_size 100m; gzip off;' "$rest"
check_tls 0 $pw; ready

site 'client_max_body_size 100m;' "$rest" 'location = /api/event { default_type text/html; return 200 "<p>no</p>"; }'
check_tls 1 $pw; broken sse-not-stream sse.event
[ "$(status_of sse.openchamber public)" = pass ] || fail "a stream that works is accused"

# Cut before the second heartbeat; without --deep nobody waits that long.
site 'client_max_body_size 100m;' "$(echo "$rest" | sed 's/3600s/1s/g')"
check_tls 1 $pw --deep; broken stream-cut time.stream

# Compression.
site 'client_max_body_size 100m; gzip on; gzip_min_length 1; gzip_proxied any; gzip_types *;' "$rest proxy_hide_header Content-Encoding;" \
	"location ~ ^/api/.*(event|stream) { proxy_pass http://@ORIGIN@; $headers $rest gzip off; }"
check_tls 1 $pw; broken gzip-twice gzip.layers
site 'client_max_body_size 100m;' "$rest proxy_hide_header Content-Encoding;"
check_tls 1 $pw; broken gzip-mislabelled gzip.encoding
site 'client_max_body_size 100m; gzip on; gzip_min_length 1; gzip_proxied any; gzip_types application/json;' "$rest"
check_tls 0 $pw; warned gzip-added gzip.layers

# Body size: what was asked for counts.
site 'client_max_body_size 1m;' "$rest"
check_tls 1 $pw; broken body-limit body.limit
check_tls 0 $pw --body-size 500K; ready
site 'client_max_body_size 60m;' "$rest"
check_tls 1 $pw --body-size 100M; broken body-limit body.limit
check_tls 0 $pw --body-size 50M; ready
check_tls 0 $pw; warned body-limit body.limit # nothing asked: 50M pass, 100M do not
