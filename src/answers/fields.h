/*
 * fields.h - one answer as text: checked by its kind, set, shown, taken back.
 *
 * Inside answers/ only.  A refusal is the bare sentence, without place or key.
 */
#ifndef ANSWERS_FIELDS_H
#define ANSWERS_FIELDS_H

#include "answers/answers.h"

struct answer_place {
	int line, column;
};

#define N_ANSWERS 26 /* fields, without the end of the table */

const struct answer_field *field_find(const char *key); /* NULL: there is none */
size_t field_index(const struct answer_field *f);

/* Of one text, or (ANSWER_CIDRS, ANSWER_ARGV) of its items; the answers are unchanged on error. */
int  field_set(struct answers *a, const struct answer_field *f, const char *text, struct err *e);
int  field_set_items(struct answers *a, const struct answer_field *f, const char *const *items,
                     size_t n, struct err *e);
int  field_check_item(const struct answer_field *f, const char *text, struct err *e);
void field_clear(struct answers *a, const struct answer_field *f); /* the default again */
bool field_is_default(const struct answers *a, const struct answer_field *f);
void field_get(struct buf *out, const struct answers *a, const struct answer_field *f);
char **field_items(const struct answers *a, const struct answer_field *f); /* as in the member */
bool field_is_list(const struct answer_field *f);
void field_copy(struct answers *to, const struct answers *from, const struct answer_field *f);

#endif
