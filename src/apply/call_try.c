#include "apply/call_try.h"

#include <stdlib.h>

#include "apply/apply_run.h"

struct trying {
	struct apply apply; /* what of it calls.c needs; nothing else of it runs */
	calls_tried *done;
	void        *ctx;
	struct err   err;
};

static void
forget(struct trying *t)
{
	loop_cancel(t->apply.loop, t->apply.timer);
	calls_free(&t->apply);
	arena_free(&t->apply.arena);
	free(t);
}

/* From the loop: a client is not closed inside its own callback. */
static void
over(void *ctx)
{
	struct trying *t = ctx;
	calls_tried *done = t->done;
	void *to = t->ctx;
	const struct err e = t->err;
	const size_t tried = t->apply.calling.tried;

	t->apply.timer = 0;
	forget(t);
	done(to, tried, e.code ? &e : NULL);
}

static void
prepared(struct apply *a, const struct err *e)
{
	struct trying *t = (struct trying *)a;

	if (e)
		t->err = *e;
	a->timer = loop_after(a->loop, 0, over, t);
}

struct trying *
calls_try(struct loop *l, struct net *n, const char *root, const struct plan *p, calls_tried *done,
          void *ctx)
{
	struct trying *t = xcalloc(1, sizeof(*t));

	t->apply.loop = l;
	t->apply.net = n;
	t->apply.root = root;
	t->apply.plan = p;
	t->done = done;
	t->ctx = ctx;
	calls_prepare(&t->apply, prepared);
	return t;
}

void
calls_try_stop(struct trying *t)
{
	if (t)
		forget(t);
}
