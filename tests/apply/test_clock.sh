#!/bin/sh
# A clock that jumps, forth and back, between review and apply, during it, and while --confirm-within waits: what waits
# goes by the time that passes, and what was last is known by its number.
. "$(dirname "$0")/lib.sh"
need script
[ -z "${SAN:-}" ] || skip "a sanitizer has to come first in a program"
shim=$T/clock.so
"${CC:-cc}" -shared -fPIC -O1 -o "$shim" tests/apply/clock.c || fail "the clock does not build"
origin
server_up
answers
export CLOCK="$T/clock"
days() { # days N [WHO]: so far is the clock off from now on
	new=$CLOCK.${2:-new} # a move by who is ended may come late
	echo $(($1 * 86400)) >"$new"
	mv "$new" "$CLOCK"
}
program=$BIN
printf '#!/bin/sh\nLD_PRELOAD=%s exec %s "$@"\n' "$shim" "$program" >"$T/off"
chmod 755 "$T/off"
BIN=$T/off

# Reviewed on one day, applied on another, and jumping all the while: the plan is still the one.
days 20
reviewed
days 1
jump() { while :; do days 20 jumper; days 1 jumper; sleep 0.01; done; }
jump &
jumper=$!
PIDS="$PIDS $jumper"
apply 0 --allow-unprotected --plan "$plan"
json '.outcome == "kept"'
site_answers || fail "the site does not answer"
kill $jumper
wait $jumper 2>/dev/null || :

# The second of two is undone first, though the clock says that it was made before the other.
days 20
sed -i 's/^tls/limits: {body: 50M}\ntls/' "$T/answers.yaml"
tree >"$T/one"
days 9
apply 0 --allow-unprotected
days 5
sed -i 's/50M/60M/' "$T/answers.yaml"
apply 0 --allow-unprotected
run 0 rollback --list --root "$R" --json
json '.applies[0].id > .applies[1].id and .applies[0].when < .applies[1].when'
run 0 rollback --root "$R"
run 0 rollback --root "$R" 3
tree >"$T/after"
cmp -s "$T/one" "$T/after" || fail "not as after the first: $(diff "$T/one" "$T/after")"
run 0 rollback --root "$R" 2
as_before

# While it waits to be kept: an hour is an hour, and two seconds are two.
answers
days 1
to_be_kept 3600
for at in 20 1 20; do
	days $at
	run 0 rollback --list --root "$R" --json # looks at the clock as well
	json '.applies[0].state == "busy"'
done
echo yes >&3
exec 3>&-
wait_for 30 test -s "$T/rc"
[ "$(cat "$T/rc")" = 0 ] || fail "an hour was over at once: $(cat "$T/seen")"
run 0 rollback --root "$R"
as_before
days 20
to_be_kept 2
days 1
wait_for 30 test -s "$T/rc"
exec 3>&-
[ "$(cat "$T/rc")" = 1 ] || fail "status $(cat "$T/rc") after the time"
as_before
