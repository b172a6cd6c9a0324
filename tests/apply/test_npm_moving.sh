#!/bin/sh
# Moving to Nginx Proxy Manager and away from it: its host is made or goes, with the files of the other one, and back without a trace.
# shellcheck disable=SC2154
. "$(dirname "$0")/../npm/lib.sh"
need nginx curl
behind_up
npm_up 2.15.1
HTTP=$(closed_port)
mkdir -p "$R/etc/nginx/conf.d" "$R/var/nginx"
echo "include $R/etc/nginx/conf.d/*.conf;" |
	nginx_around "$R/run/nginx.pid" "$T/nginx.log" "$R/var/nginx" 'worker_shutdown_timeout 1s;' >"$R/etc/nginx/nginx.conf"
/usr/sbin/nginx -p "$R/var/nginx" -e "$T/nginx.log" -c "$R/etc/nginx/nginx.conf" -g 'daemon off;' >"$T/nginx.out" 2>&1 &
PIDS="$PIDS $!"
picture() { (cd "$R" && find etc -printf '%p %y %m\n' | sort && find etc -type f -exec sha256sum {} + | sort) | grep -v etc/antechamber; }
in_nginx() {
	cat >"$T/answers.yaml" <<YAML
version: 1
origin: $BEHIND
public: http://$NAME
proxy: nginx
tls: {mode: none}
listen: {address: 127.0.0.1, http: $HTTP}
commands: {validate: [/usr/sbin/nginx, -t, -e, $T/nginx.log, -c, $R/etc/nginx/nginx.conf],
  reload: [/usr/sbin/nginx, -s, reload, -e, $T/nginx.log, -c, $R/etc/nginx/nginx.conf]}
YAML
	chmod 600 "$T/answers.yaml"
}
running() { [ -s "$R/run/nginx.pid" ]; }
wait_for 5 running
is_as() { picture >"$T/now"; cmp -s "$T/$1" "$T/now" || fail "the tree is not as in $1: $(diff "$T/$1" "$T/now")"; }
served() { curl -s --max-time 2 -H "Host: $NAME" "http://127.0.0.1:$HTTP/api/version" | grep -q openchamberVersion; }
picture >"$T/bare"

# To it: its host is made, and the files of the other one go, in one change; the undo brings them back.
in_nginx
apply 0
picture >"$T/at-nginx"
answers
answers_for 0 diff
says '+++ /dev/null'
says "+++ $URL POST /api/nginx/proxy-hosts"
apply 0
json '.outcome == "kept" and .summary.fail == 0'
is_as bare
hosts 'length == 1'
run 0 rollback --root "$R"
is_as at-nginx
hosts 'length == 0'
wait_for 5 served

# It refuses the host: nothing of the other one was touched for good.
touch "$D/offline"
apply 1
json '.outcome == "undone"'
is_as at-nginx
hosts 'length == 0'
wait_for 5 served

# And from it: the host goes, the site comes; back again, and killed in between.
apply 0
picture >"$T/at-npm"
in_nginx
answers_for 0 diff
says "--- $URL DELETE /api/nginx/proxy-hosts"
apply 0
json '.outcome == "kept" and .summary.fail == 0'
is_as at-nginx
hosts 'length == 0'
wait_for 5 served
run 0 rollback --root "$R"
is_as at-npm
hosts 'length == 1 and .[0].domain_names == ["chat.example.org"]'
sed -i 's/reload: .*/reload: [\/usr\/bin\/false]}/' "$T/answers.yaml"
apply 1
json '.outcome == "undone"'
is_as at-npm
hosts 'length == 1'
in_nginx
for at in 4 5 6 7 8 9; do
	got=0
	ANTECHAMBER_STOP_AT=$at timeout 60 "$BIN" apply --answers "$T/answers.yaml" --root "$R" --allow-unprotected --yes >"$T/out" 2>"$T/err" </dev/null || got=$?
	[ "$got" = 137 ] || fail "it was not stopped at line $at"
	run 0 rollback --root "$R"
	is_as at-npm
	hosts 'length == 1'
done
run 0 remove --root "$R"
is_as bare
hosts 'length == 0'
