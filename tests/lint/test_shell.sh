#!/bin/sh
# Every script by shellcheck; what a sourced file uses or sets (SC2034, SC2154) it cannot see.
. "$(dirname "$0")/lib.sh"
command -v shellcheck >/dev/null || { echo "SKIP: shellcheck is not installed"; exit 77; }

check() {
	find tests .ci -type f 2>/dev/null | sort | while read -r file; do
		case $file in
		*.sh | .ci/*) shellcheck -x -S warning -e SC1090,SC1091,SC2034,SC2154 -f gcc -s sh "$file" || : ;;
		esac
	done
}

sample tests/bad.sh <<'S'
#!/bin/sh
x=[1]
[[ $x == 1 ]] && rm -rf $y/*
S
must_catch "tests/bad.sh:3"
rm -rf "$T/tests"
sample tests/fine.sh <<'S'
#!/bin/sh
echo "$1"
S
must_pass
finish
