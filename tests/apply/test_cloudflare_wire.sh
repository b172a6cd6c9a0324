#!/bin/sh
# What is sent to Cloudflare is what its own client sends: every request, and every recorded one that we have a use for.
# shellcheck disable=SC1091,SC2153
. "$(dirname "$0")/lib.sh"
. tests/cloudflare/lib.sh
origin
server_up
cloudflare_up

# Ids differ; the order of members and of a query does not count.
same_form() { # a list of requests on stdin, one a line on stdout
	jq -S -c '.[] | .path |= (gsub("/rulesets/[0-9a-f]{32}"; "/rulesets/RULESET") | gsub("/rules/[0-9a-f]{4,32}"; "/rules/RULE"))
		| {method, path, query, body}'
}
sent() { # what the stand-in was asked, as such a list
	jq -R -s 'split("\n") | map(select(length > 0) | capture("^(?<method>[A-Z]+) (?<target>[^ ]+) ?(?<body>.*)$")
		| (.target / "?") as $t
		| {method, path: $t[0], body: (if .body == "" then null else (.body | fromjson) end),
		   query: (($t[1] // "") / "&" | map(select(length > 0) / "=" | {(.[0]): .[1]}) | add // {})})' "$D/log"
}
same_form <tests/cloudflare/wire.json | sort -u >"$T/recorded"
: >"$T/sent"
note() { sent | same_form >>"$T/sent"; }

# Made, tried before; a rule of ours that somebody changed is set right; and all taken back.
cloudy
sed -i 's/zone: example.org,/zone: example.org, ssl: strict,/' "$T/answers.yaml"
fresh
jq '.settings.ssl = "flexible"' "$D/zone.json" >"$T/flexible" && cp "$T/flexible" "$D/zone.json"
go() { apply 0 --allow-unprotected; }
go
zone '.settings.ssl == "strict"'
note
: >"$D/log"
switch() { # switch true|false: ours, by somebody else
	jq --argjson to "$1" '.rulesets |= map_values(.rules |= map(if (.ref | startswith("antechamber")) then .enabled = $to else . end))' \
		"$D/zone.json" >"$T/switched" && cp "$T/switched" "$D/zone.json"
}
switch false
go
zone '.rulesets.http_config_settings.rules[1].enabled'
note
: >"$D/log"
run 0 rollback --root "$R" --json
zone '.rulesets.http_config_settings.rules[1].enabled == false'
note
switch true
: >"$D/log"
run 0 remove --root "$R" --yes --json
zone '.settings.ssl == "flexible" and .settings.websockets == "off"'
note

sort -u "$T/sent" >"$T/ours"
# What puts a value back has the value that was read: no client can know it.
grep -v '"value":"off"\|"value":"flexible"\|"enabled":false' "$T/ours" | comm -23 - "$T/recorded" >"$T/unknown"
[ ! -s "$T/unknown" ] || fail "no client sends: $(cat "$T/unknown")"
# We edit no ruleset as a whole, and make only the one kind that was not there.
jq '[.[] | select(.name | test("^(ips|ruleset get|(api|pages) create( tried)?|events add( tried)?|events remove)$") | not)]' \
	tests/cloudflare/wire.json | same_form | sort -u | comm -23 - "$T/ours" >"$T/unused"
[ ! -s "$T/unused" ] || fail "never sent: $(cat "$T/unused")"
echo "$(wc -l <"$T/ours") requests as the client sends them"
