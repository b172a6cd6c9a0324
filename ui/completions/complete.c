/*
 * complete.c - `complete bash|zsh|fish': that shell's completions, made from the tables of subcommands
 * and options, on stdout.  Runs when the program is built.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "options.h"
#include "proxy/proxy.h"

enum guess { GUESS_NONE, GUESS_FILE, GUESS_DIR, GUESS_WORDS };

static enum guess
guess(const struct option_entry *t)
{
	if (t->kind == OPTION_COLOR || t->kind == OPTION_LANGUAGE || !strcmp(t->name, "proxy"))
		return GUESS_WORDS;
	if (t->kind != OPTION_TEXT)
		return GUESS_NONE;
	return !strcmp(t->operand, "FILE") ? GUESS_FILE : !strcmp(t->operand, "DIR") ? GUESS_DIR
	                                                                             : GUESS_NONE;
}

/* What an option of GUESS_WORDS takes, with a blank between them. */
static void
put_words(const struct option_entry *t)
{
	const char *gap = "";

	if (t->kind == OPTION_COLOR) {
		fputs("auto always never", stdout);
	} else if (t->kind == OPTION_LANGUAGE) {
		for (const struct i18n_language *l = i18n_languages; l->code; l++, gap = " ")
			printf("%s%s", gap, l->code);
	} else {
		for (const struct proxy *const *p = proxies; *p; p++, gap = " ")
			printf("%s%s", gap, (*p)->name);
	}
}

static bool
belongs(const struct option_entry *t, int command)
{
	return t->commands & 1u << command;
}

static void
put_commands(const char *gap)
{
	for (int c = 1; c < N_COMMANDS; c++)
		printf("%s%s", c > 1 ? gap : "", command_table[c].name);
}

/* Text inside single quotes, `special' characters behind a backslash. */
static void
put_quoted(const char *text, const char *special)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			printf("%s%c", strchr(special, *text) ? "\\" : "", *text);
}

/* ---- bash ---- */

/* One branch of the case over the word before the cursor: every option whose operand is guessed alike. */
static void
bash_operands(enum guess g, const char *answer)
{
	const char *gap = "\t";

	for (const struct option_entry *t = option_table; t->name; t++)
		if (t->operand && guess(t) == g) {
			printf("%s--%s", gap, t->name);
			gap = " | ";
		}
	printf(")\n\t\t%s\n\t\treturn ;;\n", answer);
}

static void
bash_options(int command)
{
	const char *gap = "";

	printf("\t%s) words='", command ? command_table[command].name : "''");
	if (!command) {
		put_commands(" ");
		gap = " ";
	}
	for (const struct option_entry *t = option_table; t->name; t++)
		if (belongs(t, command)) {
			printf("%s--%s", gap, t->name);
			gap = " ";
		}
	puts("' ;;");
}

static void
bash(void)
{
	puts("# bash completion for antechamber, made from its table of options.");
	puts("_antechamber() {");
	puts("\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' word words=''");
	puts("\t# Bash splits --option=operand at the sign.");
	puts("\tif [[ $cur == '=' ]]; then");
	puts("\t\tcur=''");
	puts("\telif [[ $prev == '=' ]]; then");
	puts("\t\tprev=${COMP_WORDS[COMP_CWORD-2]}");
	puts("\tfi");
	puts("\tCOMPREPLY=()");
	puts("\tcase $prev in");
	bash_operands(GUESS_FILE, "compopt -o filenames 2>/dev/null; "
	              "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");
	bash_operands(GUESS_DIR, "compopt -o filenames 2>/dev/null; "
	              "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")");
	for (const struct option_entry *t = option_table; t->name; t++)
		if (guess(t) == GUESS_WORDS) {
			printf("\t--%s)\n\t\tmapfile -t COMPREPLY < <(compgen -W '", t->name);
			put_words(t);
			puts("' -- \"$cur\")\n\t\treturn ;;");
		}
	bash_operands(GUESS_NONE, ":");
	puts("\tesac");
	puts("\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do");
	fputs("\t\tcase $word in ", stdout);
	put_commands(" | ");
	puts(") command=$word; break ;; esac");
	puts("\tdone");
	puts("\tcase $command in");
	for (int c = 0; c < N_COMMANDS; c++)
		bash_options(c);
	puts("\tesac");
	puts("\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")");
	puts("}");
	puts("complete -F _antechamber antechamber");
}

/* ---- zsh ---- */

static void
zsh_option(const struct option_entry *t)
{
	printf(" \\\n\t\t\t'--%s%s[", t->name, t->operand ? "=" : "");
	put_quoted(t->help, "[]\\");
	putchar(']');
	if (t->operand) {
		putchar(':');
		put_quoted(t->operand, ":[]\\");
		putchar(':');
		if (guess(t) == GUESS_FILE)
			fputs("_files", stdout);
		else if (guess(t) == GUESS_DIR)
			fputs("_files -/", stdout);
		else if (guess(t) == GUESS_WORDS) {
			putchar('(');
			put_words(t);
			putchar(')');
		}
	}
	putchar('\'');
}

static void
zsh(void)
{
	puts("#compdef antechamber");
	puts("# zsh completion for antechamber, made from its table of options.");
	puts("_antechamber() {");
	puts("\tlocal command='' word");
	puts("\tlocal -a subcommands=(");
	for (int c = 1; c < N_COMMANDS; c++) {
		printf("\t\t'%s:", command_table[c].name);
		put_quoted(command_table[c].help, "\\");
		puts("'");
	}
	puts("\t)");
	puts("\tfor word in ${words[2,CURRENT-1]}; do");
	puts("\t\tif (( ${subcommands[(I)$word:*]} )); then command=$word; break; fi");
	puts("\tdone");
	puts("\tcase $command in");
	for (int c = 0; c < N_COMMANDS; c++) {
		printf("\t(%s)\n\t\t_arguments -s", c ? command_table[c].name : "''");
		if (c)
			printf(" \\\n\t\t\t'1:subcommand:(%s)'", command_table[c].name);
		else
			fputs(" \\\n\t\t\t'1:subcommand:{_describe subcommand subcommands}'", stdout);
		if (c == COMMAND_ROLLBACK)
			fputs(" \\\n\t\t\t'2:ID:'", stdout);
		for (const struct option_entry *t = option_table; t->name; t++)
			if (belongs(t, c))
				zsh_option(t);
		puts(" ;;");
	}
	puts("\tesac");
	puts("}");
	puts("_antechamber \"$@\"");
}

/* ---- fish ---- */

/* The condition under which an option is offered; nothing where all subcommands know it. */
static void
fish_condition(const struct option_entry *t)
{
	bool all = true, any = false;

	for (int c = 0; c < N_COMMANDS; c++) {
		all &= belongs(t, c);
		any |= c && belongs(t, c);
	}
	if (all)
		return;
	fputs(" -n '", stdout);
	if (belongs(t, COMMAND_WIZARD))
		printf("__fish_use_subcommand%s", any ? "; or " : "");
	if (any)
		fputs("__fish_seen_subcommand_from", stdout);
	for (int c = 1; c < N_COMMANDS; c++)
		if (belongs(t, c))
			printf(" %s", command_table[c].name);
	putchar('\'');
}

static void
fish(void)
{
	puts("# fish completion for antechamber, made from its table of options.");
	puts("complete -c antechamber -f");
	for (int c = 1; c < N_COMMANDS; c++) {
		printf("complete -c antechamber -n __fish_use_subcommand -a %s -d '",
		       command_table[c].name);
		put_quoted(command_table[c].help, "\\");
		puts("'");
	}
	for (const struct option_entry *t = option_table; t->name; t++) {
		fputs("complete -c antechamber", stdout);
		fish_condition(t);
		printf(" -l %s", t->name);
		if (t->operand && guess(t) == GUESS_FILE)
			fputs(" -r -F", stdout);
		else if (t->operand)
			fputs(" -x", stdout);
		if (guess(t) == GUESS_DIR)
			fputs(" -a '(__fish_complete_directories)'", stdout);
		else if (guess(t) == GUESS_WORDS) {
			fputs(" -a '", stdout);
			put_words(t);
			putchar('\'');
		}
		fputs(" -d '", stdout);
		put_quoted(t->help, "\\");
		puts("'");
	}
}

int
main(int argc, char **argv)
{
	static const struct { const char *name; void (*put)(void); } shells[] = {
		{ "bash", bash }, { "zsh", zsh }, { "fish", fish },
	};

	for (size_t i = 0; argc == 2 && i < ARRAY_LEN(shells); i++)
		if (!strcmp(shells[i].name, argv[1])) {
			shells[i].put();
			return fflush(stdout) == 0 ? 0 : 1;
		}
	fputs("usage: complete bash|zsh|fish\n", stderr);
	return 2;
}
