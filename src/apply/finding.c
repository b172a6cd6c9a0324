#include "apply/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

/* ---- which line is to blame ---- */

static const char *
route_path(const struct need_route *routes, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(routes[i].id, id))
			return routes[i].path;
	return "/";
}

const char *
finding_path(const struct needs *n, const struct check_result *r)
{
	const char *dot = strchr(r->id, '.');

	switch (r->group) {
	case GROUP_WEBSOCKET:
		return route_path(n->sockets, n->n_sockets, dot ? dot + 1 : "");
	case GROUP_SSE:
		return route_path(n->streams, n->n_streams, dot ? dot + 1 : "");
	case GROUP_TIME:
		return n->n_streams ? n->streams[0].path : "/";
	case GROUP_BODY:
		return n->upload;
	case GROUP_PUBLIC:
		return strcmp(r->id, "public.cache") == 0 ? n->health : n->version;
	case GROUP_HEADERS:
		return n->version;
	default:
		return "/";
	}
}

/* In the order in which they are read. */
static void
add_place(struct findings *f, struct finding *one, const char *file, int line)
{
	for (size_t i = 0; i < one->n_places; i++)
		if (one->places[i].line == line && !strcmp(one->places[i].file, file))
			return;
	struct check_where *v = arena_alloc(&f->arena, (one->n_places + 1) * sizeof(*v));
	if (one->n_places)
		memcpy(v, one->places, one->n_places * sizeof(*v));
	size_t at = one->n_places++;
	for (; at > 0 && (strcmp(v[at - 1].file, file) > 0 ||
	                  (!strcmp(v[at - 1].file, file) && v[at - 1].line > line)); at--)
		v[at] = v[at - 1];
	v[at] = (struct check_where){ arena_strdup(&f->arena, file), line };
	one->places = v;
}

static void
blame(struct findings *f, struct finding *one, struct check_run *run, const struct needs *needs,
      const struct proxy_context *c, const struct url *here)
{
	for (size_t i = 0; i < one->n_checks; i++) {
		const struct check_result *r = one->checks[i];
		const char *file;
		int line;

		if (c && c->found->proxy->blame && !r->where.file && r->target == TARGET_PUBLIC &&
		    c->found->proxy->blame(c->found, one->cause->id, here, finding_path(needs, r),
		                           &file, &line))
			check_set_where(run, r, file, line);
		if (r->where.file)
			add_place(f, one, r->where.file, r->where.line);
	}
}

/* ---- from checks to findings ---- */

static struct finding *
find(struct findings *f, const struct cause *cause)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].cause == cause)
			return &f->v[i];
	return NULL;
}

static struct finding *
add(struct findings *f, const struct cause *cause, enum check_status status)
{
	f->v = xreallocarray(f->v, f->n + 1, sizeof(*f->v));
	f->v[f->n] = (struct finding){ .cause = cause, .status = status, .fix = _(cause->fix) };
	return &f->v[f->n++];
}

static void
add_check(struct findings *f, const struct check_result *r)
{
	struct finding *one = find(f, r->cause);

	if (!one)
		one = add(f, r->cause, r->status);
	/* The warning of an optional route adds nothing to a failure. */
	if (one->n_checks && one->status == CHECK_FAIL && r->status == CHECK_WARN)
		return;
	if (one->status == CHECK_WARN && r->status == CHECK_FAIL) {
		one->status = CHECK_FAIL;
		one->n_checks = 0;
	}
	const struct check_result **v = arena_alloc(&f->arena, (one->n_checks + 1) * sizeof(*v));
	if (one->n_checks)
		memcpy(v, one->checks, one->n_checks * sizeof(*v));
	v[one->n_checks++] = r;
	one->checks = v;
}

/*
 * Behind something that ends TLS the checks say http and its own word is
 * missing: then a wrong scheme is only believed where a line is to blame.
 */
static bool
is_doubtful(const struct check_result *r, const struct proxy_context *c, const struct needs *n,
            const struct url *here)
{
	const char *file;
	int line;

	return c && c->answers->tls == TLS_UPSTREAM && !strcmp(r->cause->id, "ws-proto-lost") &&
	       !(c->found->proxy->blame && c->found->proxy->blame(c->found, r->cause->id, here,
	                                                          finding_path(n, r), &file, &line));
}

static void
gather(struct findings *f, const struct check_run *run, const struct needs *n,
       const struct proxy_context *c, const struct url *here)
{
	for (size_t i = 0; i < check_count(run); i++) {
		const struct check_result *r = check_finished(run, i) ? check_at(run, i) : NULL;

		if (r && r->cause && (r->status == CHECK_FAIL || r->status == CHECK_WARN) &&
		    !is_doubtful(r, c, n, here))
			add_check(f, r);
	}
}

/* ---- what only the configuration tells ---- */

static bool
passed(const struct check_run *run, const char *id)
{
	const struct check_result *r = check_find(run, id, TARGET_PUBLIC);

	return r && r->status == CHECK_PASS;
}

static void
read_one(struct findings *f, const struct proxy_context *c, const struct url *here,
         const char *cause, const char *path, enum check_status status)
{
	const struct cause *known = cause_find(cause);
	struct finding *one = find(f, known);
	const char *file;
	int line;

	if ((one && one->n_checks) ||
	    !c->found->proxy->blame(c->found, cause, here, path, &file, &line))
		return;
	if (!one)
		one = add(f, known, status);
	add_place(f, one, file, line);
}

/* Without a login nobody sees what Origin OpenChamber accepts. */
static bool
is_origin_untold(const struct check_run *run)
{
	return check_origin_has_password(run) && !check_logged_in(run);
}

/*
 * Asked over loopback, a proxy behind something that ends TLS is never told
 * https; a stream's end takes a minute to see; an echo needs a rehearsal.
 */
static void
read_config(struct findings *f, const struct check_run *run, const struct needs *n,
            const struct proxy_context *c, const struct url *here)
{
	const bool untold = is_origin_untold(run);

	if (c->found->broken.code != ERR_NONE) {
		struct finding *one = add(f, cause_find("config-invalid"), CHECK_FAIL);
		if (c->found->broken.file[0])
			add_place(f, one, c->found->broken.file, c->found->broken.line);
	}
	if (!c->found->proxy->blame || !passed(run, "public.answer"))
		return;
	for (size_t i = 0; i < n->n_sockets; i++) {
		if (untold && n->sockets[i].required)
			read_one(f, c, here, "ws-host-lost", n->sockets[i].path, CHECK_FAIL);
		if (n->sockets[i].required && (untold || c->answers->tls == TLS_UPSTREAM))
			read_one(f, c, here, "ws-proto-lost", n->sockets[i].path, CHECK_FAIL);
	}
	for (size_t i = 0; i < n->n_streams && !passed(run, "time.stream"); i++)
		read_one(f, c, here, "stream-cut", n->streams[i].path, CHECK_WARN);
	read_one(f, c, here, "forwarded-for-trusted", n->session, CHECK_WARN);
	read_one(f, c, here, "forwarded-for-lost", n->session, CHECK_WARN);
}

/* ---- what settles them ---- */

static bool
same_files(const struct plan *a, const struct plan *b)
{
	size_t n = 0, m = 0;

	for (size_t i = 0; i < b->steps.n; i++)
		m += b->steps.v[i].kind == STEP_WRITE;
	for (size_t i = 0; i < a->steps.n; i++) {
		const struct step *s = &a->steps.v[i];
		bool same = s->kind != STEP_WRITE;

		n += s->kind == STEP_WRITE;
		for (size_t k = 0; k < b->steps.n && !same; k++)
			same = b->steps.v[k].kind == STEP_WRITE &&
			       !strcmp(s->path, b->steps.v[k].path) &&
			       !strcmp(s->text, b->steps.v[k].text);
		if (!same)
			return false;
	}
	return n == m;
}

/* With this one settled, would the other need any more? */
static bool
settles(const struct finding *one, const struct finding *other, const struct proxy_context *c)
{
	const char *both[] = { one->cause->id, other->cause->id, NULL };
	struct plan together = { 0 };
	struct err ignored;
	bool same;

	if (!one->plan.steps.n || plan_repair(&together, c, both, &ignored) < 0)
		return false;
	same = same_files(&together, &one->plan);
	plan_free(&together);
	return same;
}

static void
find_repairs(struct findings *f, const struct proxy_context *c)
{
	for (size_t i = 0; i < f->n; i++) {
		struct finding *one = &f->v[i];
		const char *const alone[] = { one->cause->id, NULL };
		const char *words = c->found->proxy->fix ? c->found->proxy->fix(one->cause->id) : NULL;

		if (words)
			one->fix = _(words);
		if (c->found->installed)
			plan_repair(&one->plan, c, alone, &one->refused);
	}
}

static void
find_settled(struct findings *f, const struct proxy_context *c)
{
	for (size_t i = 0; i < f->n; i++) {
		struct finding *one = &f->v[i];

		one->taken = one->plan.steps.n != 0;
		for (size_t k = 0; k < i && one->plan.steps.n && one->settled_by == i; k++)
			if (f->v[k].settled_by == k && settles(&f->v[k], one, c))
				one->settled_by = k;
	}
}

int
findings_take(struct findings *f, const struct proxy_context *c, struct err *e)
{
	const char **taken = arena_alloc(&f->arena, (f->n + 1) * sizeof(*taken));
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].taken && f->v[i].plan.steps.n)
			taken[n++] = f->v[i].cause->id;
	plan_free(&f->plan);
	f->plan = (struct plan){ 0 };
	return n ? plan_repair(&f->plan, c, taken, e) : 0;
}

/* ---- in order ---- */

static bool
is_before(const struct finding *a, const struct finding *b, const struct cause *verdict)
{
	if (a->status != b->status)
		return a->status == CHECK_FAIL;
	if ((a->cause == verdict) != (b->cause == verdict))
		return a->cause == verdict;
	return a->cause->order < b->cause->order;
}

static void
sort(struct findings *f, const struct cause *verdict)
{
	for (size_t i = 1; i < f->n; i++)
		for (size_t k = i; k > 0 && is_before(&f->v[k], &f->v[k - 1], verdict); k--) {
			const struct finding other = f->v[k];

			f->v[k] = f->v[k - 1];
			f->v[k - 1] = other;
		}
}

/* A warning that nothing here can change is `check's to tell. */
static void
drop_idle_warnings(struct findings *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].status == CHECK_FAIL || f->v[i].plan.steps.n)
			f->v[n++] = f->v[i];
		else
			plan_free(&f->v[i].plan);
	f->n = n;
}

int
findings_make(struct findings *f, struct check_run *run, const struct needs *needs,
              const struct proxy_context *c, const struct url *here, struct err *e)
{
	*f = (struct findings){ 0 };
	gather(f, run, needs, c, here);
	for (size_t i = 0; i < f->n; i++)
		blame(f, &f->v[i], run, needs, c, here);
	if (c) {
		read_config(f, run, needs, c, here);
		find_repairs(f, c);
	}
	drop_idle_warnings(f);
	sort(f, check_verdict(run));
	for (size_t i = 0; i < f->n; i++)
		f->v[i].settled_by = i;
	if (!c)
		return 0;
	find_settled(f, c);
	return findings_take(f, c, e);
}

void
findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		plan_free(&f->v[i].plan);
	plan_free(&f->plan);
	free(f->v);
	arena_free(&f->arena);
	*f = (struct findings){ 0 };
}

const char *
finding_seen(const struct finding *one, const struct check_run *run, enum check_target way)
{
	const struct check_result *c = one->n_checks ? one->checks[0] : NULL;

	if (c && c->target != way)
		c = c->target == TARGET_DIRECT ? NULL : check_find(run, c->id, way);
	return c && (c->status == CHECK_PASS || c == one->checks[0]) ? c->detail : "";
}

size_t
findings_failed(const struct findings *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->v[i].status == CHECK_FAIL;
	return n;
}
