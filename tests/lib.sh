# tests/lib.sh - what every script that runs the program needs: it, a directory, a probe origin, an end.
#
# Servers listen on loopback ports that were found free, say which, and are
# ended by their process id.  What is waited for is polled to a deadline.
# shellcheck shell=sh
set -eu
cd "$(dirname "$0")/../.."
BIN=${BIN:-$PWD/build/antechamber}
[ -x "$BIN" ] || { echo "there is no $BIN: run make first"; exit 1; }
T=$(mktemp -d)
chmod 711 "$T" # a private proxy runs as nobody
PIDS=
export LC_ALL=C.UTF-8 HOME="$T/home" XDG_STATE_HOME="$T/home/state" XDG_CONFIG_HOME="$T/home/config"
export ASAN_OPTIONS=detect_leaks=1
unset LANGUAGE NO_COLOR ANTECHAMBER_PASSWORD SUDO_UID || :
mkdir -p "$HOME"

cleanup() {
	# shellcheck disable=SC2086
	[ -z "$PIDS" ] || kill $PIDS 2>/dev/null || :
	# shellcheck disable=SC2086
	for pid in $PIDS; do wait "$pid" 2>/dev/null || :; done
	rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() {
	echo "FAIL: $*"
	if jq -e .checks "$T/out" >/dev/null 2>&1; then # of a document, what did not pass
		jq -r '.checks[] | select(.status != "pass") | "\(.status) \(.id) \(.target) \(.cause // "-"): \(.detail) \(.observed)"' \
			"$T/out" >"$T/shown"
		mv "$T/shown" "$T/out"
	fi
	for f in out err; do
		[ ! -s "$T/$f" ] || { echo "--- $f"; head -c 6000 "$T/$f"; }
	done
	exit 1
}
skip() { echo "SKIP: $*"; exit 77; }
need() { # need PROGRAM...
	for program in "$@"; do
		command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || skip "$program is not installed"
	done
}

run() { # run STATUS ARGUMENT...: the program must end with that status; its output is in $T/out and $T/err
	want=$1
	shift
	got=0
	timeout -k 1 "${RUN_SECONDS:-60}" "$BIN" "$@" >"$T/out" 2>"$T/err" </dev/null || got=$?
	[ "$got" = "$want" ] || fail "status $got instead of $want: antechamber $*"
}
says() { grep -qF -- "$1" "$T/out" || fail "stdout does not say: $1"; }
says_not() { ! grep -qF -- "$1" "$T/out" || fail "stdout says: $1"; }
complains() { grep -qF -- "$1" "$T/err" || fail "stderr does not say: $1"; }
json() { # json FILTER: true of the document on stdout
	jq -e "$1" "$T/out" >/dev/null 2>"$T/jq" || fail "not true of the document: $1 $(cat "$T/jq")"
}
status_of() { # status_of ID TARGET
	jq -r --arg id "$1" --arg t "$2" '.checks[] | select(.id == $id and .target == $t) | .status' "$T/out"
}
verdict() { jq -r '.verdict.cause // "none"' "$T/out"; }

wait_for() { # wait_for SECONDS COMMAND...: looks again and again until it is so
	end=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le $end ] || fail "did not happen: $*"
		sleep 0.02
	done
}

serve() { # serve NAME PROGRAM...: a server; where it says it listens is $LISTENS, its process $SERVER_PID
	log=$T/$1
	shift
	rm -f "$log.out" # what one before it said is not read as this one's
	"$@" >"$log.out" 2>"$log.err" </dev/null &
	SERVER_PID=$!
	PIDS="$PIDS $SERVER_PID"
	wait_for 10 grep -q '^listening on ' "$log.out"
	LISTENS=$(sed -n 's/^listening on //p' "$log.out")
}
origin() { # origin ARGUMENT...: a probe origin of its own; its address is $ORIGIN, its process $ORIGIN_PID
	serve origin "$BIN" origin "$@"
	ORIGIN=$LISTENS ORIGIN_PID=$SERVER_PID
}

password() { # a UI password in a file, as the options want it
	printf '%s\n' "${1:-correct horse}" >"$T/password"
	chmod 600 "$T/password"
}

closed_port() { # a port that nobody else is given, for as long as this test runs
	[ -x "${B:-build}/tests/port" ] || make -s "${B:-build}/tests/port" >&2
	"${B:-build}/tests/port" $$
}

nginx_around() { # nginx_around PIDFILE LOG TEMPORARY [MAIN]: an nginx.conf; what stands on stdin is in its http{}
	echo "worker_processes 1; pid $1; error_log $2 notice; ${4:-}"
	[ "$(id -u)" != 0 ] || echo "user root;"
	echo "events { worker_connections 256; }"
	echo "http { access_log off;"
	for d in client_body proxy fastcgi uwsgi scgi; do echo "${d}_temp_path $3/$d;"; done
	cat
	echo "}"
}
