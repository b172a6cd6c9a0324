#!/bin/sh
# kill -9 in the middle of an apply, and of its undo, on Caddy, HAProxy and Apache: every byte comes back, and every shop.
# shellcheck disable=SC2154
. "$(dirname "$0")/four.sh"
every=${KILL_EVERY:-2} # lines of the journal from one kill to the next
kills=0

killed() { # killed LINE ARGUMENT...: false if it came to its end before
	at=$1
	shift
	got=0
	ANTECHAMBER_STOP_AT=$at timeout 60 "$BIN" "$@" >"$T/out" 2>"$T/err" </dev/null || got=$?
	[ "$got" = 137 ] || [ "$got" = 0 ] || fail "line $at: status $got instead of a kill: $*"
	[ "$got" = 137 ] && kills=$((kills + 1))
}
applied() { killed "$1" apply --answers "$T/a.yaml" --root "$R" --yes --password-file "$T/password" --cacert "$T/$NAME.pem"; }
undone() {
	is_as bare
	shops
}

picture >"$T/bare"
first=3
for place in caddy haproxy apache; do # p is that of shops
	mine "$place"
	line=$first
	while applied $line; do
		run 0 rollback --root "$R" --json
		undone
		line=$((line + every))
	done
	[ $line -gt 6 ] || fail "$place: it was killed only until line $line"
	wait_for 5 served_by "$place"
	picture >"$T/with"
	line=$first
	while killed $line rollback --root "$R"; do
		run 0 rollback --root "$R" --json
		undone
		apply 0 --cacert "$T/$NAME.pem"
		is_as with
		line=$((line + every))
	done
	undone
	first=$((first + 1)) # another proxy, other lines
done
echo "$kills kills"
[ "$kills" -ge 12 ] || fail "only $kills kills"
