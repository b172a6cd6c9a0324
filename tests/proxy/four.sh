# tests/proxy/four.sh - the four real proxies side by side, below one root, each with a shop of its own to lose.
#
# Known then: start and stop PROXY, mine PROXY (answers for it), served_by PROXY, shops (all still there),
# picture and is_as NAME (the tree), $all.
# shellcheck shell=sh disable=SC2034,SC2154
. "$(dirname "$0")/rendered.sh"
need nginx caddy haproxy apache2 openssl curl
[ -d /usr/lib/apache2/modules ] || skip "Apache's modules are not where Debian has them"
certificate "$NAME"
password
origin --password-file "$T/password" --pace 10
two_ports
chmod 755 "$T"
R=$T/root
mkdir -p "$R/etc/ssl" "$R/run" "$R/var"
cp "$T/$NAME.pem" "$T/$NAME.key" "$R/etc/ssl/"
chmod 600 "$R/etc/ssl/$NAME.key"
all="nginx caddy haproxy apache"

# Each proxy has a shop of its own on a port of its own; the address is on two that nobody has.
nginx_shop=$(closed_port) caddy_shop=$(closed_port) haproxy_shop=$(closed_port) apache_shop=$(closed_port)
shop_port() { eval "echo \$$1_shop"; }

nginx_files() {
	mkdir -p "$R/etc/nginx/conf.d" "$R/var/nginx"
	nginx_around "$R/run/nginx.pid" "$T/nginx.log" "$R/var/nginx" 'worker_shutdown_timeout 1s;' >"$R/etc/nginx/nginx.conf" <<CONF
server { listen 127.0.0.1:$nginx_shop; server_name shop.example.org; return 200 shop; }
include $R/etc/nginx/conf.d/*.conf;
CONF
}
nginx_run() { exec /usr/sbin/nginx -p "$R/var/nginx" -e "$T/nginx.log" -c "$R/etc/nginx/nginx.conf" -g 'daemon off;'; }
caddy_files() {
	mkdir -p "$R/etc/caddy"
	cat >"$R/etc/caddy/Caddyfile" <<CONF
{
	admin 127.0.0.1:$(closed_port)
	http_port $HTTP
	https_port $TLS
	auto_https disable_redirects
	grace_period 1s
	storage file_system $R/var/caddy
	skip_install_trust
}
http://shop.example.org:$caddy_shop {
	bind 127.0.0.1
	respond shop
}
CONF
}
caddy_run() { XDG_CONFIG_HOME="$T/caddy" exec caddy run --config "$R/etc/caddy/Caddyfile" --adapter caddyfile; }
haproxy_files() {
	mkdir -p "$R/etc/haproxy"
	cat >"$R/etc/haproxy/haproxy.cfg" <<CONF
global
	hard-stop-after 1s
defaults
	mode http
	timeout connect 5s
	timeout client 50s
	timeout server 50s
frontend shop
	bind 127.0.0.1:$haproxy_shop
	http-request return status 200 content-type text/plain string shop
CONF
}
haproxy_run() { exec /usr/sbin/haproxy -W -f "$R/etc/haproxy/haproxy.cfg"; }
apache_files() {
	A=$R/etc/apache2
	mkdir -p "$A/mods-available" "$A/mods-enabled" "$A/sites-available" "$A/sites-enabled"
	for m in alias authz_core env filter setenvif reqtimeout proxy proxy_http headers mime ssl socache_shmcb http2 mpm_event; do
		printf 'LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n' "$m" "$m" >"$A/mods-available/$m.load"
	done
	echo "TypesConfig /dev/null" >"$A/mods-available/mime.conf"
	for m in alias authz_core env filter setenvif reqtimeout mpm_event; do ln -s "../mods-available/$m.load" "$A/mods-enabled/$m.load"; done
	cat >"$A/apache2.conf" <<CONF
ServerRoot $A
ServerName localhost
PidFile $R/run/apache.pid
ErrorLog $T/apache.log
DefaultRuntimeDir $R/run
GracefulShutdownTimeout 1
User nobody
Group nogroup
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Listen 127.0.0.1:$apache_shop
IncludeOptional sites-enabled/*.conf
CONF
	printf '<VirtualHost *:%s>\n\tServerName shop.example.org\n\tRedirect 404 /\n</VirtualHost>\n' "$apache_shop" >"$A/sites-available/shop.conf"
	ln -s ../sites-available/shop.conf "$A/sites-enabled/shop.conf"
	[ "$(id -u)" = 0 ] || sed -i '/^User /d; /^Group /d' "$A/apache2.conf"
}
apache_run() { exec /usr/sbin/apache2 -d "$R/etc/apache2" -f "$R/etc/apache2/apache2.conf" -DFOREGROUND; }

start() { # start PROXY
	"$1_run" >"$T/$1.out" 2>&1 </dev/null &
	eval "$1_pid=$!"
	PIDS="$PIDS $!"
	wait_for 10 accepts "$(shop_port "$1")"
}
stop() { # stop PROXY: at once, and its children, if it runs
	eval "pid=\$$1_pid"
	[ -n "$pid" ] || return 0
	eval "$1_pid="
	# shellcheck disable=SC2046
	kill -KILL "$pid" $(pgrep -P "$pid") 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
}
cleanup_four() {
	for p in $all; do stop "$p"; done
	pgrep -f "$R/etc/(caddy/Caddyfile|haproxy/haproxy.cfg|apache2/apache2.conf)" | xargs -r kill 2>/dev/null || : # one that the program started is nobody's child
	cleanup
}
for p in $all; do "${p}_files"; eval "${p}_pid="; done
trap cleanup_four EXIT
for p in $all; do start "$p"; done

mine() { # mine PROXY [LINE]: the answers, the same but for the proxy
	PROXY=$1
	commands=
	[ "$1" != nginx ] || commands="commands: {validate: [/usr/sbin/nginx, -t, -e, $T/nginx.log, -c, $R/etc/nginx/nginx.conf],
  reload: [/usr/sbin/nginx, -s, reload, -e, $T/nginx.log, -c, $R/etc/nginx/nginx.conf]}"
	answers "https://$NAME:$TLS" "tls: {mode: existing, certificate: $R/etc/ssl/$NAME.pem, key: $R/etc/ssl/$NAME.key}" \
		"listen: {address: 127.0.0.1, http: $HTTP, https: $TLS}" "${2:-$commands}"
}
picture() { (cd "$R" && find etc -printf '%p %y %m %U %G %l\n' | sort && find etc -type f -exec sha256sum {} + | sort) | grep -v etc/antechamber; }
is_as() { # is_as NAME: the tree is that of a picture
	picture >"$T/now"
	cmp -s "$T/$1" "$T/now" || fail "the tree is not as in $1: $(diff "$T/$1" "$T/now")"
}
served_by() { # served_by PROXY: the address answers, and the port is that proxy's alone
	eval "pid=\$$1_pid"
	[ "$(asks "$TLS" "$NAME")" = 200 ] || return 1
	inode=$(awk -v port=":$(printf %04X "$TLS")\$" '$4 == "0A" && $2 ~ port { print $10 }' /proc/net/tcp)
	for one in $inode; do
		# shellcheck disable=SC2046
		find $(for k in "$pid" $(pgrep -P "$pid"); do echo "/proc/$k/fd"; done) -lname "socket:\[$one\]" 2>/dev/null | grep -q . || return 1
	done
}
shops() { for p in $all; do [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 2 -H 'Host: shop.example.org' "http://127.0.0.1:$(shop_port "$p")/")" = "$([ "$p" = apache ] && echo 404 || echo 200)" ] || fail "the shop of $p is gone"; done; }
