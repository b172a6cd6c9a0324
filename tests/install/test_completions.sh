#!/bin/sh
# What the three shells complete is what --help lists: subcommands, options, and words where a value is one of a few.
. "$(dirname "$0")/../lib.sh"
made=$B/completions

helps() { sed -n 's/^  \(--[a-z-]*\).*/\1/p' | sort; }
same() { cmp -s "$T/want" "$T/have" || fail "$1: $(diff "$T/want" "$T/have")"; }

cat >"$T/ask.bash" <<'END'
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_antechamber
printf '%s\n' "${COMPREPLY[@]}"
END
ask_bash() { bash "$T/ask.bash" "$made/bash" antechamber "$@" | sort; }

# fish completes a line that is not typed; zsh is shown what it would be told.
ask_fish() { HOME=$T fish -c "source $made/fish; complete -C '$*'" | cut -f 1 | sort; }
cat >"$T/ask.zsh" <<'END'
file=$1; shift
_arguments() { print -l -- "$@" }
_describe() { :; }
words=("$@") CURRENT=$#
source $file
END
ask_zsh() { zsh -f "$T/ask.zsh" "$made/zsh" antechamber "$@"; }

run 0 --help
sed -n '/^Subcommands/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p' "$T/out" | sort >"$T/commands"
helps <"$T/out" >"$T/options"

sort "$T/commands" "$T/options" >"$T/want"
ask_bash '' >"$T/have"
same "bash, nothing typed"
cp "$T/commands" "$T/want"
ask_fish 'antechamber ' >"$T/have"
same "fish, nothing typed"
zsh -f -c "$(sed -n '/subcommands=(/,/^	)/p' "$made/zsh" | sed 's/local -a //'); print -l \${subcommands%%:*}" |
	sort >"$T/have"
same "zsh, nothing typed"

for c in '' $(cat "$T/commands"); do
	run 0 $c --help
	helps <"$T/out" >"$T/want"
	ask_bash ${c:+"$c"} -- >"$T/have"
	same "bash, $c"
	ask_fish "antechamber $c --" >"$T/have"
	same "fish, $c"
	ask_zsh ${c:+"$c"} -- | sed -n 's/^\(--[a-z-]*\).*/\1/p' | sort >"$T/have"
	same "zsh, $c"
done

printf '%s\n' always auto never >"$T/want"
ask_bash check --color '' >"$T/have"
same "bash, --color"
ask_bash check --color = '' >"$T/have"
same "bash, --color="
ask_fish 'antechamber check --color ' >"$T/have"
same "fish, --color"
ask_zsh check '' | sed -n 's/^--color.*:(\(.*\))$/\1/p' | tr ' ' '\n' | sort >"$T/have"
same "zsh, --color"

mkdir "$T/files" && : >"$T/files/answers.yaml"
echo "$T/files/answers.yaml" >"$T/want"
ask_bash apply --answers "$T/files/a" >"$T/have"
same "bash, a file"
ask_fish "antechamber apply --answers $T/files/a" >"$T/have"
same "fish, a file"
[ -z "$(ask_bash check --timeout '')" ] || fail "bash offers something for a number"
