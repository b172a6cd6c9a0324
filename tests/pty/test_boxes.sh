#!/bin/sh
# Step 3 with a proxy in a container: its row, what it means, the trap of loopback, and the commands in the review.
. "$(dirname "$0")/../boxes/lib.sh"
boxes=$(pwd)
. "$boxes/tests/pty/lib.sh"
stop_all() { close_terminal; cleanup_boxes; }
trap stop_all EXIT

server
image
certificate
password
origin --password-file "$T/password"
engine_up
box bridge "$S/conf.d:/etc/nginx/conf.d" "$S/certs:/etc/certs"
described bridge "[$(bind "$S/conf.d" /etc/nginx/conf.d),$(bind "$S/certs" /etc/certs)]" \
	"$(jq -nc --argjson a "$(port 80 8080)" --argjson b "$(port 443 8443)" '$a + $b')"
publish 8080 80
publish 8443 443
cat >"$T/answers.yaml" <<YAML
version: 1
origin: $ORIGIN
public: https://$NAME:8443
proxy: nginx
tls: {mode: existing, certificate: $S/certs/cert.pem, key: $S/certs/key.pem}
YAML
chmod 600 "$T/answers.yaml"

start 80x24 --answers "$T/answers.yaml"
wait_text 'step 1 of'
wait_text 'nginx .*in a container (web)'
wait_text 'Press Enter to start'
take 'OpenChamber .* answers'
wait_text 'it has a UI password'
keys Enter # to the password
take 'step 3 of'
wait_text '> 1 nginx .*in a container (web)'
must_say "fail  Port ${ORIGIN##*:} is open on loopback only"
must_say 'Let OpenChamber listen on'
must_say 'nginx runs in the container web. There, 127.0.0.1 is'
must_say 'Change that in a second SSH session, then press F5'
keys Enter
must_say 'step 3 of'

# It is changed, and seen.
open_up
is_open() { is_on_screen "pass  OpenChamber is open at $HERE"; }
for n in 1 2 3 4 5; do # a look that is still under way is not begun anew
	keys F5
	(wait_for 3 is_open) >/dev/null && break
done
must_say "pass  OpenChamber is open at $HERE"
wait_text "pass  its sites are in"
must_say "$HERE:${ORIGIN##*:}"
take 'step 4 of'
wait_text 'port  *8443 answers here'
keys Enter Enter Enter Enter
wait_text 'Steps 5 to 9 have all passed' 30
keys F9
wait_text 'step 10'
must_say '^ *[0-9] new file  *'"$S/conf.d/openchamber.conf"
must_say 'run  *docker --host unix:///var/run/docker.sock exec web nginx -t$'
must_say 'run  *docker --host unix:///var/run/docker.sock exec web nginx -s$'
must_say "https://chat.example.org:8443 "
must_say 'Rehearsal *[0-9]* passed'

# And done.
keys a
site_answers() { curl -sk --max-time 2 --resolve "$NAME:8443:127.0.0.1" "https://$NAME:8443/api/version" | grep -q openchamberVersion; }
wait_for 30 site_answers
wait_for 30 grep -q '^exec web nginx -s reload$' "$D/exec.log"
