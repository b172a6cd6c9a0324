/* repair.c - the doctor: what is wrong with the site that leads to OpenChamber already, and which fixes are taken. */
#include "setup/public.h"
#include "setup/repair.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/diff.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/self.h"
#include "proxy/boxed.h"
#include "proxy/served.h"

#define CLOCK_SECONDS 2 /* when this server and a process began is known to a second each */

struct diagnosis {
	struct arena         arena;
	struct answers       answers; /* as the site has them, whatever was typed */
	struct served        served;
	struct check_options options;
	struct proxy_context context;
	struct check_run    *run;
	struct findings      findings;
	bool                 made;   /* the findings are there */
	const char         **diff;   /* of each of them its own change, or "" */
	time_t               edited; /* the site's file, and ... */
	time_t               began;  /* ... the newest process that reads it, as the findings were made; 0: not known */
};

static const struct proxy_site *
site_of(const struct setup *s)
{
	return s->existing ? s->existing : s->later ? s->our_site : NULL;
}

/* The whole of /proc is looked through for that: once. */
static void
note_reload(struct setup *s)
{
	const struct proxy_found *f = s->existing_in;
	struct diagnosis *d = s->diagnosis;
	struct stat st;

	if (!f->master || !f->binary || stat(fs_path(&d->arena, s->o.root, site_of(s)->file), &st) < 0)
		return;
	d->edited = st.st_mtime;
	d->began = machine_newest(fs_basename(f->binary), f->master);
}

static void
note_diffs(struct diagnosis *d)
{
	d->diff = arena_alloc(&d->arena, d->findings.n * sizeof(*d->diff));
	for (size_t i = 0; i < d->findings.n; i++) {
		const struct plan *p = &d->findings.v[i].plan;
		struct buf b = BUF_INIT;
		struct err e = { 0 };

		if (p->steps.n && plan_diff(&b, p, &e) < 0)
			buf_cut(&b, 0);
		d->diff[i] = arena_strdup(&d->arena, b.s ? b.s : "");
		buf_free(&b);
	}
}

static void
made(void *ctx, struct check_run *r)
{
	struct setup *s = ctx;
	struct diagnosis *d = s->diagnosis;
	struct err ignored;

	/* What could not be put together is told by each finding. */
	findings_make(&d->findings, r, &s->needs, &d->context, &d->served.here, &ignored);
	for (size_t i = 0; i < d->findings.n; i++) /* which are taken is asked, one by one */
		d->findings.v[i].taken = false;
	d->made = true;
	note_diffs(d);
	note_reload(s);
	if (!s->start_moved && s->page == PAGE_START)
		s->start = findings_failed(&d->findings) ? START_REPAIR : START_LOOK;
	plan_forget(s);
	setup_tell(s);
}

static void
one_more(void *ctx, struct check_run *r, const struct check_result *result)
{
	(void)ctx, (void)r, (void)result;
}

void
repair_forget(struct setup *s)
{
	struct diagnosis *d = s->diagnosis;

	if (!d)
		return;
	if (d->made)
		findings_free(&d->findings);
	check_free(d->run);
	answers_free(&d->answers);
	arena_free(&d->arena);
	free(d);
	s->diagnosis = NULL;
}

bool
repair_has_site(const struct setup *s)
{
	return site_of(s) != NULL;
}

void
repair_look(struct setup *s)
{
	struct diagnosis *d;
	struct err ignored;

	const struct proxy_site *site = site_of(s);

	repair_forget(s);
	if (!site || !s->answers.has_origin)
		return;
	s->diagnosis = d = xcalloc(1, sizeof(*d));
	answers_copy(&d->answers, &s->answers);
	d->answers.has_public = false;
	if (s->scratch) /* the doctor that writes is told no commands: it finds its own */
		d->answers.validate = d->answers.reload_argv = NULL;
	served_address(&d->answers, site);
	if (!d->answers.has_public) {
		repair_forget(s);
		return;
	}
	served_find(&d->served, &d->arena, &d->answers, s->existing_in, site, s->o.root);
	d->options = (struct check_options){
		.origin = &d->answers.origin,
		.public_url = &d->served.asked,
		.connect_to = d->served.connect_to,
		.cacert = s->practice_ca ? s->practice_ca : d->served.cacert,
		.password = s->scratch || (s->direct && check_logged_in(s->direct)) ? s->password : NULL,
		.own_addresses = s->own_addresses,
		.exposure_known = true,
	};
	d->context = (struct proxy_context){
		.answers = &d->answers, .found = s->existing_in, .needs = &s->needs,
		.templates = s->o.templates, .root = s->o.root,
	};
	d->run = check_start(s->loop, s->net, &s->needs, &d->options, one_more, made, s, &ignored);
	if (!d->run)
		repair_forget(s);
}

bool
repair_chosen(const struct setup *s)
{
	return s->start == START_REPAIR && s->diagnosis;
}

bool
repair_runs(const struct setup *s)
{
	return s->diagnosis && !s->diagnosis->made;
}

bool
repair_possible(const struct setup *s)
{
	return s->diagnosis && s->diagnosis->made && s->diagnosis->findings.n;
}

void
repair_begin(struct setup *s)
{
	s->answers.public_url = s->diagnosis->answers.public_url;
	s->answers.has_public = true;
}

/* ---- on the first page ---- */

void
lines_repair(const struct setup *s, struct lines *l)
{
	const struct diagnosis *d = s->diagnosis;

	if (!d || !s->existing)
		return;
	if (!d->made)
		line_add(l, MARK_NOW, setup_mark_word(MARK_NOW), s->existing->file, "");
	else if (findings_failed(&d->findings)) /* TRANSLATORS: %1$s is a whole sentence, %2$s a file */
		line_told(l, MARK_FAIL, say(s, _("%1$s The site is in %2$s"),
		          _(d->findings.v[0].cause->sentence), s->existing->file));
	else if (!check_ready(d->run))
		line_told(l, MARK_SKIP, s->existing->file);
	else
		line_told(l, MARK_PASS, say(s, _("it works by way of %s"), s->existing->file));
}

const char *
repair_summary(const struct setup *s)
{
	const struct diagnosis *d = s->diagnosis;
	struct check_summary sum;

	if (!d || !d->made)
		return _("OpenChamber already has a proxy here.");
	sum = check_summary(d->run);
	if (sum.fail)
		return say(s, _("OpenChamber already has a proxy here, but it does not work. Checks that fail: %1$d of %2$d."),
		           sum.fail, sum.fail + sum.warn + sum.pass);
	if (check_ready(d->run))
		return _("OpenChamber already has a proxy here, and it works.");
	return _("OpenChamber already has a proxy here.");
}

/* ---- finding by finding ---- */

size_t
setup_findings(const struct setup *s)
{
	return s->diagnosis && s->diagnosis->made ? s->diagnosis->findings.n : 0;
}

static void
tell_seen(const struct setup *s, const struct finding *one, struct setup_finding *out)
{
	const struct check_run *run = s->diagnosis->run;
	const char *direct = finding_seen(one, run, TARGET_DIRECT), *public = finding_seen(one, run, TARGET_PUBLIC);

	out->seen_direct = *public ? direct : "";
	out->seen = one->n_checks ? *public ? public : direct : _("The configuration tells this; no check was needed.");
}

/* No line is to blame, and the proxy may not have read the file as it is now; "": that is not so. */
static const char *
not_reloaded(const struct setup *s, const struct finding *one)
{
	const struct diagnosis *d = s->diagnosis;

	if (one->n_places || !one->n_checks || !d->began || d->edited <= d->began + CLOCK_SECONDS)
		return "";
	/* TRANSLATORS: %1$s is a proxy, %2$s and %3$s are times of the day */
	return say(s, _("The files look right, but the answer is wrong. Was %1$s reloaded? The file was edited %2$s, %1$s started %3$s."),
	           s->existing_in->proxy->label, say_when(s, "%H:%M", d->edited), say_when(s, "%H:%M", d->began));
}

static const char *
change_of(const struct setup *s, size_t i, const char *diff)
{
	const struct finding *one = &s->diagnosis->findings.v[i];
	const char *old = not_reloaded(s, one);
	unsigned out, in;

	if (*old)
		return old;
	if (one->refused.code != ERR_NONE)
		return say(s, "%s", one->refused.msg);
	if (!one->plan.steps.n)
		return _("There is no ready change for this; it has to be done by hand.");
	if (one->settled_by != i)
		return say(s, _("The change of finding %zu settles this too."), one->settled_by + 1);
	diff_count(diff, &out, &in);
	/* TRANSLATORS: how much a change takes out of a file and puts into it */
	return say(s, _("lines out: %1$u, lines in: %2$u"), out, in);
}

bool
setup_finding(const struct setup *s, size_t i, struct setup_finding *out)
{
	const struct finding *one;
	struct excerpt_line *source;

	if (i >= setup_findings(s))
		return false;
	one = &s->diagnosis->findings.v[i];
	*out = (struct setup_finding){
		.mark = one->status == CHECK_FAIL ? MARK_FAIL : MARK_WARN,
		.sentence = _(one->cause->sentence), .why = _(one->cause->why), .fix = one->fix,
		.cause = one->cause->id, .diff = "",
		.can_take = one->plan.steps.n && one->settled_by == i, .taken = one->taken,
	};
	tell_seen(s, one, out);
	if (one->n_places) {
		source = arena_alloc(s->say, EXCERPT_MAX * sizeof(*source));
		out->file = one->places[0].file;
		out->line = one->places[0].line;
		out->n_source = excerpt_around(source, s->say, proxy_root(s->existing_in, s->o.root), out->file, out->line);
		out->source = source;
	}
	if (out->can_take)
		out->diff = s->diagnosis->diff[i];
	out->change = change_of(s, i, out->diff);
	return true;
}

void
setup_take(struct setup *s, size_t i, bool take)
{
	struct findings *f = &s->diagnosis->findings;

	for (size_t k = 0; k < f->n; k++)
		if (f->v[k].settled_by == i)
			f->v[k].taken = take && f->v[k].plan.steps.n;
	plan_forget(s);
	setup_tell(s);
}

size_t
setup_findings_taken(const struct setup *s)
{
	size_t n = 0;

	for (size_t i = 0; i < setup_findings(s); i++)
		n += s->diagnosis->findings.v[i].taken;
	return n;
}

/* ---- from what was taken to the change ---- */

int
repair_plan(struct setup *s, struct plan *out, struct err *e)
{
	struct findings *f = &s->diagnosis->findings;

	if (!setup_findings_taken(s))
		return err_set(e, ERR_VALUE, _("No fix was taken, so there is nothing to write."));
	if (findings_take(f, &s->diagnosis->context, e) < 0)
		return -1;
	*out = f->plan;
	f->plan = (struct plan){ 0 };
	return 0;
}

static const char *
taken_causes(const struct setup *s)
{
	struct buf b = BUF_INIT;
	const char *text;

	for (size_t i = 0; i < setup_findings(s); i++)
		if (s->diagnosis->findings.v[i].taken)
			buf_printf(&b, "%s%s", b.len ? "," : "", s->diagnosis->findings.v[i].cause->id);
	text = say(s, "%s", b.s ? b.s : "");
	buf_free(&b);
	return text;
}

size_t
repair_argv(const struct setup *s, const char **v)
{
	struct buf origin = BUF_INIT, public_url = BUF_INIT;
	size_t n = 0;

	url_base(&origin, &s->diagnosis->answers.origin);
	url_base(&public_url, &s->diagnosis->answers.public_url);
	v[n++] = "doctor";
	v[n++] = "--fix";
	v[n++] = "--origin";
	v[n++] = say(s, "%s", origin.s);
	v[n++] = "--public";
	v[n++] = say(s, "%s", public_url.s);
	v[n++] = "--proxy";
	v[n++] = s->existing_in->proxy->name;
	v[n++] = "--cause";
	v[n++] = taken_causes(s);
	buf_free(&origin);
	buf_free(&public_url);
	return n;
}

const char *
repair_command(const struct setup *s)
{
	const char *v[REPAIR_ARGS + 2] = { self_command() };

	v[1 + repair_argv(s, v + 1)] = NULL;
	return say(s, "%s%s", machine_as_root(&s->machine), command_text(s, v));
}
