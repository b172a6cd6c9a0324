#!/bin/sh
# tests/torture/hold.sh - a quiet stream is really held for 65 seconds: by the button of step 9 and by that of the
# result, in a terminal, with everything else still answering; and the report is written and says so.
. "$(dirname "$0")/../pty/lib.sh"
cd "$T" || exit 1
practice_to_checklist
keys Enter Enter Enter Enter
wait_text 'step 9 of 11'
keys Tab
wait_text 'Enter Press'
begin=$(date +%s)
keys Enter
wait_text 'holding a quiet stream: [0-9]* s of 65'
keys Escape # stops it, and stays
wait_text 'Hold a quiet stream for 65 seconds now'
must_say 'step 9 of 11'
keys Tab Enter
wait_text 'holding a quiet stream: [0-9]* s of 65'
keys F9 # what comes of it arrives wherever one is by then
wait_text 'step 10 of 11'
keys Escape
wait_text 'holding a quiet stream: [1-9][0-9] s of 65' 30
wait_text 'pass.*65' 90
[ $(($(date +%s) - begin)) -ge 65 ] || lost 'it was not held for 65 seconds'
must_say '✓ Timeouts'
keys F9
wait_text 'step 10 of 11'
keys a
wait_text 'works at https://chat.example.org' 30
keys Tab
wait_text 'Enter Press'
keys Enter
wait_text 'The report is in antechamber-report.md'
[ "$(stat -c %a antechamber-report.md)" = 600 ] || lost 'the report is open to others'
grep -q 'works at https://chat.example.org' antechamber-report.md || lost 'the report does not say how it ended'
grep -qF '| state | way | check | seen |' antechamber-report.md || lost 'the report has no table'
keys Tab
begin=$(date +%s)
keys Enter
wait_text 'holding a quiet stream: [0-9]* s of 65'
must_not_say 'Hold a stream'
wait_text 'stream.*65 s' 90
wait_text 'Hold a stream' 90
[ $(($(date +%s) - begin)) -ge 65 ] || lost 'it was not held for 65 seconds'
keys Enter
wait_text 'exit=0'
must_leave_nothing
echo "2 quiet streams held for 65 seconds"
