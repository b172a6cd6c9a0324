/*
 * step.h - what is to be done to this server, as a list that can be shown, compared, rehearsed, done and undone.
 *
 * Paths are as a person names them, without --root.
 */
#ifndef PROXY_STEP_H
#define PROXY_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/mem.h"

enum step_kind {
	STEP_WRITE,     /* a file: new, or changed */
	STEP_LINK,      /* a symbolic link */
	STEP_SET_ASIDE, /* a file or link that is in the way; comes back on undo */
	STEP_RUN,       /* a program */
	STEP_CHECK,     /* the checklist, live */
};

enum step_role { ROLE_NONE, ROLE_VALIDATE, ROLE_RELOAD };

struct step {
	enum step_kind     kind;
	enum step_role     role;   /* of STEP_RUN */
	const char        *path;   /* write, link, set aside */
	const char        *text;   /* write: the whole content */
	mode_t             mode;   /* write */
	const char        *target; /* link: what it points to */
	const char *const *argv;   /* run; ends with NULL */
	bool               made;   /* write: the text is new each time (a key); a plan's hash leaves it out */
	bool               secret; /* write: never shown, printed or logged */
};

struct steps {
	struct arena arena; /* owns every string in v */
	struct step *v;
	size_t       n;
};

void steps_write(struct steps *s, const char *path, const char *text, mode_t mode);
void steps_write_made(struct steps *s, const char *path, const char *text, mode_t mode, bool secret);
void steps_link(struct steps *s, const char *path, const char *target);
void steps_set_aside(struct steps *s, const char *path);
void steps_run(struct steps *s, enum step_role role, const char *const *argv);
void steps_check(struct steps *s);
const struct step *steps_find(const struct steps *s, enum step_kind kind, enum step_role role); /* first, or NULL */
void steps_free(struct steps *s);

#endif
