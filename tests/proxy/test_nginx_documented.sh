#!/bin/sh
# Configurations with the structure of OpenChamber's own documented examples: what they lose is named.
# shellcheck disable=SC2016,SC2086
. "$(dirname "$0")/lib.sh"
need nginx openssl curl
certificate "$NAME"
two_ports
password
origin --password-file "$T/password"
pw="--password-file $T/password"

# Headers are set outside; each WebSocket location sets two of its own and so loses all of those.
outer='client_max_body_size 50M; proxy_request_buffering off; proxy_http_version 1.1;
	proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;
	proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;
	proxy_set_header X-Forwarded-Host $host; gzip off;'
socket='proxy_pass http://@ORIGIN@; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
	proxy_buffering off; proxy_cache off; proxy_read_timeout 3600s; proxy_send_timeout 3600s;'
stream='proxy_pass http://@ORIGIN@; proxy_set_header Accept text/event-stream; proxy_set_header Cache-Control no-cache;
	proxy_buffering off; proxy_cache off; gzip off; add_header X-Accel-Buffering no always;
	add_header Cache-Control "no-cache, no-transform" always; proxy_read_timeout 3600s; proxy_send_timeout 3600s;'
documented() { # documented LISTEN
	nginx_up "server { $1 $outer
		location = /api/terminal/ws { $socket }
		location = /api/global/event/ws { $socket }
		location = /api/event/ws { $socket }
		location ~ ^/api/(event|global/event|notifications/stream|openchamber/events)\$ { $stream }
		location ~ ^/api/terminal/.+/stream\$ { $stream }
		location /api { proxy_pass http://@ORIGIN@; proxy_read_timeout 3600s; proxy_send_timeout 3600s; }
		location / { proxy_pass http://@ORIGIN@; }
	}"
}

documented "$listen"
check_http 1 $pw
case $(verdict) in ws-host-lost | ws-proto-lost) ;; *) fail "verdict $(verdict)" ;; esac
for ws in event global-event terminal; do
	[ "$(status_of ws.$ws public)" = fail ] || fail "ws.$ws is $(status_of ws.$ws public)"
done
[ "$(status_of ws.dictation public)" = warn ] || fail "the dictation socket is $(status_of ws.dictation public)"
json '.checks[] | select(.id == "ws.dictation" and .target == "public") | .cause == "ws-upgrade-lost"'
json '.checks[] | select(.id == "ws.dictation" and .target == "public") | .detail | contains("only a warning")'
for sse in event global-event notifications openchamber; do
	[ "$(status_of sse.$sse public)" = pass ] || fail "sse.$sse is $(status_of sse.$sse public)"
done
# 50M pass and 100M do not: the documented limit halves what OpenChamber takes.
json '.checks[] | select(.id == "body.limit" and .target == "public") | .status == "warn" and .cause == "body-limit"'
check_tls 1 $pw
case $(verdict) in ws-host-lost | ws-proto-lost) ;; *) fail "over TLS: verdict $(verdict)" ;; esac

# Without a UI password there is no Origin check, and its sockets open.
kept=$ORIGIN
origin
documented "$listen"
check_http 0
for ws in event global-event terminal; do
	[ "$(status_of ws.$ws public)" = pass ] || fail "no password: ws.$ws is $(status_of ws.$ws public)"
done
ORIGIN=$kept

# The smallest patch: no header is set inside a location any more.
patched='proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $up;'
outer=$(echo "$outer" | sed 's/\$host/$http_host/g; s/proxy_set_header Connection "";//; s/50M/100M/')
outer="$outer $patched"
socket='proxy_pass http://@ORIGIN@; proxy_buffering off; proxy_read_timeout 3600s; proxy_send_timeout 3600s;'
stream=$socket
documented "$listen"
check_http 0 $pw; ready
check_tls 0 $pw; ready
