/* cmd_rehearse.h - a rehearsal from its start to its report: for rehearse and for practice. */
#ifndef UI_CMD_REHEARSE_H
#define UI_CMD_REHEARSE_H

#include "cmd.h"
#include "cmd_plan.h"

/* Answers and proxy are known.  Prints the report or the document; returns the exit status. */
int rehearse_and_report(struct cmd *c, struct planned *p);

#endif
