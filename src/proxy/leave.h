/* leave.h - what a proxy that is moved away from keeps, beside its sites: its ports, and its life. */
#ifndef PROXY_LEAVE_H
#define PROXY_LEAVE_H

#include "proxy/proxy.h"

/* Will a file be gone or written anew by these steps?  Then the text it will have; NULL: none. */
bool leave_changes(const struct steps *s, const char *path, const char **text);

/*
 * It would have nothing to listen on, and refuses to run so: append what stops it, by its service
 * `unit', else by `stop', and starts it again; 1.  Where nobody knows how: ERR_CONFLICT, with the
 * command for a person.
 */
int leave_stop(struct steps *out, const struct proxy_context *c, const char *unit,
               const char *const *stop, const char *const *again, struct err *e);

#endif
