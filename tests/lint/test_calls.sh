#!/bin/sh
# Calls that are not made: the engine does not print and does not exit; nobody cuts strings blindly or asks a shell.
. "$(dirname "$0")/lib.sh"

never() { # never REASON CALLS FILES...
	reason=$1 calls=$2
	shift 2
	for file in "$@"; do
		code "$file" | grep -nE "(^|[^A-Za-z0-9_>.])($calls)[[:space:]]*\\(" | sed "s|^\\([0-9]*\\):.*|$file:\\1: $reason|"
	done
}

check() {
	# shellcheck disable=SC2046
	never "the engine does not print" 'printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror' \
		$(sources src | grep -v '^src/base/mem.c$') # out of memory there is nobody left to tell
	# shellcheck disable=SC2046
	never "the engine does not exit" 'exit|quick_exit' $(sources src)
	# shellcheck disable=SC2046
	never "a call without a bound" 'strcpy|strcat|sprintf|vsprintf|gets|stpcpy' $(sources src ui tests/unit)
	# shellcheck disable=SC2046
	never "no shell between us and a program" 'system|popen' $(sources src ui)
	# shellcheck disable=SC2046
	never "a name that can be guessed" 'tmpnam|tempnam|mktemp' $(sources src ui tests/unit)
	# What is read of a proxy may be a container's; the rest of these files look at /proc, and at secrets.
	# shellcheck disable=SC2046
	never "a file is opened by base/within.h" 'open|fopen|opendir|scandir|glob|realpath|stat|lstat|access' \
		$(sources src | grep -E '^src/(conf|proxy)/' | grep -vE '/(running|obstacle|secret|boxed|caddy_master)\.c$')
}

sample src/check/bad.c <<'S'
	printf("x");
	if (x) exit(1);
	strcpy(a, b);
	system("ls");
	tmpnam(a);
S
sample src/conf/bad.c <<'S'
	if (stat(path, &st) == 0)
		f = fopen(path, "re");
S
must_catch "src/check/bad.c:1: the engine does not print" "bad.c:2: the engine does not exit" \
	"bad.c:3: a call without a bound" "bad.c:4: no shell" "bad.c:5: a name" \
	"src/conf/bad.c:1: a file is opened by" "src/conf/bad.c:2: a file is opened by"
rm -rf "$T/src"
sample src/check/fine.c <<'S'
/* printf(x) and exit(1) stand in a comment
   system(x) */
	buf_printf(out, "printf(%s) system(1)", x);
	snprintf(x, n, "y");
	f->exit(1);
	_exit(127);
S
sample src/conf/fine.c <<'S'
	within_stat(path, &st, WITHIN_FOLLOW);
S
must_pass
finish
