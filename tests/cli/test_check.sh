#!/bin/sh
# check against the probe origin alone: the document, the report, each exit status.
. "$(dirname "$0")/../lib.sh"
need jq

origin
run 0 check --origin "$ORIGIN" --json
json '.schema == 1 and .tool.name == "antechamber" and (.tool.version | test("^[0-9]+\\.[0-9]+\\.[0-9]+$"))'
json ".command == \"check\" and .targets.origin == \"$ORIGIN\""
json '.checks | length > 10'
json '.checks | all(has("id") and has("group") and has("label") and has("target") and has("detail") and has("observed") and has("seconds"))'
json '.checks | all(.status == "pass" or .status == "warn" or .status == "fail" or .status == "skip")'
json '[.checks[] | .id + " " + .target] | length == (unique | length)'
json '.checks | map(select(.status == "pass")) | all((has("cause") or has("fix") or has("where")) | not)'
json '.summary.pass == ([.checks[] | select(.status == "pass")] | length)'
json '.summary.warn == ([.checks[] | select(.status == "warn")] | length)'
json '.summary.skip == ([.checks[] | select(.status == "skip")] | length)'
json '.summary.fail == 0 and .verdict == null and .ready == true and .blockers == []'
json '.checks[] | select(.id == "direct.exposure") | .status == "pass"'
# Without a password it is an open shell: a warning, and a failure where warnings count.
json '.checks[] | select(.id == "direct.login") | .status == "warn" and .cause == "unprotected"'
run 1 check --origin "$ORIGIN" --strict

run 0 check --origin "$ORIGIN"
says '/api/event/ws'
says '/api/openchamber/events'
grep -qE '^passed [0-9]+, warnings [0-9]+, failed 0, skipped [0-9]+$' "$T/out" || fail "no counts"
[ ! -s "$T/err" ] || fail "something on stderr"
LC_ALL=C run 0 check --origin "$ORIGIN"
! LC_ALL=C grep -q '[^ -~]' "$T/out" || fail "not ASCII in the C locale"
run 0 check --origin "$ORIGIN" --color always
grep -q "$(printf '\033')\\[32m" "$T/out" || fail "no colour where it was asked for"
NO_COLOR=1 run 0 check --origin "$ORIGIN" --plain
! LC_ALL=C grep -q "$(printf '\033')" "$T/out" || fail "an escape in plain mode"
says 'pass: '

# --only runs what it needs silently.
run 0 check --origin "$ORIGIN" --only ws.event,sse.event --json
json '[.checks[].id] | unique == ["sse.event", "ws.event"]'
json '.checks | all(.status == "pass")'

run 0 check --origin "$ORIGIN" --report "$T/report.md"
grep -q '^# antechamber check' "$T/report.md" || fail "no report"
grep -qF '| state | way | check | seen |' "$T/report.md" || fail "the table has no head"
[ "$(stat -c %a "$T/report.md")" = 600 ] || fail "the report is readable for others"
run 1 check --origin "$ORIGIN" --report "$T/missing/report.md"
complains missing

# With a password: right, wrong, none.  It is in no output and in no report.
password 'pass-4711'
origin --password-file "$T/password"
run 0 check --origin "$ORIGIN" --password-file "$T/password" --json --report "$T/report.md" --log "$T/log"
json '.checks[] | select(.id == "direct.login") | .status == "pass"'
json '.checks[] | select(.id == "ws.event") | .status == "pass"'
! grep -rq 'pass-4711' "$T/out" "$T/err" "$T/report.md" "$T/log" || fail "the password is written somewhere"
ANTECHAMBER_PASSWORD=pass-4711 run 0 check --origin "$ORIGIN" --json
json '.checks[] | select(.id == "direct.login") | .status == "pass"'
run 0 check --origin "$ORIGIN" --json
json '.checks | map(select(.group == "sse" and .status == "fail")) | length == 0'
json '.checks[] | select(.id == "ws.event") | .status == "pass"'
json '.checks[] | select(.id == "sse.event") | .status == "skip" and (.detail | length > 5)'
echo wrong >"$T/wrong"
run 4 check --origin "$ORIGIN" --password-file "$T/wrong" --json
[ "$(verdict)" = password-wrong ] || fail "verdict $(verdict)"

# What was not checked for one reason is told once, with all that it is about.
run 5 check --origin "http://127.0.0.1:$(closed_port)" --plain
[ "$(grep -c 'Not checked' "$T/out")" = 1 ] || fail "each is told by itself"
says 'skip: 14 checks, Not checked, because this failed first: OpenChamber answers'
says 'these: its version, UI password'
