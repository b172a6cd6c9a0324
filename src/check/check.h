/*
 * check.h - the checklist: run it, watch it, read what came of it.
 *
 * One run looks at up to two targets side by side: the origin itself
 * (TARGET_DIRECT) and what stands in front of it (TARGET_PUBLIC, or
 * TARGET_REHEARSAL where that is a private proxy before a probe origin).  All
 * probes that can run together do; what depends on a failed check is skipped,
 * with the reason.  "Could not tell" is skip, never a guess.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "answers/needs.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "check/cause.h"
#include "loop/loop.h"
#include "loop/net.h"

enum check_status { CHECK_PASS, CHECK_WARN, CHECK_FAIL, CHECK_SKIP };
enum check_target { TARGET_DIRECT, TARGET_PUBLIC, TARGET_REHEARSAL };

/* The groups, in the order the wizard walks them. */
enum check_group { GROUP_DIRECT, GROUP_PUBLIC, GROUP_WEBSOCKET, GROUP_SSE, GROUP_GZIP, GROUP_BODY,
                   GROUP_TIME, GROUP_HEADERS, GROUP_CDN, N_CHECK_GROUPS };

struct check_where {
	char *file; /* NULL: unknown */
	int   line;
};

/* Five events: when each was sent and when it arrived, seconds from the start of the stream. */
struct check_timeline {
	double sent[8], arrived[8]; /* arrived < 0: it never did */
	size_t n;
	double deadline;            /* how long was waited */
	bool   cut;                 /* the stream ended early */
};

struct check_result {
	const char        *id;      /* "ws.event" */
	enum check_group   group;
	enum check_target  target;
	enum check_status  status;
	bool               required; /* false: it can only warn */
	const char        *label;   /* translated, short: "/api/event/ws" or "TLS certificate" */
	const struct cause *cause;  /* NULL on pass */
	const char        *detail;  /* translated sentence: what was seen, with its number; never NULL */
	const char        *why;     /* translated: why it matters; NULL on pass */
	const char        *fix;     /* translated: what to do; NULL on pass */
	struct check_where where;
	struct json       *observed; /* an object; never NULL */
	double             seconds;
	const struct check_timeline *timeline; /* SSE in a rehearsal; else NULL */
};

struct check_summary {
	int pass, warn, fail, skip;
};

struct check_options {
	const struct url  *origin;     /* NULL: no direct target */
	const struct url  *public_url; /* NULL: no second target */
	const char        *connect_to; /* "HOST:PORT" for the public address only, or NULL */
	const char        *connect_to_http; /* rehearsal: where the public name's port 80 is played, or NULL */
	const char        *cacert;
	bool               insecure;
	const char        *password;   /* borrowed until the run ends; NULL: none given */
	bool               rehearsal;  /* the second target is a private proxy before a probe origin */
	const char        *only;       /* comma-separated ids, or NULL: all; ERR_USAGE for an unknown one */
	bool               deep;
	unsigned long long body;       /* bytes wanted; 0: OpenChamber's own limit, and 50M also told */
	unsigned           stream;     /* seconds of quiet wanted; 0: not asked */
	const char        *cdn_plan;   /* of Cloudflare, where it is known ("Business"); else NULL */
	unsigned           cdn_megabytes; /* and how large an upload it takes */
	int                timeout_ms; /* per probe; 0: 5000 */
	const char *const *own_addresses; /* of this machine, ends with NULL; may be NULL */
	bool               origin_on_lan; /* the origin listens beyond loopback (machine.h knows); for direct.exposure */
	bool               exposure_known; /* false: direct.exposure is told by connecting to own_addresses */
};

struct check_run;

/* How long `deep' holds the streams of a real OpenChamber: to the second beat of the slowest. */
unsigned check_hold_seconds(const struct needs *needs);

/* A result is final and stays valid until check_free(). */
typedef void check_result_fn(void *ctx, struct check_run *r, const struct check_result *result);
typedef void check_done_fn(void *ctx, struct check_run *r);

/* NULL: error (usage).  `options' strings are borrowed until the run is freed. */
struct check_run *check_start(struct loop *l, struct net *n, const struct needs *needs,
                              const struct check_options *options,
                              check_result_fn *on_result, check_done_fn *on_done, void *ctx, struct err *e);
void check_free(struct check_run *r); /* also in the middle, and from on_done */

bool check_is_done(const struct check_run *r);

/* Every planned (id, target) in the order of the checklist; status of an unfinished one is -1. */
size_t check_count(const struct check_run *r);
const struct check_result *check_at(const struct check_run *r, size_t i);
bool check_finished(const struct check_run *r, size_t i); /* has this one its result? */
const struct check_result *check_find(const struct check_run *r, const char *id, enum check_target t);

struct check_summary check_summary(const struct check_run *r);

/* The first failure in the order of causes.md that explains the rest; NULL: nothing failed. */
const struct cause *check_verdict(const struct check_run *r);
size_t check_verdict_ids(const struct check_run *r, const char **ids, size_t max); /* the checks it explains */
bool check_ready(const struct check_run *r); /* nothing failed and every required check passed */

const char *check_status_name(enum check_status s);  /* "pass": stable */
const char *check_status_word(enum check_status s);  /* translated, at most 9 columns */
const char *check_group_name(enum check_group g);    /* "websocket": stable */
const char *check_target_word(enum check_target t);  /* translated */
const char *check_target_name(enum check_target t);  /* "direct" "public" "rehearsal": stable */
bool check_id_is_known(const struct needs *needs, const char *id);
void check_put_ids(struct buf *out, const struct needs *needs); /* all there are, behind commas */

/* The document of the contract, without what a command adds.  The caller frees. */
struct json *check_json(const struct check_run *r, const char *command);

/* After a run: name the line to blame, where a configuration is known.  See proxy.h `blame'. */
void check_set_where(struct check_run *r, const struct check_result *result, const char *file, int line);

/* What OpenChamber said of itself directly; "" where it did not. */
const char *check_origin_version(const struct check_run *r);
bool check_origin_has_password(const struct check_run *r); /* false also where unknown: see direct.login */
bool check_logged_in(const struct check_run *r);

#endif
