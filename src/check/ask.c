#include "check/run.h"

#include <stdlib.h>
#include <string.h>

#define HEADERS_MAX 8

struct asking {
	struct asking     *next;
	struct side       *side;
	struct net_request q;        /* as it will be sent, with our callbacks in it */
	const char        *headers[HEADERS_MAX + 2];
	bool               login;
	bool               started;
	bool               aside;    /* does not count among the open ones */
	void              *body;     /* a copy, wiped */
	unsigned           number;   /* what probes know it by */
	unsigned           id;       /* of net.h; 0: not a request */
	turn_fn           *turn;
	net_head_fn       *on_head;
	net_data_fn       *on_data;
	net_done_fn       *done;
	void              *ctx;
};

struct pause {
	struct pause     *next;
	struct check_run *run;
	unsigned          number;
	unsigned          id;       /* of loop.h */
	loop_fn          *fn;
	void             *ctx;
};

static void start_next(struct check_run *r);

static void
unlink_asking(struct asking *a)
{
	struct asking **p = &a->side->run->asking;

	while (*p && *p != a)
		p = &(*p)->next;
	if (*p)
		*p = a->next;
}

/* Out of the list and freed; what still runs of it is cancelled. */
static void
drop(struct asking *a)
{
	struct check_run *r = a->side->run;

	unlink_asking(a);
	if (a->id)
		net_cancel(r->net, a->id);
	if (a->started && !a->aside)
		r->open--;
	mem_wipe(a->body, a->body ? a->q.body_len : 0);
	free(a->body);
	free(a);
}

static bool
asked_head(void *ctx, const struct net_reply *reply)
{
	struct asking *a = ctx;

	return !a->on_head || a->on_head(a->ctx, reply);
}

static bool
asked_data(void *ctx, const char *bytes, size_t len, double at)
{
	struct asking *a = ctx;

	return a->on_data(a->ctx, bytes, len, at);
}

static void
asked_done(void *ctx, const struct net_reply *reply)
{
	struct asking *a = ctx;
	struct check_run *r = a->side->run;
	net_done_fn *done = a->done;
	void *user = a->ctx;

	a->id = 0;
	drop(a);
	done(user, reply);
	start_next(r);
}

static void
start(struct asking *a)
{
	struct check_run *r = a->side->run;
	size_t n = 0;

	a->started = true;
	if (!a->aside)
		r->open++;
	if (a->turn) {
		a->turn(a->ctx);
		return;
	}
	while (n < HEADERS_MAX && a->headers[n])
		n++;
	if (a->login && r->cookie && side_auth(a->side) == AUTH_IN)
		a->headers[n++] = r->cookie;
	a->headers[n] = NULL;
	a->q.headers = a->headers;
	a->id = net_start(r->net, &a->q);
	a->q.headers = NULL;
}

static void
start_next(struct check_run *r)
{
	while (r->open < RUN_OPEN_MAX) {
		struct asking *a = r->asking;

		while (a && a->started)
			a = a->next;
		if (!a)
			return;
		start(a);
	}
}

static struct asking *
append(struct side *s)
{
	struct asking *a = xcalloc(1, sizeof(*a)), **p = &s->run->asking;

	a->side = s;
	a->number = ++s->run->numbers;
	while (*p)
		p = &(*p)->next;
	*p = a;
	return a;
}

static struct asking *
prepare(struct side *s, const char *path, const struct net_request *q, bool login)
{
	struct asking *a = append(s);

	a->q = *q;
	if (!q->url) {
		a->q.url = arena_printf(&s->run->arena, "%s%s", s->base, path);
		a->q.where = s->where;
	}
	for (size_t i = 0; i < HEADERS_MAX && q->headers && q->headers[i]; i++)
		a->headers[i] = q->headers[i];
	if (!a->q.timeout_ms)
		a->q.timeout_ms = run_timeout(s->run);
	if (!a->q.max_body)
		a->q.max_body = 64 * 1024;
	a->login = login;
	a->on_head = q->on_head;
	a->on_data = q->on_data;
	a->done = q->done;
	a->ctx = q->ctx;
	a->q.on_head = a->on_head ? asked_head : NULL;
	a->q.on_data = a->on_data ? asked_data : NULL;
	a->q.done = asked_done;
	a->q.ctx = a;
	/* It may wait for its turn, and a body often is a buffer of the caller's. */
	if (q->body)
		a->q.body = a->body = memcpy(xmalloc(q->body_len + 1), q->body, q->body_len);
	return a;
}

unsigned
probe_ask(struct side *s, const char *path, const struct net_request *q, bool login)
{
	unsigned number = prepare(s, path, q, login)->number;

	start_next(s->run);
	return number;
}

void
probe_get(struct side *s, const char *path, net_done_fn *done, void *ctx)
{
	probe_ask(s, path, &(struct net_request){ .done = done, .ctx = ctx }, false);
}

unsigned
probe_ask_aside(struct side *s, const char *path, const struct net_request *q, bool login)
{
	struct asking *a = prepare(s, path, q, login);
	unsigned number = a->number;

	a->aside = true;
	start(a);
	return number;
}

unsigned
probe_turn(struct side *s, turn_fn *fn, void *ctx)
{
	struct asking *a = append(s);
	unsigned number;

	a->turn = fn;
	a->ctx = ctx;
	number = a->number;
	start_next(s->run);
	return number;
}

void
probe_stop(struct check_run *r, unsigned number)
{
	struct asking *a = r->asking;

	while (a && a->number != number)
		a = a->next;
	if (!a)
		return;
	drop(a);
	start_next(r);
}

/* The pause by its number, taken out of the list; NULL: it is over. */
static struct pause *
take_pause(struct check_run *r, unsigned number)
{
	struct pause **at = &r->pauses, *p;

	while (*at && (*at)->number != number)
		at = &(*at)->next;
	p = *at;
	if (p)
		*at = p->next;
	return p;
}

static void
pause_over(void *ctx)
{
	struct pause *p = take_pause(((struct pause *)ctx)->run, ((struct pause *)ctx)->number);
	loop_fn *fn = p->fn;
	void *user = p->ctx;

	free(p);
	fn(user);
}

unsigned
probe_pause(struct check_run *r, int ms, loop_fn *fn, void *ctx)
{
	struct pause *p = xcalloc(1, sizeof(*p));

	p->run = r;
	p->number = ++r->numbers;
	p->fn = fn;
	p->ctx = ctx;
	p->next = r->pauses;
	r->pauses = p;
	p->id = loop_after(r->loop, ms, pause_over, p);
	return p->number;
}

void
probe_pause_end(struct check_run *r, unsigned number)
{
	struct pause *p = take_pause(r, number);

	if (!p)
		return;
	loop_cancel(r->loop, p->id);
	free(p);
}

void
probe_quiet_side(struct side *s)
{
	for (struct asking *a = s->run->asking, *next; a; a = next) {
		next = a->next;
		if (a->side == s && !(a->turn && a->started))
			drop(a);
	}
	start_next(s->run);
}

void
probe_quiet(struct check_run *r)
{
	while (r->asking)
		drop(r->asking);
	while (r->pauses)
		probe_pause_end(r, r->pauses->number);
}
