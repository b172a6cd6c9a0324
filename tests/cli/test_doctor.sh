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

reload() { # nginx serves what stands in the files now
	old=$(pgrep -P "$NGINX" | sort)
	nginx -s reload -e "$T/reload.log" -c "$R/etc/nginx/nginx.conf" 2>>"$T/reload.log" || fail "$(cat "$T/reload.log")"
	wait_for 5 workers_are_new
}
workers_are_new() { for pid in $old; do ! kill -0 "$pid" 2>/dev/null || return 1; done; }
site_up() { # what stands on stdin is the site's file
	sed -e "s|@HTTP@|$HTTP|g" -e "s|@TLS@|$TLS|g" -e "s|@ORIGIN@|${ORIGIN#http://}|g" -e "s|@R@|$R|g" >"$site"
	ln -sf "$site" "$link"
	reload
}
doctor() { # doctor STATUS OPTION...
	status=$1
	shift
	run "$status" doctor --root "$R" --origin "$ORIGIN" $pw "$@"
}
statuses() { jq -r ".checks[] | select(.target == \"public\" and (.id | startswith(\"ws.\"))) | .status" "$T/out" | sort | uniq -c | tr -s ' '; }

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
before


public="http://$NAME:$HTTP"
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
grep -qx "antechamber doctor --fix --origin $ORIGIN --public $public --root $R --password-file $T/password" "$T/command" ||
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
! LC_ALL=C grep -q '[^ -~]' "$T/out" || fail "not ASCII in the C locale"
says '> 20: '

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
doctor 0 --public "$public" --fix --json
json '.command == "doctor" and .changed == true and .outcome == "kept" and .ready == true'
json '.summary.fail == 0 and .verdict == null'
json '[.steps[] | select(.state == "done") | .step] == ["lock", "backup", "write", "validate", "reload", "proof", "verify", "keep"]'
json '[.checks[] | select(.target == "public" and .group == "websocket") | .observed.status] == [101, 101, 101, 101]'
json '.findings | length == 4'
doctor 0 --public "$public"
says "Nothing fails: OpenChamber works at $public"
[ "$(wc -l <"$T/out")" = 1 ] || fail "more than one sentence"
doctor 0 --public "$public" --fix --json
json '.changed == false and .findings == []'
blog_answers || fail "the other site is gone"
[ -L "$link" ] || fail "the link was replaced"
run 0 rollback --root "$R" --json
json '.changed == true'
as_before
doctor 1 --public "$public" --json
as_before

# Another site in the same file stays, byte by byte, and so does another program behind the same name.
{ printf '# first\nserver { listen @HTTP@; server_name shop.example.org;\n\tproxy_set_header Host  $host ;return 200 shop; }\n'
	sed "s|listen $HTTP|listen @HTTP@|" "$site"
	echo '# last'; } >"$T/two"
head -n 3 "$T/two" | sed "s|@HTTP@|$HTTP|" >"$T/first"
site_up <"$T/two"
doctor 0 --public "$public" --fix --json
head -n 3 "$site" | cmp -s - "$T/first" || fail "the other site changed"
[ "$(tail -n 1 "$site")" = '# last' ] || fail "the end of the file changed"
run 0 rollback --root "$R"

# A file that cannot be written: the command says sudo, and --fix is one sentence that leaves everything.
if [ "$(id -u)" = 0 ]; then
	chmod 777 "$R/etc/nginx/sites-available"
else
	chmod 500 "$R/etc/nginx/sites-available"
	doctor 1 --public "$public"
	says 'sudo antechamber doctor --fix'
fi
before
status=0
timeout 60 "$BIN" doctor --root "$R" --origin "$ORIGIN" --public "$public" $pw --fix >"$T/out" 2>"$T/err" </dev/null || status=$?
[ $status != 0 ] || fail "a directory that is not ours to trust was written to"
[ "$(wc -l <"$T/err")" = 1 ] || fail "not one sentence"
as_before
chmod 755 "$R/etc/nginx/sites-available"

# What cannot be read may be the very site.
if [ "$(id -u)" != 0 ]; then
	chmod 000 "$site"
	doctor 3 --json
	chmod 644 "$site"
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
run 1 doctor --root "$R" --origin "$ORIGIN" --public "http://127.0.0.1:$(closed_port)" $pw --fix
complains 'no ready change'
run 5 doctor --root "$R" --origin "http://127.0.0.1:$(closed_port)" --public "$public" --json
json '.findings[0].cause == "origin-refused"'
