#include "check/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

static void
side_init(struct check_run *r, int i, enum check_target target, const struct url *url)
{
	struct side *s = &r->side[i];
	struct buf b = BUF_INIT;

	s->run = r;
	s->target = target;
	if (!url)
		return;
	s->present = true;
	s->url = *url;
	url_base(&b, url);
	s->base = arena_strdup(&r->arena, b.s);
	buf_cut(&b, 0);
	url_host(&b, url);
	s->host = arena_strdup(&r->arena, b.s);
	buf_free(&b);
	s->where.cacert = r->options.cacert;
	s->where.insecure = r->options.insecure;
	s->secret_ok = i == DIRECT;
	if (i == FRONT)
		s->where.connect_to = r->options.connect_to;
}

struct check_run *
check_start(struct loop *l, struct net *n, const struct needs *needs,
            const struct check_options *options,
            check_result_fn *on_result, check_done_fn *on_done, void *ctx, struct err *e)
{
	struct check_run *r;

	if (!options->origin && !options->public_url) {
		err_set(e, ERR_USAGE,
		        _("There is nothing to check: give --origin, --public or both."));
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	r->loop = l;
	r->net = n;
	r->needs = needs;
	r->options = *options;
	r->on_result = on_result;
	r->on_done = on_done;
	r->ctx = ctx;
	side_init(r, DIRECT, TARGET_DIRECT, options->origin);
	side_init(r, FRONT, options->rehearsal ? TARGET_REHEARSAL : TARGET_PUBLIC,
	          options->public_url);
	if (run_plan(r, e) < 0) {
		check_free(r);
		return NULL;
	}
	r->auth_known = !options->origin && !options->rehearsal;
	run_go(&r->side[DIRECT], AT_ONCE);
	run_go(&r->side[FRONT], AT_ONCE);
	run_tell_soon(r);
	return r;
}

void
check_free(struct check_run *r)
{
	if (!r)
		return;
	run_quiet(r);
	if (r->inside) {
		r->freed = true;
		return;
	}
	loop_cancel(r->loop, r->telling);
	for (size_t i = 0; i < r->n_checks; i++)
		json_free(r->checks[i].result.observed);
	for (int i = 0; i < N_SIDES; i++)
		json_free(r->side[i].version);
	arena_free(&r->arena);
	free(r);
}

bool
check_is_done(const struct check_run *r)
{
	return r->done;
}

size_t
check_count(const struct check_run *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_checks; i++)
		n += r->checks[i].shown;
	return n;
}

static const struct check *
shown_at(const struct check_run *r, size_t n)
{
	for (size_t i = 0; i < r->n_checks; i++)
		if (r->checks[i].shown && n-- == 0)
			return &r->checks[i];
	return NULL;
}

const struct check_result *
check_at(const struct check_run *r, size_t i)
{
	const struct check *c = shown_at(r, i);

	return c ? &c->result : NULL;
}

bool
check_finished(const struct check_run *r, size_t i)
{
	const struct check *c = shown_at(r, i);

	return c && c->finished;
}

const struct check_result *
check_find(const struct check_run *r, const char *id, enum check_target t)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		const struct check *c = &r->checks[i];

		if (c->shown && c->result.target == t && !strcmp(c->result.id, id))
			return &c->result;
	}
	return NULL;
}

const char *
check_status_name(enum check_status s)
{
	switch (s) {
	case CHECK_PASS:
		return "pass";
	case CHECK_WARN:
		return "warn";
	case CHECK_FAIL:
		return "fail";
	case CHECK_SKIP:
		return "skip";
	}
	return "";
}

const char *
check_status_word(enum check_status s)
{
	switch (s) {
	/* TRANSLATORS: the four states of a check, at most 9 columns each */
	case CHECK_PASS:
		return _("pass");
	case CHECK_WARN:
		return _("warn");
	case CHECK_FAIL:
		return _("fail");
	case CHECK_SKIP:
		return _("skip");
	}
	return "";
}

const char *
check_group_name(enum check_group g)
{
	static const char *const names[N_CHECK_GROUPS] = {
		[GROUP_DIRECT] = "direct",
		[GROUP_PUBLIC] = "public",
		[GROUP_WEBSOCKET] = "websocket",
		[GROUP_SSE] = "sse",
		[GROUP_GZIP] = "gzip",
		[GROUP_BODY] = "body",
		[GROUP_TIME] = "timeouts",
		[GROUP_HEADERS] = "headers",
		[GROUP_CDN] = "cdn",
	};

	return g < N_CHECK_GROUPS ? names[g] : "";
}

const char *
check_target_name(enum check_target t)
{
	switch (t) {
	case TARGET_DIRECT:
		return "direct";
	case TARGET_PUBLIC:
		return "public";
	case TARGET_REHEARSAL:
		return "rehearsal";
	}
	return "";
}

const char *
check_target_word(enum check_target t)
{
	switch (t) {
	case TARGET_DIRECT:
		return _("direct");
	case TARGET_PUBLIC: /* TRANSLATORS: by the public address */
		return _("public");
	case TARGET_REHEARSAL:
		return _("rehearsal");
	}
	return "";
}

void
check_set_where(struct check_run *r, const struct check_result *result, const char *file, int line)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		if (&r->checks[i].result != result)
			continue;
		r->checks[i].result.where.file = arena_strdup(&r->arena, file);
		r->checks[i].result.where.line = line;
	}
}

const char *
check_origin_version(const struct check_run *r)
{
	const char *v = r->side[DIRECT].version ?
	                json_get_string(r->side[DIRECT].version, "openchamberVersion", "") : "";

	return say_clean((struct arena *)&r->arena, v, strlen(v), 40);
}

bool
check_origin_has_password(const struct check_run *r)
{
	return r->auth == AUTH_IN || r->auth == AUTH_OUT;
}

bool
check_logged_in(const struct check_run *r)
{
	return r->auth == AUTH_IN;
}
