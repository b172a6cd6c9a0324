# tests/proxy/private.sh - the very text that is written for a proxy, run by a private one.
# shellcheck shell=sh disable=SC2154
. "$(dirname "$0")/lib.sh"
export PATH="$PATH:/usr/sbin"
R=$T/root
MODULES=/usr/lib/apache2/modules
mkdir -p "$R" "$T/nginx/logs"

is_here() { # is_here PROXY
	case $1 in
	apache) command -v apache2 >/dev/null && [ -d $MODULES ] ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

apache_modules() {
	for m in alias authz_core deflate env filter headers http2 mime mpm_event proxy proxy_http proxy_wstunnel remoteip reqtimeout \
		rewrite setenvif socache_shmcb ssl; do
		echo "LoadModule ${m}_module $MODULES/mod_$m.so"
	done
}

# It is what the machine below $R has; where that has none, the oldest text there is.
installed() { # installed PROXY [PATTERN WORD]: the real one; or its version's PATTERN is said to be WORD
	mkdir -p "$R/usr/sbin" "$R/etc"
	case $1 in
	nginx) program=nginx file=nginx/nginx.conf text='events {} http { include /etc/nginx/conf.d/*.conf; }' ;;
	caddy) program=caddy file=caddy/Caddyfile text= ;;
	haproxy) program=haproxy file=haproxy/haproxy.cfg text='defaults
	mode http' ;;
	apache) program=apache2 file=apache2/apache2.conf text="$(apache_modules)
IncludeOptional sites-enabled/*.conf" ;;
	esac
	mkdir -p "$R/etc/nginx/conf.d" "$R/etc/apache2/sites-enabled" "$R/etc/${file%/*}"
	printf '%s\n' "$text" >"$R/etc/$file"
	real=$(command -v $program)
	{
		echo '#!/bin/sh'
		[ -z "${2:-}" ] || echo "case \$1 in -v | -V | -vv | version) $real \"\$@\" 2>&1 | sed 's|$2|$3|'; exit ;; esac"
		echo "exec $real \"\$@\""
	} >"$R/usr/sbin/$program"
	chmod 755 "$R/usr/sbin/$program"
}

written() { # written PROXY PUBLIC [LINE...]: its site on $HTTP and $TLS, in $T/site
	{
		printf 'version: 1\norigin: %s\npublic: %s\nproxy: %s\n' "$ORIGIN" "$2" "$1"
		shift 2
		printf '%s\n' "$@"
	} >"$T/a.yaml"
	chmod 600 "$T/a.yaml"
	run 0 print --answers "$T/a.yaml" --root "$R" --json
	jq -r '.files[] | select(.path | test("openchamber|haproxy.cfg")) | .text' "$T/out" >"$T/site"
}

runs() { # runs PROXY: what was written
	proxy_down
	"$1_runs"
}
nginx_runs() { nginx_up "add_header X-Theirs kept; include $T/site;"; }
caddy_runs() {
	printf '{\n\tadmin off\n\tgrace_period 1ms\n\tauto_https disable_redirects\n\tstorage file_system %s\n}\nimport %s\n' \
		"$T/storage" "$T/site" >"$T/Caddyfile"
	XDG_CONFIG_HOME="$T/caddy" caddy run --config "$T/Caddyfile" --adapter caddyfile >"$T/log" 2>&1 &
	started $! "$HTTP" "$T/log"
}
# Certificate and key are one file for it, and it has a directory of them.
haproxy_runs() {
	{ printf 'defaults\n\tmode http\n\ttimeout client 60s\n'; cat "$T/site"; } |
		sed "s|ssl crt [^ ]*|ssl crt $T/both.pem|" >"$T/haproxy.cfg"
	haproxy -db -f "$T/haproxy.cfg" >"$T/log" 2>&1 &
	started $! "$HTTP" "$T/log"
}
apache_runs() {
	{
		apache_modules
		echo 'TypesConfig /dev/null'
		printf 'ServerName localhost\nPidFile %s/pid\nErrorLog %s/log\nDefaultRuntimeDir %s\n' "$T" "$T" "$T"
		[ "$(id -u)" != 0 ] || printf 'User nobody\nGroup nogroup\n'
		cat "$T/site"
	} >"$T/httpd.conf"
	apache2 -d "$T" -f "$T/httpd.conf" -DFOREGROUND >"$T/log" 2>&1 &
	started $! "$HTTP" "$T/log"
}
