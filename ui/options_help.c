#include "options.h"

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"

struct help_line {
	struct buf *out;
	int         indent, lines;
};

static void
put_line(void *ctx, const char *line, size_t bytes)
{
	struct help_line *h = ctx;

	if (h->lines++)
		buf_printf(h->out, "%*s", h->indent, "");
	buf_add(h->out, line, bytes);
	buf_putc(h->out, '\n');
}

/* "  left          text", the text wrapped behind its column. */
static void
help_row(struct buf *out, const char *left, const char *text)
{
	struct help_line h = { .out = out, .indent = 28 };

	buf_puts(out, "  ");
	if (text_width(left) > 24) {
		buf_printf(out, "%s\n%*s", left, h.indent, "");
	} else {
		text_clip(out, left, 24, true);
		buf_puts(out, "  ");
	}
	text_wrap(text, 50, put_line, &h);
}

void
options_help_ids(struct buf *out, const char *heading, const char *ids)
{
	struct help_line h = { .out = out, .indent = 2 };

	buf_printf(out, "\n%s\n  ", heading);
	text_wrap(ids, 76, put_line, &h);
}

void
options_help(struct buf *out, enum command c)
{
	if (c == COMMAND_WIZARD) {
		buf_printf(out, "%s\n\nantechamber %s\n\n%s\n",
		           _("For screen readers and simple terminals: antechamber --plain"),
		           _("[SUBCOMMAND] [--OPTION ...]"),
		           _("Puts a reverse proxy in front of OpenChamber and proves that everything gets through."));
		buf_printf(out, "\n%s\n", _("Subcommands"));
		for (int i = 1; i < N_COMMANDS; i++)
			help_row(out, command_table[i].name, _(command_table[i].help));
	} else {
		const struct command_entry *t = &command_table[c];
		struct help_line h = { .out = out };
		struct buf what = BUF_INIT;

		buf_printf(&what, "antechamber %s: %s", t->name, _(t->help));
		text_wrap(what.s, 78, put_line, &h);
		buf_free(&what);
		buf_printf(out, "\nantechamber %s %s%s%s\n", t->name, t->synopsis, *t->synopsis ? " " : "",
		           _("[--OPTION ...]"));
	}
	buf_printf(out, "\n%s\n", _("Options"));
	for (const struct option_entry *t = option_table; t->name; t++) {
		struct buf left = BUF_INIT;
		if (!(t->commands & 1u << c))
			continue;
		buf_printf(&left, "--%s%s%s", t->name, t->operand ? " " : "",
		           t->operand ? t->operand : "");
		help_row(out, left.s, _(t->help));
		buf_free(&left);
	}
	buf_printf(out, "\n%s\n", _("Exit status"));
	help_row(out, "0", _("fine"));
	help_row(out, "1", _("a check failed, or an apply was undone"));
	help_row(out, "2", _("wrong usage"));
	help_row(out, "3", _("something needed is not installed"));
	help_row(out, "4", _("the answers, a configuration or a password is wrong"));
	help_row(out, "5", _("OpenChamber could not be reached, or a program failed"));
	help_row(out, "6", _("an undo itself failed"));
	help_row(out, "130, 143", _("stopped by a signal"));
}
