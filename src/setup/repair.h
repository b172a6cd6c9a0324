/*
 * repair.h - what the other files of this room ask of the doctor.
 */
#ifndef SETUP_REPAIR_H
#define SETUP_REPAIR_H

#include "apply/finding.h"
#include "setup/lines.h"

#define REPAIR_ARGS 10

void repair_look(struct setup *s);   /* check the site that is there, and find what is wrong with it */
void repair_forget(struct setup *s);
bool repair_has_site(const struct setup *s); /* there is a site to look at: a foreign one, or on a later run ours */
bool repair_chosen(const struct setup *s);
bool repair_runs(const struct setup *s);
bool repair_possible(const struct setup *s); /* something was found that could be repaired or told */
void repair_begin(struct setup *s);  /* it was chosen: the address is the site's */

void lines_repair(const struct setup *s, struct lines *l);
const char *repair_summary(const struct setup *s); /* how the site that is there does, one sentence */

/* The plan of the taken fixes; the command that makes it, as arguments and to be copied. */
int    repair_plan(struct setup *s, struct plan *out, struct err *e);
size_t repair_argv(const struct setup *s, const char **v); /* at most REPAIR_ARGS, without the program */
const char *repair_command(const struct setup *s);

#endif
