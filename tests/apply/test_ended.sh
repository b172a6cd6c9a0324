#!/bin/sh
# The proxy ends while it is changed or is stopped by somebody, or somebody else reloads it in mid-change, or files may not
# grow: what ran before runs again, with what it had, or what is to be done for it is said.
. "$(dirname "$0")/lib.sh"
origin
server_up
answers
nginx_ends() {
	[ ! -s "$R/run/nginx.pid" ] || kill "$(cat "$R/run/nginx.pid")" 2>/dev/null || :
	! blog_answers
}
trap 'nginx_ends || :; cleanup' EXIT
cat >"$T/ends" <<SH2
[ ! -e $T/taker.pid ] || exit 1
[ ! -s $R/run/nginx.pid ] || kill \$(cat $R/run/nginx.pid)
while curl -s -o /dev/null --max-time 1 http://127.0.0.1:$HTTP/; do sleep 0.02; done
[ ! -e $T/port ] || { $BIN origin --port $HTTP >$T/taker 2>&1 & echo \$! >$T/taker.pid; until grep -q listening $T/taker; do sleep 0.02; done; }
SH2
plain=$(sed -n 's/^  reload: //p' "$T/answers.yaml")
reload_by() { sed -i "s|^  reload: .*|  reload: $1|" "$T/answers.yaml"; }

# A reload that ends it, whatever its command says of itself: the undo starts it again.
reload_by "[/bin/sh, $T/ends]"
apply 1 --allow-unprotected
json '.outcome == "undone" and .otherSitesChanged == 0 and (.error.message | contains("nginx ended when it was to reload"))'
as_before
blog_answers || fail "what ran before does not run"
! site_answers || fail "the new site is served"

# Somebody took its port meanwhile: it cannot be started, and that is what is said.
: >"$T/port"
apply 6 --allow-unprotected
json '.outcome == "undo-failed"'
complains 'To restore by hand'
complains "nginx -c $R/etc/nginx/nginx.conf"
as_before
rm "$T/port"
kill "$(cat "$T/taker.pid")"
rm "$T/taker.pid"
nginx_back() { nginx -e "$T/start.log" -c "$R/etc/nginx/nginx.conf" 2>>"$T/start.log" && blog_answers; }
wait_for 10 nginx_back
run 0 rollback --root "$R"

# Somebody stopped it after the change was kept: its undo has nothing to reload, and starts nothing.
reload_by "$plain"
apply 0 --allow-unprotected
wait_for 10 nginx_ends
run 0 rollback --root "$R" --json
json '.outcome == "undone" and ([.steps[] | select(.text == "nginx does not run; it reads its files when it is started")] | length == 1)'
as_before
! blog_answers || fail "it runs, which it did not before"
wait_for 10 nginx_back

# Somebody else reloads it while our files stand there, and then the check says no: it does not keep what it read.
cat >"$T/check" <<SH2
[ ! -e $T/refuse ] || { rm $T/refuse; nginx -s reload -e $T/validate.log -c $R/etc/nginx/nginx.conf; sleep 0.5; exit 1; }
exec nginx -t -e $T/validate.log -c $R/etc/nginx/nginx.conf
SH2
sed -i "s|^  validate: .*|  validate: [/bin/sh, $T/check]|" "$T/answers.yaml"
site_is_gone() { ! site_answers; }
: >"$T/refuse"
apply 1 --allow-unprotected
json '.outcome == "undone" and ([.steps[] | select(.step == "proof" and .state == "done")] | length == 1)'
as_before
wait_for 5 site_is_gone
# Where nobody did, it is left alone.
sed -i 's/nginx -s reload[^;]*; sleep 0.5;//' "$T/check"
: >"$T/refuse"
apply 1 --allow-unprotected
json '.outcome == "undone" and ([.steps[] | select(.step == "proof" or .step == "reload")] | length == 0)'
as_before

# A limit of the size of files is an error like a full disk, and no end of us.
"${CC:-cc}" -x c -o "$T/limit" - <<'C'
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
int main(int n, char **v) { struct rlimit l = { 300, 300 }; setrlimit(RLIMIT_FSIZE, &l); execv(v[1], v + 1); return n; }
C
program=$BIN
printf '#!/bin/sh\n{ %s %s "$@"; echo $? >%s; } 2>&1 | cat\nexit "$(cat %s)"\n' "$T/limit" "$program" "$T/rc" "$T/rc" >"$T/limited"
chmod 755 "$T/limited"
BIN=$T/limited
apply 1 --allow-unprotected
grep -q 'File too large\|No space left' "$T/out" || fail "the limit is not named"
as_before
blog_answers || fail "the other site is gone"
BIN=$program
apply 0 --allow-unprotected
run 0 rollback --root "$R"
as_before
