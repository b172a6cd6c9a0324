/* said.h - what a proxy's own checker says of a certificate, in one sentence of ours, with the file. */
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

#endif
