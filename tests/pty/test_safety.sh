#!/bin/sh
# The safety line is true on every page: what it says of this server is what the tree says, before, after and undone.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
password
origin --password-file "$T/password"
server_up
http_answers "$(nginx_commands)"
changed() { # paths that are other than before, but for the answers that are kept for next time
	tree >"$T/after"
	diff "$T/before" "$T/after" | sed -n 's/^[<>] //p' | grep -o 'etc/[^ ]*' | grep -v '^etc/antechamber' |
		grep -v '/sites-available$\|/sites-enabled$\|^etc$' | sort -u | wc -l
}
untouched() { # untouched STEP: the page says so, and it is so
	wait_text "step $1 of"
	must_say 'Nothing on this server has been changed'
	as_before
}
start 80x24 --root "$R" --answers "$T/answers.yaml" --password-file "$T/password"
untouched 1
wait_text 'Press Enter to start'
on() { # on STEP: to that page, and what it says is true
	go_on "$1"
	untouched "$1"
}
on 2
wait_text 'it has a UI password'
on 3
wait_text '> 1 nginx'
on 4
wait_text 'pass.*port '
on 5
wait_text 'Steps 5 to 9 have all passed' 30
for step in 6 7 8 9 10; do on $step; done
wait_text 'Read first'
keys a
wait_text ' works at ' 60
# The program is not in PATH here, so its command is long: it is on the page, whole, and not cut on the safety line.
must_say 'The page above says how to undo them'
screen | sed 's/^.\{24\}//' | tr -d '\n ' | grep -q "rollback1--root$R" || lost 'the command that undoes it is not whole'
said=$(screen | sed -n 's/^ *\([0-9]*\) places* changed.*/\1/p')
[ "$said" = "$(changed)" ] || lost "$said places, and $(changed) are: $(diff "$T/before" "$T/after")"
keys Enter
wait_text 'exit=0'
close_terminal

# A later run has changed nothing either, however much an earlier one did, until it undoes it.
cp "$T/after" "$T/with"
start 80x24 --root "$R"
wait_text 'Undo the last change' 20
must_say 'Nothing .*has been changed'
tree | cmp -s - "$T/with" || lost "the later run changed something by being there"
close_terminal

# What was edited since is shown, and taken back where that is chosen; undoing brings it back.
site=$R/etc/nginx/sites-available/openchamber.conf
echo '# mine' >>"$site"
to_the_edit() {
	start 80x24 --root "$R" --password-file "$T/password"
	wait_text '> 1 Look at the difference' 20
	keys Enter
	wait_text 'Read first' 30
	wait_text 'Rehearsal [0-9]* passed' 30
}
to_the_edit
sed -i 's/# mine/# mine too/' "$site"
keys a
wait_text 'changed while you were reading' 30
wait_text 'Rehearsal [0-9]* passed' 30
keys F3
wait_text '-# mine too'
keys Escape
wait_text 'changed while you were reading'
keys a
wait_text ' works at ' 60
! grep -q mine "$site" || fail 'the edit is still there'
keys Enter
wait_text 'exit=0'
close_terminal
run 0 rollback --root "$R"
grep -q '# mine too' "$site" || fail 'the edit did not come back'
to_the_edit
keys Escape
wait_text 'What would you like'
close_terminal
sed -i '/# mine/d' "$site"
run 0 rollback 1 --root "$R"
as_before

# A port that another site has on one address alone: nothing is changed, and what helps is said.
printf 'server {\n    listen 127.0.0.1:%s;\n    server_name cloud.example.org;\n    return 200 cloud;\n}\n' "$TLS" \
	>"$R/etc/nginx/sites-enabled/cloud"
nginx_reload
before
rm -rf "$R/etc/antechamber"
to_the_review 80x24
keys a
wait_text 'Nothing was changed.' 60
must_say 'two ways out'
must_say 'change something else first'
as_before
