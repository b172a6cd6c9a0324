#!/bin/sh
# What can stand at the public address instead of our OpenChamber.
# shellcheck disable=SC2016,SC2086
. "$(dirname "$0")/lib.sh"
need nginx openssl curl
certificate "$NAME"
certificate other.example.org
two_ports
origin --misbehave opencode
OPENCODE=${ORIGIN#http://}
origin --server-id the-other-one
OTHER_INSTANCE=${ORIGIN#http://}
origin --misbehave hang
HANGING=${ORIGIN#http://}
DEAD=127.0.0.1:$(closed_port)
password
origin --password-file "$T/password"
pw="--password-file $T/password"

site() { # site LOCATIONS
	nginx_up "server { $listen client_max_body_size 300m; $1 }"
}
breaks() { # breaks CAUSE CHECK-ID SITE OPTION...: with that at the public address a check fails, and names the cause
	cause=$1 at=$2
	site "$3"
	shift 3
	check_tls 1 "$@"
	broken "$cause" "$at"
}
to() { echo "location / { proxy_pass http://$1; $headers $rest }"; }

site "$(to @ORIGIN@)"
check_tls 0 $pw; ready

OTHER=$DEAD; breaks upstream-down public.answer "$(to @OTHER@)"
OTHER=$HANGING; breaks upstream-timeout public.answer "location / { proxy_pass http://@OTHER@; $headers proxy_read_timeout 1s; }" --timeout 3
OTHER=$OPENCODE; breaks upstream-opencode public.answer "$(to @OTHER@)"
OTHER=$OTHER_INSTANCE; breaks wrong-instance public.instance "$(to @OTHER@)" $pw
! grep -q oc_ui_session "$T/out" || fail "the session cookie is in the document"

mkdir -p "$T/empty"
echo 'Welcome' >"$T/empty/index.html"
breaks wrong-site public.answer 'location / { root @T@/empty; }'
breaks wrong-site public.answer 'location / { return 200; }'
breaks path-mangled public.answer "location / { proxy_pass http://@ORIGIN@; $headers } location /api/ { proxy_pass http://@ORIGIN@/; $headers }"

breaks auth-layer public.answer "auth_basic closed; auth_basic_user_file @T@/none; $(to @ORIGIN@)"
breaks auth-layer public.redirect 'location / { return 302 https://login.example.org/oauth2/start?rd=$scheme://$http_host$request_uri; }'
breaks bot-layer public.answer 'location / { add_header cf-mitigated challenge always; return 403; }'

breaks redirect-loop public.redirect 'location / { return 301 https://$http_host$request_uri; }'
breaks redirect-away public.redirect 'location / { return 301 https://elsewhere.example.org$request_uri; }'

# The certificate.
site "$(to @ORIGIN@)"
run 1 check --origin "$ORIGIN" --public "https://$NAME" --connect-to "127.0.0.1:$TLS" --json
broken tls-untrusted public.tls
run 0 check --origin "$ORIGIN" --public "https://$NAME" --connect-to "127.0.0.1:$TLS" --json --insecure
[ "$(verdict)" = none ] || fail "--insecure: $(verdict)"
run 1 check --origin "$ORIGIN" --public "https://www.$NAME" --connect-to "127.0.0.1:$TLS" --cacert "$T/$NAME.pem" --json
broken tls-name public.tls
run 1 check --origin "$ORIGIN" --public "https://$NAME" --connect-to "127.0.0.1:$HTTP" --cacert "$T/$NAME.pem" --json
broken tls-failed public.tls
cp "$T/$NAME.pem" "$T/good.pem"
cp "$T/$NAME.key" "$T/good.key"
expired_certificate "$NAME" "$NAME"
site "$(to @ORIGIN@)"
check_tls 1; broken tls-expired public.tls
cp "$T/good.pem" "$T/$NAME.pem"
cp "$T/good.key" "$T/$NAME.key"

# Nobody there.
proxy_down
check_http 1; broken public-refused public.port
run 1 check --origin "$ORIGIN" --public https://antechamber-test.invalid --json
if grep -q name-unanswered "$T/out"; then # this machine asks nobody
	broken name-unanswered public.name
else
	broken name-unresolved public.name
fi

# A cache in front of /health.
site "$(to @ORIGIN@)
	location = /health { proxy_pass http://@ORIGIN@; $headers proxy_buffering on; proxy_cache c; proxy_cache_valid any 1m;
		proxy_ignore_headers Cache-Control Expires; }
}
proxy_cache_path @T@/nginx/cache keys_zone=c:1m;
server { listen 127.0.0.1:@HTTP@; server_name unused.example;"
check_tls 1 $pw; broken api-cached public.cache

# A CDN in front is told by its headers.
site "add_header cf-ray 8a1b2c3d-FRA always; $(to @ORIGIN@)"
check_tls 0 $pw --body-size 200M
json '.checks[] | select(.id == "cdn.limit") | .status == "warn" and .cause == "cdn-limit"'
check_tls 0 $pw
site "add_header cf-ray 8a1b2c3d-FRA always; $(to @ORIGIN@ | sed 's/X-Forwarded-Proto \$scheme/X-Forwarded-Proto http/')"
check_tls 1 $pw
case $(verdict) in cdn-flexible | ws-proto-lost) ;; *) fail "verdict $(verdict)" ;; esac
