/*
 * cmd_broken.c - practice --broken without a terminal: a server of its own with a known fault, until a signal.
 *
 * What is to be found and mended there is looked at from elsewhere, with the very commands that do
 * it for real.  On a terminal the wizard itself starts on such a server.
 */
#include "cmd.h"

#include <stdio.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/self.h"
#include "check/cause.h"
#include "report.h"
#include "setup/setup.h"

static int
list(const struct options *o)
{
	const char *const *name = setup_broken_names();
	struct json *doc = o->json ? cmd_json(o) : NULL, *all = json_array();
	struct report r;

	report_init(&r, stdout, o->color, o->plain);
	for (; *name; name++) {
		struct buf line = BUF_INIT;

		json_push(all, json_string(*name));
		buf_printf(&line, "%-18s %s", *name, _(cause_find(*name)->sentence));
		if (!o->json)
			report_line(&r, line.s);
		buf_free(&line);
	}
	if (o->json) {
		json_set(doc, "broken", all);
		cmd_put_json(doc);
		return 0;
	}
	json_free(all);
	report_line(&r, _("Take one with its name, or let chance choose:"));
	printf("  %s practice --broken any\n", self_command());
	return 0;
}

/* The same words for people and for scripts: a line is a command, whole. */
static void
put_command(const struct options *o, struct json *doc, const char *key, const char *what, const char *command)
{
	struct report r;

	if (o->json) {
		json_set_string(doc, key, command);
		return;
	}
	report_init(&r, stdout, o->color, o->plain);
	report_line(&r, what);
	printf("  %s\n", command); /* a command to copy is never broken */
}

static void
announce(const struct options *o, const struct setup *s)
{
	struct setup_practice p;
	struct json *doc = o->json ? cmd_json(o) : NULL;
	struct arena a = { 0 };
	struct report r;
	const char *common;

	setup_practice_place(s, &p);
	common = arena_printf(&a, "--origin %s --public %s --cacert %s --password-file %s", p.origin, p.public_url,
	                      p.cacert, p.password_file);
	const char *doctor = arena_printf(&a, "%s%s%s%s doctor --root %s %s",
		geteuid() ? "XDG_STATE_HOME=" : "", geteuid() ? p.root : "", geteuid() ? "/state " : "", self_command(), p.root, common);
	if (!o->json) {
		report_init(&r, stdout, o->color, o->plain);
		report_line(&r, _("Practice: a private nginx leads to a built-in OpenChamber, and something in it is wrong. "
		                  "Nothing on this server is touched."));
	}
	put_command(o, doc, "check", _("Find the cause, in another terminal:"),
	            arena_printf(&a, "%s check %s --connect-to %s", self_command(), common, p.connect_to));
	put_command(o, doc, "site", _("Read the site, and mend it by hand if you like:"), p.site);
	put_command(o, doc, "reload", _("What is changed by hand is in force after this:"), p.reload);
	put_command(o, doc, "doctor", _("Or ask which line it is:"), doctor);
	put_command(o, doc, "fix", _("And have it mended, with the proof that it works:"),
	            arena_printf(&a, "%s --fix", doctor));
	if (o->json)
		cmd_put_json(doc);
	else
		report_line(&r, _("For real it is the same without --root. Ctrl-C here ends the practice and removes it."));
	fflush(stdout);
	arena_free(&a);
}

int
cmd_broken(const struct options *o)
{
	const struct setup_options so = {
		.templates = o->templates, .self = o->self, .practice = true, .practice_nginx = o->practice_nginx,
		.broken = o->broken_name,
	};
	struct setup *s = NULL;
	const bool never = false;
	struct err e = { 0 };
	struct cmd c;
	int status;

	if (!o->broken_name)
		return list(o);
	if (cmd_open(&c, o, &e) < 0 || !(s = setup_new(c.loop, c.net, &so, NULL, NULL, &e))) {
		status = cmd_fail(o, &e);
	} else {
		announce(o, s);
		cmd_wait(&c, &never, &e);
		status = cmd_status(&c, 0);
	}
	setup_free(s);
	cmd_close(&c);
	return status;
}
