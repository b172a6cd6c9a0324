#!/bin/sh
# lint --npm: what a text for Nginx Proxy Manager's Advanced field does, at line and column; the documentation's own first.
# shellcheck disable=SC2016
. "$(dirname "$0")/../lib.sh"

at() { # at ID LINE COLUMN STATUS: the document on stdout has it
	json '[.findings[] | select(.id == "'"$1"'" and .status == "'"$4"'") | .where | [.line, .column]] | index([['"$2, $3"']]) != null'
}

# Verbatim, with Websockets Support on, as it tells: offline at one line; and lost, past the list, elsewhere, too small.
run 1 lint --npm tests/npm/documented.conf
says 'tests/npm/documented.conf:4:1: proxy_http_version 1.1;'
says 'nginx refuses this text: the host goes offline the moment it is saved.'
run 1 lint --npm tests/npm/documented.conf --json
json '.schema == 1 and .command == "lint" and .offline and (.ready | not)'
json '[.findings[] | select(.harm == "offline")] | length == 1'
json '.summary.fail + .summary.warn == (.findings | length)'
json '.findings[0].where.file == "tests/npm/documented.conf"'
at duplicate-npm 4 1 fail
at body-limit 1 1 fail
at access-list 12 1 warn
at leads-to-npm 13 1 fail
at ws-host-lost 14 1 fail
at ws-host-lost 24 1 fail
at ws-proto-lost 14 1 fail
at hsts-lost 49 1 warn

# With the switch off it is taken, and still leads nowhere.
run 1 lint --npm tests/npm/documented.conf --no-websockets --json
json '.offline == false and .ready == false'
json '[.findings[] | select(.id == "duplicate-npm")] | length == 0'
at leads-to-npm 13 1 fail
run 1 lint --npm tests/npm/documented.conf --no-websockets
says 'The host stays online, but OpenChamber does not work through it.'

# What this program writes there itself has nothing against it.
cat >"$T/fine" <<'END'
client_max_body_size 2000m;
proxy_request_buffering off;
gzip off;
proxy_buffering off;
proxy_connect_timeout 30s;
proxy_read_timeout 3600s;
proxy_send_timeout 3600s;
END
run 0 lint --npm "$T/fine"
says 'Nothing is wrong with this text.'
run 0 lint --npm "$T/fine" --json --strict
json '.ready and (.findings | length == 0)'
: >"$T/empty"
run 0 lint --npm "$T/empty"

# A warning is a failure only where it is asked to be one; standard input; CRLF as a browser pastes it.
printf 'gzip off;\r\nclient_max_body_size 1000m;\r\n' >"$T/warned"
run 0 lint --npm "$T/warned" --json
at body-lowered 2 1 warn
run 1 lint --npm "$T/warned" --strict
got=0
printf 'gzip off\n' | timeout 20 "$BIN" lint --npm - --json >"$T/out" 2>"$T/err" || got=$?
[ $got = 1 ] || fail "standard input: status $got"
at syntax 1 1 fail

# A forgotten ; is said where nginx stumbles, and nothing is called online that is not; one that nginx takes is a warning.
printf 'client_max_body_size 2000m\nproxy_buffering off;\n' >"$T/open"
run 1 lint --npm "$T/open"
says "$T/open:2:1: proxy_buffering off;"
says 'The directive above does not end in ;'
says 'Write ; at the end of the directive above.'
says 'the host goes offline the moment it is saved'
printf 'client_max_body_size 2000m\n  200m;\nproxy_buffering maybe;\nproxy_read_timeout;\nproxy_send_timeout soon;\n' >"$T/values"
run 1 lint --npm "$T/values" --json
json '.offline'
at value-count 1 1 fail
at value-kind 3 1 fail
at value-count 4 1 fail
at value-kind 5 1 fail
run 1 lint --npm "$T/values"
says 'Values here: 2. nginx takes 1, and refuses the whole host.'
says 'nginx takes here only: on, off.'
printf 'gzip_types text/css\n  proxy_buffering off;\n' >"$T/taken"
run 0 lint --npm "$T/taken" --json
json '.offline == false'
at swallowed 2 3 warn

# Wrong usage, a file that is none, and one no API would take.
run 2 lint
complains '--npm FILE'
run 2 check --npm x
run 4 lint --npm "$T/missing" --json
json '.error.code == "value"'
printf 'gzip \000off;\n' >"$T/zero"
run 4 lint --npm "$T/zero"
head -c 200000 /dev/zero | tr '\000' '#' >"$T/large"
run 4 lint --npm "$T/large"
# A line of somebody else's cannot write to the terminal.
printf 'proxy_\033[31mfering off;\n' >"$T/escape"
run 1 lint --npm "$T/escape"
! grep -q "$(printf '\033')" "$T/out" || fail "an escape sequence came through"
