#!/bin/sh
# What is written for Apache: the whole checklist in a rehearsal, then applied beside a shop, and taken back.
# shellcheck disable=SC2154,SC2034
. "$(dirname "$0")/rendered.sh"
need apache2 openssl curl
[ -d /usr/lib/apache2/modules ] || skip "Apache's modules are not where Debian has them"
PROXY=apache
rehearsals

certificate "$NAME"
certificate shop.example.org
password
origin --password-file "$T/password" --pace 10
two_ports
chmod 755 "$T"
R=$T/root
A=$R/etc/apache2
mkdir -p "$A/mods-available" "$A/mods-enabled" "$A/sites-available" "$A/sites-enabled" "$R/etc/ssl" "$R/run"
cp "$T/$NAME.pem" "$T/$NAME.key" "$T/shop.example.org.pem" "$T/shop.example.org.key" "$R/etc/ssl/"
chmod 600 "$R/etc/ssl/"*.key
for m in alias authz_core deflate env filter mime setenvif reqtimeout proxy proxy_http headers ssl socache_shmcb http2 mpm_event; do
	depends=
	case $m in
	ssl) depends='# Depends: setenvif mime socache_shmcb
' ;;
	proxy_http) depends='# Depends: proxy
' ;;
	esac
	printf '%sLoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n' "$depends" "$m" "$m" >"$A/mods-available/$m.load"
done
echo "Protocols h2 h2c http/1.1" >"$A/mods-available/http2.conf"
echo "TypesConfig /dev/null" >"$A/mods-available/mime.conf"
# One that had to be started anew is nobody's child.
trap '[ ! -s "$R/run/pid" ] || kill "$(cat "$R/run/pid")" 2>/dev/null || :; cleanup' EXIT
switch_on() {
	for m in "$@"; do ln -s "../mods-available/$m.load" "$A/mods-enabled/$m.load"; done
}
switch_on alias authz_core deflate env filter setenvif reqtimeout mpm_event

cat >"$A/apache2.conf" <<CONF
ServerRoot $A
ServerName localhost
PidFile $R/run/pid
ErrorLog $R/run/log
DefaultRuntimeDir $R/run
Timeout 60
KeepAlive On
User nobody
Group nogroup
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Include ports.conf
<Directory />
	Require all denied
</Directory>
AddOutputFilterByType DEFLATE text/html text/event-stream application/json
IncludeOptional sites-enabled/*.conf
CONF
[ "$(id -u)" = 0 ] || sed -i '/^User /d; /^Group /d' "$A/apache2.conf"

up() { # up PORTS SHOP: an httpd that reads the tree
	proxy_down
	printf '%s\n' "$1" | fill >"$A/ports.conf"
	printf '%s\n' "$2" | fill >"$A/sites-available/shop.conf"
	ln -sf ../sites-available/shop.conf "$A/sites-enabled/shop.conf"
	/usr/sbin/apache2 -d "$A" -f "$A/apache2.conf" -DFOREGROUND >"$T/apache.log" 2>&1 &
	started $! "$HTTP" "$T/apache.log"
}
mine() {
	answers "https://$NAME:$TLS" "tls: {mode: existing, certificate: $R/etc/ssl/$NAME.pem, key: $R/etc/ssl/$NAME.key}" \
		"listen: {address: 127.0.0.1, http: $HTTP, https: $TLS}"
}
apache_says() { # a reload takes a moment
	says_it() { [ "$(asks "$1" "$2")" = "$3" ]; }
	wait_for 5 says_it "$1" "$2" "$3"
}
back() { # everything is as it was, and the shop answers
	run 0 remove --root "$R" --yes --json
	picture "$R" >"$T/after"
	cmp "$T/before" "$T/after" || fail "the tree is not as it was: $(diff "$T/before" "$T/after")"
	apache_says "$HTTP" shop.example.org 403
}
checklist() {
	run 0 check --origin "$ORIGIN" --public "https://$NAME:$TLS" --connect-to "127.0.0.1:$TLS" --cacert "$T/$NAME.pem" \
		--password-file "$T/password" --json
	ready
}

# Nobody listens there yet, and most modules are off: they are switched on, the port is opened.
up 'Listen 127.0.0.1:@HTTP@' '<VirtualHost *:@HTTP@>
	ServerName shop.example.org
	DocumentRoot /nowhere
</VirtualHost>'
picture "$R" >"$T/before"
mine
apply 0 --cacert "$T/$NAME.pem"
json '.changed == true and .summary.fail == 0 and .ready == true and .otherSites >= 1 and .otherSitesChanged == 0'
for m in proxy.load proxy_http.load headers.load ssl.load socache_shmcb.load http2.load; do
	[ -L "$A/mods-enabled/$m" ] || fail "$m is not switched on"
done
[ ! -e "$A/mods-enabled/http2.conf" ] || fail "HTTP/2 for every other site"
apache_says "$HTTP" shop.example.org 403
apache_says "$HTTP" "$NAME" 301
checklist
apply 0 --cacert "$T/$NAME.pem"
json '.changed == false'

# Somebody spoils it: the line is named, as it would be in any virtual host.
SITE=$A/sites-available/openchamber.conf
cp -p "$SITE" "$T/good.conf"
sed -i 's/X-Forwarded-Proto https/X-Forwarded-Proto http/' "$SITE"
kill -USR1 "$PROXY_PID"
wait_for 20 is_named ws-proto-lost
LINE=$(grep -n 'X-Forwarded-Proto http$' "$SITE" | cut -d : -f 1)
json ".checks[] | select(.id == \"ws.event\" and .target == \"public\") | .where == {file: \"/etc/apache2/sites-enabled/openchamber.conf\", line: $LINE}"
cp -p "$T/good.conf" "$SITE"
back

# The port is the shop's too, by name; a key that does not belong to its certificate is refused before anything.
switch_on ssl socache_shmcb mime
ln -s ../mods-available/mime.conf "$A/mods-enabled/mime.conf"
up 'Listen 127.0.0.1:@HTTP@
<IfModule ssl_module>
	Listen 127.0.0.1:@TLS@
</IfModule>' "<VirtualHost *:@HTTP@>
	ServerName shop.example.org
</VirtualHost>
<VirtualHost *:@TLS@>
	ServerName shop.example.org
	SSLEngine on
	SSLCertificateFile $R/etc/ssl/shop.example.org.pem
	SSLCertificateKeyFile $R/etc/ssl/shop.example.org.key
</VirtualHost>"
picture "$R" >"$T/before"
mine
apply 0 --cacert "$T/$NAME.pem"
json '.changed == true and .ready == true and .otherSitesChanged == 0'
! grep -q '^Listen' "$SITE" || fail "a port is opened twice"
apache_says "$TLS" shop.example.org 403
checklist
back
cp "$T/shop.example.org.key" "$R/etc/ssl/$NAME.key"
apply 4 --cacert "$T/$NAME.pem"
complains 'tls.key'
cp "$T/$NAME.key" "$R/etc/ssl/$NAME.key"

# TLS ends in front; through a real one in front see test_matrix.sh.
picture "$R" >"$T/before"
answers "https://$NAME" 'tls: {mode: upstream}' "listen: {address: 127.0.0.1, http: $HTTP}"
apply 0
json '.changed == true and .summary.fail == 0'
back
