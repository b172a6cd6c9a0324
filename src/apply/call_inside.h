/* call_inside.h - what doing and undoing a call have in common; for call*.c only. */
#ifndef APPLY_CALL_INSIDE_H
#define APPLY_CALL_INSIDE_H

#include "apply/apply_run.h"

#define CALL_LOOK_MS  300   /* between two looks */
#define CALL_JUDGE_MS 10000 /* until it must be told whether a change is in force */

/* Go on with `then'; e is NULL if it went well. */
void call_end(struct apply *a, const struct err *e);

const char *call_label(const struct call *c);    /* of its service, for people */
int  call_conflict(const struct call *c, struct err *e);
/* Are these the members that a call was written for?  NULL on both sides: it is not there. */
bool call_is_state(const struct json *fields, const char *text);
/* What an answer to its look shows of it; the caller frees the fields. */
struct service_state call_state_now(struct apply *a, const struct call *c, const struct json *body);
void call_fill(struct apply *a, struct call *c, const char *id); /* its `{id}' */
void call_look(struct apply *a, client_fn *seen);               /* at the call in hand */
void call_wait(struct apply *a, int ms, loop_fn *fn);
struct client *call_client(const struct apply *a, const struct call *c); /* NULL: not let in */

bool call_is_whole(const struct call *c);

#endif
