/* said.h - what every proxy's own checker says: of a certificate, in one sentence of ours, with the file; and a line. */
#ifndef PROXY_SAID_H
#define PROXY_SAID_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Four things are wrong with the files of a certificate, and every checker
 * says them in the words of its library.  True: `e' says it, at `place' of the
 * configuration; false: it is about something else.
 */
bool said_of_certificate(struct err *e, const struct err *place, const char *text);

/* The number of a line, as it stands in what somebody else wrote; 0: it cannot be one. */
int said_line(const char *digits);

#endif
