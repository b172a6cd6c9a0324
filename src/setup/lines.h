/* lines.h - what a page saw, collected line by line; for src/setup/ only. */
#ifndef SETUP_LINES_H
#define SETUP_LINES_H

#include "setup/state.h"

struct lines {
	struct setup_line *v;
	size_t             n, max; /* what does not fit is left out */
};

void line_add(struct lines *l, enum mark mark, const char *word, const char *text, const char *value);
/* The name of a step of a change, translated. */
const char *line_deed(const char *step); /* as people call it; NULL: they do not */
const char *line_seconds(const struct setup *s, const char *text, double seconds, unsigned within); /* said once it takes long */
void line_told(struct lines *l, enum mark mark, const char *text); /* with the mark's own word */

void lines_interrupted(const struct setup *s, struct lines *l);
bool lines_hold(const struct setup *s, struct lines *l); /* false: no long wait was asked for */
void lines_apply(const struct setup *s, struct lines *l);
void lines_result(const struct setup *s, struct lines *l);

void lines_public(const struct setup *s, struct lines *l); /* lines_public.c */

/* lines_boxed.c: of a proxy in a container */
bool lines_boxed(const struct setup *s, const struct proxy_found *f, struct lines *l); /* false: there is no more to see */
bool lines_boxed_ports(const struct setup *s, const struct proxy_found *f, struct lines *l); /* true: they cannot be had */

/* told.c */
void lines_told(const struct setup *s, struct lines *l);      /* does it answer, does it let in? */
void lines_today(const struct setup *s, struct lines *l); /* taken.c */
void lines_addresses(const struct setup *s, struct lines *l); /* whose word counts */
void lines_front(const struct setup *s, struct lines *l); /* front.c: the token, the zone, what is set there */
void lines_told_host(const struct setup *s, struct lines *l); /* has it the name already? */

#endif
