#!/bin/sh
# Cloudflare in front, said in the wizard: its page behind step 4 in both faces, asked, tried, told and taken back.
# shellcheck disable=SC1091,SC2153
. "$(dirname "$0")/../pty/lib.sh"
. tests/apply/lib.sh
. tests/cloudflare/lib.sh
trap stop EXIT # of the terminal, too
origin
server_up
cloudflare_up
fresh
answers
to_public() { # to_public: full screen, step 4
	start 80x24 --answers "$T/answers.yaml" --root "$R"
	wait_text 'found  nginx'
	keys Enter
	wait_text 'Press Enter to choose the proxy'
	keys Enter
	wait_text 'already answers here'
	keys Enter
}
to_front() { # and there the box is ticked
	to_public
	wait_text 'has no address yet\|No name server answered'
	must_say '\[ \] Cloudflare stands in front'
	must_say 'Enter goes to the certificate below'
	keys Tab
	wait_text 'Press Enter: the rehearsal starts'
	keys BTab
	keys Tab Tab Tab Tab
	wait_text 'Enter or Space ticks the box'
	keys Enter
	wait_text '\[x\] Cloudflare stands in front'
	keys Space
	wait_text '\[ \] Cloudflare stands in front'
	keys Space
	wait_text '\[x\] Cloudflare stands in front'
	keys BTab BTab BTab Down Down Down # TLS ends in front
	keys Enter
	wait_text 'Zone  '
}

# Without a token it is clicked; a wrong one is told at once; the right one opens the zone, and asks for its plan no more.
to_front
must_say '3 Business     uploads up to 200 MB'
must_say 'Edit for Zone Settings'
# Its addresses are those of a day that is told, until today's are asked for; what is not believed leaves them.
must_say '> 1 the known ones, of 2023-09-28'
ips '.result.ipv4_cidrs += ["0.0.0.0/0"]'
keys Tab Down
wait_text '"0.0.0.0/0", which'
must_say 'the list of 2023-09-28 stays'
ips '.result.ipv4_cidrs |= map(select(. != "131.0.72.0/22")) + ["155.248.0.0/16"]'
keys Up Down
wait_text 'of today; new: 1, gone: 1'
must_say "> 2 today's"
keys Tab Tab
type_text wrong
wait_text '\[\*\*\*\*\*'
keys Tab
wait_text 'refuses this token (status 403)'
must_say 'Correct the token'
keys Enter # it stays
wait_text 'step 4 of 11'
must_say 'refuses this token'
keys BTab C-u
type_text "$TOKEN"
keys Tab
wait_text 'the token opens example.org'
must_say 'Free takes uploads up to 100 MB'
must_say 'the mode is strict'
must_not_say '3 Business'
must_not_say "$TOKEN"
[ "$(changes)" = 0 ] || fail "asking changed something"

# The requests are in the review, and tried there; then they are made, and the undo takes them back.
keys Enter
wait_text 'F9 goes straight to the review' 30
keys F9
wait_text 'PATCH /zones/.*/settings/websockets'
must_say 'POST /zones/.*/rulesets'
must_say '/etc/antechamber/cloudflare-ips'
wait_text 'Cloudflare would take 3 requests for rules'
[ "$(grep -c 'dry_run=true' "$D/log")" = 3 ] || fail "not all were tried: $(cat "$D/log")"
[ "$(changes)" = 0 ] || fail "trying changed something"
must_not_say "$TOKEN"
keys a
wait_text 'Open it to everyone'
keys Right Enter
wait_text 'OpenChamber works at' 30
zone '.settings.websockets == "on"'
zone '.rulesets.http_config_settings.rules | map(.ref) == ["ssl", "antechamber-chat.example.org-pages"]'
keys q
wait_text 'exit=0'
close_terminal
grep -q '^cdn: cloudflare' "$R/etc/antechamber/$NAME.yaml" || fail "what stands in front is not among the answers"
run 4 rollback --root "$R"
complains 'is kept nowhere'
# A later run of the wizard asks for what was typed, before it takes anything back.
start 80x24 --root "$R"
wait_text 'nginx .* as before'
must_say 'typed last time, kept nowhere'
keys Down Down Down
wait_text '> . Undo the last change'
keys Enter
wait_text 'Write the API token first'
must_not_say 'Undo the last change?'
zone '.settings.websockets == "on"'
type_text "$TOKEN"
keys Enter
wait_text 'for this run only, never saved'
must_not_say "$TOKEN"
until is_on_screen '> . Undo the last change'; do keys Down; wait_for 5 is_on_screen '> '; done
keys Enter
wait_text 'Undo the last change?'
keys Right Enter
wait_text 'Undone' 30
close_terminal
zone_as_before
as_saved() { rm -rf "$R/etc/antechamber"; as_before; }
as_saved

# Flexible is found, told, and changed where that is chosen; what would be refused is told before Apply.
fresh
jq '.settings.ssl = "flexible" | .settings.websockets = "on" | .plan = "business"' "$D/zone.json" >"$T/flexible" && cp "$T/flexible" "$D/zone.json"
picture >"$T/zone"
answers "cdn: cloudflare
cloudflare: {token-file: /run/token}"
to_public
wait_text '\[x\] Cloudflare stands in front'
keys Enter Enter Enter Enter # the address, the certificate and its two files, as answered
wait_text 'flexible, so browsers go'
must_say 'Business takes uploads up to 200 MB'
must_say '> 1 leave it: flexible'
keys Down Down
wait_text 'flexible, changed by applying'
touch "$D/no-right"
keys Enter Enter Enter Enter Enter
wait_text 'F9 goes straight to the review' 30
keys F9
wait_text 'PATCH /zones/.*/settings/ssl'
wait_text 'refuses this token (status 403)'
rm "$D/no-right"
keys Escape
wait_text 'step 9 of 11'
keys F9
wait_text 'Cloudflare would take 3 requests for rules'
keys a
wait_text 'Open it to everyone'
keys Right Enter
wait_text 'OpenChamber works at' 30
zone '.settings.ssl == "strict"'
# The same run still holds what undoes it; a later run finds nothing different, and takes it back.
keys q
wait_text 'exit=0'
close_terminal
before=$(changes)
start 80x24 --root "$R"
wait_text 'nginx .* as before'
wait_text '1 Look at edits of what was written: there are none'
[ "$(changes)" = "$before" ] || fail "looking changed something"
keys Down Down Down
wait_text '> 5 Undo the last change'
keys Enter
wait_text 'Undo the last change?'
keys Right Enter
wait_text 'Undone' 30
zone_as_before
close_terminal
as_saved

# The same line by line: asked by itself, the token not shown; without one the steps are read.
fresh
answers
start 76x250 --plain --answers "$T/answers.yaml" --root "$R"
wait_text 'Language, 1 English'
take 'Where does OpenChamber answer'
take '^Which one, 1 to'
take '^Address \['
take '^Does Cloudflare stand in front of this server, y or n \[n\]'
type_text y
take '^Certificate, 1 to 4'
type_text 4
take '^Plan at Cloudflare, 1 to 4 \[1\]'
must_say '^3 Business, uploads up to 200 MB'
take '^Addresses of Cloudflare, 1 to 2 \[1\]'
take '^Zone:'
take '^API token, not shown while you type \[none\]'
take '^Token file:'
take '^Uploads up to' 30
must_say 'Under Network switch WebSockets on'
must_say '^(http.host eq "chat.example.org" and http.response'
asked() { screen | grep . | tail -n 1 | grep -q "^$1"; } # the question that waits now
type_text '<'
keys Enter
wait_for 10 asked 'Plan at Cloudflare'
keys Enter
wait_for 10 asked 'Addresses of'
keys Enter
wait_for 10 asked Zone
keys Enter
wait_for 10 asked 'API token'
type_text "$TOKEN"
keys Enter
wait_for 10 asked 'Token file'
keys Enter
wait_for 30 asked 'Uploads up to'
must_say 'pass: zone, the token opens example.org'
must_not_say "$TOKEN"
# A minus empties the token: the steps again, and the token once more.
type_text '<'
keys Enter
wait_for 10 asked 'Addresses of'
keys Enter
wait_for 10 asked Zone
keys Enter
wait_for 10 asked 'API token'
must_say '^A minus sign alone empties a field'
type_text -
keys Enter
wait_for 10 asked 'Token file'
keys Enter
wait_for 30 asked 'Uploads up to'
type_text '<'
keys Enter
wait_for 10 asked 'Plan at Cloudflare'
keys Enter
wait_for 10 asked 'Addresses of'
keys Enter
wait_for 10 asked Zone
keys Enter
wait_for 10 asked 'API token'
type_text "$TOKEN"
keys Enter
wait_for 10 asked 'Token file'
keys Enter
wait_for 30 asked 'Uploads up to'
take '^Keep quiet streams'
take '^Hold a quiet stream for 65 seconds now'
take 'Read it, y or n'
wait_text 'Cloudflare would take 3 requests for rules'
for _ in 1 2 3 4 5 6; do # asked for each file and request
	is_on_screen '^Apply these changes' && break
	keys Enter
	(wait_for 2 is_on_screen '^Apply these changes') >/dev/null || :
done
must_say '^Apply these changes'
type_text yes
take '^Open it to everyone'
type_text yes
take 'OpenChamber works at' 30
zone '.settings.websockets == "on"'
close_terminal
start 76x250 --plain --root "$R"
wait_text '^5 Undo the last change'
type_text 5
keys Enter
wait_text '^API token, not shown while you type'
must_say 'made with an API token that is kept nowhere'
type_text "$TOKEN"
keys Enter
wait_text 'Type yes, or Enter for no'
must_not_say "$TOKEN"
type_text yes
keys Enter
wait_text 'Undone' 30
close_terminal
zone_as_before
as_saved
! grep -rqF "$TOKEN" "$HOME" "$R/var" "$R/etc" "$T/log" || fail "the token was kept"
