#!/bin/sh
# What step 4 says of an address: who has its ports, what a router has to forward and where to, and nothing of a router where
# only a home network knows the address.
# shellcheck disable=SC2154
if [ -z "${ANTECHAMBER_ADDRESS:-}" ]; then
	unshare --net true 2>/dev/null || { echo "SKIP: this machine gives no namespaces"; exit 77; }
	ANTECHAMBER_ADDRESS=1 exec unshare --net sh "$0"
fi
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
need ip
trap stop EXIT
ip link set lo up
ip link add outside type veth peer name nobody
ip link set nobody up
ip addr add 192.168.7.20/24 dev outside
ip link set outside up
origin
server_up
cat >"$R/etc/nginx/sites-available/cloud" <<CONF
server { listen 80; listen 443 ssl; server_name cloud.example.org; ssl_certificate $R/etc/ssl/cert.pem;
	ssl_certificate_key $R/etc/ssl/key.pem; return 200 cloud; }
CONF
ln -s ../sites-available/cloud "$R/etc/nginx/sites-enabled/cloud"
nginx_reload
printf 'version: 1\norigin: %s\nproxy: nginx\n' "$ORIGIN" >"$T/answers.yaml"
start 80x24 --root "$R" --answers "$T/answers.yaml"
wait_text 'Press Enter to start' 20
go_on 2
wait_text 'Press Enter to choose the proxy'
go_on 3
wait_text '> 1 nginx'
must_say 'runs, ports 80 and 443'
go_on 4
address() { # address TEXT: in place of what stands there
	keys C-a C-k
	type_text "$1"
}
address 'https://203.0.113.7'
wait_text 'not for this name'
must_say '>  Public address' # a certificate is to be chosen yet
keys Tab 3
wait_text 'ports *80 and 443 answer here: nginx'
wait_text 'must forward ports 80 and 443 to'
must_say '192.168.7.20'
keys BTab
address 'http://203.0.113.7:8080'
wait_text 'must forward port 8080 to'
address 'http://192.168.7.9'
wait_text 'not an address of this server$'
must_not_say 'Your router'
address 'me@203.0.113.7'
wait_text 'Write the address'
