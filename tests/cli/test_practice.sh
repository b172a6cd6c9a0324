#!/bin/sh
# Practice with a private nginx that lies where only root can go, as in a clone below /root.
. "$(dirname "$0")/../lib.sh"
need jq nginx
export TMPDIR="$T/tmp"
mkdir "$TMPDIR" "$T/closed"
cp "$(PATH=$PATH:/usr/sbin command -v nginx)" "$T/closed/nginx"
chmod 700 "$T/closed"
PATH="$T/closed:$PATH" run 0 practice --json
json '.command == "practice" and .summary.fail == 0 and ([.checks[] | select(.id == "ws.event")] | length == 1)'
[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
