/* procfs.h - listeners and processes from /proc, for machine.c.  Inside answers/ only. */
#ifndef ANSWERS_PROCFS_H
#define ANSWERS_PROCFS_H

#include "answers/machine.h"

/* Of ROOT/proc where there is one, of this machine's /proc otherwise. */
void procfs_listeners(struct machine *m, const char *root);

/* As machine_processes(), of another /proc. */
void procfs_processes(const char *proc, const char *program, machine_process_fn *fn, void *ctx);

#endif
