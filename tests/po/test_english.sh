#!/bin/sh
# What a person reads is short and calm: no sentence has more than 20 words, and none asks, is sorry or blames.
. "$(dirname "$0")/lib.sh"

sentences() { # of an English catalogue, one a line
	msgcat --no-wrap "$1" | awk '
		/^(msg|#)/ { if (text != "") print text; text = ""; inside = /^msgid/; sub(/^msgid(_plural)? /, "") }
		inside && /^"/ { text = text substr($0, 2, length($0) - 2) }' |
		awk '{ gsub(/\\n/, "\n"); gsub(/[.?] /, "&\n"); print }'
}
find_long() { sentences "$1" | awk 'NF > 20 { print NF " words: " $0 }'; }
find_voice() { # what OpenChamber itself answers is its own voice
	sentences "$1" | sed 's/Invalid origin//' |
		grep -iE '(^|[^[:alpha:]])(please|sorry|oops|simply|just|invalid)([^[:alpha:]]|$)|!' || :
}
sample() { # sample SENTENCE...: a catalogue of them
	printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
	for sentence; do printf '\nmsgid "%s"\nmsgstr ""\n' "$sentence"; done
}
twenty='1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20'

sample "$twenty 21." 'Short. And one that '"$twenty"'?' "\"
\"Over two lines: $twenty." >"$T/bad.pot"
[ "$(find_long "$T/bad.pot" | wc -l)" = 3 ] || { echo "the lint does not catch its own bad sample"; find_long "$T/bad.pot"; exit 1; }
sample 'Please wait.' 'This is invalid.' 'Just press Enter.' 'Done!' >"$T/bad.pot"
[ "$(find_voice "$T/bad.pot" | wc -l)" = 4 ] || { echo "the lint does not catch its own bad sample"; exit 1; }
sample "$twenty. $twenty.\\\\n$twenty" 'It adjusts 403 Invalid origin.' >"$T/fine.pot"
for finder in find_long find_voice; do finds_nothing "$finder" "$T/fine.pot"; done

MAKEFLAGS='' make -s B="$T" pot >/dev/null
for finder in find_long find_voice; do finds_nothing "$finder" "$T/antechamber.pot"; done
