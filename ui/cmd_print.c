/* cmd_print.c - the files it would write, on stdout. */
#include "cmd.h"
#include "by_hand.h"
#include "cmd_plan.h"

#include <stdio.h>

#include "base/i18n.h"
#include "base/self.h"
#include "proxy/hand.h"

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

/* For a proxy that nothing is written for: the text, and what a person does with it. */
static int
print_hand(struct cmd *c, const struct planned *p, struct err *e)
{
	const struct hand *h = hand_find(p->answers.proxy);
	const struct proxy_context context = {
		.answers = &p->answers, .needs = &c->needs, .templates = c->o->templates, .root = c->o->root,
	};
	struct buf text = BUF_INIT;
	int rc = hand_render(&text, h, &context, e);

	if (rc == 0 && c->o->json) {
		struct json *doc = cmd_json(c->o), *files = json_array(), *file = json_object();

		json_set_string(file, "path", h->file);
		json_set_string(file, "mode", "0644");
		json_set_string(file, "text", text.s);
		json_push(files, file);
		json_set(doc, "files", files);
		cmd_put_json(doc);
	} else if (rc == 0) {
		struct report beside;

		fputs(text.s, stdout);
		report_init(&beside, stderr, c->o->color, c->o->plain);
		report_line(&beside, _("This is yours to put there; antechamber writes nothing. Its usual place:"));
		fprintf(stderr, "%s\n", h->file);
		report_line(&beside, _("Then prove it:"));
		fprintf(stderr, "%s check --origin %s --public %s\n", self_command(), p->origin, p->public_url);
	}
	buf_free(&text);
	return rc;
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
	} else if (hand_find(p.answers.proxy)) {
		if (print_hand(&c, &p, &e) < 0)
			status = cmd_fail(o, &e);
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
