#!/bin/sh
# Origins that are none, or that do their worst: each has its own cause, its status, and an end in time.
. "$(dirname "$0")/../lib.sh"
need jq

fails() { # fails STATUS CAUSE ARGUMENT...: check of $ORIGIN
	status=$1 cause=$2
	shift 2
	begin=$(date +%s)
	run "$status" check --origin "$ORIGIN" --json "$@"
	[ "$(verdict)" = "$cause" ] || fail "verdict $(verdict) instead of $cause"
	json '.ready == false and (.blockers | length > 0)'
	json '.checks | map(select(.status == "fail")) | all(has("cause") and has("fix"))'
	[ $(($(date +%s) - begin)) -le 20 ] || fail "it took too long"
	run "$status" check --origin "$ORIGIN" "$@"
	says "$cause"
}

ORIGIN=http://127.0.0.1:$(closed_port)
fails 5 origin-refused
for case in 'hang 5 origin-timeout' 'opencode 1 origin-opencode' 'other 1 origin-other' 'garbage 5 origin-other' \
	'flood 5 origin-other'; do
	# shellcheck disable=SC2086
	set -- $case
	origin --misbehave "$1"
	fails "$2" "$3" --timeout 1
done
origin --misbehave lies
run_status=0
"$BIN" check --origin "$ORIGIN" --timeout 1 --json >"$T/out" 2>"$T/err" || run_status=$?
[ $run_status = 1 ] || [ $run_status = 5 ] || fail "status $run_status of an origin that lies about its length"
json '.summary.fail > 0'

origin --misbehave silent-events
fails 1 origin-silent --timeout 1
origin --misbehave starting
run 0 check --origin "$ORIGIN" --timeout 1 --json
json '.summary.fail == 0 and .summary.skip > 0 and .ready == false'
origin --misbehave no-dictation
run 0 check --origin "$ORIGIN" --json
json '.summary.fail == 0'
password
origin --password-file "$T/password" --misbehave locked
fails 1 password-locked --password-file "$T/password"

# Ctrl-C in the middle ends it at once, with a document where one was asked for.
origin --misbehave hang
"$BIN" check --origin "$ORIGIN" --timeout 60 --json >"$T/out" 2>"$T/err" </dev/null &
pid=$!
PIDS="$PIDS $pid"
wait_for 5 sh -c "grep -q SigCgt /proc/$pid/status && ls /proc/$pid/fd | grep -q 5"
kill -TERM $pid
rc=0
wait $pid || rc=$?
[ $rc = 143 ] || fail "status $rc after TERM"
json '.error.code == "cancelled"'
