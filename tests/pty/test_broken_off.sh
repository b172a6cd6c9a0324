#!/bin/sh
# A run that is left with q, or broken off, by a line that drops or a kill: the next start goes on with the same answers, without secrets.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
password 'correct horse'
origin --password-file "$T/password"
server_up
before
kept=$R/var/lib/antechamber/session.json
wizard() { # the program in the terminal
	shell=$(tm list-panes -F '#{pane_pid}')
	pgrep -P "$shell" | head -n 1
}
is_gone() { ! kill -0 "$pid" 2>/dev/null; }
break_off() { # break_off SIGNAL
	pid=$(wizard)
	kill "-$1" "$pid"
	wait_for 5 is_gone
	close_terminal
	[ -s "$kept" ] || lost "nothing was kept"
	[ "$(stat -c %a "$kept")" = 600 ] || lost "it is open to others"
	! grep -qr 'correct horse' "$R/var/lib" || lost "a secret is kept"
}
field() { # field TEXT: what is in the field in focus is replaced
	keys C-a C-k
	type_text "$1"
}

# Step 2, where the address was typed, and a password.
start 80x24 --root "$R"
wait_text 'Enter Start'
must_not_say 'go on at step'
wait_text '^>  Start' # it is known what is on this server
take 'step 2 of 11'
# What answers there is no OpenChamber, and none is found: only another address is left to choose.
field "http://127.0.0.1:$HTTP"
keys Enter
wait_text 'Something else answers'
wait_text '1 another address  *write it above'
must_say ' openchamber status'
must_say '^[^\[]*\[http://127.0.0.1'
keys Tab
must_say '> 1 another'
keys Enter
field "$ORIGIN"
keys Enter
wait_text 'UI password'
wait_gone 'checks of this step still run'
keys Enter # to the password
type_text 'correct horse'
keys Enter
wait_text 'Press Enter to choose the proxy'
break_off HUP

# It is what is chosen first; what is lost is said.
start 80x24 --root "$R"
wait_text '> 1 go on at step 2: Direct access'
must_say 'A run was left at'
must_say "Give the UI password again"
must_say 'Nothing on this server has been changed'
keys Enter
wait_text "\[$ORIGIN "
wait_text 'Without the password'
keys Enter Enter
wait_text 'step 3 of 11'
wait_text '> 1 nginx'
# One that is not installed: the command, and no key is needed when it is there; in line mode Enter looks.
mkdir -p "$R/usr/sbin"
printf '#!/bin/sh\nexit 1\n' >"$R/usr/sbin/nginx" # no nginx at all
chmod 755 "$R/usr/sbin/nginx"
keys F5
wait_text 'fail.*nginx is not installed'
must_say 'install nginx'
wait_text 'looking again every 2 seconds: [1-9]'
keys Enter
wait_text 'nginx is not installed'
must_say 'step 3 of 11'
rm -r "${R:?}/usr"
wait_text 'pass.*sites are read from'
must_say 'step 3 of 11'
keys Enter
wait_text 'step 4 of 11'
# Who answers there today is told.  A name that another site has: not to be repaired, it leads elsewhere; another name; or set aside, as long as it is the name.
field "http://127.0.0.1:$HTTP"
keys Enter
wait_text ' today  *[A-Za-z]' 20
must_say 'no OpenChamber'
must_not_say '404' # the answer of a path of OpenChamber's, which says nothing of a site
keys BTab
# A port that OpenChamber itself has cannot be the proxy's.
field "http://127.0.0.1:${ORIGIN##*:}"
wait_text 'fail *port *OpenChamber itself listens on'
keys Enter Enter
wait_text 'This step has not passed yet'
must_say 'step 4 of 11'
keys BTab
field "http://blog.example.org:$HTTP"
keys Enter
wait_text 'is already served by'
wait_text '1 - repair that one'
keys Enter 1 Enter
must_say 'step 4 of 11'
keys 3 Enter
type_text '#'
wait_text 'blog.example.org:[0-9]*#'
field "http://blog.example.org:$HTTP"
keys Enter Enter
wait_text '> 3 *take another name'
keys 2 Enter
wait_text 'applying switches off'
wait_text '> 2 *set it aside'
must_say '3 *take another name'
keys 3 Enter # taken back: it is in the way once more
wait_text 'is already served by'
keys Enter Enter
wait_text '> 3 *take another name'
keys 2 Enter
wait_text 'applying switches off'
keys Enter
wait_text 'step 5 of 11'
keys Escape
wait_text 'step 4 of 11'
field "http://chat.example.org:$TLS"
keys Enter
wait_text 'sites *no other site here'
wait_text 'none: http'
keys Enter
wait_text 'step 5 of 11'
keys Enter Enter Enter
wait_text 'step 8 of 11'
field 64M
keys Enter # what a new size means is shown first
wait_text 'what comes of the new size'
must_say 'step 8 of 11'
keys Enter
wait_text 'step 9 of 11'
break_off KILL

# Killed at step 9; the same in line mode, and at its end in this very step.
printf '\n\nq\n' | "$BIN" --plain --root "$R" >"$T/plain" 2>&1 || fail "status $?: $(cat "$T/plain")"
grep -q '^1 go on at step 9: Timeouts$' "$T/plain" || fail "not offered: $(cat "$T/plain")"
grep -q '^Step 9 of 11: Timeouts' "$T/plain" || fail "not gone on with: $(cat "$T/plain")"
grep -q '^Your answers are kept for seven days' "$T/plain" || fail "not said: $(cat "$T/plain")"
[ "$(jq .step "$kept")" = 9 ] || fail "a run that is left with q does not keep its step"

# Left with q on the screen: the question says so, and the start offers it again.
start 80x24 --root "$R"
wait_text '> 1 go on at step 9'
keys Enter
wait_text 'step 9 of 11'
keys Escape
wait_text '\[64M '
field 65M
take 'what comes of the new size'
take 'step 9 of 11'
keys Escape Escape
wait_text 'step 7 of 11'
keys q
wait_text 'Leave? Your answers are kept.'
keys Tab Enter
wait_text 'exit=0'
must_say 'Your answers are kept for seven days'
close_terminal
! grep -qr 'correct horse' "$R/var/lib" || lost "a secret is kept"
start 80x24 --root "$R"
wait_text '> 1 go on at step 7'
take 'step 7 of 11'
take '\[65M '
close_terminal

# Once more to step 9, by the answers; this time the line drops in line mode.
cat >"$T/start.yaml" <<YAML
version: 1
origin: $ORIGIN
public: http://chat.example.org:$TLS
proxy: nginx
tls: {mode: none}
limits: {body: 64M}
YAML
start 80x24 --plain --root "$R" --answers "$T/start.yaml"
wait_text '^Language'
for step in 'Where does OpenChamber' 'UI password' '^Which one' '^Address' '^Does Cloudflare' '^Certificate' '^Uploads up to'; do
	take "$step" 30
done
pid=$(wizard)
close_terminal
wait_for 5 is_gone
start 80x24 --root "$R"
wait_text '> 1 go on at step 8: Body size'
keys Enter
wait_text '\[64M '
wait_text 'step 8 of 11'
keys Escape Escape Escape Escape
wait_text "\[http://chat.example.org:$TLS "
keys Escape Escape
wait_text "\[$ORIGIN "

# Anew, and left before the first answer: what is offered stays, until the answers are saved.
keys Tab Tab C-c
wait_text 'exit=130'
close_terminal
start 80x24 --root "$R"
wait_text '> 1 go on at step 2'
keys Down
wait_text '> 2 begin anew'
keys q
wait_text 'Leave? Your answers are kept.'
keys Tab Enter
wait_text 'exit=0'
[ "$(jq .step "$kept")" = 2 ] || lost "the offer is gone"
close_terminal
as_before

# Saved without a change: nothing is left to go on with.
start 80x24 --plain --root "$R" --answers "$T/start.yaml"
wait_text '^Language'
for step in 'Where does OpenChamber' 'UI password' '^Which one' '^Address' '^Does Cloudflare' '^Certificate'; do
	take "$step" 30
done
[ -s "$kept" ] || lost "nothing was kept"
take_checklist
type_text n
take '^Apply these changes'
take 'exit=0'
close_terminal
[ ! -e "$R/var/lib/antechamber" ] || lost "something is left: $(ls "$R/var/lib/antechamber")"
rm -r "$R/etc/antechamber"
as_before

# Seven days, no more; and of another root it is not ours.
put() { # put SECONDS ROOT
	mkdir -p "${kept%/*}"
	jq -n --arg root "$2" --argjson when $(($(date +%s) - $1)) \
		'{step: 4, root: $root, when: $when, answers: "version: 1\norigin: http://127.0.0.1:1\n"}' >"$kept"
}
offered() { printf '\nq\n' | "$BIN" --plain --root "$R" 2>&1 | grep -q '^1 go on at step'; }
put 600000 "$R"
offered || fail "of six days and more it is not offered"
put 604900 "$R"
! offered || fail "older than seven days"
put 60 /elsewhere
! offered || fail "of another root"
mkdir -p "${kept%/*}"
echo '{"step": 4' >"$kept"
! offered || fail "half a file"

# Line by line, a name that another site has: what can be done about it is a question.
rm -rf "${kept%/*}"
sed "s|^public: .*|public: http://blog.example.org:$HTTP|" "$T/start.yaml" >"$T/taken.yaml"
printf '\n\n\n\n\n\n\n?\n3\nq\n' | "$BIN" --plain --root "$R" --answers "$T/taken.yaml" >"$T/plain" 2>&1 || fail "status $?: $(cat "$T/plain")"
grep -q '^2 set it aside, it stops answering; undo brings it back' "$T/plain" || fail "not asked: $(cat "$T/plain")"
# Why there is a choice is said before it, what cannot be chosen is not offered, and ? tells of this choice.
grep -q '^fail: sites, blog.example.org is already served by' "$T/plain" || fail "no reason: $(cat "$T/plain")"
! grep -q '^1 repair that one' "$T/plain" || fail "offered: $(cat "$T/plain")"
grep -q '^3 take another name, it is asked for next' "$T/plain" || fail "told of a page: $(cat "$T/plain")"
grep -q '^One name leads to one site' "$T/plain" || fail "not explained: $(cat "$T/plain")"
[ "$(grep -c '^Address \[' "$T/plain")" = 2 ] || fail "another name is not asked for: $(cat "$T/plain")"
