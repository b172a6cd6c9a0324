/*
 * call.h - a request of a plan: let in and looked at first, noted, made, judged; and undone from the journal.
 *
 * What stands there decides, as with files: as it was read, as it is to be, or
 * changed by somebody, which is a conflict and left alone.  A journal line
 *
 *	{"do": "call", "number": K, "service": ..., "base": ..., "secretFile": ..., "method": ..., "was": ..., "is": ..., "backMethod": ...}
 *
 * is on the disk before the request goes out; "answered" or "refused" with the
 * number follows when its answer is known.
 */
#ifndef APPLY_CALL_H
#define APPLY_CALL_H

#include "apply/alter.h"
#include "proxy/service.h"

struct apply;
typedef void call_then(struct apply *a, const struct err *e); /* as apply_then */
typedef void call_undone(struct apply *a, enum undo done, const struct err *e);

/* The calls of a run while it runs; in struct apply.  Zero it to start. */
struct calling {
	struct client     **clients;
	size_t              n_clients;
	struct client      *opening;   /* not among them yet */
	const struct call **queue;     /* that is to be let in for */
	size_t              n_queue, at;
	bool                looks;     /* and looked at */
	size_t              tried;     /* how many the service would take */

	struct client      *client;    /* of the call in hand */
	struct call         call;      /* with its `{id}' filled in where it is known */
	unsigned            number;
	bool                answered, fine, out;
	bool                wrote;     /* something had been changed before it */
	int                 tries;
	long long           deadline;
	unsigned            ticker;    /* says every TICK_MS that the answer is waited for */
	long long           sent;
	call_then          *then;
	call_undone        *undone;
};

/* Let us in wherever a call of the plan leads, and see that all is as it was read (ERR_CONFLICT). */
void calls_prepare(struct apply *a, call_then *then);
/* The same for the journals in a->works, where only being let in counts. */
void calls_prepare_undo(struct apply *a, call_then *then);

void call_step(struct apply *a, const struct call *c, unsigned number, call_then *then);
/* `line' is a journal's, for which call_is_due() is true. */
void call_undo(struct apply *a, const struct json *line, bool answered, call_undone *then);

struct journal_lines;
/* Is the line a call that may have changed something?  `answered': its answer is known. */
bool call_is_due(const struct journal_lines *l, const struct json *line, bool *answered);

/* A call as its line of the journal has it, whole or not; from the arena. */
void call_from_json(struct arena *a, struct call *c, const struct json *line);

/* What does by hand what call_undo() of this line, the last one, could not: a command, or where to click. */
void call_by_hand(struct buf *out, const struct apply *a, const struct json *line);

bool calls_out(const struct apply *a);   /* a request is on its way, and its answer not here */
void calls_stop(struct apply *a);        /* what is waited for; the clients stay */
void calls_free(struct apply *a);

#endif
