#!/bin/sh
# One door a library: whoever else wants it asks the door.
. "$(dirname "$0")/lib.sh"

door() { # door PATTERN FILE-PATTERN...: only these files may include a header that matches
	pattern=$1
	shift
	for file in $(sources src ui tests/unit); do
		grep -qE "^[[:space:]]*#[[:space:]]*include[[:space:]]*<$pattern" "$file" || continue
		for allowed in "$@"; do
			# shellcheck disable=SC2254
			case $file in $allowed) continue 2 ;; esac
		done
		echo "$file: includes <$pattern>, and its door is $1"
	done
}

check() {
	door 'curl/' src/loop/net.c 'src/loop/net_*.[ch]'
	door 'wslay' src/loop/ws.c 'src/loop/ws_*.[ch]' 'src/origin/*' 'tests/unit/loop/*' 'tests/unit/origin/*'
	door 'yaml\.h' src/base/yml.c
	door 'jansson' src/base/json.c
	door 'openssl/' src/base/crypto.c 'src/base/crypto_*.[ch]' 'tests/unit/*'
	door 'zlib' src/base/gz.c 'tests/unit/base/*'
	door 'libintl\.h' src/base/i18n.h src/base/i18n.c
	for file in $(sources src ui); do
		[ "$file" = src/base/i18n.c ] || ! code "$file" | grep -q 'setlocale *(' ||
			echo "$file: calls setlocale(), and its door is src/base/i18n.c"
	done
	door '(curses|ncurses|ncursesw/|term)\.?' 'ui/*' 'tests/unit/ui/*'
}

sample src/check/bad.c <<'S'
#include <curl/curl.h>
#include <openssl/sha.h>
#include <jansson.h>
#include <yaml.h>
#include <zlib.h>
#include <wslay/wslay.h>
#include <libintl.h>
#include <curses.h>
	setlocale(LC_ALL, "");
S
must_catch "<curl/>" "<openssl/>" "<jansson>" "<yaml\.h>" "<zlib>" "<wslay>" "<libintl" "<(curses" "calls setlocale"
rm -rf "$T/src"
sample src/loop/net.c <<'S'
#include <curl/curl.h>
S
sample ui/term.c <<'S'
#include <ncurses.h>
S
must_pass
finish
