#!/bin/sh
# A reload whose command does not come back, whether it took or not, once and for ever: the apply and the undo end at their
# limit, the files are as they were, and what is said of the proxy is what it runs.
. "$(dirname "$0")/lib.sh"
[ -z "${SAN:-}" ] || skip "a sanitizer has to come first in a program"
"${CC:-cc}" -shared -fPIC -O1 -o "$T/clock.so" tests/apply/clock.c || fail "the clock does not build"
origin
server_up
answers
# Every call does what the next line of $T/how says: take it or not, come back or not.  A minute passes while it hangs.
cat >"$T/reload" <<SH2
echo \$\$ >>$T/pids
how=\$(head -n 1 $T/how)
sed -i 1d $T/how
case \$how in
no*) ;;
*) nginx -s reload -e $T/validate.log -c $R/etc/nginx/nginx.conf ;;
esac
case \$how in
*hangs)
	trap '' TERM
	sleep 3600 & echo \$! >>$T/pids
	echo \$((\$(cat $T/passed) + 61)) >$T/passed.new
	mv $T/passed.new $T/passed
	while :; do sleep 0.2; done
	;;
esac
SH2
sed -i "s|reload: .*|reload: [/bin/sh, $T/reload]|" "$T/answers.yaml"
export PASSED="$T/passed"
program=$BIN
printf '#!/bin/sh\nLD_PRELOAD=%s exec %s "$@"\n' "$T/clock.so" "$program" >"$T/later"
chmod 755 "$T/later"
BIN=$T/later
all_are_gone() { for pid in $(cat "$T/pids"); do ! kill -0 "$pid" 2>/dev/null || return 1; done; }
reloads() { # reloads LINE...: what the next ones do
	echo 0 >"$PASSED"
	: >"$T/pids"
	printf '%s\n' "$@" >"$T/how"
}
ended() { # ended HANGING: with all that was started, so many limits later, and the other site is as it was
	[ "$(cat "$PASSED")" = $(($1 * 61)) ] || fail "$(cat "$PASSED") seconds of hanging"
	[ ! -s "$T/how" ] || fail "it was not reloaded again: $(cat "$T/how")"
	wait_for 5 all_are_gone
	blog_answers || fail "the other site is gone"
}
site_is_gone() { ! site_answers; }
runs_old() { # the proxy too
	as_before
	wait_for 5 site_is_gone
}

undone() { # undone HANGING
	apply 1 --allow-unprotected
	json '.outcome == "undone" and .changed == false and (.error.message | contains("did not end in time"))'
	ended "$1"
	runs_old
}

reloads 'takes, hangs' takes
undone 1
reloads 'takes, hangs' 'takes, hangs' # the one that undoes it does not come back either
undone 2
reloads 'no, hangs' takes # it was asked for, so it is asked for once more
undone 1
reloads 'no, hangs' 'no, hangs' # and where it was never taken, that it does not come back changes nothing
undone 2

# It does not take: the new site is still served, and that is what is said, with what to do.
reloads 'takes, hangs' 'no, hangs'
apply 6 --allow-unprotected
json '.outcome == "undo-failed" and (.error.message | contains("The files are back, but the proxy did not take them"))'
complains "/bin/sh $T/reload"
ended 2
as_before
site_answers || fail "it is said that the proxy did not take the files, and it did"
reloads takes
run 0 rollback --root "$R" --json
json '.outcome == "undone"'
ended 0
runs_old

# The undo of what was kept.
reloads takes
apply 0 --allow-unprotected
reloads 'no, hangs'
run 6 rollback --root "$R" --json
complains 'The files are back, but the proxy did not take them'
ended 1
as_before
site_answers || fail "it is said that the proxy did not take the files, and it did"
reloads 'takes, hangs'
run 0 rollback --root "$R" --json
json '.outcome == "undone"'
ended 1
runs_old
