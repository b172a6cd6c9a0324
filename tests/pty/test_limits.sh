#!/bin/sh
# What today's configuration allows is not lowered unasked: it is what stands in the fields of steps 8 and 9, and a smaller
# value says so; what is too short for OpenChamber is refused with the reason.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../apply/lib.sh"
trap stop EXIT
origin
server_up
sed -i 's/access_log off;/& client_max_body_size 300m; proxy_read_timeout 2h;/' "$R/etc/nginx/nginx.conf"
start 80x24 --root "$R"
wait_text 'Press Enter to start'
keys Enter
wait_text 'step 2 of 11'
keys C-u
type_text "$ORIGIN"
wait_text 'Press Enter to choose the proxy'
must_say 'an upload of 100M is accepted'
go_on 3
wait_text '> 1 nginx'
go_on 4
keys C-u
type_text "http://127.0.0.1:$TLS"
keys Enter
wait_text 'http, for a home'
go_on 5
wait_text 'in the rehearsal' 20
go_on 8
wait_text '\[300M '
must_say 'As much as today'
must_say 'OpenChamber itself'
must_say '✓ pass'
type_text '200M'
wait_text "Less than today's"
must_say '300M'
type_text 'x'
keys C-u
type_text '300M'
wait_text 'As much as today'
keys Enter # what comes of a size that was typed is shown before the next step
go_on 9
wait_text '\[7200s '
must_say 'As long as today'
type_text '1h'
wait_text "Less than today's"
keys C-u
type_text '34s'
wait_text 'at least 35s is needed'
must_say 'quiet for 30 s'
keys Enter
must_say 'step 9 of 11'
