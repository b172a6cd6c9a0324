/* call_do.c - a request of a plan: looked before, noted, made and judged. */
#include "apply/call_inside.h"

#include <string.h>

#include "base/i18n.h"

#define TICK_MS 5000 /* a certificate takes minutes */

static struct json *
to_json(const struct calling *k, bool leaving)
{
	struct json *line = json_object();
	struct call c = k->call;
	const char *name, **at;

	json_set_string(line, "do", "call");
	json_set_int(line, "number", k->number);
	for (size_t i = 0; call_string(&c, i, &name, &at); i++)
		json_set_string(line, name, *at);
	json_set_bool(line, "fine", k->fine);
	if (leaving)
		json_set_bool(line, "leaving", true);
	return line;
}

static int
note(struct apply *a, const char *deed, struct err *e)
{
	struct json *line = json_object();

	json_set_string(line, "do", deed);
	json_set_int(line, "number", a->calling.number);
	return journal_line(&a->journal, line, e);
}

static void
settled(void *ctx)
{
	struct apply *a = ctx;

	a->timer = 0;
	call_end(a, NULL);
}

static void judge_again(void *ctx);

static void
on_judged(void *ctx, const struct json *body, const struct err *e)
{
	struct apply *a = ctx;
	struct calling *k = &a->calling;
	const struct service *s = service_find(k->call.service);
	struct err why = { 0 };

	if (e) {
		call_end(a, e);
		return;
	}
	int rc = s->judge(&k->call, body, &why);
	if (rc > 0 && loop_now() < k->deadline) {
		call_wait(a, CALL_LOOK_MS, judge_again);
		return;
	}
	struct service_state now = call_state_now(a, &k->call, body);
	if (rc > 0)
		err_set(&why, ERR_FAILED, _("%s does not say whether the change is in force."),
		        s->label);
	else if (rc == 0 && !call_is_state(now.fields, k->call.is))
		err_set(&why, ERR_FAILED, _("%1$s answered, but did not take the change of %2$s."),
		        s->label, k->call.key);
	json_free(now.fields);
	if (why.code)
		call_end(a, &why);
	else
		call_wait(a, s->settle_ms, settled);
}

static void
judge_again(void *ctx)
{
	struct apply *a = ctx;

	a->timer = 0;
	call_look(a, on_judged);
}

static void
tick(void *ctx)
{
	struct apply *a = ctx;
	struct calling *k = &a->calling;
	const unsigned waited = (unsigned)((loop_now() - k->sent) / 1000);
	const struct service *s = service_find(k->call.service);

	k->ticker = loop_after(a->loop, TICK_MS, tick, a);
	apply_say(a, "call", PROGRESS_NOW,
	          Q_("%1$s has been at work for %2$u second", "%1$s has been at work for %2$u seconds", waited),
	          s->label, waited);
}

static void
on_answer(void *ctx, const struct json *body, const struct err *e)
{
	struct apply *a = ctx;
	struct calling *k = &a->calling;
	const long status = client_status(k->client);
	struct err why = { 0 };

	(void)body;
	k->out = false;
	loop_cancel(a->loop, k->ticker);
	k->ticker = 0;
	if (e && status >= 400 && status < 500) {
		/* It was refused as it stood, so nothing was changed. */
		a->written = k->wrote;
		note(a, "refused", &why);
		call_end(a, e);
	} else if (e) {
		call_end(a, e);
	} else if (note(a, "answered", &why) < 0) {
		call_end(a, &why);
	} else {
		k->deadline = loop_now() + CALL_JUDGE_MS;
		call_look(a, on_judged);
	}
}

static void
send(struct apply *a)
{
	struct calling *k = &a->calling;
	struct err why = { 0 };

	if (journal_line(&a->journal, to_json(k, a->plan->steps.v[k->number - 1].leaving), &why) < 0) {
		call_end(a, &why);
		return;
	}
	k->wrote = a->written;
	a->written = k->out = true;
	k->sent = loop_now();
	k->ticker = loop_after(a->loop, TICK_MS, tick, a);
	client_ask(k->client, k->call.method, k->call.path, k->call.body,
	            (int)k->call.seconds * 1000, on_answer, a);
}

static void
on_looked(void *ctx, const struct json *body, const struct err *e)
{
	struct apply *a = ctx;
	struct calling *k = &a->calling;
	struct err why = { 0 }, ignored = { 0 };

	if (e) {
		call_end(a, e);
		return;
	}
	struct service_state now = call_state_now(a, &k->call, body);
	call_fill(a, &k->call, now.id);
	k->fine = service_find(k->call.service)->judge(&k->call, body, &ignored) == 0;
	if (call_is_state(now.fields, k->call.is)) {
		call_end(a, NULL);
	} else if (!call_is_state(now.fields, k->call.was)) {
		call_conflict(&k->call, &why);
		call_end(a, &why);
	} else
		send(a);
	json_free(now.fields);
}

void
call_step(struct apply *a, const struct call *c, unsigned number, call_then *then)
{
	struct calling *k = &a->calling;

	k->call = *c;
	k->number = number;
	k->then = then;
	k->client = call_client(a, c);
	call_look(a, on_looked);
}
