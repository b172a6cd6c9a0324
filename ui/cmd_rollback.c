/* cmd_rollback.c - put back what an apply replaced, or everything that was ever put in. */
#include "cmd_change.h"

#include <stdio.h>
#include <time.h>

#include "apply/journal.h"
#include "base/i18n.h"
#include "base/mem.h"

static const char *
state_word(enum journal_state s)
{
	static const char *const words[] = {
		[JOURNAL_UNFINISHED] = N_("unfinished"),
		[JOURNAL_COMMITTED]  = N_("in force"),
		[JOURNAL_UNDONE]     = N_("undone"),
		[JOURNAL_CONFLICT]   = N_("conflict"),
		[JOURNAL_BUSY]       = N_("at work"),
	};

	return _(words[s]);
}

static int
list(const struct options *o)
{
	struct arena a = { 0 };
	struct journal_entry *entries;
	struct report out;

	report_init(&out, stdout, o->color, o->plain);
	if (o->json) {
		struct json *doc = cmd_json(o);
		json_set(doc, "applies", journal_list_json(o->root));
		cmd_put_json(doc);
		return 0;
	}
	size_t n = journal_list(&a, o->root, &entries);
	if (!n)
		report_line(&out, _("Nothing was ever applied here."));
	for (size_t i = 0; i < n; i++) {
		struct tm tm;
		char when[32];
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M", localtime_r(&entries[i].when, &tm));
		report_line(&out, arena_printf(&a, "%u  %s  %s  %s  %s", entries[i].id, when,
		                               state_word(entries[i].state),
		                               entries[i].proxy ? entries[i].proxy : "",
		                               entries[i].address ? entries[i].address : ""));
	}
	arena_free(&a);
	return 0;
}

static void
put_outcome(struct change *ch, const struct apply_result *r)
{
	/* Where there was nothing to do, the one step has said so. */
	if (r->outcome == APPLY_UNCHANGED && !json_len(ch->steps))
		report_line(&ch->report, _("There is nothing to undo; nothing was touched."));
	else if (r->outcome == APPLY_UNDONE && r->err.code == ERR_NONE)
		report_line(&ch->report, _("Undone. What was replaced is back."));
}

static void
on_done(struct change *ch, const struct apply_result *r)
{
	bool fine = r->outcome == APPLY_UNDONE || r->outcome == APPLY_UNCHANGED;

	/* Undone with an error: something was edited since, and was left alone. */
	if (r->outcome == APPLY_UNDO_FAILED)
		ch->status = err_status(ERR_ROLLBACK);
	else if (r->err.code != ERR_NONE)
		ch->status = err_status(r->err.code);
	else
		ch->status = fine ? 0 : err_status(ERR_FAILED);
	if (ch->c->o->json) {
		struct json *doc = cmd_json(ch->c->o);
		json_set_bool(doc, "changed", fine && r->outcome != APPLY_UNCHANGED);
		change_json(doc, ch, r);
		cmd_put_json(doc);
	} else {
		put_outcome(ch, r);
	}
	change_say_error(r);
}

/* An undo is not undone: a signal waits for its end. */
static void
carry_on(void *ctx)
{
	(void)ctx;
}

static int
undo(const struct options *o)
{
	struct err e = { 0 };
	struct change ch;
	struct cmd c;
	int status;

	if (cmd_open(&c, o, &e) < 0) {
		status = cmd_fail(o, &e);
	} else {
		change_init(&ch, &c);
		c.stop = carry_on;
		ch.on_done = on_done;
		ch.apply = o->command == COMMAND_REMOVE
			? remove_start(c.loop, c.net, o->root, change_progress, change_done, &ch)
			: rollback_start(c.loop, c.net, o->root, o->id, change_progress, change_done, &ch);
		status = change_wait(&ch);
		change_free(&ch);
	}
	cmd_close(&c);
	return status;
}

int
cmd_rollback(const struct options *o)
{
	return o->list ? list(o) : undo(o);
}

int
cmd_remove(const struct options *o)
{
	return undo(o);
}
