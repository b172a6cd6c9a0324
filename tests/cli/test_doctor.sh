#!/bin/sh
# The doctor on a running nginx with the documented example: named at file:line, changed, verified, and back.
# shellcheck disable=SC2016,SC2086
. "$(dirname "$0")/../apply/lib.sh"
password
origin --password-file "$T/password"
pw="--password-file $T/password"
server_up
site=$R/etc/nginx/sites-available/chat
link=$R/etc/nginx/sites-enabled/chat

site_up() { # what stands on stdin is the site's file
	sed -e "s|@HTTP@|$HTTP|g" -e "s|@TLS@|$TLS|g" -e "s|@ORIGIN@|${ORIGIN#http://}|g" -e "s|@R@|$R|g" >"$site"
	ln -sf "$site" "$link"
	nginx_reload
}
doctor() { # doctor STATUS OPTION...
	status=$1
	shift
	run "$status" doctor --root "$R" --origin "$ORIGIN" $pw "$@"
}
rollback() { # its reload comes through a moment later
	old=$(pgrep -P "$NGINX" | sort)
	run 0 rollback --root "$R" --json
	json '.changed == true'
	wait_for 5 workers_are_new
}

# The structure of OpenChamber's documented example.
site_up <<'CONF'
# The chat.
server {
    listen @HTTP@;
    server_name chat.example.org;

    client_max_body_size 50M;
    client_body_buffer_size 1M;
    proxy_request_buffering off;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $host;
    gzip off;

    location = /api/terminal/ws {
        proxy_pass http://@ORIGIN@;
        proxy_set_header Upgrade $http_upgrade; # the socket
        proxy_set_header Connection "upgrade";
        proxy_buffering off;
        proxy_read_timeout 3600s;
    }
    location = /api/global/event/ws {
        proxy_pass http://@ORIGIN@;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_buffering off;
        proxy_read_timeout 3600s;
    }
    location = /api/event/ws {
        proxy_pass http://@ORIGIN@;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_buffering off;
        proxy_read_timeout 3600s;
    }
    location ~ ^/api/(event|global/event|notifications/stream|openchamber/events)$ {
        proxy_pass http://@ORIGIN@;
        proxy_set_header Accept "text/event-stream";
        proxy_set_header Cache-Control "no-cache";
        proxy_buffering off;
        proxy_cache off;
        gzip off;
        add_header X-Accel-Buffering "no" always;
        proxy_read_timeout 3600s;
    }
    location / {
        proxy_pass http://@ORIGIN@;
    }
}
CONF
cp "$site" "$T/documented"
before


public="http://$NAME:$HTTP"
# Nobody there to be asked: nothing is written without a yes beforehand.
for json in "" --json; do
	run 2 doctor --root "$R" --public "$public" $pw --fix $json
	complains '--yes'
done
as_before
# What is wrong, where, and what to change; nothing is touched.
doctor 1 --public "$public"
says 'Finding 1 of 4'
says 'ws-host-lost'
says '/etc/nginx/sites-enabled/chat:20'
says '  >   20 |         proxy_set_header Upgrade $http_upgrade; # the socket'
says '      18 |     location = /api/terminal/ws {'
says '+++ /etc/nginx/sites-enabled/chat'
says '-        proxy_set_header Connection "upgrade";'
says 'The change of finding 1 settles this too.'
tail -n 1 "$T/out" >"$T/command"
grep -qx "$BIN doctor --fix --origin $ORIGIN --public $public --root $R --password-file $T/password" "$T/command" ||
	fail "the last line is no command"
as_before
doctor 1 --public "$public" --json
[ "$(verdict)" = ws-host-lost ] || fail "verdict $(verdict)"
json '.command == "doctor" and .changed == false'
json '.findings[0] | .cause == "ws-host-lost" and .status == "fail" and .places[0].line == 20 and (.diff | contains("@@"))'
json '.findings[0].checks == ["ws.event", "ws.global-event", "ws.terminal"]'
json '[.findings[] | select(.settledBy == "ws-host-lost") | .cause] == ["ws-upgrade-lost", "forwarded-for-trusted"]'
json '.findings[] | select(.cause == "body-limit") | .status == "warn" and .places[0].line == 6'
json ".fixCommand == \"$(cat "$T/command")\""
as_before
LC_ALL=C run 1 doctor --root "$R" --origin "$ORIGIN" --public "$public" $pw --plain
says_not '., ' # a sentence ends, and no comma follows
! LC_ALL=C grep -q '[^ -~]' "$T/out" || fail "not ASCII in the C locale"
says '> 20: '

# The checklist says the same; a cause of several checks is explained once and names the others.
run 1 check --root "$R" --origin "$ORIGIN" --public "$public" --connect-to "127.0.0.1:$HTTP" $pw --report "$T/report.md" --plain
says 'the same cause: /api/global/event/ws, /api/terminal/ws'
for line in 20 27 34; do says "place: /etc/nginx/sites-enabled/chat:$line"; done
[ "$(grep -c '^cause: OpenChamber does not see the public name' "$T/out")" = 1 ] || fail "a cause is explained more than once"
[ "$(grep -c '^- ws-host-lost: ' "$T/report.md")" = 1 ] || fail "the report explains a cause more than once"
[ "$(grep -c "^- place: .*sites-enabled/chat:" "$T/report.md")" -ge 4 ] || fail "the report lacks a place"
says 'skip: Host, The WebSocket checks say more.'

# Without the password the refused Origin is not seen, but the configuration tells it.
run 1 doctor --root "$R" --origin "$ORIGIN" --public "$public" --json
json '.findings[0] | .cause == "ws-host-lost" and .status == "fail" and .checks == []'
run 1 doctor --root "$R" --origin "$ORIGIN" --public "$public"
says '--password-file'

# The addresses are found: where the site leads, what its name is; from the main file that is named; from saved answers.
doctor 1 --json
json ".targets.public == \"$public\""
cp "$R/etc/nginx/nginx.conf" "$R/etc/nginx/named.conf"
doctor 1 --json --conf /etc/nginx/named.conf
json '.findings[0].cause == "ws-host-lost"'
rm "$R/etc/nginx/named.conf"
run 1 doctor --root "$R" --public "$public" $pw --json --proxy nginx
json ".targets.origin == \"$ORIGIN\""
saved=$R/etc/antechamber
[ "$(id -u)" = 0 ] || saved=$XDG_CONFIG_HOME/antechamber
mkdir -p "$saved"
printf 'version: 1\norigin: %s\npublic: %s\nproxy: nginx\n' "$ORIGIN" "$public" >"$saved/$NAME.yaml"
chmod 600 "$saved/$NAME.yaml"
run 1 doctor --root "$R" $pw --json
json ".targets.origin == \"$ORIGIN\" and .targets.public == \"$public\" and .findings[0].cause == \"ws-host-lost\""
rm -r "$saved"

# The change is made, verified, and put back to the byte.
doctor 0 --public "$public" --fix --yes --json
json '.command == "doctor" and .changed == true and .outcome == "kept" and .ready == true'
json '.summary.fail == 0 and .verdict == null'
json '[.steps[] | select(.state == "done") | .step] == ["lock", "backup", "write", "validate", "reload", "proof", "verify", "keep"]'
json '[.checks[] | select(.target == "public" and .group == "websocket") | .observed.status] == [101, 101, 101, 101]'
json '.findings | length == 4'
doctor 0 --public "$public"
says "Nothing fails: OpenChamber works at $public"
[ "$(wc -l <"$T/out")" = 1 ] || fail "more than one sentence"
doctor 0 --public "$public" --fix --yes --json
json '.changed == false and .findings == []'
blog_answers || fail "the other site is gone"
[ -L "$link" ] || fail "the link was replaced"
rollback
as_before
doctor 1 --public "$public" --json
as_before

# Another site in the same file stays, byte by byte, and so does another program behind the same name.
{ printf '# first\nserver { listen @HTTP@; server_name shop.example.org;\n\tproxy_set_header Host  $host ;return 200 shop; }\n'
	sed "s|listen $HTTP|listen @HTTP@|" "$site"
	echo '# last'; } >"$T/two"
head -n 3 "$T/two" | sed "s|@HTTP@|$HTTP|" >"$T/first"
site_up <"$T/two"
doctor 0 --public "$public" --fix --yes --json
head -n 3 "$site" | cmp -s - "$T/first" || fail "the other site changed"
[ "$(tail -n 1 "$site")" = '# last' ] || fail "the end of the file changed"
rollback
cp "$T/documented" "$site"
nginx_reload

# A file that cannot be written: the command says sudo, and --fix is one sentence that leaves everything.
if [ "$(id -u)" = 0 ]; then
	chmod 777 "$R/etc/nginx/sites-available"
else
	chmod 500 "$R/etc/nginx/sites-available"
	doctor 1 --public "$public"
	says "sudo $BIN doctor --fix"
fi
before
status=0
timeout 60 "$BIN" doctor --root "$R" --origin "$ORIGIN" --public "$public" $pw --fix --yes >"$T/out" 2>"$T/err" </dev/null || status=$?
[ $status != 0 ] || fail "a directory that is not ours to trust was written to"
[ "$(wc -l <"$T/err")" = 1 ] || fail "not one sentence"
as_before
chmod 755 "$R/etc/nginx/sites-available"

# While a change stands half-way the files explain nothing.
cat >"$T/reload" <<SH
#!/bin/sh
[ ! -e "$T/slow" ] || exec sleep 50
exec nginx -s reload -e "$T/reload.log" -c "$R/etc/nginx/nginx.conf"
SH
chmod 755 "$T/reload"
: >"$T/slow"
mkdir -p "$saved"
cat >"$saved/$NAME.yaml" <<YAML
version: 1
origin: $ORIGIN
public: $public
proxy: nginx
commands: {reload: [$T/reload]}
YAML
chmod 600 "$saved/$NAME.yaml"
before
"$BIN" doctor --root "$R" $pw --fix --yes --progress >"$T/progress" 2>&1 </dev/null &
broken=$!
PIDS="$PIDS $broken"
wait_for 20 pgrep -P $broken sleep
sleeper=$(pgrep -P $broken sleep)
kill -KILL $broken
kill "$sleeper" 2>/dev/null || :
wait $broken 2>/dev/null || :
! cmp -s "$site" "$T/documented" || fail "nothing was written"
sed -i '/^commands/d' "$saved/$NAME.yaml"
for option in --json "--fix --yes"; do
	run 1 doctor --root "$R" $pw $option
	complains 'antechamber rollback'
done
! cmp -s "$site" "$T/documented" || fail "a doctor put something back"
rm "$T/slow"
run 0 rollback --root "$R"
cmp -s "$site" "$T/documented" || fail "not put back"
rm -r "$saved"

# TLS ends in front: over loopback nobody says https, but the line is wrong for everybody who comes that way.
front="https://$NAME:$TLS"
cat >"$R/etc/nginx/sites-available/front" <<CONF
server {
	listen $TLS ssl default_server;
	server_name front.example.org;
	ssl_certificate $R/etc/ssl/cert.pem;
	ssl_certificate_key $R/etc/ssl/key.pem;
	location / {
		proxy_pass http://127.0.0.1:$HTTP;
		proxy_http_version 1.1;
		proxy_buffering off;
		proxy_set_header Host \$http_host;
		proxy_set_header Upgrade \$http_upgrade;
		proxy_set_header Connection \$http_connection;
		proxy_set_header X-Forwarded-Proto https;
		client_max_body_size 100m;
	}
}
CONF
ln -s "$R/etc/nginx/sites-available/front" "$R/etc/nginx/sites-enabled/front"
site_up <<'CONF'
map $http_upgrade $mine { default upgrade; '' close; }
server {
	listen @HTTP@;
	server_name chat.example.org;
	client_max_body_size 100m;
	location / {
		proxy_pass http://@ORIGIN@;
		proxy_http_version 1.1;
		proxy_set_header Host $http_host;
		proxy_set_header X-Forwarded-Proto $scheme;
		proxy_set_header X-Forwarded-For $remote_addr;
		proxy_set_header Upgrade $http_upgrade;
		proxy_set_header Connection $mine;
	}
}
CONF
through_front() { # through_front STATUS
	run "$1" check --origin "$ORIGIN" --public "$front" --connect-to "127.0.0.1:$TLS" --cacert "$R/etc/ssl/cert.pem" --json $pw
}
through_front 1
[ "$(verdict)" = ws-proto-lost ] || fail "verdict $(verdict)"
doctor 1 --public "$front" --json
json '.findings[0] | .cause == "ws-proto-lost" and .status == "fail" and .places[0].line == 10 and (.diff | contains("$antechamber_proto_"))'
doctor 0 --public "$front" --fix --yes --json
json '.outcome == "kept"'
doctor 0 --public "$front" --json
json '.findings == []'
through_front 0
json '.summary.fail == 0'
rollback
through_front 1

# What cannot be read may be the very site: said, not guessed.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$BIN"; then
	chmod 755 "$T" "$R"
	chmod 600 "$site"
	status=0
	setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent "$BIN" doctor --root "$R" \
		--origin "$ORIGIN" >"$T/out" 2>"$T/err" </dev/null || status=$?
	[ $status = 3 ] || fail "status $status"
	complains 'sudo'
	chmod 644 "$site"
	setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent "$BIN" doctor --root "$R" \
		--origin "$ORIGIN" --public "$front" >"$T/out" 2>"$T/err" </dev/null || status=$?
	says "sudo $BIN doctor --fix"
fi

# Usage.
run 2 doctor --proxy nothing
complains '--proxy'
run 2 doctor --conf "$R/missing" --root "$R"
complains '--conf'
run 2 doctor --public http://
run 3 doctor --root "$R" --origin http://127.0.0.1:9
complains '--public'
# Not behind a proxy of this server: told by the checks alone.
run 1 doctor --root "$R" --origin "$ORIGIN" --public "http://127.0.0.1:$(closed_port)" $pw --json
json '.findings | length == 1 and .[0].cause == "public-refused" and .[0].places == []'
run 1 doctor --root "$R" --origin "$ORIGIN" --public "http://127.0.0.1:$(closed_port)" $pw --fix --yes
complains 'no ready change'
run 5 doctor --root "$R" --origin "http://127.0.0.1:$(closed_port)" --public "$public" --json
json '.findings[0].cause == "origin-refused"'
