#include "apply/call_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

/* ---- the call in hand ---- */

const char *
call_label(const struct call *c)
{
	const struct service *s = service_find(c->service);

	return s ? s->label : c->service;
}

void
call_end(struct apply *a, const struct err *e)
{
	call_then *then = a->calling.then;

	a->calling.then = NULL;
	then(a, e);
}

static void
count_member(void *ctx, const char *key, const struct json *value)
{
	(void)key;
	(void)value;
	++*(size_t *)ctx;
}

struct comparing {
	const struct json *other;
	bool               same;
};

static void
compare_member(void *ctx, const char *key, const struct json *value)
{
	struct comparing *c = ctx;
	const struct json *other = json_get(c->other, key);
	struct buf x = BUF_INIT, y = BUF_INIT;

	if (other) {
		json_write(&x, value, false);
		json_write(&y, other, false);
	}
	c->same = c->same && other && strcmp(x.s, y.s) == 0;
	buf_free(&x);
	buf_free(&y);
}

/* Are these the members that a call was written for?  NULL on both sides: it is not there. */
bool
call_is_state(const struct json *fields, const char *text)
{
	struct err e = { 0 };
	size_t n = 0, m = 0;

	if (!fields || !text)
		return !fields && !text;
	struct json *wanted = json_parse(text, strlen(text), "call", &e);
	struct comparing c = { .other = fields, .same = wanted != NULL };

	json_each(wanted, compare_member, &c);
	json_each(wanted, count_member, &n);
	json_each(fields, count_member, &m);
	json_free(wanted);
	return c.same && n == m;
}

int
call_conflict(const struct call *c, struct err *e)
{
	return err_set(e, ERR_CONFLICT,
	               _("%1$s in %2$s was changed while you were reading. Review the plan again."),
	               c->key, call_label(c));
}

/* What the last look shows of a call. */
struct service_state
call_state_now(struct apply *a, const struct call *c, const struct json *body)
{
	struct service_state now;

	service_find(c->service)->state(&now, &a->arena, c, body);
	return now;
}

void
call_fill(struct apply *a, struct call *c, const char *id)
{
	c->path = service_fill(&a->arena, c->path, id);
	c->body = service_fill(&a->arena, c->body, id);
	c->back_path = service_fill(&a->arena, c->back_path, id);
	c->back_body = service_fill(&a->arena, c->back_body, id);
}

void
call_wait(struct apply *a, int ms, loop_fn *fn)
{
	a->timer = loop_after(a->loop, ms, fn, a);
}

void
call_look(struct apply *a, client_fn *seen)
{
	client_ask(a->calling.client, "GET", a->calling.call.look, NULL, 0, seen, a);
}

/* ---- the journal ---- */

void
call_from_json(struct arena *a, struct call *c, const struct json *line)
{
	const char *name, **at;

	*c = (struct call){ 0 };
	for (size_t i = 0; call_string(c, i, &name, &at); i++)
		*at = arena_strdup(a, json_get_string(line, name, NULL));
}

bool
call_is_whole(const struct call *c)
{
	return c->service && service_find(c->service) && c->base && c->key && c->look &&
	       c->method && c->path && (c->was || c->is) && c->back_method && c->back_path;
}

bool
call_is_due(const struct journal_lines *l, const struct json *line, bool *answered)
{
	const long long number = json_get_int(line, "number", -1);

	*answered = false;
	if (strcmp(json_get_string(line, "do", ""), "call") != 0)
		return false;
	for (size_t i = 0; i < l->n; i++) {
		const char *deed = json_get_string(l->v[i], "do", "");

		if (json_get_int(l->v[i], "number", -2) != number)
			continue;
		if (strcmp(deed, "refused") == 0)
			return false;
		*answered = *answered || strcmp(deed, "answered") == 0;
	}
	return true;
}

/* ---- being let in ---- */

static struct client_whose
whose(const struct apply *a, const struct call *c)
{
	return (struct client_whose){ service_find(c->service), c->base, c->identity,
	                               c->secret_file, a->root };
}

struct client *
call_client(const struct apply *a, const struct call *c)
{
	const struct client_whose w = whose(a, c);

	for (size_t i = 0; i < a->calling.n_clients; i++)
		if (client_is(a->calling.clients[i], &w))
			return a->calling.clients[i];
	return NULL;
}

static void prepare_next(struct apply *a);

static void
on_opened(void *ctx, const struct json *body, const struct err *e)
{
	struct apply *a = ctx;
	struct calling *k = &a->calling;
	struct client *s = k->opening;

	(void)body;
	k->opening = NULL;
	if (e) {
		const struct err why = *e;
		client_close(s);
		call_end(a, &why);
		return;
	}
	k->clients = xreallocarray(k->clients, k->n_clients + 1, sizeof(*k->clients));
	k->clients[k->n_clients++] = s;
	prepare_next(a);
}

static void
on_tried(void *ctx, const struct json *body, const struct err *e)
{
	struct apply *a = ctx;

	(void)body;
	if (e) {
		call_end(a, e);
		return;
	}
	a->calling.tried++;
	a->calling.at++;
	prepare_next(a);
}

/* Where a service can say beforehand that it would refuse, it does so before anything is changed. */
static bool
tries(struct apply *a, const char *id)
{
	struct calling *k = &a->calling;
	const struct service *s = service_find(k->call.service);
	const char *path;

	call_fill(a, &k->call, id);
	path = s->try_path ? s->try_path(&a->arena, &k->call) : NULL;
	if (path)
		client_ask(k->client, k->call.method, path, k->call.body, 0, on_tried, a);
	return path != NULL;
}

static void
on_prepared(void *ctx, const struct json *body, const struct err *e)
{
	struct apply *a = ctx;
	struct calling *k = &a->calling;
	struct err why = { 0 };

	if (e) {
		call_end(a, e);
		return;
	}
	struct service_state now = call_state_now(a, &k->call, body);
	const bool due = call_is_state(now.fields, k->call.was);
	const bool fine = due || call_is_state(now.fields, k->call.is);
	json_free(now.fields);
	if (!fine) {
		call_conflict(&k->call, &why);
		call_end(a, &why);
		return;
	}
	if (due && tries(a, now.id))
		return;
	k->at++;
	prepare_next(a);
}

/* What an earlier call of the plan changes cannot be looked at yet. */
static bool
comes_later(const struct calling *k)
{
	const struct call *c = k->queue[k->at];

	for (size_t i = 0; i < k->at; i++)
		if (strcmp(k->queue[i]->service, c->service) == 0 &&
		    strcmp(k->queue[i]->key, c->key) == 0)
			return true;
	return false;
}

static void
prepare_next(struct apply *a)
{
	struct calling *k = &a->calling;

	while (k->at < k->n_queue) {
		const struct client_whose w = whose(a, k->queue[k->at]);

		k->client = call_client(a, k->queue[k->at]);
		if (!k->client) {
			k->opening = client_open(a->loop, a->net, &w, on_opened, a);
			return;
		}
		if (k->looks && !comes_later(k)) {
			k->call = *k->queue[k->at];
			call_look(a, on_prepared);
			return;
		}
		k->at++;
	}
	call_end(a, NULL);
}

static void
prepare(struct apply *a, size_t n, bool looks, call_then *then)
{
	a->calling.then = then;
	a->calling.n_queue = n;
	a->calling.at = 0;
	a->calling.looks = looks;
	prepare_next(a);
}

void
calls_prepare(struct apply *a, call_then *then)
{
	const struct steps *s = &a->plan->steps;
	size_t n = 0;

	a->calling.queue = arena_alloc(&a->arena, (s->n + 1) * sizeof(*a->calling.queue));
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].kind == STEP_CALL && plan_state(a->plan, i) != PLAN_SAME)
			a->calling.queue[n++] = s->v[i].call;
	prepare(a, n, true, then);
}

void
calls_prepare_undo(struct apply *a, call_then *then)
{
	size_t n = 0, room = 0;

	for (size_t i = 0; i < a->n_works; i++)
		room += a->works[i].lines.n;
	a->calling.queue = arena_alloc(&a->arena, (room + 1) * sizeof(*a->calling.queue));
	for (size_t i = 0; i < a->n_works; i++)
		for (size_t k = 0; k < a->works[i].lines.n; k++) {
			struct call *c = arena_alloc(&a->arena, sizeof(*c));
			bool answered;

			if (!call_is_due(&a->works[i].lines, a->works[i].lines.v[k], &answered))
				continue;
			call_from_json(&a->arena, c, a->works[i].lines.v[k]);
			if (call_is_whole(c))
				a->calling.queue[n++] = c;
		}
	prepare(a, n, false, then);
}

/* ---- the end ---- */

bool
calls_out(const struct apply *a)
{
	return a->calling.out;
}

void
calls_stop(struct apply *a)
{
	struct calling *k = &a->calling;

	client_close(k->opening);
	k->opening = NULL;
	for (size_t i = 0; i < k->n_clients; i++)
		client_cancel(k->clients[i]);
	loop_cancel(a->loop, k->ticker);
	k->ticker = 0;
	k->out = false;
	k->then = NULL;
	k->undone = NULL;
}

void
calls_free(struct apply *a)
{
	calls_stop(a);
	for (size_t i = 0; i < a->calling.n_clients; i++)
		client_close(a->calling.clients[i]);
	free(a->calling.clients);
	a->calling = (struct calling){ 0 };
}
