#!/bin/sh
# Whatever Cloudflare answers, at whichever request: both sides are as they were, or as was wanted.
# shellcheck disable=SC1091,SC2153
. "$(dirname "$0")/lib.sh"
. tests/cloudflare/lib.sh
origin
server_up
cloudflare_up
cloudy

wanted() { zone '.settings.websockets == "on" and ([.rulesets[].rules | map(select(.ref | startswith("antechamber"))) | length] == [1, 1, 1])'; }
# limit-at: asked too often, and to wait longer than a person would; codeless-at: 403 without a code; garbage-at: 200 and a page.
for knob in limit-at codeless-at garbage-at; do
	n=0
	while :; do
		n=$((n + 1))
		[ $n -lt 60 ] || fail "$knob: it never comes through"
		fresh
		echo $n >"$D/$knob"
		status=0
		timeout 60 "$BIN" apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected \
			--json >"$T/out" 2>"$T/err" </dev/null || status=$?
		left=$(cat "$D/$knob")
		rm -f "$D/$knob"
		[ "$left" -le 0 ] || break
		if [ $status = 0 ]; then # it did no harm: what was wanted is there
			wanted
			run 0 rollback --root "$R" --json
		fi
		[ $status != 6 ] || fail "$knob $n: it could not be put back: $(cat "$T/err")"
		zone_as_before
		as_before
		[ $status != 0 ] || continue
		case $knob in
			limit-at) grep -q 'status 429' "$T/err" || fail "$knob $n: it does not say why" ;;
			codeless-at) grep -q 'status 403' "$T/err" || fail "$knob $n: it does not say why" ;;
		esac
	done
	[ $n -gt 15 ] || fail "$knob: only $((n - 1)) places were tried"
	echo "$knob: $((n - 1)) places"
	wanted

	# The same while it is undone: what could not be asked is said, and another undo ends it.
	m=0
	while :; do
		m=$((m + 1))
		[ $m -lt 40 ] || fail "$knob: it is never undone"
		echo $m >"$D/$knob"
		status=0
		timeout 60 "$BIN" rollback --root "$R" --json >"$T/out" 2>"$T/err" </dev/null || status=$?
		left=$(cat "$D/$knob")
		rm -f "$D/$knob"
		[ $status = 0 ] || [ -s "$T/err" ] || fail "$knob $m: status $status, and nothing is said"
		[ "$left" -le 0 ] || break
	done
	[ $status = 0 ] || run 0 rollback --root "$R" --json
	zone_as_before
	as_before
	echo "$knob: undone at $((m - 1)) places"
done
