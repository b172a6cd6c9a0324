#!/bin/sh
# rehearse and practice: a private nginx before a probe origin, the whole checklist, nothing left behind.
. "$(dirname "$0")/../lib.sh"
need jq nginx
export TMPDIR="$T/tmp"
mkdir "$TMPDIR"

left() { # what a rehearsal must not leave: files, programs
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left in the temporary directory: $(ls -A "$TMPDIR")"
	! pgrep -f "$TMPDIR" >/dev/null || fail "a program is left: $(pgrep -af "$TMPDIR")"
}
answers() {
	cat >"$T/a.yaml" <<YAML
version: 1
origin: http://127.0.0.1:3000
public: $1
proxy: nginx
$2
YAML
	chmod 600 "$T/a.yaml"
}

for case in 'https://chat.example.org|tls: {mode: selfsigned}' 'http://chat.example.org:8080|tls: {mode: none}' \
	'https://chat.example.org|tls: {mode: upstream}' 'https://chat.example.org:8443|tls: {mode: selfsigned}'; do
	answers "${case%|*}" "${case#*|}"
	run 0 rehearse --answers "$T/a.yaml" --json
	json '.command == "rehearse" and .summary.fail == 0 and .summary.warn == 0 and .ready == true'
	json '.checks | all(.target == "rehearsal" or .target == "direct")'
	json '[.steps[].step] == ["prepare", "validate", "start", "check"]'
	json '.steps | all(.state == "done")'
	for id in ws.event sse.event gzip.layers body.limit body.spool headers.host headers.client; do
		[ "$(status_of $id rehearsal)" = pass ] || fail "$case: $id is $(status_of $id rehearsal)"
	done
	left
done
run 0 rehearse --answers "$T/a.yaml" --report "$T/report.md"
says 'nginx'
grep -q '^# antechamber rehearse' "$T/report.md" || fail "no report"

# Stopped in the middle: nothing is left.
"$BIN" rehearse --answers "$T/a.yaml" --json >"$T/out" 2>"$T/err" </dev/null &
pid=$!
PIDS="$PIDS $pid"
started() { [ -n "$(ls -A "$TMPDIR")" ]; }
wait_for 10 started
kill -TERM $pid
rc=0
wait $pid || rc=$?
[ $rc = 143 ] || fail "status $rc after TERM"
json '.error.code == "cancelled"'
gone() { [ -z "$(ls -A "$TMPDIR")" ] && ! pgrep -f "$TMPDIR"; }
wait_for 5 gone

# Practice without a terminal is a rehearsal with the defaults.
run 0 practice
says 'OpenChamber'
grep -qE 'failed 0' "$T/out" || fail "no counts"
left
run 0 practice --json
json '.command == "practice" and .ready == true'
