#!/bin/sh
# What is translated is ASCII, whole, without blanks at its ends, and never built from pieces.
. "$(dirname "$0")/lib.sh"

check() {
	for file in $(sources src ui); do
		grep -nE '(^|[^A-Za-z0-9_])(_|N_|Q_|C_|NC_)\("' "$file" | LC_ALL=C grep -E '(_|N_|Q_|C_|NC_)\("[^"]*[^ -~	][^"]*"' | sed "s|^|$file: not ASCII: |"
		grep -nE '(^|[^A-Za-z0-9_])(_|N_|Q_|C_|NC_)\(" |(^|[^A-Za-z0-9_])(_|N_)\("([^"\\]|\\.)* "\)' "$file" | sed "s|^|$file: a blank at an end: |"
	done
}

sample ui/bad.c <<'S'
	_("caf\303\251 é");
	_("ends with a blank ");
S
must_catch "not ASCII: 1" "a blank at an end: 2"
rm -rf "$T/ui"
sample ui/fine.c <<'S'
	_("Nothing on this server has been changed.");
	x("\342\234\223 ");
S
must_pass
finish
