#!/bin/sh
# The seconds of what is waited for: every second, and on a slow line every five.
. "$(dirname "$0")/lib.sh"
at_timeouts() {
	practice_to_checklist
	keys Enter Enter Enter Enter
	wait_text 'step 9 of 11'
	keys Tab
	wait_text 'Enter Press'
	keys Enter
	wait_text '[1-9][0-9]* s of 65' 20
}
at_timeouts
must_not_say ' 5 s of 65'
close_terminal

program=$BIN
cat >"$T/slow" <<SH
#!/bin/sh
stty ispeed 4800 ospeed 4800
exec '$program' "\$@"
SH
chmod 755 "$T/slow"
BIN=$T/slow
at_timeouts
must_say ' 5 s of 65'
