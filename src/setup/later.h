/*
 * later.h - what was set up here before: by this user, by root, at another address; for src/setup/ only.
 */
#ifndef SETUP_LATER_H
#define SETUP_LATER_H

#include <time.h>

#include "base/err.h"
#include "base/url.h"
#include "setup/setup.h"

/* ours.c: what root has set up here, where this run is not root's */
const char *ours_address(const struct setup *s); /* of a site that carries our mark; NULL: none is seen, or it is known otherwise */
const char *ours_told(const struct setup *s);    /* one sentence; NULL: nothing is known of root */
const char *ours_label(const struct setup *s);   /* of its row on the first page */
const char *ours_command(const struct setup *s); /* this program as root */
int  ours_choose(struct setup *s, struct err *e);
void ours_suggest(struct setup *s);

/* later.c */
void later_note_last(struct setup *s); /* the newest change in force, from the journals */
int  later_load(struct setup *s, struct err *e); /* saved answers, where there are any */
void later_open(struct setup *s);
void later_again(struct setup *s); /* what is saved and in force may be other answers now, or none */
size_t later_list(const struct setup *s, struct setup_choice *out, size_t max);
size_t later_change_list(const struct setup *s, struct setup_choice *out, size_t max);
int  later_choose(struct setup *s, size_t i, struct err *e);
bool later_undoes(const struct setup *s, size_t i); /* this row takes back the last change alone */
bool later_drifts(const struct setup *s); /* what the answers make is not what is there */
const char *later_date(const struct setup *s, time_t when);
bool later_lacks_password(const struct setup *s);
int  later_choose_change(struct setup *s, size_t i);
size_t later_lines(const struct setup *s, struct setup_line *out, size_t max);

/* replaced.c: another address than that of the last run */
void replaced_note(struct setup *s);
const struct url *replaced_url(const struct setup *s); /* what it takes the place of; NULL: of nothing */
const char *replaced_base(const struct setup *s);
bool replaced_stays(const struct setup *s);            /* both are open then */
const char *replaced_advice(const struct setup *s);    /* why that cannot be otherwise; NULL: it can */
size_t replaced_list(const struct setup *s, struct setup_choice *out, size_t max);
void replaced_choose(struct setup *s, size_t i);

#endif
