#!/bin/sh
# What is written for Caddy, rehearsed in a private one before the probe origin: the whole checklist, nothing left behind.
. "$(dirname "$0")/../lib.sh"
need jq caddy
export TMPDIR="$T/tmp"
mkdir "$TMPDIR"

left() { # what a rehearsal must not leave: files, programs, what Caddy keeps below a home
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left in the temporary directory: $(ls -A "$TMPDIR")"
	! pgrep -f "$TMPDIR" >/dev/null || fail "a program is left: $(pgrep -af "$TMPDIR")"
	for d in .config .local; do [ ! -e "$HOME/$d" ] || fail "left in the home: $(find "$HOME/$d")"; done
}
answers() {
	cat >"$T/a.yaml" <<YAML
version: 1
origin: http://127.0.0.1:3000
public: $1
proxy: caddy
$2
YAML
	chmod 600 "$T/a.yaml"
}
passes() { # passes ANSWERS OPTION...
	case=$1
	shift
	answers "${case%|*}" "${case#*|}"
	for _ in 1 2 3; do # on a busy machine two halves of a body may arrive closer together than they were sent
		run 0 rehearse --answers "$T/a.yaml" --json "$@"
		[ "$(status_of body.spool rehearsal)" = warn ] || break
	done
	json '.command == "rehearse" and .summary.fail == 0 and .summary.warn == 0 and .ready == true'
	for id in public.redirect ws.event sse.event gzip.layers body.limit body.spool headers.host headers.proto headers.client; do
		[ "$(status_of $id rehearsal)" = pass ] || fail "$case: $id is $(status_of $id rehearsal)"
	done
	left
}

existing='tls: {mode: existing, certificate: /etc/ssl/c.pem, key: /etc/ssl/c.key}'
for case in 'http://chat.example.org|tls: {mode: none}' 'http://chat.example.org:8080|tls: {mode: none}' \
	'https://chat.example.org|tls: {mode: auto}' 'https://chat.example.org:8443|tls: {mode: selfsigned}' \
	"https://chat.example.org|$existing" "https://chat.example.org:8443|$existing" \
	'https://chat.example.org|tls: {mode: upstream}' \
	"https://chat.example.org|$existing
cdn: cloudflare"; do
	passes "$case"
done

# Another version gets another text: this one says it is older than it is, and is held to that.
mkdir -p "$T/old/usr/bin" "$T/old/etc/caddy"
printf ':80 {\n}\n' >"$T/old/etc/caddy/Caddyfile"
printf '#!/bin/sh\n[ "$1" != version ] || { echo v2.4.6; exit; }\nexec caddy "$@"\n' >"$T/old/usr/bin/caddy"
chmod 755 "$T/old/usr/bin/caddy" "$T" "$T/old"
passes 'https://chat.example.org|tls: {mode: auto}' --root "$T/old"
passes 'https://chat.example.org|tls: {mode: upstream}' --root "$T/old"
run 0 print --answers "$T/a.yaml" --root "$T/old"
says 'request_header @strangers -X-Forwarded-For'
says_not 'trusted_proxies'

# A template that was spoilt is a finding: the one line that matters is missing there.
cp -R templates "$T/templates"
sed -i 's/reverse_proxy {{origin}} {/&\n\t\theader_up -Upgrade/' "$T/templates/caddy/site.caddy"
answers http://chat.example.org 'tls: {mode: none}'
run 1 rehearse --answers "$T/a.yaml" --templates "$T/templates" --json
[ "$(verdict)" = ws-upgrade-lost ] || fail "verdict $(verdict)"
left
# A limit of Caddy's shows where real bytes are sent.
cp templates/caddy/site.caddy "$T/templates/caddy/site.caddy"
sed -i 's/\treverse_proxy {{origin}} {/\trequest_body {\n\t\tmax_size 1MB\n\t}\n&/' "$T/templates/caddy/site.caddy"
answers http://chat.example.org 'tls: {mode: none}
limits: {body: 10M}'
run 1 rehearse --answers "$T/a.yaml" --templates "$T/templates" --json
[ "$(verdict)" = body-limit ] || fail "verdict $(verdict)"
run 0 rehearse --answers "$T/a.yaml" --json
left
# One that Caddy refuses is said at the file that would be written.
sed -i 's/max_size 1MB/nonsense/' "$T/templates/caddy/site.caddy"
run 4 rehearse --answers "$T/a.yaml" --templates "$T/templates"
complains '/etc/caddy/openchamber.caddy:'
complains 'Caddy says'
left
