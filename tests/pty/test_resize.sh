#!/bin/sh
# The program itself at every screen of practice: 60x18, too small, and back; nothing is lost, nothing spins.
. "$(dirname "$0")/lib.sh"
start 80x24 practice
around() { # around 'WHAT IT SAYS AT 80x24' 'AND AT 60x18'
	wait_text "$1" 20
	resize 60x18
	wait_text "$2"
	resize 52x14
	wait_text '52x14 is too small'
	resize 60x18
	wait_text "$2"
	resize 80x24
	wait_text "$1"
}
around 'step 1 of 11' '^ 1/11 '
keys Enter
around 'step 2 of 11' '^ 2/11 '
wait_text 'Press Enter to choose the proxy'
keys Enter Enter
around 'step 3 of 11' '^ 3/11 '
wait_text '> 1 nginx'
keys Enter
around 'step 4 of 11' '^ 4/11 '
keys Enter Enter
around 'step 5 of 11' '^ 5/11 '
wait_text '✓ Timeouts' 20
for step in 6 7 8 9 10; do
	keys Enter
	around "step $step of 11" "^ $step/11 "
done
keys a
around ' result' '^ Result' 30
keys Enter
wait_text 'exit=0'
must_leave_nothing
