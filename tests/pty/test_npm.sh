#!/bin/sh
# Nginx Proxy Manager in the wizard, both faces: what to set and paste is rehearsed and shown, and nothing is written.
# shellcheck disable=SC2016,SC1091
. "$(dirname "$0")/../npm/lib.sh"
. tests/pty/lib.sh
behind_up
answers() { # answers ORIGIN [NPM]
	cat >"$T/answers.yaml" <<YAML
version: 1
origin: $1
public: https://chat.example.org
proxy: npm
${2:-}
YAML
	chmod 600 "$T/answers.yaml"
}
to_proxy() { # to_proxy: full screen, step 3
	start 80x24 --answers "$T/answers.yaml" --root "$R"
	wait_text 'Press Enter to start'
	keys Enter
	wait_text 'Press Enter to choose the proxy'
	keys Enter
	wait_text '> [0-9] Nginx Proxy Manager'
}

# Its own container is not this server: the step stays closed, and names the address to use.
answers "$ORIGIN"
to_proxy
must_say 'is its own container there, not this'
must_say "http://$ADDRESS:${ORIGIN##*:}"
keys Enter
wait_text 'step 3 of 11'
close_terminal

# The whole way on a full screen.
answers "$BEHIND"
to_proxy
must_say 'you set it in its pages'
must_not_say 'apt install'
keys Enter
wait_text 'Left empty'
keys Enter
wait_text '1 it requests one by itself, or has it'
must_not_say 'will be opened'
keys Down Up
keys Enter
wait_text 'step [45] of 11'
is_on_screen 'step 5 of 11' || keys Enter
wait_text 'Steps 5 to 9 have all passed' 30
must_say 'private nginx'
must_say 'forged sender .* pass kept out'
keys F9
wait_text 'Details > Domain Names: chat.example.org'
must_say 'Nothing to apply'
must_say 'nothing is written from here'
keys Down Down Down Down Down Down Down Down Down
wait_text 'client_max_body_size 2000m;'
keys a
wait_text 'Nothing is written from here'
keys Tab Tab Enter
wait_text 'exit=0'
must_say 'antechamber print --answers'
close_terminal
saved=$(find "$R" "$HOME" -name '*.yaml' | head -n 1)
[ -n "$saved" ] || fail "the answers were not kept"
grep -q '^proxy: npm' "$saved" || fail "$(cat "$saved")"
run 0 print --answers "$saved"
says 'proxy_set_header X-Forwarded-For $remote_addr;'
rm -f "$saved"

# The same line by line.
start 76x120 --plain --answers "$T/answers.yaml" --root "$R"
wait_text 'Language, 1 English'
keys Enter
wait_text 'Where does OpenChamber answer'
keys Enter
wait_text 'Which one, 1 to'
must_say '[0-9]. *Nginx Proxy Manager'
keys Enter
wait_text '^Its pages'
keys Enter
wait_text '^Address \[https://chat.example.org\]:'
keys Enter
wait_text '^Does Cloudflare stand in front'
keys Enter
wait_text '^Certificate, 1 to'
type_text 1
take_checklist
keys Enter
wait_text 'Nothing can be applied'
must_say 'Details > Websockets Support: switched on'
must_say 'proxy_pass $forward_scheme://$server:$port;'
must_say 'Nothing to apply'
close_terminal
[ -z "$(find "$R" -name '*.yaml' -o -name journal)" ] || fail "something was written"
