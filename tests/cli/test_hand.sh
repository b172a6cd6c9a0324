#!/bin/sh
# Proxies that nothing is written for: the text to put there, and no other command that pretends.
. "$(dirname "$0")/../lib.sh"
need jq

answers() { # answers PROXY [LINE...]
	printf 'version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\nproxy: %s\n' "$1" >"$T/a.yaml"
	shift
	printf '%s\n' "$@" >>"$T/a.yaml"
	chmod 600 "$T/a.yaml"
}
shown() { # shown PROXY [LINE...]: its text, and what to do with it
	answers "$@"
	run 0 print --answers "$T/a.yaml"
	complains 'antechamber check --origin http://127.0.0.1:3000 --public https://chat.example.org'
	says_not '{{'
}

shown traefik 'tls: {mode: auto}'
# shellcheck disable=SC2016
says 'rule: "Host(`chat.example.org`)"'
says 'certResolver: le'
says 'entryPoints: [websecure]'
says 'url: "http://127.0.0.1:3000"'
says 'respondingTimeouts.readTimeout: 3600s'
says_not 'certFile'
says_not 'trustedIPs'
shown traefik 'tls: {mode: existing, certificate: /etc/ssl/c.pem, key: /etc/ssl/c.key}'
says 'certFile: "/etc/ssl/c.pem"'
says 'keyFile: "/etc/ssl/c.key"'
says_not 'certResolver'
shown traefik 'tls: {mode: upstream}' 'cdn: other' 'trusted: [192.0.2.0/24, 198.51.100.7]'
says 'trustedIPs: 192.0.2.0/24, 198.51.100.7'
says 'entryPoints: [web]'
says_not 'tls:'

shown lighttpd 'tls: {mode: existing, certificate: /etc/ssl/c.pem, key: /etc/ssl/c.key}' 'limits: {stream: 1800s}'
says '$HTTP["host"] =~ "^chat[.]example[.]org(:[0-9]+)?$" {'
says '"host" => "127.0.0.1", "port" => 3000'
says 'server.max-read-idle        = 1800'
says 'proxy.header = ( "upgrade" => "enable" )'
if command -v lighttpd >/dev/null || [ -x /usr/sbin/lighttpd ]; then
	{ printf 'server.document-root = "/tmp"\nserver.port = 8099\n'; cat "$T/out"; } >"$T/lighttpd.conf"
	PATH=$PATH:/usr/sbin lighttpd -tt -f "$T/lighttpd.conf" >"$T/out" 2>&1 || fail "lighttpd does not take it"
fi

shown cloudflared 'tls: {mode: upstream}'
says '  - hostname: chat.example.org'
says '    service: http://127.0.0.1:3000'
says 'connectTimeout: 30s'

run 0 print --answers "$T/a.yaml" --json
json '.files | length == 1 and .[0].path == "/etc/cloudflared/config.yml" and (.[0].text | test("hostname: chat.example.org"))'
for command in diff rehearse apply; do
	run 4 $command --answers "$T/a.yaml" --root "$T" --yes
	complains 'Nothing is written for cloudflared: antechamber print shows the text to put there'
done
# A path that would need another quote is refused, not bent.
answers traefik 'tls: {mode: existing, certificate: "/etc/s\"l/c.pem", key: /etc/ssl/c.key}'
run 4 print --answers "$T/a.yaml"
complains 'cannot be written here'
# One that is written for is none of these.
answers nginx 'tls: {mode: none}'
sed -i s/https/http/ "$T/a.yaml"
run 0 print --answers "$T/a.yaml"
says 'server_name chat.example.org'
