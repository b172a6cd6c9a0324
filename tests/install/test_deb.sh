#!/bin/sh
# The Debian package of the last commit: lintian has nothing to say, it runs where dpkg puts it, and it goes whole.
. "$(dirname "$0")/../lib.sh"
git rev-parse -q --verify HEAD >/dev/null 2>&1 || skip "not a git checkout"

make -s B="$T/build" deb >"$T/log" 2>&1 || fail "$(tail -n 20 "$T/log")"
changes=$(echo "$T"/build/deb/*.changes)
lintian --fail-on error,warning --allow-root "$changes" >"$T/lintian" 2>&1 || fail "$(cat "$T/lintian")"
deb=$(ls "$T"/build/deb/antechamber_*.deb)

root=$T/root
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
: >"$root/var/lib/dpkg/status"
dpkg_() { dpkg --root="$root" --force-depends --force-not-root --force-bad-path --log=/dev/null "$@" >"$T/dpkg" 2>&1 || fail "dpkg $*: $(cat "$T/dpkg")"; }
dpkg_ -i "$deb"
BIN=$root/usr/bin/antechamber
run 0 --version
run 0 --lang ko --help
says "스크린 리더"
dpkg_ -P antechamber
[ -z "$(find "$root/usr" ! -type d 2>/dev/null)" ] || fail "left behind: $(find "$root/usr")"
