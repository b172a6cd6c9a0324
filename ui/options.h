/*
 * options.h - the command line: one table of subcommands, one of options.
 *
 * The tables make the parsing and every --help; what is wrong is one sentence
 * that names the option, what was read and what was expected (ERR_USAGE).
 */
#ifndef UI_OPTIONS_H
#define UI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/url.h"

enum command { COMMAND_WIZARD, COMMAND_CHECK, COMMAND_PRINT, COMMAND_DIFF, COMMAND_REHEARSE,
               COMMAND_APPLY, COMMAND_DOCTOR, COMMAND_ROLLBACK, COMMAND_REMOVE, COMMAND_LINT, COMMAND_PRACTICE, COMMAND_ORIGIN,
               COMMAND_DETECT, N_COMMANDS };

struct options {
	enum command command;
	bool help, version;
	bool json, plain, yes, no_reload, insecure, deep, strict, list, progress, allow_unprotected, fix, continues, broken, no_websockets, fetch_addresses;
	bool has_origin, has_public;
	struct url  origin, public_url;
	const char *answers, *root, *templates, *log, *color, *lang, *report;
	const char *wanted; /* the language, even where this terminal cannot show it */
	const char *broken_name;     /* NULL: none was given */
	const char *connect_to, *cacert, *password_file, *token_file, *only, *cause, *plan, *over_edits, *set_aside, *in_place_of, *server_id, *proxy, *conf, *npm;
	unsigned long long body;     /* bytes; 0: not given */
	unsigned timeout_ms;         /* per probe; 0: not given */
	unsigned port;               /* of the probe origin; 0: any */
	unsigned confirm_within;     /* seconds */
	unsigned id;                 /* of an apply; 0: the newest */
	unsigned misbehave;          /* ORIGIN_* */
	double   pace;

	/* Found by main(), not given as options. */
	const char *self;            /* path of this program */
	const char *const *given;    /* all of these as they were written */
	const char *practice_nginx;  /* a private nginx beside it, or NULL */
	char       *password;        /* OpenChamber's, from a file or the environment; wiped at the end */
};

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_URL, OPTION_ADDRESS, OPTION_SIZE, OPTION_NUMBER,
                   OPTION_SECONDS, OPTION_PACE, OPTION_HASH, OPTION_COLOR, OPTION_LANGUAGE,
                   OPTION_MISBEHAVE };

struct option_entry {
	const char      *name;     /* without the dashes */
	enum option_kind kind;
	const char      *operand;  /* "URL" in the help; NULL for a flag */
	size_t           offset;   /* of the member in struct options */
	unsigned         commands; /* bits 1 << COMMAND_x */
	unsigned         min, max; /* of a number */
	const char      *help;     /* N_() */
};

struct command_entry {
	const char *name;     /* NULL for the wizard */
	const char *synopsis; /* what follows the name, not translated */
	const char *help;     /* N_(): one sentence */
};

extern const struct option_entry option_table[]; /* ends with a NULL name */
extern const struct command_entry command_table[N_COMMANDS];

/* Strings are borrowed from argv.  On failure o->command and o->json are what was understood. */
int options_parse(struct options *o, int argc, char **argv, struct err *e);

/*
 * Is this option on the line?  For what must be known before anything is
 * parsed.  Its argument, "" for none, or NULL.
 */
const char *options_peek(int argc, char **argv, const char *name);

/* One sentence for a value that does not fit: the option, what was read, what is expected (translated).  -1. */
int options_wrong(struct err *e, const char *name, const char *read, const char *expected);

void options_help_ids(struct buf *out, const char *heading, const char *ids);
void options_help(struct buf *out, enum command c); /* translated */

#endif
