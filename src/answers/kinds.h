/*
 * kinds.h - what a text has to look like, kind by kind.
 *
 * What is let through here reaches templates, so everything is said by what
 * is allowed.  Inside answers/ only.  A refusal is the bare sentence.
 */
#ifndef ANSWERS_KINDS_H
#define ANSWERS_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/url.h"

/* International names too; without a scheme: `scheme'. */
int kind_url(struct url *u, const char *text, const char *scheme, struct err *e);
int kind_size(unsigned long long *bytes, const char *text, unsigned long long min,
              unsigned long long max, struct err *e);
int kind_duration(unsigned *seconds, const char *text, unsigned long long min,
                  unsigned long long max, const char *too_short, struct err *e); /* NULL: the range is told */
int kind_port(unsigned *port, const char *text, struct err *e);
int kind_bool(bool *b, const char *text, struct err *e);
int kind_choice(int *chosen, const char *text, const char *const *choices, struct err *e);

/* Append what is kept of the text. */
int kind_path(struct buf *out, const char *text, struct err *e);     /* absolute, without `..' */
int kind_address(struct buf *out, const char *text, struct err *e);  /* "*", or without brackets */
int kind_cidr(struct buf *out, const char *text, struct err *e);     /* or a single address */
int kind_argument(struct buf *out, const char *text, struct err *e); /* of a program */
int kind_word(struct buf *out, const char *text, struct err *e);     /* one line */
int kind_url_text(struct buf *out, const char *text, struct err *e);
int kind_zone(struct buf *out, const char *text, struct err *e);     /* a DNS name */
int kind_language(struct buf *out, const char *text, struct err *e); /* "ko" */

/* Cut a typed list at commas and blanks, or as a shell does: with quotes and backslashes. */
int kind_split(struct arena *a, const char *text, bool commas, char ***items, size_t *n,
               struct err *e);
void kind_quote(struct buf *out, const char *word); /* so that kind_split() reads it as one */

#endif
