#!/bin/sh
# What is written for a Caddy behind something that ends TLS, here an nginx: the whole checklist through both, and
# whose word about the visitor is believed.
# shellcheck disable=SC2016,SC2086
. "$(dirname "$0")/caddy.sh"
need nginx
certificate "$NAME"
password
origin --password-file "$T/password"
pw="--password-file $T/password"
BACK=$(closed_port)

# nginx hears on @HTTP@ and @TLS@; Caddy behind it on $BACK.
front() { # front LINES: as a good front does it, and more
	nginx_up "server { $listen
		location / {
			proxy_pass http://127.0.0.1:$BACK; proxy_http_version 1.1;
			proxy_set_header Host \$http_host; proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection \$up;
			proxy_set_header X-Forwarded-Proto \$scheme; proxy_set_header X-Forwarded-For \$remote_addr;
			client_max_body_size 0; gzip off; $rest $1
		}
	}"
}
back() { # back ANSWERS-LINES [SED-SCRIPT]: Caddy with what is written for these answers
	caddy_stop
	: >"$CADDY"
	answers "https://$NAME" "listen: {address: 127.0.0.1, http: $BACK}
$1"
	run 0 print --answers "$T/answers.yaml" --root "$R" --json
	jq -r '.files[] | select(.path | endswith("/openchamber.caddy")) | .text' "$T/out" | sed "${2:-}" >"$R/etc/caddy/openchamber.caddy"
	printf '{\n\tadmin off\n\tgrace_period 1ms\n\tstorage file_system %s\n}\nimport openchamber*.caddy\n' "$R/var/lib/caddy" >"$CADDY"
	XDG_CONFIG_HOME="$T/caddy" caddy run --config "$CADDY" --adapter caddyfile >"$T/caddy.log" 2>&1 &
	CADDY_PID=$!
	PIDS="$PIDS $CADDY_PID"
	wait_for 10 accepts "$BACK"
}
echoed() { # echoed HEADER CURL-OPTION... URL: its first value as OpenChamber got it
	header=$1
	shift
	curl -s --cacert "$T/$NAME.pem" "$@" |
		jq -r --arg h "$header" '[.headers[] | select(.name | ascii_downcase == $h)][0].value // "none" | split(",")[0]'
}
through() { header=$1; shift; echoed "$header" --resolve "$NAME:$TLS:127.0.0.1" "$@" "https://$NAME:$TLS/?antechamber=echo"; }
beside() { header=$1; shift; echoed "$header" -H "Host: $NAME" "$@" "http://127.0.0.1:$BACK/?antechamber=echo"; }
is() { [ "$2" = "$3" ] || fail "$1: $2 instead of $3"; }

two_ports
front ''
back 'tls: {mode: upstream}'
check_tls 0 $pw; ready
check_tls 0 $pw --body-size 100M --only body.limit
is 'the scheme' "$(through x-forwarded-proto)" https
is 'the visitor' "$(through x-forwarded-for)" 127.0.0.1
is 'a forged host' "$(through x-forwarded-host -H 'X-Forwarded-Host: forged.invalid')" "$NAME:$TLS"
is 'a forged address' "$(through x-real-ip -H 'X-Real-IP: 203.0.113.66')" none

# A front that only adds to what the visitor says, in one line or in two: its own word counts.
front 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'
is 'the visitor' "$(through x-forwarded-for -H 'X-Forwarded-For: 203.0.113.66')" 127.0.0.1
is 'the visitor' "$(through x-forwarded-for -H 'X-Forwarded-For: 203.0.113.66, 203.0.113.67')" 127.0.0.1

# Whoever is not named in front is not believed.
back 'tls: {mode: upstream}
cdn: other
trusted: [192.0.2.0/24]'
is 'the scheme' "$(through x-forwarded-proto)" http
is 'the visitor' "$(beside x-forwarded-for -H 'X-Forwarded-For: 203.0.113.66')" 127.0.0.1
is 'the host' "$(beside x-forwarded-host -H 'X-Forwarded-Host: forged.invalid')" "$NAME"
check_tls 1 $pw; broken ws-proto-lost ws.event

# The same by the text for a Caddy that believes everybody.
mkdir -p "$R/usr/bin"
printf '#!/bin/sh\n[ "$1" != version ] || { echo v2.4.6; exit; }\nexec /usr/bin/caddy "$@"\n' >"$R/usr/bin/caddy"
chmod 755 "$R/usr/bin/caddy"
back 'tls: {mode: upstream}
cdn: other
trusted: [192.0.2.0/24]'
grep -q '@strangers' "$R/etc/caddy/openchamber.caddy" || fail "this is the text for a newer Caddy"
is 'the visitor' "$(beside x-forwarded-for -H 'X-Forwarded-For: 203.0.113.66')" 127.0.0.1
is 'the scheme' "$(beside x-forwarded-proto -H 'X-Forwarded-Proto: https')" http
rm "$R/usr/bin/caddy"

# Cloudflare names the visitor in a header of its own; here loopback is what stands in front.
back 'tls: {mode: upstream}
cdn: cloudflare'
is 'the visitor' "$(through x-forwarded-for -H 'CF-Connecting-IP: 198.51.100.7' -H 'X-Forwarded-For: 203.0.113.66')" 198.51.100.7
is 'the visitor' "$(through x-forwarded-for -H 'X-Forwarded-For: 203.0.113.66')" 127.0.0.1
check_tls 0 $pw; ready

# Without the line the scheme is lost: the example's own trouble behind a CDN.
back 'tls: {mode: upstream}' '/trusted_proxies/d'
check_tls 1 $pw; broken ws-proto-lost ws.event
