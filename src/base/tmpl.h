/*
 * tmpl.h - fill a template with values.
 *
 * A template is a text file in the syntax of the proxy it is for, plus
 *
 *	{{name}}		the value, quoted by the caller's escape
 *	{{#name}} ... {{/name}}	kept if the value is there and not empty
 *	{{^name}} ... {{/name}}	kept if it is not
 *	{{! text }}		a comment
 *
 * A tag alone on its line takes the whole line with it.  Nothing is computed
 * in a template: what can be known is put in the values.  A name nobody
 * offers is an error, so a spelling mistake cannot become an empty directive.
 */
#ifndef BASE_TMPL_H
#define BASE_TMPL_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/*
 * A value that begins with this was made line by line, of parts that were checked or quoted, and is
 * put as it stands.  It cannot come from a person: no answer takes control bytes.
 */
#define TMPL_RAW '\001'

const char *tmpl_raw(struct arena *a, const char *text); /* from the arena; NULL stays NULL */

struct tmpl_value {
	const char *name;
	const char *value; /* NULL or "" means absent */
};

/* Append `value' to `out' so that it reads as one word of the target syntax. */
typedef int tmpl_escape_fn(struct buf *out, const char *value, struct err *e);

/*
 * Render `text' into `out'.  On failure returns -1, `e' names the file and
 * line, and `out' is as it was.
 */
int tmpl_render(struct buf *out, const char *file, const char *text,
                const struct tmpl_value *values, size_t n_values,
                tmpl_escape_fn *escape, struct err *e);

#endif
