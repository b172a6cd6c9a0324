/* apply_run.h - one apply or rollback while it runs; for apply/ only. */
#ifndef APPLY_APPLY_RUN_H
#define APPLY_APPLY_RUN_H

#include "answers/machine.h"
#include "apply/apply.h"
#include "apply/alter.h"
#include "apply/call.h"
#include "apply/journal_write.h"
#include "apply/sites.h"
#include "loop/proc.h"

/* How a part that waits goes on; e is NULL if it went well. */
typedef void apply_then(struct apply *a, const struct err *e);

/* One journal entry that is to be undone. */
struct undo_work {
	unsigned           id;
	const char        *dir;
	struct journal_lines lines;
	size_t             at;       /* lines from here on are undone, or are nothing to undo */
	struct undo_programs {
		const char *const *validate, *const *reload; /* as recorded; NULL: none */
		const char *const *stop; /* instead of its reload, where it did not run before; NULL: it did */
		const char *const *again; /* what its reload is since; NULL: the same */
		const char        *proxy;
		pid_t              master; /* by which process it ran then; 0: none, or not to be told */
		bool               seen;   /* it was seen to run then, so that it does not can be told too */
		bool               starts; /* it was stopped: `reload' starts it again */
		bool               reload_begun;
	} programs[2];               /* of the proxy it was for, and of the one it left */
	size_t             program;  /* whose turn it is */
	unsigned           http, https; /* its site's ports; 0: none */
	size_t             restored, conflicts, failures;
};

struct apply {
	struct loop         *loop;
	struct net          *net;
	const struct plan   *plan; /* NULL: a rollback */
	struct apply_options options;
	const char          *root;
	apply_progress_fn   *on_progress;
	apply_done_fn       *on_done;
	void                *ctx;

	struct arena         arena;
	struct journal_lock  lock;
	struct journal       journal;
	struct alteration       *changes; /* one a plan step; deed NULL: nothing to do */
	size_t               at;      /* the plan's step that comes next */
	bool                 written; /* the journal has a change */
	bool                 reloading, proved;
	void                *early;   /* what ran before anything was written: has anybody else reloaded it since? */
	bool                 letting_go; /* the proxy that is left was reloaded */
	const struct proxy_context *actor; /* whose program runs, where there is a plan */
	struct plan          fresh;   /* made anew where something had to be settled first */
	struct proxy_found   found;   /* and read anew, where it is read by requests */
	struct proxy_context context; /* of both */
	bool                 awaiting_read;
	struct proxy_talk   *talk;    /* with the proxy that runs */
	char                *running; /* the mark of what ran when it was looked at; NULL: none */
	bool                 confirming, committed;
	bool                 undoing, cancelled, over;
	unsigned             cancelling;
	long long            patience;

	/* What is being waited for: at most one of each. */
	unsigned             timer;
	struct proc         *proc;
	apply_then          *then;
	const char *const   *argv;
	unsigned             ports[2]; /* being waited for until nobody listens there */
	void                *proof;
	const struct proxy_found *reloaded; /* whose reload is under way; NULL: none that we know */
	struct proxy_found   there;  /* as it runs now, where no plan has it */
	long long            deadline;
	struct err           reload_err; /* its command failed: why */
	struct steps         start;      /* how one is started that has ended */
	const char *const   *failed;     /* which command, in an undo */
	bool                 ran;        /* the proxy, before that */

	struct calling       calling;    /* call.c */

	/* verify.c */
	struct machine       machine;
	struct sites        *sites;
	apply_then          *seen;
	struct check_run    *before, *verify, *outside;
	int                  tries;      /* of the verdict */
	size_t               checked;    /* how many of `verify' have their result */
	struct url           public_url; /* as the proxy serves it here */
	char                *connect_to, *connect_to_http;
	const char          *cacert;

	/* undo.c */
	struct undo_work    *works;
	size_t               n_works, work;
	struct journal       old;        /* of a work that is not this run's own */
	apply_then          *undone;
	const char         **by_hand, **by_hand_at; /* the commands, and the place each is for, or NULL */
	size_t               n_by_hand;
	struct err           undo_err;   /* the first thing an undo could not do */
	bool                 not_begun;  /* it could not even begin, and touched nothing */

	struct err           why;        /* why it is being undone */
	struct apply_result  result;
};

/* run.c */
struct apply *apply_new(struct loop *l, const char *root, apply_progress_fn *on_progress,
                        apply_done_fn *on_done, void *ctx);
void apply_say(struct apply *a, const char *step, enum progress_state state, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void apply_say_within(struct apply *a, const char *step, int ms, const char *fmt, ...) /* it is done now, and given up then */
	__attribute__((format(printf, 4, 5)));
void apply_later(struct apply *a, loop_fn *fn);
void apply_stop_waiting(struct apply *a);
/* `done' comes from the loop, so that whoever called may still look at a. */
void apply_finish(struct apply *a, enum apply_outcome outcome, const struct err *e);

/* apply_prepare.c: every change looked at and backed up, and the journal begun. */
int apply_back_up(struct apply *a, struct err *e);

/* apply.c, apply_steps.c */
void apply_steps(struct apply *a);  /* all of the plan, then apply_keep() */
void apply_keep(struct apply *a);
void apply_fail(struct apply *a, const struct err *e); /* undo what was done, and end */
void apply_refuse(struct apply *a, const struct err *e); /* nothing was done */

/* live.c: connections that are open on these ports; would this command close them? */
unsigned live_on(unsigned http, unsigned https);
bool live_closes(const struct proxy_found *f, const char *const *argv);

/* command.c, command_ports.c */
void command_go_on(struct apply *a, const struct err *e); /* with whoever waits in a->then */
void command_validate(struct apply *a, const char *const *argv, apply_then *then);
/* And the proof that it took. */
void command_reload(struct apply *a, const char *const *argv, apply_then *then);
/* Does a program, or any where that is NULL, listen on one of the ports?  0: none. */
bool command_listens(struct apply *a, const char *program, const unsigned ports[2]);
/* Until nobody listens on these ports (0: none) any more, or for a few seconds; never an error. */
void command_wait_free(struct apply *a, const unsigned ports[2], apply_then *then);
/* It ends; that its ports are free is waited for by whoever needs them. */
void command_stop(struct apply *a, const char *const *argv, apply_then *then);
/* How a proxy runs now, whatever was seen before: into a->there. */
void command_look(struct apply *a, const struct proxy *proxy, loop_fn *then);
/* Start the one that was looked for so, and the proof that it runs. */
void command_start(struct apply *a, const char *const *argv, apply_then *then);
void command_run(struct apply *a, const char *const *argv, apply_then *then);

/* verify.c: the picture before; the verdict after (an error: not to be kept); from outside. */
void verify_before(struct apply *a, apply_then *then);
void verify_after(struct apply *a, apply_then *then);
void verify_outside(struct apply *a, apply_then *then);

/*
 * undo.c: all of a->works, in their order: files first, then each proxy
 * validated and reloaded.  The error is the first thing that could not be
 * done: ERR_CONFLICT where something was left alone, else ERR_ROLLBACK.  Where
 * a service cannot be reached or its secret is gone, nothing is undone at all:
 * a->not_begun.
 */
void undo_add(struct apply *a, unsigned id, const char *dir);
void undo_start(struct apply *a, apply_then *then);
void undo_programs(struct apply *a); /* undo_programs.c: the rest of it, once the files are back */
void undo_remember(struct apply *a, enum err_code code, const struct err *e);
bool undo_by_hand(struct apply *a, const char *place, const char *command);
void undo_mark(struct apply *a, const struct undo_work *w, const char *deed);
void undo_forget(struct apply *a); /* the works, so that others can be added */

/* rollback.c: what earlier runs left half-way is undone first. */
void rollback_unfinished(struct apply *a, apply_then *then);

#endif
