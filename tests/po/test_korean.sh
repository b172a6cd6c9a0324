#!/bin/sh
# A Korean particle behind a variable depends on what the variable says, so none may stand there.
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC1112
behind='(\\"|[])”’])?(을|를|이|가|은|는|과|와|으로|로)([[:space:]".,;:)]|\\n|$)'
particle='%([0-9]+[$])?[-0-9.]*(l|ll|z)?[sduf]'$behind

# Lines of translations only.  A particle is one only if the word ends with it: a counter goes on.
find_particles() {
	translations "$1" | grep -E "$particle" || :
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
finds_nothing find_particles po/ko.po
