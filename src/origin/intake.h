/* intake.h - what came in becomes requests, bodies and frames. */
#ifndef ORIGIN_INTAKE_H
#define ORIGIN_INTAKE_H

#include "origin/conn.h"

/* Do what can be done with the bytes that are here.  True: come again, there may be more. */
bool intake_advance(struct conn *c);

#endif
