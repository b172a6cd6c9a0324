#!/bin/sh
# Moving house: the address goes from one proxy to another and back, every pair; what was left can always be had again.
# shellcheck disable=SC2154,SC2034
. "$(dirname "$0")/four.sh"
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
