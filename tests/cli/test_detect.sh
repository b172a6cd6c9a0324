#!/bin/sh
# detect reads what is there, below --root, and asks nobody but OpenChamber.
. "$(dirname "$0")/../lib.sh"
need jq nginx openssl
R=$T/root
mkdir -p "$R/etc/nginx/conf.d" "$R/etc/letsencrypt/live/chat.example.org"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 61 -subj /CN=chat.example.org \
	-addext 'subjectAltName=DNS:*.example.org' -keyout "$R/etc/letsencrypt/live/chat.example.org/privkey.pem" \
	-out "$R/etc/letsencrypt/live/chat.example.org/fullchain.pem" 2>/dev/null
cat >"$R/etc/nginx/nginx.conf" <<'CONF'
events {}
http {
	include /etc/nginx/conf.d/*.conf;
}
CONF
cat >"$R/etc/nginx/conf.d/oc.conf" <<'CONF'
# a site

server {
	listen 80;
	server_name chat.example.org;
	location / { proxy_pass http://127.0.0.1:3000; }
}
CONF
run 0 detect --root "$R" --json
json '.schema == 1 and .command == "detect"'
json '.proxies[] | select(.name == "nginx") | .installed and (.version | test("^[0-9]+\\.")) and .config == "/etc/nginx/nginx.conf"'
json '.proxies[] | select(.name == "nginx") | .siteDirectory == "/etc/nginx/conf.d" and (has("linkDirectory") | not)'
json '.proxies[] | select(.name == "nginx") | .includedAt | test("nginx.conf:3")'
json '.proxies[] | select(.name == "nginx").sites[] | select(.names == ["chat.example.org"]) | .file == "/etc/nginx/conf.d/oc.conf" and .line == 3 and .upstream == "http://127.0.0.1:3000" and .ours == false'
json '.certificates[] | select(.names == ["*.example.org"]) | .daysLeft >= 59 and .daysLeft <= 61'
run 0 detect --root "$R"
says nginx
says 'chat.example.org  /etc/nginx/conf.d/oc.conf:3'
says '*.example.org'

# A configuration that cannot be read is said, not fatal.
echo 'server { listen 80' >"$R/etc/nginx/conf.d/broken.conf"
run 0 detect --root "$R" --json
json '.proxies[] | select(.name == "nginx") | .broken.message | test("broken.conf")'
