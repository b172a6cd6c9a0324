# tests/proxy/repair.sh - a cause that nginx's files can be repaired of: named, repaired, gone when asked again, put back.
# shellcheck shell=sh disable=SC2016,SC2086
. "$(dirname "$0")/../apply/lib.sh"
password
origin --password-file "$T/password" --pace 10
pw="--password-file $T/password"
server_up
site=$R/etc/nginx/sites-enabled/chat
headers='proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Host $http_host;
	proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Real-IP $remote_addr;
	proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $up;'
rest='proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 3600s; proxy_send_timeout 3600s;'

site() { # site LINES LOCATION-LINES [LOCATIONS] [IN-HTTP]
	cat >"$T/site" <<CONF
map \$http_upgrade \$up { default upgrade; "" close; }
${4:-}
server {
	listen 127.0.0.1:$HTTP;
	listen 127.0.0.1:$TLS ssl;
	ssl_certificate $R/etc/ssl/cert.pem;
	ssl_certificate_key $R/etc/ssl/key.pem;
	server_name $NAME;
	$1
	location / {
		proxy_pass $ORIGIN;
		$2
	}
	${3:-}
}
CONF
	cp "$T/site" "$site"
	nginx_reload
}
public="https://$NAME:$TLS"
doctor() { # doctor STATUS OPTION...
	status=$1
	shift
	run "$status" doctor --root "$R" --origin "$ORIGIN" --public "$public" --cacert "$R/etc/ssl/cert.pem" $pw --json "$@"
}
repaired() { # repaired CAUSE [STATUS] [OPTION...]: of the site that is up
	cause=$1
	status=${2:-1}
	[ $# -lt 2 ] || shift
	shift
	doctor "$status" "$@"
	json ".findings | map(select(.cause == \"$cause\")) | length == 1 and (.[0] | (.diff // .settledBy) and (.places | length > 0 or \"$cause\" == \"ws-origin-refused\" or \"$cause\" == \"ws-no-answer\"))"
	doctor 0 --fix --yes "$@"
	json '.outcome == "kept" and .summary.fail == 0'
	cp "$site" "$T/after"
	doctor 0 "$@"
	json '.findings == []'
	run 0 rollback --root "$R"
	cmp -s "$site" "$T/site" || fail "$cause: not put back: $(diff "$T/site" "$site")"
}
without() { echo "$headers" | sed "s/proxy_set_header $1 [^;]*;//"; }
