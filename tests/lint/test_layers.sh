#!/bin/sh
# Arrows go down only: ui -> setup -> apply -> check, origin -> proxy -> answers, conf -> loop -> base.
. "$(dirname "$0")/lib.sh"

below() { # the rooms a room may include
	case $1 in
	base) echo base ;;
	loop) echo loop base ;;
	conf) echo conf base ;;
	answers) echo answers loop base ;;
	proxy) echo proxy answers conf loop base ;;
	origin) echo origin answers loop base ;;
	check) echo check origin answers loop base ;;
	apply) echo apply check origin proxy answers conf loop base ;;
	setup) echo setup apply check origin proxy answers conf loop base ;;
	*) echo ;;
	esac
}

check() {
	for file in $(sources src); do
		room=${file#src/}
		room=${room%%/*}
		may=" $(below "$room") "
		# shellcheck disable=SC2013
		for include in $(sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$file"); do
			case $include in
			*/*) ;;
			*) # a header beside the file
				[ -f "$(dirname "$file")/$include" ] || echo "$file: includes $include, which is not in its room"
				continue
				;;
			esac
			case "$may" in
			*" ${include%%/*} "*) ;;
			*) echo "$file: the room $room may not know $include" ;;
			esac
		done
	done
}

sample src/base/bad.c <<'S'
#include "loop/loop.h"
S
sample src/check/bad.c <<'S'
#include "apply/plan.h"
#include "proxy/proxy.h"
#include "term.h"
S
must_catch "src/base/bad.c: the room base may not know loop/loop.h" \
	"src/check/bad.c: the room check may not know apply/plan.h" "may not know proxy/proxy.h" \
	"src/check/bad.c: includes term.h"
rm -rf "$T/src"
sample src/check/fine.c <<'S'
#include "check/check.h"
#include "loop/net.h"
#include <stdio.h>
S
must_pass
finish
