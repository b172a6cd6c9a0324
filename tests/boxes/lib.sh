# tests/boxes/lib.sh - a server with a proxy in a container, as Docker makes one; no Docker is needed.
#
# The server is a namespace of network, mounts and processes of its own, the container one of each beside a tree
# of its own; what stands in for Docker is its API, `docker exec' and docker-proxy.
# shellcheck shell=sh
if [ -z "${ANTECHAMBER_BOXES:-}" ]; then
	[ "$(id -u)" = 0 ] || { echo "SKIP: containers need root"; exit 77; }
	unshare --net --mount true 2>/dev/null || { echo "SKIP: this machine gives no namespaces"; exit 77; }
	ANTECHAMBER_BOXES=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc sh "$0"
fi
unset DOCKER_HOST CONTAINER_HOST ANTECHAMBER_BOXES || :
. "$(dirname "$0")/../lib.sh"
need nginx ip nsenter jq curl openssl
NAME=chat.example.org
ENGINE=$PWD/${B:-build}/tests/boxes/engine
RELAY=$PWD/${B:-build}/tests/npm/relay
[ -x "$ENGINE" ] && [ -x "$RELAY" ] || make -s "${ENGINE#"$PWD/"}" "${RELAY#"$PWD/"}" || fail "the stand-in does not build"
D=$T/engine # what the API knows
C=$T/box    # the container's own layer
S=$T/srv    # what is mounted into it
ID=4f1c2a9be07d53186d2f0e4c7b9a8d1e6f5c3b2a1908f7e6d5c4b3a291807f6e
OTHER=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff # of no container
HERE=172.17.0.1 THERE=172.17.0.2
ENVIRONMENT="PATH=$PATH XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data" # of the image

# The first process of the container ignores every other signal.
cleanup_boxes() { [ -z "${BOX:-}" ] || kill -KILL "$BOX" 2>/dev/null || :; cleanup; }
trap cleanup_boxes EXIT

# Of the server: what Docker has there, and nothing of it outside of this namespace.
server() {
	ip link set lo up
	mount -t tmpfs none /run
	mount -t tmpfs none /var/lib # the journal, and what is written into /etc: none of it is the machine's
	cp -a /etc "$T/etc"
	mount --bind "$T/etc" /etc
	mount -t tmpfs none /usr/local/sbin
	mkdir "$D" "$S" "$S/conf.d" "$S/certs"
	cat >/usr/local/sbin/docker <<DOCKER
#!/bin/sh
# docker --host H exec NAME COMMAND..., docker --host H kill --signal SIGNAL NAME
[ "\$1" = --host ] || { echo "Cannot connect to the Docker daemon at \$DOCKER_HOST" >&2; exit 1; }
shift 2
if [ "\$1 \$2" = 'kill --signal' ]; then
	echo "\$*" >>"$D/exec.log"
	exec kill -s "\$3" "\$(cat "$D/\$4.pid")"
fi
[ "\$1" = exec ] || { echo "docker: '\$1' is not a docker command." >&2; exit 1; }
pid=\$(cat "$D/\$2.pid" 2>/dev/null) || { echo "Error response from daemon: No such container: \$2" >&2; exit 1; }
echo "\$*" >>"$D/exec.log"
shift 2
exec nsenter -t "\$pid" -m -n -p -r -w env -i $ENVIRONMENT "\$@"
DOCKER
	chmod 755 /usr/local/sbin/docker
	# Podman needs no socket for root; told to be local, it asks nobody.
	cat >/usr/local/sbin/podman <<PODMAN
#!/bin/sh
# podman --remote=false inspect --type container ID, podman --remote=false ... as docker
[ "\$1" = --remote=false ] || { echo "Error: unable to connect to Podman socket" >&2; exit 125; }
shift
[ "\$1" != inspect ] || { echo "\$*" >>"$D/podman.log"; printf '['; cat "$D/\$4.json" && echo ']'; exit; }
exec docker --host none "\$@"
PODMAN
	chmod 755 /usr/local/sbin/podman
	cp "$RELAY" "$T/docker-proxy"
	cp "$RELAY" "$T/relay"
}

engine_up() {
	"$ENGINE" "$D" /run/docker.sock >"$T/engine.out" 2>&1 &
	ENGINE_PID=$!
	PIDS="$PIDS $!"
	wait_for 10 grep -q '^listening' "$T/engine.out"
}
engine_down() {
	kill "$ENGINE_PID"
	rm -f /run/docker.sock
}

# The files of an image: a proxy as it is packaged, below a root of its own, its files where its image has them.
image() { # image [PROXY]: KIND, its process TITLE, RUN, what is mounted AT
	KIND=${1:-nginx}
	mkdir -p "$C/etc/certs" "$C/var/log" "$C/var/lib" "$C/run" "$C/tmp" "$C/dev" "$C/proc" "$C/old"
	for d in /usr/*/; do mkdir -p "$C$d"; done
	for d in bin sbin lib lib64; do [ ! -e /usr/$d ] || ln -s usr/$d "$C/$d"; done
	cp /etc/passwd /etc/group /etc/nsswitch.conf "$C/etc/"
	cp /etc/ld.so.cache "$C/etc/" 2>/dev/null || :
	printf '127.0.0.1\tlocalhost\n%s\t%s\n' $THERE 4f1c2a9be07d >"$C/etc/hosts"
	touch "$C/dev/null" "$C/dev/zero"
	"image_$KIND"
	mkdir -p "$C$AT"
}
image_nginx() {
	TITLE='nginx: master' RUN="nginx -g 'daemon off;'" AT=/etc/nginx/conf.d
	mkdir -p "$C/etc/nginx/conf.d" "$C/var/log/nginx" "$C/var/lib/nginx"
	cat >"$C/etc/nginx/nginx.conf" <<'CONF'
worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log notice;
events { worker_connections 256; }
http {
	access_log off;
	include /etc/nginx/conf.d/*.conf;
}
CONF
	echo 'server { listen 80; server_name blog.example.org; return 200 blog; }' >"$S/conf.d/default.conf"
	cp "$S/conf.d/default.conf" "$C/etc/nginx/conf.d/"
}
image_haproxy() {
	TITLE=haproxy RUN='haproxy -W -db -f /usr/local/etc/haproxy/haproxy.cfg' AT=/usr/local/etc/haproxy MAIN=haproxy.cfg
	cat >"$S/conf.d/$MAIN" <<'CONF'
defaults
	mode http
	timeout connect 5s
	timeout client 60s
	timeout server 60s
frontend web
	bind :80
	use_backend blog if { req.hdr(host) -i blog.example.org }
backend blog
	http-request return status 200 content-type text/plain string blog
CONF
}
image_apache() { # its image's own program is in /usr/local
	TITLE=/usr/local/apache2/bin/httpd RUN='/usr/local/apache2/bin/httpd -DFOREGROUND -f /usr/local/apache2/conf/httpd.conf'
	AT=/usr/local/apache2/conf MAIN=httpd.conf
	mkdir -p "$C/usr/local/apache2/bin" "$C$AT/sites" "$S/conf.d/sites"
	cp /usr/sbin/apache2 "$C/usr/local/apache2/bin/httpd"
	{
		for m in mpm_event authz_core alias env headers proxy proxy_http socache_shmcb ssl http2; do
			echo "LoadModule ${m}_module /usr/lib/apache2/modules/mod_$m.so"
		done
		cat <<'CONF'
ServerRoot /usr/local/apache2
ServerName localhost
PidFile /run/httpd.pid
ErrorLog /var/log/error.log
User daemon
Group daemon
Listen 80
<VirtualHost *:80>
	ServerName blog.example.org
	Redirect 404 /
	ErrorDocument 404 blog
</VirtualHost>
IncludeOptional conf/sites/*.conf
CONF
	} >"$S/conf.d/$MAIN"
}
image_caddy() {
	TITLE=caddy RUN='caddy run --config /etc/caddy/Caddyfile --adapter caddyfile' AT=/etc/caddy MAIN=Caddyfile
	mkdir -p "$C/data" "$C/config"
	printf 'http://blog.example.org {\n\trespond blog\n}\n' >"$S/conf.d/$MAIN"
}

# box NETWORK MOUNT...: bridge or host; a mount is OUTSIDE:INSIDE
box() {
	network=$1
	shift
	cat >"$T/init" <<'INIT'
set -e
C=$1 THERE=$2 HERE=$3 network=$4
shift 4
mount --bind "$C" "$C"
cd "$C"
for d in usr/*/; do [ "$d" = usr/local/ ] || mount --rbind "/$d" "$d"; done
mount --bind /dev/null dev/null
mount --bind /dev/zero dev/zero
mount -t proc none proc
for m; do mount --bind "${m%%:*}" "$C${m#*:}"; done
if [ "$network" = bridge ]; then
	until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
	ip link set lo up
	ip addr add "$THERE/16" dev eth0
	ip link set eth0 up
	ip route add default via "$HERE"
fi
pivot_root . old
umount -l old
eval "exec env -i $ENVIRONMENT $RUN"
INIT
	net=
	[ "$network" = host ] || net=--net
	ENVIRONMENT="$ENVIRONMENT" RUN="$RUN" unshare --mount $net --pid --fork --kill-child sh "$T/init" "$C" $THERE $HERE "$network" "$@" >"$T/box.out" 2>&1 &
	BOX_PARENT=$!
	PIDS="$PIDS $BOX_PARENT"
	wait_for 5 pgrep -P $BOX_PARENT
	BOX=$(pgrep -P $BOX_PARENT)
	if [ "$network" = bridge ]; then
		ip link add docker0 type veth peer name box0
		ip link set box0 netns "$BOX" name eth0
		ip addr add $HERE/16 dev docker0
		ip link set docker0 up
	fi
	(wait_for 10 runs) || fail "$(cat "$T/box.out")"
	echo "$BOX" >"$D/web.pid"
	echo "$BOX" >"$D/${ID%"${ID#????????????}"}.pid"
}
runs() { tr '\0' ' ' <"/proc/$BOX/cmdline" | grep -q "^$TITLE" && { [ "$KIND" = caddy ] || pgrep -P "$BOX"; }; }
box_down() {
	kill -KILL "$BOX" 2>/dev/null || :
	wait "$BOX_PARENT" 2>/dev/null || :
	ip link del docker0 2>/dev/null || :
}

# What `docker inspect' says of it.  described NETWORK-MODE MOUNTS PORTS [EXTRA]: the last three are JSON
described() {
	jq -n --arg id $ID --argjson pid "$BOX" --arg mode "$1" --argjson mounts "$2" --argjson ports "$3" --argjson extra "${4:-null}" '{
		Id: $id, Created: "2026-05-02T10:11:12.123456789Z", Path: "/docker-entrypoint.sh", Args: ["nginx", "-g", "daemon off;"],
		State: {Status: "running", Running: true, Paused: false, Restarting: false, OOMKilled: false, Dead: false, Pid: $pid,
			ExitCode: 0, Error: "", StartedAt: "2026-05-02T10:11:12.5Z", FinishedAt: "0001-01-01T00:00:00Z"},
		Image: "sha256:053cde6e8953ebd834df8f6382e68be83adb39bfc063e40b0fc61b4b333938f1", Name: "/web", RestartCount: 0,
		Driver: "overlay2", Platform: "linux",
		HostConfig: {NetworkMode: $mode, PortBindings: {}, ExtraHosts: $extra, RestartPolicy: {Name: "always", MaximumRetryCount: 0}},
		Mounts: $mounts,
		Config: {Hostname: "4f1c2a9be07d", Image: "nginx:1.22", Cmd: ["nginx", "-g", "daemon off;"], Labels: {}},
		NetworkSettings: {Bridge: "", Ports: $ports, Networks: {($mode): {Gateway: "172.17.0.1", IPAddress: "172.17.0.2",
			IPPrefixLen: 16, MacAddress: "02:42:ac:11:00:02"}}}}' >"$D/$ID.json"
}
bind() { # bind OUTSIDE INSIDE [TYPE [NAME]]
	jq -nc --arg o "$1" --arg i "$2" --arg t "${3:-bind}" '{Type: $t, Source: $o, Destination: $i, Mode: "", RW: true, Propagation: "rprivate"}'
}
port() { # port INSIDE OUTSIDE
	jq -nc --arg i "$1/tcp" --arg o "$2" '{($i): [{HostIp: "0.0.0.0", HostPort: $o}, {HostIp: "::", HostPort: $o}]}'
}
publish() { # publish OUTSIDE INSIDE: as Docker does it
	"$T/docker-proxy" -proto tcp -host-ip 0.0.0.0 -host-port "$1" -container-ip $THERE -container-port "$2" >"$T/proxy.$1" 2>&1 &
	PIDS="$PIDS $!"
	wait_for 10 grep -q '^listening' "$T/proxy.$1"
}
open_up() { # OpenChamber listens where containers reach it too
	"$T/relay" -proto tcp -host-ip $HERE -host-port "${ORIGIN##*:}" -container-ip 127.0.0.1 -container-port "${ORIGIN##*:}" >"$T/open" 2>&1 &
	PIDS="$PIDS $!"
	wait_for 10 grep -q '^listening' "$T/open"
}
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$NAME" \
		-addext "subjectAltName=DNS:$NAME" -keyout "$S/certs/key.pem" -out "$S/certs/cert.pem" 2>/dev/null
}
blog_answers() { [ "$(curl -s --max-time 1 -H 'Host: blog.example.org' "http://127.0.0.1:$1/")" = blog ]; }
tree() { (cd "$1" && find . -printf '%p %y %m %u %l\n' | sort && find . -type f -exec sha256sum {} + | sort); }
only_read() { # of the API nothing but GET was asked
	! grep -v '^GET ' "$D/log" || fail "the API was written to"
}
