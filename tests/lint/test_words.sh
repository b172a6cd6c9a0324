#!/bin/sh
# What does not belong into the tree: unfinished work, a developer's own paths, files that grew too long.
. "$(dirname "$0")/lib.sh"

texts() { # every file of the tree that people read
	find . -path ./.git -prune -o -path ./build -prune -o -path ./tests/lint -prune -o -type f \
		\( -name '*.[ch]' -o -name '*.sh' -o -name '*.md' -o -name '*.conf' -o -name '*.yaml' -o -name '*.1' \
		-o -name Makefile -o -path './.ci/*' \) -print | sort
}

check() {
	for file in $(texts); do
		grep -nE '(^|[^[:alnum:]_])(TODO|FIXME|XXX|HACK)([^[:alnum:]_]|$)' "$file" | sed "s|^|$file: unfinished: |"
		grep -nE '/(home|Users)/[a-z][a-z0-9_-]*/(src|git|work|code)/|/work/[a-z]' "$file" |
			sed "s|^|$file: a developer's own path: |"
	done
	for file in $(sources src ui); do
		n=$(wc -l <"$file")
		[ "$n" -le 450 ] || echo "$file: $n lines, a module has at most 450"
	done
}

sample src/base/bad.c <<'S'
/* TODO: later */
/* FIXME */
"/home/ann/src/antechamber"
S
i=0
while [ $i -lt 451 ]; do echo ";"; i=$((i + 1)); done | sample src/base/long.c
must_catch "unfinished: 1:" "unfinished: 2:" "own path: 3:" "src/base/long.c: 451 lines"
rm -rf "$T/src"
sample src/base/fine.c <<'S'
/* what is to be done, and a path: /home/ada/.config/antechamber/chat.yaml */
S
must_pass
finish
