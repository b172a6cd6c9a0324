/* probes.h - `?antechamber=WORD': echo, clock, silent, count; see origin.h. */
#ifndef ORIGIN_PROBES_H
#define ORIGIN_PROBES_H

#include "origin/conn.h"

bool probes_serve(struct conn *c); /* false: it does not ask for one */

bool probes_word(const struct conn *c, const char *word); /* is it this one? */
int  probes_silence(const struct conn *c);     /* ms asked for by &seconds=N; 0: for ever */
void probes_echo(struct buf *out, const struct conn *c); /* the request as JSON */

#endif
