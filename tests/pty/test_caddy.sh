#!/bin/sh
# With Caddy no certificate is asked for: it requests its own, and the rehearsal does without the internet.
. "$(dirname "$0")/lib.sh"
need caddy
origin
mkdir -p "$T/root/etc/caddy"
printf ':80 {\n\trespond hello\n}\n' >"$T/root/etc/caddy/Caddyfile"
printf 'version: 1\norigin: %s\nproxy: caddy\n' "$ORIGIN" >"$T/answers.yaml"
chmod 600 "$T/answers.yaml"
start 80x24 --root "$T/root" --answers "$T/answers.yaml"
wait_text 'Press Enter to start'
keys Enter
wait_text 'It works directly\|UI password' 20
keys Enter
wait_text 'step 3 of 11'
wait_text '> [0-9] Caddy'
wait_text 'Press Enter for the public address'
keys Enter
wait_text 'step 4 of 11'
type_text chat.example.org
keys Enter
wait_text '> 1 none needed: Caddy gets one'
must_say '2 a file on this server'
keys Enter
wait_text 'Steps 5 to 9 have all passed' 30
keys F9
wait_text 'step 10 of 11'
must_not_say 'tls '
keys q
wait_text 'Leave?'
keys Right
keys Enter
wait_text 'exit=0'
