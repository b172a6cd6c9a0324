/* rehearse_inside.h - what a rehearsal holds; for rehearse*.c only. */
#ifndef APPLY_REHEARSE_INSIDE_H
#define APPLY_REHEARSE_INSIDE_H

#include "apply/rehearse.h"
#include "loop/proc.h"
#include "origin/origin.h"

#define PASSWORD_DIGITS 32

struct rehearsal {
	struct loop            *loop;
	struct net             *net;
	struct rehearsal_events on;
	void                   *ctx;
	struct arena            arena;
	struct proxy_context    context; /* of what runs here */
	const struct proxy_found *meant; /* what it stands for */
	struct proxy_private    private;
	struct steps            steps;
	char                   *dir;
	char                    password[PASSWORD_DIGITS + 1];
	struct origin          *origin;
	struct proc            *proc;
	struct check_run       *check;
	struct url              public_url; /* as the private proxy serves it */
	char                   *connect_to, *connect_to_http, *cacert;
	unsigned                timer;
	bool                    accepts, over;
	double                  began, seconds;
	long long               deadline;
};

/* The directory and all that is in it, the origin, the ports: everything before a program runs. */
int rehearsal_prepare(struct rehearsal *r, struct err *e);

#endif
