# tests/po/lib.sh - what no sentence of a catalogue may say: a finder, that is itself tried, and then the catalogue.
# shellcheck shell=sh
set -eu
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.."
command -v msgcat >/dev/null || { echo "SKIP: gettext is not installed"; exit 77; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

translations() { msgcat --no-wrap "$1" | grep -n '^msgstr'; } # one a line
finds_nothing() { # finds_nothing FINDER CATALOGUE
	[ -f "$2" ] || { echo "$2 is missing"; exit 1; }
	found=$("$1" "$2")
	[ -z "$found" ] || { echo "$found"; exit 1; }
}
