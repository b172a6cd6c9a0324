#!/bin/sh
# The answers file: what is wrong in it is named with line and column; print and diff need no proxy.
. "$(dirname "$0")/../lib.sh"
need jq

answers() { # stdin becomes the file
	cat >"$T/a.yaml"
	chmod 600 "$T/a.yaml"
}
good='version: 1
origin: http://127.0.0.1:3000
public: https://chat.example.org
proxy: nginx
tls: {mode: upstream}'
mkdir -p "$T/root"

echo "$good" | answers
run 0 print --answers "$T/a.yaml" --root "$T/root"
says 'server_name chat.example.org;'
says 'proxy_pass http://127.0.0.1:3000;'
cp "$T/out" "$T/first"
run 0 print --answers "$T/a.yaml" --root "$T/root" --yes
cmp -s "$T/first" "$T/out" || fail "two prints differ"
run 0 print --answers "$T/a.yaml" --root "$T/root" --json
json '.schema == 1 and .command == "print" and (.files | length >= 1)'
json '.files | all((.path | startswith("/")) and (.mode | test("^0[0-7]{3}$")) and (.text | length > 100))'
run 0 diff --answers "$T/a.yaml" --root "$T/root"
says '--- /dev/null'
says '+++ '
run 0 diff --answers "$T/a.yaml" --root "$T/root" --json
json '.changes == true and (.diff | length > 100)'
[ -z "$(find "$T/root" -type f)" ] || fail "something was written"

wrong() { # wrong 'LINE:COLUMN|WORDS|...': of the file on stdin, for every subcommand that reads it
	answers
	words=$1
	for c in print diff rehearse apply; do
		run 4 $c --answers "$T/a.yaml" --root "$T/root"
		IFS='|'
		for w in $words; do complains "$w"; done
		unset IFS
		[ "$(wc -l <"$T/err")" = 1 ] || fail "not one sentence"
		run 4 $c --answers "$T/a.yaml" --root "$T/root" --json
		json ".command == \"$c\" and .error.code == \"value\" and (.error.file | endswith(\"a.yaml\"))"
		json '.error.line > 0 and .error.column > 0'
	done
}
printf '%s\nlimits: {body: "50MM"}\n' "$good" | wrong 'a.yaml:6:16: |limits.body|"50MM"|50M'
printf '%s\nwhistle: 1\n' "$good" | wrong 'a.yaml:6:1: |whistle'
printf '%s\nlimits: {whistle: 1}\n' "$good" | wrong 'a.yaml:6:10: |whistle'
printf '%s\nreload: perhaps\n' "$good" | wrong 'a.yaml:6:9: |reload|perhaps'
printf '%s\nlimits: 7\n' "$good" | wrong 'a.yaml:6:9: |limits'
printf '%s\nlisten: {https: 70000}\n' "$good" | wrong 'a.yaml:6:17: |listen.https|70000'
printf '%s\nlimits: {stream: 1s}\n' "$good" | wrong 'a.yaml:6:18: |limits.stream'
echo "$good" | sed 's/nginx/whistle/' | wrong 'a.yaml:4:8: |proxy|whistle'
echo "$good" | sed 's/upstream/whistle/' | wrong 'a.yaml:5:13: |tls.mode|whistle'
echo "$good" | sed 's|127.0.0.1:3000|127.0.0.1:3000/x|' | wrong 'a.yaml:2:9: |origin'
echo "$good" | sed 's|chat.example.org|"chat.example.org;}"|' | wrong 'a.yaml:3:9: |public'
printf '%s\norigin: http://127.0.0.1:4000\n' "$good" | wrong 'a.yaml:6:1: |origin'
printf 'version: 2\n' | wrong 'a.yaml:1:10: |version'
printf '%s\nfiles: [oops\n' "$good" | wrong 'a.yaml:'
printf '%s\nfiles: {config: "/etc/nginx/a\\nb.conf"}\n' "$good" | wrong 'a.yaml:6:17: |files.config'

# What is missing has no place.
echo "$good" | sed '/^public/d' | answers
run 4 print --answers "$T/a.yaml"
complains public
run 4 print --answers "$T/missing.yaml"
complains "missing.yaml"
head -c 400000 /dev/zero | tr '\0' '#' | answers
run 4 print --answers "$T/a.yaml"
head -c 2000 /dev/urandom | answers
run 4 print --answers "$T/a.yaml"
run 4 apply --answers /dev/null
