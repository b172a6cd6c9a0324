/* plain_diff.c - a difference as it is heard: file by file, and of each line what it was and what it is now. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "plain.h"

#define FEW_LINES 3 /* of loose text: so much is told unasked */

/* A file of the difference, or loose text between two of them, where it has no name. */
struct part {
	const char *name, *body, *end; /* name: up to its newline */
	bool        fresh, gone;
	size_t      lines;             /* that change, or that it has */
};

static const char *
next_line(const char *p)
{
	p += strcspn(p, "\n");
	return p + (*p == '\n');
}

static bool
is_header(const char *p)
{
	return strncmp(p, "--- ", 4) == 0 && strncmp(next_line(p), "+++ ", 4) == 0;
}

/* "@@ -64,7 +64,7 @@": the first lines, and how many of both there are. */
static void
read_range(const char *p, size_t first[2], size_t n[2])
{
	static const char sign[] = { '-', '+' };

	for (int i = 0; i < 2; i++) {
		char *end;

		p = strchr(p, sign[i]);
		first[i] = p ? strtoul(p + 1, &end, 10) : 0;
		n[i] = p && *end == ',' ? strtoul(end + 1, &end, 10) : 1;
		p = p ? end : "";
	}
}

static void
say_line(struct plain *p, const char *format, size_t number, const char *text)
{
	const size_t n = strcspn(text, "\n"), blanks = strspn(text, " \t");
	char *line = blanks < n ? xstrndup(text + blanks, n - blanks) : xstrdup(_("an empty line"));
	struct buf b = BUF_INIT;

	buf_printf(&b, format, (int)number, line);
	plain_text(p, b.s);
	free(line);
	buf_free(&b);
}

/* Lines that stand for one another are told as pairs, others as what goes and what comes; how many they are. */
static size_t
tell_run(struct plain *p, const char **at, const char *end, size_t number[2])
{
	/* TRANSLATORS: a line of a file that changes: its number, and what stands in it */
	const char *const was = _("line %1$d, was: %2$s"), *const now = _("line %1$d, now: %2$s"),
	           *const gone = _("line %1$d, gone: %2$s"), *const fresh = _("line %1$d, new: %2$s");
	const char *out = *at, *in, *line;
	size_t n_out = 0, n_in = 0, pairs;

	for (line = out; line < end && (*line == '-' || *line == '\\'); line = next_line(line))
		n_out += *line == '-';
	for (in = line; line < end && (*line == '+' || *line == '\\'); line = next_line(line))
		n_in += *line == '+';
	*at = line;
	pairs = n_out == n_in ? n_out : 0;
	for (size_t i = 0; p && i < n_out; i++, out = next_line(out)) {
		out = *out == '\\' ? next_line(out) : out;
		say_line(p, pairs ? was : gone, number[0] + i, out + 1);
		if (!pairs)
			continue;
		say_line(p, now, number[1] + i, in + 1);
		in = next_line(in);
	}
	for (size_t i = 0; p && !pairs && i < n_in; i++, in = next_line(in))
		say_line(p, fresh, number[1] + i, in + 1);
	number[0] += n_out;
	number[1] += n_in;
	return pairs ? pairs : n_out + n_in;
}

/* Walk through its hunks, with `p' aloud; how many lines change, and where it ends. */
static size_t
walk(struct plain *p, const char *body, const char **end)
{
	const char *at = body;
	size_t changes = 0;

	while (strncmp(at, "@@ ", 3) == 0) {
		size_t number[2], n[2], last[2];

		read_range(at, number, n);
		for (int i = 0; i < 2; i++)
			last[i] = number[i] + n[i];
		at = next_line(at);
		while (*at && (number[0] < last[0] || number[1] < last[1] || *at == '\\')) {
			if (*at == '-' || *at == '+') {
				changes += tell_run(p, &at, at + strlen(at), number);
				continue;
			}
			number[0] += *at != '\\';
			number[1] += *at != '\\';
			at = next_line(at);
		}
	}
	*end = at;
	return changes;
}

static struct part
next_part(const char *text)
{
	struct part part = { .body = text, .end = text };

	if (is_header(text)) {
		const char *second = next_line(text);

		part.fresh = strncmp(text + 4, "/dev/null\n", 10) == 0;
		part.gone = strncmp(second + 4, "/dev/null\n", 10) == 0;
		part.name = (part.gone ? text : second) + 4;
		part.body = next_line(second);
		part.lines = walk(NULL, part.body, &part.end);
	}
	while (!part.name && *part.end && !is_header(part.end)) {
		part.end = next_line(part.end);
		part.lines++;
	}
	return part;
}

/* All of a file that is new or goes; its lines as they are. */
static void
tell_whole(struct plain *p, const struct part *part)
{
	for (const char *line = part->body; line < part->end; line = next_line(line)) {
		const bool of_hunk = part->name != NULL;
		char *text = xstrndup(line + of_hunk, strcspn(line, "\n") - (of_hunk && *line != '\n'));

		if (!of_hunk || *line == '+' || *line == '-')
			plain_text(p, *text ? text : "\n");
		free(text);
	}
}

static void
tell_part(struct plain *p, const struct part *part)
{
	const char *end;

	if (part->name && !part->fresh && !part->gone)
		walk(p, part->body, &end);
	else
		tell_whole(p, part);
}

static void
say_name(struct plain *p, const struct part *part)
{
	char *name = xstrndup(part->name, strcspn(part->name, "\n"));

	plain_text(p, name);
	free(name);
}

static void
say_size(struct plain *p, const struct part *part)
{
	const unsigned long n = part->lines;
	struct buf b = BUF_INIT;

	if (part->fresh && *part->name == '/')
		buf_printf(&b, Q_("This file is new and has %d line. Its remarks are in English.",
		                  "This file is new and has %d lines. Its remarks are in English.", n), (int)n);
	else if (part->fresh)
		buf_printf(&b, Q_("This is new and has %d line.", "This is new and has %d lines.", n), (int)n);
	else if (part->gone)
		buf_printf(&b, Q_("This goes and has %d line.", "This goes and has %d lines.", n), (int)n);
	else if (part->name)
		buf_printf(&b, Q_("In this %d line changes.", "In this %d lines change.", n), (int)n);
	else
		buf_printf(&b, Q_("A text of %d line is to be pasted.", "A text of %d lines is to be pasted.", n), (int)n);
	plain_say(p, b.s);
	buf_free(&b);
}

static void next_asked(struct plain *p);

static void
answer_part(struct plain *p, bool yes)
{
	const struct part part = next_part(p->diff_at);

	if (yes)
		tell_part(p, &part);
	p->diff_at = part.end;
	next_asked(p);
}

static void
next_asked(struct plain *p)
{
	while (*p->diff_at) {
		const struct part part = next_part(p->diff_at);

		if (part.name)
			say_name(p, &part);
		if (part.name || part.lines > FEW_LINES) {
			say_size(p, &part);
			plain_ask_yes(p, _("Read it, y or n"), !part.fresh && !part.gone, answer_part);
			return;
		}
		tell_part(p, &part);
		p->diff_at = part.end;
	}
	p->diff_then(p);
}

void
plain_diff(struct plain *p, const char *diff, plain_fn *then)
{
	free(p->diff);
	p->diff = xstrdup(diff);
	p->diff_at = p->diff;
	p->diff_then = then;
	next_asked(p);
}

void
plain_diff_aloud(struct plain *p, const char *diff)
{
	while (*diff) {
		const struct part part = next_part(diff);

		if (part.name) {
			say_name(p, &part);
			say_size(p, &part);
		}
		tell_part(p, &part);
		diff = part.end;
	}
}
