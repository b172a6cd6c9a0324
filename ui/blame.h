/* blame.h - after a run against the public address: which line of which file explains a failure. */
#ifndef UI_BLAME_H
#define UI_BLAME_H

#include "answers/machine.h"
#include "cmd.h"

/*
 * Where a proxy of this machine serves the public name, its configuration is
 * read and the results of `run' get file and line.  -1 only where a signal came.
 */
int blame_run(struct cmd *c, struct check_run *run, struct machine *m, struct err *e);

#endif
