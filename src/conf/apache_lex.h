/* apache_lex.h - one line of an httpd configuration cut into words, as httpd cuts it.  Used by apache*.c only. */
#ifndef CONF_APACHE_LEX_H
#define CONF_APACHE_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"

#define APA_MAX_WORDS 1024

/* What ${NAME} stands for; NULL: it stays as it is written. */
typedef const char *apa_variable_fn(void *ctx, const char *name);

/* Append the line with its variables in place. */
void apa_expand(struct buf *out, const char *line, apa_variable_fn *variable, void *ctx);

/*
 * Cut; `args' gets APA_MAX_WORDS + 1 pointers at most, the last of them NULL.
 * Returns how many there are, or -1: too many.
 */
int apa_cut(struct arena *a, const char *line, const char **args);

/*
 * The next logical line: lines that end with a backslash are joined.  False at
 * the end.  `lines' gets how many it was made of.
 */
bool apa_line(struct buf *out, const char **p, const char *end, int *lines);

#endif
