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
# What F1 says of a step stands there too, word by word.
sed -n 's/^\t\t\.\(what\|choice\|breaks\|proves\) *= N_("\(.*\)"),$/\2/p' src/setup/page.c >"$T/helps"
[ "$(wc -l <"$T/helps")" -ge 42 ] || fail "the help of the steps is not found"
sed 's/\\-/-/g' "$page" >"$T/text"
while IFS= read -r line; do
	grep -qxF -- "$line" "$T/text" || fail "the page does not say: $line"
done <"$T/helps"
# And every key that the last row of a screen can name.
sed -n 's/^\t{ [^,]*, *\(N_(\)\?"\([^"]*\)".*/\2/p' ui/keys.c | sort -u >"$T/keys"
[ "$(wc -l <"$T/keys")" -ge 15 ] || fail "the table of keys is not found"
sed -n '/^\.SH KEYS/,/^\.SH OPTIONS/p' "$page" | sed 's/\\-/-/g' >"$T/section"
while IFS= read -r key; do
	grep -qE "^\.BR? (.*[\" ])?$key([\" ].*)?\$" "$T/section" || fail "the page does not name the key $key"
done <"$T/keys"
for lang in $(cat po/LINGUAS); do
	summary=ui/antechamber.$lang.1
	grep -q "antechamber $("$BIN" --version | sed 's/.* //')" "$summary" || fail "$summary: another version"
	for c in $commands; do
		grep -qw "$c" "$summary" || fail "$summary does not name $c"
	done
done
if command -v man >/dev/null; then
	for file in "$page" ui/antechamber.*.1; do
		man --warnings -E UTF-8 -l -Tutf8 "$file" 2>"$T/err" >/dev/null || :
		[ ! -s "$T/err" ] || fail "$file does not format"
	done
fi
