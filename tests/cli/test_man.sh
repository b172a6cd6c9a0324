#!/bin/sh
# The manual page names every subcommand and every option of the help, and no other.
. "$(dirname "$0")/../lib.sh"

page=ui/antechamber.1
options() { grep -o -- '--[a-z][a-z-]*' | sort -u; }
: >"$T/helps"
run 0 --help
commands=$(sed -n '/^Subcommands/,/^$/s/^  \([a-z]*\) .*/\1/p' "$T/out")
cat "$T/out" >>"$T/helps"
for c in $commands; do
	grep -q "antechamber.*$c" "$page" || grep -qx "\\.B $c" "$page" || fail "the page does not name $c"
	run 0 "$c" --help
	cat "$T/out" >>"$T/helps"
done
sed -n 's/^  \(--[a-z-]*\).*/\1/p' "$T/helps" | sort -u >"$T/want"
sed -n '/^\.SH OPTIONS/,/^\.SH FILES/p' "$page" | sed 's/\\-/-/g' | grep '^\.BI\? --' | options >"$T/have"
cmp -s "$T/want" "$T/have" || fail "$(diff "$T/want" "$T/have")"
grep -q "antechamber $("$BIN" --version | sed 's/.* //')" "$page" || fail "another version"
if command -v man >/dev/null; then
	man --warnings -E UTF-8 -l -Tutf8 "$page" 2>"$T/err" >/dev/null || :
	[ ! -s "$T/err" ] || fail "the page does not format"
fi
