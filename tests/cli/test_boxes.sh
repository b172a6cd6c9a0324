#!/bin/sh
# detect, of a proxy in a container: who says what of it, and what is left alone.
. "$(dirname "$0")/../boxes/lib.sh"

server
image
origin

# Anybody can make a program of that name look like a container in namespaces of his own: one hides nothing, nor do many.
poses() { [ "$(readlink "/proc/$poser/exe")" = "$T/nginx" ]; }
cp /bin/sleep "$T/nginx"
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do
	unshare --user --map-root-user --mount --net "$T/nginx" 1000 &
	PIDS="$PIDS $!"
	poser=$!
	posers="${posers:-} $poser"
	wait_for 10 poses
	echo "0::/user.slice/docker-$OTHER.scope" >"$T/poser"
	mount --bind "$T/poser" "/proc/$poser/cgroup"
done
run 0 detect --json
json '.proxies[] | select(.name == "nginx") | .running == false and .box == null'
for poser in $posers; do
	umount "/proc/$poser/cgroup"
	kill "$poser"
done

# A proxy of somebody else's making is not this server's: of which user it is decides, not what it calls itself.
impostor() { # impostor USER COMMAND...: listening where the world comes in
	user=$1
	shift
	setpriv --reuid "$user" --regid 65534 --clear-groups "$@" >"$T/impostor.out" 2>&1 &
	impostor=$!
	PIDS="$PIDS $!"
	(wait_for 10 serves) || fail "$user: $(cat "$T/impostor.out" "$T/theirs/log")"
}
serves() { curl -s --max-time 1 -o "$T/served" http://127.0.0.1:8088/; }
gone() { ! serves; }
ended() {
	kill "$impostor"
	wait_for 10 gone
}
mkdir -m 777 "$T/theirs"
chmod a+x "$T"
cat >"$T/theirs/nginx.conf" <<CONF
daemon off; pid $T/theirs/pid; error_log $T/theirs/log;
events {}
http {
	access_log off; client_body_temp_path $T/theirs/1; proxy_temp_path $T/theirs/2; fastcgi_temp_path $T/theirs/3;
	uwsgi_temp_path $T/theirs/4; scgi_temp_path $T/theirs/5;
	server { listen 8088; server_name stolen.example.org; return 200 stolen; }
}
CONF
chmod 644 "$T/theirs/nginx.conf"
theirs='.proxies[] | select(.name == "nginx")'
impostor nobody nginx -c "$T/theirs/nginx.conf"
run 0 detect --json
json "$theirs | .running == false and .stranger == \"nobody\" and .config == \"/etc/nginx/nginx.conf\""
run 0 detect
says "another user's process has its name, and is left alone: nobody"
says_not stolen
ended
rm -rf "$T/theirs/"[0-9] "$T/theirs/log" "$T/theirs/pid"
impostor www-data nginx -c "$T/theirs/nginx.conf"
run 0 detect --json
json "$theirs | .running and .stranger == null and .config == \"$T/theirs/nginx.conf\""
ended

printf '{\n\tadmin off\n}\n:8088 {\n\trespond stolen\n}\n' >"$T/theirs/Caddyfile"
theirs='.proxies[] | select(.name == "caddy")'
impostor nobody env HOME="$T/theirs" CADDY_ADMIN=127.0.0.1:9 caddy run --config "$T/theirs/Caddyfile"
run 0 detect --json
json "$theirs | .running == false and .stranger == \"nobody\""
# Put by root into the service's control group it is believed; in a service of that user's own it is not.
echo '0::/user.slice/user-65534.slice/user@65534.service/app.slice/caddy.service' >"$T/cgroup"
mount --bind "$T/cgroup" "/proc/$impostor/cgroup"
run 0 detect --json
json "$theirs | .running == false and .stranger == \"nobody\""
echo '0::/system.slice/caddy.service' >"$T/cgroup"
run 0 detect --json
json "$theirs | .running and .stranger == null and .config == \"$T/theirs/Caddyfile\""
umount "/proc/$impostor/cgroup"
ended

box bridge "$S/conf.d:/etc/nginx/conf.d" "$S/certs:/etc/certs"
publish 8080 80
nginx='.proxies[] | select(.name == "nginx")'

# Nobody tells that it is a container of an engine: it is left alone.
run 0 detect --json
json "$nginx | .running == false and .box == null"

# The control group tells; no socket.  Its name is not known, its ports are, from docker-proxy.
echo "0::/system.slice/docker-$ID.scope" >"$T/cgroup"
mount --bind "$T/cgroup" "/proc/$BOX/cgroup"
run 0 detect --json
json "$nginx | .running and .container == \"4f1c2a9be07d\" and .config == \"/etc/nginx/nginx.conf\""
json "$nginx | .box.engine == \"docker\" and .box.told == false and .box.network == \"own\" and .box.gateway == \"$HERE\""
json "$nginx | .box.ports == [{\"address\": \"\", \"outside\": 8080, \"inside\": 80}]"
json "$nginx | .box.mounts | map(select(.inside == \"/etc/nginx/conf.d\")) == [{\"inside\": \"/etc/nginx/conf.d\", \"outside\": \"$S/conf.d\", \"kind\": \"bind\"}]"
json "$nginx | .sites | map(.names[0]) == [\"blog.example.org\"]"
run 0 detect
says "nginx"
says "in the container 4f1c2a9be07d"
says "Docker did not say its name"

# Who is not root sees that there is one, nothing of what is in it, and how to look again.
mkdir "$T/bin"
cp "$BIN" "$T/bin/antechamber"
cp -r templates "$T/templates"
cat >"$T/ordinary" <<ORDINARY
#!/bin/sh
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$T/bin/antechamber" "\$@"
ORDINARY
chmod -R a+rX "$T/ordinary" "$T/bin" "$T/templates"
chmod 755 "$T/ordinary"
ROOTS=$BIN BIN=$T/ordinary
run 0 detect --json
json "$nginx | .installed == false and .container == \"4f1c2a9be07d\" and .box.closed and .box.told == false and (.sites | length) == 0"
run 0 detect
says "in the container 4f1c2a9be07d of Docker"
says "Its files are for root to see. Look again with sudo."
says_not blog.example.org
BIN=$ROOTS

# The API tells the rest, and its name is used; but not where the socket is some user's, unless that one called sudo.
engine_up
described bridge "[$(bind "$S/conf.d" /etc/nginx/conf.d)]" "$(port 80 8080)"
run 0 detect --json
json "$nginx | .container == \"web\" and .box.told and .box.image == \"nginx:1.22\" and .box.id == \"$ID\""
json "$nginx | .version != null and .siteDirectory == \"/etc/nginx/conf.d\""
chown 4242 /run/docker.sock
run 0 detect --json
json "$nginx | .box.id == \"$ID\" and .box.told == false"
export SUDO_UID=4242
run 0 detect --json
json "$nginx | .box.told and .container == \"web\""
unset SUDO_UID
chown 0 /run/docker.sock

# The name of the control group alone proves nothing: its container is another process.
cp "$D/$ID.json" "$T/said"
jq ".State.Pid = $$" "$T/said" >"$D/$ID.json"
run 0 detect --json
json "$nginx | .box.id == \"$ID\" and .box.told == false and .container == \"4f1c2a9be07d\""
cp "$T/said" "$D/$ID.json"
umount "/proc/$BOX/cgroup"

# And without the control group: by the process that it says is its first.
run 0 detect --json
json "$nginx | .container == \"web\" and .box.id == \"$ID\""
run 0 detect
says "in the container web"
says_not "did not say"

# A name for this server in its list of hosts, as extra_hosts puts it there.
printf '%s\thost.docker.internal\n' $HERE >>"$C/etc/hosts"
run 0 detect --json
json "$nginx | .box.hostName == \"host.docker.internal\" and .box.gateway == \"$HERE\""

# A volume is one by its word.
described bridge "[$(bind "$S/conf.d" /etc/nginx/conf.d volume)]" "$(port 80 8080)"
run 0 detect --json
json "$nginx | .box.mounts | map(select(.inside == \"/etc/nginx/conf.d\") | .kind) == [\"volume\"]"

# What the container's root plants among its files leads nowhere out of it, and holds nobody.
hostile() { # hostile TEXT: it is answered at once, with that sentence, and nothing of the server is shown
	run 0 detect --json
	json "$nginx | .box.told and (.sites | length) == 0"
	jq -r '.proxies[] | select(.name == "nginx") | .broken | "\(.file): \(.message)"' "$T/out" >"$T/broken"
	grep -qF -- "$1" "$T/broken" || fail "not said: $1: $(cat "$T/broken")"
	! grep -q stolen "$T/out" "$T/err" || fail "it shows what is outside of the container"
	rm -f "$S/conf.d/a.conf"
}
RUN_SECONDS=10
echo 'server { listen 80; server_name stolen.example.org; stolen }' >"$T/stolen.conf"
cannot='open() "/etc/nginx/conf.d/a.conf" failed'
ln -s "$T/stolen.conf" "$S/conf.d/a.conf"
hostile "$cannot (2: No such file or directory)"
ln -s ../../../../../../../../../../../..$T/stolen.conf "$S/conf.d/a.conf"
hostile "$cannot (2: No such file or directory)"
ln -s "/proc/$$/root$T/stolen.conf" "$S/conf.d/a.conf"
hostile "$cannot (2: No such file or directory)"
ln -s a.conf "$S/conf.d/a.conf"
hostile "$cannot (40: Too many levels of symbolic links)"
mknod "$S/conf.d/a.conf" c 1 5
hostile "/etc/nginx/conf.d/a.conf: nginx would read this as a file, but it is something else."
mv "$C/etc/nginx/nginx.conf" "$T/nginx.conf"
ln -s "$T/stolen.conf" "$C/etc/nginx/nginx.conf"
hostile 'open() "/etc/nginx/nginx.conf" failed (2: No such file or directory)'
rm "$C/etc/nginx/nginx.conf"
mkfifo "$C/etc/nginx/nginx.conf"
hostile "/etc/nginx/nginx.conf: nginx would read this as a file, but it is something else."
rm "$C/etc/nginx/nginx.conf"
mv "$T/nginx.conf" "$C/etc/nginx/nginx.conf"
RUN_SECONDS=60

# Nothing published: it serves inside some application, and is left alone.
described bridge "[]" '{"80/tcp": null}'
run 0 detect --json
json "$nginx | .running == false and .box == null"

# Nginx Proxy Manager is built on nginx and is none.
described bridge "[]" "$(port 80 8080)"
mkdir -p "$C/data/nginx/proxy_host"
run 0 detect --json
json "$nginx | .box == null"
rm -r "$C/data"

# A container of another name: not ours to mistake for it.
jq ".State.Pid = $$" "$D/$ID.json" >"$T/other" && cp "$T/other" "$D/$ID.json"
run 0 detect --json
json "$nginx | .box == null"

# However many sockets and containers there are, there is one end to all the waiting.
mkdir -p /run/podman
ln -s /run/docker.sock /run/podman/podman.sock
ln -s /run/docker.sock "$T/third.sock"
export DOCKER_HOST="unix://$T/third.sock" CONTAINER_HOST="unix://$T/third.sock"
: >"$D/log"
kill -STOP "$ENGINE_PID"
run 0 detect --json
kill -CONT "$ENGINE_PID"
json "$nginx | .box == null"
curl -s --unix-socket /run/docker.sock http://localhost/last >/dev/null # what waited before it is heard now
[ "$(wc -l <"$D/log")" -le 4 ] || fail "asked again and again: $(cat "$D/log")"
# One after the other, too: the second look has no patience left.
: >"$D/log"
kill -STOP "$ENGINE_PID"
got=0
"$BIN" doctor --origin "$ORIGIN" --public https://chat.example.org >"$T/out" 2>"$T/err" </dev/null || got=$?
kill -CONT "$ENGINE_PID"
curl -s --unix-socket /run/docker.sock http://localhost/last >/dev/null
grep -q '^GET /containers' "$D/log" || fail "nobody was asked: $(cat "$T/out" "$T/err")"
[ "$(wc -l <"$D/log")" -le 4 ] || fail "asked again by the next look: $(cat "$D/log")"
unset DOCKER_HOST CONTAINER_HOST
only_read
