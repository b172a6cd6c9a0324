#!/bin/sh
# The same causes behind Caddy, where they show differently.
# shellcheck disable=SC2086
. "$(dirname "$0")/lib.sh"
need caddy openssl curl
certificate "$NAME"
two_ports
password
origin --password-file "$T/password"
pw="--password-file $T/password"

caddy_up() { # caddy_up TEXT: a Caddyfile's sites
	proxy_down
	mkdir -p "$T/caddy"
	{
		echo "{
	admin off
	auto_https off
	storage file_system $T/caddy
	log {
		output discard
	}
}"
		echo "$1" | fill
	} >"$T/Caddyfile"
	XDG_DATA_HOME="$T/caddy" XDG_CONFIG_HOME="$T/caddy" caddy run --config "$T/Caddyfile" --adapter caddyfile \
		>"$T/caddy.log" 2>&1 &
	started $! "$HTTP" "$T/caddy.log"
}
site() { # site LINES: the same site by http and by TLS
	caddy_up "http://$NAME:@HTTP@ {
		bind 127.0.0.1
		$1
	}
	https://$NAME:@TLS@ {
		bind 127.0.0.1
		tls @T@/$NAME.pem @T@/$NAME.key
		$1
	}"
}

site 'reverse_proxy @ORIGIN@'
check_http 0 $pw; ready
check_tls 0 $pw; ready
check_tls 0; healthy

# With the structure of the documented example.
site 'reverse_proxy @ORIGIN@ {
	flush_interval -1
	header_up Host {host}
	header_up X-Real-IP {remote_host}
	header_up X-Forwarded-For {remote_host}
	header_up X-Forwarded-Proto {scheme}
	transport http {
		read_timeout 3600s
		write_timeout 3600s
	}
}'
check_tls 0 $pw; ready

# Compression in the proxy does not reach a stream.
site 'encode gzip
reverse_proxy @ORIGIN@'
check_tls 0 $pw
json '.checks | map(select(.group == "sse" and .target == "public" and .status != "pass")) | length == 0'

# Another host than the site's: 200 and an empty body.
site 'reverse_proxy @ORIGIN@'
run 1 check --origin "$ORIGIN" --public http://other.example.org --connect-to "127.0.0.1:$HTTP" --json
broken wrong-site public.answer

# Something in front ended TLS, and Caddy says http again: here played by a header of its own.
site 'reverse_proxy @ORIGIN@ {
	header_up X-Forwarded-Proto http
}'
check_tls 1 $pw; broken ws-proto-lost ws.event
site 'reverse_proxy @ORIGIN@ {
	header_up -X-Forwarded-Host
	header_up Host {host}
}'
run 1 check --origin "$ORIGIN" --public "http://$NAME:8080" --connect-to "127.0.0.1:$HTTP" --json $pw
broken ws-port-lost ws.event
site 'reverse_proxy @ORIGIN@ {
	header_up -X-Forwarded-Host
	header_up Host app.internal
}'
check_http 1 $pw; broken ws-host-lost ws.event

# An empty 502 at once.
OTHER=127.0.0.1:$(closed_port)
site 'reverse_proxy @OTHER@'
check_http 1; broken upstream-down public.answer
site 'redir https://{host}{uri} 302'
check_tls 1; broken redirect-loop public.redirect
