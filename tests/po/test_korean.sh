#!/bin/sh
# A Korean particle behind a variable depends on what the variable says, so none may stand there.
set -eu
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.."
command -v msgcat >/dev/null || { echo "SKIP: gettext is not installed"; exit 77; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

# shellcheck disable=SC1112
behind='(\\"|[])”’])?(을|를|이|가|은|는|과|와|으로|로)([[:space:]".,;:)]|\\n|$)'
particle='%([0-9]+[$])?[-0-9.]*(l|ll|z)?[sduf]'$behind

# Lines of translations only.  A particle is one only if the word ends with it: a counter goes on.
find_particles() {
	msgcat --no-wrap "$1" | grep -n '^msgstr' |
		grep -E "$particle" || :
}

cat >"$T/ko.po" <<'S'
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"
msgid "a %s"
msgstr "%s를 읽을 수 없습니다."
msgid "b %1$s"
msgstr "\"%1$s\"이 필요합니다."
msgid "c %d"
msgstr "(%d)로 갑니다."
S
[ "$(find_particles "$T/ko.po" | wc -l)" = 3 ] || { echo "the lint does not catch its own bad sample"; exit 1; }
cat >"$T/ko.po" <<'S'
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"
msgid "a %s"
msgstr "%s 파일을 읽을 수 없습니다."
msgid "b %d"
msgstr "%d개를 찾았습니다: %s"
msgid "c %s"
msgstr "%s의 버전은 %s에서 읽습니다."
S
[ -z "$(find_particles "$T/ko.po")" ] || { echo "the lint accuses what is fine"; find_particles "$T/ko.po"; exit 1; }
[ -f po/ko.po ] || { echo "po/ko.po is missing"; exit 1; }
found=$(find_particles po/ko.po)
[ -z "$found" ] || { echo "$found"; exit 1; }
