#!/bin/sh
# A certificate that only root can read: what sudo would read is said, it is read and nothing else, and a refusal goes on without.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
as="setpriv --reuid 65534 --regid 65534 --clear-groups"
{ [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && $as test -x "$BIN"; } || skip "needs root, to be somebody else"
origin
server_up
answers
chmod 755 "$T" "$TMPDIR"
chmod 600 "$R/etc/ssl/cert.pem" "$R/etc/ssl/key.pem"
mkdir -p "$T/bin"
cp "$R/etc/ssl/cert.pem" "$T/shown.pem"
chmod 644 "$T/shown.pem" "$T/answers.yaml"
: >"$T/sudo.log"
chmod 666 "$T/sudo.log"
sed -i "s|certificate: $R|certificate: |; s|key: $R|key: |; /^ *validate:/d; /^ *reload:/d; /^commands:/d; /^files:/d" "$T/answers.yaml"
cat >"$T/bin/sudo" <<SH
#!/bin/sh
echo "\$*" >>"$T/sudo.log"
[ ! -e "$T/refuses" ] || exit 1
[ "\$1" != -v ] || exit 0
exec cat "$T/shown.pem"
SH
chmod 755 "$T/bin/sudo"
looks() { # looks ANSWERS: line mode, as somebody without root
	printf '%b' "$1" | $as env HOME=/nonexistent XDG_STATE_HOME="$T/none" PATH="$T/bin:$PATH" "$BIN" --plain --root "$R" \
		--answers "$T/answers.yaml" >"$T/plain" 2>&1 || :
}
said() { tr '\n' ' ' <"$T/plain" | grep -q -- "$1" || fail "not said: $1: $(cat "$T/plain")"; }
looks '\n\n\n\n\n\n\n\ny\n'
said 'certificate, .*can only be read with root'
said 'changes nothing:'
grep -qx "sudo cat $R/etc/ssl/cert.pem" "$T/plain" || fail "the command is not shown: $(cat "$T/plain")"
said 'its key is checked in step 11'
[ "$(cat "$T/sudo.log")" = "-v
-n cat $R/etc/ssl/cert.pem" ] || fail "sudo ran: $(cat "$T/sudo.log")"

# Refused, or not wanted: on without it.
: >"$T/refuses"
looks '\n\n\n\n\n\n\n\ny\n'
said 'sudo refused. It goes on without'
said 'Step 5 of 11'
: >"$T/sudo.log"
looks '\n\n\n\n\n\n\n\n\n'
[ ! -s "$T/sudo.log" ] || fail "sudo ran without a yes"
said 'Step 5 of 11'
rm "$T/refuses"

# On the screen it is a button; what sudo runs stands on the normal screen meanwhile.
cat >"$T/somebody" <<SH
#!/bin/sh
exec $as env HOME=/nonexistent XDG_STATE_HOME="$T/none" PATH="$T/bin:\$PATH" "$BIN" "\$@"
SH
chmod 755 "$T/somebody"
: >"$T/log"
chmod 666 "$T/log"
program=$BIN
BIN=$T/somebody
start 80x24 --root "$R" --answers "$T/answers.yaml"
wait_text 'Enter Start'
wait_text '^>  Start'
take 'step 2 of 11'
wait_text 'Press Enter to choose the proxy'
take 'step 3 of 11'
wait_text '> 1 nginx'
take 'step 4 of 11'
wait_text 'Look with sudo'
keys Tab Tab Tab Tab Enter # behind the address, the list, and the two paths
wait_text '✓ certificate' # the passed ones stand in one line where there is no room
must_say 'step 4 of 11'
wait_gone 'Look with sudo'
BIN=$program

# A configuration of which an ordinary user's check says only half is checked as root the same way; what is wrong then is told.
close_terminal
$as nginx -t 2>&1 | grep -q 'Permission denied' || exit 0 # this machine's own nginx is what is looked at
cat >"$T/bin/sudo" <<SH
#!/bin/sh
echo "\$*" >>"$T/sudo.log"
if [ "\$1" = -v ]; then
	until [ -e "$T/seen" ]; do sleep 0.02; done
	exit 0
fi
cat "$T/said" >&2
exit "\$(cat "$T/status")"
SH
: >"$T/sudo.log"
printf 'version: 1\norigin: %s\nproxy: nginx\n' "$ORIGIN" >"$T/answers.yaml"
check_as_root() { # check_as_root STATUS SAID
	echo "$1" >"$T/status"
	echo "$2" >"$T/said"
	rm -f "$T/seen"
	keys Tab
	keys Enter
	wait_text 'Only root can check all of this configuration'
	must_say 'changes nothing:'
	must_say '^  sudo .*nginx -t$'
	: >"$T/seen"
}
BIN=$T/somebody
start 80x24 --answers "$T/answers.yaml"
wait_text 'Press Enter to start' 20
take 'step 2 of 11'
wait_text 'Press Enter to choose the proxy'
go_on 3
wait_text 'the rest needs'
must_say 'Look with sudo'
check_as_root 0 'nginx: configuration file /etc/nginx/nginx.conf test is successful'
wait_text 'is sound as it is today'
must_not_say 'Look with sudo'
grep -q '^-n .*nginx -t$' "$T/sudo.log" || fail "sudo ran: $(cat "$T/sudo.log")"
keys F5
wait_text 'the rest needs'
check_as_root 1 'nginx: [emerg] unknown directive "sevrer" in /etc/nginx/conf.d/x.conf:7'
wait_text 'nginx says: unknown'
must_say '/etc/nginx/conf.d/x.conf:7'
must_say '✗ fail'
BIN=$program
