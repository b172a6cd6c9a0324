#!/bin/sh
# Every cause that HAProxy can provoke: it is named, and the guilty line; beside each a healthy twin.
# shellcheck disable=SC2086,SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/causes.sh"
need haproxy openssl curl
PATH=$PATH:/usr/sbin
certificate "$NAME"
certificate other.example.org
expired_certificate "$NAME" old
for one in "$NAME" other.example.org old; do cat "$T/$one.pem" "$T/$one.key" >"$T/$one.both"; done
two_ports
R=$T/root
CONF=$R/etc/haproxy/haproxy.cfg PUBLIC=https://$NAME:$TLS
mkdir -p "$R/etc/haproxy"
strangers
password
origin --password-file "$T/password" --pace 15
pw="--password-file $T/password"
CERTIFICATE=$NAME SERVER=@ORIGIN@ MORE=

site() { # site FRONTEND-LINES [BACKEND-LINES]
	proxy_down
	OTHER=$SERVER
	{
		echo "$MORE
defaults
	mode http
	timeout client 3600s
	timeout http-request 30s
	timeout connect 5s
	timeout server 3600s
	timeout tunnel 3600s
	option http-no-delay
frontend in
	bind 127.0.0.1:@HTTP@
	bind 127.0.0.1:@TLS@ ssl crt @T@/$CERTIFICATE.both alpn h2,http/1.1
	$1
	default_backend app
backend app
	${2:-}
	server app $SERVER" | fill
	} >"$CONF"
	haproxy -db -f "$CONF" >"$T/haproxy.log" 2>&1 &
	started $! "$HTTP" "$T/haproxy.log"
}
plain='http-request set-header X-Forwarded-Proto https if { ssl_fc }
	http-request set-header X-Forwarded-Host %[req.hdr(host)]
	http-request set-header X-Forwarded-For %[src]'
with() { # with LINES: beside what it needs
	printf '%s\n' "$plain" "$@"
}

site "$plain"
looks 0 $pw --deep; ready

# WebSockets
site "$(with 'http-request del-header Upgrade')"
names ws-upgrade-lost ws.event 'del-header Upgrade'
site "$(with 'http-request del-header X-Other')"; well
site "$(with 'http-request set-header X-Forwarded-Host app.internal')"
names ws-host-lost ws.event 'X-Forwarded-Host app.internal'
site "$(with 'http-request set-header X-Forwarded-Host %[req.hdr(host),field(1,:)]')"
names ws-port-lost ws.event 'field(1,:)'
site "$(echo "$plain" | sed 1d)"
names ws-proto-lost ws.event 'server app'
site "$(with 'http-request set-header X-Forwarded-Proto http')"
names ws-proto-lost ws.event 'X-Forwarded-Proto http'
site "$(with 'http-request set-header X-Forwarded-Proto https')"; well
site "$(with 'http-request set-header Origin https://evil.example')"
names ws-origin-refused ws.event ''
site "$(with 'http-request redirect location https://other.example.org/ if { path_end /event/ws }')"
names ws-redirected ws.event 'http-request redirect'
site "$(with 'http-request redirect location https://other.example.org/ if { path_beg /other }')"; well
site "$(with 'http-request deny deny_status 404 if { path /api/event/ws }')"
names ws-refused ws.event ''
site "$(with 'http-request set-path /api/nowhere/ws if { path /api/event/ws }')"
names ws-no-answer ws.event '' --timeout 1

# Streams and compression
site "$(with 'compression algo gzip')"
names sse-compressed sse.event 'compression algo gzip'
site "$(with 'compression algo gzip' 'compression type text/css')"; well
site "$(with 'http-request return status 404 if { path /api/event }')"
names sse-not-stream sse.event ''
site "$(with 'compression algo gzip' 'compression type application/json')"
looks 0 $pw; warned gzip-added gzip.layers; place gzip.layers 'compression algo'
site "$plain" 'http-response del-header Content-Encoding'
names gzip-mislabelled gzip.encoding 'del-header Content-Encoding'
# Twice it never is: what is told to compress decides before a rule can hide what the answer says.
site "$plain" 'http-response del-header X-Powered-By'; well

# Times, bodies, a cache
site "$plain" 'timeout server 1s' # cuts event streams although the tunnel's time is long
names stream-cut time.stream 'timeout server 1s' --deep
site "$(with 'http-request deny deny_status 413 if { req.hdr_val(content-length) gt 1048576 }')"
names body-limit body.limit 'deny_status 413'
site "$(with 'http-request deny deny_status 413 if { req.hdr_val(content-length) gt 1073741824 }')"; well
MORE='cache small
	total-max-size 4
	max-age 60
	process-vary on'
cached='http-response set-header Cache-Control max-age=60
	http-response cache-store small'
site "$(with 'http-request cache-use small if { path /health }' 'http-request del-header Accept-Encoding')" "$cached"
names api-cached public.cache 'cache-use small'
site "$(with 'http-request cache-use small if { path_beg /other }')"; well
MORE=

# Where it leads
SERVER=$DEAD; site "$plain" # 503, after three seconds of trying
looks 1; broken upstream-down public.answer; place public.answer 'server app'
SERVER=$HANGING; site "$plain" 'timeout server 1s'
looks 1 --timeout 3; broken upstream-timeout public.answer; place public.answer 'server app'
SERVER=$OPENCODE; site "$plain"
looks 1; broken upstream-opencode public.answer; place public.answer 'server app'
SERVER=$INSTANCE; site "$plain"
looks 1 $pw; broken wrong-instance public.instance; place public.instance 'server app'
SERVER=@ORIGIN@
MORE='backend welcome
	mode http
	timeout connect 5s
	timeout server 5s
	http-request return status 200 content-type text/html string Welcome'
site "$(with 'use_backend welcome if { req.hdr(host) -m beg chat. }')"
looks 1; broken wrong-site public.answer; place public.answer 'use_backend welcome'
site "$(with 'use_backend welcome if { req.hdr(host) -m beg shop. }')"; well
MORE=
site "$(with 'http-request replace-path /api/(.*) /\1')"
looks 1; broken path-mangled public.answer; place public.answer 'replace-path'
site "$(with 'http-request auth realm closed')"
looks 1; broken auth-layer public.answer; place public.answer 'http-request auth'
site "$(with 'http-request redirect scheme https code 302')"
looks 1; broken redirect-loop public.redirect; place public.redirect 'redirect scheme'
site "$(with 'http-request redirect scheme https code 302 unless { ssl_fc }')"; well
site "$(with 'http-request redirect prefix https://elsewhere.example.org')"
looks 1; broken redirect-away public.redirect; place public.redirect 'redirect prefix'

# The certificate
CERTIFICATE=other.example.org
site "$plain"
looks 1; broken tls-untrusted public.tls; place public.tls 'ssl crt'
looks 1 --cacert "$T/other.example.org.pem"; broken tls-name public.tls; place public.tls 'ssl crt'
CERTIFICATE=old
site "$plain"
looks 1 --cacert "$T/old.pem"; broken tls-expired public.tls; place public.tls 'ssl crt'
