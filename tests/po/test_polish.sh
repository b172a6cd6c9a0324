#!/bin/sh
# A Polish past tense in the second person says whether a man or a woman reads it, so none may stand there.
. "$(dirname "$0")/lib.sh"

# "zmieniłeś", "zmieniłaś", "zmieniłyście"; "zmieniliście" is left out: so ends the word for a list, too.
find_past() {
	translations "$1" | grep -iE '(łeś|łaś|łyście)([^[:alpha:]]|$)' || :
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
finds_nothing find_past po/pl.po
