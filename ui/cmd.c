#include "cmd.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "console.h"

static void
stop(struct cmd *c, int sig)
{
	if (!c->signal)
		c->signal = sig;
	if (c->stop)
		c->stop(c->ctx);
	else
		loop_stop(c->loop);
}

static void on_int(void *ctx)  { stop(ctx, SIGINT); }
static void on_term(void *ctx) { stop(ctx, SIGTERM); }
static void on_quit(void *ctx) { stop(ctx, SIGQUIT); }

int
cmd_open(struct cmd *c, const struct options *o, struct err *e)
{
	*c = (struct cmd){ .o = o, .loop = loop_new() };
	c->net = net_new(c->loop);
	if (loop_on_signal(c->loop, SIGINT, on_int, c, e) < 0 ||
	    loop_on_signal(c->loop, SIGTERM, on_term, c, e) < 0 ||
	    loop_on_signal(c->loop, SIGQUIT, on_quit, c, e) < 0)
		return -1;
	/* An undo must work whatever became of the templates. */
	if (o->command == COMMAND_ROLLBACK || o->command == COMMAND_REMOVE)
		return 0;
	return needs_load(&c->needs, o->templates, o->root, e);
}

void
cmd_close(struct cmd *c)
{
	needs_free(&c->needs);
	net_free(c->net);
	loop_free(c->loop);
}

int
cmd_wait(struct cmd *c, const bool *done, struct err *e)
{
	while (!*done && !c->signal)
		if (loop_run(c->loop, e) < 0)
			return -1;
	if (!*done)
		return err_set(e, ERR_CANCELLED, _("Stopped by a signal."));
	return 0;
}

/* A message may be two lines where it names a command to copy. */
void
cmd_say(FILE *out, const char *msg)
{
	for (const char *line = msg; *line;) {
		size_t n = strcspn(line, "\n");
		struct buf safe = BUF_INIT;

		text_safe(&safe, line, n, 2000);
		console_say(out, safe.s);
		buf_free(&safe);
		line += n + (line[n] == '\n');
	}
}

void
cmd_say_busy(const struct options *o, const char *msg)
{
	if (!o->json && isatty(STDERR_FILENO))
		cmd_say(stderr, msg);
}

struct json *
cmd_error_json(const struct err *e)
{
	struct json *error = json_object();

	json_set_string(error, "code", err_name(e->code));
	json_set_string(error, "message", e->msg);
	json_set_string(error, "file", e->file);
	json_set_int(error, "line", e->line);
	json_set_int(error, "column", e->column);
	return error;
}

int
cmd_fail(const struct options *o, const struct err *e)
{
	fflush(stdout);
	cmd_say(stderr, e->msg);
	if (o->json) {
		struct json *doc = json_object();
		const char *name = command_table[o->command].name;

		json_set_int(doc, "schema", 1);
		json_set_string(doc, "command", name ? name : "");
		json_set(doc, "error", cmd_error_json(e));
		cmd_put_json(doc);
	}
	return err_status(e->code);
}

int
cmd_status(const struct cmd *c, int otherwise)
{
	return c->signal ? 128 + c->signal : otherwise;
}

struct json *
cmd_json(const struct options *o)
{
	struct json *doc = json_object(), *tool = json_object();

	json_set_int(doc, "schema", 1);
	json_set_string(tool, "name", "antechamber");
	json_set_string(tool, "version", VERSION);
	json_set(doc, "tool", tool);
	json_set_string(doc, "command", command_table[o->command].name);
	return doc;
}

void
cmd_put_json(struct json *takes)
{
	struct buf out = BUF_INIT;

	json_write(&out, takes, true);
	buf_putc(&out, '\n');
	fwrite(out.s, 1, out.len, stdout);
	fflush(stdout);
	buf_free(&out);
	json_free(takes);
}

/*
 * An origin that could not be reached, or spoken to in HTTP, has a status of
 * its own, and so has a refused password; every other failed check is 1.
 */
static int
failed_status(const struct check_run *run, const char *cause)
{
	if (!strcmp(cause, "origin-refused") || !strcmp(cause, "origin-unresolved") || !strcmp(cause, "origin-timeout"))
		return err_status(ERR_NET);
	if (!strcmp(cause, "password-wrong"))
		return err_status(ERR_VALUE);
	if (!strcmp(cause, "origin-other")) {
		const struct check_result *r = check_find(run, "direct.answer", TARGET_DIRECT);
		if (r && r->cause && !json_get_int(r->observed, "status", 0))
			return err_status(ERR_NET);
	}
	return err_status(ERR_FAILED);
}

int
cmd_run_status(const struct check_run *run, bool strict)
{
	const struct cause *verdict = check_verdict(run);
	struct check_summary n = check_summary(run);

	if (n.fail)
		return failed_status(run, verdict ? verdict->id : "");
	return strict && n.warn ? err_status(ERR_FAILED) : 0;
}
