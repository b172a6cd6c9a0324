/* boxed_detect.c - is the proxy in a container, and in which one? */
#include "proxy/boxed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answers/engine.h"
#include "base/fs.h"
#include "proxy/running.h"

#define MAX_BOXES 16
#define ASK_MS    4000 /* for all of them together, whatever is looked for */

/* Lives in the arena of what is found, so that nothing leaks if the loop ends early. */
struct detection {
	struct loop          *loop;
	struct net           *net;
	const char           *root;
	struct machine       *machine;
	struct proxy_found   *f;
	void                (*done)(void *ctx);
	void                 *ctx;
	struct box           *boxes[MAX_BOXES];
	size_t                n, asked;
	long long             since, until;
};

/* ---- which ---- */

static bool
is_new(const struct detection *d, pid_t pid)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->boxes[i]->pid == pid || box_same("/proc", d->boxes[i]->pid, pid))
			return false;
	return true;
}

/*
 * Where the next one goes: what anybody could have made comes last, and makes
 * way, so that many of those hide none of the others.
 */
static struct box **
seat(struct detection *d, bool foreign)
{
	size_t at = d->n;

	while (!foreign && at > 0 && d->boxes[at - 1]->foreign)
		at--;
	if (at == MAX_BOXES)
		return NULL;
	d->n += d->n < MAX_BOXES;
	memmove(d->boxes + at + 1, d->boxes + at, (d->n - at - 1) * sizeof(*d->boxes));
	return &d->boxes[at];
}

/* The oldest of its processes is the one that stays. */
static void
consider(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct detection *d = ctx;
	const struct engine *engine;
	struct arena a = { 0 };
	struct box **to;

	(void)parent;
	(void)argv;
	if (is_new(d, pid) && (box_id(&a, "/proc", pid, &engine) || running_elsewhere("/proc", pid)) &&
	    (to = seat(d, box_is_foreign("/proc", pid)))) {
		*to = arena_alloc(&d->f->arena, sizeof(**to));
		box_read(*to, &d->f->arena, "/proc", pid);
	}
	arena_free(&a);
}

static bool
listens_to_others(const struct machine *m, pid_t pid)
{
	for (size_t i = 0; i < m->n_listeners; i++)
		if (m->listeners[i].pid == pid && !m->listeners[i].loopback)
			return true;
	return false;
}

/* What the world reaches is what a person means; what serves inside an application is that application's. */
static int
worth(const struct detection *d, const struct box *b)
{
	const char *another = d->f->proxy->boxed->another;

	if (!b->engine || (b->foreign && !b->told && geteuid() == 0) || (another && box_has(b, another)))
		return 0;
	if (b->shares_network)
		return listens_to_others(d->machine, b->pid) ? 1 : 0;
	if (!b->ports_seen)
		return 1;
	return box_port_inside(b, 443) ? 4 : box_port_inside(b, 80) ? 3 : b->n_ports ? 2 : 0;
}

static struct box *
best_of(const struct detection *d)
{
	struct box *best = NULL;

	for (size_t i = 0; i < d->n; i++)
		if (worth(d, d->boxes[i]) > (best ? worth(d, best) : 0))
			best = d->boxes[i];
	return best;
}

/* ---- there ---- */

static void
finish(void *ctx)
{
	struct detection *d = ctx;

	d->done(d->ctx);
}

/* Its sites as this machine sees them: what is not published is nobody's business here. */
static void
look_from_here(void *ctx)
{
	struct detection *d = ctx;

	for (size_t i = 0; i < d->f->n_sites; i++) {
		struct proxy_site *s = &d->f->sites[i];

		for (size_t k = 0; k < s->n_listens; k++) {
			s->listens[k].port = box_port_outside(d->f->box, s->listens[k].port);
			if (!d->f->box->shares_network)
				s->listens[k].address = arena_strdup(&d->f->arena, "*");
		}
	}
	finish(d);
}

/* What this machine itself has of it is kept: it can rehearse. */
static void
enter(struct detection *d, struct box *box)
{
	struct proxy_found *f = d->f, *here = xcalloc(1, sizeof(*here));

	*here = *f;
	*f = (struct proxy_found){ .proxy = here->proxy, .box = box, .here = here };
	f->container = arena_strdup(&f->arena, box->name);
	box_note_listeners(box, d->machine);
	if (box->closed)
		loop_after(d->loop, 0, finish, d);
	else
		f->proxy->detect(d->loop, box->root, d->machine, f, look_from_here, d);
}

static void ask_next(struct detection *d);

static void
answered(void *ctx)
{
	ask_next(ctx);
}

static void
ask_next(struct detection *d)
{
	struct box *best;

	if (d->asked < d->n) {
		engine_ask(d->loop, d->net, d->boxes[d->asked++], d->until, answered, d);
		return;
	}
	d->machine->asked_ms += loop_now() - d->since;
	best = best_of(d);
	if (best)
		enter(d, best);
	else
		finish(d);
}

static bool
is_rooted(const char *root)
{
	return root && *root && strcmp(root, "/") != 0;
}

static void
looked_here(void *ctx)
{
	struct detection *d = ctx;
	const struct proxy_found *f = d->f;

	if (f->proxy->boxed && !f->running && !f->chosen && !is_rooted(d->root))
		for (const char *const *p = f->proxy->boxed->programs; *p; p++)
			machine_processes(*p, consider, d);
	d->since = loop_now();
	d->until = d->since + ASK_MS - d->machine->asked_ms;
	ask_next(d);
}

void
proxy_detect(struct loop *l, struct net *n, const char *root, struct machine *m,
             struct proxy_found *f, void (*done)(void *ctx), void *ctx)
{
	struct detection *d = arena_alloc(&f->arena, sizeof(*d));

	*d = (struct detection){ .loop = l, .net = n, .root = root, .machine = m, .f = f,
		                 .done = done, .ctx = ctx };
	f->proxy->detect(l, root, m, f, looked_here, d);
}
