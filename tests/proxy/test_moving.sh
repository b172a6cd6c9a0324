#!/bin/sh
# Moving house: the address goes from one proxy to another and back, every pair; what was left can always be had again.
# shellcheck disable=SC2154,SC2034
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
	{
		echo "worker_processes 1; pid $R/run/nginx.pid; error_log $T/nginx.log notice; worker_shutdown_timeout 1s;"
		[ "$(id -u)" != 0 ] || echo "user root;"
		echo "events { worker_connections 256; }"
		echo "http { access_log off;"
		for d in client_body proxy fastcgi uwsgi scgi; do echo "${d}_temp_path $R/var/nginx/$d;"; done
		echo "server { listen 127.0.0.1:$nginx_shop; server_name shop.example.org; return 200 shop; }"
		echo "include $R/etc/nginx/conf.d/*.conf;"
		echo "}"
	} >"$R/etc/nginx/nginx.conf"
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
cleanup_moving() {
	for p in $all; do stop "$p"; done
	pgrep -f "$R/etc/(caddy/Caddyfile|haproxy/haproxy.cfg|apache2/apache2.conf)" | xargs -r kill 2>/dev/null || : # one that the program started is nobody's child
	cleanup
}
for p in $all; do "${p}_files"; eval "${p}_pid="; done
trap cleanup_moving EXIT
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

picture >"$T/bare"
# Every way from one to another is gone once, and each house is the same whenever it is lived in.
last=
for p in nginx caddy nginx haproxy nginx apache caddy haproxy caddy apache haproxy apache nginx; do
	mine "$p"
	run 0 diff --answers "$T/a.yaml" --root "$R"
	case $last in "") says_not '+++ /dev/null' ;; haproxy) says '-backend openchamber' ;; *) says '+++ /dev/null' ;; esac
	apply 0 --cacert "$T/$NAME.pem"
	json '.outcome == "kept" and .ready == true and .summary.fail == 0 and .otherSitesChanged == 0'
	[ -z "$last" ] || json '[.steps[] | select(.step == "reload" and .state == "done")] | length == 2'
	wait_for 5 served_by "$p"
	if [ -e "$T/at-$p" ]; then is_as "at-$p"; else picture >"$T/at-$p"; fi
	last=$p
done
shops

# Nothing is moved twice.
apply 0 --cacert "$T/$NAME.pem"
json '.outcome == "unchanged"'

# The last move is undone: the house before, as it was; and all of it.
run 0 rollback --root "$R" --json
is_as at-apache
wait_for 5 served_by apache

# The new one does not come up, or comes up wrong: the old one has the address again.
back_home() {
	is_as at-apache
	wait_for 5 served_by apache
	shops
}
mine caddy 'commands: {reload: [/usr/bin/false]}'
apply 1 --cacert "$T/$NAME.pem"
json '.outcome == "undone" and .changed == false'
back_home
mine caddy 'commands: {reload: [/usr/bin/true]}'
apply 1 --cacert "$T/$NAME.pem"
json '.outcome == "undone"'
back_home

# Killed at any moment: the next undo brings the old house back, and so does the next apply.
mine caddy
stopped=0
for at in 3 5 7 9 11 13 15 17 19 21; do
	got=0
	ANTECHAMBER_STOP_AT=$at timeout 60 "$BIN" apply --answers "$T/a.yaml" --root "$R" --yes --password-file "$T/password" \
		--cacert "$T/$NAME.pem" >"$T/out" 2>"$T/err" </dev/null || got=$?
	[ "$got" = 137 ] || break
	stopped=$((stopped + 1))
	run 0 rollback --root "$R" --json
	back_home
done
[ "$stopped" -ge 3 ] || fail "it was stopped only $stopped times"
[ "$got" = 137 ] || run 0 rollback --root "$R" --json
back_home

# The old site was edited since: it is not taken away unseen.
echo '# by hand' >>"$R/etc/apache2/sites-available/openchamber.conf"
apply 1 --cacert "$T/$NAME.pem"
complains 'openchamber.conf was edited since'
sed -i '/^# by hand$/d' "$R/etc/apache2/sites-available/openchamber.conf"
back_home

run 0 remove --root "$R" --json
is_as bare
shops

# The old one serves something else on the port too, and so keeps it: said at its line, before anything is done.
mine nginx
echo "server { listen 127.0.0.1:$HTTP; server_name other.example.org; return 200 other; }" >"$R/etc/nginx/conf.d/other.conf"
apply 0 --cacert "$T/$NAME.pem"
picture >"$T/with-other"
mine haproxy
apply 1 --cacert "$T/$NAME.pem"
complains "/etc/nginx/conf.d/other.conf:1: nginx serves another site here on port $HTTP, so HAProxy cannot have it."
is_as with-other
wait_for 5 served_by nginx
rm "$R/etc/nginx/conf.d/other.conf"
run 0 remove --root "$R" --json
is_as bare

# Apache holds ports outside any site: they are let go with it, seen before, and had again.
printf 'Listen 127.0.0.1:%s\n<IfModule ssl_module>\n\tListen 127.0.0.1:%s\n</IfModule>\n' "$HTTP" "$TLS" >"$R/etc/apache2/ports.conf"
sed -i '/^Listen/i Include ports.conf' "$R/etc/apache2/apache2.conf"
stop apache
start apache
picture >"$T/with-ports"
for p in apache haproxy caddy apache; do
	mine "$p"
	run 0 diff --answers "$T/a.yaml" --root "$R"
	case $p in
	haproxy)
		says "+# another proxy has this port: Listen 127.0.0.1:$HTTP"
		says "+# another proxy has this port: 	Listen 127.0.0.1:$TLS"
		;;
	*) says_not 'another proxy has this port' ;;
	esac
	apply 0 --cacert "$T/$NAME.pem"
	json '.outcome == "kept" and .ready == true and .otherSitesChanged == 0'
	wait_for 5 served_by "$p"
done
shops
run 0 remove --root "$R" --json
is_as with-ports
sed -i '/^Include ports.conf$/d' "$R/etc/apache2/apache2.conf"
rm "$R/etc/apache2/ports.conf"
stop apache
start apache

# HAProxy does not run without a site: it is stopped in the move, and started again when that is undone, fails or was killed.
mine haproxy
apply 0 --cacert "$T/$NAME.pem"
sed -i '/^frontend shop/,/string shop$/d' "$R/etc/haproxy/haproxy.cfg"
kill -USR2 "$haproxy_pid"
shop_is_gone() { ! accepts "$haproxy_shop"; }
wait_for 10 shop_is_gone
picture >"$T/alone"
haproxies() { pgrep -f "haproxy .*$R/etc/haproxy/haproxy.cfg" | wc -l; }
is_stopped() { wait "$haproxy_pid" 2>/dev/null || :; [ "$(haproxies)" = 0 ]; }
home_alone() { # it is back: as one master and one worker
	is_as alone
	haproxy_pid=$(pgrep -o -f "haproxy .*$R/etc/haproxy/haproxy.cfg") || fail "HAProxy is not started again"
	wait_for 5 served_by haproxy
	[ "$(haproxies)" = 2 ] || fail "there are $(haproxies) processes of HAProxy"
}
mine nginx
apply 0 --cacert "$T/$NAME.pem"
json ".ready == true and ([.steps[] | select(.step == \"stop\" and .state == \"done\" and .text == \"kill $haproxy_pid\")] | length == 1)"
wait_for 5 served_by nginx
wait_for 5 is_stopped
run 0 rollback --root "$R" --json
home_alone
mine nginx 'commands: {reload: [/usr/bin/false]}'
apply 1 --cacert "$T/$NAME.pem"
json '.outcome == "undone" and .changed == false'
home_alone
mine nginx
for at in 7 11 13 15; do
	got=0
	ANTECHAMBER_STOP_AT=$at timeout 60 "$BIN" apply --answers "$T/a.yaml" --root "$R" --yes --password-file "$T/password" \
		--cacert "$T/$NAME.pem" >"$T/out" 2>"$T/err" </dev/null || got=$?
	[ "$got" = 137 ] || break
	run 0 rollback --root "$R" --json
	home_alone
done
[ "$at" -gt 9 ] || fail "it was stopped only until line $at"
[ "$got" = 137 ] || run 0 rollback --root "$R" --json
home_alone

# One that was stopped by hand is neither asked nor started, and its checker, which refuses to run on nothing, is no failure.
stop haproxy
apply 0 --cacert "$T/$NAME.pem"
json '[.steps[] | select(.step == "reload" and .state == "done")] | length == 1'
wait_for 5 served_by nginx
run 0 rollback --root "$R" --json
is_as alone
run 0 remove --root "$R" --json
json '[.steps[] | select(.step == "reload" and .state == "skip" and (.text | test("HAProxy does not run")))] | length == 1'
[ "$(haproxies)" = 0 ] || fail "HAProxy was started"

# Apache, left without an address, the same.
sed -i "s/^Listen .*/Include ports.conf/" "$R/etc/apache2/apache2.conf"
printf 'Listen 127.0.0.1:%s\nListen 127.0.0.1:%s\n' "$HTTP" "$TLS" >"$R/etc/apache2/ports.conf"
stop apache
start_alone() {
	apache_run >"$T/apache.out" 2>&1 </dev/null &
	apache_pid=$!
	PIDS="$PIDS $!"
	wait_for 10 accepts "$TLS"
}
start_alone
mine apache
apply 0 --cacert "$T/$NAME.pem"
picture >"$T/alone"
mine nginx
apply 0 --cacert "$T/$NAME.pem"
json '.ready == true and ([.steps[] | select(.step == "stop" and (.text | test("-k stop")))] | length > 0)'
wait_for 5 served_by nginx
run 0 rollback --root "$R" --json
is_as alone
apache_pid=$(cat "$R/run/apache.pid")
wait_for 5 served_by apache
run 0 remove --root "$R" --json
stop apache
rm -f "$R/run/apache.pid"
printf 'Listen 127.0.0.1:%s\n' "$apache_shop" >"$R/etc/apache2/ports.conf"
start apache

# One that did not run before is started by the change, and stopped again with it.
mine nginx
apply 0 --cacert "$T/$NAME.pem"
stop caddy
mine caddy
apply 0 --cacert "$T/$NAME.pem"
json '[.steps[] | select(.step == "reload" and (.text | test("caddy start")))] | length > 0'
wait_for 5 accepts "$caddy_shop"
[ "$(asks "$TLS" "$NAME")" = 200 ] || fail "the started one does not serve the address"
run 0 rollback --root "$R" --json
caddy_is_gone() { ! accepts "$caddy_shop"; }
wait_for 5 caddy_is_gone
wait_for 5 served_by nginx
