/*
 * report.c - the result as a Markdown file to hand to somebody, without secrets.
 *
 * What came from the network is kept from being read as Markdown.  No
 * password is ever in a line, a step or a result.
 */
#include "setup/lines.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"

#define MAX_REPORTS 99
#define MAX_REPORT_LINES 64

static void
put(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("|\\`*_<>[]#", *text))
			buf_putc(out, '\\');
		buf_putc(out, *text == '\n' ? ' ' : *text);
	}
}

static void
put_item(struct buf *out, const char *word, const char *text, const char *value)
{
	buf_puts(out, "- ");
	if (*word) {
		put(out, word);
		buf_puts(out, ": ");
	}
	put(out, text);
	if (*value) {
		buf_puts(out, ", ");
		put(out, value);
	}
	buf_putc(out, '\n');
}

static void
put_result(struct buf *out, const struct setup *s)
{
	struct setup_line l[MAX_REPORT_LINES];
	const size_t n = setup_lines(s, PAGE_RESULT, l, ARRAY_LEN(l));

	for (size_t i = 0; i < n; i++)
		put_item(out, l[i].word, l[i].text, l[i].value);
	for (const char *const *a = setup_advice(s, PAGE_RESULT); *a; a++) {
		buf_putc(out, '\n');
		if (setup_literal(*a))
			buf_printf(out, "    %s", setup_literal(*a));
		else
			put(out, *a);
		buf_putc(out, '\n');
	}
}

/* What the document says in stable names, in words. */
static const char *
status_word(const char *name)
{
	for (int i = CHECK_PASS; i <= CHECK_SKIP; i++)
		if (strcmp(check_status_name((enum check_status)i), name) == 0)
			return check_status_word((enum check_status)i);
	return name;
}

static const char *
way_word(const char *name)
{
	for (int i = TARGET_DIRECT; i <= TARGET_REHEARSAL; i++)
		if (strcmp(check_target_name((enum check_target)i), name) == 0)
			return check_target_word((enum check_target)i);
	return name;
}

static void
put_checks(struct buf *out, const struct setup *s)
{
	static const char *const ways[] = { "checks", "outside" };

	for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
		const struct json *list = s->document ? json_get(s->document, ways[w]) : NULL;

		for (size_t i = 0; i < json_len(list); i++) {
			const struct json *c = json_at(list, i);

			if (i == 0)
				buf_printf(out, "\n## %s\n\n| %s | %s | %s | %s |\n|---|---|---|---|\n",
				           w == 0 ? _("Checks on this server") : _("Checks of the public address, from this server"),
				           _("state"), _("way"), _("check"), _("seen"));
			buf_printf(out, "| %s | %s | %s | ", status_word(json_get_string(c, "status", "")),
			           way_word(json_get_string(c, "target", "")), json_get_string(c, "id", ""));
			put(out, json_get_string(c, "detail", ""));
			buf_puts(out, " |\n");
		}
	}
}

static void
put_steps(struct buf *out, const struct setup *s)
{
	buf_printf(out, "\n## %s\n\n", _("Steps of the change"));
	for (size_t i = 0; i < s->n_progress; i++) {
		const char *deed = line_deed(s->progress[i].step);

		put_item(out, deed ? deed : s->progress[i].step, s->progress[i].text, "");
	}
}

/* Never over a file that is there: -2, -3, ... */
static int
open_new(char *path, size_t size, struct err *e)
{
	int fd = -1;

	for (int i = 1; i <= MAX_REPORTS && fd < 0; i++) {
		if (i == 1)
			snprintf(path, size, "antechamber-report.md");
		else
			snprintf(path, size, "antechamber-report-%d.md", i);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && access(path, F_OK) != 0)
			break; /* it is not there, and cannot be made */
	}
	return fd < 0 ? err_sys(e, ERR_IO, _("%s cannot be written"), path) : fd;
}

/* Whoever called sudo is to read it, and to send it on. */
static void
give_to_caller(int fd)
{
	const char *uid = geteuid() == 0 ? getenv("SUDO_UID") : NULL, *gid = getenv("SUDO_GID");

	if (uid && *uid && gid && *gid && fchown(fd, (uid_t)strtoul(uid, NULL, 10), (gid_t)strtoul(gid, NULL, 10)) < 0)
		return; /* it is root's then, and there all the same */
}

/* It is named once more when the program ends: where it is, from anywhere. */
static void
keep_path(struct setup *s, const char *name)
{
	char *here = getcwd(NULL, 0);

	s->report = arena_printf(&s->keep, "%s/%s", here ? here : ".", name);
	free(here);
}

const char *
setup_write_report(struct setup *s, struct err *e)
{
	struct buf out = BUF_INIT;
	const time_t now = time(NULL);
	char when[32] = "", path[64];
	const char *said = NULL;
	struct tm tm;
	int fd;

	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M %z", &tm);
	buf_puts(&out, "# antechamber\n\n");
	put_item(&out, _("date"), when, "");
	put_item(&out, "OpenChamber", setup_origin_base(s), "");
	put_item(&out, _("public address"), setup_public_base(s), "");
	buf_puts(&out, "\n**");
	put(&out, setup_result_heading(s));
	buf_puts(&out, "**\n\n");
	put_result(&out, s);
	put_checks(&out, s);
	put_steps(&out, s);
	fd = open_new(path, sizeof(path), e);
	if (fd >= 0) {
		give_to_caller(fd);
		if (fs_write_all(fd, out.s, out.len) == 0 && fsync(fd) == 0) {
			keep_path(s, path);
			said = say(s, "%s", s->report);
		} else {
			err_sys(e, ERR_IO, _("%s cannot be written"), path);
		}
		close(fd);
	}
	buf_free(&out);
	return said;
}
