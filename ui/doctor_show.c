/* doctor_show.c - the findings, for people and for scripts. */
#include "console.h"
#include "doctor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/excerpt.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/self.h"
#include "loop/proc.h"
#include "proxy/boxed.h"

/* ---- lines of a file ---- */

static void
put_source(struct report *r, const struct excerpt_line *l)
{
	struct buf text = BUF_INIT, shown = BUF_INIT;
	const bool bold = l->guilty && r->colour;

	if (l->apart && !r->plain)
		fputs("         ...\n", r->out);
	buf_printf(&text, r->plain ? l->guilty ? "> %d: " : "%d: " : l->guilty ? "  > %4d | " : "    %4d | ", l->number);
	buf_puts(&text, l->text);
	console_text(&shown, text.s);
	fprintf(r->out, "%s%s%s\n", bold ? "\033[1m" : "", shown.s, bold ? "\033[m" : "");
	buf_free(&text);
	buf_free(&shown);
}

static void
put_excerpt(struct doctor *d, struct report *r, const struct check_where *w)
{
	struct excerpt_line line[EXCERPT_MAX];
	const size_t n = excerpt_around(line, &d->arena, proxy_root(&d->p.found, d->c->o->root), w->file, w->line);

	for (size_t i = 0; i < n; i++)
		put_source(r, &line[i]);
}

/* ---- one finding ---- */

static void
put_labelled(struct report *r, const char *label, const char *text)
{
	struct buf line = BUF_INIT;

	buf_printf(&line, "%s: %s", label, text);
	report_line(r, line.s);
	buf_free(&line);
}

static void
put_checks(struct report *r, const struct finding *one)
{
	struct buf line = BUF_INIT;

	for (size_t i = 0; i < one->n_checks; i++)
		buf_printf(&line, "%s%s", i ? ", " : "", one->checks[i]->label);
	if (line.len)
		/* TRANSLATORS: a label in front of a list of checks */
		put_labelled(r, _("failed checks"), line.s);
	buf_free(&line);
}

/* Both hops, so that everyone sees where it breaks. */
static void
put_seen(struct doctor *d, struct report *r, const struct finding *one)
{
	const char *direct = finding_seen(one, d->run, TARGET_DIRECT), *seen;

	if (!one->n_checks) {
		report_line(r, _("The configuration tells this; no check was needed."));
		return;
	}
	seen = finding_seen(one, d->run, one->checks[0]->target);
	if (*direct && direct != seen)
		/* TRANSLATORS: a label: what was seen without the proxy */
		put_labelled(r, _("seen directly"), direct);
	if (*seen)
		/* TRANSLATORS: a label: what was seen */
		put_labelled(r, _("seen"), seen);
}

static void
put_places(struct doctor *d, struct report *r, const struct finding *one)
{
	struct buf line = BUF_INIT;

	if (one->n_places) {
		buf_printf(&line, "%s:%d", one->places[0].file, one->places[0].line);
		put_labelled(r, _("place"), line.s);
		put_excerpt(d, r, &one->places[0]);
		buf_cut(&line, 0);
	}
	for (size_t i = 1; i < one->n_places; i++)
		buf_printf(&line, "%s%s:%d", i > 1 ? ", " : "", one->places[i].file,
		           one->places[i].line);
	if (line.len)
		/* TRANSLATORS: a label in front of more lines of files */
		put_labelled(r, _("the same at"), line.s);
	if (!one->n_places && d->site && one->n_checks && one->checks[0]->target == TARGET_PUBLIC &&
	    one->status == CHECK_FAIL && d->p.found.proxy->repair)
		report_line(r, _("No line of the files explains it. If they were edited since the "
		                 "proxy started, reload it."));
	buf_free(&line);
}

static void
put_diff(struct report *r, const char *diff)
{
	while (*diff) {
		size_t len = strcspn(diff, "\n");
		const char *colour = !r->colour ? NULL : *diff == '+' ? "32" : *diff == '-' ? "31"
		                     : *diff == '@' ? "36" : NULL;
		struct buf shown = BUF_INIT;
		char *line = xstrndup(diff, len);

		console_text(&shown, line);
		if (colour)
			fprintf(r->out, "\033[%sm", colour);
		fputs(shown.s, r->out);
		fputs(colour ? "\033[m\n" : "\n", r->out);
		free(line);
		buf_free(&shown);
		diff += len + (diff[len] == '\n');
	}
}

static void
put_change(struct doctor *d, struct report *r, size_t i)
{
	const struct finding *one = &d->findings.v[i];
	struct buf diff = BUF_INIT, line = BUF_INIT;
	struct err e = { 0 };

	if (one->refused.code != ERR_NONE) {
		report_line(r, one->refused.msg);
	} else if (one->settled_by != i) {
		buf_printf(&line, _("The change of finding %zu settles this too."),
		           one->settled_by + 1);
		report_line(r, line.s);
	} else if (one->plan.steps.n) {
		fputc('\n', r->out);
		if (plan_diff(&diff, &one->plan, &e) < 0)
			report_line(r, e.msg);
		else
			put_diff(r, diff.s);
	}
	buf_free(&diff);
	buf_free(&line);
}

static void
put_finding(struct doctor *d, struct report *r, size_t i)
{
	const struct finding *one = &d->findings.v[i];
	struct buf line = BUF_INIT;

	fputc('\n', r->out);
	/* TRANSLATORS: a heading: finding 1 of 2 */
	buf_printf(&line, _("Finding %1$zu of %2$zu"), i + 1, d->findings.n);
	report_line(r, line.s);
	report_state(r, one->status, check_status_word(one->status), _(one->cause->sentence),
	             one->cause->id);
	put_labelled(r, _("why it matters"), _(one->cause->why));
	put_labelled(r, _("what fixes it"), one->fix);
	put_checks(r, one);
	put_seen(d, r, one);
	put_places(d, r, one);
	put_change(d, r, i);
	buf_free(&line);
}

/* ---- all of them ---- */

void
doctor_show(struct doctor *d)
{
	struct report r;
	struct buf line = BUF_INIT;
	const struct findings *f = &d->findings;

	report_init(&r, stdout, d->c->o->color, d->c->o->plain);
	if (f->n == 0 && check_ready(d->run)) {
		buf_printf(&line, _("Nothing fails: OpenChamber works at %s"), d->p.public_url);
		report_line(&r, line.s);
	} else if (f->n == 0) {
		report_line(&r, report_sentence(d->run));
	}
	if (f->n && d->c->o->root) {
		/* TRANSLATORS: %s is a directory that was given with --root */
		buf_printf(&line, _("Every path here lies below %s"), d->c->o->root);
		report_line(&r, line.s);
	}
	for (size_t i = 0; i < f->n; i++)
		put_finding(d, &r, i);
	if (check_origin_has_password(d->run) && !check_logged_in(d->run)) {
		if (f->n)
			fputc('\n', stdout);
		report_line(&r, _("OpenChamber has a password, so not everything could be seen. "
		                  "Give it with --password-file."));
	}
	buf_free(&line);
}

static struct json *
json_of(const struct doctor *d, size_t i)
{
	const struct finding *one = &d->findings.v[i];
	struct json *j = json_object(), *checks = json_array(), *places = json_array();
	struct buf diff = BUF_INIT;
	struct err e = { 0 };

	json_set_string(j, "cause", one->cause->id);
	json_set_string(j, "status", check_status_name(one->status));
	json_set_string(j, "sentence", _(one->cause->sentence));
	json_set_string(j, "why", _(one->cause->why));
	json_set_string(j, "fix", one->fix);
	for (size_t k = 0; k < one->n_checks; k++)
		json_push(checks, json_string(one->checks[k]->id));
	json_set(j, "checks", checks);
	for (size_t k = 0; k < one->n_places; k++) {
		struct json *place = json_object();
		json_set_string(place, "file", one->places[k].file);
		json_set_int(place, "line", one->places[k].line);
		json_push(places, place);
	}
	json_set(j, "places", places);
	if (one->settled_by != i)
		json_set_string(j, "settledBy", d->findings.v[one->settled_by].cause->id);
	else if (one->plan.steps.n && plan_diff(&diff, &one->plan, &e) == 0)
		json_set_string(j, "diff", diff.s);
	if (one->refused.code != ERR_NONE)
		json_set_string(j, "refused", one->refused.msg);
	buf_free(&diff);
	return j;
}

struct json *
doctor_json(struct doctor *d)
{
	struct json *list = json_array();

	for (size_t i = 0; i < d->findings.n; i++)
		json_push(list, json_of(d, i));
	return list;
}

/* Whoever may write the files now needs no sudo. */
static bool
needs_sudo(struct doctor *d)
{
	const struct plan *p = &d->findings.plan;

	for (size_t i = 0; i < p->steps.n; i++) {
		const struct step *s = &p->steps.v[i];
		const char *path = s->path ? fs_path(&d->arena, d->c->o->root, s->path) : NULL;

		if (path && (access(path, W_OK) < 0 ||
		             access(fs_dirname(&d->arena, path), W_OK) < 0))
			return true;
	}
	return false;
}

void
doctor_command(struct buf *out, struct doctor *d)
{
	const struct options *o = d->c->o;
	const char *argv[32];
	size_t n = 0;
	const struct { const char *name, *value; } given[] = {
		{ "--origin", d->p.origin }, { "--public", d->p.public_url },
		{ "--proxy", o->proxy }, { "--conf", o->conf }, { "--root", o->root },
		{ "--cacert", o->cacert },
		{ "--password-file", o->password_file }, { "--cause", o->cause },
	};

	if (!d->findings.plan.steps.n)
		return;
	if (needs_sudo(d))
		argv[n++] = "sudo";
	argv[n++] = self_command();
	argv[n++] = "doctor";
	argv[n++] = "--fix";
	for (size_t i = 0; i < ARRAY_LEN(given); i++)
		if (given[i].value) {
			argv[n++] = given[i].name;
			argv[n++] = given[i].value;
		}
	if (o->insecure)
		argv[n++] = "--insecure";
	if (o->deep)
		argv[n++] = "--deep";
	if (o->allow_unprotected)
		argv[n++] = "--allow-unprotected";
	argv[n] = NULL;
	proc_show(out, argv);
}
