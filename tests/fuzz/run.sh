#!/bin/sh
# tests/fuzz/run.sh DRIVER... - let libFuzzer attack each driver for FUZZ_SECONDS, then count.
#
# What it learns stays in $B/corpus; what it finds goes to found/DRIVER, where
# `make check' meets it from then on.
set -u
cd "$(dirname "$0")/../.." || exit 1
total=0 broken=0
for name in "$@"; do
	corpus=$B/corpus/$name seeds=tests/fuzz/seeds/$name found=tests/fuzz/found/$name
	mkdir -p "$corpus" "$found"
	before=$(ls "$found")
	dict=tests/fuzz/words/$name
	set -- "$corpus" "$seeds" "$found"
	[ ! -f "$dict" ] || set -- "-dict=$dict" "$@"
	"$B/tests/fuzz/$name" -max_total_time="${FUZZ_SECONDS:-20}" -timeout=10 -rss_limit_mb=1024 \
		-malloc_limit_mb=256 -max_len=16384 -print_final_stats=1 -artifact_prefix="$found/" \
		"$@" >"$B/$name.log" 2>&1
	rc=$?
	n=$(sed -n 's/^stat::number_of_executed_units: *//p' "$B/$name.log")
	rm -f "$found"/slow-unit-*
	word=ok
	if [ $rc -ne 0 ] || [ "$(ls "$found")" != "$before" ]; then
		word=FOUND broken=$((broken + 1))
		grep -v '^#[0-9]' "$B/$name.log" | tail -n 50 | cut -c 1-200 | sed 's/^/    /'
	fi
	rmdir "$found" 2>/dev/null || :
	total=$((total + ${n:-0}))
	printf '%-5s %10s %s\n' $word "${n:-0}" "$name"
done
echo "$total fuzz executions, $broken findings"
[ $broken -eq 0 ]
