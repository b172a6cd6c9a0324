#!/bin/sh
# A field that is wrong or empty keeps Enter there and says why, and nothing that was seen of an older value stays.
. "$(dirname "$0")/lib.sh"
practice_to_address
type_text 'chat.example.org/app'
wait_text 'has a path'
must_not_say 'pass.*name '
keys Enter
must_say 'has a path'
must_say 'step 4 of 11'
keys C-u
type_text 'chat.example.org'
keys Enter
wait_text 'pass.*name '
must_not_say 'has a path'
# Emptied, Down opens what was found here.
keys BTab C-u
wait_text 'Down opens the names'
keys Down
wait_text '> 1 https://chat.example.org'
keys Enter
wait_text '\[https://chat.example.org '
wait_gone 'Found here'
wait_text 'pass.*name '
keys Enter
# A file on this server: its two paths are asked, and an empty one is not passed over.
keys Down
wait_text '> 2 a file'
keys Enter
wait_text 'PEM; its path'
keys Enter
wait_text 'Write the path of the certificate'
must_say 'step 4 of 11'
must_not_say 'pass.*name '
# How a path goes on is in the hint, and Right at its end takes it; elsewhere Right is an arrow.
type_text '/etc/ngi'
wait_text 'Right completes it: /etc/nginx/'
keys Right
wait_text '\[/etc/nginx/ '
type_text 'ngi'
wait_text 'Right completes it: /etc/nginx/nginx.conf'
keys Left
wait_gone 'Right completes it'
must_say '\[/etc/nginx/ngi '
keys C-e C-u
type_text '/etc/ssl/none.pem'
keys Enter Enter
wait_text 'Write the path of its private key'
type_text '/etc/ssl/none.key'
keys Enter
wait_text 'fail.*certificate'
must_say 'step 4 of 11'
