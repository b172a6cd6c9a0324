#!/bin/sh
# Every catalogue is well-formed, complete, and made from the sentences that are in the sources now.
set -eu
cd "$(dirname "$0")/../.."
command -v msgfmt >/dev/null || { echo "SKIP: gettext is not installed"; exit 77; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
bad=0
complain() { echo "$*"; bad=1; }

MAKEFLAGS='' make -s B="$T" pot || complain "the sentences could not be collected"
[ -s po/LINGUAS ] || complain "po/LINGUAS names no language"
# shellcheck disable=SC2013
for l in $(cat po/LINGUAS); do
	po=po/$l.po
	[ -f "$po" ] || { complain "$po is missing"; continue; }
	msgfmt --check -o /dev/null "$po" 2>"$T/err" || complain "$(cat "$T/err")"
	n=$(msgattrib --untranslated "$po" | grep -c '^msgid "' || :)
	[ "$n" = 0 ] || complain "$po: $((n - 1)) sentences are not translated"
	n=$(msgattrib --only-fuzzy "$po" | grep -c '^msgid "' || :)
	[ "$n" = 0 ] || complain "$po: $((n - 1)) sentences are fuzzy"
	msgcmp --use-untranslated "$po" "$T/antechamber.pot" 2>"$T/err" || complain "$po is not up to date (make po-update):
$(head -n 8 "$T/err")"
done
exit $bad
