#!/bin/sh
# The main road with the program itself: practice, from the first screen to "works at", by keys a person would press.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1 # the report goes where one is
start 80x24 practice
wait_text 'certificate  '
must_say 'PRACTICE'
must_say 'Practice: nothing on this server is ever changed.'
keys Enter
wait_text 'WebSockets that open: 4 of 4'
wait_text 'Press Enter to choose the proxy'
keys Enter Enter
wait_text 'step 3 of 11'
wait_text '> 1 nginx'
keys Enter
wait_text 'step 4 of 11'
wait_text 'https://chat.example.org'
keys Enter Enter
wait_text 'step 5 of 11'
wait_text 'Steps 5 to 9 have all passed'
must_say '✓ Timeouts'
keys Enter
wait_text 'step 6 of 11'
must_say 'arrived  [-.*0-9]*--[*0-9]' # apart, however busy the machine is
keys F9
wait_text 'step 10 of 11'
must_say '^ 1 new file'
must_say '+++ /etc/nginx/sites-available/openchamber.conf'
# What is rarely needed: wrong, it says why and keeps Enter; right, the review has it.
keys Tab Tab Tab Enter
wait_text 'More settings'
must_say 'Listen on address *\[127.0.0.1 '
keys Tab Tab Tab
type_text 3
keys C-u
type_text 7x
wait_text '"7x" is not'
keys Enter
must_say '"7x" is not'
keys C-u
type_text 7s
keys Enter Escape
wait_text 'step 10 of 11'
wait_text 'Rehearsal *[0-9]* passed' 20
keys F3
for n in 1 2 3 4; do is_on_screen 'proxy_connect_timeout 7s' || keys PPage NPage NPage; done
wait_text 'proxy_connect_timeout 7s'
keys Escape
wait_text 'Keep the answers'
keys a
wait_text 'works at https://chat.example.org' 30
must_not_say '✗'
must_say 'Practice: nothing on this server is ever changed.'
keys F5 # once more, live
wait_text '~ checking *the checks through the proxy'
wait_text '✓ pass *\([0-9]*\) of \1 checks through the proxy' 20
keys Tab
keys Tab
keys Enter # at the address itself
wait_text 'holding a quiet stream: [0-9]* s of 60'
must_say '[ Stop waiting ]' # where it was pressed: Enter stops, and does not end the program
must_say 'Esc Stop waiting'
keys Enter
wait_text 'Hold a stream 60 s'
keys Enter
wait_text 'holding a quiet stream: [0-9]* s of 60'
keys Escape
wait_text 'Hold a stream 60 s'
must_say 'works at https://chat.example.org'
keys Tab # to the first button again
wait_text 'Enter Finish'
keys Right Enter
wait_text 'The report is in /.*antechamber-report.md'
keys Left Enter
wait_text 'exit=0'
must_say 'In practice OpenChamber worked at'
must_say 'but the report:$'
must_not_say 'was touched'
[ -s "$T/antechamber-report.md" ] || fail "there is no report"
must_leave_nothing
