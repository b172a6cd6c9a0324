/*
 * boxed.h - a proxy in a container: found, looked at through it, told from outside.
 *
 * A proxy works in its container as it works on this machine: it is shown the
 * container's files, ports and addresses.  What it then wants written or run is
 * turned into what does the same from here, in this one place.
 */
#ifndef PROXY_BOXED_H
#define PROXY_BOXED_H

#include "answers/box.h"
#include "proxy/proxy.h"

/*
 * Look for f->proxy: on this machine, and where none runs here, in containers.
 * `n' may be NULL: then no engine is asked.  As `detect' of struct proxy.  All
 * looks at one machine share their patience with its engines.
 */
void proxy_detect(struct loop *l, struct net *n, const char *root, struct machine *m,
                  struct proxy_found *f, void (*done)(void *ctx), void *ctx);

/* As those of struct proxy, with steps as they are done from here. */
int proxy_render(struct steps *out, const struct proxy_context *c, struct err *e);
int proxy_runs(struct steps *out, const struct proxy_context *c, struct err *e);
int proxy_repair(struct steps *out, const struct proxy_context *c, const char *const *causes,
                 struct err *e);
int proxy_clash(const struct proxy_context *c, const struct machine *m, struct err *e);

/* Where its files are seen from here: below the container, or below `root'. */
const char *proxy_root(const struct proxy_found *f, const char *root);

/* The one that can be run privately here instead of it: itself, or NULL where this machine has none. */
const struct proxy_found *proxy_here(const struct proxy_found *f);

/* Where it answers on this machine, if not on loopback; from the arena.  NULL: loopback. */
const char *proxy_serves_at(struct arena *a, const struct proxy_context *c);

/* What runs `argv' where the proxy is, from here; `kill -SIGNAL' is for its first process.  The pointers are from the arena. */
const char *const *boxed_argv(struct arena *a, const struct proxy_found *f, const char *const *argv);

/* A path of this machine as the proxy names it; the path itself where it sees none.  From the arena. */
const char *boxed_path(struct arena *a, const struct proxy_found *f, const char *path);

/* The certificate of our own making, where this machine has it; from the arena. */
const char *proxy_own_certificate(struct arena *a, const struct proxy_context *c);

/* A path as the proxy's own program is told it: below the root, but in a container that is its own. */
const char *proxy_argument(struct arena *a, const struct proxy_context *c, const char *path);

/* Is the process one of the proxy's own place: its container, or this machine itself? */
bool boxed_has(const struct proxy_found *f, pid_t pid);

/* The address at which its container reaches this machine: "172.17.0.1"; NULL: by loopback, as everything here. */
const char *boxed_reach(const struct proxy_found *f);

/* A path that the proxy names as this machine does; -1 with the reason, and the option that changes it. */
int boxed_outside(const char **path, struct arena *a, const struct proxy_found *f, struct err *e);

/*
 * Can its sites be written from here, does OpenChamber listen where its container reaches it, are
 * the ports published?  -1 as above; 0 too where it is in no container.
 */
int boxed_check_sites(const struct proxy_found *f, struct err *e);
int boxed_check_origin(const struct proxy_found *f, const struct url *origin, struct err *e);
int boxed_check_ports(const struct proxy_found *f, const struct answers *a, struct err *e);

#endif
