#!/bin/sh
# The page of a later run: what it asks for, where Esc leads, and that it is read anew after an undo.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
password 'correct horse'
origin --password-file "$T/password" --pace 200
server_up
http_answers
apply 0 --password-file "$T/password"
sed 's/^version: 1/&\nlimits: {body: 20M}/' "$T/answers.yaml" >"$T/more.yaml"
chmod 600 "$T/more.yaml"
run 0 apply --answers "$T/more.yaml" --root "$R" --password-file "$T/password"
start 80x24 --root "$R"
wait_text 'works: passed .* skipped [1-9]' 20
must_say 'without the UI password some checks are skipped'
must_say '1 Look at edits of what was written: there are none'

# One thing: from the review Esc leads to its step, to the list, to the page.
keys 2
wait_text '> 1 Direct access'
keys 3
wait_text 'step 8 of 11'
keys Enter
wait_text 'step 10 of 11'
wait_text 'Nothing differs from what is there'
keys Escape
wait_text 'step 8 of 11'
keys Escape
wait_text '> 1 Direct access'
must_say 'Esc Back'
keys Escape
wait_text '> 2 Change one thing'

# The long wait wants the password, says so, and shows its seconds and what came of it.
keys 3
wait_text 'Write the UI password first'
type_text 'correct horse'
keys Enter
wait_gone 'without the UI password' 20
wait_text '> 3 Check everything again'
keys Tab Tab
wait_text '> 3 Check everything again'
keys 3
wait_text "second keep-alive" 60
must_not_say 'Not waited'

# The language is there as on the first page; nothing was answered, so nothing is lost.
keys Left
keys q
wait_text 'There is nothing to be lost'
keys Escape
wait_gone 'There is nothing to be lost'

# The last change alone brings back; after it the page tells what is saved now.
keys 5
wait_text ' comes back  '
must_not_say 'is not open any more'
keys Tab Enter
wait_text 'Undone: this server is as it was' 20
must_say 'Set up here now: http://127.0.0.1'
must_say 'runs the configuration of'
keys Escape
wait_text 'Undo the last change (number 1' 20
wait_text 'works: passed' 20
must_not_say 'is gone'
must_not_say 'warn.*edited'

# All of it: what goes, what that means, and what remains is said.
keys 6
wait_text ' goes  '
must_say 'http://127.0.0.1:[0-9]* is not open any more after that'
keys Tab Enter
wait_text 'Removed: the proxy is as it was' 20
must_say '/var/lib/'
must_say 'Nothing of this program is in force'
