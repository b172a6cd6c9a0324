/* cmd_lint.c - what is wrong with a text for Nginx Proxy Manager's Advanced field. */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "proxy/npm_lint.h"
#include "report.h"

static const struct {
	const char *id, *word; /* the word: N_() */
} harms[N_NPM_HARMS] = {
	[NPM_OFFLINE]   = { "offline", N_("offline") },
	[NPM_ELSEWHERE] = { "elsewhere", N_("leads elsewhere") },
	[NPM_LOSES]     = { "loses-headers", N_("loses headers") },
	[NPM_HOLDS]     = { "holds-back", N_("holds answers back") },
	[NPM_LIMITS]    = { "limits-uploads", N_("limits uploads") },
	[NPM_BYPASSES]  = { "bypasses", N_("goes past a setting") },
	[NPM_USELESS]   = { "useless", N_("does nothing") },
};

/* The line of the text, as it is written. */
static void
excerpt(struct buf *out, const struct buf *text, int line)
{
	const char *p = text->s;

	while (--line > 0 && (p = strchr(p, '\n')))
		p++;
	if (!p)
		return;
	p += strspn(p, " \t");
	text_safe(out, p, strcspn(p, "\r\n"), 60);
}

/* The same said of many lines is explained once. */
static bool
is_told(const struct npm_lint *l, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (l->v[k].rule == l->v[i].rule && strcmp(l->v[k].what, l->v[i].what) == 0)
			return true;
	return false;
}

static void
put_finding(struct report *r, const char *file, const struct buf *text, const struct npm_lint *l,
            size_t i)
{
	const struct npm_finding *f = &l->v[i];
	struct buf place = BUF_INIT, more = BUF_INIT;

	if (f->line) {
		buf_printf(&place, "%s:%d:%d: ", file, f->line, f->column);
		excerpt(&place, text, f->line);
	}
	report_state(r, f->rule->warns ? CHECK_WARN : CHECK_FAIL, f->rule->warns ? _("warn") : _("fail"),
	             _(harms[f->rule->harm].word), place.s);
	report_line(r, f->what);
	report_line(r, _(f->rule->fix));
	for (size_t k = i + 1; k < l->n; k++)
		if (l->v[k].rule == f->rule && strcmp(l->v[k].what, f->what) == 0)
			buf_printf(&more, "%s%d:%d", more.len ? ", " : "", l->v[k].line, l->v[k].column);
	if (more.len) {
		struct buf also = BUF_INIT;
		/* TRANSLATORS: %s are places, as "12:1, 20:1" */
		buf_printf(&also, _("The same at %s."), more.s);
		report_line(r, also.s);
		buf_free(&also);
	}
	report_line(r, "");
	buf_free(&place);
	buf_free(&more);
}

static const char *
verdict(const struct npm_lint *l)
{
	if (npm_lint_has(l, NPM_OFFLINE))
		return _("nginx refuses this text: the host goes offline the moment it is saved.");
	if (npm_lint_count(l, false))
		return _("The host stays online, but OpenChamber does not work through it.");
	if (l->n)
		return _("OpenChamber works with this text. What is named above can be better.");
	return _("Nothing is wrong with this text.");
}

static void
put_people(const struct options *o, const struct buf *text, const struct npm_lint *l)
{
	const char *file = strcmp(o->npm, "-") == 0 ? "stdin" : o->npm;
	struct report r;

	report_init(&r, stdout, o->color, o->plain);
	for (size_t i = 0; i < l->n; i++)
		if (!is_told(l, i))
			put_finding(&r, file, text, l, i);
	report_line(&r, verdict(l));
}

static struct json *
finding_json(const struct options *o, const struct npm_finding *f)
{
	struct json *j = json_object(), *where = json_object();

	json_set_string(j, "id", f->rule->id);
	json_set_string(j, "status", f->rule->warns ? "warn" : "fail");
	json_set_string(j, "harm", harms[f->rule->harm].id);
	json_set_string(j, "detail", f->what);
	json_set_string(j, "fix", _(f->rule->fix));
	json_set_string(where, "file", o->npm);
	json_set_int(where, "line", f->line);
	json_set_int(where, "column", f->column);
	json_set(j, "where", where);
	return j;
}

static void
put_document(const struct options *o, const struct npm_lint *l)
{
	struct json *doc = cmd_json(o), *list = json_array(), *summary = json_object();

	for (size_t i = 0; i < l->n; i++)
		json_push(list, finding_json(o, &l->v[i]));
	json_set_int(summary, "fail", (long long)npm_lint_count(l, false));
	json_set_int(summary, "warn", (long long)npm_lint_count(l, true));
	json_set(doc, "findings", list);
	json_set(doc, "summary", summary);
	json_set_bool(doc, "offline", npm_lint_has(l, NPM_OFFLINE));
	json_set_bool(doc, "ready", npm_lint_count(l, false) == 0);
	cmd_put_json(doc);
}

/* What its own API would not take is no text to look at. */
static int
read_text(struct buf *out, const struct options *o, struct err *e)
{
	const char *path = strcmp(o->npm, "-") == 0 ? "/dev/stdin" : o->npm;
	struct err why = { 0 };

	if (fs_read_given(out, path, NPM_TEXT_MAX, &why) < 0)
		return err_set(e, ERR_VALUE, "--npm: %s", why.msg);
	if (memchr(out->s, '\0', out->len))
		return err_set(e, ERR_VALUE, _("--npm: %s is not a text."), o->npm);
	return 0;
}

int
cmd_lint(const struct options *o)
{
	struct npm_lint l = { .websockets = !o->no_websockets };
	struct buf text = BUF_INIT;
	struct needs needs = { 0 };
	struct err e = { 0 };
	int status;

	if (needs_load(&needs, o->templates, NULL, &e) < 0 || read_text(&text, o, &e) < 0 ||
	    npm_lint_text(&l, o->templates, &needs, text.s, text.len, &e) < 0) {
		status = cmd_fail(o, &e);
	} else {
		if (o->json)
			put_document(o, &l);
		else
			put_people(o, &text, &l);
		status = npm_lint_count(&l, false) || (o->strict && l.n) ? err_status(ERR_FAILED) : 0;
	}
	npm_lint_free(&l);
	needs_free(&needs);
	buf_free(&text);
	return status;
}
