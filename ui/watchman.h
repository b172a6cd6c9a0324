/*
 * watchman.h - undoes a change that waits to be kept if the process that waits is killed.
 *
 * A process of its own, from the moment the journal is begun: who is locked out by the change cannot
 * start the program again to have it undone.
 */
#ifndef UI_WATCHMAN_H
#define UI_WATCHMAN_H

#include "options.h"

struct watchman {
	int fd;     /* to him; -1: there is none */
	int pid;
};

#define WATCHMAN_NONE { .fd = -1 }

void watchman_post(struct watchman *w, const struct options *o);  /* for the change that this process is making */
void watchman_leave(struct watchman *w); /* it is over; also where there is none */

#endif
