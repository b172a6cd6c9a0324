# tests/npm/lib.sh - a stand-in for Nginx Proxy Manager with an OpenChamber behind it, and answers for both.
# shellcheck shell=sh
. "$(dirname "$0")/../lib.sh"
need jq
NPM=${B:-build}/tests/npm/npm
RELAY=${B:-build}/tests/npm/relay
[ -x "$NPM" ] && [ -x "$RELAY" ] || make -s "$NPM" "$RELAY" || fail "the stand-in does not build"
NAME=chat.example.org
R=$T/root
D=$T/npm
mkdir -p "$R/run"
printf 'S3cret-pw!\n' >"$R/run/secret"
chmod 600 "$R/run/secret"

# 127.0.0.1 would be the container itself, so OpenChamber is reached at another address of this machine.
address() {
	# shellcheck disable=SC2046
	set -- $(hostname -I 2>/dev/null | tr ' ' '\n' | grep -v :)
	[ $# -gt 0 ] || skip "this machine has no address but loopback"
	ADDRESS=$1
}

npm_serves() { # npm_serves VERSION [PORT]
	serve npm "$NPM" "$1" "$D" ${2:+"$2"}
	NPM_PID=$SERVER_PID URL=$LISTENS
}

npm_up() { # npm_up VERSION: a fresh one
	[ -z "${NPM_PID:-}" ] || kill "$NPM_PID" 2>/dev/null || :
	rm -rf "$D" "$HOME"
	mkdir -p "$D" "$HOME"
	: >"$D/log"
	npm_serves "$1"
}

behind_up() { # the OpenChamber, and where containers reach it
	address
	origin
	serve relay "$RELAY" "$ADDRESS" "${ORIGIN##*:}"
	BEHIND=$LISTENS
}

answers() { # answers [PUBLIC [TLS [ORIGIN]]]
	cat >"$T/answers.yaml" <<YAML
version: 1
origin: ${3:-$BEHIND}
public: ${1:-http://$NAME}
proxy: npm
tls: {mode: ${2:-none}}
listen: {http: ${ORIGIN##*:}}
npm: {url: "$URL", identity: admin@example.org, secret-file: /run/secret}
YAML
	chmod 600 "$T/answers.yaml"
}

old_host() { # a host as somebody made it from the documentation, in this version's booleans
	cat >"$D/hosts.json" <<JSON
[{"id": 7, "created_on": "2026-11-22 20:32:24", "owner_user_id": 1, "domain_names": ["CHAT.example.org"],
  "forward_scheme": "http", "forward_host": "127.0.0.1", "forward_port": 3000, "certificate_id": 0, "access_list_id": ${2:-0},
  "advanced_config": "location /api/event/ws {\n    proxy_pass http://127.0.0.1:3000;\n}\n", "locations": null,
  "allow_websocket_upgrade": $1, "caching_enabled": $1, "block_exploits": $1, "http2_support": $1, "ssl_forced": $1,
  "hsts_enabled": $1, "hsts_subdomains": $1, "enabled": ${3:-true}, "meta": {"nginx_online": true, "nginx_err": null}}]
JSON
}

hosts() { # hosts FILTER: true of what it has
	jq -e "$1" "$D/hosts.json" >/dev/null || { cat "$D/hosts.json"; fail "not true of its hosts: $1"; }
}
asked() { # asked METHOD PATH: the body of the last such request
	sed -n "s|^$1 $2 ||p" "$D/log" | tail -n 1
}
changes() { grep -cE '^(PUT|DELETE|POST /api/nginx)' "$D/log" || :; }
answers_for() { # answers_for COMMAND...: what a run of ours says, with the answers
	run "$@" --answers "$T/answers.yaml" --root "$R"
}
apply() { # apply STATUS OPTION...
	status=$1
	shift
	run "$status" apply --answers "$T/answers.yaml" --root "$R" --allow-unprotected --json "$@"
}
