/* running.h - a proxy's processes, looked at through /proc: whose unit, in which container, still listening? */
#ifndef PROXY_RUNNING_H
#define PROXY_RUNNING_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/mem.h"
#include "proxy/proxy.h"

/* The name people know its container by; NULL: it is in none, or in ours.  From the arena. */
char *running_container(struct arena *a, pid_t pid);

/*
 * Does a path in its arguments lead to files that are not ours, as in a
 * container whose processes we see?  A mount namespace alone is no sign:
 * systemd's PrivateTmp= makes one over the same files.  A process we may not
 * look into counts as ours.  `proc' is "/proc", but for tests.
 */
bool running_elsewhere(const char *proc, pid_t pid);

/*
 * Is it none of this machine's own?  Its container's name, if it has one, is
 * noted in `f'.  Under a --root only its files count, not its control group.
 */
bool running_apart(struct proxy_found *f, pid_t pid, bool rooted);

/*
 * May it be believed?  Anybody can give a process of his own a proxy's name,
 * arguments and environment: so only root's, one of the user it is packaged or
 * set up to run as, one in its service's control group, or our own if we are
 * not root.
 */
bool running_believed(const struct proxy_found *f, pid_t pid);

/* Is it this machine's own, and believed?  Whose it is if not is noted in `f', as in running_apart(). */
bool running_counts(struct proxy_found *f, pid_t pid, bool rooted);

/*
 * "haproxy.service", but only a unit whose name holds `word': one started from
 * cron or a test would otherwise have that unit reloaded.  From the arena.
 */
char *running_unit(struct arena *a, pid_t pid, const char *word);

/* Is there a systemd here that has this unit, though nothing of it may run? */
bool running_has_unit(const char *root, const char *unit);

/* The working directory a path in its arguments is relative to; NULL: not ours to see.  From the arena. */
char *running_directory(struct arena *a, pid_t pid);

/* The file it runs, as its own place names it; NULL: not ours to see.  From the arena. */
char *running_program(struct arena *a, pid_t pid);

/* The words it was started with, and room for one more; NULL: not ours to see.  From the arena. */
const char **running_words(struct arena *a, pid_t pid);

/* Does it hold a listening TCP socket?  -1: not ours to see. */
int running_listens(pid_t pid);

/* What stands behind "-f" in its arguments, as "-f FILE" or "-fFILE"; "" where it has none. */
const char *running_operand(const char *const *argv, const char *flag);

/* Do both paths lead to one file?  `path' gets `root' in front. */
bool running_same_file(const char *argument, const char *root, const char *path);

#endif
