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
json '.paste.text | contains("if ($oc_said = \"front:https\")") and (contains("127.0.0.0/8;")) and (contains("no-transform") | not)'

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
cp -R templates "$T/templates"
sed -i 's/^gzip off;/proxy_http_version 1.1;/' "$T/templates/npm/advanced.conf"
run 5 rehearse --answers "$T/answers.yaml" --templates "$T/templates"
complains 'directive is duplicate'
# And one that holds nothing of ours loses what the checks look for.
sed -i 's/^proxy_http_version 1.1;/proxy_ignore_headers X-Accel-Buffering;/; s/^\( *\)proxy_buffering off;/\1proxy_buffering on;/' \
	"$T/templates/npm/advanced.conf"
run 1 rehearse --answers "$T/answers.yaml" --templates "$T/templates" --json
json '[.checks[] | select(.cause == "sse-buffered")] | length > 0'

# Who is believed: what stands in front, by its address; a stranger's word about scheme and visitor counts for nothing.
answers https://chat.example.org upstream '' 'cdn: cloudflare
trusted: [127.0.0.2/32]'
run 0 rehearse --answers "$T/answers.yaml" --json
json '.ready'
run 0 print --answers "$T/answers.yaml" --json
jq -r .paste.text "$T/out" >"$T/advanced.conf"
grep -q 'add_header Cache-Control no-transform' "$T/advanced.conf" || fail "event streams are left to Cloudflare"
origin
port=$(closed_port)
mkdir -p "$T/trust"
cat >"$T/trust/nginx.conf" <<CONF
daemon off; pid $T/trust/pid; error_log $T/trust/error.log;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path $T/trust/b; proxy_temp_path $T/trust/p; fastcgi_temp_path $T/trust/f; uwsgi_temp_path $T/trust/u; scgi_temp_path $T/trust/s;
	set_real_ip_from 10.0.0.0/8; set_real_ip_from 127.0.0.0/8; real_ip_header X-Real-IP; real_ip_recursive on;
	server {
		listen 127.0.0.1:$port; server_name chat.example.org;
		set \$forward_scheme http; set \$server "127.0.0.1"; set \$port ${ORIGIN##*:};
		include $T/advanced.conf;
	}
}
CONF
nginx -p "$T/trust" -e "$T/trust/error.log" -c "$T/trust/nginx.conf" >"$T/trust/log" 2>&1 &
PIDS="$PIDS $!"
through() { # through FROM: the headers OpenChamber gets from a request that claims a visitor and https
	curl -s --max-time 2 --interface "$1" -H 'Host: chat.example.org' -H 'CF-Connecting-IP: 203.0.113.9' -H 'X-Real-IP: 203.0.113.8' \
		-H 'X-Forwarded-For: 203.0.113.7' -H 'X-Forwarded-Proto: https' "http://127.0.0.1:$port/api/version?antechamber=echo"
}
believed() { through "$1" | jq -r '[.headers[] | {(.name): .value}] | add | "\(."X-Forwarded-For") \(."X-Forwarded-Proto")"'; }
wait_for 5 through 127.0.0.1
[ "$(believed 127.0.0.2)" = "203.0.113.9 https" ] || fail "what stands in front is not believed: $(believed 127.0.0.2)"
[ "$(believed 127.0.0.1)" = "127.0.0.1 http" ] || fail "a stranger is believed: $(believed 127.0.0.1)"
