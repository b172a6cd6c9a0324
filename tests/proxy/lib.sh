# tests/proxy/lib.sh - a real proxy, private: own directory, loopback ports found free, ended by its process id.
#
# A case is a configuration and what `check' must say of it: broken CAUSE, or
# healthy.  Each broken one has a twin that differs only in what was broken.
# shellcheck shell=sh
. "$(dirname "$0")/../lib.sh"
need jq
NAME=chat.example.org
PROXY_PID=

certificate() { # certificate NAME [OPTION...]: $T/NAME.pem and .key
	name=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$name" \
		-addext "subjectAltName=DNS:$name" -keyout "$T/$name.key" -out "$T/$name.pem" "$@" 2>"$T/openssl.err" ||
		fail "openssl: $(cat "$T/openssl.err")"
}

# `openssl req' makes none that is over: one day, long ago.
expired_certificate() { # expired_certificate NAME FILE: $T/FILE.pem and .key
	mkdir -p "$T/ca"
	: >"$T/ca/index"
	printf '[ca]\ndefault_ca=x\n[x]\ndatabase=%s\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=DNS:%s\n' \
		"$T/ca/index" "$1" >"$T/ca/conf"
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$T/$2.key" -out "$T/ca/csr" \
		2>"$T/openssl.err" &&
		openssl ca -batch -selfsign -notext -config "$T/ca/conf" -in "$T/ca/csr" -keyfile "$T/$2.key" -out "$T/$2.pem" \
			-outdir "$T/ca" -startdate 20200101000000Z -enddate 20200102000000Z 2>"$T/openssl.err" ||
		fail "openssl: $(cat "$T/openssl.err")"
}

two_ports() { HTTP=$(closed_port) TLS=$(closed_port); }

cleanup_proxy() { proxy_down; cleanup; }
trap cleanup_proxy EXIT

accepts() { curl -s -o /dev/null --max-time 1 "http://127.0.0.1:$1/" || [ $? != 7 ]; }

# Some wait long for streams that are still open, so nobody is asked: the process and its children.
proxy_down() {
	[ -n "$PROXY_PID" ] || return 0
	kill -STOP "$PROXY_PID" 2>/dev/null || : # it begets no more
	# shellcheck disable=SC2046
	kill -KILL "$PROXY_PID" $(pgrep -P "$PROXY_PID") 2>/dev/null || :
	wait "$PROXY_PID" 2>/dev/null || :
	PROXY_PID=
}

started() { # started PID PORT LOG: it answers, or the test says what it said
	PROXY_PID=$1
	PIDS="$PIDS $1"
	end=$(($(date +%s) + 10))
	until accepts "$2"; do
		kill -0 "$1" 2>/dev/null || fail "the proxy ended: $(cat "$3")"
		[ "$(date +%s)" -le $end ] || fail "the proxy does not answer: $(cat "$3")"
		sleep 0.02
	done
}

# nginx_up TEXT [PORT]: nginx with that in its http{} block, after what any http{} needs.
# Known there: @HTTP@ and @TLS@ ports, @ORIGIN@ (host:port), @T@ the directory.
nginx_up() {
	proxy_down
	mkdir -p "$T/nginx/logs"
	{
		# shellcheck disable=SC2016
		echo 'map $http_upgrade $up { default upgrade; "" close; }'
		echo "$1" | fill
	} | nginx_around "$T/nginx/pid" "$T/nginx/error.log" "$T/nginx" >"$T/nginx/nginx.conf"
	PATH=$PATH:/usr/sbin nginx -p "$T/nginx" -e "$T/nginx/start.log" -c "$T/nginx/nginx.conf" -g 'daemon off;' \
		>"$T/nginx/start.log" 2>&1 &
	started $! "${2:-$HTTP}" "$T/nginx/start.log"
}

fill() {
	sed -e "s|@HTTP@|$HTTP|g" -e "s|@TLS@|$TLS|g" -e "s|@ORIGIN@|${ORIGIN#http://}|g" -e "s|@T@|$T|g" -e "s|@OTHER@|${OTHER:-}|g"
}

# A site as it should be; its locations may be followed by more lines.  site HTTP-OR-TLS LINES LOCATIONS
headers='proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Host $http_host;
	proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr;
	proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $up;'
rest='proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 3600s; proxy_send_timeout 3600s;'
listen='listen 127.0.0.1:@HTTP@; listen 127.0.0.1:@TLS@ ssl http2;
	ssl_certificate @T@/chat.example.org.pem; ssl_certificate_key @T@/chat.example.org.key; server_name chat.example.org;'

check_http() { # check_http STATUS OPTION...: the site by http, the standard port
	status=$1
	shift
	run "$status" check --origin "$ORIGIN" --public "http://$NAME" --connect-to "127.0.0.1:$HTTP" --json "$@"
}
check_tls() {
	status=$1
	shift
	run "$status" check --origin "$ORIGIN" --public "https://$NAME" --connect-to "127.0.0.1:$TLS" \
		--cacert "$T/$NAME.pem" --json "$@"
}

broken() { # broken CAUSE CHECK-ID: of the document on stdout
	[ "$(verdict)" = "$1" ] || fail "verdict $(verdict) instead of $1"
	[ "$(status_of "$2" public)" = fail ] || fail "$2 is $(status_of "$2" public), not fail"
	json ".checks[] | select(.id == \"$2\" and .target == \"public\") | .cause == \"$1\" and (.fix | length > 10)"
	json '.verdict.checks | length > 0'
	json '.ready == false'
}
warned() { # warned CAUSE CHECK-ID: a warning with this cause, and nothing failed
	json '.summary.fail == 0'
	json ".checks[] | select(.id == \"$2\" and .target == \"public\") | .status == \"warn\" and .cause == \"$1\""
}
healthy() { # nothing failed, nothing warned publicly
	[ "$(verdict)" = none ] || fail "a healthy one is accused of $(verdict)"
	json '.summary.fail == 0'
	jq -r '.checks[] | select(.target == "public" and .status == "warn") | .id + ": " + (.cause // "") + ": " + .detail' \
		"$T/out" >"$T/warned"
	[ ! -s "$T/warned" ] || fail "a healthy one is warned about: $(cat "$T/warned")"
}
ready() {
	healthy
	json '.ready == true'
}
