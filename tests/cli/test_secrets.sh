#!/bin/sh
# The password is in nothing that others can read: not the arguments, environment or core file of
# any process below, no output, log, journal, report, document or saved answer.
. "$(dirname "$0")/../apply/lib.sh"
WITNESS=${B:-build}/tests/cli/witness
SECRET=correct-horse-4711-staple
export ASAN_OPTIONS=detect_leaks=0 # a leak checker cannot run while it is watched

watched() { # watched STATUS ARGUMENT...: as run; what was started is in $T/started
	want=$1
	shift
	got=0
	timeout -k 1 120 "$WITNESS" "$T/started" "$BIN" "$@" >"$T/out" 2>"$T/err" </dev/null || got=$?
	[ $got != 77 ] || skip "$(tail -n 1 "$T/out")"
	[ $got = "$want" ] || fail "status $got instead of $want: antechamber $*"
}
programs() { grep -c '^== ' "$T/started"; }
below() { # what every process below the program itself was started with
	awk '/^== / { n++ } n > 1' "$T/started"
}
nowhere() { # nowhere FILE...: neither the password nor a cookie that stands for it
	! grep -rFl -e "$SECRET" -e oc_ui_session "$@" >"$T/found" || fail "the password is in $(cat "$T/found")"
}

# A search that finds nothing anywhere would be content with everything.
printf "%s\n" $SECRET >"$T/planted"
! (nowhere "$T/planted") >/dev/null || fail "the search is blind"
rm "$T/planted"

# The witness sees an argument and an environment of a process that lives for a moment.
timeout 20 "$WITNESS" "$T/started" sh -c 'env WORD=given-4711 true argument-4711' >"$T/out" 2>&1 ||
	skip "$(tail -n 1 "$T/out")"
seen=$(sed -n '/^== true$/,$p' "$T/started" | grep -cx 'WORD=given-4711\|argument-4711' || :)
[ "$seen" = 2 ] || fail "the witness is blind"

password $SECRET
origin --password-file "$T/password"
server_up
answers

# A check.
watched 0 check --origin "$ORIGIN" --password-file "$T/password" --json --report "$T/report.md" --log "$T/log"
json '.checks[] | select(.id == "direct.login") | .status == "pass"'
nowhere "$T/out" "$T/err" "$T/report.md" "$T/log" "$T/started"

# A whole apply: validated, reloaded, verified, logged in on both sides.
watched 0 apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --password-file "$T/password" \
	--json --report "$T/report.md" --log "$T/log"
json '.outcome == "kept"'
[ "$(programs)" -ge 4 ] || fail "an apply checks, reloads and rehearses; seen: $(grep '^== ' "$T/started")"
nowhere "$T/out" "$T/err" "$T/report.md" "$T/log" "$T/started" "$R" "$HOME"
! below | grep -q '^ANTECHAMBER_\|^XDG_\|^SUDO_' || fail "children get more of the environment than they need"

# Out of the environment it is taken before anything is started.
sed -i 's/^tls/limits: {body: 50M}\ntls/' "$T/answers.yaml"
ANTECHAMBER_PASSWORD=$SECRET watched 0 apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" \
	--json
json '.outcome == "kept" and .changed == true'
below >"$T/below"
nowhere "$T/out" "$T/err" "$T/below" "$R" "$HOME"
[ "$(programs)" -ge 4 ] || fail "nothing was started"

# No process of ours leaves a core file; what is started from us does not either.
bad=$(below | grep '^Max core file size' | grep -v '  *0  *0  *bytes' || :)
[ -z "$bad" ] || fail "a child may leave a core file: $bad"
ANTECHAMBER_PASSWORD=$SECRET origin
grep -q '^Max core file size  *0  *0  *bytes' "/proc/$ORIGIN_PID/limits" || fail "it may leave a core file"
if [ -r "/proc/$ORIGIN_PID/environ" ]; then
	! tr '\0' '\n' <"/proc/$ORIGIN_PID/environ" | grep -qF $SECRET || fail "its environment still has the password"
fi

# A wrong one, a locked one, a password file that is none: it is not quoted.
printf '%s\n' "$SECRET-wrong" >"$T/wrong"
run 4 check --origin "$ORIGIN" --password-file "$T/wrong" --report "$T/report.md" --log "$T/log"
nowhere "$T/out" "$T/err" "$T/report.md" "$T/log"
run 2 check --origin "$ORIGIN" --password $SECRET
nowhere "$T/out" "$T/err"

# The wizard, as somebody who has sudo: the password goes to the run that sudo starts through a pipe, and nowhere
# else.  This sudo agrees, writes down what it was given, and starts nothing.
mkdir "$T/fake" "$T/person"
cat >"$T/fake/sudo" <<SH
#!/bin/sh
{ echo "== sudo"; printf '%s\n' "\$@"; env; } >>"$T/person/sudo"
case \$1 in -n) cat >"$T/person/handed"; exit 1 ;; esac
SH
chmod 755 "$T/fake/sudo"
cp "$T/password" "$T/person/password"
sed "/^commands:/,\$d; s|$R/etc/ssl|$T/person|g" "$T/answers.yaml" >"$T/person/answers.yaml"
cp "$R/etc/ssl/cert.pem" "$R/etc/ssl/key.pem" "$BIN" "$T/person"
cp -R templates "$T/person/templates" # a clone below /root is closed to others
as=
if [ "$(id -u)" = 0 ]; then
	chown -R 65534:65534 "$T/person"
	as="setpriv --reuid 65534 --regid 65534 --clear-groups"
fi
# shellcheck disable=SC2086
printf '\n\n\n\n\n\n\n%s\n%s\n\n\n\nn\nyes\nq\nq\n' "$T/person/cert.pem" "$T/person/key.pem" | env HOME="$T/person" XDG_STATE_HOME="$T/person/state" XDG_CONFIG_HOME="$T/person/config" \
	PATH="$T/fake:$PATH" timeout -k 1 120 "$WITNESS" "$T/started" $as "$T/person/${BIN##*/}" --templates "$T/person/templates" \
	--plain --answers "$T/person/answers.yaml" \
	--password-file "$T/person/password" --log "$T/person/log" >"$T/out" 2>"$T/err" || :
[ -s "$T/person/handed" ] || fail "sudo was given nothing"
[ "$(cat "$T/person/handed")" = "$SECRET" ] || fail "something else was handed over"
grep -qx -- '/dev/stdin' "$T/person/sudo" || fail "it was not told where to read: $(cat "$T/person/sudo")"
rm "$T/person/handed" "$T/person/password" "$T/person/${BIN##*/}"
nowhere "$T/out" "$T/err" "$T/started" "$T/person"
