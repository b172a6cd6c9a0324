#!/bin/sh
# What came between reading and writing stops everything before the first byte: the review once more, with the reason.
. "$(dirname "$0")/lib.sh"
practice_to_checklist
keys F9
wait_text 'step 10 of 11'
keys F3
wait_text '+ *listen '
must_not_say 'Apply'
keys Escape
wait_text 'Read first'
site=$(echo "$TMPDIR"/antechamber-practice.*/etc/nginx)/sites-available/openchamber.conf
echo '# somebody else was here' >"$site"
keys a
wait_text 'openchamber.conf changed while you were reading' 20
must_say 'step 10 of 11'
must_say 'Practice: nothing on this server is ever changed.'
must_not_say '✗'
wait_text 'sites-available/openchamber-chat.example.org.conf' # the other file is left alone
keys a
wait_text 'works at https://chat.example.org' 30
