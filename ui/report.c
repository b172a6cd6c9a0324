#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "console.h"

const char *const report_groups[N_CHECK_GROUPS] = {
	[GROUP_DIRECT]    = N_("Direct access"),
	[GROUP_PUBLIC]    = N_("Public address"),
	[GROUP_WEBSOCKET] = N_("WebSocket"),
	[GROUP_SSE]       = N_("Event streams (SSE)"),
	[GROUP_GZIP]      = N_("Gzip"),
	[GROUP_BODY]      = N_("Body size"),
	[GROUP_TIME]      = N_("Timeouts"),
	[GROUP_HEADERS]   = N_("Headers"),
	[GROUP_CDN]       = N_("CDN"),
};

/* A mark and its colour say a state; the word beside them says the same. */
static const struct { const char *utf8, *ascii, *colour; } marks[] = {
	[CHECK_PASS] = { "\u2713", "+", "32" },
	[CHECK_WARN] = { "!",      "!", "33" },
	[CHECK_FAIL] = { "\u2717", "x", "31" },
	[CHECK_SKIP] = { "-",      "-", NULL },
};

enum { LABEL_MAX = 28, WORD_MAX = 9, INDENT = 4 };

void
report_init(struct report *r, FILE *out, const char *color, bool plain)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = isatty(fileno(out)), dumb = !term || !*term || !strcmp(term, "dumb");
	struct winsize size;

	*r = (struct report){ .out = out, .plain = plain };
	r->utf8 = i18n_is_utf8() && !(terminal && term && !strcmp(term, "linux"));
	if (color && !strcmp(color, "always"))
		r->colour = true;
	else if (!color || !strcmp(color, "auto"))
		r->colour = terminal && !dumb && !plain && !(no_color && *no_color);
	if (terminal && !ioctl(fileno(out), TIOCGWINSZ, &size) && size.ws_col >= 40)
		r->width = size.ws_col > 100 ? 100 : size.ws_col;
	if (plain && r->width > 76)
		r->width = 76;
}

static void
put(struct report *r, const char *s, size_t bytes)
{
	struct buf shown = BUF_INIT;
	char *copy = xstrndup(s, bytes);

	console_text(&shown, copy);
	fwrite(shown.s, 1, shown.len, r->out);
	buf_free(&shown);
	free(copy);
}

struct wrapped {
	struct report *r;
	int            indent, lines;
};

static void
put_wrapped(void *ctx, const char *line, size_t bytes)
{
	struct wrapped *w = ctx;

	if (w->lines++)
		fprintf(w->r->out, "\n%*s", w->indent, "");
	put(w->r, line, bytes);
}

/* Text from the present column on, later lines indented to it; ends the line. */
static void
put_text(struct report *r, const char *text, int indent)
{
	struct wrapped w = { .r = r, .indent = r->plain ? 0 : indent };

	if (r->width && r->width - w.indent >= 20)
		text_wrap(text, r->width - w.indent, put_wrapped, &w);
	else
		put(r, text, strlen(text));
	fputc('\n', r->out);
}

void
report_line(struct report *r, const char *text)
{
	put_text(r, text, 0);
}

static void
put_mark(struct report *r, enum check_status s)
{
	const char *mark = r->utf8 ? marks[s].utf8 : marks[s].ascii;

	if (r->colour && marks[s].colour)
		fprintf(r->out, "\033[%sm%s\033[m", marks[s].colour, mark);
	else
		fputs(mark, r->out);
}

static void
put_word(struct report *r, enum check_status s, const char *word)
{
	bool bold = r->colour && (s == CHECK_FAIL || s == CHECK_WARN);
	struct buf cell = BUF_INIT;

	text_clip(&cell, word, WORD_MAX, true);
	fputs(bold ? "\033[1m" : "", r->out);
	put(r, cell.s, cell.len);
	fputs(bold ? "\033[m" : "", r->out);
	buf_free(&cell);
}

static void
put_state(struct report *r, enum check_status s, const char *word, const char *label,
          int label_width,
          const char *detail)
{
	struct buf text = BUF_INIT;

	if (r->plain) {
		/* Behind a whole sentence comes no comma. */
		const size_t n = strlen(label);
		const bool sentence = n && strchr(".!?", label[n - 1]);

		buf_printf(&text, sentence && *detail ? "%s: %s (%s)" : *detail ? "%s: %s, %s" : "%s: %s%s",
		           word, label, detail);
		put_text(r, text.s, 0);
	} else {
		fprintf(r->out, "%*s", INDENT, "");
		put_mark(r, s);
		fputc(' ', r->out);
		put_word(r, s, word);
		fputc(' ', r->out);
		if (label_width && text_width(label) <= label_width) {
			text_clip(&text, label, label_width, true);
			buf_puts(&text, "  ");
		} else {
			buf_printf(&text, "%s  ", label);
		}
		put(r, text.s, text.len);
		put_text(r, detail, INDENT + 2 + WORD_MAX + 1 + text_width(text.s));
	}
	buf_free(&text);
}

void
report_state(struct report *r, enum check_status s, const char *word, const char *label,
             const char *detail)
{
	put_state(r, s, word, label, 14, detail);
}

/* A line under a check: "why: ...". */
static void
put_below(struct report *r, const char *label, const char *text)
{
	struct buf line = BUF_INIT;
	int indent = r->plain ? 0 : INDENT + 2 + WORD_MAX + 1;

	fprintf(r->out, "%*s", indent, "");
	buf_printf(&line, "%s: ", label);
	put(r, line.s, line.len);
	put_text(r, text, indent + text_width(line.s));
	buf_free(&line);
}

bool
report_is_alike(const struct check_run *run, size_t i, size_t k)
{
	const struct check_result *a = check_at(run, i), *b = check_at(run, k);

	return check_finished(run, i) && check_finished(run, k) && a->cause && a->cause == b->cause && a->target == b->target &&
	       !strcmp(a->fix ? a->fix : "", b->fix ? b->fix : "");
}

bool
report_is_told(const struct check_run *run, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (report_is_alike(run, k, i))
			return true;
	return false;
}

void
report_also(struct buf *out, const struct check_run *run, size_t i)
{
	for (size_t k = i + 1; k < check_count(run); k++)
		if (report_is_alike(run, i, k))
			buf_printf(out, "%s%s", out->len ? ", " : "", check_at(run, k)->label);
}

/* What is behind a check that did not pass: once for all that have the same cause. */
static void
put_cause(struct report *r, const struct check_run *run, size_t i)
{
	const struct check_result *c = check_at(run, i);
	struct buf also = BUF_INIT;

	if (c->cause)
		put_below(r, _("cause"), _(c->cause->sentence));
	report_also(&also, run, i);
	if (also.len) /* TRANSLATORS: in front of the names of other checks with the same cause */
		put_below(r, _("the same cause"), also.s);
	if (c->why)
		put_below(r, _("why it matters"), c->why);
	if (c->fix)
		put_below(r, _("what fixes it"), c->fix);
	if (c->cause && sign_sentence(c->cause->sign))
		put_below(r, _("known sign"), sign_sentence(c->cause->sign));
	buf_free(&also);
}

static void
put_check(struct report *r, const struct check_run *run, size_t i, int label_width)
{
	const struct check_result *c = check_at(run, i);

	put_state(r, c->status, check_status_word(c->status), c->label, label_width, c->detail);
	if (c->status == CHECK_PASS || c->status == CHECK_SKIP)
		return;
	if (!report_is_told(run, i))
		put_cause(r, run, i);
	if (c->where.file) { /* each may be to blame on a line of its own */
		struct buf place = BUF_INIT;
		buf_printf(&place, "%s:%d", c->where.file, c->where.line);
		put_below(r, _("place"), place.s);
		buf_free(&place);
	}
}

/* ---- what was not checked, for one reason ---- */

static bool
is_skipped_alike(const struct check_run *run, size_t i, size_t k)
{
	const struct check_result *a = check_at(run, i), *b = check_at(run, k);

	return check_finished(run, i) && check_finished(run, k) && a->target == b->target && a->status == CHECK_SKIP &&
	       b->status == CHECK_SKIP && !strcmp(a->detail, b->detail);
}

/* Of those that share a reason with others the first tells it, behind the rest. */
static bool
is_collected(const struct check_run *run, size_t i, bool *first)
{
	size_t n = 0;

	*first = true;
	for (size_t k = 0; k < check_count(run); k++) {
		if (!is_skipped_alike(run, i, k))
			continue;
		*first = *first && k >= i;
		n++;
	}
	return n > 1;
}

static void
put_collected(struct report *r, const struct check_run *run, size_t i, int label_width)
{
	struct buf count = BUF_INIT, names = BUF_INIT;
	int n = 0;

	for (size_t k = i; k < check_count(run); k++)
		if (is_skipped_alike(run, i, k)) {
			buf_printf(&names, "%s%s", n ? ", " : "", check_at(run, k)->label);
			n++;
		}
	buf_printf(&count, Q_("%d check", "%d checks", (unsigned long)n), n);
	put_state(r, CHECK_SKIP, check_status_word(CHECK_SKIP), count.s, label_width, check_at(run, i)->detail);
	put_below(r, _("these"), names.s);
	buf_free(&count);
	buf_free(&names);
}

static void
put_all_collected(struct report *r, const struct check_run *run, enum check_target target, int label_width)
{
	bool first;

	for (size_t i = 0; i < check_count(run); i++)
		if (check_finished(run, i) && check_at(run, i)->target == target && is_collected(run, i, &first) && first)
			put_collected(r, run, i, label_width);
}

static void
put_target(struct report *r, enum check_target t, const struct report_targets *names)
{
	const char *name = t == TARGET_DIRECT ? names->origin : names->public_url;
	struct buf line = BUF_INIT;

	/* TRANSLATORS: headings of a report; %s is an address */
	if (t == TARGET_DIRECT)
		buf_printf(&line, _("Directly: %s"), name ? name : "");
	else if (t == TARGET_PUBLIC)
		buf_printf(&line, _("Through the proxy: %s"), name ? name : "");
	else
		buf_printf(&line, _("In the rehearsal: %s"), name ? name : "");
	fputc('\n', r->out);
	put_text(r, line.s, 0);
	buf_free(&line);
}

void
report_checks(struct report *r, const struct check_run *run, const struct report_targets *t)
{
	int width = 8;

	for (size_t i = 0; i < check_count(run); i++) {
		int w = check_finished(run, i) ? text_width(check_at(run, i)->label) : 0;
		if (w > width)
			width = w < LABEL_MAX ? w : LABEL_MAX;
	}
	for (enum check_target target = TARGET_DIRECT; target <= TARGET_REHEARSAL; target++) {
		int group = -1;
		for (size_t i = 0; i < check_count(run); i++) {
			const struct check_result *c = check_at(run, i);
			bool first;

			if (!check_finished(run, i) || c->target != target)
				continue;
			if (group < 0)
				put_target(r, target, t);
			if (is_collected(run, i, &first)) {
				group = group < 0 ? N_CHECK_GROUPS : group;
				continue;
			}
			if (group != (int)c->group) {
				group = c->group;
				fprintf(r->out, "%*s", r->plain ? 0 : 2, "");
				put_text(r, _(report_groups[group]), 2);
			}
			put_check(r, run, i, width);
		}
		put_all_collected(r, run, target, width);
	}
}

const char *
report_sentence(const struct check_run *run)
{
	struct check_summary n = check_summary(run);
	const struct cause *cause = check_verdict(run);

	if (cause)
		return _(cause->sentence);
	if (n.fail)
		return _("A check failed.");
	if (!check_ready(run))
		return _("Nothing failed, but not everything that is needed could be proved.");
	if (n.warn)
		return _("It works; what is worth a look is marked as a warning.");
	return _("It works: everything OpenChamber needs gets through.");
}

void
report_counts(struct buf *out, const struct check_run *run)
{
	struct check_summary n = check_summary(run);

	buf_printf(out,
	           _("passed %1$d, warnings %2$d, failed %3$d, skipped %4$d"), n.pass, n.warn, n.fail, n.skip);
}

void
report_verdict(struct report *r, const struct check_run *run)
{
	const struct cause *cause = check_verdict(run);
	struct buf line = BUF_INIT;

	fputc('\n', r->out);
	buf_puts(&line, report_sentence(run));
	if (cause)
		buf_printf(&line, " (%s)", cause->id);
	put_text(r, line.s, 0);
	buf_cut(&line, 0);
	report_counts(&line, run);
	put_text(r, line.s, 0);
	buf_free(&line);
}

/* The steps of an apply as people name them; the stable names are for --json. */
static const struct { const char *step, *label; } steps[] = {
	{ "lock",      N_("lock") },
	{ "backup",    N_("backup") },
	{ "write",     N_("write") },
	{ "link",      N_("link") },
	{ "set-aside", N_("set aside") },
	{ "call", N_("call") },
	{ "validate",  N_("validate") },
	{ "reload",    N_("reload") },
	{ "proof",     N_("proof") },
	{ "verify",    N_("verify") },
	{ "keep",      N_("keep") },
	{ "undo",      N_("undo") },
};

static const char *
step_label(const char *step)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (!strcmp(steps[i].step, step))
			return _(steps[i].label);
	return step;
}

/* All steps in one column, however long their names are in this language. */
static int
step_columns(void)
{
	int most = 0;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (text_width(_(steps[i].label)) > most)
			most = text_width(_(steps[i].label));
	return most;
}

void
report_step(struct report *r, const struct progress *p)
{
	static const struct { enum check_status mark; const char *word; } states[] = {
		[PROGRESS_DONE] = { CHECK_PASS, N_("done") },
		[PROGRESS_FAIL] = { CHECK_FAIL, N_("fail") },
		[PROGRESS_SKIP] = { CHECK_SKIP, N_("skip") },
	};

	if (p->state == PROGRESS_NOW)
		return;
	put_state(r, states[p->state].mark, _(states[p->state].word), step_label(p->step), step_columns(),
	          p->text);
	fflush(r->out);
}
