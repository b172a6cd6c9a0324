#!/bin/sh
# What `make install' puts somewhere runs from there, and `make uninstall' takes all of it away again.
. "$(dirname "$0")/../lib.sh"

tree() { (cd "$T/dest" && find . ! -type d | sort); }
# With the prefix and the flags it was built with: other tests are running this very program.
quiet() {
	make -s B="${B%/san}" SAN="${SAN:-}" DESTDIR="$T/dest" "$@" >"$T/make" 2>&1 || fail "make $*: $(cat "$T/make")"
}
program=$BIN
was=$(ls -i --time-style=full-iso -l "$program")

quiet install
tree >"$T/have"
for file in bin/antechamber share/man/man1/antechamber.1 share/antechamber/templates/openchamber.yaml \
	share/bash-completion/completions/antechamber share/zsh/site-functions/_antechamber \
	share/fish/vendor_completions.d/antechamber.fish; do
	grep -qx "./usr/local/$file" "$T/have" || fail "$file is not installed"
done
for lang in $(cat po/LINGUAS); do
	grep -qx "./usr/local/share/locale/$lang/LC_MESSAGES/antechamber.mo" "$T/have" || fail "no $lang"
	grep -qx "./usr/local/share/man/$lang/man1/antechamber.1" "$T/have" || fail "no manual page in $lang"
done
BIN=$T/dest/usr/local/bin/antechamber
run 0 --version
run 0 print --help
# It speaks and renders from there, also where a program is called as the catalogues' directory is.
: >"${BIN%/*}/locale"
run 0 --lang ko --help
says "스크린 리더"
printf 'version: 1\nproxy: nginx\norigin: http://127.0.0.1:3000\npublic: https://chat.test\ntls: {mode: upstream}\n' >"$T/a.yaml"
mkdir "$T/root" # no server but an empty one: another test has its own running beside
run 0 print --answers "$T/a.yaml" --root "$T/root"
says "proxy_pass http://127.0.0.1:3000;"
rm "${BIN%/*}/locale"
[ -z "$(find "$T/dest" -type f -perm /022)" ] || fail "a file that others may write"
quiet uninstall
[ -z "$(tree)" ] || fail "left behind: $(tree)"
[ "$was" = "$(ls -i --time-style=full-iso -l "$program")" ] || fail "the program was built anew"
