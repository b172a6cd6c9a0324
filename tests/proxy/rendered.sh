# tests/proxy/rendered.sh - what is written for a proxy, tried: rehearsed, applied beside another site, rolled back.
#
# Whoever uses it sets PROXY, and defines up ROOT (starts the proxy that reads that tree).
# shellcheck shell=sh
. "$(dirname "$0")/lib.sh"
export TMPDIR="$T/tmp"
mkdir "$TMPDIR"

answers() { # answers PUBLIC [LINE...]: in $T/a.yaml, for the origin that runs
	printf 'version: 1\norigin: %s\npublic: %s\nproxy: %s\n' "${ORIGIN:-http://127.0.0.1:3000}" "$1" "$PROXY" >"$T/a.yaml"
	shift
	printf '%s\n' "$@" >>"$T/a.yaml"
	chmod 600 "$T/a.yaml"
}

# The whole checklist in a private copy: http, TLS on the usual port and on another, behind something that ends TLS.
rehearsals() {
	for case in 'https://chat.example.org|tls: {mode: selfsigned}' 'http://chat.example.org:8080|tls: {mode: none}' \
		'https://chat.example.org:8443|tls: {mode: selfsigned}' 'https://chat.example.org|tls: {mode: upstream}' \
		'https://[2001:db8::7]|tls: {mode: selfsigned}' 'http://192.0.2.7:8080|tls: {mode: none}'; do
		answers "${case%|*}" "${case#*|}"
		# Where much else is at work an event may be late by itself; a proxy that holds it does so every time.
		for try in 1 2 3; do
			run 0 rehearse --answers "$T/a.yaml" --json
			[ "$try" != 3 ] && [ "$(jq .summary.warn "$T/out")" != 0 ] || break
		done
		json '.summary.fail == 0 and .summary.warn == 0 and .ready == true'
		for id in ws.event ws.dictation sse.event sse.openchamber gzip.layers body.limit body.spool headers.host \
			headers.proto headers.client; do
			[ "$(status_of $id rehearsal)" = pass ] || fail "$case: $id is $(status_of $id rehearsal)"
		done
		[ -z "$(ls -A "$TMPDIR")" ] || fail "left in the temporary directory: $(ls -A "$TMPDIR")"
	done
}

# Every file, link and directory below etc: mode, owner, time of files, bytes.
picture() { # picture ROOT
	(
		cd "$1" || exit 1
		find etc ! -type f -printf '%p %y %m %U %G %l\n' | sort
		find etc -type f -printf '%p %m %U %G %T@ ' -exec sha256sum {} \; | sort
	)
}

# asks PORT HOST: the status of a plain or TLS request for a name, on the private ports
asks() {
	scheme=http
	[ "$1" = "$HTTP" ] || scheme=https
	curl -sk -o "$T/answer" -w '%{http_code}' --max-time 5 --connect-to "::127.0.0.1:$1" "$scheme://$2:$1/" || :
}

apply() { # apply STATUS OPTION...
	status=$1
	shift
	run "$status" apply --answers "$T/a.yaml" --root "$R" --yes --password-file "$T/password" --json "$@"
}

is_named() { # is_named CAUSE: by a check of what is served now
	timeout 20 "$BIN" check --origin "$ORIGIN" --public "https://$NAME:$TLS" --connect-to "127.0.0.1:$TLS" --root "$R" \
		--cacert "$T/$NAME.pem" --password-file "$T/password" --json >"$T/out" 2>/dev/null </dev/null
	[ "$(verdict)" = "$1" ]
}
