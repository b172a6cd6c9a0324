#!/bin/sh
# Addresses that only a restart can give are known before anything is written; with a restart it works, and back.
. "$(dirname "$0")/lib.sh"
origin
server_up
answers
echo "server { listen 127.0.0.1:$TLS; server_name narrow.example.org; return 204; }" >"$R/etc/nginx/sites-enabled/narrow"
nginx -s reload -e "$T/validate.log" -c "$R/etc/nginx/nginx.conf"
narrow_answers() { curl -s -o "$T/narrow" --max-time 1 -H 'Host: narrow.example.org' "http://127.0.0.1:$TLS/"; }
wait_for 5 narrow_answers
rm "$R/etc/nginx/sites-enabled/narrow" # its socket stays open until a reload
before
apply 1 --allow-unprotected
json '.outcome == "refused" and .changed == false and .cause == "config-needs-restart" and .error.code == "conflict"'
complains "--no-reload"
as_before
[ ! -e "$R/var/lib/antechamber/1" ] || fail "a change was begun"

# As the message says: written without a reload, for the restart; and back.
apply 0 --allow-unprotected --no-reload
json '[.steps[] | select(.step == "reload" and (.text | contains("restart")))] | length == 1'
run 0 rollback --root "$R"
rm -rf "$R/etc/antechamber"
as_before

# A command that restarts is not in the way.
cat >"$T/service" <<SH
kill \$(cat "$R/run/nginx.pid")
while [ -e "$R/run/nginx.pid" ]; do sleep 0.02; done
exec nginx -e "$T/validate.log" -c "$R/etc/nginx/nginx.conf"
SH
sed -i "s|reload: .*|reload: [/bin/sh, $T/service, restart]|" "$T/answers.yaml"
stop_nginx() { [ ! -e "$R/run/nginx.pid" ] || kill "$(cat "$R/run/nginx.pid")" || :; }
trap 'stop_nginx; cleanup' EXIT
apply 0 --allow-unprotected
json '.outcome == "kept" and ([.steps[] | select(.step == "proof" and .state == "done")] | length == 1)'
site_answers || fail "the site does not answer"
run 0 rollback --root "$R" --json
json '.outcome == "undone" and ([.steps[] | select(.step == "proof" and .state == "done")] | length == 1)'
wait_for 5 blog_answers

# An address that no interface has is refused before anything is written, for a reload would keep the old configuration.
answers
sed -i "s|^listen: {|listen: {address: 192.0.2.77, |" "$T/answers.yaml"
before
apply 4 --allow-unprotected
json '.outcome == "refused" and .changed == false and (.error.message | contains("192.0.2.77"))'
as_before
