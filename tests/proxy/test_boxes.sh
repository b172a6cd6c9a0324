#!/bin/sh
# A real nginx in a container: its site is written from outside, proved through its ports, taken back; and what is refused.
. "$(dirname "$0")/../boxes/lib.sh"

answers() { # answers [LINES]
	cat >"$T/answers.yaml" <<YAML
version: 1
origin: $ORIGIN
public: https://$NAME:8443
proxy: nginx
tls: {mode: existing, certificate: $S/certs/cert.pem, key: $S/certs/key.pem}
${1:-}
YAML
	chmod 600 "$T/answers.yaml"
}
again() { # again MODE MOUNTS PORTS -- MOUNT...: the container anew
	mode=$1 mounts=$2 ports=$3
	shift 4
	box_down
	box "$@"
	described "$mode" "$mounts" "$ports"
}
refused() { # refused TEXT...: by print and by apply, and nothing is written
	tree "$S" >"$T/before"
	run 4 print --answers "$T/answers.yaml"
	for text; do complains "$text"; done
	run 4 apply --password-file "$T/password" --answers "$T/answers.yaml" --cacert "$S/certs/cert.pem"
	tree "$S" | cmp -s - "$T/before" || fail "something was written"
}
site_answers() { curl -sk --max-time 2 --resolve "$NAME:$1:127.0.0.1" "https://$NAME:$1/api/version" | grep -q openchamberVersion; }
both_mounts="[$(bind "$S/conf.d" /etc/nginx/conf.d),$(bind "$S/certs" /etc/certs)]"
all_ports=$(jq -nc --argjson a "$(port 80 8080)" --argjson b "$(port 443 8443)" '$a + $b')

server
image
certificate
password
origin --password-file "$T/password"
engine_up
box bridge "$S/conf.d:/etc/nginx/conf.d" "$S/certs:/etc/certs"
described bridge "$both_mounts" "$all_ports"
publish 8080 80
publish 8443 443
answers

# The commonest trap: OpenChamber is open on loopback only, which there is the container.
refused "Port ${ORIGIN##*:} is open on loopback only" "reaches this server at $HERE"
open_up

# What is written is in its words, at the place of this server that it reads.
run 0 print --answers "$T/answers.yaml"
says "proxy_pass http://$HERE:${ORIGIN##*:}"
says "listen 443 ssl"
says "ssl_certificate /etc/certs/cert.pem"
says_not 127.0.0.1
run 0 print --answers "$T/answers.yaml" --json
json ".files | map(.path) == [\"$S/conf.d/openchamber.conf\"]"
run 0 diff --answers "$T/answers.yaml"
says "+++ $S/conf.d/openchamber.conf"

# The rehearsal is this machine's own nginx's.
run 0 rehearse --answers "$T/answers.yaml" --json
json '.summary.fail == 0'

wait_for 10 blog_answers 8080
tree "$S" >"$T/before"
export DOCKER_HOST=tcp://127.0.0.1:9 # another engine than the one that was asked, and never spoken to
run 0 apply --password-file "$T/password" --answers "$T/answers.yaml" --cacert "$S/certs/cert.pem" --json
json '.changed and .summary.fail == 0'
to=unix:///var/run/docker.sock
json ".steps | tostring | contains(\"docker --host $to exec web nginx -t\") and contains(\"docker --host $to exec web nginx -s reload\")"
site_answers 8443 || fail "the site does not answer"
blog_answers 8080 || fail "the other site is gone"
grep -q '^exec web nginx -t$' "$D/exec.log" || fail "nothing was validated: $(cat "$D/exec.log")"
grep -q '^exec web nginx -s reload$' "$D/exec.log" || fail "nothing was reloaded"
run 0 apply --password-file "$T/password" --answers "$T/answers.yaml" --cacert "$S/certs/cert.pem" --json
json '.changed == false'

# The site of another name that leads to OpenChamber is known by the address it has there.
run 0 detect --json
json ".proxies[] | select(.name == \"nginx\") | .sites | map(select(.ours)) | length == 2 and any(.upstream == \"http://$HERE:${ORIGIN##*:}\")"

run 0 rollback --json
tree "$S" | cmp -s - "$T/before" || fail "the rollback left something: $(tree "$S" | diff "$T/before" -)"
! site_answers 8443 || fail "the site still answers"
blog_answers 8080 || fail "the other site did not come back"

# A certificate of our own making lies where the container sees it.
answers
sed -i 's/^tls: .*/tls: {mode: selfsigned}/' "$T/answers.yaml"
run 0 apply --password-file "$T/password" --answers "$T/answers.yaml" --json
json '.changed and .summary.fail == 0'
[ -f "$S/conf.d/$NAME.key" ] || fail "no key beside the site"
run 0 rollback
tree "$S" | cmp -s - "$T/before" || fail "the rollback left something"

# A reload that does not come through is seen from outside, and taken back.
answers "commands: {reload: [/bin/true]}"
run 1 apply --password-file "$T/password" --answers "$T/answers.yaml" --cacert "$S/certs/cert.pem"
tree "$S" | cmp -s - "$T/before" || fail "the undo left something"
# The checker's word ends it, too: a line of another site that it does not take.
answers
echo 'bad_directive on;' >"$S/conf.d/zz.conf"
run 1 apply --password-file "$T/password" --answers "$T/answers.yaml" --cacert "$S/certs/cert.pem"
grep -q bad_directive "$T/out" "$T/err" || fail "it does not say which line"
rm "$S/conf.d/zz.conf"

# Its name for this server is taken where it has one.
printf '%s\thost.docker.internal\n' $HERE >>"$C/etc/hosts"
run 0 print --answers "$T/answers.yaml"
says "proxy_pass http://host.docker.internal:${ORIGIN##*:}"
sed -i '$d' "$C/etc/hosts"

# ---- refused, each with the option that changes it ----

# A control group names it, and no engine that may be believed says so.
echo "0::/system.slice/docker-$ID.scope" >"$T/cgroup"
mount --bind "$T/cgroup" "/proc/$BOX/cgroup"
chown 4242 /run/docker.sock
refused "Docker did not confirm the container 4f1c2a9be07d" "systemctl start docker.socket"
chown 0 /run/docker.sock
umount "/proc/$BOX/cgroup"

# Podman's own command tells it without a socket, and its answer counts only for the process that it names.
echo "0::/machine.slice/libpod-$ID.scope/container" >"$T/cgroup"
mount --bind "$T/cgroup" "/proc/$BOX/cgroup"
run 0 print --answers "$T/answers.yaml" --json
json ".files | map(.path) == [\"$S/conf.d/openchamber.conf\"]"
grep -q "^inspect --type container $ID$" "$D/podman.log" || fail "Podman was not asked"
tree "$S" >"$T/before"
export CONTAINER_HOST=tcp://127.0.0.1:9
run 0 apply --password-file "$T/password" --answers "$T/answers.yaml" --cacert "$S/certs/cert.pem" --json
json '.changed and .summary.fail == 0 and (.steps | tostring | contains("podman --remote=false exec web nginx -s reload"))'
site_answers 8443 || fail "the site does not answer"
run 0 rollback
tree "$S" | cmp -s - "$T/before" || fail "the rollback left something"
unset CONTAINER_HOST
cp "$D/$ID.json" "$T/said"
jq ".State.Pid = $$" "$T/said" >"$D/$ID.json"
refused "Podman did not confirm the container 4f1c2a9be07d"
cp "$T/said" "$D/$ID.json"
umount "/proc/$BOX/cgroup"

described bridge "$both_mounts" "$(port 80 8080)"
refused "does not publish port 8443" "-p 8443:8443"

described bridge "[$(bind "$S/conf.d" /etc/nginx/conf.d volume)]" "$all_ports"
refused "/etc/nginx/conf.d of the container web is a volume of Docker" "-v /srv/web/etc/nginx/conf.d:/etc/nginx/conf.d"

again bridge "[$(bind "$S/conf.d" /etc/nginx/conf.d)]" "$all_ports" -- bridge "$S/conf.d:/etc/nginx/conf.d"
refused "does not see $S/certs/cert.pem" "-v $S/certs:$S/certs:ro"

again bridge "[]" "$all_ports" -- bridge "$S/certs:/etc/certs"
refused "/etc/nginx/conf.d is inside the container web alone" "-v /srv/web/etc/nginx/conf.d:/etc/nginx/conf.d"

touch "$C/etc/nginx/conf.d/openchamber.conf"
echo '# Written by antechamber for https://chat.example.org:8443' | tee "$S/openchamber.conf" >"$C/etc/nginx/conf.d/openchamber.conf"
again bridge "[]" "$all_ports" -- bridge "$S/certs:/etc/certs" "$S/openchamber.conf:/etc/nginx/conf.d/openchamber.conf"
refused "is mounted into the container web as one file" "-v $S:/etc/nginx/conf.d"
rm "$C/etc/nginx/conf.d/openchamber.conf" "$S/openchamber.conf"

# What the container's root planted there leads out of it, to where the server would run it.
again bridge "$both_mounts" "$all_ports" -- bridge "$S/conf.d:/etc/nginx/conf.d" "$S/certs:/etc/certs"
echo '# Written by antechamber for https://chat.example.org:8443' | tee "$S/theirs.conf" >"$C/etc/nginx/theirs.conf"
ln -s ../theirs.conf "$S/conf.d/openchamber.conf"
refused "$S/conf.d/openchamber.conf is a link that the container can turn"
rm "$S/conf.d/openchamber.conf" "$S/theirs.conf"

# ---- the server's own network ----

sed -i 's/listen 80;/listen 8081;/' "$S/conf.d/default.conf"
again host "$both_mounts" '{}' -- host "$S/conf.d:/etc/nginx/conf.d" "$S/certs:/etc/certs"
sed -i 's/8443/9443/' "$T/answers.yaml"
wait_for 10 blog_answers 8081
tree "$S" >"$T/before"
run 0 print --answers "$T/answers.yaml"
says "proxy_pass http://127.0.0.1:${ORIGIN##*:}"
says "listen 9443 ssl"
run 0 apply --password-file "$T/password" --answers "$T/answers.yaml" --cacert "$S/certs/cert.pem" --json
json '.changed and .summary.fail == 0'
site_answers 9443 || fail "the site does not answer"
run 0 rollback
tree "$S" | cmp -s - "$T/before" || fail "the rollback left something"
! site_answers 9443 || fail "the site still answers"
only_read
