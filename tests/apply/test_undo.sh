#!/bin/sh
# Whatever goes wrong on the way, every byte is put back, and the status says what happened.
. "$(dirname "$0")/lib.sh"
origin
GOOD=$ORIGIN
password
server_up

# An OpenChamber without a password is not published unattended.
answers
apply 4 || :
grep -q 'allow-unprotected' "$T/err" || fail "the message does not name --allow-unprotected"
json '.error.message'
as_before

# The origin is dead: nothing can be proved, so nothing is begun.
ORIGIN=http://127.0.0.1:$(closed_port)
answers
apply 5 --allow-unprotected
json '.changed == false'
as_before

# Something else in this nginx stands in front of every site: the live checks fail, and it is undone.
ORIGIN=$GOOD
answers
site_is_gone() { ! site_answers; }
cp "$R/etc/nginx/nginx.conf" "$T/nginx.conf"
sed -i "s|^http {|http { auth_basic closed; auth_basic_user_file $R/etc/nobody;|" "$R/etc/nginx/nginx.conf"
before
apply 1 --allow-unprotected
json '.changed == false and .outcome == "undone" and .verdict.cause == "auth-layer"'
as_before
wait_for 5 site_is_gone
cp "$T/nginx.conf" "$R/etc/nginx/nginx.conf"
nginx -s reload -e "$T/validate.log" -c "$R/etc/nginx/nginx.conf"
wait_for 5 blog_answers

# nginx refuses the whole configuration: something else in it is broken.
answers
echo 'server { listen 127.0.0.1:1; nonsense on; }' >"$R/etc/nginx/sites-enabled/broken"
before
apply 1 --allow-unprotected || :
grep -q 'nonsense\|broken' "$T/err" || fail "the message does not say what nginx said"
as_before
rm "$R/etc/nginx/sites-enabled/broken"

# A reload command that fails, and one that does nothing.
answers
sed -i 's|reload: .*|reload: [/usr/bin/false]|' "$T/answers.yaml"
before
run 1 apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected --json || :
as_before
sed -i 's|reload: .*|reload: [/usr/bin/true]|' "$T/answers.yaml"
apply 1 --allow-unprotected
json '.outcome == "undone"'
as_before

# Another plan than the one that was reviewed.
answers
apply 1 --allow-unprotected --plan "$(printf '%064d' 0)"
json '.changed == false and .error.code == "conflict"'
as_before

# Ctrl-C in the middle: undone, and the status is the signal's.  Its files are written, its reload takes long.
answers
sed -i 's|reload: .*|reload: [/usr/bin/sleep, "6"]|' "$T/answers.yaml"
"$BIN" apply --answers "$T/answers.yaml" --root "$R" --allow-unprotected --progress --timeout 30 >"$T/out" 2>"$T/err" </dev/null &
pid=$!
PIDS="$PIDS $pid"
wait_for 20 grep -q '"step": "reload", "state": "now"' "$T/out"
grep -q '"step": "reload", "state": "now".*"within": 60' "$T/out" || fail "until when is not said: $(cat "$T/out")"
kill -HUP $pid # a lost terminal does not stop it
kill -TERM $pid
rc=0
wait $pid || rc=$?
[ $rc = 143 ] || fail "status $rc after TERM"
as_before
blog_answers || fail "the other site is gone"

# A file of ours that somebody edited is a conflict: nothing is overwritten.
answers
apply 0 --allow-unprotected
first=$(jq -r .id "$T/out")
echo '# by hand' >>"$R/etc/nginx/sites-available/openchamber.conf"
sed -i 's/^tls/limits: {body: 50M}\ntls/' "$T/answers.yaml"
apply 1 --allow-unprotected
json '.error.code == "conflict"'
grep -q '^# by hand' "$R/etc/nginx/sites-available/openchamber.conf" || fail "the edit is lost"
# Replaced it is where what stands there was seen, and only as it was seen; and the undo brings it back.
replaces=$(jq -r .replaces "$T/out")
run 0 diff --answers "$T/answers.yaml" --root "$R" --json
json ".replaces == \"$replaces\""
echo '# once more' >>"$R/etc/nginx/sites-available/openchamber.conf"
apply 1 --allow-unprotected --over-edits "$replaces"
json '.changed == false and .error.code == "conflict"'
sed -i '/^# once more/d' "$R/etc/nginx/sites-available/openchamber.conf"
apply 0 --allow-unprotected --over-edits "$replaces"
! grep -q '^# by hand' "$R/etc/nginx/sites-available/openchamber.conf" || fail "the edit is left"
run 0 rollback --root "$R"
grep -q '^# by hand' "$R/etc/nginx/sites-available/openchamber.conf" || fail "the edit is not back"
run 1 apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected
complains 'was edited since'
says "--over-edits $replaces"

# kill -9: the next one says so and finishes.
sed -i '/^# by hand/d' "$R/etc/nginx/sites-available/openchamber.conf"
run 0 rollback "$first" --root "$R"
before
answers
echo "while [ -e $T/hold ]; do sleep 0.05; done; exec nginx -s reload -e $T/validate.log -c $R/etc/nginx/nginx.conf" >"$T/slow"
sed -i "s|reload: .*|reload: [/bin/sh, $T/slow]|" "$T/answers.yaml"
killed() { # in the middle of its reload
	: >"$T/hold"
	"$BIN" apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected --progress \
		--timeout 30 >"$T/out" 2>"$T/err" </dev/null &
	pid=$!
	PIDS="$PIDS $pid"
	wait_for 20 grep -q '"step": "reload", "state": "now"' "$T/out"
	kill -KILL $pid
	wait $pid 2>/dev/null || :
	rm "$T/hold"
	run 0 rollback --list --root "$R" --json
	json '.applies[0].state == "unfinished"'
}
killed
run 0 rollback --root "$R"
as_before
blog_answers || fail "the other site is gone"

# Or it is finished, from what the journal has alone: the answers may be gone, and the consent holds.
run 2 apply --continue --root "$R"
complains "No change was interrupted"
run 2 apply --continue --answers "$T/answers.yaml" --root "$R"
complains "--continue takes its answers"
killed
mv "$T/answers.yaml" "$T/elsewhere.yaml"
run 0 apply --continue --root "$R" --cacert "$R/etc/ssl/cert.pem" --json
json '.outcome == "kept" and .changed == true'
site_answers || fail "the finished site does not answer"
run 0 rollback --list --root "$R" --json
json '[.applies[0, 1].state] == ["committed", "undone"]'
mv "$T/elsewhere.yaml" "$T/answers.yaml"
run 0 diff --answers "$T/answers.yaml" --root "$R"
[ ! -s "$T/out" ] || fail "it is not what the answers want"
run 0 rollback --root "$R"
as_before

# The wizard settles it before anything else, either way.
killed
printf '\n2\nn\n' | "$BIN" --plain --root "$R" >"$T/out" 2>&1 || fail "status $?: $(cat "$T/out")"
says 'A change was interrupted'
says '2 go on: '
says "OpenChamber works at https://$NAME"
says 'antechamber rollback'
site_answers || fail "the finished site does not answer"
run 0 rollback --root "$R"
as_before
killed
printf '\n1\nq\n' | "$BIN" --plain --root "$R" >"$T/out" 2>&1 || fail "status $?: $(cat "$T/out")"
says 'Step 1 of 11'
as_before
