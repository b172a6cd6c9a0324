#!/bin/sh
# tests/torture/hold.sh - the long waits are as long as they say: 65 seconds of nothing on step 9, and on the result
# until the slowest stream has spoken twice; by the buttons, in a terminal, with everything else still answering; and
# the report is written and says so.
. "$(dirname "$0")/../pty/lib.sh"
slowest=$(sed -n 's/.*keepalive: *\([0-9]*\)s.*/\1/p' templates/openchamber.yaml | sort -n | tail -n 1)
need=$((2 * slowest))
cd "$T" || exit 1
seconds() { echo $(($(date +%s) - begin)); }
practice_to_checklist
keys Enter Enter Enter Enter
wait_text 'step 9 of 11'
keys Tab
wait_text 'Enter Press'
keys Enter
wait_text 'holding a quiet stream: [0-9]* s of 65'
keys Escape # stops it, and stays
wait_text 'Hold a quiet stream for 65 seconds now'
must_say 'step 9 of 11'
begin=$(date +%s)
keys Enter # the button keeps its place
wait_text 'holding a quiet stream: [0-9]* s of 65'
keys F9 # what comes of it arrives wherever one is by then
wait_text 'step 10 of 11'
keys Escape
wait_text 'holding a quiet stream: [1-9][0-9] s of 65' 30
wait_text 'pass.*65' 90
[ "$(seconds)" -ge 65 ] || lost 'it was not held for 65 seconds'
must_say '✓ Timeouts'
keys F9
wait_text 'step 10 of 11'
keys a
wait_text 'works at https://chat.example.org' 30
keys Tab
wait_text 'Enter Press'
keys Enter
wait_text 'The report is in /.*antechamber-report.md'
[ "$(stat -c %a antechamber-report.md)" = 600 ] || lost 'the report is open to others'
grep -q 'works at https://chat.example.org' antechamber-report.md || lost 'the report does not say how it ended'
grep -qF '| state | way | check | seen |' antechamber-report.md || lost 'the report has no table'
keys Tab

# What the button says is what the progress says, and what the slowest of templates/openchamber.yaml takes.
must_say "Hold a stream $need s"
begin=$(date +%s)
keys Enter
wait_text "holding a quiet stream: [0-9]* s of $need"
must_say 'Stop waiting'
wait_text 'Every stream reached its second keep-alive' 90
took=$(seconds)
wait_text "Hold a stream $need s"
[ "$took" -ge "$need" ] && [ "$took" -lt $((need + 10)) ] || lost "it took $took s and not $need"
keys Tab
wait_text 'Enter Finish'
keys Enter
wait_text 'exit=0'
must_leave_nothing
echo "2 quiet streams held: 65 s, and $took s of the $need that were told"
