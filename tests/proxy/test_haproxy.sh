#!/bin/sh
# The same causes behind HAProxy, where they show differently.
# shellcheck disable=SC2086
. "$(dirname "$0")/lib.sh"
need haproxy openssl curl
certificate "$NAME"
cat "$T/$NAME.pem" "$T/$NAME.key" >"$T/both.pem"
two_ports
password
origin --password-file "$T/password" --pace 10
pw="--password-file $T/password"

proto='http-request set-header X-Forwarded-Proto https if { ssl_fc }
	http-request set-header X-Forwarded-Proto http unless { ssl_fc }'
host='http-request set-header X-Forwarded-Host %[req.hdr(host)]'
from='http-request set-header X-Forwarded-For %[src]'

haproxy_up() { # haproxy_up FRONTEND BACKEND
	proxy_down
	{
		echo "defaults
	mode http
	timeout client 3600s
	timeout http-request 30s
	timeout connect 5s
	timeout server 3600s
	timeout tunnel 3600s
	option http-no-delay
frontend in
	bind 127.0.0.1:@HTTP@
	bind 127.0.0.1:@TLS@ ssl crt @T@/both.pem alpn h2,http/1.1
	$1
	default_backend app
backend app
	$2" | fill
	} >"$T/haproxy.cfg"
	PATH=$PATH:/usr/sbin haproxy -db -f "$T/haproxy.cfg" >"$T/haproxy.log" 2>&1 &
	started $! "$HTTP" "$T/haproxy.log"
}
site() { # site [BACKEND-LINES]
	haproxy_up "$proto
	$host
	$from" "server app @ORIGIN@
	${1:-}"
}

site
check_http 0 $pw; ready
check_tls 0 $pw; ready

haproxy_up "$host
	$from" 'server app @ORIGIN@'
check_tls 1 $pw; broken ws-proto-lost ws.event
check_http 0 $pw; ready
haproxy_up "$proto
	http-request set-header Host app.internal" 'server app @ORIGIN@'
check_http 1 $pw; broken ws-host-lost ws.event

# 503, after three seconds of trying.
OTHER=127.0.0.1:$(closed_port)
haproxy_up "$proto" 'server app @OTHER@'
check_http 1; broken upstream-down public.answer

# A short server time-out cuts event streams although the tunnel's is long.
site 'timeout server 1s'
check_tls 1 $pw --deep; broken stream-cut time.stream

haproxy_up 'http-request redirect scheme https code 302 if TRUE' 'server app @ORIGIN@'
check_tls 1; broken redirect-loop public.redirect
haproxy_up "$proto
	$host
	http-request deny deny_status 413 if { req.hdr_val(content-length) gt 1048576 }" 'server app @ORIGIN@'
check_tls 1 $pw; broken body-limit body.limit
