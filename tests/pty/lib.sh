# tests/pty/lib.sh - drive the program in a terminal and look at the screen.
#
# A private tmux server is the terminal.  Nothing sleeps for a guess: wait_for
# polls until the text is there or the deadline has passed, and then shows why.
# $WIZARD is a command that runs the wizard; $FAKE_WIZARD plays on a made-up server.
# shellcheck shell=sh disable=SC2034
set -eu
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 LANGUAGE=en
B=${B:-build}
BIN=$PWD/$B/antechamber
FAKE_WIZARD=$PWD/$B/tests/pty/fake/wizard
T=$(mktemp -d)
TERMINAL=xterm-256color

skip() { echo "SKIP: $*" >&2; exit 77; }
server=0
tm() { TERM=xterm tmux -S "$T/tmux$server" -f /dev/null "$@"; }
cleanup() { tm kill-server 2>/dev/null || :; rm -rf "$T"; }
trap cleanup EXIT
command -v tmux >/dev/null || skip "no tmux"

screen() { tm capture-pane -p -t 0 2>/dev/null | sed 's/ *$//' || :; }
# As a person sees it: the one vertical line is a letter of another character set to tmux.
picture() { screen | sed 's/^\(.\{22\}\)x\( \|$\)/\1│\2/'; }
fail() { echo "FAIL: $*" >&2; screen | sed 's/^/| /' >&2; [ ! -s "$T/stderr" ] || sed 's/^/2 /' "$T/stderr" >&2; exit 1; }

start() { # start COLUMNSxLINES command...: its status is shown as exit=N when it ends
	size=$1
	shift
	tm kill-server 2>/dev/null || :
	server=$((server + 1))
	tm new-session -d -x "${size%x*}" -y "${size#*x}" \
		"stty -ixon; TERM=$TERMINAL $* 2>$T/stderr; echo exit=\$?; exec sleep 60" \; set -g escape-time 0 \; set -g status off
}
keys() { tm send-keys -t 0 "$@"; }
type_text() { tm send-keys -t 0 -l -- "$1"; }

now() { date +%s%N; }
wait_for() { # wait_for 'basic regex' [seconds]
	end=$(($(now) + ${2:-5} * 1000000000))
	until screen | grep -q -- "$1"; do
		[ "$(now)" -lt $end ] || fail "no \"$1\" within ${2:-5} s"
	done
}
wait_gone() { # wait_gone 'basic regex' [seconds]
	end=$(($(now) + ${2:-5} * 1000000000))
	while screen | grep -q -- "$1"; do
		[ "$(now)" -lt $end ] || fail "still \"$1\" after ${2:-5} s"
	done
}
row() { screen | sed -n "$1p"; }
resize() { tm resize-window -t 0 -x "${1%x*}" -y "${1#*x}"; }
cursor() { tm display-message -p -t 0 '#{cursor_x} #{cursor_y}'; }
