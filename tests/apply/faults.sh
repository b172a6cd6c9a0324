# tests/apply/faults.sh - one thing that goes wrong at a service, at each request of an apply and of its undo.
#
# A test says: begin (a fresh state), as_wanted and as_it_was (fail, if not), told KNOB N (why is said), and
# OPTIONS of its apply.  The knob is a file of the stand-in's that holds at which request from now on.
# shellcheck shell=sh

struck() { # struck KNOB N ARGUMENT...: a run of ours in which it may happen; status in $got, what is left of N in $left
	at=$D/$1
	echo "$2" >"$at"
	shift 2
	got=0
	timeout 60 "$BIN" "$@" --root "$R" --json >"$T/out" 2>"$T/err" </dev/null || got=$?
	left=$(cat "$at")
	rm -f "$at"
}

faults() { # faults KNOB LEAST: at this many requests of an apply or more
	n=0
	while :; do
		n=$((n + 1))
		[ $n -lt 60 ] || fail "$1: it never comes through"
		begin
		# shellcheck disable=SC2086
		struck "$1" $n apply --answers "$T/answers.yaml" --allow-unprotected $OPTIONS
		[ "$left" -le 0 ] || break
		if [ $got = 0 ]; then # it did no harm: what was wanted is there
			as_wanted
			run 0 rollback --root "$R" --json
		else
			[ $got != 6 ] || fail "$1 $n: it could not be put back: $(cat "$T/err")"
			told "$1" $n
		fi
		as_it_was
	done
	[ $n -gt "$2" ] || fail "$1: only $((n - 1)) places were tried"
	[ $got = 0 ] || fail "$1: status $got, and nothing was in the way"
	as_wanted

	# The same while it is undone: what could not be asked is said, and another undo ends it.
	m=0
	while :; do
		m=$((m + 1))
		[ $m -lt 40 ] || fail "$1: it is never undone"
		struck "$1" $m rollback
		[ "$left" -le 0 ] || break
		if [ $got = 0 ]; then # it did no harm: once more, for the requests behind it
			as_it_was
			begin
			# shellcheck disable=SC2086
			run 0 apply --answers "$T/answers.yaml" --root "$R" --json --allow-unprotected $OPTIONS
		else
			[ -s "$T/err" ] || fail "$1 $m: status $got, and nothing is said"
		fi
	done
	[ $got = 0 ] || run 0 rollback --root "$R" --json
	as_it_was
	echo "$1: $((n - 1)) places, undone at $((m - 1))"
}
