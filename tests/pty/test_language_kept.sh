#!/bin/sh
# The saved language is spoken; a console that cannot show it says so, speaks English, and keeps the answer.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
origin
server_up
mkdir -p "$R/etc/antechamber"
saved=$R/etc/antechamber/chat.example.org.yaml
printf 'version: 1\norigin: %s\nlanguage: ko\n' "$ORIGIN" >"$saved"

start 80x24 --root "$R"
wait_text '11단계 중 1단계'
close_terminal

start 80x24 --root "$R" --lang pl # what is asked for counts more
wait_text 'krok 1 z 11'
close_terminal

# What was found before is told in the language that was switched to.
start 80x24 practice
wait_text 'certificate  '
keys Right Right
wait_text 'krok 1 z 11'
take 'wbudowany OpenChamber'
close_terminal
start 80x24 practice --broken ws-host-lost
wait_text 'Checks that fail' 20
keys Right Right
wait_text 'Nieudane testy' 20
take 'Wykryto.*Origin'
wait_text 'jest odrzucany'
close_terminal
printf '3\n\nq\n' | timeout 60 "$BIN" practice --broken ws-host-lost --plain >"$T/plain" 2>&1 || fail "status $?: $(cat "$T/plain")"
grep -q '^Wykryto: Nag' "$T/plain" || fail "not in Polish: $(cat "$T/plain")"

TERMINAL=linux
start 80x24 --root "$R"
wait_text 'This console cannot show Korean. Over SSH it will be Korean.'
must_say 'step 1 of 11'
must_say ' ko Korean'
wait_text '^>  Start' # it is known what is on this server
take 'step 2 of 11'
wait_for 5 [ -s "$R/var/lib/antechamber/session.json" ]
jq -r .answers "$R/var/lib/antechamber/session.json" | grep -q '^language: ko$' || lost "the language is not kept"
close_terminal

# No UTF-8: the same, also line by line.
export LC_ALL=C
printf 'q\n' | "$BIN" --plain --root "$R" >"$T/plain" 2>&1 || fail "status $?: $(cat "$T/plain")"
grep -q '^This console cannot show Korean' "$T/plain" || fail "not said: $(cat "$T/plain")"
! LC_ALL=C grep -q '[^ -~]' "$T/plain" || fail "not ASCII: $(cat "$T/plain")"
grep -q '^language: ko$' "$saved" || fail "the saved answer is another"
