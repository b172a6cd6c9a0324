#!/bin/sh
# tests/torture/memory.sh - the unit tests under valgrind: no error, nothing lost.
. "$(dirname "$0")/../lib.sh"
need valgrind
[ -z "${SAN:-}" ] || skip "a sanitizer cannot run below valgrind"

programs=0
for test in "${B:-build}"/tests/unit/*/test_*; do
	case $test in
	*.[od] | *injection*) continue ;;
	*test_machine) continue ;;                                # below valgrind a program has another name
	*/test_apply | *test_crash | *test_torture | *test_rehears*) continue ;; # kills and failures are counted elsewhere
	*test_net_tls | *test_ws | *check/test_tls) continue ;;   # judge by a time that valgrind takes several times
	*test_raw) continue ;;                                    # takes all descriptors, valgrind's too
	esac
	timeout 300 valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect \
		--log-file="$T/valgrind" "$test" >"$T/out" 2>&1 || fail "$test: $(tail -n 30 "$T/valgrind") $(tail -n 5 "$T/out")"
	programs=$((programs + 1))
done
[ $programs -gt 60 ] || fail "only $programs programs"
echo "0 bytes leaked in $programs unit tests under valgrind"
