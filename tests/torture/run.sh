#!/bin/sh
# tests/torture/run.sh - attack longer than `make check' does, and print the figures.
#
# The tests of apply/ say how many faults they injected and how often they killed; they are run again
# here for it.  `make fuzz' came before: its last line is in $B/torture.fuzz.
set -u
cd "$(dirname "$0")/../.." || exit 1
log=$B/torture.log
failed=0
: >"$log"

attempt() { # attempt COMMAND...: what it prints goes to the log
	"$@" >"$log.one" 2>&1 </dev/null
	rc=$?
	cat "$log.one" >>"$log"
	[ $rc = 0 ] && return
	[ $rc = 77 ] && { echo "skipped: $*: $(tail -n 1 "$log.one")"; return; }
	failed=$((failed + 1))
	echo "FAIL $*"
	tail -n 40 "$log.one" | sed 's/^/    /'
}
sum() { # sum WORDS: all the numbers that stand in front of these words; - where there is none
	grep -oE "[0-9]+ $1" "$log" | awk '{ n += $1 } END { print NR ? n : "-" }'
}

KILLS=${KILLS:-200}
export KILLS
for test in "$B"/tests/unit/apply/test_torture "$B"/tests/unit/apply/test_crash tests/apply/test_*.sh; do
	case $test in
	*.sh) attempt sh "$test" ;;
	*) attempt "$test" ;;
	esac
done
KILL_EVERY=1 attempt sh tests/proxy/test_killed.sh
INJECTIONS=${INJECTIONS:-1000}
[ "$INJECTIONS" -ge 20 ] || { echo "20 injections and not $INJECTIONS: fewer prove nothing"; INJECTIONS=20; }
export INJECTIONS
for test in "$B"/tests/unit/proxy/test_injection_*[a-z]; do
	case $test in *.[od]) ;; *) attempt "$test" ;; esac
done
attempt sh tests/torture/endure.sh
attempt sh tests/torture/leaks.sh
attempt sh tests/torture/memory.sh
attempt sh tests/torture/hold.sh
attempt sh tests/torture/reload.sh

row() { printf '%12s  %s\n' "$1" "$2"; }
row "$(sum 'faults? injected')" "faults injected"
row "$(sum 'kills?')" "kills"
row "$(sum 'answers kept|[0-9]+ refused')" "answers injected into templates"
row "$(sed -n 's/ fuzz executions.*//p' "$B/torture.fuzz" 2>/dev/null | tail -n 1)" "fuzz executions"
row "$(sum 'checks: ')" "checks endured by one probe origin"
sed -n 's/^[0-9]* checks: /              /p' "$log"
row "$(sum 'bytes leaked')" "bytes leaked"
[ $failed -eq 0 ]
