#!/bin/sh
# Whatever goes wrong with Caddy, every byte is put back, Caddy serves as before, and what was wrong is named.
# shellcheck disable=SC2086
. "$(dirname "$0")/caddy.sh"
two_ports
password
origin --password-file "$T/password"
pw="--password-file $T/password"
none='tls: {mode: none}'
undone() { # the tree, the running Caddy and its other site are as they were
	as_before
	shop_answers || fail "the other site is gone"
}

# Caddy refuses the whole configuration: something else in it is broken.
server_up
printf 'http://broken.example.org:%s {\n\tnonsense\n}\n' "$HTTP" >>"$CADDY"
before
answers "http://$NAME:$HTTP" "$none"
apply 1 $pw || :
grep -q "Caddyfile:[0-9]*: Caddy says: unrecognized directive: nonsense" "$T/err" || fail "what Caddy said is not said"
undone

# Another program has the port.
server_up
OTHER=$(closed_port)
"$BIN" origin --port "$OTHER" >"$T/other.out" 2>&1 </dev/null &
PIDS="$PIDS $!"
wait_for 10 grep -q '^listening on ' "$T/other.out"
answers "http://$NAME:$OTHER" "$none"
apply 1 $pw
grep -q "Port $OTHER is taken" "$T/err" || fail "the port is not named: $(cat "$T/err")"
undone

# The site does not lead to OpenChamber: the live checks fail.  Its reload never happens.
answers "http://$NAME:$HTTP" "$none
commands: {reload: [/usr/bin/true]}"
apply 1 $pw
json '.outcome == "undone"'
undone

# Where nothing can be added, nothing is tried: the place is named.
answers "http://$NAME:$HTTP" "$none"
printf 'http://other.example.org, http://%s:%s {\n}\n' "$NAME" "$HTTP" >>"$CADDY"
line=$(grep -n "other.example.org" "$CADDY" | cut -d: -f1)
before
apply 4 $pw
grep -q "/etc/caddy/Caddyfile:$line:1: $NAME is served here already" "$T/err" || fail "not said where: $(cat "$T/err")"
as_before
printf 'http://shop.example.org:%s\nrespond shop\n' "$HTTP" >"$CADDY"
before
apply 4 $pw
grep -q '/etc/caddy/Caddyfile:1:1: This site has no braces' "$T/err" || fail "not said where: $(cat "$T/err")"
as_before

# Somebody edits the Caddyfile afterwards: that stays, and our line goes; a next change is none the worse for it.
server_up
cp "$CADDY" "$T/Caddyfile.old"
answers "http://$NAME:$HTTP" "$none"
apply 0 $pw
edit() {
	sed -i '1i # by hand' "$CADDY"
	printf '# and behind\n' >>"$CADDY"
}
edit
answers "http://$NAME:$(closed_port)" "$none"
apply 0 $pw
json '.changed == true'
grep -q '^# by hand' "$CADDY" || fail "the edit is lost"
run 0 rollback --root "$R" --json
run 0 remove --root "$R" --json
cp "$CADDY" "$T/Caddyfile.now"
cp "$T/Caddyfile.old" "$CADDY"
edit
cmp "$CADDY" "$T/Caddyfile.now" || fail "not only our line is gone"
[ ! -e "$R/etc/caddy/openchamber.caddy" ] || fail "our file is still there"
shop_answers || fail "the other site is gone"

# Taken out by hand already: there is nothing left to undo in that file.
answers "http://$NAME:$HTTP" "$none"
cp "$T/Caddyfile.old" "$CADDY"
apply 0 $pw
cp "$T/Caddyfile.old" "$CADDY"
edit
run 0 rollback --root "$R" --json
cmp "$CADDY" "$T/Caddyfile.now" || fail "the edit is lost"

# Our own line is edited: left alone by both, and Caddy can still be started with it.
cp "$T/Caddyfile.old" "$CADDY"
apply 0 $pw
sed -i 's/^import openchamber.*/& # mine/' "$CADDY"
run 1 rollback --root "$R" --json
grep -q '^import openchamber.* # mine' "$CADDY" || fail "the edit is lost"
[ ! -e "$R/etc/caddy/openchamber.caddy" ] || fail "our file is still there"
caddy_start
shop_answers || fail "Caddy does not start with what was left"
