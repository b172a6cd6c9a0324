# tests/pty/lib.sh - drive the program itself in a terminal and look at the screen.
#
# A private tmux server is the terminal.  Nothing sleeps for a guess: wait_for
# polls until the text is there or the deadline has passed, and then shows why.
# shellcheck shell=sh
. "$(dirname "$0")/../lib.sh"
need tmux nginx
PATH=$PATH:/usr/sbin
TERMINAL=xterm-256color

terminals=0
tm() { TERM=xterm tmux -S "$T/tmux$terminals" -f /dev/null "$@"; }
screen() { tm capture-pane -p -t 0 2>/dev/null | sed 's/ *$//' || :; }
close_terminal() { tm kill-server 2>/dev/null || :; }
stop() {
	close_terminal
	wait_for 10 rm -rf "$TMPDIR" 2>/dev/null # who lost the terminal still tidies up
	cleanup
}
trap stop EXIT
lost() { # lost TEXT: a test fails, with the screen
	screen | sed 's/^/| /'
	[ ! -s "$T/log" ] || tail -n 20 "$T/log"
	fail "$*"
}

start() { # start COLUMNSxLINES ARGUMENT...: when the program ends, exit=STATUS is shown
	size=$1
	shift
	terminals=$((terminals + 1))
	tm new-session -d -x "${size%x*}" -y "${size#*x}" \
		"TERM=$TERMINAL '$BIN' $* --log $T/log; echo exit=\$?; exec sleep 100"
	tm set -g escape-time 0
	tm set -g status off
}
keys() { tm send-keys -t 0 "$@"; }
type_text() { tm send-keys -t 0 -l -- "$1"; }
resize() { tm resize-window -t 0 -x "${1%x*}" -y "${1#*x}"; }
is_on_screen() { screen | grep -q -- "$1"; }
slow=1 # a sanitizer takes its time
[ -z "${SAN:-}" ] || slow=4
wait_text() { # wait_text 'basic regex' [SECONDS]
	end=$(($(date +%s%N) + ${2:-10} * slow * 1000000000))
	until is_on_screen "$1"; do
		[ "$(date +%s%N)" -lt $end ] || lost "no \"$1\" within ${2:-10} s"
	done
}
wait_gone() { # wait_gone 'basic regex' [SECONDS]
	end=$(($(date +%s%N) + ${2:-10} * slow * 1000000000))
	while is_on_screen "$1"; do
		[ "$(date +%s%N)" -lt $end ] || lost "\"$1\" is still there after ${2:-10} s"
	done
}
must_say() { is_on_screen "$1" || lost "the screen does not say: $1"; }
must_not_say() { ! is_on_screen "$1" || lost "the screen says: $1"; }

take() { # take 'basic regex' [SECONDS]: Enter, and what comes then
	keys Enter
	wait_text "$@"
}
take_checklist() { # line mode: from the certificate to the review, as suggested
	take '^Uploads up to' 30
	take '^Keep quiet streams'
	take '^Hold a quiet stream for 65 seconds now'
	take 'Read it, y or n'
}
practice_to_address() { # as a person who takes what was found, to step 4
	start 80x24 practice
	wait_text 'certificate  '
	keys Enter
	wait_text 'Press Enter to choose the proxy'
	keys Enter Enter
	wait_text '> 1 nginx'
	keys Enter
	wait_text 'pass.*name '
}
practice_to_checklist() { # and to step 5, when its rehearsal is over
	practice_to_address
	keys Enter Enter
	wait_text 'Steps 5 to 9 have all passed'
}

# What a run leaves behind: nothing, in a directory for temporary files of its own.  As root the
# rehearsal runs as nobody, who has to get in there.
TMPDIR=$(mktemp -d)
export TMPDIR
chmod 1777 "$TMPDIR"
nothing_left() { [ -z "$(ls -A "$TMPDIR")" ]; }
must_leave_nothing() { wait_for 5 nothing_left; }

types_fast() { # types_fast TEXT: behind what stands in the field, letter by letter, each of them on the screen at once
	typed=$1
	worst=0
	for letter in a b c d e f g h i j; do
		typed=$typed$letter
		begin=$(date +%s%N)
		keys $letter
		until is_on_screen "$typed "; do
			[ $((($(date +%s%N) - begin) / 1000000)) -lt 3000 ] || lost "no answer to a key"
		done
		took=$((($(date +%s%N) - begin) / 1000000))
		[ $took -le $worst ] || worst=$took
	done
	echo "worst key to screen, with tmux around it: $worst ms"
	[ $worst -lt $((200 * slow)) ] || lost "a key took $worst ms"
}
is_step() { is_on_screen "step $1 of" || is_on_screen "^ *$1/11 "; } # on a small screen it stands otherwise
go_on() { # go_on STEP: Enter, field by field, until that page is there
	for _ in 1 2 3 4 5 6; do
		keys Enter
		(wait_for 2 is_step "$1") >/dev/null && return
	done
	lost "no step $1"
}
to_the_review() { # to_the_review SIZE ARGUMENT...: of a server as tests/apply/lib.sh makes it, with its answers and a password
	size=$1
	shift
	start "$size" --root "$R" --answers "$T/answers.yaml" --password-file "$T/password" "$*"
	wait_text 'Press Enter to start'
	go_on 2
	wait_text 'it has a UI password'
	go_on 3
	wait_text '> 1 nginx'
	go_on 4
	wait_text 'pass.*port '
	go_on 5
	wait_text 'Steps 5 to 9 have all passed' 30
	keys F9
	wait_text 'Read first'
}
