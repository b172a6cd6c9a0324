#!/bin/sh
# make bench - how fast and how small, with peers measured in the same run.
#
# Nothing here passes or fails: figures depend on the machine, so each stands
# beside a peer's figure or its budget.
. "$(dirname "$0")/../proxy/lib.sh"
need curl openssl nginx

now() { date +%s%N; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
each() { # each TIMES COMMAND...: milliseconds of the median run
	times=$1 i=0
	shift
	while [ $i -lt "$times" ]; do
		t=$(now)
		"$@" >/dev/null 2>&1 </dev/null || :
		echo $((($(now) - t) / 1000))
		i=$((i + 1))
	done | median | awk '{ printf "%.2f", $1 / 1000 }'
}
# both TIMES OURS PEER: the medians of two commands that take turns, so that a busy moment meets both
both() {
	times=$1 i=0
	: >"$T/ours"
	: >"$T/peer"
	while [ $i -lt "$times" ]; do
		for who in ours peer; do
			command=$2
			[ $who = ours ] || command=$3
			t=$(now)
			$command >/dev/null 2>&1 </dev/null || :
			echo $((($(now) - t) / 1000)) >>"$T/$who"
		done
		i=$((i + 1))
	done
	a=$(median <"$T/ours" | awk '{ printf "%.2f", $1 / 1000 }')
	c=$(median <"$T/peer" | awk '{ printf "%.2f", $1 / 1000 }')
}
row() { printf '%-44s %10s %10s  %s\n' "$@"; }
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }

private() { # private COMMAND...: the most private memory it ever had, in KiB
	"$@" >/dev/null 2>&1 </dev/null &
	pid=$!
	most=0
	while [ -r "/proc/$pid/smaps_rollup" ]; do
		kib=$(awk '/^Private_/ { n += $2 } END { print n + 0 }' "/proc/$pid/smaps_rollup" 2>/dev/null) || kib=0
		[ "${kib:-0}" -le $most ] || most=$kib
		kill -0 $pid 2>/dev/null || break
	done
	wait $pid || :
	echo $most
}

row figure ours peer 'peer, budget'
both 201 "$BIN --version" 'curl --version'
row 'start, --version, ms' "$a" "$c" "curl --version; $(ratio "$a" "$c") of it, budget 0.85"
both 51 "$BIN --help" 'curl --version'
row 'start, --help, ms' "$a" "$c" "curl --version; $(ratio "$a" "$c") of it"

origin
o=$(each 21 curl -s "$ORIGIN/health")
a=$(each 11 "$BIN" check --origin "$ORIGIN" --json)
row 'check, direct, ms' "$a" "$o" 'one curl of /health'
certificate "$NAME"
two_ports
nginx_up "server { $listen client_max_body_size 100m; location / { proxy_pass http://@ORIGIN@; $headers $rest } }"
a=$(each 11 "$BIN" check --origin "$ORIGIN" --public "https://$NAME" --connect-to "127.0.0.1:$TLS" --cacert "$T/$NAME.pem" --json)
row 'check, direct and TLS through nginx, ms' "$a" 250 'budget'
p=$(each 11 curl -s --cacert "$T/$NAME.pem" --connect-to "$NAME:443:127.0.0.1:$TLS" "https://$NAME/health")
row '  one request of it by curl, ms' - "$p" 'curl over TLS'

printf 'version: 1\norigin: %s\npublic: https://%s\nproxy: nginx\ntls: {mode: selfsigned}\n' "$ORIGIN" "$NAME" >"$T/a.yaml"
chmod 600 "$T/a.yaml"
v=$(each 11 env PATH="$PATH:/usr/sbin" nginx -t -c "$T/nginx/nginx.conf" -e "$T/nginx/t.log")
a=$(each 5 "$BIN" rehearse --answers "$T/a.yaml" --json)
row 'rehearsal with nginx, ms' "$a" 600 "budget; nginx -t alone: $v"
a=$(each 11 "$BIN" print --answers "$T/a.yaml")
row 'print, ms' "$a" "$v" 'nginx -t'

row 'private memory, check direct, KiB' "$(private "$BIN" check --origin "$ORIGIN" --json)" 8192 'budget'
row 'private memory, check through TLS, KiB' \
	"$(private "$BIN" check --origin "$ORIGIN" --public "https://$NAME" --connect-to "127.0.0.1:$TLS" --cacert "$T/$NAME.pem")" 8192 'budget'
row 'private memory, one curl over TLS, KiB' - \
	"$(private curl -s --cacert "$T/$NAME.pem" --connect-to "$NAME:443:127.0.0.1:$TLS" "https://$NAME/api/openchamber/events" --max-time 1)" 'curl'
