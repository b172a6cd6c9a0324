/* leave.h - what a proxy that is moved away from keeps, beside its sites: its ports, and its life. */
#ifndef PROXY_LEAVE_H
#define PROXY_LEAVE_H

#include "proxy/proxy.h"

/* Will a file be gone or written anew by these steps?  Then the text it will have; NULL: none. */
bool leave_changes(const struct steps *s, const char *path, const char **text);

/*
 * It would have nothing to listen on, and refuses to run so: ERR_CONFLICT, with what stops it.  `unit'
 * is its service, or NULL.
 */
int leave_refuse(const struct proxy_found *f, const char *unit, struct err *e);

#endif
