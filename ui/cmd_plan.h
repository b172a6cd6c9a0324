/*
 * cmd_plan.h - from an answers file to a plan: what print, diff, rehearse and apply begin with.
 */
#ifndef UI_CMD_PLAN_H
#define UI_CMD_PLAN_H

#include "answers/answers.h"
#include "answers/machine.h"
#include "apply/apply.h"
#include "apply/move.h"
#include "apply/plan.h"
#include "cmd.h"
#include "proxy/proxy.h"
#include "report.h"

struct planned {
	struct answers       answers;
	struct machine       machine;
	struct proxy_found   found;
	struct proxy_context context;
	struct plan          plan;
	struct proxy_found   left; /* the proxy that is moved away from */
	struct move          move;
	struct url           replaced; /* the address that goes */
	bool                 detected;
	char                *origin, *public_url; /* as people write them */
};

/* Zero `p' first; planned_free() is due also after a failure. */
int  planned_answers(struct cmd *c, struct planned *p, struct err *e); /* --answers; they are whole */
int  planned_detect(struct cmd *c, struct planned *p, struct err *e);  /* the proxy they name */
int  planned_build(struct cmd *c, struct planned *p, struct err *e);   /* all of it, and the plan; by hand there is none, which only print takes */
/* What every change has in common, as it was asked for; who calls adds its own. */
struct apply_options planned_options(const struct cmd *c, const struct planned *p);
/* Do its plan and say how it went; a doctor's findings go into the document.  Returns the exit status. */
int  planned_apply(struct cmd *c, struct planned *p, const struct apply_options *options,
                   struct json *findings);
/* What is to be set by hand in front of the proxy: into a document, or told.  The other is NULL. */
void planned_by_hand(struct json *doc, struct report *out, const struct planned *p);
void planned_free(struct planned *p);

#endif
