/*
 * detect.h - how every proxy is looked for: its program says who it is, its files are read, its checker has its word.
 *
 * What each proxy does in between is its own.
 */
#ifndef PROXY_DETECT_H
#define PROXY_DETECT_H

#include "loop/proc.h"
#include "proxy/proxy.h"

/* Lives in the arena of what is found, so that nothing leaks if the loop ends early. */
struct detection {
	struct loop          *loop;
	const char           *root;
	const struct machine *machine;
	struct proxy_found   *f;
	void                (*done)(void *ctx);
	void                 *ctx;
};

struct detection *detect_new(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
                             void (*done)(void *ctx), void *ctx);

typedef void detect_master_fn(struct proxy_found *f, const char *root, const struct machine *m);

/*
 * f->binary is asked who it is, with `flag'; NULL: it is not installed, but one
 * in a container is worth naming.  Nothing is called before this returns.
 */
void detect_begin(struct detection *d, const char *flag, detect_master_fn *find_master, proc_done_fn *asked);

/* Run it where the proxy is; `done' gets d. */
void detect_run(struct detection *d, const char *const *argv, proc_done_fn *done);

/* It is told. */
void detect_end(struct detection *d);

/* Do the paths in its files mean another tree than its program would open?  Then they can only be read. */
bool detect_only_reads(const struct detection *d);

/* "1.22.1 ...": what of it is the version. */
void detect_version(struct proxy_found *f, const char *said);

bool version_at_least(const unsigned v[3], unsigned major, unsigned minor, unsigned patch);

#endif
