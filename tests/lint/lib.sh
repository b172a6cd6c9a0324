# tests/lint/lib.sh - each lint is a function `check DIR' that prints what it found, a line each.
#
# It runs over the tree, and over a bad sample of its own that it must catch:
# a lint that finds nothing any more would look like a clean tree.
# shellcheck shell=sh
set -eu
cd "$(dirname "$0")/../.."
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

sample() { # sample FILE: stdin becomes that file of the bad tree
	mkdir -p "$T/$(dirname "$1")"
	cat >"$T/$1"
}

must_catch() { # must_catch TEXT...: every bad line is found, each is named by a text
	for text in "$@"; do
		if ! (cd "$T" && check) | grep -qF -- "$text"; then
			echo "the lint does not catch its own bad sample: $text"
			exit 1
		fi
	done
}

must_pass() { # a harmless twin is not accused
	found=$(cd "$T" && check)
	if [ -n "$found" ]; then
		echo "the lint accuses what is fine:"
		echo "$found"
		exit 1
	fi
	find "${T:?}" -mindepth 1 -delete
}

finish() {
	find "${T:?}" -mindepth 1 -delete
	found=$(check)
	[ -z "$found" ] || { echo "$found"; exit 1; }
}

# C without its comments and strings, lines kept: a word in a comment is no call.
code() {
	awk '{
		line = $0; out = ""
		while (line != "") {
			if (inside) {
				i = index(line, "*/")
				if (!i) { line = ""; break }
				line = substr(line, i + 2); inside = 0
			} else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|'"'"'([^'"'"'\\]|\\.)'"'"'/)) {
				word = substr(line, RSTART, RLENGTH)
				out = out substr(line, 1, RSTART - 1)
				line = substr(line, RSTART + RLENGTH)
				if (word == "/*") inside = 1
				else if (word == "//") line = ""
				else out = out "\"\""
			} else { out = out line; line = "" }
		}
		print out
	}' "$1"
}

sources() { # sources DIR...: C files there
	find "$@" -name '*.[ch]' 2>/dev/null | sort
}
