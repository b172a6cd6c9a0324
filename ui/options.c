#include "options.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "origin/origin.h"

#define BIT(c) (1u << COMMAND_##c)
#define FIELD(m) offsetof(struct options, m)

enum {
	ALL      = (1u << N_COMMANDS) - 1,
	PLANNED  = BIT(PRINT) | BIT(DIFF) | BIT(REHEARSE) | BIT(APPLY),
	CHECKED  = BIT(CHECK) | BIT(REHEARSE) | BIT(APPLY) | BIT(PRACTICE),
	CHANGING = BIT(APPLY) | BIT(DOCTOR) | BIT(ROLLBACK) | BIT(REMOVE),
	LOOKING  = BIT(CHECK) | BIT(DOCTOR),
	TALKING  = BIT(WIZARD) | BIT(CHECK) | BIT(APPLY) | BIT(DOCTOR) | BIT(ORIGIN),
};

const struct command_entry command_table[N_COMMANDS] = {
	[COMMAND_WIZARD]   = { NULL, "",
	                       N_("the wizard: from a running OpenChamber to a proxy that carries it") },
	[COMMAND_CHECK]    = { "check", "--origin URL [--public URL]",
	                       N_("run the checklist and change nothing") },
	[COMMAND_PRINT]    = { "print", "--answers FILE", N_("show the files it would write") },
	[COMMAND_DIFF]     = { "diff", "--answers FILE",
	                       N_("show what would change in the files on this server") },
	[COMMAND_REHEARSE] = { "rehearse", "--answers FILE",
	                       N_("try the configuration in a private proxy and check it there") },
	[COMMAND_APPLY]    = { "apply", "--answers FILE",
	                       N_("write, reload and verify; undo everything if a check fails") },
	[COMMAND_DOCTOR]   = { "doctor", "[--public URL] [--fix]",
	                       N_("say why it does not work, at which line, and what to change") },
	[COMMAND_ROLLBACK] = { "rollback", "[ID]",
	                       N_("put back what an apply replaced; without ID the newest") },
	[COMMAND_REMOVE]   = { "remove", "", N_("take out everything it ever put in") },
	[COMMAND_LINT]     = { "lint", "--npm FILE",
	                       N_("say what a text for Nginx Proxy Manager's Advanced field does") },
	[COMMAND_PRACTICE] = { "practice", "[--broken [NAME]]",
	                       N_("try it with a built-in OpenChamber and a private proxy") },
	[COMMAND_ORIGIN]   = { "origin", "[--port N]",
	                       N_("run the built-in OpenChamber alone, in the foreground") },
	[COMMAND_DETECT]   = { "detect", "", N_("show what is on this server") },
};

const struct option_entry option_table[] = {
	{ "origin", OPTION_URL, "URL", FIELD(origin), LOOKING, 0, 0,
	  N_("where OpenChamber answers") },
	{ "public", OPTION_URL, "URL", FIELD(public_url), LOOKING, 0, 0,
	  N_("the address people will use") },
	{ "answers", OPTION_TEXT, "FILE", FIELD(answers), PLANNED | BIT(WIZARD), 0, 0,
	  N_("what was decided, as the wizard saves it") },
	{ "connect-to", OPTION_ADDRESS, "HOST:PORT", FIELD(connect_to), BIT(CHECK), 0, 0,
	  N_("talk to this address instead of the public one; the name stays") },
	{ "proxy", OPTION_TEXT, "NAME", FIELD(proxy), BIT(DOCTOR), 0, 0,
	  N_("look at this proxy only, as nginx") },
	{ "conf", OPTION_TEXT, "FILE", FIELD(conf), BIT(DOCTOR), 0, 0,
	  N_("the proxy's main file, if it is not the usual one") },
	{ "fix", OPTION_FLAG, NULL, FIELD(fix), BIT(DOCTOR), 0, 0,
	  N_("make the changes, verify them, undo them if anything gets worse") },
	{ "npm", OPTION_TEXT, "FILE", FIELD(npm), BIT(LINT), 0, 0,
	  N_("the text of the Advanced field; - is standard input") },
	{ "no-websockets", OPTION_FLAG, NULL, FIELD(no_websockets), BIT(LINT), 0, 0,
	  N_("Websockets Support is switched off in the proxy host") },
	{ "cause", OPTION_TEXT, "ID[,ID]", FIELD(cause), BIT(DOCTOR), 0, 0,
	  N_("make the changes for these causes only") },
	{ "cacert", OPTION_TEXT, "FILE", FIELD(cacert), LOOKING | BIT(APPLY), 0, 0,
	  N_("trust these certificates (PEM)") },
	{ "insecure", OPTION_FLAG, NULL, FIELD(insecure), LOOKING, 0, 0,
	  N_("do not verify certificates") },
	{ "password-file", OPTION_TEXT, "FILE", FIELD(password_file), TALKING, 0, 0,
	  N_("OpenChamber's UI password; or in ANTECHAMBER_PASSWORD") },
	{ "token-file", OPTION_TEXT, "FILE", FIELD(token_file), PLANNED | BIT(ROLLBACK) | BIT(REMOVE), 0, 0,
	  N_("Cloudflare's API token, in a closed file; - asks for it") },
	{ "only", OPTION_TEXT, "ID[,ID]", FIELD(only), BIT(CHECK), 0, 0, N_("only these checks") },
	{ "body-size", OPTION_SIZE, "SIZE", FIELD(body), BIT(CHECK), 0, 0,
	  N_("how large an upload must be possible (100M)") },
	{ "timeout", OPTION_SECONDS, "SECONDS", FIELD(timeout_ms), LOOKING | BIT(APPLY), 0, 0,
	  N_("how long one probe waits (5)") },
	{ "deep", OPTION_FLAG, NULL, FIELD(deep), LOOKING, 0, 0, N_("add the checks that must wait a minute") },
	{ "strict", OPTION_FLAG, NULL, FIELD(strict), BIT(CHECK) | BIT(LINT) | BIT(REHEARSE) | BIT(PRACTICE),
	  0, 0, N_("a warning counts as a failure") },
	{ "fetch-addresses", OPTION_FLAG, NULL, FIELD(fetch_addresses), PLANNED, 0, 0,
	  N_("ask Cloudflare for today's list of its addresses") },
	{ "set-aside", OPTION_TEXT, "FILE", FIELD(set_aside), PLANNED, 0, 0,
	  N_("move this site's file out of the way; undoing brings it back") },
	{ "in-place-of", OPTION_TEXT, "URL", FIELD(in_place_of), PLANNED, 0, 0, N_("take away the site that was set up for this address") },
	{ "plan", OPTION_HASH, "SHA256", FIELD(plan), BIT(APPLY) | BIT(DOCTOR), 0, 0,
	  N_("refuse any plan but this one") },
	{ "over-edits", OPTION_HASH, "SHA256", FIELD(over_edits), BIT(APPLY), 0, 0, N_("replace what was edited since, if it is this") },
	{ "continue", OPTION_FLAG, NULL, FIELD(continues), BIT(APPLY), 0, 0,
	  N_("finish a change that was interrupted, instead of undoing it") },
	{ "allow-unprotected", OPTION_FLAG, NULL, FIELD(allow_unprotected), BIT(APPLY) | BIT(DOCTOR), 0, 0,
	  N_("publish an OpenChamber that has no password") },
	{ "confirm-within", OPTION_NUMBER, "SECONDS", FIELD(confirm_within), BIT(WIZARD) | BIT(APPLY) | BIT(DOCTOR), 1, 86400,
	  N_("undo unless the change is confirmed in time") },
	{ "no-reload", OPTION_FLAG, NULL, FIELD(no_reload), BIT(APPLY) | BIT(DOCTOR), 0, 0,
	  N_("write the files, but do not reload the proxy") },
	{ "progress", OPTION_FLAG, NULL, FIELD(progress), CHANGING, 0, 0,
	  N_("one JSON line a step while it works") },
	{ "list", OPTION_FLAG, NULL, FIELD(list), BIT(ROLLBACK), 0, 0, N_("show what was applied") },
	{ "broken", OPTION_FLAG, NULL, FIELD(broken), BIT(PRACTICE), 0, 0,
	  N_("start with a site that has a known fault, to find and mend; without NAME list them") },
	{ "port", OPTION_NUMBER, "N", FIELD(port), BIT(ORIGIN), 0, 65535,
	  N_("listen on this port (0: any)") },
	{ "misbehave", OPTION_MISBEHAVE, "WORD,...", FIELD(misbehave), BIT(ORIGIN), 0, 0,
	  N_("go wrong on purpose") },
	{ "pace", OPTION_PACE, "N", FIELD(pace), BIT(ORIGIN), 0, 0,
	  N_("heartbeats N times faster") },
	{ "server-id", OPTION_TEXT, "ID", FIELD(server_id), BIT(ORIGIN), 0, 0, N_("the identity it shows") },
	{ "report", OPTION_TEXT, "FILE", FIELD(report), CHECKED, 0, 0,
	  N_("write a report without secrets (Markdown)") },
	{ "json", OPTION_FLAG, NULL, FIELD(json), ALL & ~BIT(WIZARD), 0, 0,
	  N_("one JSON document on standard output") },
	{ "plain", OPTION_FLAG, NULL, FIELD(plain), ALL, 0, 0,
	  N_("line by line, for screen readers and simple terminals") },
	{ "yes", OPTION_FLAG, NULL, FIELD(yes), ALL, 0, 0, N_("ask nothing") },
	{ "root", OPTION_TEXT, "DIR", FIELD(root), ALL, 0, 0,
	  N_("put DIR in front of every path on this server") },
	{ "templates", OPTION_TEXT, "DIR", FIELD(templates), ALL, 0, 0,
	  N_("where the templates are") },
	{ "lang", OPTION_LANGUAGE, "CODE", FIELD(lang), ALL, 0, 0, N_("speak this language") },
	{ "color", OPTION_COLOR, "WHEN", FIELD(color), ALL, 0, 0, N_("auto, always or never") },
	{ "log", OPTION_TEXT, "FILE", FIELD(log), ALL, 0, 0,
	  N_("write what happens to FILE, for bug reports") },
	{ "help", OPTION_FLAG, NULL, FIELD(help), ALL, 0, 0, N_("show this") },
	{ "version", OPTION_FLAG, NULL, FIELD(version), ALL, 0, 0, N_("show the version") },
	{ 0 },
};

/* One sentence for a wrong operand: the option, what was read, what was expected. */
int
options_wrong(struct err *e, const char *name, const char *read, const char *expected)
{
	struct buf safe = BUF_INIT;

	text_safe(&safe, read, strlen(read), 120);
	/* TRANSLATORS: %1$s is an option, %2$s what was typed, %3$s what is expected, as "a number from 1 to 9" */
	err_set(e, ERR_USAGE, _("--%1$s: \"%2$s\" does not fit. It takes %3$s."), name, safe.s, expected);
	buf_free(&safe);
	return -1;
}

static int
take_number(unsigned *out, const struct option_entry *t, const char *text, struct err *e)
{
	char *end, expected[128];
	unsigned long n = strtoul(text, &end, 10);

	end += *end == 's' && t->operand && !strcmp(t->operand, "SECONDS"); /* as times are written elsewhere */
	if (!isdigit((unsigned char)*text) || *end || strlen(text) > 9 || n < t->min ||
	    n > t->max) {
		snprintf(expected, sizeof(expected),
		         _("a number from %1$u to %2$u"), t->min, t->max);
		return options_wrong(e, t->name, text, expected);
	}
	*out = n;
	return 0;
}

/* A decimal number between two bounds, read by hand: strtod(3) also takes "nan" and "0x". */
static bool
decimal(double *out, const char *text, double min, double max)
{
	if (!*text || strlen(text) > 12 || strspn(text, "0123456789.") != strlen(text))
		return false;
	char *end;
	*out = strtod(text, &end);
	return !*end && *out >= min && *out <= max;
}

static int
take_address(const char **out, const struct option_entry *t, const char *text, struct err *e)
{
	const char *colon = strrchr(text, ':');
	struct url u;
	struct err ignored;

	if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    strpbrk(text, "/@") || url_parse(&u, text, "http", URL_BASE, t->name, &ignored) < 0)
		return options_wrong(e, t->name, text, _("HOST:PORT, for example 127.0.0.1:8443"));
	*out = text;
	return 0;
}

static int
take_language(const char **out, const struct option_entry *t, const char *text, struct err *e)
{
	struct buf codes = BUF_INIT;

	for (const struct i18n_language *l = i18n_languages; l->code; l++) {
		if (!strcmp(l->code, text)) {
			*out = text;
			buf_free(&codes);
			return 0;
		}
		buf_printf(&codes, "%s%s", codes.len ? ", " : "", l->code);
	}
	options_wrong(e, t->name, text, codes.s);
	buf_free(&codes);
	return -1;
}

static int
take_url(struct options *o, const struct option_entry *t, const char *text, struct err *e)
{
	bool origin = t->offset == FIELD(origin);
	struct url *u = origin ? &o->origin : &o->public_url;
	const char *what = origin ? "--origin" : "--public";

	if (url_parse(u, text, origin ? "http" : "https", URL_BASE, what, e) < 0) {
		e->code = ERR_USAGE;
		return -1;
	}
	*(origin ? &o->has_origin : &o->has_public) = true;
	return 0;
}

static bool
is_hash(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* `text' is "" for a flag. */
static int
take(struct options *o, const struct option_entry *t, const char *text, struct err *e)
{
	void *field = (char *)o + t->offset;
	double d;

	switch (t->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_TEXT:
		if (!*text)
			return options_wrong(e, t->name, text, t->operand);
		*(const char **)field = text;
		return 0;
	case OPTION_URL:
		return take_url(o, t, text, e);
	case OPTION_ADDRESS:
		return take_address(field, t, text, e);
	case OPTION_SIZE:
		if (text_parse_size(text, field) < 0 || *(unsigned long long *)field == 0)
			return options_wrong(e, t->name, text, _("a size, for example 50M, 1G or a number of bytes"));
		return 0;
	case OPTION_NUMBER:
		return take_number(field, t, text, e);
	case OPTION_SECONDS:
		if (!decimal(&d, text, 0.1, 600))
			return options_wrong(e, t->name, text, _("seconds from 0.1 to 600"));
		*(unsigned *)field = d * 1000;
		return 0;
	case OPTION_PACE:
		if (!decimal(&d, text, 0.01, 10000))
			return options_wrong(e, t->name, text, _("a number from 0.01 to 10000"));
		*(double *)field = d;
		return 0;
	case OPTION_HASH:
		if (!is_hash(text))
			return options_wrong(e, t->name, text, _("64 digits of a SHA-256 hash in lower case"));
		*(const char **)field = text;
		return 0;
	case OPTION_COLOR:
		if (strcmp(text, "auto") && strcmp(text, "always") && strcmp(text, "never"))
			return options_wrong(e, t->name, text, _("auto, always or never"));
		*(const char **)field = text;
		return 0;
	case OPTION_LANGUAGE:
		return take_language(field, t, text, e);
	case OPTION_MISBEHAVE:
		return origin_misbehave(field, text, e);
	}
	return 0;
}

/* The entry of "name" or "name=...", whatever the subcommand. */
static const struct option_entry *
find(const char *arg)
{
	size_t n = strcspn(arg, "=");

	for (const struct option_entry *t = option_table; t->name; t++)
		if (strlen(t->name) == n && !strncmp(t->name, arg, n))
			return t;
	return NULL;
}

static int
find_command(const char *arg)
{
	for (int c = 0; c < N_COMMANDS; c++)
		if (command_table[c].name && !strcmp(command_table[c].name, arg))
			return c;
	return -1;
}

static const char *
show(enum command c)
{
	return command_table[c].name ? command_table[c].name : _("the wizard");
}

/* argv[*i] is "--something"; takes the next argument too where one belongs to it. */
static int
parse_option(struct options *o, int argc, char **argv, int *i, struct err *e)
{
	const char *arg = argv[*i], *text = "";
	const struct option_entry *t = !strcmp(arg, "-h") ? find("help") :
	                               arg[1] == '-'      ? find(arg + 2) : NULL;
	struct buf safe = BUF_INIT;

	if (!t) {
		text_safe(&safe, arg, strcspn(arg, "="), 120);
		err_set(e, ERR_USAGE,
		        _("There is no option \"%s\"; --help lists those there are."), safe.s);
		buf_free(&safe);
		return -1;
	}
	if (!(t->commands & 1u << o->command))
		return err_set(e, ERR_USAGE,
		               _("--%1$s is no option of %2$s; its own --help lists those there are."),
		               t->name, show(o->command));
	const char *equals = strchr(arg, '=');
	if (t->kind == OPTION_FLAG) {
		if (equals)
			return options_wrong(e, t->name, equals + 1, _("no value"));
	} else if (equals) {
		text = equals + 1;
	} else if (*i + 1 < argc) {
		text = argv[++*i];
	} else {
		return err_set(e, ERR_USAGE,
		               _("--%1$s needs a value: %2$s."), t->name, t->operand);
	}
	return take(o, t, text, e);
}

static int
parse_operand(struct options *o, const char *arg, bool *taken, struct err *e)
{
	struct buf safe = BUF_INIT;

	if (o->command == COMMAND_ROLLBACK && !*taken) {
		*taken = true;
		const struct option_entry id = { .name = "ID", .min = 1, .max = 999999999 };
		if (take_number(&o->id, &id, arg, e) < 0)
			return err_set(e, ERR_USAGE,
			               _("ID: \"%s\" does not fit. It takes a number that rollback --list shows."), arg);
		return 0;
	}
	if (o->command == COMMAND_PRACTICE && o->broken && !*taken) {
		*taken = true;
		o->broken_name = arg;
		return 0;
	}
	text_safe(&safe, arg, strlen(arg), 120);
	err_set(e, ERR_USAGE, _("\"%1$s\" is not expected behind %2$s."), safe.s, show(o->command));
	buf_free(&safe);
	return -1;
}

/* What a subcommand cannot do without. */
static int
complete(const struct options *o, struct err *e)
{
	if (o->help || o->version)
		return 0;
	if (o->command == COMMAND_CHECK && !o->has_origin && !o->has_public)
		return err_set(e, ERR_USAGE,
		               _("check needs --origin URL: the address where OpenChamber answers."));
	if (o->command == COMMAND_CHECK && o->connect_to && !o->has_public)
		return err_set(e, ERR_USAGE,
		               _("--connect-to needs --public URL: it is the public address that is talked to there."));
	if (o->continues && (o->answers || o->set_aside || o->in_place_of || o->plan))
		return err_set(e, ERR_USAGE,
		               _("--continue takes its answers from the change that was interrupted."));
	if (PLANNED & 1u << o->command && !o->answers && !o->continues)
		return err_set(e, ERR_USAGE,
		               _("%s needs --answers FILE: what was decided, as the wizard saves it."), show(o->command));
	if (o->command == COMMAND_LINT && !o->npm)
		return err_set(e, ERR_USAGE,
		               _("lint needs --npm FILE: the text of the Advanced field, or - for standard input."));
	if (o->command == COMMAND_ROLLBACK && o->list && o->id)
		return err_set(e, ERR_USAGE, _("--list and an ID do not go together."));
	return 0;
}

int
options_parse(struct options *o, int argc, char **argv, struct err *e)
{
	bool taken = false;
	int first = 1;

	/* --json counts even if something in front of it is wrong: the error goes where a script reads. */
	o->json = options_peek(argc, argv, "json") != NULL;
	for (int i = 1; i < argc; i++) {
		int c = argv[i][0] == '-' ? -1 : find_command(argv[i]);
		if (c >= 0) {
			o->command = c;
			first = i;
			break;
		}
		if (argv[i][0] != '-') {
			struct buf safe = BUF_INIT;
			text_safe(&safe, argv[i], strlen(argv[i]), 120);
			err_set(e, ERR_USAGE,
			        _("There is no subcommand \"%s\"; --help lists those there are."), safe.s);
			buf_free(&safe);
			return -1;
		}
		const struct option_entry *t = !strncmp(argv[i], "--",
		                                        2) ? find(argv[i] + 2) : NULL;
		if (t && t->kind != OPTION_FLAG && !strchr(argv[i], '='))
			i++;
	}
	for (int i = 1; i < argc; i++) {
		if (o->command != COMMAND_WIZARD && i == first)
			continue;
		if ((argv[i][0] == '-' ? parse_option(o, argc, argv, &i, e)
		                       : parse_operand(o, argv[i], &taken, e)) < 0)
			return -1;
	}
	o->json |= o->progress; /* lines of JSON, and then a document */
	return complete(o, e);
}

const char *
options_peek(int argc, char **argv, const char *name)
{
	size_t n = strlen(name);

	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) || strncmp(argv[i] + 2, name, n))
			continue;
		if (argv[i][n + 2] == '=')
			return argv[i] + n + 3;
		if (!argv[i][n + 2])
			return i + 1 < argc ? argv[i + 1] : "";
	}
	return NULL;
}
