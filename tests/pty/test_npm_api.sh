#!/bin/sh
# Nginx Proxy Manager by its API in the wizard, both faces: asked on step 3, told by apply, and put back.
# shellcheck disable=SC1091
. "$(dirname "$0")/../npm/lib.sh"
. tests/pty/lib.sh
behind_up
answers_without_api() {
	answers
	sed -i '/^npm:/d' "$T/answers.yaml"
}
to_proxy() { # to_proxy: full screen, step 3
	start 80x24 --answers "$T/answers.yaml" --root "$R"
	wait_text 'Press Enter to start'
	keys Enter
	wait_text 'Press Enter to choose the proxy'
	keys Enter
	wait_text '> [0-9] Nginx Proxy Manager'
}

other() { [ "$(screen)" != "$was" ]; }
to_review() { # to_review: from the last field of step 3, past the rehearsal
	keys Enter
	wait_text 'step 4 of 11'
	must_say 'is new in its list'
	must_say '1 it requests one by itself, or has it'
	must_not_say 'will be opened'
	until is_on_screen 'step 5 of 11'; do
		was=$(screen)
		keys Enter
		wait_for 5 other
	done
	wait_text 'F9 goes straight to the review' 30
	must_say 'forged sender .* pass kept out'
	keys F9
	wait_text 'POST /api/nginx/proxy-hosts'
}

# Left empty the way is to paste; each answer that is wrong is told on step 3, with what to do.
npm_up 2.15.1
answers_without_api
echo wrong >"$R/run/secret"
to_proxy
must_say 'you set it in its pages'
keys Tab
type_text 'http://127.0.0.1:9'
wait_text 'file with its password are'
keys Tab
type_text 'admin@example.org'
keys Tab
type_text '/run/sec'
wait_text 'Right completes it: /run/secret'
keys Right
wait_text 'Nothing answers at'
must_say 'which is usually'
keys Enter
wait_text 'step 3 of 11'
keys BTab BTab
wait_text '127.0.0.1:9 '
keys C-u
type_text "$URL"
wait_text 'does not let this'
must_say 'Correct the user, or the first line'
[ "$(grep -c '^POST /api/tokens' "$D/log")" -le 1 ] || fail "half an answer was tried: $(cat "$D/log")"
printf 'S3cret-pw!\n' >"$R/run/secret"
keys F5
wait_text 'Nginx Proxy Manager 2.15.1 answers'
wait_text 'it lets admin@example.org in'
must_say 'host: chat.example.org is new in its'
must_say 'Press Enter for the public address'

# On it goes: rehearsed, reviewed, told, and taken back from the result.
keys Tab Tab
to_review
must_say 'Rehearsal .* passed'
must_not_say 'S3cret'
[ "$(changes)" = 0 ] || fail "something was changed before apply"
keys a
wait_text 'Open it to everyone'
keys Right Enter
wait_text 'OpenChamber works at' 30
must_say 'Undo'
hosts '(length == 1) and .[0].meta.nginx_online and (.[0].domain_names == ["chat.example.org"])'
keys Enter
wait_text 'exit=0'
close_terminal

# A later run says where it does not let in any more.
chmod 644 "$R/run/secret"
start 80x24 --root "$R"
wait_text 'fail  Others can read'
chmod 600 "$R/run/secret"
close_terminal

# The next asks it again, finds nothing different, and takes the host back.
before=$(changes)
start 80x24 --root "$R"
wait_text 'pass  Nginx Proxy Manager 2.15.1, as before'
must_say '1 Look at edits of what was written: there are none'
[ "$(changes)" = "$before" ] || fail "looking changed something"
keys Down Down Down
wait_text '> 5 Undo the last change'
keys Enter
wait_text 'Undo the last change?'
must_say 'goes .* POST /api/nginx/proxy-hosts'
keys Right Enter
wait_text 'result' 20
wait_text 'Undone' 20
hosts 'length == 0'
close_terminal
run 0 rollback --root "$R"
says 'undone already'

# The same line by line: a wrong password first, then a host that somebody made, which is changed and comes back.
npm_up 2.15.1
answers_without_api
echo wrong >"$R/run/secret"
echo '[{"id": 7, "domain_names": ["chat.example.org"], "forward_scheme": "http", "forward_host": "127.0.0.1", "forward_port": 3000, "certificate_id": 0, "access_list_id": 0, "advanced_config": "", "locations": null, "enabled": true, "meta": {"nginx_online": true, "nginx_err": null}}]' >"$D/hosts.json"
start 76x150 --plain --answers "$T/answers.yaml" --root "$R"
wait_text 'Language, 1 English'
keys Enter
wait_text 'Where does OpenChamber answer'
keys Enter
wait_text '^Which one, 1 to'
keys Enter
wait_text '^Its pages'
type_text "$URL"
keys Enter
wait_text '^Its user'
type_text admin@example.org
keys Enter
wait_text '^Secret file'
type_text /run/secret
keys Enter
wait_text 'does not let this login in'
must_say 'Correct the user, or the first line'
printf 'S3cret-pw!\n' >"$R/run/secret"
for question in 'Its pages' 'Its user' 'Secret file' Address; do
	keys Enter
	wait_text "^$question \\["
done
must_say 'host: chat.example.org is in its list and will be changed'
keys Enter
wait_text '^Does Cloudflare stand in front'
keys Enter
wait_text '^Certificate, 1 to'
take_checklist
type_text y
keys Enter
wait_text '^Apply these changes'
must_say 'forward_port: 3000'
type_text yes
keys Enter
wait_text '^Open it to everyone'
type_text yes
keys Enter
wait_text 'OpenChamber works at' 30
hosts '(length == 1) and .[0].forward_port != 3000 and .[0].allow_websocket_upgrade'
close_terminal
run 0 rollback --root "$R"
hosts '.[0].forward_port == 3000'
rm "$R/run/secret"
! grep -rq 'S3cret' "$R" "$HOME" "$T/log" || fail "the secret was kept"
