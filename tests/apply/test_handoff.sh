#!/bin/sh
# What root believes of a file that a user prepared.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip "only root has something to hand off to"
origin
server_up
answers

refused() { # refused STATUS WORDS
	apply "$1" --allow-unprotected
	grep -q -- "$2" "$T/err" || fail "stderr does not say: $2"
	json '.error.message'
	as_before
}
chmod 666 "$T/answers.yaml"
refused 4 'written by others'
chmod 620 "$T/answers.yaml"
refused 4 'written by others'
chmod 600 "$T/answers.yaml"
chown 12345 "$T/answers.yaml"
refused 4 'another user'
SUDO_UID=777 refused 4 'another user'
chown 0 "$T/answers.yaml"
mv "$T/answers.yaml" "$T/real.yaml"
ln -s "$T/real.yaml" "$T/answers.yaml"
refused 4 'link'
rm "$T/answers.yaml"
refused 4 'answers.yaml'
mkfifo "$T/answers.yaml"
refused 4 ''
rm "$T/answers.yaml"
mkdir "$T/answers.yaml"
refused 4 'directory'
rmdir "$T/answers.yaml"

answers
sed -i 's|validate: \[/usr/sbin/nginx|validate: [nginx|' "$T/answers.yaml"
refused 4 'whole path'
answers
cp /usr/bin/true "$T/mine"
chmod 777 "$T/mine"
sed -i "s|reload: .*|reload: [$T/mine]|" "$T/answers.yaml"
refused 4 "$T/mine"
answers
printf 'files: {config: %s/etc/passwd-ish}\n' "$R" >>"$T/answers.yaml"
refused 4 'passwd-ish'
answers
cp -R templates "$T/templates"
chmod 777 "$T/templates"
run 4 apply --answers "$T/answers.yaml" --root "$R" --templates "$T/templates" --allow-unprotected
as_before

# By who called sudo it is fine.
answers
chown 12345 "$T/answers.yaml"
SUDO_UID=12345 apply 0 --allow-unprotected
json '.changed == true'
