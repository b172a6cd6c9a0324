/* call_undo.c - a request taken back, by what the journal says and what is there now. */
#include "apply/call_inside.h"

#include <string.h>

#include "base/i18n.h"

#define LATE_TRIES 5 /* looks for a request that nobody saw the answer of */

static void
undone(struct apply *a, enum undo done, const struct err *e)
{
	call_undone *then = a->calling.undone;

	a->calling.undone = NULL;
	then(a, done, e);
}

static void look_back_again(void *ctx);

static void
on_back(void *ctx, const struct json *body, const struct err *e)
{
	struct apply *a = ctx;
	struct calling *k = &a->calling;
	const struct service *s = service_find(k->call.service);
	struct err why = { 0 };

	if (e) {
		undone(a, UNDO_FAILED, e);
		return;
	}
	struct service_state now = call_state_now(a, &k->call, body);
	bool back = call_is_state(now.fields, k->call.was);
	json_free(now.fields);
	int rc = back && k->fine ? s->judge(&k->call, body, &why) : 0;
	if ((!back || rc > 0) && loop_now() < k->deadline) {
		call_wait(a, CALL_LOOK_MS, look_back_again);
		return;
	}
	if (!back)
		err_set(&why, ERR_ROLLBACK, _("%1$s answered, but did not take back the change of %2$s."),
		        s->label, k->call.key);
	undone(a, why.code ? UNDO_FAILED : UNDO_RESTORED, why.code ? &why : NULL);
}

static void
look_back_again(void *ctx)
{
	struct apply *a = ctx;

	a->timer = 0;
	call_look(a, on_back);
}

static void
on_put_back(void *ctx, const struct json *body, const struct err *e)
{
	struct apply *a = ctx;

	(void)body;
	if (e) {
		undone(a, UNDO_FAILED, e);
		return;
	}
	a->calling.deadline = loop_now() + CALL_JUDGE_MS;
	call_look(a, on_back);
}

static void look_undo(void *ctx);

static void
on_undo_looked(void *ctx, const struct json *body, const struct err *e)
{
	struct apply *a = ctx;
	struct calling *k = &a->calling;
	struct err why = { 0 };

	if (e) {
		undone(a, UNDO_FAILED, e);
		return;
	}
	struct service_state now = call_state_now(a, &k->call, body);
	const bool was = call_is_state(now.fields, k->call.was);
	const bool is = call_is_state(now.fields, k->call.is);
	json_free(now.fields);
	call_fill(a, &k->call, now.id);
	if (was && !k->answered && ++k->tries < LATE_TRIES) {
		/* A request that was on its way may yet arrive. */
		call_wait(a, CALL_LOOK_MS, look_undo);
	} else if (was) {
		undone(a, UNDO_NOTHING, NULL);
	} else if (is) {
		client_ask(k->client, k->call.back_method, k->call.back_path, k->call.back_body,
		            0, on_put_back, a);
	} else {
		err_set(&why, ERR_CONFLICT, _("%1$s in %2$s was changed since, so it is left as it is."),
		        k->call.key, call_label(&k->call));
		undone(a, UNDO_CONFLICT, &why);
	}
}

static void
look_undo(void *ctx)
{
	struct apply *a = ctx;

	a->timer = 0;
	call_look(a, on_undo_looked);
}

void
call_undo(struct apply *a, const struct json *line, bool answered, call_undone *then)
{
	struct calling *k = &a->calling;
	struct err why = { 0 };

	call_from_json(&a->arena, &k->call, line);
	k->undone = then;
	k->answered = answered;
	k->fine = json_get_bool(line, "fine", false);
	k->tries = 0;
	k->client = call_is_whole(&k->call) ? call_client(a, &k->call) : NULL;
	if (!k->client) {
		err_set(&why, ERR_ROLLBACK, _("The journal does not say how to undo %s."),
		        k->call.path ? k->call.path : "");
		undone(a, UNDO_FAILED, &why);
		return;
	}
	call_look(a, on_undo_looked);
}

/* What a person knows the thing by: a rule by its description. */
static const char *
name_of(struct arena *a, const struct call *c)
{
	const char *text = c->is ? c->is : c->was;
	struct err e = { 0 };
	struct json *j = text ? json_parse(text, strlen(text), "call", &e) : NULL;
	const char *name = arena_strdup(a, json_get_string(j, "description", c->key));

	json_free(j);
	return name;
}

/* Where its id was never learnt no request leads there; in the pages of the service it is found by its name. */
static const char *
by_pages(struct arena *a, const struct call *c)
{
	const struct service *s = service_find(c->service);
	const char *pages = s->pages ? s->pages : c->base;

	return arena_printf(a, c->was ? _("In %1$s find \"%2$s\" and set it back.")
	                              : _("In %1$s find \"%2$s\" and delete it."), pages, name_of(a, c));
}

void
call_by_hand(struct buf *out, const struct apply *a, const struct json *line)
{
	struct arena arena = { 0 };
	const struct call *c = &a->calling.call;

	if (!call_is_whole(c)) {
		buf_puts(out, json_get_string(line, "backPath", ""));
	} else if (strstr(c->back_path, "{id}")) {
		buf_puts(out, by_pages(&arena, c));
	} else {
		const char *argv[] = { "curl", "-X", c->back_method, "-H", "Authorization: Bearer TOKEN",
		                       arena_printf(&arena, "%s%s", c->base, c->back_path),
		                       c->back_body ? "-H" : NULL, "Content-Type: application/json", "--data",
		                       c->back_body, NULL };
		proc_show(out, argv);
	}
	arena_free(&arena);
}
