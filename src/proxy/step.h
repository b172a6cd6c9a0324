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

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

enum step_kind {
	STEP_WRITE,     /* a file: new, or changed */
	STEP_LINK,      /* a symbolic link */
	STEP_SET_ASIDE, /* a file or link that is in the way; comes back on undo */
	STEP_RMDIR,     /* a directory, if nothing is in it any more; comes back on undo */
	STEP_RUN,       /* a program */
	STEP_CALL,      /* a request to a service's API */
	STEP_CHECK,     /* the checklist, live */
};

enum step_role { ROLE_NONE, ROLE_VALIDATE, ROLE_RELOAD };

/*
 * A request, with all that is needed to see whether it is still due and to put back what it
 * changed.  No secret is ever in one.  In a path or a body `{id}' stands for the id of the thing as
 * it is found when its turn comes: what a step before makes has none yet.
 */
struct call {
	const char *service;     /* its name in the table of service.h */
	const char *base;        /* "http://127.0.0.1:81"; paths follow it */
	const char *identity;    /* who logs in; NULL: nobody does */
	const char *secret_file; /* where its secret is read when it is needed */
	const char *key;         /* what the thing is known by in what `look' answers, for the service */
	const char *look;        /* path: GET shows the thing, or the list it is in */
	const char *method, *path, *body; /* body: JSON, or NULL */
	const char *was;         /* the members this is about as they were read: JSON; NULL: not there */
	const char *is;          /* as they are to be; NULL: not there any more */
	const char *back_method, *back_path, *back_body; /* what puts `was' back */
	unsigned    seconds;     /* for its answer; 0: the service's usual */
};

struct step {
	enum step_kind     kind;
	enum step_role     role;   /* of STEP_RUN */
	const char        *path;   /* write, link, set aside, rmdir */
	const char        *text;   /* write: the whole content */
	mode_t             mode;   /* write */
	const char        *target; /* link: what it points to */
	const char *const *argv;   /* run; ends with NULL */
	const char *const *again;  /* run: it stops a proxy, and this starts it again */
	const struct call *call;   /* call */
	bool               made;   /* write: the text is new each time (a key); a plan's hash leaves it out */
	bool               secret; /* write: never shown, printed or logged */
	bool               shared; /* write: somebody else's file, in which only a part is ours */
	bool               straight; /* no link on the way to its path is followed: a container could turn it */
	bool               leaving; /* it is about the proxy that is moved away from */
	bool               replaced; /* set aside: it was ours, of an address that another takes the place of */
};

struct steps {
	struct arena arena; /* owns every string in v */
	struct step *v;
	size_t       n;
};

void steps_write(struct steps *s, const char *path, const char *text, mode_t mode);
void steps_write_made(struct steps *s, const char *path, const char *text, mode_t mode, bool secret);
void steps_write_shared(struct steps *s, const char *path, const char *text, mode_t mode);
void steps_link(struct steps *s, const char *path, const char *target);
/* To a file of the machine: relative where both directories lie side by side, so that it stays right under another root. */
void steps_link_to(struct steps *s, const char *path, const char *file);
void steps_set_aside(struct steps *s, const char *path);
void steps_before_runs(struct steps *s); /* the last one goes in front of the first program */
void steps_rmdir(struct steps *s, const char *path);
void steps_run(struct steps *s, enum step_role role, const char *const *argv);
/* A proxy ends for as long as the change stands; by the second it comes back. */
void steps_stop(struct steps *s, const char *const *argv, const char *const *again);
void steps_call(struct steps *s, const struct call *c); /* copied */
void steps_check(struct steps *s);
/* The strings of a call one after the other, by a number from 0; false: no more.  For hashes and journals. */
bool call_string(struct call *c, size_t i, const char **name, const char ***at);
bool steps_has_write(const struct steps *s, const char *path);
const struct step *steps_find(const struct steps *s, enum step_kind kind, enum step_role role); /* first, or NULL; not of a proxy that is left */
bool step_asks_service(const char *const *argv); /* a manager of services, whose words are its own */
/*
 * What stops the program that an argv starts, or has it read its files anew: its word start
 * becomes that one, else these words are behind it.  From the arena; NULL: nobody knows.
 */
const char *const *step_instead(struct arena *a, const char *const *argv, const char *word, const char *const *behind);
/* Append what stands in its file now, without following a link where a container could turn it.  As fs_read(). */
int step_read(struct buf *out, const char *root, const struct step *s, size_t max, struct err *e);
void steps_free(struct steps *s);

#endif
