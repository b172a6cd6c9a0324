#!/bin/sh
# Another address takes the place of one that was set up before: its site, link and answers go in the same change, and one undo brings them back.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip "needs root: the answers lie where root keeps them"
origin
server_up
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$NAME" \
	-addext "subjectAltName=DNS:$NAME,DNS:talk.example.org" -keyout "$R/etc/ssl/key.pem" -out "$R/etc/ssl/cert.pem" 2>/dev/null
before
answers
apply 0 --allow-unprotected
old=$R/etc/nginx/sites-available/openchamber.conf
new=$R/etc/nginx/sites-available/openchamber-talk.example.org.conf
tree >"$T/with_old"
sed "s,^public: .*,public: https://talk.example.org:$TLS," "$T/answers.yaml" >"$T/talk.yaml"
chmod 600 "$T/talk.yaml"
cp "$T/talk.yaml" "$T/answers.yaml"

# An address that was never set up has nothing to give way.
apply 4 --allow-unprotected --in-place-of https://nobody.example.org
grep -q 'nobody.example.org' "$T/out" || fail "not said which"
tree >"$T/after"
cmp -s "$T/with_old" "$T/after" || fail "it was touched"

run 0 diff --answers "$T/answers.yaml" --root "$R" --in-place-of "https://$NAME"
says "/etc/nginx/sites-available/openchamber.conf"
says '+++ /dev/null'
apply 0 --allow-unprotected --in-place-of "https://$NAME:$TLS"
[ -f "$new" ] || fail "no new site"
[ ! -e "$old" ] && [ ! -L "$R/etc/nginx/sites-enabled/openchamber.conf" ] || fail "the old site is there"
[ ! -e "$R/etc/antechamber/$NAME.yaml" ] || fail "its answers are there"
[ -f "$R/etc/antechamber/talk.example.org.yaml" ] || fail "no new answers"
NAME=talk.example.org site_answers || fail "the new one does not"
blog_answers || fail "another site is gone"
# The name that has become free is not taken: nothing differs in a later run.
apply 0 --allow-unprotected
json '.outcome == "unchanged"'

# A run that is broken off is finished as it was asked for.
tail -n 1 "$R/var/lib/antechamber/2/journal" | grep -q kept || cat "$R/var/lib/antechamber/2/journal"
head -n 1 "$R/var/lib/antechamber/2/journal" | grep -q "\"in-place-of\": *\"https://$NAME:$TLS\"" || fail "not in the journal"

run 0 rollback --root "$R"
tree >"$T/after"
cmp -s "$T/with_old" "$T/after" || fail "not as before: $(diff "$T/with_old" "$T/after")"
site_answers || fail "the old address does not answer"

# Taken away and removed: as if nothing had ever been here.
apply 0 --allow-unprotected --in-place-of "https://$NAME:$TLS"
run 0 remove --root "$R" --yes
as_before

# In the wizard it is the default of another address in a later run, and said: at the step, in the review, in the end.
sed "s,talk.example.org,chat.example.org," "$T/talk.yaml" >"$T/answers.yaml"
apply 0 --allow-unprotected
wizard() { # wizard ANSWER NO...: to the question what becomes of the address so far, and to that for each file to read it
	printf '2\n2\nhttps://talk.example.org:%s\n\n\n%s\n%b\nyes\nyes\nn\nn\n' "$TLS" "$1" "$2" | "$BIN" --plain --root "$R" >"$T/out" 2>&1 ||
		fail "status $?"
}
wizard 2 'n'
says '1 close https://chat.example.org'
says '2 keep https://chat.example.org'
says_not 'take away'
says "Open too: https://chat.example.org:$TLS"
[ -f "$old" ] && [ -f "$new" ] || fail "not both are there"
run 0 rollback --root "$R"
wizard '' 'n\nn'
says '3 take away'
says "Closed: https://chat.example.org:$TLS"
[ ! -e "$old" ] && [ -f "$new" ] || fail "not replaced"
run 0 remove --root "$R" --yes
as_before
