#!/bin/sh
# --help and --version, of the program and of each subcommand.
. "$(dirname "$0")/../lib.sh"

run 0 --version
grep -qxE 'antechamber [0-9]+\.[0-9]+\.[0-9]+' "$T/out" || fail "not a version"
run 0 --help
head -n 1 "$T/out" | grep -qF -- '--plain' || fail "the first line does not name --plain"
commands=$(sed -n '/^Subcommands/,/^$/s/^  \([a-z]*\) .*/\1/p' "$T/out")
[ "$(echo "$commands" | wc -l)" -ge 10 ] || fail "too few subcommands: $commands"
for c in $commands; do
	run 0 "$c" --help
	head -n 1 "$T/out" | grep -q "^antechamber $c: " || fail "$c: the first line does not say what it does"
	says '--plain'
	says "Exit status"
	[ ! -s "$T/err" ] || fail "$c: something on stderr"
	cp "$T/out" "$T/long"
	run 0 "$c" -h
	cmp -s "$T/out" "$T/long" || fail "$c: -h is not --help"
	# Every option that the help names is one: with a wrong operand at worst.
	for o in $(sed -n 's/^  --\([a-z-]*\).*/\1/p' "$T/long"); do
		timeout 10 "$BIN" "$c" --help "--$o" x >"$T/out" 2>"$T/err" </dev/null || :
		! grep -q 'There is no option\|is no option of' "$T/err" || fail "$c: the help names --$o, and it is none"
	done
	awk 'length($0) > 80 { exit 1 }' "$T/long" || fail "$c: a line is wider than 80"
done
# The names that --only takes are those the checks have.
run 0 check --help
says 'direct.answer, '
says 'ws.global-event'
for c in $(sed -n '/^Checks, for --only/,/^$/p' "$T/out" | tr -d , | sed 1d); do
	timeout 20 "$BIN" check --origin http://127.0.0.1:1 --only "$c" >"$T/out" 2>"$T/err" </dev/null || :
	! grep -q 'no check called' "$T/err" || fail "the help names $c, and it is no check"
done
# What only some of them can do is in the help of those alone.
for c in $commands; do
	run 0 "$c" --help
	case $c in apply | doctor) says '--no-reload' ;; *) says_not '--no-reload' ;; esac
done
TERM='' run 0 --help
TERM=nonsense run 0 --help
run 0 apply --version

# A language that the output cannot carry is left for English; Polish goes without its marks.
for set in C POSIX; do
	LC_ALL=$set run 0 --help --lang ko
	says 'For screen readers'
	LC_ALL=$set run 2 check --lang ko
	grep -q '^check needs' "$T/err" || fail "$set: not English: $(cat "$T/err")"
done
LC_ALL=C run 0 --help --lang pl
says 'Dla czytnikow ekranu'
LC_ALL=C.UTF-8 run 0 --help --lang ko
says '스크린 리더'
