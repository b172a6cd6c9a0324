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

# Somebody edits the Caddyfile afterwards: an undo leaves it alone, and Caddy can still be started with it.
server_up
answers "http://$NAME:$HTTP" "$none"
apply 0 $pw
echo '# by hand' >>"$CADDY"
run 1 rollback --root "$R" --json
grep -q '^# by hand' "$CADDY" || fail "the edit is lost"
[ ! -e "$R/etc/caddy/openchamber.caddy" ] || fail "our file is still there"
caddy_start
shop_answers || fail "Caddy does not start with what was left"
