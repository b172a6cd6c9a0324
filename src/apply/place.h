/*
 * place.h - one name in one directory, found once and held, so that nobody can swap it under us.
 *
 * The way to it is walked component by component from --root (or /).  Every
 * directory on it must belong to root or to us and be closed to others for
 * writing (a sticky one may be open); a symbolic link on it must belong to
 * root or to us.  What is done afterwards is done by the directory's descriptor.
 */
#ifndef APPLY_PLACE_H
#define APPLY_PLACE_H

#include <stdbool.h>

#include "apply/content.h"
#include "base/err.h"

struct place {
	int   dir;  /* -1: not open */
	char *name; /* in dir */
	char *real; /* the path after all links, without root: for messages and the journal */
};

#define PLACE_INIT { .dir = -1 }

enum {
	PLACE_FOLLOW = 1,   /* a link at the end is followed too, so that it is never replaced */
	PLACE_STRAIGHT = 2, /* what would be followed is refused: a container can turn its links as it likes */
};

/*
 * Returns 1 if a directory on the way is missing: the place is then that
 * directory's.  A refusal is ERR_VALUE and says which component is to blame.
 */
int  place_open(struct place *p, const char *root, const char *path, int links, struct err *e);
void place_close(struct place *p);

/*
 * May what stands there be replaced, and every name of it kept?  Asked before anything is written,
 * and by place_put() once more.  ERR_CONFLICT; ERR_IO: its file system is mounted read-only.
 */
int place_may_change(const struct place *p, const struct content *was, struct err *e);

int place_read(const struct place *p, struct content *c, struct err *e);

/*
 * Put `is' where `was' stands; either may be absent.  If what stands there is
 * not `was' (any more), it is left or put back, and the error is ERR_CONFLICT.
 * `temp' is a free name in the same directory: a crash in the middle leaves it
 * there, and place_settle() clears it up.
 */
int place_put(const struct place *p, const struct content *was, const struct content *is,
              const char *temp, struct err *e);

/*
 * After a crash in place_put(): remove `temp', or put back what it holds if
 * that is somebody's own.  Then `was' or `is' stands there, or what somebody wrote.
 */
int place_settle(const struct place *p, const struct content *was, const struct content *is,
                 const char *temp, struct err *e);

int place_make_directory(const struct place *p, struct err *e);
/* One that is not empty stays, which is no error. */
int place_remove_directory(const struct place *p, struct err *e);

#endif
