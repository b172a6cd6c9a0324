#!/bin/sh
# tests/torture/endure.sh - the probe origin under ENDURE checklists and as much rubbish: it neither
# falls nor grows.  Prints what it held before and after.
. "$(dirname "$0")/../lib.sh"
need jq curl
runs=${ENDURE:-670} # of 15 checks each: ten thousand
# A sanitizer keeps what was freed, to see who still uses it: that is no growth.
[ -z "${SAN:-}" ] || export ASAN_OPTIONS="$ASAN_OPTIONS:quarantine_size_mb=0:thread_local_quarantine_size_kb=0"

descriptors() { find "/proc/$ORIGIN_PID/fd" -mindepth 1 -maxdepth 1 | wc -l; }
memory() { sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$ORIGIN_PID/status"; }
at_rest() { [ "$(descriptors)" -le "$before" ]; }

rubbish() { # one of each: no HTTP, a head without end, a body that never comes, half closed at once
	host=${ORIGIN#http://}
	port=${host##*:}
	for bytes in '\026\003\001\002\000' 'GET / HTTP/1.1\r\nX: ' '' \
		'POST /api/fs/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\nx'; do
		# shellcheck disable=SC2059
		printf "$bytes" | curl -s --max-time 0.2 "telnet://127.0.0.1:$port" >/dev/null 2>&1 || :
	done
	curl -s --max-time 1 -H 'Content-Type: application/json' -d '{"password":' "$ORIGIN/auth/session" >/dev/null || :
}

once() {
	run 0 check --origin "$ORIGIN" --password-file "$T/password" --json
	checks=$((checks + $(jq '.checks | length' "$T/out")))
	case $1 in *0) rubbish ;; esac
}

password
origin --password-file "$T/password"
checks=0 i=0
while [ $i -lt 20 ]; do # what it keeps for good, it has by then
	once $i
	i=$((i + 1))
done
before=$(descriptors) kib=$(memory)
checks=0 i=0
while [ $i -lt "$runs" ]; do
	once $i
	i=$((i + 1))
done
wait_for 10 at_rest
after=$(descriptors) kib_after=$(memory)
kill "$ORIGIN_PID"
ended=0
wait "$ORIGIN_PID" || ended=$?
PIDS=
[ $ended = 0 ] || [ $ended = 143 ] || fail "it ended with $ended: $(cat "$T/origin.err")"
echo "$checks checks: descriptors $before before, $after after; memory $kib KiB before, $kib_after KiB after"
[ $((kib_after - kib)) -le 1024 ] || fail "it grew"
