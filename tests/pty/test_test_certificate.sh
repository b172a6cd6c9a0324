#!/bin/sh
# A test certificate on a public name is asked about once more, and no is the answer; a private name, or another certificate, is not.
. "$(dirname "$0")/lib.sh"
practice_to_address
keys Enter
keys Down Down
wait_text '> 3 a test certificate'
keys Enter
wait_text 'Every browser warns of a test certificate'
must_say '\[ No \]  \[ Yes \]'
keys Enter # No is in focus
wait_text 'Enter Next'
must_not_say 'Every browser warns'
must_say 'step 4 of 11'
keys Enter
wait_text 'Every browser warns of a test certificate'
keys Right Enter
wait_text 'step 5 of 11'
keys Escape
wait_text 'step 4 of 11'
keys Tab Enter # it was answered
wait_text 'step 5 of 11'
keys Escape
wait_text 'step 4 of 11'
keys C-a C-k
type_text 'chat.home.lan'
keys Enter Enter
wait_text 'step 5 of 11'
close_terminal

start 80x24 practice --plain
wait_text '^Language'
take 'Where does OpenChamber'
take 'UI password'
take 'Which one'
take '^Address'
take 'Certificate, 1 to'
type_text 3
take 'Every browser warns of a test certificate' 20
wait_text 'Type yes, or Enter for no'
keys Enter
wait_text 'Step 4 of 11: Public address.*'
take 'Certificate, 1 to'
take 'Every browser warns of a test certificate' 20
type_text yes
take '^Uploads up to' 30
