# tests/proxy/causes.sh - what one proxy can do wrong: each is provoked, named, and its line of the configuration shown.
#
# Whoever uses it has lib.sh, sets R, CONF (the file that is read), and defines site LINES (starts it with them); PUBLIC is the address.
# shellcheck shell=sh disable=SC2154

looks() { # looks STATUS OPTION...
	status=$1
	shift
	run "$status" check --origin "$ORIGIN" --public "$PUBLIC" --connect-to "127.0.0.1:$TLS" --cacert "$T/$NAME.pem" \
		--root "$R" --json "$@"
}
place() { # place CHECK TEXT: the line that is named holds the text
	line=$(jq -r --arg id "$1" '.checks[] | select(.id == $id and .target == "public") | .where.line // 0' "$T/out")
	json ".checks[] | select(.id == \"$1\" and .target == \"public\") | .where.file == \"${CONF#"$R"}\""
	sed -n "${line}p" "$CONF" | grep -qF -- "$2" || fail "$1: line $line is \"$(sed -n "${line}p" "$CONF")\", wanted is: $2"
}
# Only this is asked, for the time it takes; what everything together is called test_nginx_*.sh look at.
names() { # names CAUSE CHECK TEXT [OPTION...]
	cause=$1 id=$2 text=$3
	shift 3
	looks 1 --password-file "$T/password" --only "$id" "$@"
	broken "$cause" "$id"
	[ -z "$text" ] || place "$id" "$text"
}
well() { looks 0 --password-file "$T/password"; ready; }

# What else can stand where OpenChamber is looked for; each is $ORIGIN's like, without http://.
strangers() {
	origin --misbehave opencode
	OPENCODE=${ORIGIN#http://}
	origin --server-id the-other-one
	INSTANCE=${ORIGIN#http://}
	origin --misbehave hang
	HANGING=${ORIGIN#http://}
	DEAD=127.0.0.1:$(closed_port)
}
