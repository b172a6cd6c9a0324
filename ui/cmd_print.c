/* cmd_print.c - the files it would write, on stdout. */
#include "cmd.h"
#include "by_hand.h"
#include "cmd_plan.h"

#include <stdio.h>

/* A request's body is what a file's text is elsewhere. */
static void
print_call(const struct plan *p, size_t step, bool named)
{
	struct buf text = BUF_INIT, name = BUF_INIT;

	plan_object(&name, p, step);
	plan_text(&text, p, step);
	if (named)
		printf("==> %s <==\n", name.s);
	fputs(text.s, stdout);
	buf_free(&text);
	buf_free(&name);
}

/*
 * One file is printed alone, so that it can be piped; several are told apart
 * as head(1) does.  A secret one is only named.
 */
static void
print_files(const struct plan *p)
{
	size_t files = 0;

	for (size_t i = 0; i < p->steps.n; i++)
		files += p->steps.v[i].kind == STEP_WRITE || p->steps.v[i].kind == STEP_CALL;
	for (size_t i = 0; i < p->steps.n; i++) {
		const struct step *s = &p->steps.v[i];
		if (s->kind == STEP_CALL)
			print_call(p, i, files > 1);
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
	struct report beside;
	struct err e = { 0 };
	struct cmd c;
	int status = 0;

	if (cmd_open(&c, o, &e) < 0 || planned_build(&c, &p, &e) < 0) {
		status = cmd_status(&c, cmd_fail(o, &e));
	} else if (by_hand_is(&p)) {
		if (by_hand_put(o, &p, &e) < 0)
			status = cmd_fail(o, &e);
	} else if (o->json) {
		struct json *doc = cmd_json(o);
		json_set(doc, "files", plan_files_json(&p.plan));
		json_set(doc, "calls", plan_calls_json(&p.plan));
		planned_by_hand(doc, NULL, &p);
		cmd_put_json(doc);
	} else {
		print_files(&p.plan);
		report_init(&beside, stderr, o->color, o->plain); /* stdout is for the file alone */
		planned_by_hand(NULL, &beside, &p);
	}
	planned_free(&p);
	cmd_close(&c);
	return status;
}
