# tests/proxy/caddy.sh - a server of its own below $R, with a real Caddy that reads its Caddyfile.
# shellcheck shell=sh
. "$(dirname "$0")/lib.sh"
need caddy openssl curl
R=$T/root
CADDY=$R/etc/caddy/Caddyfile
CADDY_PID=
mkdir -p "$R/etc/caddy" "$R/etc/ssl" "$R/var/lib/caddy"

# server_up [OPTIONS [SITES]]: a Caddy as a package lays it out, on ports found free, with another site beside.
server_up() {
	ADMIN=$(closed_port)
	cat >"$CADDY" <<CONF
{
	admin 127.0.0.1:$ADMIN
	http_port $HTTP
	https_port $TLS
	auto_https disable_redirects
	grace_period 1s
	storage file_system $R/var/lib/caddy
	skip_install_trust
	log {
		output file $T/caddy.errors
	}
	${1:-}
}

http://shop.example.org:$HTTP {
	respond shop
}
${2:-}
CONF
	caddy_start
}
caddy_start() {
	caddy_stop
	XDG_CONFIG_HOME="$T/caddy" caddy run --config "$CADDY" --adapter caddyfile >"$T/caddy.log" 2>&1 &
	CADDY_PID=$!
	PIDS="$PIDS $CADDY_PID"
	wait_for 10 shop_answers
	before
}
caddy_stop() {
	[ -n "$CADDY_PID" ] || return 0
	kill "$CADDY_PID"
	wait "$CADDY_PID" || :
	CADDY_PID=
}
shop_answers() { [ "$(curl -s --max-time 1 -H 'Host: shop.example.org' "http://127.0.0.1:$HTTP/")" = shop ]; }

# What an undo must bring back: every file and link, with mode, owner and content.
tree() {
	(cd "$R" && find etc -printf '%p %y %m %u %l\n' | sort && find etc -type f -exec sha256sum {} + | sort) |
		grep -v 'etc/antechamber'
}
before() { tree >"$T/before"; }
as_before() {
	tree >"$T/after"
	cmp -s "$T/before" "$T/after" || fail "the tree is not as it was: $(diff "$T/before" "$T/after")"
}

answers() { # answers PUBLIC [LINES]: for this server, in $T/answers.yaml
	cat >"$T/answers.yaml" <<YAML
version: 1
origin: $ORIGIN
public: $1
proxy: caddy
${2:-}
YAML
	chmod 600 "$T/answers.yaml"
}
apply() { # apply STATUS OPTION...
	status=$1
	shift
	run "$status" apply --answers "$T/answers.yaml" --root "$R" --json "$@"
}
