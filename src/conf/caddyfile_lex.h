/* caddyfile_lex.h - the words of a Caddyfile, cut as Caddy cuts them.  Used by caddyfile.c only. */
#ifndef CONF_CADDYFILE_LEX_H
#define CONF_CADDYFILE_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct cdy_token {
	const char *text;   /* without its quotes */
	const char *file;
	int         line, column;
	bool        first;  /* on its line; a line that ends in a backslash goes on */
	bool        quoted; /* so that "{" is a word and no brace */
};

struct cdy_tokens {
	struct cdy_token *v; /* malloc'd */
	size_t            n;
	bool              env; /* there are {$VARIABLES}: only the running Caddy knows them */
};

/* Words are copied into the arena; `file' is kept.  A word that is no text at all is an error. */
int cdy_lex(struct cdy_tokens *out, struct arena *a, const char *file, const char *text, size_t len,
	    struct err *e);

#endif
