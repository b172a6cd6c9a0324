#!/bin/sh
# Another run changes this server: its steps are shown as they are done, then how it ended, then this run begins.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
origin
server_up
answers
cat >"$T/gate" <<SH
#!/bin/sh
touch '$T/waits'
until [ -e '$T/go' ]; do sleep 0.02; done
exec /usr/sbin/nginx -t -e '$T/validate.log' -c '$R/etc/nginx/nginx.conf'
SH
chmod 755 "$T/gate"
sed -i "s|^  validate:.*|  validate: [$T/gate]|" "$T/answers.yaml"
other() { # another run, which waits at its check of the configuration
	rm -f "$T/go" "$T/waits"
	"$BIN" apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected \
		>"$T/other" 2>&1 </dev/null &
	OTHER=$!
	PIDS="$PIDS $OTHER"
	wait_for 10 [ -e "$T/waits" ]
}

other
start 80x24 --root "$R"
wait_text 'watching another run'
must_say 'watching$'
must_say "Another run, process $OTHER"
must_say 'done .*write  '
wait_text 'now .*validate'
must_say 'places changed so far'
keys Enter Escape
must_say 'now .*validate'
keys C-c
wait_text 'exit=130'
must_say 'rollback --list'
kill -0 "$OTHER" || fail "it was ended"
close_terminal

start 60x18 --root "$R"
wait_text 'now .*validate'
touch "$T/go"
wait_text 'It is done: the change is in force' 20
must_say 'done .*keep'
must_say 'places changed. The page above says how to undo them'
must_say 'rollback 1 '
keys Enter
wait_text 'Remove it all'
close_terminal
site_answers || fail "it is not in force"

# In line mode; this one is killed, and what it left has to be settled.
sed -i 's/^proxy: nginx/&\nlimits: {body: 77M}/' "$T/answers.yaml"
other
"$BIN" --plain --root "$R" >"$T/plain" 2>&1 <<SAY &
1
1
q
SAY
PLAIN=$!
PIDS="$PIDS $PLAIN"
wait_for 10 grep -q '^done: write' "$T/plain"
grep -q "^Another run, process $OTHER, changes this server now" "$T/plain" || fail "$(cat "$T/plain")"
! grep -q 'validate' "$T/plain" || fail "what is not over is told as if it were: $(cat "$T/plain")"
kill -9 "$OTHER"
touch "$T/go"
wait_for 20 grep -q '^It stopped half-way' "$T/plain"
wait_for 20 grep -q '^A change was interrupted' "$T/plain"
wait "$PLAIN" || :
grep -q '77m' "$R/etc/nginx/sites-available/openchamber.conf" && fail "it was not put back: $(cat "$T/plain")"
site_answers || fail "it does not answer any more"

# Undone by itself: that is told too.
sed -i "s|^exec .*|exit 1|" "$T/gate"
other
start 80x24 --root "$R"
wait_text 'now .*validate'
touch "$T/go"
wait_text 'Undone: this server is exactly as it was' 20
must_say 'done .*undo'
keys q
wait_text 'exit=0'
