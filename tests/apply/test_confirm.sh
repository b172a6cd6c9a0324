#!/bin/sh
# --confirm-within: kept where somebody says yes in time, undone where nobody does.
. "$(dirname "$0")/lib.sh"
. tests/cloudflare/lib.sh
need script
origin
server_up
answers

ask() { # ask SECONDS ANSWER: on a terminal; the answer is typed once it is asked for
	to_be_kept "$1"
	[ -z "$2" ] || echo "$2" >&3
	exec 3>&- # script(1) stays as long as somebody may type
	wait_for 30 test -s "$T/rc"
	cp "$T/seen" "$T/out"
}
ask 60 no
[ "$(cat "$T/rc")" = 1 ] || fail "status $(cat "$T/rc") after no"
as_before
ask 1 ''
[ "$(cat "$T/rc")" = 1 ] || fail "status $(cat "$T/rc") after the time"
as_before
ask 60 yes
[ "$(cat "$T/rc")" = 0 ] || fail "status $(cat "$T/rc") after yes"
site_answers || fail "the site does not answer"
run 0 rollback --root "$R"
# No key leaves it standing half-way: one that would stop it is not heard, one that ends it undoes.
ask 60 "$(printf '\032')yes"
[ "$(cat "$T/rc")" = 0 ] || fail "status $(cat "$T/rc") after Ctrl-Z and yes"
run 0 rollback --root "$R"
ask 60 "$(printf '\034')"
[ "$(cat "$T/rc")" = 131 ] || fail "status $(cat "$T/rc") after Ctrl-\\"
as_before

# Whoever kills the process that waits does not keep the change: the address may be the only way in.
killed_when() { # killed_when TEXT [OPTION]: on a terminal, by its process id
	: >"$T/seen"
	(script -qefc "exec '$BIN' apply --answers '$T/answers.yaml' --root '$R' --cacert '$R/etc/ssl/cert.pem' \
		--allow-unprotected --confirm-within 600 ${2:-}" /dev/null <"$T/keys" >"$T/seen" 2>&1 || :) &
	PIDS="$PIDS $!"
	exec 3>"$T/keys"
	wait_for 30 grep -q "$1" "$T/seen"
	kill -KILL "$(sed 's/ .*//' "$R/var/lib/antechamber/lock")"
	exec 3>&-
}
list_says() { "$BIN" rollback --list --root "$R" --json | jq -e "$1" >/dev/null; }
if [ "$(id -u)" = 0 ]; then # else the lock is elsewhere
	for moment in 'Keep this?' 'validate\|nginx -t'; do
		before
		killed_when "$moment"
		wait_for 30 list_says '.applies[0].state == "undone"'
		as_before
		wait_for 5 blog_answers
	done
	# A token that is kept nowhere is handed on to whoever undoes it.
	cloudflare_up
	fresh
	answers 'cdn: cloudflare
cloudflare: {zone: example.org}'
	before
	killed_when 'Keep this?' "--token-file '$R/run/token'"
	wait_for 30 list_says '.applies[0].state == "undone"'
	as_before
	zone_as_before
	[ "$(changes)" -gt 0 ] || fail 'the zone was not changed'
	answers
fi

# Nobody can answer without a terminal: wrong usage, unless it is not to ask.
apply 2 --allow-unprotected --confirm-within 5
complains '--confirm-within'
apply 0 --allow-unprotected --confirm-within 5 --yes
json '.changed == true'
