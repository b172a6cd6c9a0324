#!/bin/sh
# A certificate in use whose file only root can read: its names and days are those that its site shows, and no log has a line of it.
# shellcheck disable=SC2154
if [ -z "${ANTECHAMBER_NAMES:-}" ]; then
	unshare --net --mount true 2>/dev/null || { echo "SKIP: this machine gives no namespaces"; exit 77; }
	ANTECHAMBER_NAMES=1 exec unshare --net --mount sh "$0"
fi
. "$(dirname "$0")/lib.sh"
need ip openssl setpriv curl
as="setpriv --reuid 65534 --regid 65534 --clear-groups"
trap stop EXIT
ip link set lo up
chmod 755 "$T" "$TMPDIR"
mkdir "$T/closed" "$T/nginx"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 61 -subj /CN=example.net \
	-addext 'subjectAltName=DNS:example.net,DNS:*.example.net' -keyout "$T/closed/key.pem" -out "$T/closed/cert.pem" 2>/dev/null
mkdir -p "$T/nginx/sites"
nginx_around "$T/nginx.pid" "$T/error.log" "$T/nginx" >"$T/nginx/nginx.conf" <<CONF
log_format all '\$request \$status';
access_log $T/access.log all;
include /etc/nginx/sites/*;
CONF
cat >"$T/nginx/sites/blog" <<CONF
server { listen 80; listen 443 ssl; server_name _; ssl_certificate $T/closed/cert.pem; ssl_certificate_key $T/closed/key.pem; }
server { listen 443 ssl; server_name blog.example.net; ssl_certificate $T/closed/cert.pem; ssl_certificate_key $T/closed/key.pem; }
CONF
mount --bind "$T/nginx" /etc/nginx
/usr/sbin/nginx -g 'daemon off;' >"$T/nginx.log" 2>&1 &
PIDS="$PIDS $!"
listens() { curl -sk --max-time 1 -o "$T/out" https://127.0.0.1/; }
wait_for 10 listens
: >"$T/access.log"
chmod 700 "$T/closed"
origin --port 3000
cat >"$T/somebody" <<SH
#!/bin/sh
exec $as env HOME=/nonexistent XDG_STATE_HOME="$T/none" "$BIN" "\$@"
SH
chmod 755 "$T/somebody"
: >"$T/log"
chmod 666 "$T/log"
program=$BIN
BIN=$T/somebody
start 80x24
wait_text 'Press Enter to start' 20
must_say 'certificate  .*[*]\.example\.net, 6[01] days'
go_on 2
wait_text 'Press Enter to choose the proxy'
go_on 3
wait_text '> 1 nginx'
go_on 4
must_say '1 [*]\.example\.net, 6[01] days left, in use'
must_say 'Address *\[ *\]' # a site has the one name, and the other stands beside its own wildcard
must_say 'for example https:..chat\.example\.net'
type_text chat.example.net
wait_text 'the certificate [*]\.example\.net covers it'
wait_text '> 1 [*]\.example\.net'
wait_text 'its key is checked in step 11\|✓ certificate'
must_not_say 'only be read with root'
must_not_say 'Look with sudo'
BIN=$program
[ ! -s "$T/access.log" ] || fail "asked for something: $(cat "$T/access.log")"
