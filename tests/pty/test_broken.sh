#!/bin/sh
# practice --broken on a terminal is the wizard: it finds that the private site fails and why, mends it, proves it,
# says at every step that nothing real is touched, and in the end how it is done for real.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
nothing_real() {
	must_say 'PRACTICE, nothing here is touched'
	must_say 'Practice: nothing on this server is ever changed.'
}
mend() { # mend NAME COLUMNSxLINES: as a person who takes what is offered
	start "$2" practice --broken "$1"
	wait_text '> 1 find out why' 30
	must_say 'Checks that fail: '
	must_say 'wrong on purpose'
	nothing_real
	keys F1
	wait_text 'To mend this practice by hand'
	must_say 'nginx -s reload -c'
	keys Escape
	wait_text '> 1 find out why'
	keys Enter
	wait_text 'finding 1 of' 20
	must_say "$1"
	must_say '/etc/nginx/sites-enabled/chat'
	nothing_real
	until is_on_screen 'step 10 of 11'; do
		was=$(screen)
		keys Enter
		other() { [ "$(screen)" != "$was" ]; }
		wait_for 10 other
	done
	must_say '1 change '
	nothing_real
	keys a
	wait_text 'OpenChamber works at https://chat.example.org' 30
	must_not_say '✗'
	nothing_real
	must_say 'To do it for real:'
	must_say '  .*antechamber$'
	must_say 'nginx -t && .*systemctl reload nginx'
	keys Enter
	wait_text 'exit=0'
	must_say 'Nothing on this server was touched'
	must_leave_nothing
	close_terminal
}
mend sse-buffered 80x24
mend ws-host-lost 80x24

# On a small screen too it is seen what the fix changes, and nothing of the title is cut.
start 60x18 practice --broken ws-upgrade-lost
wait_text '> 1 find out why' 30
keys Enter
wait_text '^ What is wrong  PRACTICE .* finding 1 of 1' 20
must_say '+ proxy_set_header Host'
must_say 'F3 shows the change'
keys C-c
wait_text 'exit=130'
close_terminal

# Chance chooses; leaving it removes it.
start 80x24 practice --broken any
wait_text '> 1 find out why' 30
keys q
wait_text 'Leave? '
keys Right Enter
wait_text 'exit=0'
must_leave_nothing
close_terminal

# Line by line, fed by a script: the same, and still without a question that is not answered.
printf '\n\n\nn\nyes\n\n\n' | timeout 60 "$BIN" practice --broken ws-upgrade-lost --plain >"$T/out" 2>"$T/err" ||
	fail "status $?: $(cat "$T/out" "$T/err")"
says 'Practice: nothing on this server is ever changed.'
says 'wrong on purpose'
says 'The WebSocket upgrade does not reach OpenChamber.'
says 'OpenChamber works at https://chat.example.org'
says 'systemctl reload nginx'
must_leave_nothing
