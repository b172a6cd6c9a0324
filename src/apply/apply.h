/*
 * apply.h - do a plan, prove it, keep it or undo it; and undo it later.
 *
 * lock, journal, backup, write, validate, reload, proof, verify, keep - or
 * undo in reverse and reload again.  A crash at any moment leaves a journal
 * from which rollback restores every byte; the next apply does that by itself
 * before it begins.
 */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

#include "apply/plan.h"
#include "check/check.h"
#include "loop/loop.h"
#include "loop/net.h"

/* One line of progress; the same that --progress prints as NDJSON. */
enum progress_state { PROGRESS_NOW, PROGRESS_DONE, PROGRESS_FAIL, PROGRESS_SKIP };
struct progress {
	/* "lock" "backup" "write" "link" "set-aside" "call" "validate" "reload" "proof" "verify"
	   "keep" "undo" */
	const char         *step;
	enum progress_state state;
	const char         *text;   /* translated: what exactly, or why it failed; never NULL */
	size_t              places; /* changed on this server so far */
	unsigned            within; /* seconds until it is given up, from now on; 0: nothing is said of that */
};
struct json *progress_json(const struct progress *p);

enum apply_outcome {
	APPLY_UNCHANGED,   /* nothing to do: nothing written, nothing reloaded */
	APPLY_KEPT,
	APPLY_UNDONE,      /* status 1: this server is as it was */
	APPLY_REFUSED,     /* nothing was touched: see the error */
	APPLY_UNDO_FAILED, /* status 6: the error says what to restore by hand from where */
};

struct apply_result {
	enum apply_outcome      outcome;
	struct err              err;     /* why it was undone or refused */
	const char             *cause;   /* of the table in cause.h, where it is one; or NULL */
	unsigned                id;      /* of the journal entry; 0: none */
	size_t                  places;
	const struct check_run *verify;  /* over loopback with the real names; NULL: not come to */
	const struct check_run *outside; /* through public DNS, only reported; NULL: not tried */
	size_t                  other_sites, other_sites_changed;
	const char *const      *by_hand; /* UNDO_FAILED: one copy command a file; ends with NULL */
};

struct apply_options {
	const char *plan_hash;     /* refuse any other plan; NULL: any */
	bool        allow_unprotected; /* publish an OpenChamber without a UI password */
	bool        no_reload;
	unsigned    confirm_within;    /* seconds; 0: keep without being asked */
	const char *password;      /* OpenChamber's, for the checks; or NULL */
	const char *cacert;        /* to trust besides the system's, for the checks; or NULL */
	int         timeout_ms;    /* per probe */
	const char *answers_to;    /* save the answers here when kept; NULL: nowhere */
	bool        over_edits;    /* replace files of ours edited since; else ERR_CONFLICT */
	const char *replaces;      /* the same where plan_replaces() is this: what is replaced was seen; or NULL */
	/*
	 * Finish what stopped half-way, as journal_wish() has it: it is put back first, and then the
	 * plan must be `plan_hash' again.  Where nothing is half-way any more: ERR_CONFLICT.
	 */
	bool        continues;
};

struct apply;
typedef void apply_progress_fn(void *ctx, const struct progress *p);
typedef void apply_done_fn(void *ctx, const struct apply_result *r);

/* The plan and all it borrows must outlive the apply. */
struct apply *apply_start(struct loop *l, struct net *n, const struct plan *p,
                          const struct apply_options *o, apply_progress_fn *on_progress,
                          apply_done_fn *on_done, void *ctx);
void apply_undo_now(struct apply *a); /* Ctrl-C: put all back; `done' comes with APPLY_UNDONE */
void apply_confirm(struct apply *a);  /* with confirm_within: keep it */
void apply_free(struct apply *a);     /* after done only */

/* The command that takes a change back, to be copied. */
void rollback_command(struct buf *out, const struct machine *m, unsigned id, const char *root);

/*
 * Put back what apply `id' replaced (0: the newest); already undone: says so, touches nothing.
 *
 * The end is APPLY_UNCHANGED where nothing was to be undone (err.msg says why, its code is
 * ERR_NONE); APPLY_UNDONE when it is undone, with ERR_CONFLICT if something was left alone
 * because somebody edited it since (by_hand has it); APPLY_REFUSED if it could not begin.
 * Works from the journal alone: its recorded commands are run.  The proxy is only looked for to
 * prove that it took the reload; where it did not, the end is APPLY_UNDO_FAILED.  A
 * service that was asked to change something is asked to change it back; its secret is read again
 * from the file that was named.  Where that cannot be had, nothing at all is undone (REFUSED).
 */
struct apply *rollback_start(struct loop *l, struct net *n, const char *root, unsigned id,
                             apply_progress_fn *on_progress, apply_done_fn *on_done, void *ctx);

/* rollback of everything that is still in force, newest first. */
struct apply *remove_start(struct loop *l, struct net *n, const char *root,
                           apply_progress_fn *on_progress, apply_done_fn *on_done, void *ctx);

/* Established connections on the ports the new site listens on, now: a reload may close them. */
unsigned apply_live_connections(const struct plan *p);
bool apply_closes_connections(const struct plan *p); /* will it, for sure? */

/*
 * Can the plan's listening addresses be had by its reload?  As `clash' of proxy.h; asked before
 * anything is written, and once more just before the reload.
 */
int apply_clash(const struct plan *p, const struct machine *m, struct err *e);

#endif
