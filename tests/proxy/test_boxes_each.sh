#!/bin/sh
# Every other proxy that is told in a container, the real one: found, its site written from outside, proved, taken back; one refusal.
. "$(dirname "$0")/../boxes/lib.sh"

answers() {
	cat >"$T/answers.yaml" <<YAML
version: 1
origin: $ORIGIN
public: https://$NAME:8443
proxy: $KIND
tls: {mode: existing, certificate: $S/certs/cert.pem, key: $S/certs/key.pem}
YAML
	chmod 600 "$T/answers.yaml"
}
anew() { # anew MOUNTS MOUNT...: the container with them; the first is what the engine says of them
	said=$1
	shift
	[ -z "${BOX:-}" ] || box_down
	box bridge "$@"
	[ -n "$OPEN" ] || open_up
	OPEN=1
	described bridge "$said" "$(jq -nc --argjson a "$(port 80 8080)" --argjson b "$(port 443 8443)" '$a + $b')"
}
site_answers() { curl -sk --max-time 2 --resolve "$NAME:8443:127.0.0.1" "https://$NAME:8443/api/version" | grep -q openchamberVersion; }
apply_it() { "$@" apply --password-file "$T/password" --answers "$T/answers.yaml" --cacert "$S/certs/cert.pem" --json; }

# it_is FILE CHECK RELOAD: what is written, and how docker is asked for the rest
it_is() {
	answers
	anew "[$(bind "$S/conf.d" "$AT"),$(bind "$S/certs" /etc/certs)]" "$S/conf.d:$AT" "$S/certs:/etc/certs"
	wait_for 10 blog_answers 8080
	run 0 detect --json
	json ".proxies[] | select(.name == \"$KIND\") | .running and .container == \"web\" and .version != null and .config == \"$AT/$MAIN\""
	json ".proxies[] | select(.name == \"$KIND\") | .broken == null and (.sites | map(.names[0]) | index(\"blog.example.org\") != null)"
	run 0 print --answers "$T/answers.yaml"
	says "$HERE:${ORIGIN##*:}"
	says_not 127.0.0.1
	run 0 print --answers "$T/answers.yaml" --json
	json ".files | map(.path) | index(\"$S/conf.d/$1\") != null"
	tree "$S" >"$T/before"
	apply_it run 0
	json '.changed and .summary.fail == 0'
	json ".steps | tostring | contains(\"docker --host unix:///var/run/docker.sock $2\") and contains(\"docker --host unix:///var/run/docker.sock $3\")"
	site_answers || fail "the site does not answer"
	blog_answers 8080 || fail "the other site is gone"
	grep -q "^$2" "$D/exec.log" || fail "nothing was validated: $(cat "$D/exec.log")"
	grep -q "^$3" "$D/exec.log" || fail "nothing was reloaded: $(cat "$D/exec.log")"
	apply_it run 0
	json '.changed == false'
	run 0 rollback --json
	tree "$S" | cmp -s - "$T/before" || fail "the rollback left something: $(tree "$S" | diff "$T/before" -)"
	! site_answers || fail "the site still answers"
	blog_answers 8080 || fail "the other site did not come back"
}

# The files of the image itself alone: no site can be put among them.
refuses_own_files() {
	cp "$S/conf.d/$MAIN" "$C$AT/$MAIN"
	anew "[$(bind "$S/certs" /etc/certs)]" "$S/certs:/etc/certs"
	tree "$S" >"$T/before"
	run 4 print --answers "$T/answers.yaml"
	complains "is inside the container web alone, and lost with it" "-v /srv/web$AT/sites:$AT/sites"
	apply_it run 4
	tree "$S" | cmp -s - "$T/before" || fail "something was written"
	gone
}

# Its main file alone is mounted, as its image's page shows it: what to do instead, whole.
refuses_one_file() {
	mkdir -p "$S/one"
	cp "$S/conf.d/$MAIN" "$S/one/$MAIN"
	cp "$S/conf.d/$MAIN" "$S/one/mine"
	touch "$C$AT/$MAIN"
	for name in "$MAIN" mine; do
		anew "[$(bind "$S/one/$name" "$AT/$MAIN"),$(bind "$S/certs" /etc/certs)]" "$S/one/$name:$AT/$MAIN" "$S/certs:/etc/certs"
		wait_for 10 blog_answers 8080
		tree "$S" >"$T/before"
		run 4 print --answers "$T/answers.yaml"
		complains "$S/one/$name is mounted into the container web as one file"
		[ "$name" = "$MAIN" ] || complains "Name it $MAIN, and mount its directory"
		complains "-v $S/one:$AT"
		apply_it run 4
		tree "$S" | cmp -s - "$T/before" || fail "something was written"
	done
	rm -r "$S/one"
	gone
}
gone() { # the container and its image
	box_down
	BOX=
	rm -r "$C" "${S:?}/conf.d"
	mkdir "$S/conf.d"
}

server
certificate
password
origin --password-file "$T/password"
engine_up
publish 8080 80
publish 8443 443
OPEN=

each() { # each PROXY PROGRAM REFUSAL FILE CHECK RELOAD: the last three as it_is
	need "$2"
	image "$1"
	refusal=$3
	shift 3
	it_is "$@"
	"$refusal"
}

each caddy caddy refuses_one_file openchamber.caddy 'exec web caddy validate' 'exec web caddy reload'
each haproxy haproxy refuses_one_file haproxy.cfg 'exec web haproxy -c' 'kill --signal USR2 web'
each apache apache2 refuses_own_files sites/openchamber.conf 'exec web /usr/local/apache2/bin/httpd -f /usr/local/apache2/conf/httpd.conf -t' 'exec web /usr/local/apache2/bin/httpd -f /usr/local/apache2/conf/httpd.conf -k graceful'
only_read
