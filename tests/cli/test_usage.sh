#!/bin/sh
# Wrong usage is one sentence that names the option, what was read, what was expected; status 2.
. "$(dirname "$0")/../lib.sh"
need jq

wrong() { # wrong 'WORDS THAT MUST BE SAID|...' ARGUMENT...
	words=$1
	shift
	run 2 "$@"
	[ ! -s "$T/out" ] || fail "something on stdout: $*"
	[ "$(wc -l <"$T/err")" = 1 ] || fail "not one sentence: $*"
	IFS='|'
	for w in $words; do complains "$w"; done
	unset IFS
	run 2 "$@" --json
	json '.schema == 1 and .error.code == "usage" and (.error.message | length > 10)'
	json '.error | has("file") and has("line") and has("column")'
}

wrong 'frobnicate' frobnicate
wrong '--frobnicate' check --frobnicate
wrong '--frobnicate' --frobnicate
wrong '"-x"' check -x
wrong '"-"' check -
wrong '--origin' check
wrong 'extra' detect extra
wrong '--origin|value|URL' check --origin
wrong '--origin|ftp' check --origin ftp://x
wrong '--origin' check --origin ''
wrong '--origin' check --origin http://127.0.0.1:99999
wrong '--origin' check --origin http://u:p@127.0.0.1
wrong '--public' check --origin http://127.0.0.1 --public https://chat.example.org/app
wrong '--public' check --origin http://127.0.0.1 --public 'https://chat example'
wrong '--timeout|"soon"' check --origin http://127.0.0.1 --timeout soon
wrong '--timeout|"0"' check --origin http://127.0.0.1 --timeout 0
wrong '--timeout|"nan"' check --origin http://127.0.0.1 --timeout nan
wrong '--timeout' check --origin http://127.0.0.1 --timeout=
wrong '--body-size|"50MM"|50M' check --origin http://127.0.0.1 --body-size 50MM
wrong '--body-size' check --origin http://127.0.0.1 --body-size -1
wrong '--body-size' check --origin http://127.0.0.1 --body-size 0
wrong '--connect-to|HOST:PORT' check --origin http://127.0.0.1 --public http://x --connect-to 127.0.0.1
wrong '--connect-to' check --origin http://127.0.0.1 --public http://x --connect-to 127.0.0.1:0x50
wrong '--connect-to|--public' check --origin http://127.0.0.1 --connect-to 127.0.0.1:80
wrong '--deep|"yes"' check --origin http://127.0.0.1 --deep=yes
wrong '--color|"red"|never' check --origin http://127.0.0.1 --color red
wrong '--lang|"xx"|en' check --origin http://127.0.0.1 --lang xx
wrong '--cacert' check --origin http://127.0.0.1 --cacert "$T/missing.pem"
wrong '--root' detect --root "$T/missing"
wrong 'no-such.check|check --help' check --origin http://127.0.0.1 --only no-such.check
wrong '--deep|print' print --answers x --deep
wrong '--answers' print
wrong '--answers' apply
wrong '--plan|"abc"|SHA-256' apply --answers x --plan abc
wrong '--confirm-within|"0"' apply --answers x --confirm-within 0
wrong 'ID|"one"' rollback one
wrong 'two' rollback 1 two
wrong 'ID|"0"' rollback 0
wrong '--list' rollback --list 3
wrong '--port|"65536"|65535' origin --port 65536
wrong 'misbehave|whistle' origin --misbehave whistle
wrong '--pace' origin --pace 0

# Control bytes in what was typed do not reach the terminal.
run 2 check --origin "$(printf 'http://a\033[31mb')"
! grep -q "$(printf '\033')" "$T/err" || fail "an escape reached the terminal"

# No terminal, and something to ask.
run 2
complains "--plain"
