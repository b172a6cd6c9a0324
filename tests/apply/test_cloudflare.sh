#!/bin/sh
# Cloudflare told by its API beside a real nginx: other people's rules stay, what fails or is undone leaves all as it was.
# shellcheck disable=SC1091,SC2153
. "$(dirname "$0")/lib.sh"
. tests/cloudflare/lib.sh
origin
server_up
cloudflare_up
go() { # go STATUS OPTION...
	status=$1
	shift
	apply "$status" --allow-unprotected "$@"
}

# ---- shown, and nothing asked for that changes anything ----

fresh
cloudy
run 0 print --answers "$T/answers.yaml" --root "$R" --json
json '.calls | length == 4 and all(.service == "cloudflare") and (map(.method) == ["PATCH", "POST", "POST", "POST"])'
json '.calls[2].body.expression == "(http.host eq \"chat.example.org\" and starts_with(http.request.uri.path, \"/api/\"))"'
json '.frontByHand == []'
run 0 diff --answers "$T/answers.yaml" --root "$R"
says '+value: "on"'
says '-value: "off"'
says 'antechamber-chat.example.org-events'
[ "$(changes)" = 0 ] || fail "a diff changed something: $(cat "$D/log")"
zone_as_before

# ---- done: ours behind theirs, theirs untouched; done again: nothing ----

go 0
json '.changed == true'
zone '.settings.websockets == "on"'
zone '.rulesets.http_request_cache_settings.rules | map(.ref) == ["shop", "blog", "antechamber-chat.example.org-api"]'
zone '.rulesets.http_config_settings.rules | map(.ref) == ["ssl", "antechamber-chat.example.org-pages"]'
zone '.rulesets.http_response_compression.rules | length == 1 and .[0].action_parameters == {algorithms: [{name: "none"}]}'
jq 'del(.next) | .settings.websockets = "off" | .rulesets |= with_entries(.value.rules |= map(select(.ref | startswith("antechamber") | not))
	| select(.value.rules | length > 0))' "$D/zone.json" | jq -S . >"$T/now"
cmp -s "$T/zone" "$T/now" || fail "somebody else's rules were touched: $(diff "$T/zone" "$T/now")"
! grep -q '^PUT' "$D/log" || fail "a whole ruleset was replaced"
# Rules are tried before anything is changed.
[ "$(grep -n dry_run "$D/log" | tail -n 1 | cut -d : -f 1)" -lt "$(grep -nE '^(POST|PATCH)' "$D/log" | grep -v dry_run | head -n 1 | cut -d : -f 1)" ] ||
	fail "it changed before it had tried: $(cat "$D/log")"
: >"$D/log"
go 0
json '.changed == false'
[ "$(changes)" = 0 ] || fail "the second time it changed something: $(cat "$D/log")"

# The wizard sees that it is another now, shows the request, and has it made.
wizard() { # wizard LINES: what is typed, and then Enter
	printf '%b\n\n\n\n' "$1" | timeout 60 "$BIN" --plain --root "$R" >"$T/out" 2>&1 || fail "the wizard: $(cat "$T/out")"
}
jq '.settings.websockets = "off"' "$D/zone.json" >"$T/changed" && cp "$T/changed" "$D/zone.json"
wizard '1\n\nyes\nyes\n'
says 'line 1, now: value: "on"'
says 'done: call, PATCH'
says 'OpenChamber works at'
says_not 'made there by hand'
zone '.settings.websockets == "on"'
[ "$(changes)" = 1 ] || fail "the wizard changed something else: $(cat "$D/log")"
run 0 rollback --root "$R" --json
zone '.settings.websockets == "off"'
jq '.settings.websockets = "on"' "$D/zone.json" >"$T/changed" && cp "$T/changed" "$D/zone.json"
: >"$D/log"

# Somebody changed our rule: it is put right, and the undo brings their change back.
jq '(.rulesets.http_config_settings.rules[1].action_parameters.rocket_loader) = true' "$D/zone.json" >"$T/changed" && cp "$T/changed" "$D/zone.json"
picture >"$T/theirs"
go 0
zone '.rulesets.http_config_settings.rules[1].action_parameters.rocket_loader == false'
[ "$(grep -c '^PATCH' "$D/log")" = 2 ] || fail "more than one rule was changed: $(cat "$D/log")" # tried, done
run 0 rollback --root "$R" --json
picture | jq -S 'del(.. | .last_updated?, .version?)' >"$T/now"
jq -S 'del(.. | .last_updated?, .version?)' "$T/theirs" | cmp -s - "$T/now" || fail "their change did not come back"
jq '(.rulesets.http_config_settings.rules[1].action_parameters.rocket_loader) = false' "$D/zone.json" >"$T/changed" && cp "$T/changed" "$D/zone.json"
run 0 remove --root "$R" --yes --json
zone_as_before
as_before

# ---- whatever is refused or fails on the way, both sides are as they were ----

for knob in refuse-at fail-at; do
	n=0
	while :; do
		n=$((n + 1))
		[ $n -lt 40 ] || fail "it never comes through"
		fresh
		echo $n >"$D/$knob"
		status=0
		timeout 60 "$BIN" apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected \
			--json >"$T/out" 2>"$T/err" </dev/null || status=$?
		rm -f "$D/$knob"
		[ $status != 0 ] || break
		[ $status != 6 ] || fail "$knob $n: it could not be put back"
		zone_as_before
		as_before
	done
	echo "$knob: $((n - 1)) places"
	run 0 remove --root "$R" --yes --json
	zone_as_before
	as_before
	[ $n -gt 4 ] || fail "$knob: only $((n - 1)) places were tried"
done

# A right that is missing is found before anything is written.
fresh
touch "$D/no-right"
go 4
complains 'Response Compression'
[ "$(changes)" = 0 ] || fail "it was changed without the right: $(cat "$D/log")"
rm "$D/no-right"
as_before
# So are too many rules for the plan.
jq '.rulesets.http_config_settings.rules += [range(9) | {id: "e\(.)", ref: "e\(.)", expression: "true", action: "set_config", action_parameters: {}}]' \
	"$D/zone.json" >"$T/full" && cp "$T/full" "$D/zone.json"
go 4
complains 'maximum number of rules'
[ "$(changes)" = 0 ] || fail "one of several was done"

# Somebody else changes ours while the plan is carried out: theirs stays.
fresh
jq '.settings.websockets = "on" | .rulesets.http_config_settings.rules += [{id: "f1", ref: "antechamber-chat.example.org-pages",
	expression: "false", action: "set_config", action_parameters: {}, enabled: true, description: "theirs"}]' "$D/zone.json" >"$D/race"
go 1
json '.changed == false'
zone '.rulesets.http_config_settings.rules[1].description == "theirs"'
zone '.rulesets.http_request_cache_settings.rules | length == 2'
as_before

# Asked too often, it says when to come again.
fresh
touch "$D/busy"
run 0 diff --answers "$T/answers.yaml" --root "$R"
[ "$(grep -c '^GET /zones?' "$D/log")" = 2 ] || fail "it did not wait and ask again: $(cat "$D/log")"

# ---- killed at any of its journal's lines ----

for at in 1 2 3 4 5 6 7 8 9 10 11 12; do
	fresh
	status=0
	ANTECHAMBER_STOP_AT=$at timeout 60 "$BIN" apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" \
		--allow-unprotected --json >"$T/out" 2>"$T/err" </dev/null || status=$?
	[ "$status" = 137 ] || break
	run 0 rollback --root "$R" --json
	zone_as_before
	as_before
done
[ $at -gt 8 ] || fail "killed at $((at - 1)) lines only"
echo "killed at $((at - 1)) lines"
run 0 remove --root "$R" --yes --json
zone_as_before
as_before

# ---- a ruleset that was made for our rule: it goes with it, unless somebody else uses it by now ----

fresh
go 0
zone '.rulesets.http_response_compression.rules | length == 1'
jq '.rulesets.http_response_compression.rules += [{id: "e1", ref: "theirs", expression: "true", action: "compress_response",
	action_parameters: {algorithms: [{name: "gzip"}]}, enabled: true}]' "$D/zone.json" >"$T/used" && cp "$T/used" "$D/zone.json"
run 0 rollback --root "$R" --json
zone '.rulesets.http_response_compression.rules | map(.ref) == ["theirs"]'
jq 'del(.rulesets.http_response_compression)' "$D/zone.json" >"$T/unused" && cp "$T/unused" "$D/zone.json"
zone_as_before
as_before
# One that was there without rules is not ours: it stays as it was.
jq '.rulesets.http_response_compression = {id: "000000000000000000000000000000c3", kind: "zone", rules: []}' "$D/zone.json" >"$T/empty" &&
	cp "$T/empty" "$D/zone.json"
picture >"$T/zone"
go 0
zone '.rulesets.http_response_compression.rules | length == 1'
run 0 rollback --root "$R" --json
zone_as_before
as_before

# ---- what somebody changed since stays, and how to take it back is told with the ids it has ----

fresh
go 0
cp "$D/zone.json" "$T/applied"
jq '(.rulesets.http_config_settings.rules[] | select(.ref | startswith("antechamber"))).expression = "false"' "$T/applied" >"$D/zone.json"
run 1 rollback --root "$R"
complains 'was changed since, so it is left as it is'
id=$(jq -r '.rulesets.http_config_settings.rules[] | select(.ref | startswith("antechamber")).id' "$D/zone.json")
complains "/rulesets/000000000000000000000000000000c2/rules/$id"
! grep -qF '{id}' "$T/err" || fail "an id is left to guess: $(cat "$T/err")"
cp "$T/applied" "$D/zone.json"
run 0 rollback --root "$R"
zone_as_before
as_before

# ---- who may not ----

fresh
printf 'cfut_wrong\n' >"$R/run/token"
run 4 diff --answers "$T/answers.yaml" --root "$R"
complains 'refuses this token (status 403)'
printf 'token: %s\n' $TOKEN >"$R/run/token"
run 4 diff --answers "$T/answers.yaml" --root "$R"
complains 'the token alone'
printf '%s\n' $TOKEN >"$R/run/token"
chmod 644 "$R/run/token"
run 4 diff --answers "$T/answers.yaml" --root "$R"
complains 'chmod 600'
chmod 600 "$R/run/token"
sed -i 's/zone: example.org/zone: example.net/' "$T/answers.yaml"
run 4 diff --answers "$T/answers.yaml" --root "$R"
complains 'no active zone named example.net'
sed -i 's/zone: example.net, //' "$T/answers.yaml" # found by the name itself
run 0 diff --answers "$T/answers.yaml" --root "$R"
# Without a token to go to, what is named instead of its API must be on this machine.
ANTECHAMBER_CLOUDFLARE_API=http://192.0.2.1:1 run 0 print --answers "$T/answers.yaml" --root "$R" --json
json '.calls | all(.url | startswith("https://api.cloudflare.com/client/v4/zones/"))'

# ---- without a token: what to click ----

answers 'cdn: cloudflare
cloudflare: {zone: example.org}'
run 0 print --answers "$T/answers.yaml" --root "$R" --json
json '.calls == [] and (.frontByHand | length == 11 and (.[0] | contains("example.org")) and (map(select(startswith("("))) | length == 3))'
run 0 print --answers "$T/answers.yaml" --root "$R"
complains 'switch WebSockets on'
says_not 'switch WebSockets on'
go 0
json '.frontByHand | length == 11'
rm "$R/etc/nginx/sites-enabled/openchamber.conf"
wizard '1\nyes\nyes\n' # there is no difference to read
says 'OpenChamber works at'
says 'made there by hand. This lists them:'
says 'antechamber print --answers /'
run 0 remove --root "$R" --yes --json
answers 'cdn: none'
run 0 print --answers "$T/answers.yaml" --root "$R" --json
json '.frontByHand == []'

# ---- its addresses: as delivered, of a day that is told; or as it tells them today, taken whole or not at all ----

fresh
LIST=$R/etc/antechamber/cloudflare-ips
answers 'cdn: cloudflare
cloudflare: {zone: example.org}'
run 0 print --answers "$T/answers.yaml" --root "$R"
complains 'those of 2023-09-28. With --fetch-addresses'
says 'set_real_ip_from 104.24.0.0/14;'
today=$(date -u +%Y-%m-%d)
refused() { # refused STATUS FILTER SENTENCE: such an answer is not believed, and nothing is written
	ips "$2"
	run "$1" apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected --fetch-addresses
	complains "$3"
	[ ! -e "$LIST" ] || fail "a list was written: $2"
	as_before
}
refused 4 '.result.ipv4_cidrs += ["0.0.0.0/0"]' '"0.0.0.0/0", which is not believed'
refused 4 '.result.ipv4_cidrs += ["10.0.0.0/16"]' '"10.0.0.0/16", which is not believed'
refused 4 '.result.ipv6_cidrs += ["::/0"]' '"::/0", which is not believed'
refused 4 '.result.ipv4_cidrs += ["2606:4700::/33"]' 'which is not believed'
refused 4 '.result.ipv4_cidrs += ["1.2.3.4; root /"]' 'which is not believed'
refused 4 '.result.ipv4_cidrs += [17]' 'which is not believed'
refused 4 '.result.ipv4_cidrs += ["131.0.72.0/22"]' '131.0.72.0/22 twice'
refused 4 '.result.ipv4_cidrs |= .[0:7]' 'only 14 networks, where 22 are known'
refused 4 '.result.ipv6_cidrs = []' 'only 15 networks'
refused 4 '.result.ipv4_cidrs = [range(200) | "104.16.\(.).0/24"]' 'more than 128 networks'
refused 5 'del(.result.ipv6_cidrs)' "not Cloudflare's list"
refused 5 '.success = false' "not Cloudflare's list"
refused 5 '[]' "not Cloudflare's list"
refused 5 '"<html>Sign in</html>"' "not Cloudflare's list"
echo 503 >"$D/ips-status"
refused 5 . 'status 503'
echo 304 >"$D/ips-status"
refused 5 . 'status 304'
rm "$D/ips-status"
ANTECHAMBER_CLOUDFLARE_API=http://127.0.0.1:9 refused 5 . 'nothing answers as expected'

ips '.result.ipv4_cidrs |= map(select(. != "131.0.72.0/22")) + ["155.248.0.0/16"]'
run 0 diff --answers "$T/answers.yaml" --root "$R" --fetch-addresses
complains "addresses of $today. New: 1. Gone: 1."
says '+155.248.0.0/16'
[ ! -e "$LIST" ] || fail "a difference was written"
go 0 --fetch-addresses
grep -q "^# Date: $today" "$LIST" || fail "the list has no day: $(cat "$LIST")"
[ "$(stat -c %a "$LIST")" = 644 ] || fail "not everybody may read it"
grep -q 'set_real_ip_from 155.248.0.0/16;' "$R/etc/nginx/sites-available/openchamber.conf" || fail "the new network is not believed"
! grep -q 'set_real_ip_from 131.0.72.0/22;' "$R/etc/nginx/sites-available/openchamber.conf" || fail "the old network is still believed"
rm "$D/ips" # later runs have it
run 0 diff --answers "$T/answers.yaml" --root "$R"
says_not '155.248'
! grep -q 'those of' "$T/err" || fail "a list of today counts as old"
chmod 666 "$LIST"
run 4 diff --answers "$T/answers.yaml" --root "$R"
complains 'Others could have written'
chmod 644 "$LIST"
# Fetched once more the same list changes nothing, and the undo brings back the delivered one.
ips '.result.ipv4_cidrs |= map(select(. != "131.0.72.0/22")) + ["155.248.0.0/16"]'
go 0 --fetch-addresses
json '.changed == false'
run 0 rollback --root "$R"
as_before
run 0 diff --answers "$T/answers.yaml" --root "$R"
complains 'those of 2023-09-28'
says '131.0.72.0/22'
# A list that somebody needs no more, or that nobody has.
answers 'cdn: none'
run 4 diff --answers "$T/answers.yaml" --root "$R" --fetch-addresses
complains 'is for Cloudflare in front'
rm "$D/ips"

# ---- the token is typed, and kept nowhere: undoing it asks again ----

fresh
answers 'cdn: cloudflare
cloudflare: {zone: example.org}'
given() { # given STATUS ARGUMENT...: a run that reads the token from its standard input, behind what is in $before
	want=$1
	shift
	got=0
	printf '%s%s\n' "$before" $TOKEN | timeout 60 "$BIN" "$@" --root "$R" --token-file - --json >"$T/out" 2>"$T/err" || got=$?
	[ "$got" = "$want" ] || fail "status $got instead of $want: antechamber $*"
}
before='a password
'
given 0 apply --answers "$T/answers.yaml" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected --password-file /dev/stdin
zone '.settings.websockets == "on" and (.rulesets.http_config_settings.rules | length == 2)'
run 4 rollback --root "$R"
complains 'Cloudflare is kept nowhere'
complains '--token-file FILE'
zone '.settings.websockets == "on"'
before=
given 0 rollback
zone_as_before
as_before
cp "$R/run/token" "$T/token"
chmod 644 "$T/token"
run 4 rollback --root "$R" --token-file "$T/token"
complains 'chmod 600'
run 4 rollback --root "$R" --token-file -
complains 'no token was given'

! grep -rqF $TOKEN "$HOME" "$R/var" "$R/etc" "$T/out" "$T/err" "$D/log" || fail "the token was kept"
