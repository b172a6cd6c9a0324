/* plan_hash.c - by which a plan is known again. */
#include "apply/plan.h"

#include <string.h>

#include "apply/place.h"
#include "base/crypto.h"

/* With its length in front, so that no two lists read the same. */
static void
put(struct buf *out, const char *s)
{
	if (s)
		buf_printf(out, "%zu:%s", strlen(s), s);
	else
		buf_putc(out, '-');
}

/* All of it: also what was there when it was read, so that another state makes another plan. */
static void
put_call(struct buf *out, const struct call *call)
{
	struct call c = *call;
	const char *name, **at;

	for (size_t i = 0; call_string(&c, i, &name, &at); i++)
		put(out, *at);
}

/* Where links lead to: one that is turned after the review makes another plan. */
static void
put_place(struct buf *out, const char *root, const struct step *s)
{
	struct place at = PLACE_INIT;
	struct err ignored = { 0 };
	const bool known = place_open(&at, root, s->path, s->kind == STEP_WRITE ? PLACE_FOLLOW : 0, &ignored) >= 0;
	const size_t len = known ? strlen(at.real) : 0;

	if (known && (strncmp(s->path, at.real, len) != 0 || (s->path[len] && s->path[len] != '/')))
		put(out, at.real);
	place_close(&at);
}

void
plan_hash(const struct plan *p, char out[65])
{
	struct buf all = BUF_INIT;

	for (size_t i = 0; i < p->steps.n; i++) {
		const struct step *s = &p->steps.v[i];

		buf_printf(&all, "\n%d %d %o ", (int)s->kind, (int)s->role, (unsigned)s->mode);
		if (s->leaving)
			put(&all, "leaving");
		put(&all, s->path);
		if (s->path)
			put_place(&all, p->context.root, s);
		put(&all, s->made ? "made" : s->text);
		put(&all, s->target);
		for (const char *const *arg = s->argv; arg && *arg; arg++)
			put(&all, *arg);
		for (const char *const *arg = s->again; arg && *arg; arg++)
			put(&all, *arg);
		if (s->kind == STEP_CALL)
			put_call(&all, s->call);
	}
	crypto_sha256(all.s, all.len, out);
	buf_free(&all);
}

bool
plan_replaces(const struct plan *p, char out[65])
{
	struct buf all = BUF_INIT;
	bool closed = false;

	for (size_t i = 0; i < p->steps.n && !closed; i++) {
		const struct step *s = &p->steps.v[i];
		struct buf text = BUF_INIT;
		struct err ignored = { 0 };

		if ((s->kind != STEP_WRITE && s->kind != STEP_SET_ASIDE) || plan_state(p, i) != PLAN_CHANGED)
			continue;
		closed = step_read(&text, p->context.root, s, CONTENT_MAX, &ignored) < 0;
		put(&all, s->path);
		put(&all, text.s);
		buf_free(&text);
	}
	const bool known = !closed && all.len > 0;
	if (known)
		crypto_sha256(all.s, all.len, out);
	buf_free(&all);
	return known;
}
