/* later_lines.c - what differs on this server from what the last run left. */
#include "setup/repair.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "apply/diff.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"

bool
later_drifts(const struct setup *s)
{
	return s->has_plan && plan_changes(&s->plan);
}

static void
add(struct setup_line *out, size_t max, size_t *n, enum mark m, const char *text)
{
	if (*n < max)
		out[(*n)++] = (struct setup_line){ m, setup_mark_word(m), text, "", 0 };
}

static void
add_certificate(const struct setup *s, struct setup_line *out, size_t max, size_t *n)
{
	for (size_t i = 0; i < s->n_certs; i++) {
		const struct found_cert *c = &s->certs[i];
		int days;

		if (!c->known || !s->answers.certificate || strcmp(c->certificate, s->answers.certificate) != 0)
			continue;
		days = cert_days_left(&c->cert, time(NULL));
		if (days < 0)
			add(out, max, n, MARK_FAIL, _("the certificate has expired"));
		else if (s->has_last && s->last.certificate_until && c->cert.not_after > s->last.certificate_until)
			add(out, max, n, days < 14 ? MARK_WARN : MARK_PASS,
			    say(s, Q_("the certificate was renewed: %d day left", "the certificate was renewed: %d days left",
			              (unsigned long)days), days));
		else
			add(out, max, n, days < 14 ? MARK_WARN : MARK_PASS,
			    say(s, Q_("the certificate: %d day left", "the certificate: %d days left", (unsigned long)days), days));
	}
}

/* The day it was edited; a file that carries an older one is told by what differs. */
static const char *
edit_of(const struct setup *s, const char *path)
{
	unsigned out_of, into;
	struct stat st;

	if (s->has_last && stat(fs_path(s->say, s->o.root, path), &st) == 0 && st.st_mtime > s->last.when)
		/* TRANSLATORS: a file, a date */
		return say(s, _("%1$s was edited, %2$s"), path, later_date(s, st.st_mtime));
	diff_count(setup_diff((struct setup *)s), &out_of, &into);
	return say(s, Q_("%1$s was edited since; %2$d line differs", "%1$s was edited since; %2$d lines differ",
	                 (unsigned long)(out_of + into)), path, (int)(out_of + into));
}

static const char *
openchamber_of(const struct setup *s)
{
	const char *now = check_origin_version(s->direct), *before = s->has_last ? s->last.openchamber : "";

	if (*before && *now && strcmp(before, now) != 0) /* TRANSLATORS: two versions */
		return say(s, _("OpenChamber %1$s -> %2$s, same port"), before, now);
	return say(s, _("OpenChamber %1$s answers at %2$s"), now, setup_origin_base(s));
}

static const char *
proxy_of(const struct setup *s, const struct proxy_found *f)
{
	const char *now = f->version ? f->version : "", *before = "";

	if (s->has_last && strcmp(s->last.proxy, f->proxy->name) == 0)
		before = s->last.version;
	if (!f->running)
		return say(s, _("%1$s %2$s does not run"), f->proxy->label, now);
	if (!*before || !*now)
		return say(s, _("%1$s %2$s runs"), f->proxy->label, now);
	if (strcmp(before, now) == 0) /* TRANSLATORS: a proxy and its version, the same as in the last run */
		return say(s, _("%1$s %2$s, as before"), f->proxy->label, now);
	/* TRANSLATORS: a proxy and two versions */
	return say(s, _("%1$s %2$s -> %3$s"), f->proxy->label, before, now);
}

/* The long wait, and what came of it. */
static void
add_waited(const struct setup *s, struct setup_line *out, size_t max, size_t *n)
{
	static const char *const ids[] = { "time.stream", "time.idle" };

	if (!s->deep || !s->today)
		return;
	if (!check_is_done(s->today)) /* TRANSLATORS: seconds so far, of how many */
		add(out, max, n, MARK_NOW, say(s, _("holding a quiet stream: %1$d s of %2$d"),
		    (int)(loop_seconds() - s->deep_from), (int)check_hold_seconds(&s->needs)));
	for (size_t i = 0; i < ARRAY_LEN(ids) && check_is_done(s->today); i++) {
		const struct check_result *r = run_result(s, WAY_TODAY, ids[i]);

		if (r)
			add(out, max, n, mark_of(r), r->detail);
	}
}

/* It has one, which was not given. */
bool
later_lacks_password(const struct setup *s)
{
	return s->direct && check_is_done(s->direct) && check_origin_has_password(s->direct) && !check_logged_in(s->direct);
}

size_t
later_lines(const struct setup *s, struct setup_line *out, size_t max)
{
	const struct proxy_found *f = find_proxy(s);
	struct setup_failure failure;
	size_t n = 0;

	for (size_t i = 0; s->has_plan && i < s->plan.steps.n; i++) {
		const struct step *step = &s->plan.steps.v[i];
		enum plan_state state;

		if (step->kind != STEP_WRITE)
			continue;
		state = plan_state(&s->plan, i);
		if (state == PLAN_CHANGED && s->as_left)
			add(out, max, &n, MARK_PASS, say(s, _("%s is as the last fix left it"), step->path));
		else if (state == PLAN_CHANGED)
			add(out, max, &n, MARK_WARN, edit_of(s, step->path));
		else if (state == PLAN_NEW)
			add(out, max, &n, MARK_WARN, say(s, _("%s is gone"), step->path));
		else
			add(out, max, &n, MARK_PASS, say(s, _("%s is as it was written"), step->path));
	}
	add_certificate(s, out, max, &n);
	if (s->direct && check_is_done(s->direct)) {
		const struct check_result *r = run_result(s, WAY_DIRECT, "direct.answer");

		if (r && r->status == CHECK_PASS)
			add(out, max, &n, MARK_PASS, openchamber_of(s));
		else if (r)
			add(out, max, &n, MARK_FAIL, r->detail);
	}
	if (f && setup_is_told(s) && told_err(s, TOLD_PROXY))
		add(out, max, &n, MARK_FAIL, say(s, "%s", told_err(s, TOLD_PROXY)->msg));
	else if (f && f->installed)
		add(out, max, &n, f->broken.code != ERR_NONE ? MARK_FAIL : MARK_PASS,
		    f->broken.code != ERR_NONE ? say(s, "%s", f->broken.msg) : proxy_of(s, f));
	if (told_err(s, TOLD_FRONT))
		add(out, max, &n, MARK_WARN, say(s, "%s", told_err(s, TOLD_FRONT)->msg));
	if (setup_failure_of(s, WAY_TODAY, &failure))
		add(out, max, &n, MARK_FAIL, failure.what);
	add_waited(s, out, max, &n);
	if (later_lacks_password(s))
		add(out, max, &n, MARK_SKIP, _("without the UI password some checks are skipped, above all of streams"));
	return n;
}
