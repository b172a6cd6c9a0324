#!/bin/sh
# A later run in line mode: it finds the saved answers, nothing but the whole word changes anything, and removing works.
. "$(dirname "$0")/lib.sh"
origin
server_up
answers
apply 0 --allow-unprotected
later() { # later SCRIPT
	printf '%b' "$1" | "$BIN" --plain --root "$R" >"$T/later" 2>&1 || fail "status $?: $(cat "$T/later")"
}
later '6\n\n6\ny\nq\n'
grep -q "as it was written" "$T/later" || fail "no state of the file: $(cat "$T/later")"
grep -q "^What now, 1 to 6" "$T/later" || fail "no question: $(cat "$T/later")"
grep -q "^goes: .*/etc/nginx/sites-available/openchamber.conf" "$T/later" || fail "what goes is not said: $(cat "$T/later")"
! grep -q "^Step" "$T/later" || fail "a later run is no step: $(cat "$T/later")"
[ -f "$R/etc/nginx/sites-available/openchamber.conf" ] || fail "it is gone without the word"
later '6\nyes\n'
grep -q "^Removed: " "$T/later" || fail "not removed: $(cat "$T/later")"
as_before
blog_answers || fail "the other site is gone"

# What we wrote was edited, and fails: to find out why is what is offered first, and the fix is ours as well.
cat >"$T/answers.yaml" <<YAML
version: 1
origin: $ORIGIN
public: http://127.0.0.1:$TLS
proxy: nginx
tls: {mode: none}
listen: {http: $TLS}
YAML
apply 0 --allow-unprotected
ours=$R/etc/nginx/sites-available/openchamber.conf
sed -i '/proxy_set_header Upgrade/d' "$ours"
cp "$ours" "$T/edited"
old=$(pgrep -P "$NGINX" | sort)
nginx -s reload -e "$T/reload.log" -c "$R/etc/nginx/nginx.conf" 2>>"$T/reload.log" || fail "$(cat "$T/reload.log")"
workers_are_new() { for pid in $old; do ! kill -0 "$pid" 2>/dev/null || return 1; done; }
wait_for 5 workers_are_new
later '1\ny\ny\ny\ny\ny\n<\n'
grep -q "does not work: passed" "$T/later" || fail "it does not fail: $(cat "$T/later")"
grep -q "^1 Find out why" "$T/later" || fail "why is not offered: $(cat "$T/later")"
grep -q "^Finding 1 of" "$T/later" || fail "no finding: $(cat "$T/later")"
grep -q "^fail: The WebSocket upgrade does not reach" "$T/later" || fail "not the cause: $(cat "$T/later")"
grep -q "^+ *proxy_set_header Upgrade" "$T/later" || fail "no fix: $(cat "$T/later")"
cmp -s "$ours" "$T/edited" || fail "it was written without the word"
