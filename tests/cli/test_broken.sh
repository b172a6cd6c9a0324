#!/bin/sh
# practice --broken: every fault by its name is what check says it is, the doctor mends it, and nothing is left behind.
# shellcheck disable=SC2046,SC2154
. "$(dirname "$0")/../lib.sh"
need jq nginx
export TMPDIR="$T/tmp"
mkdir "$TMPDIR"

run 0 practice --broken
says "ws-upgrade-lost"
says "The WebSocket upgrade does not reach OpenChamber."
run 0 practice --broken --json
names=$(jq -r '.broken[]' "$T/out")
[ "$(echo "$names" | wc -l)" -ge 12 ] || fail "too few: $names"
run 2 practice --broken nonsense
complains 'There is no practice called "nonsense"'
run 2 practice nonsense

up() { # up NAME: it runs; its commands are in $T/place
	rm -f "$T/place"
	"$BIN" practice --broken "$1" --json >"$T/place" 2>"$T/practice.err" </dev/null &
	pid=$!
	PIDS="$PIDS $pid"
	wait_for 20 grep -q '^}' "$T/place"
	site=$(jq -r .site "$T/place")
	host=$(jq -r .check "$T/place" | sed 's/.*--connect-to \([^ ]*\).*/\1/')
	wait_for 10 curl -sko "$T/answer" --max-time 1 "https://$host/"
}
down() {
	kill "$pid"
	rc=0
	wait "$pid" || rc=$?
	[ $rc = 143 ] || fail "status $rc after TERM: $(cat "$T/practice.err")"
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
}
# The words of a command, as they are printed; what stands before the program is environment.
words() { jq -r ".$1" "$T/place" | sed 's/.*antechamber //'; }

for name in $names; do
	up "$name"
	run 1 $(words check) --json
	[ "$(verdict)" = "$name" ] || fail "$name: check says $(verdict)"
	cp "$site" "$T/before"
	run 0 $(words fix) --yes --json
	json ".findings | map(select(.cause == \"$name\")) | length >= 1"
	json '.outcome == "kept" and .summary.fail == 0'
	! cmp -s "$site" "$T/before" || fail "$name: the site is as it was"
	run 0 $(words check) --json
	[ "$(verdict)" = none ] || fail "$name: mended, and check says $(verdict)"
	down
done

# Mended by hand it works after the command that is named for it, and not before.
up sse-buffered
run 1 $(words doctor)
says "Every path here lies below $(dirname "$(jq -r .check "$T/place" | sed 's/.*--password-file //; s/ .*//')")"
sed -i '/proxy_ignore_headers/d' "$site"
run 1 $(words check) --json
jq -r .reload "$T/place" | sh
mended() { "$BIN" $(words check) --json >"$T/out" 2>"$T/err"; }
wait_for 20 mended
[ "$(verdict)" = none ] || fail "mended by hand, and check says $(verdict)"
down

# For people: the same commands, a line each, and chance finds one of them.
rm "$T/place"
"$BIN" practice --broken any >"$T/place" 2>"$T/practice.err" </dev/null &
pid=$!
PIDS="$PIDS $pid"
wait_for 20 grep -q 'Ctrl-C here ends the practice' "$T/place"
grep -q "^  $BIN check --origin http" "$T/place" || fail "no command: $(cat "$T/place")"
rc=0 # as it stands there, in a shell that does not know where the program lies
sh -c "$(sed -n 's/^  \(.* check --origin .*\)/\1/p' "$T/place")" >"$T/out" 2>&1 || rc=$?
[ $rc = 1 ] || fail "the command as it is printed: $rc: $(cat "$T/out")"
grep -q 'antechamber doctor --root .* --fix$' "$T/place" || fail "no fix: $(cat "$T/place")"
down
