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
types_fast "$port"
keys C-c
wait_text 'exit=130'
