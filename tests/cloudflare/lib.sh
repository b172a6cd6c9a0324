# tests/cloudflare/lib.sh - a stand-in for Cloudflare's API with a zone of others' rules; behind tests/apply/lib.sh.
# shellcheck shell=sh disable=SC2034
CF=${B:-build}/tests/cloudflare/cloudflare
[ -x "$CF" ] || make -s "$CF" || fail "the stand-in does not build"
TOKEN=cfut_stand-in-0123456789
D=$T/cloudflare
export D

cloudflare_up() { # its token is in $R/run/token
	mkdir -p "$D" "$R/run"
	printf '%s\n' $TOKEN >"$R/run/token"
	chmod 600 "$R/run/token"
	: >"$D/log"
	serve cf "$CF" "$D"
	ANTECHAMBER_CLOUDFLARE_API=$LISTENS
	export ANTECHAMBER_CLOUDFLARE_API
}

# A zone where others have two rules of one kind, one of another, and none of the third.
fresh() {
	cat >"$D/zone.json" <<'JSON'
{"next": 1, "plan": "free", "settings": {"websockets": "off", "ssl": "strict"}, "rulesets": {
 "http_request_cache_settings": {"id": "000000000000000000000000000000c1", "kind": "zone", "rules": [
  {"id": "000000000000000000000000000000d1", "ref": "shop", "expression": "(http.host eq \"shop.example.org\")",
   "action": "set_cache_settings", "action_parameters": {"cache": true}, "enabled": true, "description": "theirs"},
  {"id": "000000000000000000000000000000d2", "ref": "blog", "expression": "true", "action": "set_cache_settings",
   "action_parameters": {"cache": false}, "enabled": false, "description": ""}]},
 "http_config_settings": {"id": "000000000000000000000000000000c2", "kind": "zone", "rules": [
  {"id": "000000000000000000000000000000d3", "ref": "ssl", "expression": "true", "action": "set_config",
   "action_parameters": {"ssl": "strict"}, "enabled": true, "description": "theirs"}]}}}
JSON
	: >"$D/log"
	picture >"$T/zone"
}
ips() { # ips FILTER: what it tells of its addresses: the shipped ones, changed by a filter
	grep -v '^#' templates/cloudflare/ips | jq -R . | jq -s '{success: true, errors: [], messages: [], result: {etag: "38f79d050aa027e3be3865e495dcc9bc",
		ipv4_cidrs: map(select(contains(":") | not)), ipv6_cidrs: map(select(contains(":")))}}' | jq "$1" >"$D/ips"
}
picture() { jq -S 'del(.next)' "$D/zone.json"; }
zone_as_before() {
	picture >"$T/now"
	cmp -s "$T/zone" "$T/now" || fail "the zone is not as it was: $(diff "$T/zone" "$T/now")"
}
zone() { jq -e "$1" "$D/zone.json" >/dev/null || fail "not true of the zone: $1: $(cat "$D/zone.json")"; }
changes() { grep -E '^(POST|PATCH|PUT|DELETE)' "$D/log" | grep -cv dry_run || :; }
cloudy() { answers "cdn: cloudflare
cloudflare: {zone: example.org, token-file: /run/token}"; }
