/*
 * journal.h - what an apply did, line by line, so that it can be undone at any moment.
 *
 * State lives in DIR/var/lib/antechamber as root, $XDG_STATE_HOME/antechamber
 * otherwise: one directory per apply, 0700, named by its number, holding the
 * journal (a checksummed line a step, each fsynced before the step is done),
 * the backups and, while someone is at work, the lock.
 */
#ifndef APPLY_JOURNAL_H
#define APPLY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"

enum journal_state { JOURNAL_UNFINISHED, JOURNAL_COMMITTED, JOURNAL_UNDONE, JOURNAL_CONFLICT,
                     JOURNAL_BUSY };

struct journal_entry {
	unsigned           id;      /* 1, 2, ... */
	time_t             when;
	enum journal_state state;
	char              *address; /* the public address it was for */
	char              *proxy;
	size_t             places;  /* files and links it changed */
	bool               typed;   /* of its requests some were let in by a secret that is kept nowhere */
	bool               repairs; /* fixes of the doctor's, no site of ours */
	pid_t              pid;     /* JOURNAL_BUSY: who is at work */
	char              *dir;
	/* What it was kept with; "", "" and 0: not known. */
	char              *openchamber, *version; /* of OpenChamber, and of the proxy */
	time_t             certificate_until;
};

/* All applies of this machine, newest first, from the arena.  A broken journal is unfinished. */
size_t journal_list(struct arena *a, const char *root, struct journal_entry **entries);
struct json *journal_list_json(const char *root);

/* The newest that is neither committed nor undone, or that is being worked on; false: none. */
bool journal_open_business(struct arena *a, const char *root, struct journal_entry *out);

/* What an entry had done, in order, as far as its journal can tell. */
struct journal_deed {
	const char *step; /* "write" "link" "set-aside" "answers" "validate" "reload" ... */
	const char *path; /* as a person names it, without root; "" where there is none */
	bool        made; /* nothing stood there before */
	bool        gone; /* nothing stands there since */
};
size_t journal_deeds(struct arena *a, const char *dir, struct journal_deed **deeds);
/* Append the diffs of the files it wrote: from what was there before to what it wrote. */
void journal_diff(struct buf *out, const char *dir);

/*
 * What a run that stopped half-way was asked to do, so that it can be finished.  -1: it was not
 * written down: ERR_CONFLICT.
 */
struct journal_wish {
	char *answers;   /* a file in the entry's directory; NULL: it is a repair */
	char *set_aside; /* or NULL */
	char *in_place_of; /* the address that goes, or NULL */
	char *cacert;    /* or NULL */
	char *plan;      /* its hash */
	bool  no_reload, allow_unprotected, fetch_addresses;
	/* Of a repair; else NULL. */
	char *origin, *address, *proxy;
	char *conf;      /* the main file, where that was named */
	char **causes;   /* ends with NULL */
};
int journal_wish(struct journal_wish *w, struct arena *a, const struct journal_entry *of,
                 struct err *e);

char *journal_state_dir(struct arena *a, const char *root);

#endif
