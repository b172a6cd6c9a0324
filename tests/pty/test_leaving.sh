#!/bin/sh
# However it ends, nothing is left behind: Ctrl-C, a question answered, a terminal that goes away.
. "$(dirname "$0")/lib.sh"

start 80x24 practice
wait_text 'certificate  '
keys C-c
wait_text 'exit=130'
must_leave_nothing
close_terminal

start 80x24 practice
wait_text 'certificate  '
keys q
wait_text 'Leave?'
keys Tab Enter
wait_text 'exit=0'
must_leave_nothing
close_terminal

start 80x24 practice
wait_text 'certificate  '
pid=$(tm list-panes -F '#{pane_pid}')
child=$(pgrep -P "$pid" | head -n 1)
close_terminal
is_gone() { ! kill -0 "$child" 2>/dev/null; }
wait_for 5 is_gone
must_leave_nothing
close_terminal

# The built-in OpenChamber says to a person what it is, and how it ends.
start 80x24 origin
wait_text 'The built-in OpenChamber listens at http://127.0.0.1:'
keys C-c
wait_text 'exit=130'
close_terminal

# Whoever waits at a terminal is told for what.
start 80x60 check --origin http://127.0.0.1:9
wait_text 'The checks run: a few seconds.'
wait_text 'exit=5'
