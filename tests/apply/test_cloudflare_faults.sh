#!/bin/sh
# Whatever Cloudflare answers, at whichever request: both sides are as they were, or as was wanted.
# shellcheck disable=SC1091,SC2153
. "$(dirname "$0")/lib.sh"
. tests/cloudflare/lib.sh
. tests/apply/faults.sh
origin
server_up
cloudflare_up
cloudy
OPTIONS="--cacert $R/etc/ssl/cert.pem"

begin() { fresh; }
as_wanted() { zone '.settings.websockets == "on" and ([.rulesets[].rules | map(select(.ref | startswith("antechamber"))) | length] == [1, 1, 1])'; }
as_it_was() {
	zone_as_before
	as_before
}
told() {
	case $1 in
		limit-at) complains 'status 429' ;;
		codeless-at) complains 'status 403' ;;
	esac
}
# limit-at: asked too often, and to wait longer than a person would; codeless-at: 403 without a code; garbage-at: 200 and a page.
for knob in limit-at codeless-at garbage-at; do
	faults $knob 15
done
