/* nginx_lex.h - the words of an nginx configuration, cut exactly as nginx cuts them.  Used by nginx.c only. */
#ifndef CONF_NGINX_LEX_H
#define CONF_NGINX_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

enum ngx_token {
	NGX_WORD,
	NGX_SEMICOLON,
	NGX_OPEN,  /* { */
	NGX_CLOSE, /* } */
	NGX_END,   /* of the file */
	NGX_BAD,   /* the error is filled */
};

struct ngx_lexer {
	const char   *file; /* for messages */
	const char   *text, *p, *end;
	int           line, column;           /* of *p */
	int           at_line, at_column;     /* where the last token began */
	const char   *at;
	bool          after_quote;            /* nginx wants a blank, `;', `{' or `)' now */
	struct arena *arena;                  /* words are copied here */
};

void ngx_lex_init(struct ngx_lexer *x, struct arena *a, const char *file, const char *text, size_t len);

/* The next token; for NGX_WORD `*word' is the word without its quotes. */
enum ngx_token ngx_lex(struct ngx_lexer *x, const char **word, struct err *e);

/* Behind the `{' of a *_by_lua_block: go past the `}' that closes it. */
int ngx_lex_skip_lua(struct ngx_lexer *x, struct err *e);

#endif
