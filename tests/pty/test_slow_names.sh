#!/bin/sh
# A name server that never answers: every key is answered all the same, and the page says what it waits for.
# shellcheck disable=SC2154
if [ -z "${ANTECHAMBER_NAMES:-}" ]; then
	unshare --net --mount true 2>/dev/null || { echo "SKIP: this machine gives no namespaces"; exit 77; }
	ANTECHAMBER_NAMES=1 exec unshare --net --mount sh "$0"
fi
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
need ip
trap stop EXIT
ip link set lo up
ip link add silent type veth peer name nobody # swallows what is sent
ip link set nobody up
ip link set silent up
ip addr add 192.0.2.1/24 dev silent
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev silent
echo 'nameserver 192.0.2.9' >"$T/resolv.conf"
mount --bind "$T/resolv.conf" /etc/resolv.conf
password
origin --password-file "$T/password"
server_up
printf 'version: 1\norigin: %s\npublic: http://127.0.0.1:%s\nproxy: nginx\ntls: {mode: none}\n' "$ORIGIN" "$TLS" >"$T/answers.yaml"
start 80x24 --root "$R" --answers "$T/answers.yaml" --password-file "$T/password"
wait_text 'Press Enter to start' 20
go_on 2
wait_text 'it has a UI password'
go_on 3
wait_text '> 1 nginx'
go_on 4
keys C-u
name=http://chat.example.org
type_text "$name"
wait_text 'looking up chat.example.org'
types_fast "$name"
# Nobody knows the name: that is told, not that it has no address, and it is no wall.
wait_text 'No name server answered' 20
must_not_say 'has no address'
go_on 5
keys C-c
wait_text 'exit=130'
