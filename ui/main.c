/*
 * main.c - from argv to a face or a subcommand.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answers/needs.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/self.h"
#include "base/log.h"
#include "base/mem.h"
#include "check/check.h"
#include "cmd.h"
#include "console.h"
#include "options.h"
#include "secrets.h"
#include "wizard.h"

static int
run_wizard(const struct options *o)
{
	const struct wizard_options w = {
		.setup = {
			.root = o->root,
			.templates = o->templates,
			.answers = o->answers,
			.self = o->self,
			.given = o->given,
			.practice = o->command == COMMAND_PRACTICE,
			.practice_nginx = o->practice_nginx,
			.broken = o->broken_name,
			.password = o->password,
			.log = o->log,
			.confirm_within = o->confirm_within,
			.lang = o->lang,
		},
		.plain = o->plain,
		.color = o->color,
	};
	struct err e = { 0 };

	/* Line mode may be fed by a script; a screen may not. */
	if (!o->plain && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		err_set(&e, ERR_USAGE, _("The wizard asks, and there is no terminal to answer on; "
		                         "use a subcommand (--help) or --plain."));
		return cmd_fail(o, &e);
	}
	i18n_set_language(o->wanted); /* it says on its first page what cannot be shown */
	return wizard_run(&w);
}

static int
run_practice(const struct options *o)
{
	const bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

	if (o->broken && !o->broken_name)
		return cmd_broken(o); /* the list */

	/* Line mode that was asked for may be fed by a script. */
	return (terminal || o->plain) && !o->yes && !o->json ? run_wizard(o) :
	       o->broken ? cmd_broken(o) : cmd_practice(o);
}

static int (*const commands[N_COMMANDS])(const struct options *o) = {
	[COMMAND_WIZARD]   = run_wizard,
	[COMMAND_CHECK]    = cmd_check,
	[COMMAND_PRINT]    = cmd_print,
	[COMMAND_DIFF]     = cmd_diff,
	[COMMAND_REHEARSE] = cmd_rehearse,
	[COMMAND_APPLY]    = cmd_apply,
	[COMMAND_DOCTOR]   = cmd_doctor,
	[COMMAND_ROLLBACK] = cmd_rollback,
	[COMMAND_REMOVE]   = cmd_remove,
	[COMMAND_LINT]     = cmd_lint,
	[COMMAND_PRACTICE] = run_practice,
	[COMMAND_ORIGIN]   = cmd_origin,
	[COMMAND_DETECT]   = cmd_detect,
};

/* No core dump and no debugger of another process sees what is in our memory. */
static void
keep_secrets(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

/* The environment is readable in /proc and is inherited: take the password out of both at once. */
static char *
password_from_environment(void)
{
	char *value = getenv("ANTECHAMBER_PASSWORD"), *password = NULL;

	if (value && *value)
		password = xstrdup(value);
	if (value)
		mem_wipe(value, strlen(value));
	unsetenv("ANTECHAMBER_PASSWORD");
	return password;
}

static int
password_from_file(struct options *o, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	if (strcmp(o->password_file, "/dev/stdin") == 0) {
		secrets_take_line(&text);
	} else if (fs_read_given(&text, o->password_file, 4096, e) < 0) {
		struct err why = *e;
		err_set(e, ERR_VALUE, "--password-file: %s", why.msg);
		goto out;
	}
	buf_cut(&text, strcspn(text.s, "\r\n"));
	if (!text.len) {
		err_set(e, ERR_VALUE,
		        _("--password-file: the first line of %s is empty."), o->password_file);
		goto out;
	}
	if (o->password)
		mem_wipe(o->password, strlen(o->password));
	free(o->password);
	o->password = xstrdup(text.s);
	rc = 0;
out:
	mem_wipe(text.s, text.len);
	buf_free(&text);
	return rc;
}

/* The first of these below the directory of the program that is there; else `otherwise'. */
static char *
beside(struct arena *a, const char *dir, const char *const *places, const char *proof,
       char *otherwise)
{
	for (; *places; places++) {
		char *path = fs_join(a, dir, *places);
		if (fs_exists(proof ? fs_join(a, path, proof) : path)) {
			char *real = realpath(path, NULL);
			if (real)
				path = arena_strdup(a, real);
			free(real);
			return path;
		}
	}
	return otherwise;
}

/* Run from the tree, everything lies beside the program; installed, where `make install' put it. */
static const char *
find_ourselves(struct arena *a, struct options *o, const char **locale)
{
	static const char *const locales[] = { "locale", "../share/locale", NULL };
	static const char *const practice[] = { "practice/usr/sbin/nginx", NULL };
	static const char *const templates[] = { "../templates", "../../templates", "../../../templates",
	                                         "../share/antechamber/templates", NULL };
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n > 0 ? n : 0] = '\0';
	o->self = arena_strdup(a, path);
	self_is(path);
	const char *dir = fs_dirname(a, path);
	/* Looked for by a catalogue: a /usr/bin has a program called locale. */
	*locale = beside(a, dir, locales, "ko/LC_MESSAGES/antechamber.mo", arena_strdup(a, LOCALEDIR));
	o->practice_nginx = beside(a, dir, practice, NULL, NULL);
	return beside(a, dir, templates, "openchamber.yaml", arena_strdup(a, DATADIR "/templates"));
}

static int
prepare(struct options *o, int argc, char **argv, const char *templates, struct err *e)
{
	struct stat st;

	if (options_parse(o, argc, argv, e) < 0)
		return -1;
	if (o->help || o->version)
		return 0;
	if (!o->templates)
		o->templates = templates;
	if (o->root && (stat(o->root, &st) < 0 || !S_ISDIR(st.st_mode)))
		return options_wrong(e, "root", o->root, _("a directory that is there"));
	if (o->cacert && access(o->cacert, R_OK) < 0)
		return err_sys(e, ERR_USAGE, _("--cacert: \"%s\" cannot be read"), o->cacert);
	if (o->log && log_open(o->log, e) < 0)
		return -1;
	if (o->password_file && password_from_file(o, e) < 0)
		return -1;
	return secrets_begin(o, e);
}

/* The checks there are depend on the routes that OpenChamber has. */
static void
put_ids(struct buf *out, const char *templates)
{
	struct needs needs = { 0 };
	struct buf ids = BUF_INIT;
	struct err ignored;

	if (needs_load(&needs, templates, NULL, &ignored) == 0) {
		check_put_ids(&ids, &needs);
		options_help_ids(out, _("Checks, for --only"), ids.s);
	}
	needs_free(&needs);
	buf_free(&ids);
}

static int
run(struct options *o, int argc, char **argv, const char *templates)
{
	struct err e = { 0 };

	if (prepare(o, argc, argv, templates, &e) < 0)
		return cmd_fail(o, &e);
	if (o->version && !o->help) {
		puts("antechamber " VERSION);
		return 0;
	}
	if (o->help) {
		struct buf out = BUF_INIT, shown = BUF_INIT;

		options_help(&out, o->command);
		if (o->command == COMMAND_CHECK)
			put_ids(&out, o->templates ? o->templates : templates);
		console_text(&shown, out.s);
		fputs(shown.s, stdout);
		buf_free(&out);
		buf_free(&shown);
		return 0;
	}
	return commands[o->command](o);
}

int
main(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct options o = { 0 };
	const char *locale, *templates;

	if (argc == 2 && !strcmp(argv[1], "--version")) {
		puts("antechamber " VERSION);
		return fflush(stdout) ? 1 : 0;
	}
	keep_secrets();
	signal(SIGPIPE, SIG_IGN);
	o.password = password_from_environment();
	o.given = (const char *const *)argv + 1;
	templates = find_ourselves(&arena, &o, &locale);
	i18n_init(locale, options_peek(argc, argv, "lang"));
	o.wanted = arena_strdup(&arena, i18n_language());
	console_settle_language(isatty(STDOUT_FILENO) ? getenv("TERM") : NULL);
	int status = run(&o, argc, argv, templates);
	if ((fflush(stdout) || ferror(stdout)) && errno != EPIPE && !status) {
		fprintf(stderr, "%s: %s\n", _("The output could not be written"), strerror(errno));
		status = 1;
	}
	if (o.password)
		mem_wipe(o.password, strlen(o.password));
	free(o.password);
	secrets_end();
	log_close();
	arena_free(&arena);
	return status;
}
