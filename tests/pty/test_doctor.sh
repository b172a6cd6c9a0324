#!/bin/sh
# The doctor in both faces: a pasted site that breaks is found, its finding read, the fix taken, applied and proved.
# shellcheck disable=SC2016,SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
origin
server_up
pasted_site 'proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme;'
before
printf 'version: 1\norigin: %s\n' "$ORIGIN" >"$T/answers.yaml"
start 80x24 --root "$R" --answers "$T/answers.yaml"
wait_text 'Checks that fail: ' 20
must_say '> 1 find out why'
must_say ' /etc/nginx/sites-enabled/chat$'
keys Enter
wait_text 'finding 1 of'
must_say 'ws-upgrade-lost'
must_say '/etc/nginx/sites-enabled/chat:'
must_say 'Nothing on this server has been changed'
must_say 'Seen '
keys F3
wait_text '^ *@@'
wait_text '+ .*Upgrade'
keys Escape
wait_text 'Take this fix'
title() { screen | head -n 1; }
other() { [ "$(title)" != "$was" ]; }
press() { # press KEY: and see another page
	was=$(title)
	keys "$1"
	wait_for 10 other
}
last=$(title | sed 's/.* of //')
for n in $(seq "$last"); do # leave them all
	must_say "finding $n of $last"
	! is_on_screen 'Leave it' || keys Right
	[ "$n" = "$last" ] || press Enter
done
keys Enter
wait_text 'there is nothing to write'
as_before
for _ in $(seq 2 "$last"); do press Escape; done
must_say "finding 1 of $last"
until is_on_screen 'step 10 of 11'; do press Enter; done # take them all
must_say 'doctor\|change '
wait_text 'Fixes'
as_before
# A file that is edited now stops it before the first byte: the findings again, as they are now, and why.
echo '# edited meanwhile' >>"$site"
before
keys a
wait_text 'Open it to everyone'
keys Right
keys Enter
wait_text 'changed while you were reading' 20
wait_text "finding 1 of $last" 20
as_before
until is_on_screen 'step 10 of 11'; do press Enter; done
wait_text 'Fixes'
keys a
wait_text 'OpenChamber works at' 30
must_say 'Undo'
must_not_say 'apply --answers'
run 0 check --origin "$ORIGIN" --public "http://$NAME:$HTTP" --connect-to "127.0.0.1:$HTTP" --only ws.global-event,ws.event
keys Enter
wait_text 'exit=0'
close_terminal
run 0 rollback --root "$R"
as_before

# As a command: the change is shown, and Enter alone changes nothing.
settled() { old=$(pgrep -P "$NGINX" | sort) && [ "$(echo "$old" | wc -l)" = 1 ]; }
wait_for 10 settled
asked() { # it waits for the yes, and the difference is above
	start 100x60 doctor --root "$R" --origin "$ORIGIN" --public "http://$NAME:$HTTP" --fix --allow-unprotected
	wait_text 'Type yes, or Enter for no \[no\]:' 20
	must_say '^@@'
	as_before
}
refused() { # refused TEXT: the yes is for what was shown, and that is there no more
	before
	type_text yes
	keys Enter
	wait_text 'exit=1' 30
	must_say "$1"
	must_say 'Nothing on this server has been changed.'
	as_before
	close_terminal
}
asked # a directory is swapped for a link to elsewhere, where the same stands
mv "$R/etc/nginx/sites-available" "$R/elsewhere"
ln -s "$R/elsewhere" "$R/etc/nginx/sites-available"
(cd "$R/elsewhere" && sha256sum ./*) >"$T/there"
refused 'The plan is not the one that was reviewed'
(cd "$R/elsewhere" && sha256sum -c --quiet "$T/there") || fail "written elsewhere"
rm "$R/etc/nginx/sites-available"
mv "$R/elsewhere" "$R/etc/nginx/sites-available"
before
asked # somebody edits it meanwhile
echo '# mine' >>"$site"
refused 'changed while you were reading'
sed -i '$d' "$site"
before
for answer in '' y yes; do
	asked
	[ -z "$answer" ] || type_text "$answer"
	keys Enter
	wait_text 'exit=' 30
	[ "$answer" = yes ] || { must_say 'Nothing on this server has been changed.'; as_before; }
	[ "$answer" != yes ] || must_say 'OpenChamber works at'
	close_terminal
done
run 0 rollback --root "$R"
as_before

# Line by line.
start 80x50 --root "$R" --answers "$T/answers.yaml" --plain
wait_text 'Language, 1' 20
keys Enter
wait_text 'find out why' 20
keys Enter
wait_text 'Finding 1 of' 20
i=0
until is_on_screen 'Read it, y or n' || [ $i -gt 8 ]; do
	i=$((i + 1))
	was=$(screen)
	keys Enter
	more() { [ "$(screen)" != "$was" ] && screen | sed '/^$/d' | tail -n 1 | grep -q ':$'; }
	wait_for 5 more
done
keys n
keys Enter
wait_text 'Type yes'
type_text yes
keys Enter
wait_text 'Open it to everyone'
type_text yes
keys Enter
wait_text 'Hold a quiet stream for 60 s now' 30
take 'Write a report'
is_on_screen 'OpenChamber works at' || lost 'it does not work'
keys Enter
wait_text 'exit=0'
close_terminal

# Mended by hand, and never reloaded: the files are right, the answer is not, and that is what is asked.
run 0 rollback --root "$R"
sed -i 's|proxy_set_header Host $http_host;|&\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection "upgrade";|' "$site"
touch -d '+1 minute' "$site"
printf '\n1\n' | "$BIN" --plain --root "$R" --answers "$T/answers.yaml" >"$T/plain" 2>&1 || :
tr '\n' ' ' <"$T/plain" | grep -q 'The files look right, but the answer is wrong. Was nginx reloaded? The file was edited [0-9:]*, nginx started [0-9:]*\.' ||
	fail "not asked whether it was reloaded: $(cat "$T/plain")"
touch -d '-1 day' "$site"
printf '\n1\n' | "$BIN" --plain --root "$R" --answers "$T/answers.yaml" >"$T/plain" 2>&1 || :
! grep -q 'The files look right' "$T/plain" || fail "asked of a file that is older: $(cat "$T/plain")"
