#!/bin/sh
# A later run in line mode: it finds the saved answers, nothing but the whole word changes anything, and removing works.
. "$(dirname "$0")/lib.sh"
origin
server_up
answers
apply 0 --allow-unprotected
later() { # later SCRIPT
	printf '%b' "$1" | "$BIN" --plain --root "$R" >"$T/later" 2>&1 || fail "status $?: $(cat "$T/later")"
}
later '6\n\n6\ny\nq\n'
grep -q "as it was written" "$T/later" || fail "no state of the file: $(cat "$T/later")"
grep -q "^What now, 1 to 6" "$T/later" || fail "no question: $(cat "$T/later")"
grep -q "^goes: .*/etc/nginx/sites-available/openchamber.conf" "$T/later" || fail "what goes is not said: $(cat "$T/later")"
! grep -q "^Step" "$T/later" || fail "a later run is no step: $(cat "$T/later")"
[ -f "$R/etc/nginx/sites-available/openchamber.conf" ] || fail "it is gone without the word"
version=$(nginx -v 2>&1 | sed 's,.*nginx/\([0-9.]*\).*,\1,')
grep -q "^pass: nginx $version, as before$" "$T/later" || fail "not as before: $(cat "$T/later")"
grep -q "^pass: OpenChamber 1.19.0 answers at " "$T/later" || fail "the same one is told as another: $(cat "$T/later")"
grep -q "^[a-z]*: the certificate: " "$T/later" || fail "the same one is told as another: $(cat "$T/later")"

# What the first change made goes, however often it was changed since; and the last change alone brings back what was before it.
sed 's/^version: 1/&\nlimits: {body: 20M}/' "$T/answers.yaml" >"$T/more.yaml"
chmod 600 "$T/more.yaml"
run 0 apply --answers "$T/more.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected
later '6\n\nq\n'
! grep -q '^comes back:' "$T/later" || fail "said to come back, and goes: $(cat "$T/later")"
[ "$(grep -c '^goes: .*openchamber.conf' "$T/later")" = 2 ] || fail "not all that goes: $(cat "$T/later")"
later '5\n\nq\n'
grep -A 1 '^comes back:' "$T/later" | grep -q 'sites-available/openchamber.conf' || fail "not said to come back: $(cat "$T/later")"
! grep -q '^goes:' "$T/later" || fail "said to go, and stays: $(cat "$T/later")"
run 0 rollback --root "$R"

# What was typed in a later run is offered by the next one, for as long as nothing newer was applied.
later '2\n3\n64M\nq\n'
later 'q\n'
grep -q '^7 Go on with the answers of .* at step 10: Review' "$T/later" || fail "what was typed is lost: $(cat "$T/later")"
later '7\ny\nq\n'
grep -q '^line [0-9]*, now: client_max_body_size 64m' "$T/later" || fail "not gone on with: $(cat "$T/later")"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$BIN"; then
	chmod 711 "$T"
	printf 'q\n' | setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent "$BIN" --plain --root "$R" \
		>"$T/later" 2>&1 || fail "status $?: $(cat "$T/later")"
	! grep -q '64M' "$T/later" || fail "an ordinary user sees what root typed: $(cat "$T/later")"
	grep -q '^OpenChamber is already set up here' "$T/later" || fail "not told of root's run: $(cat "$T/later")"
fi
kept=$R/var/lib/antechamber/session.json
[ "$(id -u)" = 0 ] || kept=$XDG_STATE_HOME/antechamber/session.json
jq '.when -= 3600' "$kept" >"$T/session" && cat "$T/session" >"$kept"
later 'q\n'
! grep -q 'at step 10' "$T/later" || fail "older than what is in force: $(cat "$T/later")"
rm "$kept"

# What is another since then: an edit, a renewed certificate, versions.
rewrite() { # rewrite SED: the last line of the journal, which says what it was kept with
	journal=$R/var/lib/antechamber/1/journal
	n=$(wc -l <"$journal")
	text=$(tail -n 1 "$journal" | cut -c 18- | sed "$1")
	sum=$(printf '%s %s' "$n" "$text" | sha256sum | cut -c -16)
	head -n -1 "$journal" >"$T/journal"
	printf '%s %s\n' "$sum" "$text" >>"$T/journal"
	cp "$T/journal" "$journal"
}
cp "$R/var/lib/antechamber/1/journal" "$T/journal.kept"
cp -p "$R/etc/nginx/sites-available/openchamber.conf" "$T/written"
rewrite "s/1\\.19\\.0/1.18.7/; s/\"proxy\": \"$version\"/\"proxy\": \"1.2.3\"/; s/\(certificateUntil.: \)[0-9]*/\\11000000000/"
echo '# by hand' >>"$R/etc/nginx/sites-available/openchamber.conf"
touch -d '+2 days' "$R/etc/nginx/sites-available/openchamber.conf"
later 'q\n'
grep -q "^was edited, $(date -d '+2 days' +%F)" "$T/later" || fail "not the day: $(cat "$T/later")"
grep -q '^pass: OpenChamber 1.18.7 -> 1.19.0, same port$' "$T/later" || fail "not the versions: $(cat "$T/later")"
grep -q "^pass: nginx 1.2.3 -> $version$" "$T/later" || fail "not the versions: $(cat "$T/later")"
grep -q '^[a-z]*: the certificate was renewed: ' "$T/later" || fail "not renewed: $(cat "$T/later")"
# Of a later kind of journal nothing is understood, and nothing is claimed.
rewrite 's/"format": 1/"format": 2/'
later 'q\n'
grep -q "^pass: nginx $version runs$" "$T/later" || fail "claimed: $(cat "$T/later")"
cp "$T/journal.kept" "$R/var/lib/antechamber/1/journal"
cp -p "$T/written" "$R/etc/nginx/sites-available/openchamber.conf"
later '6\nyes\n'
grep -q "^Removed: " "$T/later" || fail "not removed: $(cat "$T/later")"
as_before
blog_answers || fail "the other site is gone"

# What we wrote was edited, and fails: to find out why is what is offered first, and the fix is ours as well.
http_answers
apply 0 --allow-unprotected
ours=$R/etc/nginx/sites-available/openchamber.conf
# An edit is looked at and taken back: what was shown is replaced, by a change of its own.
cp "$ours" "$T/written"
echo '# by hand' >>"$ours"
later '1\ny\nyes\nq\n'
grep -q '^line [0-9]*, gone: # by hand' "$T/later" || fail "the edit is not shown: $(cat "$T/later")"
cmp -s "$T/written" "$ours" || fail "not taken back: $(cat "$T/later")"
sed -i '/proxy_set_header Upgrade/d' "$ours"
cp "$ours" "$T/edited"
nginx_reload
later '7\ny\ny\ny\ny\ny\n<\n'
grep -q "does not work: passed" "$T/later" || fail "it does not fail: $(cat "$T/later")"
grep -q "^7 Find out why" "$T/later" || fail "why is not offered: $(cat "$T/later")"
grep -q "^Finding 1 of" "$T/later" || fail "no finding: $(cat "$T/later")"
grep -q "^fail: The WebSocket upgrade does not reach" "$T/later" || fail "not the cause: $(cat "$T/later")"
grep -q "^line [0-9]*, new: proxy_set_header Upgrade" "$T/later" || fail "no fix: $(cat "$T/later")"
cmp -s "$ours" "$T/edited" || fail "it was written without the word"
# The fix that is taken is ours: the next run finds no edit there, and another change goes on from it.
later '1\ny\ny\ny\ny\nyes\nn\nn\nq\n'
! cmp -s "$ours" "$T/edited" || fail "not repaired: $(cat "$T/later")"
later 'q\n'
grep -q ' works: passed' "$T/later" || fail "it does not work: $(cat "$T/later")"
! grep -q 'was edited' "$T/later" || fail "our own fix is told as an edit: $(cat "$T/later")"
# What somebody edited is left by a removal, which says so first and last, and how to finish it.
echo "# mine" >>"$ours"
printf '6\nyes\nq\n' | "$BIN" --plain --root "$R" >"$T/later" 2>&1 && fail "status 0: $(cat "$T/later")"
grep -q "^is left: " "$T/later" || fail "that it is left is not said before: $(cat "$T/later")"
grep -q "^Removed all but 1 file that was edited since[.]$" "$T/later" || fail "not said: $(cat "$T/later")"
! grep -q "^Removed: " "$T/later" || fail "said otherwise: $(cat "$T/later")"
grep -q "^It was left, as somebody" "$T/later" || fail "why is not said: $(cat "$T/later")"
grep -q "^rm $ours$" "$T/later" || fail "no command: $(cat "$T/later")"
grep -q "^# mine" "$ours" || fail "the edit is gone"
