#!/bin/sh
# What came between reading and writing stops everything, is said once, and leads back to the review.
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
wait_text 'What now\|back to the review' 20
said=$(screen | grep -c 'The plan is not the one' || :)
[ "$said" = 1 ] || lost "the reason is said $said times"
must_say 'Nothing was changed'
must_say '✗ Apply'
keys Enter
wait_text 'step 10 of 11'
wait_text 'sites-available/openchamber-chat.example.org.conf' # the other file is left alone
