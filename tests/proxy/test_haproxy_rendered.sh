#!/bin/sh
# What is written for HAProxy: the whole checklist in a rehearsal, then applied beside a shop, and taken back.
# shellcheck disable=SC2154,SC2034
. "$(dirname "$0")/rendered.sh"
need haproxy openssl curl
PROXY=haproxy
rehearsals

certificate "$NAME"
certificate shop.example.org
password
origin --password-file "$T/password" --pace 10
two_ports
R=$T/root
mkdir -p "$R/etc/haproxy/certs" "$R/etc/ssl"
cp "$T/$NAME.pem" "$T/$NAME.key" "$R/etc/ssl/"
chmod 600 "$R/etc/ssl/$NAME.key"
cat "$T/shop.example.org.pem" "$T/shop.example.org.key" >"$R/etc/haproxy/certs/shop.pem"

head='global
	# a comment of theirs
	hard-stop-after 5s
defaults
	mode http
	timeout connect 5s
	timeout client 50s
	timeout server 50s
	option forwardfor'
shop='backend shop
	http-request return status 200 content-type text/plain string shop'

up() { # up TEXT: a HAProxy with a master that reads the tree
	proxy_down
	printf '%s\n' "$1" | fill >"$R/etc/haproxy/haproxy.cfg"
	PATH=$PATH:/usr/sbin haproxy -W -f "$R/etc/haproxy/haproxy.cfg" >"$T/haproxy.log" 2>&1 &
	started $! "$HTTP" "$T/haproxy.log"
}
mine() { # the answers for the site on the private ports
	answers "https://$NAME:$TLS" "tls: {mode: existing, certificate: $R/etc/ssl/$NAME.pem, key: $R/etc/ssl/$NAME.key}" \
		"listen: {address: 127.0.0.1, http: $HTTP, https: $TLS}"
}
back() { # everything is as it was, and the shop answers
	run 0 remove --root "$R" --yes --json
	picture "$R" >"$T/after"
	cmp "$T/before" "$T/after" || fail "the tree is not as it was: $(diff "$T/before" "$T/after")"
	haproxy_says "$HTTP" shop.example.org 200
}
haproxy_says() { # a reload takes a moment
	says_it() { [ "$(asks "$1" "$2")" = "$3" ]; }
	wait_for 5 says_it "$1" "$2" "$3"
}

# Its ports are the shop's: a rule in the shop's frontends, and no second bind.
up "$head
frontend web
	bind 127.0.0.1:@HTTP@
	default_backend shop
frontend web_tls
	bind 127.0.0.1:@TLS@ ssl crt $R/etc/haproxy/certs/shop.pem alpn h2,http/1.1 # theirs
	# the shop is for everybody else
	default_backend shop
$shop"
picture "$R" >"$T/before"
mine
apply 0 --cacert "$T/$NAME.pem"
json '.changed == true and .summary.fail == 0 and .ready == true and .otherSites >= 1 and .otherSitesChanged == 0'
[ "$(grep -c '^	bind' "$R/etc/haproxy/haproxy.cfg")" = 2 ] || fail "a second bind: $(cat "$R/etc/haproxy/haproxy.cfg")"
haproxy_says "$TLS" shop.example.org 200
haproxy_says "$HTTP" shop.example.org 200
haproxy_says "$HTTP" "$NAME" 301
check_tls 0 --password-file "$T/password"
# X-Forwarded-Port and the like are nobody's business: the port is in the address people type.
run 0 check --origin "$ORIGIN" --public "https://$NAME:$TLS" --connect-to "127.0.0.1:$TLS" --cacert "$T/$NAME.pem" \
	--password-file "$T/password" --json
ready
apply 0 --cacert "$T/$NAME.pem"
json '.changed == false'

# Somebody spoils it: the line is named, as it would be in any frontend.
sed 's/set-header X-Forwarded-Proto https/set-header X-Forwarded-Proto http/' "$R/etc/haproxy/haproxy.cfg" >"$T/spoilt.cfg"
cp "$R/etc/haproxy/haproxy.cfg" "$T/good.cfg"
cp "$T/spoilt.cfg" "$R/etc/haproxy/haproxy.cfg"
kill -USR2 "$PROXY_PID"
wait_for 20 is_named ws-proto-lost
LINE=$(grep -n 'X-Forwarded-Proto http if' "$R/etc/haproxy/haproxy.cfg" | cut -d : -f 1)
json ".checks[] | select(.id == \"ws.event\" and .target == \"public\") | .where == {file: \"/etc/haproxy/haproxy.cfg\", line: $LINE}"
cp -p "$T/good.cfg" "$R/etc/haproxy/haproxy.cfg"
back

# Nobody listens there yet: a frontend of its own.
up "$head
frontend web
	bind 127.0.0.1:@HTTP@
	default_backend shop
$shop"
picture "$R" >"$T/before"
cp -p "$R/etc/haproxy/haproxy.cfg" "$T/before.cfg"
mine
apply 0 --cacert "$T/$NAME.pem"
json '.changed == true and .ready == true'
ID=$(jq .id "$T/out")
grep -q "bind 127.0.0.1:$TLS ssl crt $R/etc/haproxy/antechamber " "$R/etc/haproxy/haproxy.cfg" || fail "no frontend of its own"
# An edit elsewhere in the file is no conflict, for the next change or for an undo; one in our lines is.
edited() { sed 's/a comment of theirs/a comment of mine/' "$1"; printf '# and behind\n'; }
edited "$R/etc/haproxy/haproxy.cfg" >"$T/edited.cfg"
cp "$R/etc/haproxy/haproxy.cfg" "$T/good.cfg"
cp "$T/edited.cfg" "$R/etc/haproxy/haproxy.cfg"
answers "https://$NAME:$TLS" "tls: {mode: existing, certificate: $R/etc/ssl/$NAME.pem, key: $R/etc/ssl/$NAME.key}" \
	"listen: {address: 127.0.0.1, http: $HTTP, https: $TLS}" "limits: {stream: 1800s}"
apply 0 --cacert "$T/$NAME.pem"
json '.changed == true'
run 0 rollback --root "$R" --json
cmp "$R/etc/haproxy/haproxy.cfg" "$T/edited.cfg" || fail "the rollback touched what is not ours"
sed -i 's/X-Forwarded-Proto https/X-Forwarded-Proto mine/' "$R/etc/haproxy/haproxy.cfg"
apply 1 --cacert "$T/$NAME.pem"
complains 'was edited since'
run 6 rollback "$ID" --root "$R" --json
grep -q 'X-Forwarded-Proto mine' "$R/etc/haproxy/haproxy.cfg" || fail "an edit of our lines is lost"
cp "$T/edited.cfg" "$R/etc/haproxy/haproxy.cfg"
run 0 rollback "$ID" --root "$R" --json
edited "$T/before.cfg" | cmp - "$R/etc/haproxy/haproxy.cfg" || fail "the undo left something, or took more than ours"
cp -p "$T/before.cfg" "$R/etc/haproxy/haproxy.cfg"
mine
apply 0 --cacert "$T/$NAME.pem"
# Another port: what was there for the old one goes.
OLD=$TLS
TLS=$(closed_port)
mine
apply 0 --cacert "$T/$NAME.pem"
grep -q ":$OLD" "$R/etc/haproxy/haproxy.cfg" && fail "the old port is still there"
run 0 rollback --root "$R" --json
json '.outcome == "undone"'
TLS=$OLD
back

# What HAProxy refuses is undone before anybody notices.
up "$head
frontend web
	bind 127.0.0.1:@HTTP@
	default_backend shop
$shop"
cp "$T/shop.example.org.key" "$R/etc/ssl/$NAME.key"
picture "$R" >"$T/before"
mine
apply 1 --cacert "$T/$NAME.pem"
json '.changed == false'
picture "$R" >"$T/after"
cmp "$T/before" "$T/after" || fail "a refused configuration stayed: $(diff "$T/before" "$T/after")"
haproxy_says "$HTTP" shop.example.org 200
cp "$T/$NAME.key" "$R/etc/ssl/$NAME.key"

# TLS ends in front; through a real one in front see test_matrix.sh.
picture "$R" >"$T/before"
answers "https://$NAME" 'tls: {mode: upstream}' "listen: {address: 127.0.0.1, http: $HTTP}"
apply 0
json '.changed == true and .summary.fail == 0'
back
