/* cmd_diff.c - what would change in the files on this server, as a unified diff. */
#include "cmd.h"
#include "cmd_plan.h"

#include <stdio.h>
#include <string.h>

#include "report.h"

static void
put_coloured(const char *diff)
{
	while (*diff) {
		size_t n = strcspn(diff, "\n");
		const char *colour = *diff == '+' ? "32" :
		                     *diff == '-' ? "31" :
		                     *diff == '@' ? "36" : NULL;
		if (colour)
			printf("\033[%sm%.*s\033[m\n", colour, (int)n, diff);
		else
			printf("%.*s\n", (int)n, diff);
		diff += n + (diff[n] == '\n');
	}
}

static int
show(const struct options *o, const struct plan *p, struct err *e)
{
	struct buf diff = BUF_INIT;
	char replaces[65];
	struct report r;

	if (plan_diff(&diff, p, e) < 0) {
		buf_free(&diff);
		return -1;
	}
	report_init(&r, stdout, o->color, o->plain);
	if (o->json) {
		struct json *doc = cmd_json(o);
		json_set_string(doc, "diff", diff.s);
		json_set_bool(doc, "changes", plan_changes(p));
		if (plan_replaces(p, replaces))
			json_set_string(doc, "replaces", replaces);
		cmd_put_json(doc);
	} else if (r.colour) {
		put_coloured(diff.s);
	} else {
		fwrite(diff.s, 1, diff.len, stdout);
	}
	buf_free(&diff);
	return 0;
}

int
cmd_diff(const struct options *o)
{
	struct planned p = { 0 };
	struct err e = { 0 };
	struct cmd c;
	int status = 0;

	if (cmd_open(&c, o, &e) < 0 || planned_build(&c, &p, &e) < 0 || show(o, &p.plan, &e) < 0)
		status = cmd_status(&c, cmd_fail(o, &e));
	planned_free(&p);
	cmd_close(&c);
	return status;
}
