/* world.h - a loop and what a test of this room does with it. */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "loop/net.h"

struct world {
	struct loop *l;
	struct net  *n;
	const bool  *until;
	bool         late;
};

static inline void
world_look(void *ctx)
{
	struct world *w = ctx;

	if (*w->until)
		loop_stop(w->l);
}

static inline void
world_late(void *ctx)
{
	struct world *w = ctx;

	w->late = true;
	loop_stop(w->l);
}

/* Run until *flag, at most `ms'.  False: it was not set in time. */
static inline bool
world_run(struct world *w, const bool *flag, int ms)
{
	struct err e = { 0 };
	unsigned deadline;

	w->until = flag;
	w->late = false;
	if (*flag)
		return true;
	deadline = loop_after(w->l, ms, world_late, w);
	loop_before_wait(w->l, world_look, w);
	if (loop_run(w->l, &e) < 0)
		return false;
	loop_before_wait(w->l, NULL, NULL);
	loop_cancel(w->l, deadline);
	return *flag;
}

/* Let the loop live for `ms', to see what must not happen. */
static inline void
world_idle(struct world *w, int ms)
{
	static const bool never = false;

	(void)world_run(w, &never, ms);
}

static inline int
world_setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->l = loop_new();
	w->n = net_new(w->l);
	*state = w;
	return 0;
}

static inline int
world_teardown(void **state)
{
	struct world *w = *state;

	net_free(w->n);
	loop_free(w->l);
	free(w);
	return 0;
}

#endif
