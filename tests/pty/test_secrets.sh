#!/bin/sh
# A secret that nobody kept is asked for in the terminal, as stars: Cloudflare's token, and a fresh code of Nginx Proxy Manager.
# shellcheck disable=SC1091,SC2153
. "$(dirname "$0")/../npm/lib.sh"
NPM_D=$D
. tests/pty/lib.sh
. tests/apply/lib.sh
. tests/cloudflare/lib.sh
trap stop EXIT # of the terminal, too

# ---- Cloudflare: what was typed for the change is asked for again to undo it ----

origin
server_up
cloudflare_up
fresh
answers 'cdn: cloudflare
cloudflare: {zone: example.org}'
start 80x24 apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected --token-file -
wait_text 'The secret of Cloudflare, shown as stars:'
type_text "x$TOKEN"
wait_text 'stars: \*\*\*\*'
keys C-c
wait_text 'no token was given'
wait_text 'exit=4'
close_terminal
start 80x24 apply --answers "$T/answers.yaml" --root "$R" --cacert "$R/etc/ssl/cert.pem" --allow-unprotected --token-file -
wait_text 'shown as stars:'
type_text "${TOKEN}y"
keys BSpace Enter
wait_text 'exit=0' 30
must_not_say "$TOKEN"
close_terminal
zone '.settings.websockets == "on"'
start 80x24 rollback --root "$R"
wait_text 'shown as stars:'
type_text "$TOKEN"
keys Enter
wait_text 'exit=0' 30
must_not_say "$TOKEN"
close_terminal
zone_as_before
as_before
! grep -rqF "$TOKEN" "$HOME" "$R/var" "$R/etc" "$T/log" || fail "the token was kept"

# ---- Nginx Proxy Manager: the code of the change is no good for the undo ----

cleanup # what ran for Cloudflare: a list of its own begins
. tests/npm/lib.sh
trap stop EXIT
D=$NPM_D
behind_up
npm_up 2.15.1
answers
echo 230106 >"$D/2fa"
printf 'S3cret-pw!\n230106\n' >"$R/run/secret"
apply 0
echo 777777 >"$D/2fa"
run 4 rollback --root "$R"
complains 'which is good once'
hosts 'length == 1'
start 80x24 rollback --root "$R"
wait_text 'A fresh two-factor code of Nginx Proxy Manager:'
type_text 777777
keys Enter
wait_text 'exit=0' 30
close_terminal
hosts 'length == 0'
