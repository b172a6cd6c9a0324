#!/bin/sh
# doctor --fix killed at every line of its journal: it is undone, or finished by apply --continue, and the
# finishing may be killed too.  What is finished is byte for byte what nobody killed.
# shellcheck disable=SC2016
. "$(dirname "$0")/lib.sh"
origin
server_up
pasted_site
before
where="--root $R --origin $ORIGIN --public http://$NAME:$HTTP"

# shellcheck disable=SC2086
run 0 doctor $where --fix --yes --allow-unprotected --json
json '.outcome == "kept" and .summary.fail == 0'
tree >"$T/wanted"
run 0 rollback --root "$R"
as_before

as_wanted() { tree >"$T/after" && cmp -s "$T/wanted" "$T/after" || fail "not as it was wanted: $(diff "$T/wanted" "$T/after")"; }
killed() { # killed LINE ARGUMENT...: true if it came that far
	at=$1
	shift
	status=0
	ANTECHAMBER_STOP_AT=$at timeout 60 "$BIN" "$@" >"$T/out" 2>"$T/err" </dev/null || status=$?
	[ $status = 137 ] || [ $status = 0 ] || fail "line $at: status $status instead of a kill: $*"
	[ $status = 137 ]
}
state() {
	run 0 rollback --list --root "$R" --json
	jq -r '.applies[0].state' "$T/out"
}
kills=0 line=1
# shellcheck disable=SC2086
while killed $line doctor $where --fix --yes --allow-unprotected --json; do
	kills=$((kills + 1))
	[ $line -lt 40 ] || fail "no end"
	if [ "$(state)" = unfinished ]; then
		run 1 doctor $where --fix --yes --allow-unprotected
		complains 'apply --continue'
		run 0 rollback --root "$R"
		as_before
		killed $line doctor $where --fix --yes --allow-unprotected || fail "not killed again"
		run 0 apply --continue --root "$R" --json
		json '.outcome == "kept" and .summary.fail == 0'
		as_wanted
		wait_for 5 blog_answers
		run 0 rollback --root "$R"
		as_before
		killed $line doctor $where --fix --yes --allow-unprotected || fail "not killed again"
		killed $((line + 2)) apply --continue --root "$R" --json || fail "the finishing was not killed"
		kills=$((kills + 3))
		if [ "$(state)" = unfinished ]; then
			run 0 apply --continue --root "$R" --json
			as_wanted
		fi
	fi
	as_wanted_or_before() { tree >"$T/after"; cmp -s "$T/wanted" "$T/after" || cmp -s "$T/before" "$T/after"; }
	as_wanted_or_before || fail "line $line: neither old nor new"
	run 0 rollback --root "$R"
	as_before
	line=$((line + 1))
done
[ $line -gt 6 ] || fail "only $line lines"
echo "$kills kills"
