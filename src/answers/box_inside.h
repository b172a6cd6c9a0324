/* box_inside.h - the parts that box.c is made of.  Inside answers/ only. */
#ifndef ANSWERS_BOX_INSIDE_H
#define ANSWERS_BOX_INSIDE_H

#include "answers/box.h"
#include "base/buf.h"

/* The text of PROC/PID/NAME, PROC/self/NAME for pid 0; "" where it is not ours to see. */
void box_proc(struct buf *out, const char *proc, pid_t pid, const char *name);

void box_read_mounts(struct box *b, const char *proc);  /* box_mounts.c */
void box_read_network(struct box *b, const char *proc); /* box_network.c */
void box_add_port(struct box *b, const char *address, unsigned outside, unsigned inside);

#endif
