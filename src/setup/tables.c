/* tables.c - the checklist pages: one row a route or a question, one column a way. */
#include "setup/state.h"
#include "setup/watch.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

#define MAX_IDS 3

/* Which checks stand behind a page's step. */
static const unsigned groups_of[N_PAGES] = {
	[PAGE_WEBSOCKET] = 1u << GROUP_WEBSOCKET | 1u << GROUP_HEADERS,
	[PAGE_SSE]       = 1u << GROUP_SSE,
	[PAGE_GZIP]      = 1u << GROUP_GZIP,
	[PAGE_BODY]      = 1u << GROUP_BODY,
	[PAGE_TIMEOUTS]  = 1u << GROUP_TIME,
};

/* Rows that are not routes: a label and the checks it stands for, the worst counts. */
static const struct row {
	enum page   page;
	const char *label;
	const char *ids[MAX_IDS];
	const char *good; /* shown beside a pass, or NULL */
	bool        direct; /* does the direct column have it? */
} rows[] = {
	/* TRANSLATORS: rows of tables, at most 23 columns */
	{ PAGE_WEBSOCKET, "Host, X-Forwarded-*",         { "headers.host", "headers.proto" }, NULL, false },
	{ PAGE_WEBSOCKET, N_("forged sender"),           { "headers.client" }, N_("kept out"), false },
	{ PAGE_GZIP,      N_("a page, label and body"),  { "gzip.encoding" }, NULL, true },
	{ PAGE_GZIP,      N_("compressed once only"),    { "gzip.layers" }, NULL, true },
	{ PAGE_BODY,      N_("the size is accepted"),    { "body.limit" }, NULL, true },
	{ PAGE_BODY,      N_("passed on as it comes"), { "body.spool" }, NULL, false },
};

const char *
setup_way_name(enum way w)
{
	static const char *const names[] = {
		/* TRANSLATORS: columns of a table: OpenChamber itself, the private trial run, the address as it is now */
		[WAY_DIRECT] = N_("direct"), [WAY_REHEARSAL] = N_("rehearsal"), [WAY_TODAY] = N_("today"),
	};

	return _(names[w]);
}

bool
setup_has_way(const struct setup *s, enum way w)
{
	const struct check_result *r;

	if (w != WAY_TODAY)
		return true;
	r = run_result(s, WAY_TODAY, "public.answer");
	return r && r->status == CHECK_PASS;
}

static bool
way_is_running(const struct setup *s, enum way w)
{
	if (w == WAY_REHEARSAL)
		return s->rehearsal && !s->rehearsed;
	return run_of(s, w) && !check_is_done(run_of(s, w));
}

static struct setup_cell
cell_of(const struct setup *s, enum way w, const char *const *ids, const char *good, bool timed)
{
	struct setup_cell c = { MARK_NONE, "", "", 0 };
	double slowest = 0;
	bool all = true;

	if (w == WAY_REHEARSAL && s->rehearsal_none)
		return (struct setup_cell){ MARK_SKIP, setup_mark_word(MARK_SKIP), "", 0 };
	for (size_t i = 0; i < MAX_IDS && ids[i]; i++) {
		const struct check_result *r = run_result(s, w, ids[i]);

		all = all && r;
		c.mark = mark_worst(c.mark, mark_of(r));
		if (r && r->seconds > slowest)
			slowest = r->seconds;
	}
	if (!all && way_is_running(s, w))
		c.mark = c.mark == MARK_FAIL ? MARK_FAIL : MARK_NOW;
	c.word = setup_mark_word(c.mark);
	if (c.mark == MARK_PASS && good && !setup_has_way(s, WAY_TODAY)) {
		c.value = _(good);
	} else if (c.mark == MARK_PASS && timed && !setup_has_way(s, WAY_TODAY)) {
		struct buf b = BUF_INIT;

		text_seconds(&b, slowest);
		c.value = say(s, _("%ss"), b.s);
		c.seconds = slowest;
		buf_free(&b);
	}
	return c;
}

static void
fill(const struct setup *s, struct setup_row *row, const char *const *ids, const char *good, bool timed, bool direct)
{
	for (enum way w = 0; w < N_WAYS; w++)
		if ((w != WAY_DIRECT || direct) && setup_has_way(s, w))
			row->cell[w] = cell_of(s, w, ids, good, timed);
		else
			row->cell[w] = (struct setup_cell){ MARK_NONE, "", "", 0 };
}

static size_t
table_routes(const struct setup *s, const struct need_route *routes, size_t n, const char *kind,
             struct setup_row *out, size_t max)
{
	size_t k = 0;

	for (size_t i = 0; i < n && k < max; i++) {
		const char *ids[MAX_IDS] = { say(s, "%s.%s", kind, routes[i].id), NULL };
		const char *label = routes[i].path;

		if (strncmp(label, "/api/", 5) == 0)
			label += 4;
		out[k].label = label;
		fill(s, &out[k++], ids, NULL, true, true);
	}
	return k;
}

size_t
setup_table(const struct setup *s, enum page p, struct setup_row *out, size_t max, const char **corner)
{
	size_t n = 0;

	*corner = "";
	if (fields_wrong(s, p))
		return 0;
	if (p == PAGE_WEBSOCKET) {
		*corner = "/api";
		n = table_routes(s, s->needs.sockets, s->needs.n_sockets, "ws", out, max);
	} else if (p == PAGE_SSE) {
		*corner = _("/api, first event");
		n = table_routes(s, s->needs.streams, s->needs.n_streams, "sse", out, max);
	}
	for (size_t i = 0; i < ARRAY_LEN(rows) && n < max; i++)
		if (rows[i].page == p) {
			out[n].label = _(rows[i].label);
			fill(s, &out[n++], rows[i].ids, rows[i].good, false, rows[i].direct);
		}
	return n;
}

const struct check_timeline *
setup_timeline(const struct setup *s, enum way w)
{
	const struct check_run *r = run_of(s, w);

	for (size_t i = 0; r && i < check_count(r); i++) {
		const struct check_result *result = check_finished(r, i) ? check_at(r, i) : NULL;

		if (result && result->group == GROUP_SSE && result->timeline)
			return result->timeline;
	}
	return NULL;
}

/* ---- marks of the steps ---- */

static enum mark
mark_of_groups(const struct setup *s, enum way w, unsigned groups)
{
	const struct check_run *r = run_of(s, w);
	bool waiting = !r && way_is_running(s, w);
	enum mark m = MARK_NONE;

	for (size_t i = 0; r && i < check_count(r); i++) {
		const struct check_result *result = check_at(r, i);

		if (!(groups >> result->group & 1) || (w == WAY_DIRECT && result->target != TARGET_DIRECT))
			continue;
		if (!check_finished(r, i))
			waiting = waiting || !check_is_done(r);
		else
			m = mark_worst(m, result->required || result->status != CHECK_FAIL ? mark_of(result) : MARK_WARN);
	}
	return waiting && m != MARK_FAIL ? MARK_NOW : m;
}

static enum mark
mark_of_lines(const struct setup *s, enum page p)
{
	struct setup_line lines[16];
	const size_t n = setup_lines(s, p, lines, ARRAY_LEN(lines));
	enum mark m = MARK_NONE;

	for (size_t i = 0; i < n; i++)
		m = mark_worst(m, lines[i].mark);
	return m;
}

enum mark
setup_mark(const struct setup *s, enum page p)
{
	struct setup_failure f;
	enum mark m;

	if (p >= N_STEPS)
		return MARK_NONE;
	if (s->has_interrupted) /* the run that was broken off had come as far as the last step */
		return p == PAGE_APPLY ? MARK_WARN : MARK_PASS;
	if (s->page == PAGE_WATCH && p < PAGE_APPLY)
		return MARK_NONE;
	if (p == PAGE_APPLY) {
		if (s->child || (s->page == PAGE_WATCH && watch_runs(s)))
			return MARK_NOW;
		if (s->outcome == OUTCOME_UNDONE && by_hand_commands(s))
			return MARK_WARN;
		return s->outcome == OUTCOME_NONE ? MARK_NONE
		     : s->outcome == OUTCOME_WORKS || s->outcome == OUTCOME_UNCHANGED ||
		       (s->outcome == OUTCOME_UNDONE && s->deed != DEED_APPLY) ? MARK_PASS : MARK_FAIL;
	}
	if ((!s->seen[p] && !groups_of[p]) || fields_wrong(s, p))
		return MARK_NONE;
	switch (p) {
	case PAGE_START:
		return s->detecting || s->looking ? MARK_NOW : s->page == PAGE_START ? MARK_NONE : MARK_PASS;
	case PAGE_DIRECT:
		/* An upload larger than it takes is a warning of step 8. */
		m = mark_of_groups(s, WAY_DIRECT, 1u << GROUP_BODY);
		return m == MARK_WARN ? mark_of_groups(s, WAY_DIRECT, ~(1u << GROUP_BODY)) : mark_of_groups(s, WAY_DIRECT, ~0u);
	case PAGE_REVIEW:
		return s->page > PAGE_REVIEW ? MARK_PASS : MARK_NONE;
	case PAGE_PROXY:
		return s->by_hand ? MARK_SKIP : mark_of_lines(s, p);
	case PAGE_PUBLIC:
		if (!s->answers.has_public || (s->page == p && !s->answers.has_tls)) /* something is to be chosen yet */
			return MARK_NONE;
		return setup_is_fronted(s) ? mark_worst(mark_of_lines(s, p), mark_of_lines(s, PAGE_FRONT))
		                           : mark_of_lines(s, p);
	default:
		if (s->rehearsal_none)
			return MARK_SKIP;
		if (!s->rehearsal)
			return MARK_NONE;
		if (setup_failure(s, p, &f))
			return MARK_FAIL;
		/* The waiting that was not done is no mark of its own. */
		if (p == PAGE_TIMEOUTS && hold_mark(s) != MARK_NONE && hold_mark(s) != MARK_SKIP)
			return hold_mark(s);
		if (p == PAGE_TIMEOUTS && s->rehearsed && mark_of_groups(s, WAY_REHEARSAL, groups_of[p]) == MARK_SKIP)
			return MARK_PASS;
		if (p == PAGE_BODY && s->rehearsed && body_is_less(s))
			return mark_worst(MARK_WARN, mark_of_groups(s, WAY_REHEARSAL, groups_of[p]));
		return mark_of_groups(s, WAY_REHEARSAL, groups_of[p]);
	}
}

/* ---- the first failure of a page ---- */

static bool
failure_of(const struct check_result *c, struct setup_failure *out)
{
	*out = (struct setup_failure){
		.what = c->detail, .why = c->why ? c->why : "", .fix = c->fix ? c->fix : "",
		.cause = c->cause ? c->cause->id : "", .file = c->where.file, .line = c->where.line,
	};
	return true;
}

static bool
failure_from(const struct setup *s, enum way w, unsigned groups, struct setup_failure *out)
{
	const struct check_run *r = run_of(s, w);

	for (size_t i = 0; r && i < check_count(r); i++) {
		const struct check_result *c = check_at(r, i);

		if (!check_finished(r, i) || c->status != CHECK_FAIL || !(groups >> c->group & 1) ||
		    (w == WAY_DIRECT && c->target != TARGET_DIRECT))
			continue;
		return failure_of(c, out);
	}
	return false;
}

const struct check_result *
page_trouble(const struct setup *s, enum way w, enum page p, enum check_status status)
{
	const struct check_run *r = run_of(s, w);

	for (size_t i = 0; r && i < check_count(r); i++) {
		const struct check_result *c = check_at(r, i);

		if (check_finished(r, i) && c->status == status && (groups_of[p] >> c->group & 1) &&
		    (w == WAY_DIRECT || c->target != TARGET_DIRECT))
			return c;
	}
	return NULL;
}

bool
setup_failure_of(const struct setup *s, enum way w, struct setup_failure *out)
{
	return failure_from(s, w, ~0u, out);
}

bool
setup_failure(const struct setup *s, enum page p, struct setup_failure *out)
{
	const struct proxy_found *f;
	const char *fix;
	bool found;

	if (fields_wrong(s, p))
		return false;
	if (p == PAGE_DIRECT)
		found = failure_from(s, WAY_DIRECT, ~0u, out);
	else if (p == PAGE_TIMEOUTS && hold_mark(s) == MARK_FAIL)
		found = failure_of(mark_of(hold_result(s, "time.stream")) == MARK_FAIL ? hold_result(s, "time.stream")
		                   : hold_result(s, "time.idle"), out);
	else if (groups_of[p])
		found = failure_from(s, WAY_REHEARSAL, groups_of[p], out);
	else
		found = false;
	f = find_proxy(s);
	fix = found && f && p != PAGE_DIRECT && f->proxy->fix ? f->proxy->fix(out->cause) : NULL;
	if (fix)
		out->fix = _(fix);
	return found;
}
