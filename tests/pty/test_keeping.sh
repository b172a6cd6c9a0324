#!/bin/sh
# A change that has to be kept: Enter keeps it, silence undoes it, and so does a terminal that is lost meanwhile.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
password
origin --password-file "$T/password"
server_up
http_answers "$(nginx_commands)"
list_says() { "$BIN" rollback --list --root "$R" --json | jq -e "$1" >/dev/null; }

# Kept, and the seconds run.
to_the_review 80x24 --confirm-within 90s
keys a
wait_text 'It works. Keep it? 90 s' 60
must_say 'places changed. All is undone unless you keep it'
must_say 'Enter Keep it'
wait_text 'Keep it? 8[0-9] s'
site() { curl -s --max-time 2 "http://127.0.0.1:$TLS/api/version" | grep -q openchamberVersion; }
site || lost "the site does not answer"
keys Enter
wait_text ' works at ' 60
keys Enter
wait_text 'exit=0'
close_terminal
run 0 rollback --root "$R"
as_before

# Ctrl-C undoes it at once, and leaves.
to_the_review 60x18 --confirm-within 600
keys a
wait_text 'It works. Keep it? 600 s' 60
must_say 'Enter Keep it'
must_say 'steps done'
must_say 'press Enter to keep the'
keys C-c
wait_text 'exit=130' 30
close_terminal
as_before

# Nobody says anything.
to_the_review 60x18 --confirm-within 2
keys a
wait_text 'Undone: this server is exactly as it was' 60
must_say 'Nobody kept it within 2 seconds'
must_say 'back to the review'
as_before
keys q
wait_text 'exit=1'
close_terminal

# The terminal is lost: nobody can keep it any more, and so it is undone.
to_the_review 80x24 --confirm-within 3
keys a
wait_text 'It works. Keep it?' 60
close_terminal
wait_for 30 list_says '.applies[0].state == "undone"'
as_before
! site || fail 'the site still answers'

# It is one of the rarely needed settings too.
to_the_review 80x24
keys Tab Tab Tab Enter
wait_text 'Ask to keep it'
for _ in 1 2 3 4 5 6 7 8 9 10; do keys Tab; done
wait_text 'as 120s: undone unless you keep it'
type_text 2y
wait_text 'Write a time up to a day'
keys BSpace
type_text 00
keys Enter
wait_text 'Read first' 30
keys a
wait_text 'It works. Keep it? 200 s' 60
keys C-c
wait_text 'exit=130' 30
close_terminal
as_before

# In line mode the whole word keeps it; anything else, and the end of what is typed, undoes it.
plain() { # plain STATUS SECONDS LAST: what is typed last
	got=0
	printf '\n\n\n\n\n\n\n\n\nn\nyes\n%b' "$3" | timeout 120 "$BIN" --plain --root "$R" --answers "$T/answers.yaml" \
		--password-file "$T/password" --confirm-within "$2" >"$T/out" 2>&1 || got=$?
	[ "$got" = "$1" ] || fail "status $got"
}
plain 0 90 'yes\nn\nn\n'
says 'It works, and is undone in 90 seconds unless you keep it.'
says 'OpenChamber works at'
says 'on another device in your home network'
says ', if one check fails, all is undone'
run 0 rollback --root "$R"
plain 1 90 'no\n3\n'
says 'Undone: this server is exactly as it was.'
[ "$(grep -c '^done: lock' "$T/out")" = 1 ] || fail 'the steps are told twice'
as_before
plain 1 90 ''
says 'Undone: this server is exactly as it was.'
as_before
