/* proc_exec.h - fork and exec: the part of proc.c that runs in the child.  Nobody else needs it. */
#ifndef LOOP_PROC_EXEC_H
#define LOOP_PROC_EXEC_H

#include "loop/proc.h"

/*
 * Start q->argv with these as its three descriptors.  If it cannot be
 * executed the child writes the errno, an int, to `report'.  Returns the pid, or -1
 * with *sys set where there is not even a child.
 */
pid_t proc_exec(const struct proc_request *q, int in, int out, int err, int report, int *sys);

#endif
