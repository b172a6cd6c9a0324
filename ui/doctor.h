/*
 * doctor.h - why it does not work on this server, and what to change; between cmd_doctor.c and doctor_*.c.
 */
#ifndef UI_DOCTOR_H
#define UI_DOCTOR_H

#include "apply/finding.h"
#include "apply/journal.h"
#include "cmd_change.h"
#include "cmd_plan.h"
#include "proxy/served.h"
#include "report.h"

struct doctor {
	struct cmd       *c;
	struct arena      arena;
	struct planned    p;          /* what is known: answers, proxy, and in the end the plan */
	const struct proxy_site *site; /* that leads to OpenChamber; NULL: none on this server */
	struct served     served;     /* how the site answers here */
	const char       *cacert;     /* trusted besides, or NULL */
	struct check_run *run;
	bool              done;
	struct findings   findings;
};

/*
 * doctor_find.c: both addresses and the site between them, from the options,
 * from saved answers, from what is on this server.
 */
int doctor_find(struct doctor *d, struct err *e);

/* cmd_doctor.c: do what a fix that was interrupted had begun; the exit status, or -1 and e. */
int doctor_finish(struct cmd *c, const struct journal_wish *w, struct err *e);

/* doctor_show.c */
void doctor_show(struct doctor *d);
struct json *doctor_json(struct doctor *d); /* the list of findings */
void doctor_command(struct buf *out, struct doctor *d); /* that makes the changes; "" where there are none */

#endif
