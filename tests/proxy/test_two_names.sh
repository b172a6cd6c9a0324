#!/bin/sh
# Two names on one proxy: each is made, changed and taken away, and the other is not harmed.
# shellcheck disable=SC2154,SC2034
. "$(dirname "$0")/four.sh"
picture >"$T/bare"
# Two names on one proxy: either is made, changed and taken away without a byte or an answer of the other's.
certificate talk.example.org
cp "$T/talk.example.org.pem" "$T/talk.example.org.key" "$R/etc/ssl/"
chmod 600 "$R/etc/ssl/talk.example.org.key"
cat "$T/chat.example.org.pem" "$T/talk.example.org.pem" >"$T/both.pem"
has() { # has NAME...: OpenChamber answers for each
	for one; do
		curl -sk --max-time 5 --connect-to "::127.0.0.1:$TLS" "https://$one:$TLS/api/version" | grep -q openchamberVersion || return 1
	done
}
on() { # on NAME PROXY STATUS [LINE]: an apply for that name; its number goes to $ID
	NAME=$1
	mine "$2"
	[ -z "${4:-}" ] || echo "$4" >>"$T/a.yaml"
	apply "$3" --cacert "$T/both.pem"
	NAME=chat.example.org
	ID=$(find "$XDG_STATE_HOME/antechamber" "$R/var/lib/antechamber" -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf '%f\n' 2>/dev/null | sort -n | tail -1)
	shops
}
for house in caddy haproxy apache nginx; do
	bare=$T/bare-$house
	picture >"$bare"
	on chat.example.org "$house" 0
	chat=$ID
	picture >"$T/chat-alone"
	wait_for 5 has chat.example.org
	on talk.example.org "$house" 0
	talk=$ID
	wait_for 5 has chat.example.org talk.example.org
	# The first is changed, and back; the second is taken away before the first.
	on chat.example.org "$house" 0 "cdn: other
trusted: [192.0.2.0/24]"
	json '.outcome == "kept"'
	wait_for 5 has chat.example.org talk.example.org
	run 0 rollback "$ID" --root "$R" --json
	wait_for 5 has chat.example.org talk.example.org
	run 0 rollback "$talk" --root "$R" --json
	wait_for 5 has chat.example.org
	is_as chat-alone
	on talk.example.org "$house" 0
	talk=$ID
	# What the first made for both stays as long as the second stands on it.
	if [ "$house" = nginx ]; then
		run 0 rollback "$chat" --root "$R" --json
	else
		picture >"$T/two"
		run 1 rollback "$chat" --root "$R"
		complains "Number $talk stands on what number $chat made for both. Undo number $talk first."
		is_as two
	fi
	wait_for 5 has talk.example.org
	shops
	run 0 remove --root "$R" --json
	is_free() { ! ss -ltn | grep -q "127.0.0.1:$TLS "; }
	wait_for 5 is_free
	picture >"$T/now"
	cmp -s "$bare" "$T/now" || fail "$house: the tree is not as before: $(diff "$bare" "$T/now")"
	shops
done
