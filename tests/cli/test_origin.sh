#!/bin/sh
# The probe origin: one line says where, a signal ends it, the password is nowhere to be seen.
. "$(dirname "$0")/../lib.sh"
need jq curl

origin
[ "$(wc -l <"$T/origin.out")" = 1 ] || fail "more than one line"
case $ORIGIN in http://127.0.0.1:[1-9]*) ;; *) fail "not an address: $ORIGIN" ;; esac
curl -fsS "$ORIGIN/api/version" >"$T/out"
json '.openchamberVersion and .serverId'
kill -TERM "$ORIGIN_PID"
rc=0; wait "$ORIGIN_PID" || rc=$?
[ $rc = 143 ] || fail "status $rc after TERM"

# A background job of a shell ignores INT, so the program is started by one that does not.
password secret-word
ANTECHAMBER_PASSWORD=secret-word origin --server-id abc
tr '\0' '\n' <"/proc/$ORIGIN_PID/environ" >"$T/out" 2>/dev/null || :
says_not secret-word
curl -s -o "$T/out" "$ORIGIN/auth/session"
json '.locked == true'
curl -fsS "$ORIGIN/api/version" >"$T/out"
json '.serverId == "abc"'
curl -fsS -H 'Content-Type: application/json' -d '{"password":"secret-word"}' "$ORIGIN/auth/session" >"$T/out"
json '.authenticated == true'

origin --password-file "$T/password" --misbehave no-server-id
curl -fsS "$ORIGIN/api/version" >"$T/out"
json 'has("serverId") | not'
curl -s -o "$T/out" "$ORIGIN/auth/session"
json '.locked == true'

# The same port twice.
port=${ORIGIN##*:}
run 1 origin --port "$port" || :
grep -q "$port" "$T/err" || fail "the message does not name the port"
run 4 origin --password-file "$T/missing"
complains "--password-file"
: >"$T/empty"
run 4 origin --password-file "$T/empty"
complains "empty"
