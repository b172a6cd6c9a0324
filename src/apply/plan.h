/*
 * plan.h - answers and what was found, made into a list of steps.  Pure: touches nothing.
 */
#ifndef APPLY_PLAN_H
#define APPLY_PLAN_H

#include "base/buf.h"
#include "base/json.h"
#include "proxy/proxy.h"

struct plan {
	struct steps         steps;
	struct proxy_context context; /* borrowed, and must outlive it; set_aside is its own */
	char               (*seen)[65]; /* by step: its file's digest when it was made; "": unknown */
	const char *const   *causes;    /* what it settles in files of others, for which it holds only as they are; NULL: it
	                                   is no repair */
};

/*
 * What stands in the way (a site that has the name already) may be set aside:
 * its file, or NULL.  Where a link makes the proxy read that file, the link goes.
 */
int  plan_build(struct plan *p, const struct proxy_context *c, const char *set_aside,
                struct err *e);
/*
 * What settles these causes (ends with NULL) in the files as they are; no step at all where there
 * is nothing to be changed.
 */
int  plan_repair(struct plan *p, const struct proxy_context *c, const char *const *causes,
                 struct err *e);
void plan_free(struct plan *p);

/*
 * Over every step: kind, path and where links lead it now, text (unless it is made anew each time),
 * mode, target, argv.  Lower-case hex and NUL.
 */
void plan_hash(const struct plan *p, char out[65]);

/*
 * Over the files that stand where a step writes or takes away another, as they are now: by which it
 * is known that what is replaced was seen.  False: there is none, or one is closed to us.
 */
bool plan_replaces(const struct plan *p, char out[65]);

/* How a file step relates to the disk now. */
enum plan_state { PLAN_NEW, PLAN_CHANGED, PLAN_SAME, PLAN_UNKNOWN /* cannot be read */ };
enum plan_state plan_state(const struct plan *p, size_t step);
bool plan_changes(const struct plan *p); /* would anything on disk change? */

/* One line a step, translated, as the review shows it: "new file", "/etc/nginx/..." */
/* Translated: new file, change, link, set aside, run, check. */
const char *plan_verb(const struct plan *p, size_t step);
/* A path, or a command as it will run. */
void plan_object(struct buf *out, const struct plan *p, size_t step);

/*
 * Unified diff of every file step against the disk, three lines of context;
 * changed files first, then new ones; "" where nothing differs.  Control bytes
 * are made harmless, secrets are only named.
 */
int plan_diff(struct buf *out, const struct plan *p, struct err *e);

/* A file's text, or a request's body with its members a line each; "" for other steps and for secrets. */
void plan_text(struct buf *out, const struct plan *p, size_t step);
struct json *plan_calls_json(const struct plan *p); /* the requests: service, method, url, body */
struct json *plan_files_json(const struct plan *p); /* the `files' list of print --json */

#endif
