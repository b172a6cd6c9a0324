#!/bin/sh
# Where nginx of this machine serves the public name, a failure names the line of its configuration.
# shellcheck disable=SC2016,SC2086
. "$(dirname "$0")/lib.sh"
need nginx openssl curl
two_ports
password
origin --password-file "$T/password"
pw="--password-file $T/password"
R=$T/root
conf=$R/etc/nginx/conf.d/oc.conf

server_up() { # server_up: what stands on stdin is the site's file; it is read as this machine's nginx
	mkdir -p "$R/etc/nginx/conf.d"
	cat >"$T/new"; mv "$T/new" "$T/site"
	fill <"$T/site" >"$conf"
	printf 'events {}\nhttp {\n\tinclude %s/etc/nginx/conf.d/*.conf;\n}\n' "$R" >"$R/etc/nginx/nginx.conf"
	nginx_up "include $conf;"
}
names() { # names CAUSE CHECK TEXT: the check has that cause, and the line holds that text
	run 1 check --origin "$ORIGIN" --public "http://$NAME:$HTTP" --connect-to "127.0.0.1:$HTTP" --root "$R" --json $pw
	broken "$1" "$2"
	file=$(jq -r ".checks[] | select(.id == \"$2\" and .target == \"public\") | .where.file" "$T/out")
	line=$(jq -r ".checks[] | select(.id == \"$2\" and .target == \"public\") | .where.line" "$T/out")
	[ "$file" != null ] || fail "$1: no place is named"
	[ -f "$file" ] || file=$R$file
	sed -n "${line}p" "$file" | grep -qF -- "$3" || fail "$1: $file:$line is \"$(sed -n "${line}p" "$file")\", wanted is: $3"
	run 1 check --origin "$ORIGIN" --public "http://$NAME:$HTTP" --connect-to "127.0.0.1:$HTTP" --root "$R" $pw
	says "$(basename "$file"):$line"
}

server_up <<'CONF'
server {
	listen 127.0.0.1:@HTTP@;
	server_name chat.example.org;
	client_max_body_size 100m;
	proxy_http_version 1.1;
	proxy_set_header Host $http_host;
	proxy_set_header X-Forwarded-Proto $scheme;
	location / {
		proxy_pass http://@ORIGIN@;
		proxy_read_timeout 3600s;
	}
	location /api/event/ws {
		proxy_pass http://@ORIGIN@;
		proxy_set_header Upgrade $http_upgrade;
		proxy_set_header Connection upgrade;
	}
	location /api/global/event/ws {
		proxy_pass http://@ORIGIN@;
		proxy_set_header Upgrade $http_upgrade;
		proxy_set_header Connection upgrade;
		proxy_set_header Host $http_host;
	}
}
CONF
# In one location the headers of the outer level are lost; elsewhere there is no Upgrade at all.
names ws-upgrade-lost ws.terminal 'proxy_pass'
run 1 check --origin "$ORIGIN" --public "http://$NAME:$HTTP" --connect-to "127.0.0.1:$HTTP" --root "$R" --json $pw
json '.checks[] | select(.id == "ws.event" and .target == "public") | .cause == "ws-host-lost" and .where.line == 14'

server_up <<'CONF'
server {
	listen 127.0.0.1:@HTTP@;
	server_name chat.example.org;
	client_max_body_size 1m;
	location / {
		proxy_pass http://@ORIGIN@;
		proxy_http_version 1.1;
		proxy_set_header Host $http_host;
		proxy_set_header Upgrade $http_upgrade;
		proxy_set_header Connection $up;
		proxy_read_timeout 3600s;
	}
}
CONF
names body-limit body.limit 'client_max_body_size 1m'

sed -i 's/\$http_host/$host/; s/1m;/100m;/' "$T/site"
server_up <"$T/site"
names ws-port-lost ws.event 'proxy_set_header Host $host'

# Nothing is blamed where another proxy's configuration happens to lie around.
sed -i 's/server_name chat/server_name other/' "$conf"
run 1 check --origin "$ORIGIN" --public "http://$NAME:$HTTP" --connect-to "127.0.0.1:$HTTP" --root "$R" --json $pw
json '.checks | all(has("where") | not)'
