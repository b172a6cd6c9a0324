#!/bin/sh
# Nginx Proxy Manager by its API: a host made, changed, refused, put back, after a crash too; on three versions.
. "$(dirname "$0")/../npm/lib.sh"
behind_up

same_as() { # same_as NAME BODY: the recorded request, with our address behind it
	sed "s|@HOST@|$ADDRESS|; s|@PORT@|${BEHIND##*:}|" "tests/npm/requests/$1.json" | jq -S . >"$T/want"
	printf '%s' "$2" | jq -S . >"$T/sent" || fail "no JSON was sent: $2"
	cmp -s "$T/want" "$T/sent" || fail "$1 is not what was sent: $(diff "$T/want" "$T/sent")"
}

for version in 2.11.3 2.12.6 2.15.1; do
	npm_up $version
	answers

	# A new host, exactly as recorded; the second time nothing is asked for; undone it is gone.
	apply 0
	same_as create "$(asked POST /api/nginx/proxy-hosts)"
	json '.changed and ([.steps[] | select(.step == "call")] | length) == 1'
	hosts '.[0].meta.nginx_online and (.[0].domain_names == ["chat.example.org"])'
	before=$(changes)
	apply 0
	json '.changed == false'
	[ "$(changes)" = "$before" ] || fail "$version: asked again for what is there"
	run 0 rollback --root "$R"
	hosts 'length == 0'
	run 0 rollback --root "$R"
	says "undone already"

	# A host that is there: only what differs is named, and every byte of it comes back.
	old=false
	[ $version = 2.11.3 ] && old=0
	old_host $old
	cp "$D/hosts.json" "$T/old.json"
	answers_for 0 diff
	says "--- $URL PUT /api/nginx/proxy-hosts/$NAME"
	says '-forward_host: "127.0.0.1"'
	says '+allow_websocket_upgrade: true'
	says_not block_exploits
	apply 0
	same_as update "$(asked PUT /api/nginx/proxy-hosts/7)"
	run 0 remove --root "$R"
	jq -S 'map(del(.meta))' "$D/hosts.json" >"$T/now"
	jq -S 'map(del(.meta) | .locations = null)' "$T/old.json" >"$T/want"
	cmp -s "$T/now" "$T/want" || fail "$version: not as it was: $(diff "$T/want" "$T/now")"

	# Its nginx refuses the change, with status 200: the old text is back; a new host is gone.
	old_host $old
	touch "$D/offline"
	apply 1
	json '.error.message | contains("directive is duplicate")'
	hosts '.[0].advanced_config | startswith("location /api/event/ws")'
	hosts '.[0].meta.nginx_online'
	echo '[]' >"$D/hosts.json"
	touch "$D/offline"
	apply 1
	hosts 'length == 0'

	# 500 with the row stored: looked for, and taken out again.
	touch "$D/fail-500"
	apply 1
	hosts 'length == 0'
	grep -q '^DELETE /api/nginx/proxy-hosts/7' "$D/log" || fail "$version: the stored row was not deleted"
done

# ---- changed by somebody meanwhile ----

npm_up 2.15.1
answers
old_host false
answers_for 0 diff
sed 's/"forward_port": 3000/"forward_port": 3001/' "$D/hosts.json" >"$D/meddle"
before=$(changes)
apply 1
json '.outcome == "refused" and .error.code == "conflict"'
[ "$(changes)" = "$before" ] || fail "a host that was changed meanwhile was changed again"
hosts '.[0].forward_port == 3001'

apply 0
jq '.[0].forward_port = 9' "$D/hosts.json" >"$T/edited" && mv "$T/edited" "$D/hosts.json"
run 1 rollback --root "$R"
complains "was changed since, so it is left as it is"
hosts '.[0].forward_port == 9'

# Somebody creates the host in the very moment: refused, and theirs is left alone.
npm_up 2.15.1
answers
old_host false
mv "$D/hosts.json" "$D/race"
apply 4
json '.outcome == "refused" and (.error.message | contains("already in use"))'
hosts '.[0].forward_port == 3000 and length == 1'
! grep -q '^DELETE' "$D/log" || fail "somebody else's host was deleted"

# ---- killed while the answer is out ----

killed() { # killed KNOB: an apply that is ended by SIGKILL when its request has arrived
	touch "$D/$1"
	"$BIN" apply --answers "$T/answers.yaml" --root "$R" --allow-unprotected >"$T/out" 2>"$T/err" </dev/null &
	pid=$!
	wait_for 20 grep -q '^POST /api/nginx/proxy-hosts ' "$D/log"
	kill -9 $pid
	wait $pid 2>/dev/null || :
	rm "$D/$1"
}
for knob in hang hang-before; do
	npm_up 2.15.1
	answers
	killed $knob
	run 0 rollback --root "$R"
	hosts 'length == 0'
	: >"$D/log"
	killed $knob
	apply 0 # puts it back first, reads anew, and goes on
	json '[.steps[] | select(.step == "undo")] | length > 0'
	hosts 'length == 1'
	run 0 rollback --root "$R"
	hosts 'length == 0'
done

# Killed when all is noted and nothing was sent: there is nothing to undo.
stopped=0
for line in 2 3; do
	npm_up 2.15.1
	answers
	ANTECHAMBER_STOP_AT=$line timeout 60 "$BIN" apply --answers "$T/answers.yaml" --root "$R" --allow-unprotected >"$T/out" 2>&1 </dev/null || stopped=$?
	[ "$stopped" = 137 ] || fail "not killed at line $line but $stopped"
	run 0 rollback --root "$R"
	hosts 'length == 0'
done

# ---- stopped by hand ----

npm_up 2.15.1
answers
touch "$D/hang-before"
"$BIN" apply --answers "$T/answers.yaml" --root "$R" --allow-unprotected >"$T/out" 2>"$T/err" </dev/null &
pid=$!
wait_for 20 grep -q '^POST /api/nginx/proxy-hosts ' "$D/log"
kill -INT $pid
rm "$D/hang-before"
status=0
wait $pid || status=$?
[ $status = 130 ] || fail "status $status after Ctrl-C"
hosts 'length == 0'
[ "$(sed -n 's/^DELETE //p' "$D/log" | wc -l)" = 1 ] || fail "what had arrived was not deleted"

# ---- it goes away while it is asked ----

npm_up 2.15.1
answers
touch "$D/hang"
"$BIN" apply --answers "$T/answers.yaml" --root "$R" --allow-unprotected >"$T/out" 2>"$T/err" </dev/null &
pid=$!
wait_for 20 grep -q '^POST /api/nginx/proxy-hosts ' "$D/log"
wait_for 20 grep -q "$NAME" "$D/hosts.json"
kill -9 "$NPM_PID"
status=0
wait $pid || status=$?
[ $status = 6 ] || fail "status $status where nothing could be put back"
complains "In $URL find \"$NAME\" and delete it."
run 5 rollback --root "$R" # nothing answers, so nothing is half-done
rm "$D/hang"
npm_serves 2.15.1 "${URL##*:}"
run 0 rollback --root "$R"
hosts 'length == 0'

# ---- an undo that is killed is taken up again ----

apply 0
status=0
ANTECHAMBER_STOP_AT=1 timeout 60 "$BIN" rollback --root "$R" >"$T/out" 2>&1 </dev/null || status=$?
[ $status = 137 ] || fail "not killed but $status"
hosts 'length == 1'
run 0 rollback --root "$R"
hosts 'length == 0'

# ---- the secret is gone when it is needed ----

npm_up 2.15.1
answers
apply 0
mv "$R/run/secret" "$R/run/away"
run 4 rollback --root "$R"
complains /run/secret
hosts 'length == 1'
run 0 rollback --list --root "$R"
says "in force"
mv "$R/run/away" "$R/run/secret"
run 0 rollback --root "$R"
hosts 'length == 0'
! grep -rq 'S3cret' "$HOME" "$T/out" "$T/err" || fail "the secret was kept"

# ---- who may not ----

chmod 644 "$R/run/secret"
answers_for 4 diff
complains "chmod 600"
chmod 600 "$R/run/secret"
touch "$D/first-run"
answers_for 4 diff
complains "has no user yet"
rm "$D/first-run"
touch "$D/no-right"
answers_for 4 diff
complains "may not change proxy hosts"
rm "$D/no-right"
echo 230106 >"$D/2fa"
answers_for 4 diff
complains "two-factor code"
printf 'S3cret-pw!\n230106\n' >"$R/run/secret"
answers_for 0 diff
echo 230107 >"$D/2fa"
answers_for 4 diff
complains "which is good once"
rm "$D/2fa"
for version in 2.12.6 2.15.1; do
	npm_up $version
	answers
	printf 'wrong\n' >"$R/run/secret"
	answers_for 4 diff
	complains "does not let this login in"
	printf 'S3cret-pw!\n' >"$R/run/secret"
done
answers http://$NAME none "$ORIGIN"
answers_for 4 diff
complains "own container"
complains "http://$ADDRESS:${ORIGIN##*:}"
URL=$BEHIND
answers
answers_for 5 diff
complains "not Nginx Proxy Manager"
answers_for 0 print # needs none
says '"allow_websocket_upgrade": true'

# ---- which way the headers go, and the certificate ----

npm_up 2.15.1
echo '[{"id": 3, "domain_names": ["chat.example.org"]}]' >"$D/redirection.json"
answers
answers_for 4 diff
complains "Redirection Hosts"
rm "$D/redirection.json"

# Its schema's twin finds what is wrong with a body that is wrong.
wrong='{"calls": [{"service": "npm", "method": "POST", "url": "U", "body": {"domain_names": ["a b"], "forward_port": "3", "id": 1,
	"ssl_forced": 1, "locations": [{"path": "/"}]}}]}'
[ "$(echo "$wrong" | jq -r -f tests/npm/schema.jq | wc -l)" = 7 ] || fail "the schema takes anything: $(echo "$wrong" | jq -r -f tests/npm/schema.jq)"
calls() { # calls FILTER: true of the requests that would be made, which its schema takes
	answers_for 0 print --json
	jq -r -f tests/npm/schema.jq "$T/out" >"$T/refused"
	[ ! -s "$T/refused" ] || fail "its schema refuses: $(cat "$T/refused")"
	json ".calls | $1"
}
answers https://$NAME auto
calls 'length == 2 and .[1].method == "PUT"'
same_as certificate "$(jq -c '.calls[1].body' "$T/out")"
echo '[{"id": 12, "provider": "letsencrypt", "domain_names": ["*.example.org"]}, {"id": 13, "domain_names": ["example.org"]}]' >"$D/certificates.json"
calls 'length == 2'
same_as certificate-12 "$(jq -c '.calls[1].body' "$T/out")"
# Where it cannot say which it has, none is taken for missing and asked for anew; without the right to look, none is there.
for n in 1 2 3 4 5 6 7; do
	echo $n >"$D/fail-at"
	answers_for 5 diff
	[ $n -lt 4 ] || echo $n >"$D/other-at"
	[ $n -lt 4 ] || answers_for 5 diff
done
rm "$D/fail-at" "$D/other-at"
echo 7 >"$D/right-at"
answers_for 0 diff
says '+certificate_id: "new"'
rm "$D/right-at"
calls 'length == 2'
same_as certificate-12 "$(jq -c '.calls[1].body' "$T/out")"
rm "$D/certificates.json"
answers https://$NAME existing
answers_for 4 diff
complains "has no certificate for $NAME"

# A public port of its own: past NPM's location, or with an access list beside it, never both.
answers http://$NAME:8080
calls '.[0].body.advanced_config | contains("location / {") and contains("X-Forwarded-Host $http_host")'
old_host false 4
calls '.[0].body | (.advanced_config | contains("location") | not) and .locations[0].path == "/"'
answers https://$NAME:8443 upstream
answers_for 4 diff
complains "access list"
old_host false 0 false
answers
calls 'length == 2 and (.[1].url | endswith("/enable"))'

# With a usual port its access list is kept the same way: its own location would add to X-Forwarded-For.
old_host false 4
answers
calls '.[0].body | (.advanced_config | contains("location") | not) and .locations[0].path == "/"'

# TLS ends in front: the scheme is believed from there, whatever its version.
echo '[]' >"$D/hosts.json"
answers https://$NAME upstream
calls '.[0].body.advanced_config | contains("location / {") and contains("set_real_ip_from 10.0.0.0/8;") and contains("no-transform") == false'
npm_up 2.12.6
answers https://$NAME upstream
calls '.[0].body.advanced_config | contains("location / {")'
echo 'cdn: cloudflare' >>"$T/answers.yaml"
calls '.[0].body.advanced_config | contains("real_ip_header CF-Connecting-IP;") and contains("no-transform")'
answers https://$NAME auto
calls 'length == 2'
same_as certificate-2.12 "$(jq -c '.calls[1].body' "$T/out")"

# Let's Encrypt refuses: the host that was just made goes too.
touch "$D/certificate-500"
apply 1
hosts 'length == 0'

# What the API would be told is rehearsed as well, in the server block that it writes around it.
need nginx
npm_up 2.15.1
answers
answers_for 0 rehearse --json
[ "$(status_of headers.client rehearsal)" = pass ] || fail "a forged address is believed"
json '[.checks[] | select(.id == "ws.event" or .id == "sse.event") | .status] == ["pass", "pass"]'
answers "http://$NAME:8080"
answers_for 0 rehearse --json
json '.summary.fail == 0'
[ "$(changes)" = 0 ] || fail "a rehearsal changed something"
