#!/bin/sh
# detect, of a proxy in a container: who says what of it, and what is left alone.
. "$(dirname "$0")/../boxes/lib.sh"

server
image
origin
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

# The API tells the rest, and its name is used.
engine_up
described bridge "[$(bind "$S/conf.d" /etc/nginx/conf.d)]" "$(port 80 8080)"
run 0 detect --json
json "$nginx | .container == \"web\" and .box.told and .box.image == \"nginx:1.22\" and .box.id == \"$ID\""
json "$nginx | .version != null and .siteDirectory == \"/etc/nginx/conf.d\""
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

# An engine that says nothing, and one that is not ours to ask, keep nobody waiting for long.
touch "$D/slow"
run 0 detect --json
json "$nginx | .box == null"
rm "$D/slow"
only_read
