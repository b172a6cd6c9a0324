/*
 * report_md.c - the report as a file to hand to somebody.
 *
 * What came from the network is already cleaned; here it is kept from being
 * read as Markdown.  No password is ever in a result.
 */
#include "report.h"

#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "base/i18n.h"

static void
put_cell(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("|\\`*_<>[]#", *text))
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

static void
put_field(struct buf *out, const char *label, const char *text)
{
	buf_printf(out, "- %s: ", label);
	put_cell(out, text);
	buf_putc(out, '\n');
}

static void
put_failure(struct buf *out, const struct check_run *run, size_t i)
{
	const struct check_result *c = check_at(run, i);
	struct buf also = BUF_INIT;

	buf_printf(out, "\n### %s (%s)\n\n", c->id, check_target_word(c->target));
	put_field(out, check_status_word(c->status), c->detail);
	if (c->cause)
		put_field(out, c->cause->id, _(c->cause->sentence));
	report_also(&also, run, i);
	if (also.len)
		put_field(out, _("the same cause"), also.s);
	buf_free(&also);
	if (c->why)
		put_field(out, _("why it matters"), c->why);
	if (c->fix)
		put_field(out, _("what fixes it"), c->fix);
	for (size_t k = i; k < check_count(run); k++) {
		const struct check_result *one = check_at(run, k);
		struct buf place = BUF_INIT;
		if ((k > i && !report_is_alike(run, i, k)) || !one->where.file)
			continue;
		buf_printf(&place, "%s:%d", one->where.file, one->where.line);
		put_field(out, _("place"), place.s);
		buf_free(&place);
	}
}

static void
put_table(struct buf *out, const struct check_run *run)
{
	/* TRANSLATORS: heads of a table: state of a check, by which way, which check, what was seen */
	buf_printf(out, "\n| %s | %s | %s | %s |\n|---|---|---|---|\n", _("state"), _("way"), _("check"), _("seen"));
	for (size_t i = 0; i < check_count(run); i++) {
		const struct check_result *c = check_at(run, i);
		if (!check_finished(run, i))
			continue;
		buf_printf(out, "| %s | %s | ", check_status_word(c->status), check_target_word(c->target));
		put_cell(out, c->id);
		buf_puts(out, " | ");
		put_cell(out, c->detail);
		buf_puts(out, " |\n");
	}
}

int
report_markdown(const char *path, const char *title, const struct check_run *run,
                const struct report_targets *t, struct err *e)
{
	struct buf out = BUF_INIT;
	time_t now = time(NULL);
	struct tm tm;
	char when[32];

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M %z", localtime_r(&now, &tm));
	buf_printf(&out, "# antechamber %s\n\n", title);
	put_field(&out, "antechamber", VERSION);
	put_field(&out, _("date"), when);
	if (t->origin)
		put_field(&out, "OpenChamber", t->origin);
	if (t->public_url)
		put_field(&out, _("public address"), t->public_url);
	buf_puts(&out, "\n**");
	put_cell(&out, report_sentence(run));
	buf_puts(&out, "**\n\n");
	report_counts(&out, run);
	buf_putc(&out, '\n');
	put_table(&out, run);
	for (size_t i = 0; i < check_count(run); i++) {
		const struct check_result *c = check_at(run, i);
		if (check_finished(run, i) && (c->status == CHECK_FAIL || c->status == CHECK_WARN) && !report_is_told(run, i))
			put_failure(&out, run, i);
	}
	int rc = fs_write(path, out.s, out.len, 0600, e);
	buf_free(&out);
	return rc;
}
