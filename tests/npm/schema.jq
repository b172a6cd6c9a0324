# Is every body of these calls one that Nginx Proxy Manager's own schema takes?  Derived from its backend/schema of 2.11 to
# 2.15 (paths/nginx/proxy-hosts, components/proxy-host-object, common): only what all of them know, so nothing that is new
# or gone in one of them.  There no body may have another member.  Input: .calls of a printed plan; output: what is wrong.
def flag: type == "boolean";
def natural: type == "number" and . >= 0 and floor == .;
def port: natural and . >= 1 and . <= 65535;
def scheme: . == "http" or . == "https";
def host: type == "string" and length >= 1 and length <= 255;
def domains: type == "array" and length >= 1 and length <= 100 and (unique | length) == length
	and all(.[]; type == "string" and test("^[^&| @!#%^();:/\\\\}{=+?<>,~`'\"]+$"));
def location: type == "object" and (keys - ["advanced_config", "forward_host", "forward_path", "forward_port", "forward_scheme", "path"]) == []
	and (.path | type == "string" and length >= 1) and (.forward_scheme | scheme) and (.forward_host | host) and (.forward_port | port)
	and ((.advanced_config // "") | type == "string");
def is($kind):
	if $kind == "flag" then flag elif $kind == "natural" then natural elif $kind == "port" then port
	elif $kind == "scheme" then scheme elif $kind == "host" then host elif $kind == "domains" then domains
	elif $kind == "id" then natural or . == "new" elif $kind == "text" then type == "string"
	elif $kind == "locations" then type == "array" and all(.[]; location)
	elif $kind == "object" then type == "object" else false end;
def takes($key): is({
	domain_names: "domains", forward_scheme: "scheme", forward_host: "host", forward_port: "port",
	allow_websocket_upgrade: "flag", block_exploits: "flag", caching_enabled: "flag", http2_support: "flag",
	ssl_forced: "flag", hsts_enabled: "flag", hsts_subdomains: "flag", enabled: "flag",
	certificate_id: "id", access_list_id: "natural", advanced_config: "text", locations: "locations", meta: "object"
}[$key]);
.calls[] | select(.service == "npm" and .body) as $call | $call.body
| (to_entries[] | .key as $key | select(.value | takes($key) | not) | "\($call.method) \($call.url): \($key)"),
  (select($call.method == "POST") | (["domain_names", "forward_scheme", "forward_host", "forward_port"] - keys)[] | "\($call.url): without \(.)")
