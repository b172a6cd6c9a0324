#!/bin/sh
# tests/torture/leaks.sh - the program under valgrind: a probe origin, a checklist, a refusal, what
# is printed.  Prints the bytes that were lost.
. "$(dirname "$0")/../lib.sh"
need valgrind jq
[ -z "${SAN:-}" ] || skip "a sanitizer cannot run below valgrind"
times=0

lost() { # all bytes that these logs call lost
	cat "$@" | sed -n 's/^==[0-9]*== \([0-9,]*\) .*bytes in .* are definitely lost.*/\1/p' | tr -d , |
		awk '{ n += $1 } END { print n + 0 }'
}
cat >"$T/sample" <<LOG
==7== 1,040 bytes in 2 blocks are definitely lost in loss record 1 of 2
==7== 88 (24 direct, 64 indirect) bytes in 1 blocks are definitely lost in loss record 2 of 2
LOG
[ "$(lost "$T/sample")" = 1128 ] || fail "what valgrind says is not understood"

grind() { # grind STATUS ARGUMENT...
	want=$1
	shift
	got=0
	valgrind -q --leak-check=full --show-leak-kinds=definite,indirect --log-file="$T/vg.%p" \
		"$BIN" "$@" >"$T/out" 2>"$T/err" </dev/null || got=$?
	[ $got = "$want" ] || fail "status $got instead of $want: antechamber $*"
	times=$((times + 1))
}

password
valgrind -q --leak-check=full --log-file="$T/vg.origin" "$BIN" origin --password-file "$T/password" \
	>"$T/origin.out" 2>"$T/origin.err" </dev/null &
ORIGIN_PID=$!
PIDS=$ORIGIN_PID
wait_for 60 grep -q '^listening on ' "$T/origin.out"
ORIGIN=$(sed -n 's/^listening on //p' "$T/origin.out")

cat >"$T/answers.yaml" <<YAML
version: 1
origin: $ORIGIN
public: http://chat.example.org
proxy: nginx
tls: {mode: none}
YAML
grind 0 check --origin "$ORIGIN" --password-file "$T/password" --json --timeout 60
grind 5 check --origin "http://127.0.0.1:$(closed_port)" --json
grind 0 print --answers "$T/answers.yaml" --json
grind 0 diff --answers "$T/answers.yaml" --root "$T"
echo 'nonsense: [' >"$T/answers.yaml"
grind 4 print --answers "$T/answers.yaml"
kill "$ORIGIN_PID"
wait "$ORIGIN_PID" || :
PIDS=
# Only what is wrong is in the logs.
n=$(lost "$T"/vg.*)
errors=$(cat "$T"/vg.* | grep -c '^==[0-9]*== [A-Z]' || :)
echo "$n bytes leaked in $((times + 1)) runs under valgrind"
if [ "$errors" != 0 ] || [ "$n" != 0 ]; then
	cat "$T"/vg.* | head -n 60
	exit 1
fi
