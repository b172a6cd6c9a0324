/*
 * alter.h - one thing altered on disk: from the plan into the journal, done, and undone from there.
 */
#ifndef APPLY_ALTER_H
#define APPLY_ALTER_H

#include "apply/content.h"
#include "apply/journal_write.h"
#include "base/mem.h"

struct alteration {
	char          *deed; /* "write" "link" "set-aside" "answers" "mkdir" "rmdir": as in the journal */
	char          *path; /* as a person names it, without root */
	char          *root; /* NULL: none */
	char          *real; /* after all links; "" where its directory is not there yet */
	char          *temp; /* beside it */
	unsigned       number; /* of before.K and after.K */
	bool           leaving; /* it was done to the proxy that was moved away from */
	bool           shared; /* somebody else's file: what they edited since stays, ours is taken out */
	bool           straight; /* in a container's reach: no link is followed */
	bool           done;   /* something was altered on disk, whole or in part */
	struct content was, is;
};

/*
 * Look what stands there, and take what is to stand there from `is' (absent:
 * it goes away).  A file that is replaced keeps mode, owner and attributes.
 */
int alter_prepare(struct alteration *c, const char *deed, const char *root, const char *path, bool straight,
                  const struct content *is, unsigned number, struct err *e);
int alter_backup(const struct alteration *c, struct journal *j, struct err *e);

/* Into the journal, then onto the disk; missing directories are made, a journal line each. */
int alter_do(struct alteration *c, struct journal *j, struct err *e);

/* A directory that we made goes if nothing is in it; what is no directory, or is not there, is left. */
int alter_remove_directory(const char *root, const char *path, bool straight, struct journal *j,
                           struct err *e);

/* From a journal line; false: the line is of something else. */
bool alter_from_json(struct alteration *c, const struct json *line);
void alter_free(struct alteration *c);

enum undo { UNDO_NOTHING, UNDO_RESTORED, UNDO_CONFLICT, UNDO_FAILED };

/*
 * `dir' is the journal's.  What stands there decides: new, old, or somebody's
 * own (a conflict, left alone).  In a shared file that was edited, what we
 * brought is taken out if it is there as we wrote it.
 */
enum undo alter_undo(struct alteration *c, const char *dir, struct err *e);

/* The command that does by hand what alter_undo() could not. */
void alter_by_hand(struct buf *out, const struct alteration *c, const char *dir);

#endif
