# tests/apply/lib.sh - a server of its own for an apply: a tree below $R, with a real nginx that reads it.
# shellcheck shell=sh
. "$(dirname "$0")/../lib.sh"
need nginx openssl jq curl
NAME=chat.example.org
R=$T/root
PATH=$PATH:/usr/sbin

server_up() { # an nginx as Debian lays it out, on ports found free, with another site beside
	HTTP=$(closed_port) TLS=$(closed_port)
	mkdir -p "$R/etc/nginx/sites-available" "$R/etc/nginx/sites-enabled" "$R/var/log/nginx" "$R/run" "$R/var/lib/nginx"
	cat >"$R/etc/nginx/nginx.conf" <<CONF
user root;
worker_processes 1;
pid $R/run/nginx.pid;
error_log $R/var/log/nginx/error.log notice;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path $R/var/lib/nginx/body;
	proxy_temp_path $R/var/lib/nginx/proxy;
	fastcgi_temp_path $R/var/lib/nginx/fastcgi;
	uwsgi_temp_path $R/var/lib/nginx/uwsgi;
	scgi_temp_path $R/var/lib/nginx/scgi;
	include $R/etc/nginx/sites-enabled/*;
}
CONF
	mkdir -p "$R/etc/ssl"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$NAME" \
		-addext "subjectAltName=DNS:$NAME" -keyout "$R/etc/ssl/key.pem" -out "$R/etc/ssl/cert.pem" 2>/dev/null
	[ "$(id -u)" = 0 ] || sed -i '/^user /d' "$R/etc/nginx/nginx.conf"
	echo "server { listen *:$HTTP; listen [::]:$HTTP; server_name blog.example.org; return 200 blog; }" \
		>"$R/etc/nginx/sites-available/blog"
	ln -s "$R/etc/nginx/sites-available/blog" "$R/etc/nginx/sites-enabled/blog"
	nginx -p "$R" -e "$R/var/log/nginx/start.log" -c "$R/etc/nginx/nginx.conf" -g 'daemon off;' >"$T/nginx.log" 2>&1 &
	NGINX=$!
	PIDS="$PIDS $NGINX"
	wait_for 5 blog_answers
	before
}
nginx_reload() { # by hand, and only back when the new workers serve
	old=$(pgrep -P "$NGINX" | sort)
	nginx -s reload -e "$T/reload.log" -c "$R/etc/nginx/nginx.conf" 2>>"$T/reload.log" || fail "$(cat "$T/reload.log")"
	wait_for 10 workers_are_new
}
workers_are_new() { for pid in $old; do ! kill -0 "$pid" 2>/dev/null || return 1; done; }
pasted_site() { # pasted_site [LINE]: a site that leads to the origin, its WebSockets broken by what it lacks
	site=$R/etc/nginx/sites-available/chat
	cat >"$site" <<CONF
server {
    listen $HTTP;
    server_name $NAME;
    proxy_http_version 1.1;
    ${1:-}
    location / {
        proxy_pass $ORIGIN;
        proxy_set_header Host \$http_host;
        proxy_set_header X-Forwarded-Proto \$scheme;
        proxy_set_header X-Forwarded-Host \$http_host;
    }
}
CONF
	ln -sf "$site" "$R/etc/nginx/sites-enabled/chat"
	nginx_reload
}
blog_answers() { [ "$(curl -s --max-time 1 -H 'Host: blog.example.org' "http://127.0.0.1:$HTTP/")" = blog ]; }

# What an undo must bring back: every file and link, with mode, owner and content.
tree() {
	(cd "$R" && find etc -printf '%p %y %m %u %l\n' | sort && find etc -type f -exec sha256sum {} + | sort)
}
before() { tree >"$T/before"; }
as_before() {
	tree >"$T/after"
	cmp -s "$T/before" "$T/after" || fail "the tree is not as it was: $(diff "$T/before" "$T/after")"
}

nginx_commands() { # how this nginx is checked and reloaded, as answers say it
	echo "commands:"
	echo "  validate: [/usr/sbin/nginx, -t, -e, $T/validate.log, -c, $R/etc/nginx/nginx.conf]"
	echo "  reload: [/usr/sbin/nginx, -s, reload, -e, $T/validate.log, -c, $R/etc/nginx/nginx.conf]"
}
answers() { # answers [LINES]: for this server, in $T/answers.yaml
	cat >"$T/answers.yaml" <<YAML
version: 1
origin: $ORIGIN
public: https://$NAME:$TLS
proxy: nginx
tls: {mode: existing, certificate: $R/etc/ssl/cert.pem, key: $R/etc/ssl/key.pem}
listen: {http: $HTTP, https: $TLS}
$(nginx_commands)
${1:-}
YAML
	chmod 600 "$T/answers.yaml"
}

http_answers() { # http_answers [LINES]: the same by http alone, on the port that is TLS's there
	cat >"$T/answers.yaml" <<YAML
version: 1
origin: $ORIGIN
public: http://127.0.0.1:$TLS
proxy: nginx
tls: {mode: none}
listen: {http: $TLS}
${1:-}
YAML
}

apply() { # apply STATUS OPTION...
	status=$1
	shift
	run "$status" apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --json "$@"
}
site_answers() { curl -sk --max-time 2 --resolve "$NAME:$TLS:127.0.0.1" "https://$NAME:$TLS/api/version" | grep -q openchamberVersion; }
reviewed() { # $plan is the hash of what these answers make of this server
	apply 0 --allow-unprotected
	plan=$(sed -n 's/.*"plan": *"\([0-9a-f]*\)".*/\1/p' "$R"/var/lib/antechamber/1/journal)
	run 0 rollback --root "$R"
	as_before
}

to_be_kept() { # to_be_kept SECONDS: an apply on a terminal that asks; what is written to 3 is typed there, its status comes to $T/rc
	[ -p "$T/keys" ] || mkfifo "$T/keys"
	: >"$T/seen"
	rm -f "$T/rc"
	(script -qefc "'$BIN' apply --answers '$T/answers.yaml' --root '$R' --cacert '$R/etc/ssl/cert.pem' \
		--allow-unprotected --confirm-within $1" /dev/null <"$T/keys" >"$T/seen" 2>&1 && rc=0 || rc=$?; echo "$rc" >"$T/rc") &
	PIDS="$PIDS $!"
	exec 3>"$T/keys"
	wait_for 30 grep -q 'Keep this?' "$T/seen"
}
