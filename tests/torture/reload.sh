#!/bin/sh
# tests/torture/reload.sh - a reload that never ends, once and for ever: it is ended at its limit with all it started,
# everything is undone, it is told, and nothing is left running.
. "$(dirname "$0")/../apply/lib.sh"
RUN_SECONDS=300
origin
server_up
answers
cat >"$T/hangs" <<SH
echo \$\$ >>$T/pids
if [ -e $T/hang ]; then
	[ ! -e $T/only-once ] || rm $T/hang
	trap '' TERM
	sleep 3600 & echo \$! >>$T/pids
	while :; do sleep 0.2; done
fi
exec nginx -s reload -e $T/validate.log -c $R/etc/nginx/nginx.conf
SH
sed -i "s|reload: .*|reload: [/bin/sh, $T/hangs]|" "$T/answers.yaml"
all_are_gone() { for pid in $(cat "$T/pids"); do ! kill -0 "$pid" 2>/dev/null || return 1; done; }

: >"$T/hang"
: >"$T/only-once"
begin=$(date +%s)
apply 1 --allow-unprotected
took=$(($(date +%s) - begin))
[ $took -ge 60 ] && [ $took -lt 110 ] || fail "it took $took s"
json '.outcome == "undone" and (.error.message | contains("did not end in time"))'
as_before
blog_answers || fail "the other site is gone"
wait_for 5 all_are_gone

# Nor does any other.  What nginx never took needs no reload to be undone.
rm "$T/only-once"
: >"$T/hang"
apply 1 --allow-unprotected
json '.outcome == "undone"'
complains "$T/hangs"
as_before
wait_for 5 all_are_gone
blog_answers || fail "the other site is gone"
echo "a hanging reload was ended after $took s, 2 times undone"
