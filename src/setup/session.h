/*
 * session.h - a run that is left or broken off: by q, the line drops, the program is killed.
 *
 * What is answered is kept as it is given, without secrets, in the state
 * directory, and offered by the next start for seven days.  A run whose
 * change is in force, or whose answers are saved, leaves nothing behind.
 */
#ifndef SETUP_SESSION_H
#define SETUP_SESSION_H

#include "setup/state.h"

void session_keep(struct setup *s); /* after whatever may have changed an answer or the step */
void session_end(struct setup *s);  /* there is nothing to go on with any more */

bool session_is_roots(const struct setup *s); /* root has something here: a change, or a run that is half-way or at work */
void session_find(struct setup *s); /* at the start: is there one?  Then it is what is chosen first */
void session_take(struct setup *s); /* go on with it: setup_next() of the first page leads to its step, and the offer goes with the page */
void session_forget_offer(struct setup *s);

const char *session_label(const struct setup *s); /* of its row, while it is offered */
size_t session_advice(const struct setup *s, const char **v); /* what was broken off, and lost: at most 2 */

#endif
