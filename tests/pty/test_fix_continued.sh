#!/bin/sh
# doctor --fix that was killed half-way: the wizard's own question, in both faces; it goes on, and puts back.
# shellcheck disable=SC2016,SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
origin
server_up
pasted_site
before
where="--root $R --origin $ORIGIN --public http://$NAME:$HTTP"
as_wanted() { tree >"$T/after" && cmp -s "$T/wanted" "$T/after" || lost "not as it was wanted: $(diff "$T/wanted" "$T/after")"; }
killed() { # in the middle: its file is written, and nothing reloaded
	status=0
	# shellcheck disable=SC2086
	ANTECHAMBER_STOP_AT=$1 timeout 60 "$BIN" doctor $where --fix --yes --allow-unprotected >"$T/out" 2>"$T/err" </dev/null || status=$?
	[ $status = 137 ] || fail "status $status and not killed"
	run 0 rollback --list --root "$R" --json
	json '.applies[0].state == "unfinished"'
}
# shellcheck disable=SC2086
run 0 doctor $where --fix --yes --allow-unprotected --json
json '.outcome == "kept"'
tree >"$T/wanted"
run 0 rollback --root "$R"
as_before

killed 3
start 80x24 --root "$R"
wait_text 'A change was interrupted' 20
wait_text '> 1 undo'
keys Down Enter
wait_text 'works at' 60
as_wanted
keys Enter
wait_text 'exit=0'
close_terminal
run 0 rollback --root "$R"
as_before

killed 3
start 80x24 --root "$R"
wait_text '> 1 undo' 20
keys Enter
wait_text 'step 1 of 11' 60
as_before
close_terminal
run 0 rollback --list --root "$R" --json
json '.applies[0].state == "undone"'

killed 3
start 80x50 --root "$R" --plain
wait_text 'Language, 1' 20
keys Enter
wait_text 'go on: validate' 20
type_text 2
keys Enter
wait_text 'works at' 60
as_wanted
