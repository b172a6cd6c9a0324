#!/bin/sh
# The same road line by line: Enter takes what is suggested, and only a whole word applies.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit
SUDO_UID=65534 SUDO_GID=65533
export SUDO_UID SUDO_GID
start 76x120 practice --plain
wait_text 'Language, 1 English'
keys Enter
wait_text 'Where does OpenChamber answer'
keys Enter
wait_text 'UI password, not shown while you type \[the one given\]:'
# A wrong password is told, and asked for again at once.
type_text wrong
take '^The password was refused. The one in practice: practice'
wait_text '^UI password, not shown while you type \[none\]:'
type_text practice
keys Enter
wait_text 'Which one, 1 to'
keys Enter
wait_text '^Address \[https://chat.example.org\]:'
keys Enter
wait_text '^Certificate, 1 to'
keys Enter
wait_text '^Uploads up to \[100M\]:' 20
must_say '^pass: /event/ws'
must_say '^The slowest event arrived [0-9.]* seconds after'
must_not_say '^sent at'
type_text '50MM'
keys Enter
wait_text '^error: .*50MM'
keys Enter
wait_text '^Keep quiet streams'
keys Enter
wait_text '^Hold a quiet stream for 65 seconds now'
keys Enter
wait_text 'Read it, y or n'
type_text abc
keys Enter
wait_text '^error: Write y or n'
type_text n
keys Enter
wait_text 'Apply these changes'
# What is rarely needed is asked for with m, and the way goes on behind it.
type_text m
take '^Listen on address \[127.0.0.1\]:'
take '^Port for http'
take '^Port for https'
take '^Connect within \[30s\]:'
type_text 0s
take '^error: '
type_text 7s
take '^In front \[none\]:'
for question in 'Trusted in front' 'File of the site' 'Check command' 'Reload command' 'Reload at the end' 'Ask to keep it'; do take "^$question"; done
take 'Read it, y or n' 20
type_text y
take 'proxy_connect_timeout 7s'
wait_text 'Apply these changes.*:$'
type_text yes
keys Enter
wait_text '^OpenChamber works at' 30
take '^Write a report, y or n'
type_text y
take 'exit=0'
# It is named from the root on, and belongs to whoever called sudo.
must_say '^done: the report is written'
[ "$(id -u)" != 0 ] || [ "$(stat -c %u:%g antechamber-report.md)" = 65534:65533 ] || lost 'the report is root'"'"'s'
must_say 'OpenChamber works at https://chat.example.org'
must_say '^done: '
must_not_say '^fail: '
must_leave_nothing
close_terminal

# Enter alone goes on without the password that was refused, and nothing is closed by it.
start 76x120 practice --plain
wait_text 'Language, 1 English'
take 'Where does OpenChamber answer'
take 'UI password, not shown while you type'
type_text wrong
take '^Enter alone goes on without a password'
take 'Which one, 1 to'
take '^Address'
take '^Certificate, 1 to'
take_checklist
type_text n
take 'Apply these changes'
keys C-c
wait_text 'exit=130'
must_leave_nothing
