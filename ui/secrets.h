/* secrets.h - a secret typed at the terminal, or named by an option; see proxy/secret.h. */
#ifndef UI_SECRETS_H
#define UI_SECRETS_H

#include "base/buf.h"
#include "options.h"

/*
 * Take the token that --token-file names, and let services ask where a person
 * is there: both ends of this process are a terminal, and --yes was not given.
 */
int secrets_begin(const struct options *o, struct err *e);
/* One line of standard input, and nothing behind it: a token may stand there.  False: it was the last. */
bool secrets_take_line(struct buf *out);
int  secrets_as_file(void); /* what is held, for another program to read; -1: nothing is */
void secrets_end(void); /* what is held is wiped */

#endif
