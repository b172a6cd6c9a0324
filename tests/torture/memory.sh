#!/bin/sh
# tests/torture/memory.sh - the unit tests under valgrind: no error, nothing lost.
#
# Only what valgrind says counts.  A test that judges by a time may fail here, beside others; it is tried once more,
# and then only its errors are judged, for a test that stops in the middle frees nothing.
. "$(dirname "$0")/../lib.sh"
need valgrind
[ -z "${SAN:-}" ] || skip "a sanitizer cannot run below valgrind"

under() { # under PROGRAM OPTION...: its status is $status, 99 if valgrind found something
	program=$1
	shift
	status=0
	timeout 900 valgrind -q --error-exitcode=99 --log-file="$T/valgrind" "$@" "$program" >"$T/out" 2>&1 || status=$?
}
# judge PROGRAM: clean; stopped by an assertion of its own; or wrong
judge() {
	for try in 1 2; do
		under "$1" --leak-check=full --errors-for-leak-kinds=definite,indirect
		[ $status != 0 ] && [ $status != 77 ] || { verdict=clean; return; } # 77: part of it cannot be tried there
		[ $status != 99 ] || grep -q '^\[  FAILED  \]' "$T/out" || break
	done
	[ "$try" = 1 ] || under "$1" --leak-check=no
	verdict=wrong
	[ $status -ge 99 ] || verdict=stopped
}

# It tells one from the other: programs that do just that, in the words of a failing test.
must_be() { # must_be VERDICT BODY
	printf '#include <stdio.h>\n#include <stdlib.h>\nint main(void) { %s }\n' "$2" >"$T/one.c"
	"${CC:-cc}" -g -O0 -w -o "$T/one" "$T/one.c"
	judge "$T/one"
	[ $verdict = "$1" ] || fail "$verdict instead of $1: $2"
}
must_be clean 'free(malloc(9)); return 0;'
must_be wrong 'volatile char *p = malloc(9); p = 0; return 0;'
must_be wrong 'volatile char *p = malloc(9); free((void *)p); return p[1] | 1;'
must_be stopped 'volatile char *p = malloc(9); p = 0; puts("[  FAILED  ] at its time"); return 1;'
must_be wrong 'volatile char *p = malloc(9); free((void *)p); puts("[  FAILED  ] at its time"); return p[1] | 1;'
must_be wrong 'abort();'

programs=0 stopped=
for test in "${B:-build}"/tests/unit/*/test_*; do
	case $test in
	*.[od] | *injection*) continue ;;
	*test_machine) continue ;;                                # below valgrind a program has another name
	*/test_apply | *test_crash | *test_torture | *test_rehears*) continue ;; # kills and failures are counted elsewhere
	*test_net_tls | *test_ws | *check/test_tls) continue ;;   # judge by a time that valgrind takes several times
	*test_raw) continue ;;                                    # takes all descriptors, valgrind's too
	esac
	judge "$test"
	case $verdict in
	clean) programs=$((programs + 1)) ;;
	stopped) stopped="$stopped ${test##*/}" ;;
	*) fail "$test: status $status: $(tail -n 30 "$T/valgrind") $(tail -n 5 "$T/out")" ;;
	esac
done
[ $programs -gt 60 ] || fail "only $programs programs; stopped by assertions of their own:$stopped"
[ -z "$stopped" ] || echo "no error, but stopped by assertions of their own:$stopped"
echo "0 bytes leaked in $programs unit tests under valgrind"
