/*
 * journal_write.h - keeping a journal, and reading one back.  For apply/ only.
 *
 * STATE/lock is held (an open-file-description lock, so that it is gone with
 * its process) and names the pid and the entry at work.  STATE/N/journal has
 * one line a step: 16 hex digits over the line's number and text, a blank, and
 * a JSON object.  A line is on the disk before its step is done.  STATE/N also
 * holds before.K and after.K: what the K-th change found, and what it wrote.
 *
 * For the tests: with ANTECHAMBER_STOP_AT=N in the environment the process
 * raises SIGKILL right after its N-th line is on the disk.  It is always
 * compiled in, so that the tests try the program that is shipped; whoever can
 * set our environment can as well kill us.
 */
#ifndef APPLY_JOURNAL_WRITE_H
#define APPLY_JOURNAL_WRITE_H

#include <stdbool.h>

#include "apply/journal.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

struct journal_lock {
	int fd;
};

/* One at a time on this machine: ERR_CONFLICT names the pid that has it. */
int  journal_lock(struct journal_lock *k, const char *root, struct err *e);
void journal_unlock(struct journal_lock *k); /* also if it is not held */

struct journal {
	char    *dir;   /* NULL: not open */
	unsigned id;
	int      fd;    /* of the journal */
	int      place; /* of the directory */
	unsigned lines;
};

#define JOURNAL_ANSWERS "answers.yaml" /* what a plan was made from, kept for journal_wish() */

#define JOURNAL_INIT { .fd = -1, .place = -1 }

int  journal_create(struct journal *j, struct journal_lock *k, const char *root, struct err *e);
int  journal_reopen(struct journal *j, struct journal_lock *k, const char *dir, unsigned id,
                    struct err *e);
void journal_close(struct journal *j);

int journal_line(struct journal *j, struct json *takes, struct err *e);

/* A file in the entry's directory, on the disk when it returns. */
int journal_keep(struct journal *j, const char *name, const struct buf *bytes, struct err *e);
int journal_kept(struct buf *out, const char *dir, const char *name, struct err *e);

/* All lines that are whole. */
struct journal_lines {
	struct json **v;
	size_t        n;
	bool          damaged; /* one before the last was not */
};

void journal_read(struct journal_lines *l, const char *dir);
void journal_lines_free(struct journal_lines *l);

/* The pid at work and its entry (0: none yet); 0: nobody. */
pid_t journal_worker(const char *root, unsigned *id);

#endif
