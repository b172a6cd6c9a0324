/* cmd_print.c - the files it would write, on stdout. */
#include "cmd.h"
#include "cmd_plan.h"

#include <stdio.h>

/*
 * One file is printed alone, so that it can be piped; several are told apart
 * as head(1) does.  A secret one is only named.
 */
static void
print_files(const struct plan *p)
{
	size_t files = 0;

	for (size_t i = 0; i < p->steps.n; i++)
		files += p->steps.v[i].kind == STEP_WRITE;
	for (size_t i = 0; i < p->steps.n; i++) {
		const struct step *s = &p->steps.v[i];
		if (s->kind != STEP_WRITE)
			continue;
		if (files > 1)
			printf("==> %s <==\n", s->path);
		fputs(s->secret ? "" : s->text, stdout);
	}
}

int
cmd_print(const struct options *o)
{
	struct planned p = { 0 };
	struct err e = { 0 };
	struct cmd c;
	int status = 0;

	if (cmd_open(&c, o, &e) < 0 || planned_build(&c, &p, &e) < 0) {
		status = cmd_status(&c, cmd_fail(o, &e));
	} else if (o->json) {
		struct json *doc = cmd_json(o);
		json_set(doc, "files", plan_files_json(&p.plan));
		cmd_put_json(doc);
	} else {
		print_files(&p.plan);
	}
	planned_free(&p);
	cmd_close(&c);
	return status;
}
