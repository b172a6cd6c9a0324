#!/bin/sh
# A Polish past tense in the second person says whether a man or a woman reads it, so none may stand there.
set -eu
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.."
command -v msgcat >/dev/null || { echo "SKIP: gettext is not installed"; exit 77; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

# "zmieniłeś", "zmieniłaś", "zmieniłyście"; "zmieniliście" is left out: so ends the word for a list, too.
find_past() {
	msgcat --no-wrap "$1" | grep -n '^msgstr' | grep -iE '(łeś|łaś|łyście)([^[:alpha:]]|$)' || :
}
sample() { # sample SENTENCE
	printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\nmsgid "a"\nmsgstr "%s"\n' "$1" >"$T/pl.po"
	find_past "$T/pl.po"
}
for bad in 'Zmieniłeś plik.' 'Czy go przeładowałaś?'; do
	[ -n "$(sample "$bad")" ] || { echo "the lint does not catch: $bad"; exit 1; }
done
for fine in 'Plik zmieniono.' 'Nie ma go na liście.' 'Cały plik jest nowy.'; do
	[ -z "$(sample "$fine")" ] || { echo "the lint accuses what is fine: $fine"; exit 1; }
done
[ -f po/pl.po ] || { echo "po/pl.po is missing"; exit 1; }
found=$(find_past po/pl.po)
[ -z "$found" ] || { echo "$found"; exit 1; }
