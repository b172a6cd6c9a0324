#!/bin/sh
# Nginx Proxy Manager without its API: what to set and paste is said, rehearsed, and never pretended to be done.
# shellcheck disable=SC2016
. "$(dirname "$0")/../lib.sh"

answers() { # answers PUBLIC TLS [ORIGIN [NPM]]
	cat >"$T/answers.yaml" <<YAML
version: 1
origin: ${3:-http://10.0.0.5:3000}
public: $1
proxy: npm
tls: {mode: $2}
${4:-}
YAML
	chmod 600 "$T/answers.yaml"
}
setting() { # setting NAME VALUE
	json '[.settings[] | select(.name == "'"$1"'" and (.value | startswith("'"$2"'")))] | length == 1'
}
pasted() { jq -r .paste.text "$T/out" >"$T/advanced"; }

# What is set, and a text that works whatever its version and its switches are.
answers https://chat.example.org auto
run 0 print --answers "$T/answers.yaml"
says 'Details > Websockets Support: switched on'
says 'Forward Hostname / IP: 10.0.0.5'
says 'proxy_buffering off;'
says 'location / {'
says_not '127.0.0.1:81'
run 0 print --answers "$T/answers.yaml" --json
setting 'Domain Names' chat.example.org
setting Scheme http
setting 'Forward Port' 3000
setting 'Websockets Support' 'switched on'
setting 'Cache Assets' 'switched off'
setting 'Block Common Exploits' 'switched off'
setting 'Force SSL' 'switched on'
setting 'HTTP/2 Support' 'switched on'
setting 'Access List' None
json '.calls == [] and .files == []'
pasted
run 0 lint --npm "$T/advanced" --json
json '[.findings[].id] == ["access-list"]'
run 0 lint --npm "$T/advanced" --no-websockets

# With another port: port 443 is not where to send people.
answers https://chat.example.org:8443 auto
run 0 print --answers "$T/answers.yaml" --json
setting 'Access List' None
setting 'Force SSL' 'switched off'
# What comes in as X-Forwarded-* is not believed where nothing is in front.
json '.paste.text | contains("http_x_forwarded_proto") or contains("proxy_add_x_forwarded_for") | not'
pasted
run 0 lint --npm "$T/advanced" --json
json '[.findings[].id] == ["access-list"]'

# TLS ends in front: its word is taken, and nobody is sent to https in a circle.
answers https://chat.example.org upstream
run 0 print --answers "$T/answers.yaml" --json
setting 'Force SSL' 'switched off'
json '.paste.text | contains("if ($http_x_forwarded_proto = \"https\")")'

# Nothing is changed, and nobody may think so.
run 4 apply --answers "$T/answers.yaml"
says 'Paste everything below into Advanced'
complains 'Nothing was changed'
run 4 apply --answers "$T/answers.yaml" --json
json '.error.code == "value" and (.error.message | contains("npm.url"))'
run 4 diff --answers "$T/answers.yaml"
[ ! -e "$HOME/state" ] || fail "something was written: $(find "$HOME/state")"

# Its container is not this server; and whoever names a user means the API.
answers https://chat.example.org auto http://127.0.0.1:3000
run 4 print --answers "$T/answers.yaml"
complains 'own container'
answers https://chat.example.org auto '' 'npm: {identity: admin@example.org}'
run 4 print --answers "$T/answers.yaml"
complains 'npm.url'

need nginx
# The text in the server block that Nginx Proxy Manager writes, before a private nginx: everything gets through.
answers https://chat.example.org:8443 auto
run 0 rehearse --answers "$T/answers.yaml" --json
json '.summary.fail == 0 and .ready'
[ "$(status_of ws.event rehearsal)" = pass ] || fail "ws.event is $(status_of ws.event rehearsal)"
[ "$(status_of headers.client rehearsal)" = pass ] || fail "a forged address is believed"
answers http://chat.example.org:8080 none
run 0 rehearse --answers "$T/answers.yaml" --json
json '.ready'
answers https://chat.example.org auto
run 0 rehearse --answers "$T/answers.yaml" --json
json '.ready'
# A text that nginx refuses there does not come through.
cp -R "$(dirname "$BIN")/../templates" "$T/templates"
sed -i 's/^gzip off;/proxy_http_version 1.1;/' "$T/templates/npm/advanced.conf"
run 5 rehearse --answers "$T/answers.yaml" --templates "$T/templates"
complains 'directive is duplicate'
# And one that holds nothing of ours loses what the checks look for.
sed -i 's/^proxy_http_version 1.1;/proxy_ignore_headers X-Accel-Buffering;/; s/^\( *\)proxy_buffering off;/\1proxy_buffering on;/' \
	"$T/templates/npm/advanced.conf"
run 1 rehearse --answers "$T/answers.yaml" --templates "$T/templates" --json
json '[.checks[] | select(.cause == "sse-buffered")] | length > 0'
