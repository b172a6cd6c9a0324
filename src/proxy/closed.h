/* closed.h - may a user read a file?  Not everything that serves reads its certificates as root. */
#ifndef PROXY_CLOSED_H
#define PROXY_CLOSED_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/mem.h"

/* What keeps `user' (NULL: nobody to ask for) from reading it, the file or a directory; NULL: nothing seen. */
const char *closed_to(struct arena *a, const char *user, const char *root, const char *path);

/* Is the file itself closed to these numbers?  A container's user need not be one of this machine. */
bool closed_file(uid_t uid, gid_t gid, const char *path);

#endif
