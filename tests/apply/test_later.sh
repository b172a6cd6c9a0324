#!/bin/sh
# A later run in line mode: it finds the saved answers, nothing but the whole word changes anything, and removing works.
. "$(dirname "$0")/lib.sh"
origin
server_up
answers
apply 0 --allow-unprotected
later() { # later SCRIPT
	printf '%b' "$1" | "$BIN" --plain --root "$R" >"$T/later" 2>&1 || fail "status $?: $(cat "$T/later")"
}
later '6\n\n6\ny\nq\n'
grep -q "as it was written" "$T/later" || fail "no state of the file: $(cat "$T/later")"
grep -q "^What now, 1 to 6" "$T/later" || fail "no question: $(cat "$T/later")"
! grep -q "^Step" "$T/later" || fail "a later run is no step: $(cat "$T/later")"
[ -f "$R/etc/nginx/sites-available/openchamber.conf" ] || fail "it is gone without the word"
later '6\nyes\n'
grep -q "^Removed: " "$T/later" || fail "not removed: $(cat "$T/later")"
as_before
blog_answers || fail "the other site is gone"
