#!/bin/sh
# An origin that accepts and never answers: every key is answered all the same, and Ctrl-C ends it.
. "$(dirname "$0")/lib.sh"
origin --misbehave hang
port=${ORIGIN##*:}
mkdir "$T/root"
start 80x24 --root "$T/root"
wait_text 'Press Enter to start'
keys Enter
wait_text 'step 2 of 11'
keys C-u
type_text "http://127.0.0.1:$port"
wait_text 'checking' # a moment after the last key
worst=0
word=
for letter in a b c d e f g h i j; do
	word=$word$letter
	begin=$(date +%s%N)
	keys $letter
	until is_on_screen "$port$word "; do
		[ $((($(date +%s%N) - begin) / 1000000)) -lt 3000 ] || lost "no answer to a key"
	done
	took=$((($(date +%s%N) - begin) / 1000000))
	[ $took -le $worst ] || worst=$took
done
echo "worst key to screen, with tmux around it: $worst ms"
[ $worst -lt $((200 * slow)) ] || lost "a key took $worst ms"
keys C-c
wait_text 'exit=130'
