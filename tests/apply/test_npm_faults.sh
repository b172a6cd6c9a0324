#!/bin/sh
# Whatever Nginx Proxy Manager answers, at whichever request: its hosts are as they were, or as was wanted.
# shellcheck disable=SC1091,SC2153
. "$(dirname "$0")/../npm/lib.sh"
. tests/apply/faults.sh

# VERSION SITUATION KNOB: each alone and beside the others, as most of it is waiting.
if [ $# = 0 ]; then
	address
	while read -r version situation knob; do
		sh "tests/apply/${0##*/}" "$version" "$situation" "$knob" >"$T/$version-$situation-$knob" 2>&1 &
		PIDS="$PIDS $!"
	done <<-END
		2.15.1 new right-at
		2.15.1 new expired-at
		2.15.1 new garbage-at
		2.15.1 new other-at
		2.15.1 new fail-at
		2.15.1 new offline-at
		2.15.1 new race-at
		2.12.6 new right-at
		2.12.6 new fail-at
		2.12.6 old other-at
		2.11.3 old right-at
		2.11.3 old fail-at
		2.11.3 old offline-at
		2.11.3 old race-at
	END
	failed=
	for pid in $PIDS; do wait "$pid" || failed=1; done
	PIDS=
	tail -n 40 "$T"/2.*
	[ -z "$failed" ] || fail "not as it was"
	exit 0
fi

version=$1 situation=$2 knob=$3
behind_up
npm_up "$version"
answers
OPTIONS=
off=false
[ "$version" != 2.11.3 ] || off=0
case $situation in
	new) echo '[]' >"$D/hosts.json" ;;
	old) old_host $off 0 $off ;; # switched off, so that two requests are made of it
esac
cp "$D/hosts.json" "$T/old.json"
begin() {
	cp "$T/old.json" "$D/hosts.json"
	: >"$D/log"
}
as_wanted() {
	hosts 'length == 1 and .[0].meta.nginx_online and (.[0].advanced_config | contains("antechamber")) and (.[0].enabled == true or .[0].enabled == 1)'
}
picture() { jq -S 'map(del(.meta) | .locations = null)' "$1"; }
as_it_was() { # as_it_was [FILE]: if not as in the beginning
	picture "${1:-$T/old.json}" >"$T/want"
	picture "$D/hosts.json" >"$T/now"
	cmp -s "$T/want" "$T/now" || fail "its hosts are not as they were: $(diff "$T/want" "$T/now")"
	hosts 'all(.enabled == false or .enabled == 0 or .meta.nginx_online)'
}
told() { [ -s "$T/err" ] || jq -e .error.message "$T/out" >/dev/null || fail "$1 $2: it does not say why"; }
# Somebody else's host stands there from one look to the next: theirs stays, whatever is undone.
races() {
	n=0
	while :; do
		n=$((n + 1))
		old_host $off 0 $off
		jq '.[0].forward_port = 9' "$D/hosts.json" >"$D/theirs"
		cp "$D/theirs" "$T/theirs.json"
		begin
		struck race-at $n apply --answers "$T/answers.yaml" --allow-unprotected
		[ "$left" -le 0 ] || break
		[ ! -e "$D/theirs" ] || continue # no look
		timeout 60 "$BIN" rollback --root "$R" >"$T/out" 2>"$T/err" </dev/null || :
		as_it_was "$T/theirs.json"
	done
	[ $n -gt 10 ] || fail "only $((n - 1)) places were tried"
	as_wanted
}

case $knob in
	race-at) races ;;
	*) faults "$knob" 10 ;;
esac
