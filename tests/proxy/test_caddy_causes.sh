#!/bin/sh
# Every cause that Caddy can provoke: it is named, and the guilty line of the Caddyfile; beside each a healthy twin.
# shellcheck disable=SC2086
. "$(dirname "$0")/caddy.sh"
. "$(dirname "$0")/causes.sh"
CONF=$CADDY PUBLIC=https://$NAME
certificate "$NAME"
two_ports
strangers
password
origin --password-file "$T/password" --pace 10
pw="--password-file $T/password"
CERTIFICATE=$NAME

site() { # site LINES [MORE]: the whole of a site with TLS, and what else is in the Caddyfile
	caddy_stop
	{
		printf '{\n\tadmin off\n\tgrace_period 1ms\n\tauto_https disable_redirects\n\thttp_port %s\n\thttps_port %s\n\tstorage file_system %s\n}\n' \
			"$HTTP" "$TLS" "$R/var/lib/caddy"
		printf 'https://%s {\n\tbind 127.0.0.1\n\ttls %s/%s.pem %s/%s.key\n' "$NAME" "$T" "$CERTIFICATE" "$T" "$CERTIFICATE"
		echo "$1" | fill
		echo '}'
		echo "${2:-}" | fill
	} >"$CADDY"
	XDG_CONFIG_HOME="$T/caddy" caddy run --config "$CADDY" --adapter caddyfile >"$T/caddy.log" 2>&1 &
	CADDY_PID=$!
	PIDS="$PIDS $CADDY_PID"
	wait_for 10 accepts "$TLS"
}
proxy() { printf 'reverse_proxy @ORIGIN@ {\n%s\n}' "$1"; }

site 'reverse_proxy @ORIGIN@'
looks 0 $pw --deep; ready

# WebSockets
site "$(proxy 'header_up -Upgrade')"
names ws-upgrade-lost ws.event 'header_up -Upgrade'
site "$(proxy 'header_up X-Other -Upgrade')"
looks 0 $pw; ready
site "$(proxy 'header_up X-Forwarded-Host app.internal')"
names ws-host-lost ws.event 'app.internal'
site "$(proxy 'header_up Host app.internal')" # X-Forwarded-Host still says it
looks 0 $pw; healthy
site "$(proxy 'header_up X-Forwarded-Host {host}')"
run 1 check --origin "$ORIGIN" --public "https://$NAME:8443" --connect-to "127.0.0.1:$TLS" --cacert "$T/$NAME.pem" \
	--root "$R" --json $pw
broken ws-port-lost ws.event
place ws.event '{host}'
looks 0 $pw; ready # without a port nothing is lost
site "$(proxy 'header_up X-Forwarded-Proto http')"
names ws-proto-lost ws.event 'X-Forwarded-Proto http'
site "$(proxy 'header_up X-Forwarded-Proto {scheme}')"
looks 0 $pw; ready
site 'redir /api/*/ws https://other.example.org{uri}
redir /api/global/*/ws https://other.example.org{uri}
reverse_proxy @ORIGIN@'
names ws-redirected ws.event 'redir /api/*/ws'
site 'redir /other/* https://other.example.org{uri}
reverse_proxy @ORIGIN@'
looks 0 $pw; ready
site "$(proxy 'header_up Origin https://evil.example')"
names ws-origin-refused ws.event ''
site 'respond /api/event/ws 404
reverse_proxy @ORIGIN@'
names ws-refused ws.event ''

# Streams and compression
site 'respond /api/event 404
reverse_proxy @ORIGIN@'
names sse-not-stream sse.event ''
site 'reverse_proxy /api/event {
	to @ORIGIN@
	buffer_responses
}
reverse_proxy @ORIGIN@'
names sse-buffered sse.event 'buffer_responses'
site "$(proxy 'buffer_responses')"
names ws-no-answer ws.event 'buffer_responses'
site 'encode /api/event* {
	gzip
	minimum_length 1
	match header Content-Type text/event-stream*
}
reverse_proxy @ORIGIN@'
names sse-compressed sse.event 'encode /api/event*'
site 'encode gzip
reverse_proxy @ORIGIN@'
looks 0 $pw
json '.checks | map(select(.group == "sse" and .target == "public" and .status != "pass")) | length == 0'
site "encode /api/version {
	gzip
	minimum_length 1
}
reverse_proxy @ORIGIN@"
looks 0 $pw; warned gzip-added gzip.layers
site "@page path / /health
encode @page {
	gzip
	minimum_length 1
}
$(proxy 'header_down -Content-Encoding')"
names gzip-twice gzip.layers 'header_down -Content-Encoding'
site "$(proxy 'header_down -Content-Encoding')"
names gzip-mislabelled gzip.encoding 'header_down -Content-Encoding'
site "$(proxy 'header_down -X-Powered-By')"
looks 0 $pw; ready

# Bodies and times.  Caddy's limit on bodies shows only where they are sent: see test_caddy_rehearse.sh.
site "$(proxy 'transport http {
	read_timeout 1s
}')"
names stream-cut time.stream 'read_timeout 1s' --deep

# Where it leads
OTHER=$DEAD
site 'reverse_proxy @OTHER@'
looks 1; broken upstream-down public.answer; place public.answer 'reverse_proxy'
OTHER=$HANGING
site 'reverse_proxy @OTHER@ {
	transport http {
		response_header_timeout 1s
	}
}'
looks 1 --timeout 3; broken upstream-timeout public.answer; place public.answer 'reverse_proxy'
OTHER=$OPENCODE
site 'reverse_proxy @OTHER@'
looks 1; broken upstream-opencode public.answer; place public.answer 'reverse_proxy'
site 'respond hello'
looks 1; broken wrong-site public.answer; place public.answer 'respond hello'
site 'handle_path /api/* {
	reverse_proxy @ORIGIN@
}
reverse_proxy @ORIGIN@'
looks 1; broken path-mangled public.answer; place public.answer 'handle_path'
site 'handle /api/* {
	reverse_proxy @ORIGIN@
}
reverse_proxy @ORIGIN@'
looks 0 $pw; ready
site "basicauth {
	bob $(caddy hash-password --plaintext x)
}
reverse_proxy @ORIGIN@"
looks 1; broken auth-layer public.answer; place public.answer 'basicauth'
site 'redir https://{host}{uri} 302'
looks 1; broken redirect-loop public.redirect; place public.redirect 'redir https://{host}'
site 'redir https://elsewhere.example.org{uri}'
looks 1; broken redirect-away public.redirect; place public.redirect 'redir https://elsewhere'
OTHER=$INSTANCE
site 'reverse_proxy {
	to @OTHER@
}'
looks 1 $pw; broken wrong-instance public.instance; place public.instance 'to 127'

# The certificate
certificate other.example.org
CERTIFICATE=other.example.org
site 'reverse_proxy @ORIGIN@'
looks 1; broken tls-untrusted public.tls; place public.tls 'tls '
looks 1 --cacert "$T/other.example.org.pem"; broken tls-name public.tls; place public.tls 'tls '
expired_certificate "$NAME" old
CERTIFICATE=old
site 'reverse_proxy @ORIGIN@'
looks 1 --cacert "$T/old.pem"; broken tls-expired public.tls; place public.tls 'tls '
