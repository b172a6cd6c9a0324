/* mark.h - our own files, known again by their first line. */
#ifndef PROXY_MARK_H
#define PROXY_MARK_H

#include "proxy/proxy.h"

/* Does the first line of a file carry our mark?  Is it for this public host? */
bool mark_is_on(const char *root, const char *path);
bool mark_is_for(const char *root, const char *path, const struct url *public_url);

/* A host as a part of a file's name, which takes no colon.  From the arena. */
const char *mark_host(struct arena *a, const struct url *public_url);

/*
 * The name of the site's file in a directory: "openchamber.conf", or with the
 * host in it where that one is somebody else's or another host's.  From the arena.
 */
const char *mark_file_in(struct arena *a, const struct proxy_context *c, const char *dir);

#endif
