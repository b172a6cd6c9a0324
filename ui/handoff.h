/*
 * handoff.h - what root may believe of what a user prepared.
 *
 * The wizard runs without root and hands the write to `sudo antechamber apply
 * --answers F --plan SHA256'.  Whoever can write one of the files that root
 * reads here could write whatever root writes.
 */
#ifndef UI_HANDOFF_H
#define UI_HANDOFF_H

#include "base/buf.h"
#include "base/err.h"
#include "cmd_plan.h"

/*
 * Read an answers file.  As root: without following a link, owned by root or
 * by who called sudo, and writable by nobody else.
 */
int handoff_read(struct buf *out, const char *path, struct err *e);

/*
 * As root, before anything is written: templates that root may trust, commands
 * that name their program.  Targets and programs are apply's to judge.
 */
int handoff_check(const struct planned *p, struct err *e);

#endif
