/*
 * cmd_practice.c - practice that nobody watches: the defaults, rehearsed, and the report.
 *
 * No root, nothing on this server is read or touched but the nginx binary.
 */
#include "cmd.h"
#include "cmd_rehearse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "report.h"

static int
practice_answers(struct planned *p, struct err *e)
{
	static const struct { const char *key, *value; } defaults[] = {
		{ "origin", "http://127.0.0.1:3000" },
		{ "public", "https://openchamber.example.org" },
		{ "proxy", "nginx" },
		{ "tls.mode", "selfsigned" },
	};

	answers_init(&p->answers);
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		if (answers_set(&p->answers, defaults[i].key, defaults[i].value, e) < 0)
			return -1;
	p->public_url = xstrdup("https://openchamber.example.org");
	return 0;
}

/* Where no nginx is installed, the private one that `make run' has unpacked is found in PATH. */
static int
find_nginx(const struct options *o, struct err *e)
{
	struct arena a = { 0 };
	bool installed = fs_which(&a, NULL, "nginx") != NULL;

	if (!installed && o->practice_nginx) {
		const char *path = getenv("PATH");
		const char *dir = fs_dirname(&a, o->practice_nginx);
		setenv("PATH", arena_printf(&a, "%s:%s", dir, path ? path : "/usr/bin:/bin"), 1);
	}
	arena_free(&a);
	if (!installed && !o->practice_nginx)
		return err_set(e, ERR_MISSING,
		               _("There is no nginx to practise with; "
		                 "install one, or use `make run'."));
	return 0;
}

int
cmd_practice(const struct options *o)
{
	struct planned p = { 0 };
	struct err e = { 0 };
	struct cmd c;
	int status;

	if (cmd_open(&c, o, &e) < 0 || find_nginx(o, &e) < 0 || practice_answers(&p, &e) < 0 ||
	    planned_detect(&c, &p, &e) < 0) {
		status = cmd_status(&c, cmd_fail(o, &e));
	} else {
		if (!o->json) {
			struct report r;
			report_init(&r, stdout, o->color, o->plain);
			report_line(&r, _("Practice: a built-in OpenChamber behind a private nginx. "
			                  "Nothing on this server is touched."));
		}
		status = rehearse_and_report(&c, &p);
	}
	planned_free(&p);
	cmd_close(&c);
	return status;
}
