#!/bin/sh
# tests/run.sh PROGRAM... - run test programs and scripts, three at a time: most of their time is waiting, and count them.
#
# A test passes with 0 and skips with 77; its last line says why it skipped.  Where CI=true a skip
# is a failure.  What a test printed is shown only if it failed.  The last line counts.
set -u
limit=${TEST_SECONDS:-300}

one() { # one TEST: run it, leave its status in $RESULTS
	name=$(echo "$1" | tr '/' '_')
	log=$RESULTS/$name.log
	case $1 in
	*.sh) set -- "$1" sh "$1" ;;
	/*) set -- "$1" "$1" ;;
	*) set -- "$1" "./$1" ;;
	esac
	test=$1
	shift
	begin=$(date +%s)
	timeout -k 5 "$limit" "$@" >"$log" 2>&1 </dev/null
	rc=$?
	took=$(($(date +%s) - begin))
	case $rc in
	0) word=ok ;;
	77)
		word=SKIP
		test="$test: $(tail -n 1 "$log" | sed 's/^SKIP: *//')"
		[ "${CI:-}" = true ] && rc=1
		;;
	124) word=FAIL test="$test: no end after $limit seconds" ;;
	*) word=FAIL ;;
	esac
	echo $rc >"$RESULTS/$name.rc"
	if [ $word = FAIL ]; then
		sed 's/^/    /' "$log" >"$log.shown"
		printf '%-4s %4ss %s\n' $word $took "$test" | cat - "$log.shown"
	else
		printf '%-4s %4ss %s\n' $word $took "$test"
	fi
}

if [ "${1:-}" = --one ]; then
	one "$2"
	exit 0
fi

RESULTS=$(mktemp -d)
export RESULTS
trap 'rm -rf "$RESULTS"' EXIT
trap 'exit 130' INT TERM
[ $# -eq 0 ] || printf '%s\n' "$@" | xargs -n 1 -P "${JOBS:-3}" sh "$0" --one
# Tests side by side can take a port from each other between choosing it and listening on it, or
# the time for which something is measured.  What failed beside another is tried once more, alone;
# the failure stays shown above.
lone=$(find "$RESULTS" -name '*.rc' | while read -r rc; do
	case $(cat "$rc") in 0 | 77) ;; *) basename "$rc" .rc ;; esac
done)
if [ "$(echo "$lone" | grep -c .)" -le 3 ]; then
	for test in "$@"; do
		case "
$lone
" in *"
$(echo "$test" | tr '/' '_')
"*)
			echo "once more, alone: $test"
			sh "$0" --one "$test"
			;;
		esac
	done
fi
passed=0 failed=0
for rc in "$RESULTS"/*.rc; do
	[ -f "$rc" ] || continue
	case $(cat "$rc") in
	0) passed=$((passed + 1)) ;;
	77) ;;
	*) failed=$((failed + 1)) ;;
	esac
done
failed=$((failed + $# - $(find "$RESULTS" -name '*.rc' | wc -l))) # one that left no result at all
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
