#!/bin/sh
# A whole apply on a running nginx: written, reloaded, verified, kept; again: nothing to do; and back.
. "$(dirname "$0")/lib.sh"
password
origin --password-file "$T/password"
server_up
answers
pw="--password-file $T/password"

# print and diff say what is coming and change nothing.
run 0 diff --answers "$T/answers.yaml" --root "$R"
says "+++ $R/etc/nginx/sites-available/openchamber.conf"
as_before

# shellcheck disable=SC2086
apply 0 $pw
json '.command == "apply" and .changed == true and .outcome == "kept" and .ready == true'
json '.summary.fail == 0 and .verdict == null'
json '[.steps[] | select(.state == "done") | .step] | index("lock") and index("backup") and index("write") and index("validate") and index("reload") and index("proof") and index("verify") and index("keep")'
site_answers || fail "the site does not answer"
blog_answers || fail "the other site is gone"
conf=$R/etc/nginx/sites-available/openchamber.conf
grep -q 'Written by antechamber' "$conf" || fail "our mark is missing"
saved=$R/etc/antechamber/$NAME.yaml
[ "$(id -u)" = 0 ] || saved=$XDG_CONFIG_HOME/antechamber/$NAME.yaml
[ -f "$saved" ] || fail "the answers were not saved"
[ "$(stat -c %a "$saved")" = 600 ] || fail "the answers are readable for others"
! grep -rq "$(cat "$T/password")" "$R/etc" "$R/var/lib" || fail "the password is on disk"
run 0 diff --answers "$T/answers.yaml" --root "$R"
[ ! -s "$T/out" ] || fail "there is still a difference"

# Once more: nothing to do, and nobody is disturbed.
workers=$(pgrep -P "$NGINX")
# shellcheck disable=SC2086
apply 0 $pw
json '.changed == false and .outcome == "unchanged"'
[ "$workers" = "$(pgrep -P "$NGINX")" ] || fail "it was reloaded for nothing"

# Other answers change what changed, and only that.
sed -i 's/^tls/limits: {body: 50M}\ntls/' "$T/answers.yaml"
run 0 diff --answers "$T/answers.yaml" --root "$R"
says '-		client_max_body_size 100m;'
says '+		client_max_body_size 50m;'
# shellcheck disable=SC2086
apply 0 $pw
json '.changed == true'
run 0 rollback --list --root "$R" --json
json '.applies | length == 2 and .[0].id == 2 and .[0].state == "committed"'

run 0 rollback --root "$R" --json
json '.command == "rollback" and .changed == true'
grep -q 'client_max_body_size 100m' "$conf" || fail "the first change is not what is left"
site_answers || fail "the site does not answer after the rollback"
run 0 rollback 2 --root "$R" --json
json '.changed == false'
run 0 remove --root "$R"
as_before_but_ours() {
	tree | grep -v ' etc/antechamber\|^etc/antechamber' >"$T/after"
	cmp -s "$T/before" "$T/after" || fail "the tree is not as it was: $(diff "$T/before" "$T/after")"
}
as_before_but_ours
site_is_gone() { ! site_answers; }
wait_for 5 site_is_gone # what was put back is reloaded, and nginx takes its time
blog_answers || fail "the other site is gone"
run 0 remove --root "$R" --json
json '.changed == false'
run 0 rollback --root "$R"
