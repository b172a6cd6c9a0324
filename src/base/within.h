/*
 * within.h - the one door to files for reading: nobody is led out of their root, and nothing holds us.
 *
 * What lies below /proc/PID/root is a container's, and its root chose every
 * link there: an absolute one would lead from here to this machine's own
 * files.  So it is looked up as the container itself would, by openat2(2), or
 * step by step where there is none.  Paths of this machine follow their links
 * as always.
 *
 * Everywhere only regular files and directories are opened, and not before it
 * is seen that they are: a pipe would hold whoever opens it, a device may do
 * anything.
 */
#ifndef BASE_WITHIN_H
#define BASE_WITHIN_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

enum within_links {
	WITHIN_FOLLOW,
	WITHIN_LAST,     /* the last name may be a link, and is not followed */
	WITHIN_STRAIGHT, /* ELOOP at any link */
};

/* How much of a path is the root of a container, "/proc/12/root"; 0: nothing, it is this machine's. */
size_t within_root(const char *path);

/* -1 with errno, as those they are named after.  O_PATH of anything; other flags of a file or a directory, ENXIO else. */
int     within_open(const char *path, int flags, enum within_links links);
int     within_stat(const char *path, struct stat *st, enum within_links links);
int     within_access(const char *path, int mode);
DIR    *within_directory(const char *path);

/* Without links and dots, the root in front again; to be freed.  NULL: there is nothing. */
char *within_real(const char *path);

/* As within_open() with O_PATH, below any directory. */
int within_look(const char *root, const char *path, enum within_links links);

#endif
