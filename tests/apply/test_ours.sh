#!/bin/sh
# What was set up by root is told to whoever is not, and root's own run is offered in place of one that would begin anew.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip "needs root, and somebody who is not"
need setpriv
setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$BIN" || skip "nobody may not run $BIN"
origin
server_up
answers
apply 0 --allow-unprotected
mkdir "$T/bin" "$T/state"
chown 65534 "$T/state"
cat >"$T/bin/sudo" <<SH
#!/bin/sh
echo "sudo \$*"
[ "\$1" != -v ] || exec test ! -e "$T/refuses"
exit 7
SH
chmod 755 "$T/bin/sudo"
user() { # user STATUS SCRIPT [OPTION]: as somebody without root
	got=0
	printf '%b' "$2" | setpriv --reuid=65534 --regid=65534 --clear-groups env PATH="$T/bin:$PATH" XDG_STATE_HOME="$T/state" \
		HOME=/nonexistent "$BIN" --plain --root "$R" ${3:-} >"$T/out" 2>&1 || got=$?
	[ "$got" = "$1" ] || fail "status $got instead of $1"
}
ours="OpenChamber is already set up here: https://$NAME:$TLS"
user 0 '\nq\n'
says "$ours"
says '1 change, repair, undo or remove it (sudo asks for your password)'
says '2 set up another address'
says 'What now, 1 to 2 [1]:'
says_not 'skip: '

# Refused, it is asked again; agreed, root's run is what this one has become.
: >"$T/refuses"
user 0 '\n1\nq\n'
says 'sudo refused. Nothing was changed.'
[ "$(grep -c '^What now' "$T/out")" = 2 ] || fail "not asked again"
rm "$T/refuses"
user 7 '3\n1\n' "--color never"
grep -q "^sudo $BIN --plain --root $R --color never --lang pl" "$T/out" || fail "not as root"

# Whoever begins anew gives up what was answered before, here as after a run that was broken off.
user 0 "\\n2\\n$ORIGIN\\n\\nhttps://talk.example.org\\nq\\n"
ls "$T/state/antechamber/session.json" >/dev/null || fail "nothing was kept"
touch -d '-1 hour' "$R/var/lib/antechamber"
user 0 '\nq\n'
says "$ours"
says '2 go on at step 4'
says '3 begin anew: those answers are given up'
user 0 "\\n3\\n$ORIGIN\\n\\nq\\n"
grep -q '^Address' "$T/out" || fail "no address is asked: $(cat "$T/out")"
says_not 'talk.example.org'

# What root did since then is newer than a run that was broken off before.
user 0 "\\n2\\n$ORIGIN\\n\\nhttps://talk.example.org\\nq\\n"
touch -d '+1 hour' "$R/var/lib/antechamber"
user 0 '\nq\n'
says_not 'go on at step'

# Of what is not there any more nobody without root sees how it was.
run 0 remove --root "$R" --yes
user 0 '\nq\n'
says 'This program was used here with sudo. To see what it did: sudo'
says_not 'skip: '
says_not "$ours"
printf '\nq\n' | "$BIN" --plain --root "$R" >"$T/out" 2>&1 || fail "status $?"
says 'none: what was set up here before was undone. Its list:'
