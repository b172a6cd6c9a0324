/*
 * finding.h - a run of the checklist, told by its causes: where each lies, and the change that settles it.
 *
 * One finding a cause, the one that explains the rest first.  A failure is
 * always a finding; a warning is one where the proxy has a ready change for
 * it.  What no quick check can see but the configuration tells (a short
 * timeout, a header that is believed) is found there.
 */
#ifndef APPLY_FINDING_H
#define APPLY_FINDING_H

#include "apply/plan.h"
#include "check/check.h"

struct finding {
	const struct cause         *cause;
	enum check_status           status;   /* CHECK_FAIL or CHECK_WARN */
	const struct check_result **checks;   /* that tell it */
	size_t                      n_checks; /* 0: the configuration alone tells it */
	struct check_where         *places;   /* lines to blame, each once */
	size_t                      n_places;
	const char                 *fix;      /* what to do, translated, in the proxy's words where it has some */
	struct plan                 plan;     /* what settles it; without steps: no ready change */
	struct err                  refused;  /* why there is none, where there could be one */
	size_t                      settled_by; /* the finding whose change settles this one too; itself: its own */
	bool                        taken;    /* its change is among those of findings.plan */
};

struct findings {
	struct arena    arena;
	struct finding *v;
	size_t          n;
	struct plan     plan; /* the taken changes together; at first all there are */
};

/*
 * The run borrows nothing and must outlive the findings, as must the context.
 * `c' NULL: no proxy is known, so nothing is blamed or changed.  `here' is the
 * public address with the port that the proxy listens on.
 */
int  findings_make(struct findings *f, struct check_run *run, const struct needs *needs,
                   const struct proxy_context *c, const struct url *here, struct err *e);
void findings_free(struct findings *f);

/* Make findings.plan anew of those that are taken now. */
int  findings_take(struct findings *f, const struct proxy_context *c, struct err *e);

/* What its first check saw that way; without the proxy only where it was fine there.  "": nothing. */
const char *finding_seen(const struct finding *one, const struct check_run *run, enum check_target way);

size_t findings_failed(const struct findings *f);

/* The path whose location decides about a check. */
const char *finding_path(const struct needs *n, const struct check_result *r);

#endif
