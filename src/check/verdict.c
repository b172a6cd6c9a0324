#include "check/run.h"

#include <string.h>

#include "base/i18n.h"

/* Where in the chain a failed check stands: the first explains the rest. */
static int
phase_of(const struct check_result *c)
{
	static const int phases[N_CHECK_GROUPS] = {
		[GROUP_DIRECT] = 0, [GROUP_PUBLIC] = 1, [GROUP_WEBSOCKET] = 2, [GROUP_SSE] = 3,
		[GROUP_TIME] = 4, [GROUP_GZIP] = 6, [GROUP_BODY] = 7, [GROUP_HEADERS] = 8,
		[GROUP_CDN] = 9,
	};

	if (c->target == TARGET_DIRECT)
		return 0;
	if (!strcmp(c->id, "public.cache"))
		return 5;
	/* Whatever route a 502 was met on, it is the way that is broken. */
	if (c->cause && (!strcmp(c->cause->id, "upstream-down") ||
	                 !strcmp(c->cause->id, "upstream-timeout")))
		return 1;
	return phases[c->group];
}

static const struct check_result *
next_failed(const struct check_run *r, size_t *i)
{
	while (*i < r->n_checks) {
		const struct check *c = &r->checks[(*i)++];

		if (c->finished && c->result.status == CHECK_FAIL && c->result.cause)
			return &c->result;
	}
	return NULL;
}

static int
times(const struct check_run *r, const struct cause *cause, int phase)
{
	const struct check_result *c;
	int n = 0;

	for (size_t i = 0; (c = next_failed(r, &i)); )
		n += c->cause == cause && phase_of(c) == phase;
	return n;
}

const struct cause *
check_verdict(const struct check_run *r)
{
	const struct check_result *c, *best = NULL;

	for (size_t i = 0; (c = next_failed(r, &i)); ) {
		int phase = phase_of(c), lead = 0;

		if (best && phase > phase_of(best))
			continue;
		/* Among WebSockets the cause on most routes; elsewhere the order of the table. */
		if (best && phase == phase_of(best) && c->group == GROUP_WEBSOCKET)
			lead = times(r, c->cause, phase) - times(r, best->cause, phase);
		if (!best || phase < phase_of(best) || lead > 0 ||
		    (lead == 0 && c->cause->order < best->cause->order))
			best = c;
	}
	return best ? best->cause : NULL;
}

/* Add an id unless it is there: the same check may have failed on both sides. */
static size_t
add_id(const char **ids, size_t n, size_t max, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(ids[i], id))
			return n;
	if (n < max)
		ids[n++] = id;
	return n;
}

size_t
check_verdict_ids(const struct check_run *r, const char **ids, size_t max)
{
	const struct cause *verdict = check_verdict(r);
	const struct check_result *c;
	size_t n = 0;

	for (size_t i = 0; verdict && (c = next_failed(r, &i)); )
		if (c->cause == verdict)
			n = add_id(ids, n, max, c->id);
	return n;
}

struct check_summary
check_summary(const struct check_run *r)
{
	struct check_summary sum = { 0 };

	for (size_t i = 0; i < r->n_checks; i++) {
		const struct check *c = &r->checks[i];

		if (!c->shown || !c->finished)
			continue;
		sum.pass += c->result.status == CHECK_PASS;
		sum.warn += c->result.status == CHECK_WARN;
		sum.fail += c->result.status == CHECK_FAIL;
		sum.skip += c->result.status == CHECK_SKIP;
	}
	return sum;
}

static bool
blocks(const struct check *c)
{
	return c->shown && c->result.required && (!c->finished || c->result.status != CHECK_PASS);
}

bool
check_ready(const struct check_run *r)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		const struct check *c = &r->checks[i];

		if (blocks(c) || (c->finished && c->result.status == CHECK_FAIL))
			return false;
	}
	return true;
}

static struct json *
json_check(const struct check_result *c)
{
	struct json *j = json_object(), *where;

	json_set_string(j, "id", c->id);
	json_set_string(j, "group", check_group_name(c->group));
	json_set_string(j, "label", c->label);
	json_set_string(j, "target", check_target_name(c->target));
	json_set_string(j, "status", check_status_name(c->status));
	if (c->cause)
		json_set_string(j, "cause", c->cause->id);
	json_set_string(j, "detail", c->detail);
	json_set_string(j, "fix", c->fix);
	if (c->where.file) {
		where = json_object();
		json_set_string(where, "file", c->where.file);
		json_set_int(where, "line", c->where.line);
		json_set(j, "where", where);
	}
	json_set(j, "observed", json_copy(c->observed));
	json_set_real(j, "seconds", (double)(long long)(c->seconds * 1e6 + 0.5) / 1e6);
	return j;
}

static struct json *
json_targets(const struct check_run *r)
{
	struct json *j = json_object();

	if (r->side[DIRECT].present)
		json_set_string(j, "origin", r->side[DIRECT].base);
	if (r->side[FRONT].present)
		json_set_string(j, "public", r->side[FRONT].base);
	return j;
}

static struct json *
json_verdict(const struct check_run *r)
{
	const char *ids[64];
	size_t n = check_verdict_ids(r, ids, ARRAY_LEN(ids));
	struct json *j, *list;

	if (!check_verdict(r))
		return json_null();
	j = json_object();
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_push(list, json_string(ids[i]));
	json_set_string(j, "cause", check_verdict(r)->id);
	json_set(j, "checks", list);
	return j;
}

static struct json *
json_blockers(const struct check_run *r)
{
	struct json *list = json_array();
	const char *ids[64];
	size_t n = 0;

	for (size_t i = 0; i < r->n_checks; i++)
		if (blocks(&r->checks[i]))
			n = add_id(ids, n, ARRAY_LEN(ids), r->checks[i].result.id);
	for (size_t i = 0; i < n; i++)
		json_push(list, json_string(ids[i]));
	return list;
}

struct json *
check_json(const struct check_run *r, const char *command)
{
	struct json *j = json_object(), *tool = json_object();
	struct json *checks = json_array(), *summary = json_object();
	struct check_summary sum = check_summary(r);

	json_set_string(tool, "name", "antechamber");
	json_set_string(tool, "version", VERSION);
	json_set_int(j, "schema", 1);
	json_set(j, "tool", tool);
	json_set_string(j, "command", command);
	json_set(j, "targets", json_targets(r));
	for (size_t i = 0; i < r->n_checks; i++)
		if (r->checks[i].shown && r->checks[i].finished)
			json_push(checks, json_check(&r->checks[i].result));
	json_set(j, "checks", checks);
	json_set_int(summary, "pass", sum.pass);
	json_set_int(summary, "warn", sum.warn);
	json_set_int(summary, "fail", sum.fail);
	json_set_int(summary, "skip", sum.skip);
	json_set(j, "summary", summary);
	json_set(j, "verdict", json_verdict(r));
	json_set_bool(j, "ready", check_ready(r));
	json_set(j, "blockers", json_blockers(r));
	return j;
}
