#!/bin/sh
# A whole apply on a running Caddy: written, reloaded, verified, kept; again: nothing to do; and back, byte for byte.
# shellcheck disable=SC2086
. "$(dirname "$0")/caddy.sh"
certificate "$NAME"
two_ports
password
origin --password-file "$T/password"
pw="--password-file $T/password"
server_up
cp "$T/$NAME.pem" "$R/etc/ssl/cert.pem"
cp "$T/$NAME.key" "$R/etc/ssl/key.pem"
before
site_answers() { curl -sk --max-time 2 --resolve "$NAME:$TLS:127.0.0.1" "https://$NAME:$TLS/api/version" | grep -q openchamberVersion; }
plain_answers() { curl -s --max-time 2 -H "Host: $NAME:$HTTP" "http://127.0.0.1:$HTTP/api/version" | grep -q openchamberVersion; }
existing="tls: {mode: existing, certificate: $R/etc/ssl/cert.pem, key: $R/etc/ssl/key.pem}
listen: {http: $HTTP, https: $TLS}"

# It is found by the file it reads.
run 0 detect --root "$R" --json
json '.proxies[] | select(.name == "caddy") | .installed and .running and .config == "/etc/caddy/Caddyfile"'
json '.proxies[] | select(.name == "caddy") | .sites | length == 1 and .[0].names == ["shop.example.org"]'

# What comes is shown, and nothing is changed.
cp "$CADDY" "$T/Caddyfile.old"
answers "https://$NAME:$TLS" "$existing"
run 0 diff --answers "$T/answers.yaml" --root "$R"
says '+import openchamber*.caddy'
says '+	reverse_proxy '
as_before

apply 0 --cacert "$T/$NAME.pem" $pw
json '.changed == true and .outcome == "kept" and .ready == true and .summary.fail == 0'
json '[.steps[] | select(.state == "done") | .step] | index("write") and index("validate") and index("reload") and index("verify") and index("keep")'
site_answers || fail "the site does not answer"
shop_answers || fail "the other site is gone"
grep -q 'Written by antechamber' "$R/etc/caddy/openchamber.caddy" || fail "our mark is missing"
head -n -3 "$CADDY" | cmp -s - "$T/Caddyfile.old" || fail "the Caddyfile was not only added to"
kill -0 "$CADDY_PID" || fail "Caddy is another one"

# Once more: nothing to do.
apply 0 --cacert "$T/$NAME.pem" $pw
json '.changed == false and .outcome == "unchanged"'

# Other answers change the site alone.
answers "http://$NAME:$HTTP" 'tls: {mode: none}'
run 0 diff --answers "$T/answers.yaml" --root "$R"
says "-https://$NAME {"
says_not 'import'
apply 0 $pw
json '.changed == true and .outcome == "kept"'
plain_answers || fail "the plain site does not answer"
! site_answers || fail "the site with TLS is still there"

run 0 rollback --root "$R" --json
json '.changed == true'
site_answers || fail "the first change is not what is left"
run 0 rollback 1 --root "$R" --json
as_before
site_is_gone() { ! site_answers && ! plain_answers; }
wait_for 5 site_is_gone
shop_answers || fail "the other site is gone"
run 0 remove --root "$R" --json
json '.changed == false'

# A test certificate is Caddy's own: it is waited for, and its authority is trusted by the checks alone.
answers "https://$NAME:$TLS" "tls: {mode: selfsigned}
listen: {http: $HTTP, https: $TLS}"
apply 0 $pw
json '.changed == true and .outcome == "kept" and .summary.fail == 0'
site_answers || fail "the site does not answer"
grep -q 'tls internal' "$R/etc/caddy/openchamber.caddy" || fail "the certificate is not Caddy's own"
run 0 remove --root "$R"
as_before

# No service runs it: whoever runs is asked at its own admin endpoint, wherever that is.
answers "http://$NAME:$HTTP" 'tls: {mode: none}'
asked_at() { # asked_at LINE: as the options have it
	sed -i "s|^	admin .*|	$1|" "$CADDY"
	caddy_start
}
asked_at "admin unix/$T/admin.sock"
apply 0 $pw
json '.changed == true and .outcome == "kept"'
plain_answers || fail "the site does not answer"
run 0 remove --root "$R" --json
as_before

# What runs came from no file, by the admin endpoint: said before anything is written, and it goes on.
server_up
API=$(closed_port)
cat >"$T/by-api" <<SH
#!/bin/sh
curl -sf -X POST -H 'Content-Type: application/json' http://127.0.0.1:$ADMIN/config/apps/http/servers/byapi \
	-d '{"listen": ["127.0.0.1:$API"], "routes": [{"handle": [{"handler": "static_response", "body": "api"}]}]}'
SH
chmod 755 "$T/by-api"
api_answers() { [ "$(curl -s --max-time 1 "http://127.0.0.1:$API/")" = api ]; }
answers "http://$NAME:$HTTP" 'tls: {mode: none}'
"$T/by-api" || fail "Caddy does not take a server by its API"
apply 1 $pw
json '.outcome == "refused" and .changed == false and ([.steps[].step] | index("write") == null)'
complains '/etc/caddy/Caddyfile: Caddy runs another configuration than this file has, and a reload would drop it.'
as_before
api_answers || fail "what came by the API is gone"

# It comes while the change is under way: Caddy itself refuses the reload, and everything is put back without one.
caddy_start
answers "http://$NAME:$HTTP" "tls: {mode: none}
commands: {validate: [$T/by-api]}"
apply 1 $pw
json '.outcome == "undone" and .changed == false'
complains 'Somebody else changed what Caddy runs since it was looked at'
as_before
api_answers || fail "what came by the API is gone"

# Reloaded by whoever runs it, it runs its files again, and takes the change.
caddy reload --config "$CADDY" --adapter caddyfile >"$T/reload" 2>&1 || fail "$(cat "$T/reload")"
answers "http://$NAME:$HTTP" 'tls: {mode: none}'
apply 0 $pw
json '.outcome == "kept"'
plain_answers || fail "the site does not answer"
run 0 remove --root "$R" --json
as_before
server_up
asked_at 'admin off'
apply 4 $pw
grep -q '/etc/caddy/Caddyfile:2:2: With this line Caddy cannot be reloaded' "$T/err" || fail "not said where: $(cat "$T/err")"
as_before

# One that a change started runs on when that is undone after it was kept: others may live by it.
server_up
caddy_stop
before
serve other "$BIN" origin --port "$ADMIN" # where Caddy would listen for its reloads
other=$SERVER_PID
apply 1 $pw
json '.outcome == "undone" and (.error.message | test("caddy start.*ended with status 1: Caddy says: .*address already in use"))'
as_before
! shop_answers || fail 'the proxy runs, which did not run before'
kill "$other"
wait "$other" || :
apply 0 $pw
json '[.steps[] | select(.step == "reload" and (.text | test("caddy start")))] | length > 0'
for p in /proc/[0-9]*; do
	! tr '\0' ' ' <"$p/cmdline" 2>/dev/null | grep -q "^caddy run .*--config $CADDY" || PIDS="$PIDS ${p#/proc/}"
done
wait_for 5 plain_answers
run 0 rollback --root "$R" --json
json '[.steps[] | select(.step == "reload" and (.text | test("caddy reload")))] | length > 0'
as_before
! plain_answers || fail 'the site is still served'
shop_answers || fail 'the other site of the proxy that was started is down'
